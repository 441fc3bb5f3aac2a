"""`centrali-deploy plan`: what apply would change, field by field, without changing anything."""

from __future__ import annotations

import os

import click

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.cli.terminal import Answer, PathsCommand, answering, common_options
from centrali_deploy.errors import ExitCode
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.report.json import plan_part
from centrali_deploy.report.text import plan_lines


@click.command("plan", cls=PathsCommand, epilog="Example: centrali-deploy plan --local examples/workspace.yaml")
@common_options
@click.option("--detailed-exitcode", is_flag=True, help="Leave with 2 when there are changes.")
@click.option("--resend-secrets", is_flag=True, help="Send every secret again; they cannot be compared.")
def command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    paths: tuple[str, ...],
    workspace: str | None,
    url: str | None,
    local: str | None,
    output: str,
    no_color: bool,  # noqa: FBT001 -- a flag
    verbose: bool,  # noqa: FBT001 -- a flag
    debug: bool,  # noqa: FBT001 -- a flag
    detailed_exitcode: bool,  # noqa: FBT001 -- a flag
    resend_secrets: bool,  # noqa: FBT001 -- a flag
) -> None:
    """Show what apply would change. PATHS are files or directories, ./workspace.yaml and its like by default."""
    with answering(Answer("plan", output, no_color), debug=debug) as answer:
        loaded = load(paths, os.environ)
        with connect(Settings(workspace, url, local), loaded, os.environ) as client:
            planned = answer.follow(plan(loaded, client, Policy(resend_secrets=resend_secrets)))
            answer.write(plan_lines(planned.plan, answer.paint, verbose=verbose))
            answer.write([f"{client.requests_used} requests."])
            answer.parts |= {"plan": plan_part(planned.plan), "requests": client.requests_used, "warnings": client.warnings}
            for warning in client.warnings:
                answer.tell(f"Warning: {warning}")
        if detailed_exitcode and not planned.plan.empty:
            answer.exit_code = ExitCode.CHANGES
