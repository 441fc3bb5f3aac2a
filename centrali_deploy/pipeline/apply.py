"""Apply: carry out a plan that was made and approved."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from centrali_deploy.apply.executor import check_secrets, execute
from centrali_deploy.apply.outcome import Status
from centrali_deploy.apply.writing import Writing, always
from centrali_deploy.errors import AppliedInPart, LeaseLost, ManifestError, StalePlan, UnsafePlan
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from centrali_deploy.apply.outcome import Event, Outcome
    from centrali_deploy.errors import Problem
    from centrali_deploy.ledger.lease import Held
    from centrali_deploy.pipeline.plan import Planned
    from centrali_deploy.plan.model import Change, Plan
    from centrali_deploy.plan.verdicts import Refusal
    from centrali_deploy.remote.client import Client
    from centrali_deploy.states import LiveState


def check(planned: Planned, client: Client) -> None:
    """Raise UnsafePlan when the whole plan is refused, ManifestError when a secret is not set; before anybody is asked."""
    _refuse("The plan is refused.", planned.plan.refused)
    check_secrets(planned.plan, Writing(client, planned.desired, planned.live))


def refuse_protected(plan: Plan) -> None:
    """Raise UnsafePlan, when all else is done, for what is protected and would have been changed."""
    _refuse("Left out:", plan.protected)


def _refuse(what: str, refusals: Sequence[Refusal]) -> None:
    if refusals:
        listed = " ".join(f"{refusal.address}: {refusal.message}" for refusal in refusals)
        raise UnsafePlan(f"{what} {listed}", " ".join(dict.fromkeys(refusal.hint for refusal in refusals)))


def unset(planned: Planned, client: Client) -> tuple[Problem, ...]:
    """The secrets an apply of this plan would need and that are not set here."""
    try:
        check_secrets(planned.plan, Writing(client, planned.desired, planned.live))
    except ManifestError as error:
        return error.problems
    return ()


def refuse_stale(approved: Plan, now: Plan) -> None:
    """Raise StalePlan, naming what moved, when the plan that was approved is not the one that would be made now."""
    if approved.digest == now.digest:
        return
    before, after = ({change.address: change for change in plan.pending} for plan in (approved, now))
    moved = sorted(str(address) for address in before.keys() | after.keys() if before.get(address) != after.get(address))
    raise StalePlan(f"The workspace changed while you decided: {', '.join(moved)}.", "Nothing was written: run again and look.")


def apply(planned: Planned, client: Client, stopping: Callable[[], bool], held: Held | None = None) -> Iterator[Event]:
    """Yields the start and the outcome of each change, as it happens.

    Raises before the first write; or Interrupted, once `stopping` says so and what was begun is finished. Without the
    lock, if there is one, nothing more is written.
    """
    allowed = held.check if held else always
    return execute(planned.plan, Writing(client, planned.desired, planned.live, allowed), stopping=stopping, allowed=allowed)


def judge(outcomes: Sequence[Outcome]) -> None:
    """Raise AppliedInPart when something failed; the failure itself when nothing was applied."""
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    if not failed:
        return
    if lost := next((outcome.error for outcome in failed if isinstance(outcome.error, LeaseLost)), None):
        raise lost
    names = ", ".join(str(outcome.change.address) for outcome in failed)
    if any(outcome.status is Status.APPLIED for outcome in outcomes) or failed[0].error is None:
        raise AppliedInPart(f"Applied in part: {names} failed.", "Mend it and run again: what is done stays done.")
    error = copy(failed[0].error)
    error.message, error.hint = f"Nothing was applied: {names} failed.", "See above."
    raise error


def proven(planned: Planned, outcomes: Sequence[Outcome], after: LiveState) -> tuple[Change, ...]:
    """What was applied and is not as it was meant, as a second look at the workspace tells."""
    applied = {outcome.change.address for outcome in outcomes if outcome.status is Status.APPLIED}
    again = make_plan(planned.plan.workspace, planned.desired, after, RecordedState(), Policy())
    return tuple(change for change in again.pending if change.address in applied)
