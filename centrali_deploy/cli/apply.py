"""`centrali-deploy apply`: plan, ask, execute."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from centrali_deploy.apply.outcome import Status
from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.cli.terminal import Answer, PathsCommand, answering, common_options
from centrali_deploy.errors import AppliedInPart, ApprovalNeeded
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply, refuse_unsafe
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.report.json import outcomes_part, plan_part
from centrali_deploy.report.text import outcome_line, outcomes_summary, plan_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from centrali_deploy.apply.outcome import Outcome
    from centrali_deploy.plan.model import Plan


@click.command("apply", cls=PathsCommand, epilog="Example: centrali-deploy apply --local --yes examples/workspace.yaml")
@common_options
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
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
    yes: bool,  # noqa: FBT001 -- a flag
    resend_secrets: bool,  # noqa: FBT001 -- a flag
) -> None:
    """Change the workspace to what the manifests say. PATHS are files or directories, ./workspace.yaml by default."""
    with answering(Answer("apply", output, no_color), debug=debug) as answer:
        loaded = load(paths, os.environ)
        with connect(Settings(workspace, url, local), loaded, os.environ) as client:
            planned = answer.follow(plan(loaded, client, Policy(resend_secrets=resend_secrets)))
            answer.parts["plan"] = plan_part(planned.plan)
            answer.write(plan_lines(planned.plan, answer.paint, verbose=verbose))
            refuse_unsafe(planned)
            if not planned.plan.empty:
                _approve(planned.plan, yes=yes)
                outcomes = _shown(apply(loaded, planned, client), len(planned.plan.pending), answer)
            else:
                outcomes = []
            answer.write([f"{client.requests_used} requests."])
            answer.parts["requests"] = client.requests_used
        _judge(outcomes)


def _approve(plan: Plan, *, yes: bool) -> None:
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ApprovalNeeded("These changes are not approved and nobody is here to ask.", "Look at the plan, then run again with --yes.")
    answer = click.prompt(f'Apply this to {plan.workspace}? Only "yes" approves', default="", show_default=False, err=True)
    if answer != "yes":
        raise ApprovalNeeded("Not approved. Nothing was written.")


def _shown(outcomes: Iterable[Outcome], of: int, answer: Answer) -> list[Outcome]:
    answer.write([""])
    found: list[Outcome] = []
    for outcome in outcomes:
        found.append(outcome)
        answer.write([outcome_line(outcome, len(found), of, answer.paint)])
    answer.write(["", outcomes_summary(found)])
    answer.parts["outcomes"] = outcomes_part(found)
    return found


def _judge(outcomes: list[Outcome]) -> None:
    failed = [str(outcome.change.address) for outcome in outcomes if outcome.status is Status.FAILED]
    if failed:
        raise AppliedInPart(f"Applied in part: {', '.join(failed)} failed.", "Mend it and run again: what is done stays done.")
