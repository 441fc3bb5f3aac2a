"""`centrali-deploy apply`: plan, ask, execute."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.executing import shown
from centrali_deploy.cli.running import resend_secrets, workspace_command
from centrali_deploy.errors import ApprovalNeeded
from centrali_deploy.pipeline.apply import apply, check, judge, refuse_stale
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.report.json import plan_part
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from centrali_deploy.apply.outcome import Outcome
    from centrali_deploy.cli.running import Run
    from centrali_deploy.cli.terminal import Answer


@workspace_command("apply", example="centrali-deploy apply --local --yes examples/workspace.yaml")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@resend_secrets
def command(run: Run, *, yes: bool, resend_secrets: bool) -> None:
    """Change the workspace to what the manifests say. PATHS are files or directories, ./workspace.yaml by default."""
    answer, policy = run.answer, Policy(resend_secrets=resend_secrets, protect=run.loaded.protect)
    planned = answer.follow(plan(run.loaded, run.client, policy), run.client)
    answer.parts |= {"plan": plan_part(planned.plan), "outcomes": []}
    answer.event("plan", plan=answer.parts["plan"])
    answer.write(plan_lines(planned.plan, answer.paint, where=run.where, verbose=run.verbose))
    check(planned, run.client)
    found: list[Outcome] = []
    if not planned.plan.empty:
        if not yes:
            _ask(run.where, answer)
            approved, planned = planned, answer.follow(plan(run.loaded, run.client, policy), run.client)
            refuse_stale(approved.plan, planned.plan)
        shown(partial(apply, planned, run.client), planned.plan.pending, run, found)
    answer.close(run.client)
    judge(found)


def _ask(where: str, answer: Answer) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or answer.output != "text":
        raise ApprovalNeeded("These changes are not approved and nobody is here to ask.", "Look at the plan, then run again with --yes.")
    said = click.prompt(f'Apply this to {where}? Only "yes" approves', default="", show_default=False, err=True)
    if said != "yes":
        raise ApprovalNeeded('Not approved: only "yes" approves.', "Nothing was written.")
