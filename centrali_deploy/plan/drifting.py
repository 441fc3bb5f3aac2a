"""Drift: what others changed since the last apply, in the members that are ours. Manifests as they are now do not matter.

What is recorded is sealed: a long text that is no longer the same is shown as it is now, beside what the manifest says
when that is what was applied.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.difference import differences
from centrali_deploy.plan.model import FieldChange, Mark
from centrali_deploy.plan.ownership import is_another
from centrali_deploy.sealing import SECRET, is_sealed
from centrali_deploy.secret import Secret

if TYPE_CHECKING:
    from centrali_deploy.address import Address, Path
    from centrali_deploy.parts import Plain
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import DesiredState, LiveState, Recorded, RecordedState

UNKNOWN = "(the text that was applied)"
"""Stands for a long text of which only the digest is kept."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One resource that is not as it was applied: what happened to it, and its members from what they were to what they are."""

    address: Address
    message: str
    fields: tuple[FieldChange, ...] = ()


def drifts(recorded: RecordedState, live: LiveState, desired: DesiredState) -> tuple[Drift, ...]:
    """Every drift, in the order of addresses."""
    names = {(address.kind, resource.id): address for address, resource in live.resources.items()}
    found = []
    for address, known in sorted(recorded.resources.items()):
        if known.spec is None or recorded.seal is None:
            continue  # nobody knows how it was
        now = names.get((address.kind, known.id), address)
        resource = live.resources.get(now)
        if resource is None:
            found.append(Drift(address, "deleted by somebody else"))
        elif is_another(known, resource):
            found.append(Drift(address, "deleted and made anew by somebody else"))
        else:
            declared = desired[address].spec if address in desired else {}
            fields = tuple(_fields(known, resource.spec, declared, recorded.seal))
            if now != address:
                fields = (FieldChange((KINDS[address.kind].identity,), address.name, now.name), *fields)
            found += [Drift(address, "changed by somebody else", fields)] * bool(fields)
    return tuple(found)


def differing(known: Recorded, live: Plain, seal: Seal) -> set[str]:
    """The members that are not live as they are recorded."""
    return {field.member for field in _fields(known, live, {}, seal)}


def _fields(known: Recorded, live: Plain, declared: Plain, seal: Seal) -> list[FieldChange]:
    opened = _Opened(known.address, seal)
    was = {member: opened.value((member,), value, live.get(member), declared.get(member)) for member, value in (known.spec or {}).items()}
    return [replace(field, before=field.after, after=field.before) for field in differences(KINDS[known.address.kind], was, live)]


class _Opened:
    """Sealed values put back, as far as they are known from what is live or declared."""

    def __init__(self, address: Address, seal: Seal) -> None:
        self._address, self._seal = address, seal

    def value(self, path: Path, was: Any, live: Any, declared: Any) -> Any:  # noqa: ANN401 -- any JSON value, sealed
        if is_sealed(was):
            return self._known(path, was, live, declared)
        if isinstance(was, dict):
            return {m: self.value((*path, m), inside, _member(live, m), _member(declared, m)) for m, inside in was.items()}
        if isinstance(was, list):
            return [self.value(path, item, _like(item, index, live), _like(item, index, declared)) for index, item in enumerate(was)]
        return was

    def _known(self, path: Path, was: Plain, *candidates: Any) -> Any:  # noqa: ANN401 -- any JSON value
        if SECRET in was:
            return Secret("(as applied)", str)  # compared by presence, never revealed
        return next((text for text in candidates if isinstance(text, str) and self._seal.value(self._address, path, text) == was), UNKNOWN)


def _member(value: Any, member: str) -> Any:  # noqa: ANN401 -- any JSON value
    return value.get(member) if isinstance(value, dict) else Mark.ABSENT


def _like(item: Any, index: int, items: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """The item that is meant by an item of another list: of the same id or name, or else at the same place."""
    if not isinstance(items, list):
        return Mark.ABSENT
    for key in ("id", "name"):
        if isinstance(item, dict) and key in item:
            return next((other for other in items if isinstance(other, dict) and other.get(key) == item[key]), Mark.ABSENT)
    return items[index] if index < len(items) else Mark.ABSENT
