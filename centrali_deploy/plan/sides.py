"""The third side of a comparison: what was applied last. It tells who changed a member, and what is no longer declared.

What is recorded is sealed, so values are compared with it by their digests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address, Item
from centrali_deploy.kinds import KINDS
from centrali_deploy.paths import keyed
from centrali_deploy.plan.difference import alike
from centrali_deploy.plan.model import Mark
from centrali_deploy.sealing import SECRET, UNSET, holds_secret, is_sealed

if TYPE_CHECKING:
    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Place, Plain
    from centrali_deploy.plan.model import FieldChange
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import DesiredResource, DesiredState, Recorded, RecordedState

YOURS, THEIRS, BOTH = "yours", "theirs", "both"


def released(desired: DesiredState, recorded: RecordedState) -> DesiredState:
    """The desired state in which null stands wherever something was declared last time, under its old name too, and is no longer."""
    found = dict(desired)
    for address, resource in desired.items():
        old = Address(address.kind, resource.renamed_from) if resource.renamed_from else address
        known = recorded.resources.get(address) or recorded.resources.get(old)
        if known and known.spec is not None and (spec := _released(KINDS[address.kind], resource, known.spec)) != resource.spec:
            found[address] = replace(resource, spec=spec)
    return found


def _released(kind: Kind, resource: DesiredResource, was: Plain) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    declared = resource.spec
    for member, value in declared.items():
        place, before = kind.places.get(member), was.get(member)
        if place and place.key and isinstance(value, list) and isinstance(before, list):
            known, old = keyed(before, place.key), {new: old for (of, new), old in resource.renamed_items.items() if of == member}
            names = [item.get(place.key) for item in value]
            known = {**{Item(name): known.get(Item(old.get(name, name))) for name in names}, **known}
            spec[member] = [_item(place, item, known.get(Item(name))) for item, name in zip(value, names, strict=True)]
        else:
            spec[member] = _item(place, value, before) if place else value
    return spec | {member: None for member in was if member not in declared and was[member] is not None and member in kind.members}


def _item(place: Place, declared: Any, was: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if not isinstance(declared, dict) or not isinstance(was, dict) or any(declared.get(m) != was.get(m) for m in place.variant):
        return declared
    return declared | {member: None for member in was if member not in declared and was[member] is not None}


class Sides:
    """One resource as it was applied last, beside what is declared and live."""

    def __init__(self, kind: Kind, known: Recorded | None, seal: Seal | None, declared: DesiredResource) -> None:
        """Without a record, or with one of an apply that broke off, nothing is known of any side."""
        self._kind, self._seal = kind, seal
        self._address: Address | None = known.address if known else None
        self._was = known.spec if known and seal else None
        self._old = {path: old for path, old in _old_names(declared).items() if self._renames(path, old)}
        self._declared = self._under_old_names(declared.spec)
        self._sealed: Plain | None = None

    def changed(self, path: Path) -> bool:
        """Whether the secret that is declared here is another one than the one applied last."""
        was = self._before(path)
        if was is Mark.ABSENT or not self._seal or not self._address:
            return self._was is not None and was is Mark.ABSENT
        if self._sealed is None:
            self._sealed = self._seal.sealed(self._address, self._declared)
        now = inside(self._kind, self._sealed, self._as_it_was(path))
        return bool(is_sealed(now) and now.get(SECRET) and was not in (now, UNSET))

    def told(self, field: FieldChange) -> FieldChange:
        """A difference, with who made it."""
        if self._was is None:
            return field
        was = self._before(field.path)
        theirs, yours = not self._same(field.path, was, field.before), not self._same(field.path, was, field.after)
        if was is Mark.ABSENT and Mark.ABSENT not in (field.before, field.after):
            theirs = False  # nobody managed it before
        return replace(field, side=BOTH if yours and theirs else THEIRS if theirs else YOURS)

    def _before(self, path: Path) -> Any:  # noqa: ANN401 -- any JSON value, sealed
        return inside(self._kind, self._was or {}, self._as_it_was(path))

    def _as_it_was(self, path: Path) -> Path:
        """A path with the name that an item had when it was recorded."""
        old = self._old.get(path[:2])
        return path if old is None else (path[0], Item(old), *path[2:])

    def _renames(self, path: Path, old: str) -> bool:
        """Whether an item was recorded under its old name only: a rename that is done long since says nothing."""
        recorded = [inside(self._kind, self._was or {}, at) is not Mark.ABSENT for at in (path, (path[0], Item(old)))]
        return recorded == [False, True]

    def _under_old_names(self, declared: Plain) -> Plain:
        """What is declared, with the names that its items had when they were recorded."""
        spec = dict(declared)
        for member in {path[0] for path in self._old}:
            key = str(self._kind.places[str(member)].key)
            named = [(item, self._old.get((member, Item(item.get(key))))) for item in spec[str(member)]]
            spec[str(member)] = [item if old is None else {**item, key: old} for item, old in named]
        return spec

    def _same(self, path: Path, was: Any, value: Any) -> bool:  # noqa: ANN401 -- any JSON value
        if holds_secret(was):
            was = _marked(was)
        elif self._seal and self._address and value is not Mark.ABSENT:
            sealed = self._seal.value(self._address, path, value)
            if sealed != value:
                return bool(sealed == was)
        return alike(self._kind, path, was, value)


def _old_names(declared: DesiredResource) -> dict[Path, str]:
    """The old name of each item that has another one now."""
    return {(member, Item(new)): old for (member, new), old in declared.renamed_items.items()}


def _marked(value: Any) -> Any:  # noqa: ANN401 -- any JSON value, sealed
    if isinstance(value, dict):
        return Mark.SECRET if SECRET in value else {member: _marked(within) for member, within in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


def inside(kind: Kind, spec: Plain, path: Path) -> Any:  # noqa: ANN401 -- any JSON value
    """What a path leads to, with items of lists named by their key; ABSENT when it leads nowhere."""
    value: Any = spec
    place = kind.places.get(str(path[0])) if path else None
    for part in path:
        if isinstance(value, list):
            value = keyed(value, str(place.key)) if isinstance(part, Item) and place and place.key else dict(enumerate(value))
        if not isinstance(value, dict) or part not in value:
            return Mark.ABSENT
        value = value[part]
    return value
