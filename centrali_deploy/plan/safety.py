"""What a plan means for the records that are there, in classes: safe, risky, losing. A loss needs a consent of its own."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address, path_text
from centrali_deploy.arrangement import in_order
from centrali_deploy.errors import UsageProblem
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.carrying import update_spec
from centrali_deploy.plan.model import Action, Plan
from centrali_deploy.plan.moving import danger_of
from centrali_deploy.plan.verdicts import Hazard, Policy, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from centrali_deploy.plan.model import Change
    from centrali_deploy.states import DesiredState, LiveState

Question = tuple[Address, str]
"""An address, and the path of a hazard of it; an empty one asks for all of its records."""
NO_QUERY = "no query finds them"


def hazards(plan: Plan, desired: DesiredState, live: LiveState) -> tuple[Hazard, ...]:
    """Every danger of a plan for what is stored, not counted yet, in the order of the plan."""
    changes = [change for change in plan.pending if change.address in live.resources and not change.opening]
    return tuple(hazard for change in changes for hazard in _of(change, desired, live))


def _of(change: Change, desired: DesiredState, live: LiveState) -> Iterator[Hazard]:
    kind = KINDS[change.address.kind]
    before = in_order(kind.name, (), live.resources[change.address].spec)
    if change.action in {Action.DELETE, Action.REPLACE}:
        found = kind.dangers_of_deleting(before)
    elif change.action is Action.UPDATE:
        members = {field.member for field in change.fields}
        after = in_order(kind.name, (), {**before, **update_spec(kind, desired[change.address].spec, before, members)})
        found = kind.dangers_of_changing(before, after, {move.new: move.old for move in change.moves})
    else:
        return
    for danger in (*map(danger_of, change.moves), *found):
        yield Hazard(change.address, danger.path, danger.grade, danger.message, danger.where, danger.fate)


def questions(found: Sequence[Hazard]) -> Iterator[tuple[Question, str, dict[str, Any]]]:
    """What is to be counted, each with the structure and the where-tree: all its records, and what a query can tell of each hazard."""
    for address in dict.fromkeys(hazard.address for hazard in found):
        yield (address, ""), address.name, {}
    for hazard in found:
        if hazard.where:
            yield (hazard.address, path_text(hazard.path)), hazard.address.name, hazard.where


def counted(found: Sequence[Hazard], answers: Mapping[Question, int | str]) -> tuple[Hazard, ...]:
    """Hazards with how many records each concerns, or why nobody knows. Where there are no records, none is concerned."""
    return tuple(_counted(hazard, answers) for hazard in found)


def _counted(hazard: Hazard, answers: Mapping[Question, int | str]) -> Hazard:
    all_of_them = answers[hazard.address, ""]
    total = all_of_them if isinstance(all_of_them, int) else None
    answer = answers.get((hazard.address, path_text(hazard.path)), NO_QUERY) if hazard.where != {} else all_of_them
    if total == 0:
        answer = 0
    count, unknown = (answer, "") if isinstance(answer, int) else (None, answer)
    return replace(hazard, count=count, total=total, unknown=unknown)


def weighed(plan: Plan, found: tuple[Hazard, ...], policy: Policy) -> Plan:
    """A plan that knows its hazards, and is refused for each loss that nobody consented to."""
    refusals = tuple(_refusal(hazard) for hazard in found if hazard.weight == "losing" and not _allowed(hazard, policy))
    return replace(plan, hazards=found, refusals=(*plan.refusals, *refusals))


def refuse_unknown_consents(plan: Plan, policy: Policy) -> None:
    """Raise UsageProblem for a consent to a loss that the plan does not hold: it was probably meant for another one."""
    known = list(dict.fromkeys(name for hazard in plan.hazards if hazard.losing for name in _names(hazard)))
    for name in policy.allow_loss:
        if name not in known:
            near = get_close_matches(name, known, n=1) or known[-1:]
            hint = f"Did you mean {near[0]}?" if near else "Leave it out: nothing is lost."
            raise UsageProblem(f"--allow-data-loss {name} is about nothing that this plan loses.", hint)


def _refusal(hazard: Hazard) -> Refusal:
    where = f"{path_text(hazard.path)}: " if hazard.path else ""
    hint = f"If that is meant, pass --allow-data-loss {_names(hazard)[-1]}."
    return Refusal("data-loss", hazard.address, f"{where}{hazard.message} ({counted_words(hazard)}).", hint)


def counted_words(hazard: Hazard) -> str:
    """How many records a hazard concerns: `412 of 9,120 records would lose a value`; where nobody knows, why."""
    fate = f" {hazard.fate}" if hazard.fate else ""
    if hazard.count is None:
        of = "" if hazard.total is None else f" of {_records(hazard.total)}"
        return f"how many{of}{fate or ' are concerned'} is not known: {hazard.unknown}"
    of = "" if hazard.total in {None, hazard.count} else f"{hazard.count:,} of "
    return f"{of}{_records(hazard.total if of and hazard.total is not None else hazard.count)}{fate}"


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


def _names(hazard: Hazard) -> tuple[str, ...]:
    """What consents to a hazard: its resource, or the property alone."""
    field = str(hazard.path[1]) if len(hazard.path) > 1 else ""
    return (str(hazard.address), f"{hazard.address}.{field}") if field else (str(hazard.address),)


def consent(hazard: Hazard) -> str | None:
    """What has to be named for a loss to be allowed; None when nothing has to."""
    return _names(hazard)[-1] if hazard.weight == "losing" else None


def _allowed(hazard: Hazard, policy: Policy) -> bool:
    return any(name in policy.allow_loss for name in _names(hazard))
