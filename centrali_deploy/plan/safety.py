"""What a plan means for the records that are there, in classes: safe, risky, losing. A loss needs a consent of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from centrali_deploy.address import Address, Item, path_text
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.carrying import carried_names, update_spec
from centrali_deploy.plan.model import Action, Plan
from centrali_deploy.plan.verdicts import Hazard, Policy, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from centrali_deploy.parts import Plain
    from centrali_deploy.plan.model import Change, FieldChange
    from centrali_deploy.states import DesiredState, LiveState


def hazards(plan: Plan, desired: DesiredState, live: LiveState) -> tuple[Hazard, ...]:
    """Every danger of a plan for what is stored, not counted yet, in the order of the plan."""
    return tuple(hazard for change in plan.pending if change.address in live.resources for hazard in _of(change, desired, live))


def _of(change: Change, desired: DesiredState, live: LiveState) -> Iterator[Hazard]:
    kind, before = KINDS[change.address.kind], live.resources[change.address].spec
    if change.action in {Action.DELETE, Action.REPLACE}:
        found = kind.dangers_of_deleting(before)
    elif change.action is Action.UPDATE:
        members = {field.member for field in change.fields}
        after = {**before, **update_spec(kind, desired[change.address].spec, before, members)}
        found = kind.dangers_of_changing(before, after)
    else:
        return
    for member, names in carried_names(kind, change, before).items():
        for new, old in names.items():
            where = {f"data.{old}": {"exists": True}}
            yield Hazard(
                change.address, (member, Item(new)), losing=False, message=f"values are copied from {old}", where=where, copies=True
            )
    for field in change.fields:
        if _left_behind(change, field, before):
            message = f"values under {field.before} cannot be taken along: {_why(field, change)}"
            where = {f"data.{field.before}": {"exists": True}}
            yield Hazard(change.address, field.path[:2], losing=True, message=message, where=where)
    for danger in found:
        yield Hazard(change.address, danger.path, danger.losing, danger.message, danger.where)


def _left_behind(change: Change, field: FieldChange, before: Plain) -> bool:
    """Whether an item is renamed whose values nobody can read."""
    kind = KINDS[change.address.kind]
    place = kind.places.get(field.member)
    is_name = bool(place and place.carried and len(field.path) > len(("member", "item")) and field.path[2] == place.key)
    return is_name and str(field.after) not in carried_names(kind, change, before).get(field.member, {})


def _why(field: FieldChange, change: Change) -> str:
    names = [other for other in change.fields if other.path[2:] == field.path[2:] and other.member == field.member]
    chain = {other.before for other in names} & {other.after for other in names}
    return "rename one after the other, for a new name is an old one" if chain else "they are secret"


def weighed(plan: Plan, counted: tuple[Hazard, ...], policy: Policy) -> Plan:
    """A plan that knows its hazards, and is refused for each loss that nobody consented to."""
    refusals = tuple(_refusal(hazard) for hazard in counted if hazard.losing and hazard.count != 0 and not _allowed(hazard, policy))
    return replace(plan, hazards=counted, refusals=(*plan.refusals, *refusals))


def unknown_consents(plan: Plan, policy: Policy) -> tuple[str, ...]:
    """Consents that no hazard of the plan needs."""
    named = {name for hazard in plan.hazards for name in _names(hazard)}
    return tuple(text for text in policy.allow_loss if text not in named)


def _refusal(hazard: Hazard) -> Refusal:
    said = counted_words(hazard)
    where = f"{path_text(hazard.path)}: " if hazard.path else ""
    return Refusal(
        "data-loss", hazard.address, f"{where}{hazard.message} ({said}).", f"If that is meant, pass --allow-data-loss {_names(hazard)[-1]}."
    )


def counted_words(hazard: Hazard) -> str:
    """How many records a hazard concerns: `412 of 9,120 records`."""
    if hazard.count is None:
        return f"nobody could count which of {hazard.total:,} records" if hazard.total is not None else "the records could not be counted"
    of = "" if hazard.total in (None, hazard.count) else f" of {hazard.total:,}"
    return f"{hazard.count:,}{of} record{'' if (hazard.total or hazard.count) == 1 else 's'}"


def _names(hazard: Hazard) -> tuple[str, ...]:
    """What consents to a hazard: its resource, or the property alone."""
    field = str(hazard.path[1]) if len(hazard.path) > 1 else ""
    return (str(hazard.address), f"{hazard.address}.{field}") if field else (str(hazard.address),)


def _allowed(hazard: Hazard, policy: Policy) -> bool:
    return any(name in policy.allow_loss for name in _names(hazard))


def counts(hazards: tuple[Hazard, ...], found: Mapping[tuple[Address, str], int | None]) -> tuple[Hazard, ...]:
    """Hazards with how many records each concerns, by its address and path; those of the whole structure stand at the empty path."""
    return tuple(_counted(hazard, found) for hazard in hazards)


def _counted(hazard: Hazard, found: Mapping[tuple[Address, str], int | None]) -> Hazard:
    """Where there are no records, none is concerned, whether or not a query can tell."""
    total = found.get((hazard.address, ""))
    count = found.get((hazard.address, path_text(hazard.path) if hazard.where != {} else ""))
    return replace(hazard, count=0 if total == 0 else count, total=total)
