"""Values that go along with a new name: which do, and what stands between the old name and the new one meanwhile.

First both are there, then values are copied, and the old one goes last; so that whatever breaks off can be gone on with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Item
from centrali_deploy.dangers import LOSES, Danger, filled
from centrali_deploy.kinds import KINDS
from centrali_deploy.paths import keyed
from centrali_deploy.plan.carrying import masks, without_masks
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.move import Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.plan.model import Change, FieldChange
    from centrali_deploy.states import DesiredResource, DesiredState, LiveState

COPIED = "what records hold under the old name is copied"
STAYS = "what records hold under the old name stays there"
_EXCHANGED = "rename one after the other, for a new name is an old one"
_STRICT = frozenset({"required", "isUnique", "immutable", "default"})
"""What would be in the way while values are copied, or make some up."""


def with_moves(changes: Iterable[Change], desired: DesiredState, live: LiveState) -> list[Change]:
    """Changes that know whose values go along. `live`: under its own names, nothing renamed in it."""
    return [_with(change, desired, live) if change.action is Action.UPDATE else change for change in changes]


def _with(change: Change, desired: DesiredState, live: LiveState) -> Change:
    kind, present = KINDS[change.address.kind], live.resources.get(change.address)
    members = [member for member, place in kind.places.items() if place.carried]
    found = tuple(move for member in members if present for move in _moves(kind, member, change, desired[change.address], present.spec))
    return replace(change, moves=found, fields=tuple(_noted(kind, field, found) for field in change.fields)) if found else change


def _moves(kind: Kind, member: str, change: Change, declared: DesiredResource, live: Plain) -> Iterator[Move]:
    key = str(kind.places[member].key)
    present, wanted = keyed(live.get(member) or [], key), keyed(declared.spec.get(member) or [], key)
    olds = {old for (of, _), old in declared.renamed_items.items() if of == member}
    for field in change.fields:
        if field.path[:1] != (member,) or field.path[2:] != (key,):
            continue
        old, new = Item(str(field.before)), Item(str(field.after))
        why = _why(present[old], present.get(new), exchanged=new in olds & present.keys() or old in wanted)
        yield Move(member, str(old), str(new), begun=new in present and not why, hindered=why)


def _why(old: Plain, new: Plain | None, *, exchanged: bool) -> str:
    """Why the values of a property cannot be taken along; empty when they can."""
    if _is_secret(old):
        return "they are secret"
    if exchanged:
        return _EXCHANGED
    if new is not None and (_is_secret(new) or new.get("type") != old.get("type")):
        return "the new one is there already, and is another one"
    return ""


def _is_secret(value: Any) -> bool:  # noqa: ANN401 -- a definition, at any depth
    if isinstance(value, dict):
        return value.get("isSecret") is True or any(map(_is_secret, value.values()))
    return isinstance(value, list) and any(map(_is_secret, value))


def _noted(kind: Kind, field: FieldChange, found: Sequence[Move]) -> FieldChange:
    """A change of a name, with what becomes of the values."""
    for move in found:
        if field.path == (move.member, Item(move.new), kind.places[move.member].key):
            return replace(field, note=STAYS if move.hindered else COPIED)
    return field


def danger_of(move: Move) -> Danger:
    """What becomes of the values of something that gets another name."""
    path, where = (move.member, Item(move.new)), filled(move.old)
    if move.hindered:
        return Danger(path, "losing", f"values under {move.old} cannot be taken along: {move.hindered}", where, LOSES)
    if move.begun:
        where = {"and": [where, {f"data.{move.new}": {"exists": False}}]}
    return Danger(path, "copy", f"values are copied from {move.old}", where)


def transition(kind: Kind, live: Plain, final: Plain, moves: Sequence[Move]) -> dict[str, Any]:
    """What stands while values are copied: everything that is live, and beside each old name the new one, defined alike.

    `live`: under the new names; `final`: what is sent in the end. Masks are never sent: what is secret is as it will be.
    """
    found = {}
    for member in dict.fromkeys(move.member for move in moves if not move.begun and not move.hindered):
        key = str(kind.places[member].key)
        renamed = {move.new: move for move in moves if move.member == member}
        last = keyed(final.get(member) or [], key)
        found[member] = [item for each in live[member] for item in _beside(each, key, renamed, last)]
    return found


def _beside(item: Plain, key: str, renamed: Mapping[str, Move], last: Mapping[Item, Any]) -> Iterator[Plain]:
    move = renamed.get(str(item[key]))
    if any(masks(item)):
        item = last.get(Item(item[key])) or without_masks(item)
    if move is None:
        yield item
        return
    yield {**item, key: move.old}
    if not move.hindered:
        yield {member: value for member, value in item.items() if member not in _STRICT}
