"""`centrali-deploy apply`: plan, ask, execute."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from centrali_deploy.apply.outcome import Outcome, Started
from centrali_deploy.cli.interrupting import stops_between_changes
from centrali_deploy.cli.running import resend_secrets, workspace_command
from centrali_deploy.errors import ApprovalNeeded
from centrali_deploy.pipeline.apply import apply, check, judge, refuse_stale
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.report.json import outcomes_part, plan_part
from centrali_deploy.report.outcomes import outcome_lines, outcomes_summary, progress_line
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.apply.outcome import Event
    from centrali_deploy.cli.running import Run
    from centrali_deploy.cli.terminal import Answer
    from centrali_deploy.plan.model import Change


@workspace_command("apply", example="centrali-deploy apply --local --yes examples/workspace.yaml")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@resend_secrets
def command(run: Run, *, yes: bool, resend_secrets: bool) -> None:
    """Change the workspace to what the manifests say. PATHS are files or directories, ./workspace.yaml by default."""
    answer, policy = run.answer, Policy(resend_secrets=resend_secrets, protect=run.loaded.protect)
    planned = answer.follow(plan(run.loaded, run.client, policy), run.client)
    answer.parts |= {"plan": plan_part(planned.plan), "outcomes": []}
    answer.write(plan_lines(planned.plan, answer.paint, where=run.where, verbose=run.verbose))
    check(planned, run.client)
    found: list[Outcome] = []
    if not planned.plan.empty:
        if not yes:
            _ask(run.where, answer)
            approved, planned = planned, answer.follow(plan(run.loaded, run.client, policy), run.client)
            refuse_stale(approved.plan, planned.plan)
        with stops_between_changes(run.client.pace.stop_waiting) as stopping:
            _show(apply(planned, run.client, stopping), planned.plan.pending, run, found)
    answer.close(run.client)
    judge(found)


def _ask(where: str, answer: Answer) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or answer.output != "text":
        raise ApprovalNeeded("These changes are not approved and nobody is here to ask.", "Look at the plan, then run again with --yes.")
    said = click.prompt(f'Apply this to {where}? Only "yes" approves', default="", show_default=False, err=True)
    if said != "yes":
        raise ApprovalNeeded('Not approved: only "yes" approves.', "Nothing was written.")


def _show(events: Iterable[Event], pending: Sequence[Change], run: Run, found: list[Outcome]) -> None:
    """Show what happens as it does; whatever ends it, what was done is in `found` and in the answer."""
    answer = run.answer
    answer.write([""])
    running: dict[Address, None] = {}
    try:
        for event in events:
            if isinstance(event, Started):
                running[event.change.address] = None
            elif isinstance(event, Outcome):
                running.pop(event.change.address, None)
                found.append(event)
                answer.write(outcome_lines(event, len(found), len(pending), answer.paint))
            answer.live(progress_line(list(running), len(found), len(pending)), run.client.pace.asked)
    finally:
        order = {id(change): place for place, change in enumerate(pending)}
        answer.parts["outcomes"] = outcomes_part(sorted(found, key=lambda outcome: order[id(outcome.change)]))
        answer.write(["", outcomes_summary(found)] if found else [])
