"""Apply: carry out a plan that was made and approved."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from centrali_deploy.address import Address
from centrali_deploy.apply.executor import check_secrets, execute
from centrali_deploy.apply.outcome import Status
from centrali_deploy.apply.writing import Writing, always
from centrali_deploy.errors import AppliedInPart, LeaseLost, ManifestError, StalePlan, UnsafePlan
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.planfile import pins
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.observation import observe
from centrali_deploy.remote.second_look import look_again
from centrali_deploy.states import LiveState, RecordedState, references

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from centrali_deploy.apply.outcome import Event, Outcome
    from centrali_deploy.errors import Problem
    from centrali_deploy.ledger.lease import Held
    from centrali_deploy.pipeline.plan import Planned
    from centrali_deploy.plan.model import Change, Plan
    from centrali_deploy.plan.verdicts import Refusal
    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress
    from centrali_deploy.states import DesiredResource, DesiredState


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


def refuse_stale(approved: Planned, now: Planned) -> None:
    """Raise StalePlan, naming what moved, when the plan that was approved is not the one that would be made now.

    A delete of something that changed meanwhile is another plan, too, and so is anything else that is done to it.
    """
    same = approved.plan.digest == now.plan.digest
    before, after = ({change.address: change for change in each.plan.pending} for each in (approved, now))
    was, is_now = pins(approved.plan, approved.live), pins(approved.plan, now.live)
    others = (a for a in before.keys() | after.keys() if (not same and before.get(a) != after.get(a)) or was.get(a) != is_now.get(a))
    if moved := sorted(map(str, others)):
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
    first = failed[0].error
    if any(outcome.status is Status.APPLIED for outcome in outcomes) or first is None or isinstance(first, AppliedInPart):
        raise AppliedInPart(f"Applied in part: {names} failed.", "Mend it and run again: what is done stays done.")
    error = copy(first)
    error.message, error.hint = f"Nothing was applied: {names} failed.", "See above."
    raise error


def seen_again(planned: Planned, client: Client, outcomes: Sequence[Outcome]) -> Generator[Progress, None, LiveState]:
    """The workspace after an apply: what was written is read again; all of it, when something failed or was not begun."""
    if not outcomes:
        return planned.live
    done = [outcome.change for outcome in outcomes if outcome.status is Status.APPLIED]
    written = {change.address for change in done if change.action is not Action.FORGET}
    if len(done) < len(planned.plan.pending):
        return _beside(planned, (yield from observe(client, written)))
    others = {change.address for change in done if change.action not in {Action.UPDATE, Action.FORGET}}
    return (yield from look_again(client, planned.live, written - others, others))


def _beside(planned: Planned, after: LiveState) -> LiveState:
    """What is live now; of what the plan does not touch, as it was planned with, so that changes meanwhile are not taken for known."""
    touched = {change.address for change in planned.plan.pending}
    same = {a: resource for a, resource in planned.live.resources.items() if a in after.resources and a not in touched}
    return LiveState({**after.resources, **same}, after.doubles)


def unlike(planned: Planned, after: LiveState) -> tuple[Change, ...]:
    """What is declared and is not there as it is declared, and what was to go and is there, as a second look at the workspace tells."""
    clear = _clear(planned.desired, after)
    wrong = make_plan(planned.plan.workspace, clear, after, RecordedState(nowhere=True), Policy()).pending
    other = (change for change in planned.plan.pending if change.address not in clear and _is_strange(change, planned, after))
    return (*wrong, *other)


def _clear(desired: DesiredState, live: LiveState) -> DesiredState:
    """What can be compared: a name may lead to two by now, or to nothing, and what was done is recorded all the same."""
    left: DesiredState = {}
    names = desired
    while left.keys() != names.keys():
        left, known = names, names.keys() | live.resources.keys()
        names = {a: r for a, r in left.items() if (meant := _meant(r)) <= known | {_old(r)} and not meant & live.doubles.keys()}
    return left


def _meant(resource: DesiredResource) -> set[Address]:
    """Every name that is to lead to one resource."""
    return {resource.address, _old(resource), *(reference.target for reference, _ in references(resource))}


def _old(resource: DesiredResource) -> Address:
    return Address(resource.address.kind, resource.renamed_from or resource.address.name)


def _is_strange(change: Change, planned: Planned, after: LiveState) -> bool:
    """Of what is not declared, or cannot be compared: whether that is not as it was meant."""
    return change.address in planned.desired or (change.action is Action.DELETE and _is_there(change, planned.live, after))


def _is_there(change: Change, before: LiveState, after: LiveState) -> bool:
    was, now = (live.resources.get(change.address) for live in (before, after))
    return was is not None and now is not None and was.id == now.id


def unproven(outcomes: Sequence[Outcome], others: Sequence[Change]) -> tuple[Change, ...]:
    """Of what is not as it was meant, what was applied."""
    applied = {outcome.change.address for outcome in outcomes if outcome.status is Status.APPLIED}
    return tuple(change for change in others if change.address in applied)


def unmarked(after: LiveState, others: Sequence[Change]) -> LiveState:
    """The workspace without marks of what is not as it was meant: the next plan must read that whole."""
    blank = {change.address: replace(after.resources[change.address], mark="") for change in others if change.address in after.resources}
    return replace(after, resources={**after.resources, **blank})
