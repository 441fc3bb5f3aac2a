"""`centrali-deploy apply`: plan, ask, execute."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from centrali_deploy.apply.outcome import Started, Status
from centrali_deploy.cli.interrupting import stops_between_changes
from centrali_deploy.cli.running import resend_secrets, workspace_command
from centrali_deploy.errors import AppliedInPart, ApprovalNeeded
from centrali_deploy.pipeline.apply import apply, refuse_unsafe
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.report.json import outcomes_part, plan_part
from centrali_deploy.report.text import outcome_line, outcomes_summary, plan_lines, progress_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.apply.outcome import Outcome
    from centrali_deploy.cli.running import Run
    from centrali_deploy.cli.terminal import Answer
    from centrali_deploy.plan.model import Change, Plan


@workspace_command("apply", example="centrali-deploy apply --local --yes examples/workspace.yaml")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@resend_secrets
def command(run: Run, *, yes: bool, resend_secrets: bool) -> None:
    """Change the workspace to what the manifests say. PATHS are files or directories, ./workspace.yaml by default."""
    answer = run.answer
    planned = answer.follow(plan(run.loaded, run.client, Policy(resend_secrets=resend_secrets)))
    answer.parts |= {"plan": plan_part(planned.plan), "outcomes": []}
    answer.write(plan_lines(planned.plan, answer.paint, verbose=run.verbose))
    refuse_unsafe(planned)
    found: list[Outcome] = []
    if not planned.plan.empty:
        _approve(planned.plan, answer, yes=yes)
        with stops_between_changes() as stopping:
            _show(apply(run.loaded, planned, run.client, stopping), planned.plan.pending, answer, found)
    answer.close(run.client)
    failed = [str(outcome.change.address) for outcome in found if outcome.status is Status.FAILED]
    if failed:
        raise AppliedInPart(f"Applied in part: {', '.join(failed)} failed.", "Mend it and run again: what is done stays done.")


def _approve(plan: Plan, answer: Answer, *, yes: bool) -> None:
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or answer.output != "text":
        raise ApprovalNeeded("These changes are not approved and nobody is here to ask.", "Look at the plan, then run again with --yes.")
    said = click.prompt(f'Apply this to {plan.workspace}? Only "yes" approves', default="", show_default=False, err=True)
    if said != "yes":
        raise ApprovalNeeded("Not approved. Nothing was written.")


def _show(events: Iterable[Started | Outcome], pending: Sequence[Change], answer: Answer, found: list[Outcome]) -> None:
    """Show what happens as it does; whatever ends it, what was done is in `found` and in the answer."""
    answer.write([""])
    running: dict[Address, None] = {}
    try:
        for event in events:
            if isinstance(event, Started):
                running[event.change.address] = None
            else:
                running.pop(event.change.address, None)
                found.append(event)
                answer.write([outcome_line(event, len(found), len(pending), answer.paint)])
            answer.live(progress_line(list(running), len(found), len(pending)))
    finally:
        order = {id(change): place for place, change in enumerate(pending)}
        answer.parts["outcomes"] = outcomes_part(sorted(found, key=lambda outcome: order[id(outcome.change)]))
        answer.write(["", outcomes_summary(found)] if found else [])
