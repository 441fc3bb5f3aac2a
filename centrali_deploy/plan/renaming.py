"""Renames: what is live under an old name is compared under its new one, so that identity and history survive.

Works from a clean checkout: only the manifest's `renamedFrom` and what is live decide. What cannot be renamed in place
is refused with what it would cost, and what looks like a forgotten `renamedFrom` is pointed out.
"""

from __future__ import annotations

import json
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from centrali_deploy.address import Address, Item, path_text
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.model import Action, FieldChange, Hint, Mark, Refusal
from centrali_deploy.states import LiveState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.plan.model import Change
    from centrali_deploy.states import DesiredResource, DesiredState

_ALIKE = 0.8
_MOST = 20_000
"""Characters of a spec that are compared."""


class Renamed(NamedTuple):
    """The live state with every rename carried out in it, what has to be changed for that, and what stands in the way."""

    live: LiveState
    fields: Mapping[Address, tuple[FieldChange, ...]]
    refusals: tuple[Refusal, ...]


def renamed(desired: DesiredState, live: LiveState) -> Renamed:
    """Lead the live state to the names the manifests use."""
    pairs = dict(_pairs(desired, live))
    possible = {new: old for new, old in pairs.items() if KINDS[new.kind].renameable}
    back = {old: new for new, old in possible.items()}
    resources = {}
    fields: dict[Address, tuple[FieldChange, ...]] = {}
    for address, resource in live.resources.items():
        now = back.get(address, address)
        spec = _pointed(KINDS[address.kind], resource.spec, back)
        if now in desired:
            spec, found = _items(desired[now], spec)
            if now != address:
                identity = KINDS[now.kind].identity
                found = (FieldChange((identity,), address.name, now.name, position=desired[now].position(("renamedFrom",))), *found)
            if found:
                fields[now] = found
        resources[now] = replace(resource, address=now, spec=spec)
    refusals = tuple(_refused(new, old) for new, old in pairs.items() if new not in possible)
    return Renamed(LiveState(resources, live.doubles), fields, refusals)


def forgotten(changes: Iterable[Change], desired: DesiredState, live: LiveState) -> Iterator[Hint]:
    """Creates that look like something that is live under another name and no longer declared."""
    left = [address for address in live.resources if address not in desired]
    for change in changes:
        if change.action is not Action.CREATE:
            yield from _forgotten_items(change)
            continue
        spec = desired[change.address].spec
        near = [address for address in left if address.kind == change.address.kind and _alike(spec, live.resources[address].spec)]
        for address in near[:1]:
            message = f"{change.address} looks like a rename of {address}, which is in the workspace and not declared."
            kind = KINDS[address.kind]
            if kind.renameable:
                lines = (f"  {change.address.name}:", f"    renamedFrom: {address.name}")
                yield Hint(change.address, f"{message} If it is one, write:", lines)
            else:
                yield Hint(change.address, f"{message} The {kind.identity} cannot be changed: to keep what is there, keep the name.")


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
                    yield Hint(change.address, message, (f"  - {place.key}: {added.path[1]}", f"    renamedFrom: {gone.path[1]}"))


def _pairs(desired: DesiredState, live: LiveState) -> Iterator[tuple[Address, Address]]:
    """New and old address of each rename that is still to be done."""
    for address, resource in desired.items():
        old = Address(address.kind, resource.renamed_from) if resource.renamed_from else None
        if old and old in live.resources and address not in live.resources and old not in desired:
            yield address, old


def _pointed(kind: Kind, spec: Plain, back: Mapping[Address, Address]) -> Plain:
    """A spec whose references lead to the new names."""
    if not back:
        return spec
    found: Any = spec
    for reference, _ in kind.references_in(spec):
        if reference.target in back:
            found = _with(found, reference.path, back[reference.target].name)
    return found  # type: ignore[no-any-return]


def _items(declared: DesiredResource, live: Plain) -> tuple[Plain, tuple[FieldChange, ...]]:
    """A live spec whose items bear their new names, and the changes of those names."""
    fields = []
    spec: Any = live
    for (member, new), old in declared.renamed_items.items():
        key = KINDS[declared.address.kind].places[member].key
        items = spec.get(member)
        names = [item.get(key) for item in items] if isinstance(items, list) else []
        if key and old in names and new not in names:
            spec = _with(spec, (member, names.index(old), key), new)
            path = (member, Item(new), key)
            note = KINDS[declared.address.kind].places[member].rename_note
            fields.append(FieldChange(path, old, new, note, position=declared.position((*path[:2], "renamedFrom"))))
    return spec, tuple(fields)


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
    first, second = (json.dumps(spec, sort_keys=True, default=str)[:_MOST] for spec in (left, right))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return bool(matcher.real_quick_ratio() > _ALIKE and matcher.quick_ratio() > _ALIKE and matcher.ratio() > _ALIKE)
