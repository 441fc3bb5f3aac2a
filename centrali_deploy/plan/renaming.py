"""Renames: what is live under an old name is compared under its new one, so that identity and history survive.

Works from a clean checkout: only the manifest's `renamedFrom` and what is live decide. What cannot be renamed in place
is refused with what it would cost, and what looks like a forgotten `renamedFrom` is pointed out.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from centrali_deploy.address import Address, Item, path_text
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.model import Action, FieldChange, Mark
from centrali_deploy.plan.sides import THEIRS, YOURS
from centrali_deploy.plan.verdicts import Hint, Refusal
from centrali_deploy.states import LiveState, RecordedState, near_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.plan.model import Change
    from centrali_deploy.states import DesiredResource, DesiredState, Recorded

T = TypeVar("T")
_PLAIN = re.compile(r"[A-Za-z_](?:[\w .-]*\w)?")
NOTHING_RECORDED = RecordedState()
_ALIKE = 0.8
_MOST = 1_000
"""Characters of a spec that are compared, and comparisons that are made: a hint must not cost more than the plan."""


class Renamed(NamedTuple):
    """The live state with every rename carried out in it, what has to be changed for that, and what stands in the way.

    `back` leads from old addresses to new ones.
    """

    live: LiveState
    fields: Mapping[Address, tuple[FieldChange, ...]]
    refusals: tuple[Refusal, ...]
    back: Mapping[Address, Address]


def renamed(desired: DesiredState, live: LiveState, recorded: RecordedState = NOTHING_RECORDED) -> Renamed:
    """Lead the live state to the names the manifests use; what somebody else renamed is known by its id."""
    pairs = {**dict(_elsewhere_renamed(desired, live, recorded)), **dict(_pairs(desired, live))}
    possible = {new: old for new, old in pairs.items() if KINDS[new.kind].renameable}
    back = {old: new for new, old in possible.items()}
    resources = {}
    fields: dict[Address, tuple[FieldChange, ...]] = {}
    for address, resource in live.resources.items():
        now = back.get(address, address)
        spec = seen = pointed(KINDS[address.kind], resource.spec, back)
        if now in desired:
            spec, found = _items(desired[now], spec, recorded.resources.get(now))
            if now != address:
                identity = KINDS[now.kind].identity
                side = YOURS if desired[now].renamed_from else THEIRS
                place = desired[now].position(("renamedFrom",))
                found = (FieldChange((identity,), address.name, now.name, position=place, side=side), *found)
            if found:
                fields[now] = found
        resources[now] = replace(resource, address=now, spec=spec, seen=seen)
    refusals = tuple(_refused(new, old) for new, old in pairs.items() if new not in possible)
    return Renamed(LiveState(resources, live.doubles), fields, refusals, back)


def forgotten(
    changes: Iterable[Change], desired: DesiredState, live: LiveState, before: LiveState, foreign: Collection[Address]
) -> Iterator[Hint]:
    """Creates that look like something that is live under another name and no longer declared; old names that are nowhere.

    `before`: the live state before anything was renamed in it; `foreign`: what others apply, who would miss it.
    """
    left = sorted(address for address in live.resources if address not in desired and address not in foreign)[:_MOST]
    for change in changes:
        if change.action is not Action.CREATE:
            yield from _forgotten_items(change)
            yield from _beside(change.address, desired, live)
            continue
        spec, old = desired[change.address].spec, desired[change.address].renamed_from
        if old and Address(change.address.kind, old) in before.resources:
            continue
        if old and any(address.kind == change.address.kind for address in before.resources):
            yield _nowhere(change.address, Address(change.address.kind, old), left)
        near = [address for address in left if address.kind == change.address.kind and _alike(spec, live.resources[address].spec)]
        for address in near[:1]:
            message = f"{change.address} looks like a rename of {address}, which is in the workspace and not declared."
            kind = KINDS[address.kind]
            if kind.renameable:
                lines = (f"  {_quoted(change.address.name)}:", f"    renamedFrom: {_quoted(address.name)}")
                yield Hint(change.address, f"{message} If it is one, write:", lines)
            else:
                yield Hint(change.address, f"{message} The {kind.identity} cannot be changed: to keep what is there, keep the name.")


def _beside(new: Address, desired: DesiredState, live: LiveState) -> Iterator[Hint]:
    """Something under the old name still, and something under the new one that was there before: which is meant nobody knows."""
    old = Address(new.kind, (desired[new].renamed_from if new in desired else None) or new.name)
    if old != new and old not in desired and {new, old} <= live.resources.keys():
        yield Hint(new, f"{new} is in the workspace beside {old}, which its renamedFrom names: nothing is renamed.")


def _nowhere(new: Address, old: Address, left: Iterable[Address]) -> Hint:
    """An old name that nothing has, so that there is nothing to rename."""
    message = f"renamedFrom of {new} names {old}, which is not in the workspace, so a new one is created."
    return Hint(new, f"{message} {near_name(old, left)}".rstrip())


def _forgotten_items(change: Change) -> Iterator[Hint]:
    """An item that is added and one that is removed, alike but for their names."""
    for added in change.fields:
        place = KINDS[change.address.kind].places.get(added.member)
        if not place or not place.key or len(added.path) != len(("member", "item")) or not isinstance(added.after, dict):
            continue
        for gone in change.fields:
            if gone.path[:1] == added.path[:1] and isinstance(gone.before, dict) and gone.after is Mark.ABSENT:
                rest = [{m: v for m, v in item.items() if m != place.key} for item in (added.after, gone.before)]
                if _alike(*rest) and added.path != gone.path:
                    message = (
                        f"{path_text(added.path)} of {change.address} looks like a rename of {path_text(gone.path)}. If it is one, write:"
                    )
                    yield Hint(
                        change.address,
                        message,
                        (f"  - {place.key}: {_quoted(str(added.path[1]))}", f"    renamedFrom: {_quoted(str(gone.path[1]))}"),
                    )


def _pairs(desired: DesiredState, live: LiveState) -> Iterator[tuple[Address, Address]]:
    """New and old address of each rename that is still to be done; chains are, circles were exchanged already."""
    wanted = {}
    for address, resource in sorted(desired.items()):
        old = Address(address.kind, resource.renamed_from) if resource.renamed_from else None
        if old and old in live.resources and (old not in desired or desired[old].renamed_from) and old not in wanted:
            wanted[old] = address
    yield from ((new, old) for old, new in wanted.items() if _free(new, wanted, live.resources))


def _elsewhere_renamed(desired: DesiredState, live: LiveState, recorded: RecordedState) -> Iterator[tuple[Address, Address]]:
    """New and old address of what lost in the workspace the name under which it was applied."""
    names = {(address.kind, resource.id): address for address, resource in live.resources.items()}
    for address, known in recorded.resources.items():
        now = names.get((address.kind, known.id))
        if now and address in desired and address not in live.resources and not {now} & (desired.keys() | recorded.resources.keys()):
            yield address, now


def pointed(kind: Kind, spec: Plain, back: Mapping[Address, Address]) -> Plain:
    """A spec whose references lead to the new names."""
    if not back:
        return spec
    found: Any = spec
    for reference, _ in kind.references_in(spec):
        if reference.target in back:
            found = _with(found, reference.path, back[reference.target].name)
    return found  # type: ignore[no-any-return]


def _items(declared: DesiredResource, live: Plain, known: Recorded | None) -> tuple[Plain, tuple[FieldChange, ...]]:
    """A live spec whose items bear their new names, and the changes of those names."""
    fields = []
    spec: Any = live
    places = KINDS[declared.address.kind].places
    for member in dict.fromkeys(member for member, _ in declared.renamed_items):
        key, items = str(places[member].key), live.get(member)
        names = [item.get(key) for item in items] if isinstance(items, list) else []
        new_names = {old: new for (of, new), old in declared.renamed_items.items() if of == member and old in names}
        kept = {item.get(key) for item in declared.spec.get(member) or () if (member, item.get(key)) not in declared.renamed_items}
        if places[member].carried:
            declared_names = {item.get(key) for item in declared.spec.get(member) or ()}
            half = _half_done(
                new_names, declared_names, names, [item.get(key) for item in ((known.spec if known else None) or {}).get(member) or ()]
            )
            spec = _with(spec, (member,), [item for item in spec[member] if item.get(key) not in half]) if half else spec
            names = [name for name in names if name not in half]
        for index, old in enumerate(names):
            new = new_names.get(old)
            if new and old not in kept and _free(new, new_names, names):
                spec = _with(spec, (member, index, key), new)
                path = (member, Item(new), key)
                position = declared.position((*path[:2], "renamedFrom"))
                fields.append(FieldChange(path, old, new, position=position))
    return spec, tuple(fields)


def _half_done(new_names: Mapping[Any, str], declared: Collection[Any], names: Collection[Any], was: Collection[Any]) -> set[Any]:
    """New items of renames that broke off while both were there; what was declared last time under that name is none."""
    return {new for old, new in new_names.items() if old not in declared and new in names and new not in {*was, *new_names}}


def _free(new: T, new_names: Mapping[T, T], names: Collection[Any]) -> bool:
    """Whether a name is free, or becomes free; names that go round in a circle were exchanged already, for all we know."""
    seen = {new}
    while new in names and new in new_names and new_names[new] not in seen:
        new = new_names[new]
        seen.add(new)
    return new not in names


def _with(value: Any, path: tuple[Any, ...], new: object) -> Any:  # noqa: ANN401 -- any JSON value
    if not path:
        return new
    copied = list(value) if isinstance(value, list) else dict(value)
    copied[path[0]] = _with(value[path[0]], path[1:], new)
    return copied


def _refused(new: Address, old: Address) -> Refusal:
    kind = KINDS[new.kind]
    cost = "its records would stay with the old one" if new.kind == "structure" else "its runs and its version would stay with the old one"
    return Refusal(
        "rename-not-possible",
        new,
        f"{old} cannot become {new}: its {kind.identity} cannot be changed. A new one would be made, and {cost}.",
        f"Keep the name {old.name}; or take renamedFrom out to make a new one beside it.",
    )


def _alike(left: Plain, right: Plain) -> bool:
    if not left:
        return False  # what says nothing is like nothing
    both = left.keys() & right.keys()
    first, second = (json.dumps({m: spec[m] for m in both}, default=str, sort_keys=True)[:_MOST] for spec in (left, right))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return bool(matcher.real_quick_ratio() > _ALIKE and matcher.quick_ratio() > _ALIKE and matcher.ratio() > _ALIKE)


def _quoted(name: str) -> str:
    """A name as YAML takes it for text."""
    plain = _PLAIN.fullmatch(name) and name.lower() not in {"null", "true", "false"}
    return name if plain else json.dumps(name, ensure_ascii=False)
