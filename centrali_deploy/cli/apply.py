"""`centrali-deploy apply`: plan, ask, execute."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from centrali_deploy.apply.writing import always
from centrali_deploy.cli.executing import shown
from centrali_deploy.cli.interrupting import Stopping, stops_between_changes
from centrali_deploy.cli.owning import Locking, allow_loss, lock_options, owning, policy_of, prune_options, waiting
from centrali_deploy.cli.running import resend_secrets, workspace_command
from centrali_deploy.errors import AppliedInPart, ApprovalNeeded, DeployError, Interrupted, UsageProblem
from centrali_deploy.pipeline.acting import actor
from centrali_deploy.pipeline.apply import apply, check, judge, refuse_protected, refuse_stale, seen_again, unlike, unmarked, unproven
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.pipeline.recording import recorded
from centrali_deploy.pipeline.saving import refuse_moved
from centrali_deploy.plan.planfile import moved
from centrali_deploy.plan.safety import refuse_unknown_consents
from centrali_deploy.report.json import change_part, plan_part
from centrali_deploy.report.text import change_lines, moved_lines, plan_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from centrali_deploy.apply.outcome import Outcome
    from centrali_deploy.cli.running import Run
    from centrali_deploy.cli.terminal import Answer
    from centrali_deploy.ledger.lease import Held
    from centrali_deploy.pipeline.owning import Owning
    from centrali_deploy.pipeline.plan import Planned
    from centrali_deploy.plan.model import Change
    from centrali_deploy.plan.verdicts import Policy


@workspace_command("apply", example="centrali-deploy apply --local --yes examples/workspace.yaml")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@click.option("--refresh", is_flag=True, help="Of a saved plan that is stale: show what differs, and ask anew.")
@prune_options
@allow_loss
@lock_options
@resend_secrets
def command(  # noqa: PLR0913 -- one parameter per option
    run: Run,
    *,
    yes: bool,
    refresh: bool,
    prune: bool,
    allow_mass_delete: bool,
    allow_loss: tuple[str, ...],
    resend_secrets: bool,
    lock_timeout: float,
    no_lock: bool,
) -> None:
    """Change the workspace to what the manifests say. PATHS are files or directories, ./workspace.yaml by default; or a saved plan."""
    policy = policy_of(run, resend_secrets=resend_secrets, prune=prune, allow_mass_delete=allow_mass_delete, allow_loss=allow_loss)
    if run.saved:
        if policy != policy_of(run):
            raise UsageProblem("A saved plan says itself what is pruned and sent again.", "Give these options to plan --out.")
        policy = run.saved.policy
    elif refresh:
        raise UsageProblem("--refresh is for saved plans.", "Leave it out: manifests are planned anew each time.")
    carry_out(run, policy, Locking(lock_timeout, no_lock), yes=yes, doing="apply", refresh=refresh)


def carry_out(  # noqa: PLR0913 -- what was decided beforehand, one by one
    run: Run,
    policy: Policy,
    locking: Locking,
    *,
    yes: bool,
    doing: str,
    refresh: bool = False,
    own: Owning | None = None,
    remarks: Sequence[str] = (),
) -> None:
    """Plan, show, ask, and execute under the lock what was shown. `refresh`: also when it is not what was saved.

    `own`: what is seen of the ledger, when that is not all of it. `remarks` stand below the plan.
    """
    own = own or owning(run)
    planned = _planned(run, policy, own)
    if run.saved and refresh and (others := moved(run.saved, planned.plan, planned.live)):
        run.answer.write(moved_lines(run.saved.plan, planned.plan, others, run.answer.paint))
        run = replace(run, saved=None)
    elif run.saved:
        refuse_moved(run.saved, planned)
    run.answer.parts |= {"plan": plan_part(planned.plan), "outcomes": []}
    _show_plan(run, planned)
    run.answer.write(["", *remarks] if remarks else [])
    refuse_unknown_consents(planned.plan, policy)
    check(planned, run.client)
    found: list[Outcome] = []
    stopping = Stopping()
    if planned.plan.pending or own.adopted(planned):
        if planned.plan.pending and not yes:
            _ask(run.where, run.answer)
        who = actor(os.environ, run.loaded.files)
        with own.locked(who, doing, locking.timeout, waiting(run.answer), skip=locking.skip) as held:
            approved, planned = planned, _planned(run, policy, own)
            _approve(run, approved, planned, yes=yes)
            own.begin(planned, who, doing)
            _tell_made(run, own)
            stopping.recording = not planned.plan.pending
            with stops_between_changes(stopping, run.client.pace.stop_waiting):
                _execute(run, own, planned, held, found, stopping=stopping)
                strange = _concluded_with_failures(run, own, planned, held, found)
            _tell_strange(run, strange)
    run.answer.close(run.client)
    judge(found)
    refuse_protected(planned.plan)
    if stopping():
        raise Interrupted("Interrupted, when all was done and recorded.", "Nothing is left to do.")


def _planned(run: Run, policy: Policy, own: Owning) -> Planned:
    return own.told(run.answer.follow(plan(run.loaded, run.client, policy, own.read()), run.client))


def _show_plan(run: Run, planned: Planned) -> None:
    run.answer.event("plan", plan=run.answer.parts["plan"])
    run.answer.write(plan_lines(planned.plan, run.answer.paint, where=run.where, verbose=run.verbose))


def _approve(run: Run, approved: Planned, now: Planned, *, yes: bool) -> None:
    """Go on with what was approved, or with what is to be done now if everything was approved beforehand."""
    if run.saved:
        refuse_moved(run.saved, now)
    elif not yes:
        refuse_stale(approved, now)
    elif approved.plan.digest != now.plan.digest:
        run.answer.write(["", "The workspace changed meanwhile. Now it is:"])
        run.answer.parts["plan"] = plan_part(now.plan)
        _show_plan(run, now)
    check(now, run.client)  # records may have come that would lose a value


def _execute(  # noqa: PLR0913 -- what an apply goes on with, one by one
    run: Run, own: Owning, planned: Planned, held: Held | None, found: list[Outcome], *, stopping: Stopping
) -> None:
    """Carry the plan out; when it breaks off, what was done is recorded all the same."""
    try:
        if planned.plan.pending:
            events = recorded(apply(planned, run.client, stopping, held), own, len(planned.plan.pending), held.check if held else always)
            shown(events, planned.plan.pending, run, found, stopping)
    except DeployError:
        try:
            _concluded(run, own, planned, held, found)
        except DeployError as second:
            run.answer.tell(f"{second.message} {second.hint}")
        raise


def _concluded(run: Run, own: Owning, planned: Planned, held: Held | None, found: Sequence[Outcome]) -> tuple[Change, ...]:
    """Look at the workspace again and record what is ours now; gives what is not as it was meant."""
    if held and held.lost:
        return ()  # somebody else writes now
    try:
        after = run.answer.follow(seen_again(planned, run.client, found), run.client)
        others = unlike(planned, after)
        own.end(planned, found, unmarked(after, others))
    except DeployError as error:
        error.message = f"What was done could not be recorded: {error.message}"
        error.hint = f"{error.hint} The next apply finds it out.".lstrip()
        raise
    return unproven(found, others)


def _concluded_with_failures(run: Run, own: Owning, planned: Planned, held: Held | None, found: Sequence[Outcome]) -> tuple[Change, ...]:
    """Look again and record; when that fails where changes failed, too, both are told, with the exit code of the changes."""
    try:
        return _concluded(run, own, planned, held, found)
    except DeployError as second:
        try:
            judge(found)
        except DeployError as first:
            first.message, first.hint = f"{first.message} {second.message}", f"{first.hint} {second.hint}".strip()
            raise first from second
        raise


def _tell_made(run: Run, own: Owning) -> None:
    """Nothing is made in a workspace in silence, not even for ourselves."""
    if own.remark:
        run.answer.write(["", own.remark])
        run.answer.parts["remark"] = own.remark


def _tell_strange(run: Run, strange: tuple[Change, ...]) -> None:
    run.answer.parts["unproven"] = [change_part(change) for change in strange]
    if strange:
        run.answer.write(["", "A second look shows that this is not as it was applied:"])
        run.answer.write(line for change in strange for line in change_lines(change, run.answer.paint))
        names = ", ".join(str(change.address) for change in strange)
        raise AppliedInPart(
            f"The API accepted these changes and does not show them: {names}.", "Plan again; if it stays, the API keeps something else."
        )


def _ask(where: str, answer: Answer) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or answer.output != "text":
        raise ApprovalNeeded("These changes are not approved and nobody is here to ask.", "Look at the plan, then run again with --yes.")
    said = click.prompt(f'Apply this to {where}? Only "yes" approves', default="", show_default=False, err=True)
    if said != "yes":
        raise ApprovalNeeded('Not approved: only "yes" approves.', "Nothing was written.")
