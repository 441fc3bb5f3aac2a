"""The third side of a comparison: what was applied last. It tells who changed a member, and what is no longer declared.

What is recorded is sealed, so values are compared with it by their digests.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Item
from centrali_deploy.kinds import KINDS
from centrali_deploy.paths import keyed
from centrali_deploy.plan.difference import alike
from centrali_deploy.plan.model import Mark
from centrali_deploy.sealing import SECRET, UNSET, holds_secret, is_sealed

if TYPE_CHECKING:
    from centrali_deploy.address import Address, Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Place, Plain
    from centrali_deploy.plan.model import FieldChange
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import DesiredState, Recorded, RecordedState

YOURS, THEIRS, BOTH = "yours", "theirs", "both"


def released(desired: DesiredState, recorded: RecordedState) -> DesiredState:
    """The desired state in which null stands wherever something was declared last time and is no longer."""
    found = dict(desired)
    for address, resource in desired.items():
        known = recorded.resources.get(address)
        if known and known.spec is not None and (spec := _released(KINDS[address.kind], resource.spec, known.spec)) != resource.spec:
            found[address] = replace(resource, spec=spec)
    return found


def _released(kind: Kind, declared: Plain, was: Plain) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    for member, value in declared.items():
        place, before = kind.places.get(member), was.get(member)
        if place and place.key and isinstance(value, list) and isinstance(before, list):
            known = keyed(before, place.key)
            spec[member] = [_item(place, item, known.get(Item(item.get(place.key)))) for item in value]
        else:
            spec[member] = _item(place, value, before) if place else value
    return spec | {member: None for member in was if member not in declared and was[member] is not None and member in kind.members}


def _item(place: Place, declared: Any, was: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if not isinstance(declared, dict) or not isinstance(was, dict) or any(declared.get(m) != was.get(m) for m in place.variant):
        return declared
    return declared | {member: None for member in was if member not in declared and was[member] is not None}


class Sides:
    """One resource as it was applied last, beside what is declared and live."""

    def __init__(self, kind: Kind, known: Recorded | None, seal: Seal | None, declared: Plain) -> None:
        """Without a record, or with one of an apply that broke off, nothing is known of any side."""
        self._kind, self._seal = kind, seal
        self._address: Address | None = known.address if known else None
        self._was = known.spec if known and seal else None
        self._declared = declared
        self._sealed: Plain | None = None

    def changed(self, path: Path) -> bool:
        """Whether the secret that is declared here is another one than the one applied last."""
        was = self._before(path)
        if was is Mark.ABSENT or not self._seal or not self._address:
            return self._was is not None and was is Mark.ABSENT
        if self._sealed is None:
            self._sealed = self._seal.sealed(self._address, self._declared)
        now = inside(self._kind, self._sealed, path)
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
        return inside(self._kind, self._was or {}, path)

    def _same(self, path: Path, was: Any, value: Any) -> bool:  # noqa: ANN401 -- any JSON value
        if holds_secret(was):
            was = _marked(was)
        elif self._seal and self._address and value is not Mark.ABSENT:
            sealed = self._seal.value(self._address, path, value)
            if sealed != value:
                return bool(sealed == was)
        return alike(self._kind, path, was, value)


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
