"""Undoing: what one apply did, turned round into a desired state of its own. Only what that apply changed is in it.

What somebody changed or took away since, and what nobody can bring back, is left as it is and said.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address, path_text
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.carrying import masks
from centrali_deploy.plan.hindering import NEVER_KEPT, hindered
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.ownership import is_another
from centrali_deploy.plan.renaming import pointed
from centrali_deploy.states import DesiredResource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.states import LiveState, Recorded, RecordedState

_FIRST = (Action.CREATE, Action.DELETE, Action.REPLACE, Action.UPDATE)
"""Of several changes of one address, what the first of these did is undone."""
_GONE = "gone: there is nothing to take back"
_FROM_THE_MANIFEST = "What is encrypted comes back from the manifest alone: put its earlier text back and apply that, with its secrets."


@dataclass(frozen=True, slots=True)
class Done:
    """What an apply did to one address: which members it changed, and the live spec before, under the names after it.

    `was`: the old name. `items`: member, new name and old name of each item that was renamed. `ours`: the members that
    were managed before; None when it was not recorded then.
    """

    address: Address
    action: Action
    members: tuple[str, ...] = ()
    before: Plain = field(default_factory=dict)
    was: str | None = None
    items: tuple[tuple[str, str, str], ...] = ()
    ours: tuple[str, ...] | None = None


@dataclass(slots=True)
class Undoing:
    """A desired state that takes an apply back. `scope`: what of the record it concerns, by present address and member.

    None in `scope`: all of it. `ours`: which members of a resource are managed afterwards (None: all that are declared).
    """

    desired: dict[Address, DesiredResource] = field(default_factory=dict)
    scope: dict[Address, frozenset[str] | None] = field(default_factory=dict)
    ours: dict[Address, tuple[str, ...] | None] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    """What is left as it is, and what does not come back."""
    missing: list[Address] = field(default_factory=list)
    """What was deleted and is not made again."""

    def concerned(self, recorded: RecordedState) -> RecordedState:
        """What is recorded of what is taken back: these addresses, and of each these members."""
        known = {address: each for address, each in recorded.resources.items() if address in self.scope}
        return replace(recorded, resources={address: _within(each, self.scope[address]) for address, each in known.items()})


def _within(recorded: Recorded, members: frozenset[str] | None) -> Recorded:
    if members is None or recorded.spec is None:
        return recorded
    spec = {member: value for member, value in recorded.spec.items() if member in members}
    meant = recorded.meant
    if meant and meant.spec is not None:
        meant = replace(meant, spec={member: value for member, value in meant.spec.items() if member in members})
    return replace(recorded, spec=spec, meant=meant)


def merged(done: Sequence[Done]) -> list[Done]:
    """One for each address."""
    found: dict[Address, Done] = {}
    for each in sorted(done, key=lambda each: _FIRST.index(each.action)):
        first = found.get(each.address, each)
        members = tuple(dict.fromkeys((*first.members, *each.members)))
        found[each.address] = Done(each.address, first.action, members, first.before, first.was, first.items, first.ours)
    return [found[address] for address in sorted(found)]


def undoing(done: Sequence[Done], live: LiveState, recorded: RecordedState) -> Undoing:
    """Turn round what an apply did, but for what would need a secret that nobody can read, and what depends on that."""
    gone: list[str] = []
    here = [each for each in merged(done) if _is_here(each, live, recorded, gone)]
    stuck: dict[Address, str] = {}
    again = {Address(each.address.kind, each.was): each.address for each in here if each.was and each.address not in live.resources}
    while True:
        found = _turned(here, stuck, live, recorded)
        going = [each.address for each in here if each.action is Action.CREATE and each.address not in stuck]
        more = hindered(found.desired, going, stuck, live, found.concerned(recorded))
        new = {again.get(address, address): reason for address, reason in more.items()}
        if new.keys() <= stuck.keys():
            break
        stuck = new | stuck
    found.remarks[:0] = gone
    _tell_stuck(here, stuck, live, found)
    if any(NEVER_KEPT in remark for remark in found.remarks):
        found.remarks.append(_FROM_THE_MANIFEST)
    return found


def _turned(here: Sequence[Done], stuck: Mapping[Address, str], live: LiveState, recorded: RecordedState) -> Undoing:
    """All of it turned round that is not stuck. A state can go back by itself: that is a call of its own."""
    found = Undoing()
    going = [each for each in map(_state_alone, here) if each] if stuck else []
    going = [*(each for each in here if each.address not in stuck), *(each for each in going if each.address in stuck)]
    back = {each.address: Address(each.address.kind, each.was) for each in going if each.was}
    for each in going:
        if each.action is Action.CREATE:
            found.scope[each.address] = None
        elif each.action is Action.DELETE or each.address not in live.resources:
            _again(each, back, recorded, found)
        else:
            _earlier(each, live.resources[each.address].spec, back, found)
    return found


def _state_alone(each: Done) -> Done | None:
    life = KINDS[each.address.kind].lifecycle
    if each.action is not Action.UPDATE or not life or life.member not in each.members:
        return None
    return replace(each, members=(life.member,), was=None, items=())


def _tell_stuck(here: Sequence[Done], stuck: Mapping[Address, str], live: LiveState, found: Undoing) -> None:
    for address in (each.address for each in here if each.address in stuck):
        away = address not in live.resources
        but = " but for its state" if address in found.desired else ""
        found.remarks.append(f"{address} is {'not made again' if away else f'left as it is{but}'}: {stuck[address]}.")
        found.missing += [address] if away else []


def _is_here(each: Done, live: LiveState, recorded: RecordedState, remarks: list[str]) -> bool:
    """Whether there is something to undo still; otherwise it is said why not.

    A rollback that was killed may have left something half made, of which nothing is recorded but that it is ours; or it may
    have deleted what it was to put the earlier one in place of. Both is made whole.
    """
    present, known = live.resources.get(each.address), recorded.resources.get(each.address)
    old = Address(each.address.kind, each.was) if each.was else None
    if each.action is Action.DELETE:
        reason = "it is there again" if present and not (known and known.spec is None) else ""
    elif each.action is Action.CREATE:
        reason = "" if known else "it is no longer ours" if present else _GONE  # what is ours and gone is forgotten
    elif each.action is Action.REPLACE and present is None and known:
        reason = ""
    elif present is None:
        reason = _GONE
    elif known is None or is_another(known, present):
        reason = "it is no longer ours"
    else:
        reason = f"{old} is there by now" if old in live.resources else ""
    if reason:
        remarks.append(f"{each.address} is {reason if reason is _GONE else f'left as it is: {reason}'}.")
    return not reason


def _again(each: Done, back: Mapping[Address, Address], recorded: RecordedState, found: Undoing) -> None:
    """Make what was deleted as it was."""
    if each.address in recorded.resources:
        found.scope[each.address] = None
    kind = KINDS[each.address.kind]
    spec = pointed(kind, {member: value for member, value in each.before.items() if member in kind.members}, back)
    address = back.get(each.address, each.address)
    found.desired[address] = DesiredResource(address, spec)
    found.ours[address] = each.ours
    found.remarks.append(_bare(each, kind))


def _earlier(each: Done, present: Plain, back: Mapping[Address, Address], found: Undoing) -> None:
    """Give the members that were changed their earlier values; absent ones go back to their defaults."""
    kind, spec = KINDS[each.address.kind], dict(earlier(each, back))
    if each.action is Action.REPLACE:
        found.remarks.append(_bare(each, kind))
    for member, value in list(spec.items()):
        if reason := _stays(kind, member, value, present, replaced=each.action is Action.REPLACE):
            found.remarks.append(f"{member} of {each.address} stays as it is: {reason}.")
            del spec[member]
    if not spec and not each.was:
        return
    address = back.get(each.address, each.address)
    items = {(member, old): new for member, new, old in each.items if member in spec}
    found.desired[address] = DesiredResource(address, spec, renamed_from=each.address.name if each.was else None, renamed_items=items)
    found.scope[each.address] = frozenset(spec)
    found.ours[address] = each.ours
    found.remarks += _emptied(each, kind, spec, present)


def earlier(each: Done, back: Mapping[Address, Address] = MappingProxyType({})) -> Iterator[tuple[str, Any]]:
    """The members that were changed with their values before; `back` leads from names after it to the earlier ones."""
    kind = KINDS[each.address.kind]
    before = pointed(kind, each.before, back)
    for member in each.members:
        if member == kind.identity:
            continue
        place, value = kind.places.get(member), before.get(member)
        names = {new: old for of, new, old in each.items if of == member}
        if place and place.key and isinstance(value, list) and names:
            value = [{**item, place.key: names.get(item.get(place.key), item.get(place.key))} for item in value]
        yield member, value


def _stays(kind: Kind, member: str, value: Any, present: Plain, *, replaced: bool) -> str:  # noqa: ANN401 -- any JSON value
    """Why a member cannot have its earlier value; empty when it can, or when the whole cannot without it."""
    secret = next(masks(value, (member,)), None)
    if secret and not replaced:
        return f"{path_text(secret)} {NEVER_KEPT}"
    life = kind.lifecycle
    if life and member == life.member and value != present.get(member):
        wanted = life.initial if value is None else value
        return "" if wanted in life.calls else f"it cannot go back to {wanted}"
    return ""


def _bare(each: Done, kind: Kind) -> str:
    """What does not come back with the definition of something that was deleted."""
    lost = "the records that it had" if any(kind.dangers_of_deleting(each.before)) else "the runs and the history that it had"
    return f"Only the definition of {each.address} comes back, without {lost}."


def _emptied(each: Done, kind: Kind, spec: Plain, present: Plain) -> Iterator[str]:
    """Items of which only the definition comes back."""
    for member, value in spec.items():
        place = kind.places.get(member)
        if place and place.carried and place.key:
            names = {item.get(place.key) for item in present.get(member) or ()} | {old for of, _, old in each.items if of == member}
            for name in [item.get(place.key) for item in value or () if item.get(place.key) not in names]:
                yield f"Only the definition of {member}[{name}] of {each.address} comes back, without the values that were dropped."
