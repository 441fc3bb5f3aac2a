"""What differs between a declared spec and a live one, member by member, in the manifest's own language.

Members the author left out are not compared. Null, a default and absence mean the same; `1` and `true` do not mix, but
`1` and `1.0` are one JSON number; a secret is compared by presence only, because it cannot be read back.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import EACH_ITEM_ORDER
from centrali_deploy.arrangement import arranged, in_order
from centrali_deploy.paths import keyed, matches
from centrali_deploy.plan.model import FieldChange, Mark
from centrali_deploy.secret import Secret
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Place, Plain

RESENT = "sent again"
SET = "set"
CHANGED = "changed"
"""What a note says about a secret; the value itself is never known here."""


def _unknown(_path: Path) -> bool:
    return False


def differences(
    kind: Kind, declared: Plain, live: Plain, *, resend_secrets: bool = False, changed: Callable[[Path], bool] = _unknown
) -> Iterator[FieldChange]:
    """Every difference in the members that are declared, in the one order that members have.

    `changed` says of the place of a secret whether it is known to be another one than the live one.
    """
    compare = _Comparison(kind, resend_secrets, changed, replaced=replaces(kind, declared, live))
    for member in arranged(kind.name, (), declared):
        yield from compare.place(kind.places.get(member), (member,), declared[member], live.get(member, Mark.ABSENT))


def alike(kind: Kind, path: Path, left: Any, right: Any) -> bool:  # noqa: ANN401 -- any JSON value
    """Whether two values at a place of a spec mean the same."""
    return _Comparison(kind, False, _unknown, replaced=False).same(path, left, right)  # noqa: FBT003 -- internal


def replaces(kind: Kind, declared: Plain, live: Plain) -> bool:
    """Whether a member that cannot be updated in place differs."""
    return any(member in declared and declared[member] != live.get(member) for member in kind.fixed)


def shown(kind: Kind, path: Path, value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A value at a place of a spec as a plan may hold it: its members in order, every secret, and every mask of one, a mark."""
    return _marked(in_order(kind.name, path, value))


def _marked(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, Secret) or (isinstance(value, str) and value == MASK):
        return Mark.SECRET
    if isinstance(value, dict):
        return {member: _marked(inside) for member, inside in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


class _Comparison:
    """The rules of one kind, applied to pairs of values."""

    def __init__(self, kind: Kind, resend_secrets: bool, changed: Callable[[Path], bool], *, replaced: bool) -> None:  # noqa: FBT001 -- internal, set once
        self._kind = kind
        self._resend = resend_secrets
        self._changed = changed
        self._replaced = replaced

    def place(self, place: Place | None, path: Path, declared: Any, live: Any) -> Iterator[FieldChange]:  # noqa: ANN401 -- any JSON value
        if identical(declared, live):
            return
        if place and place.key and isinstance(declared, list) and isinstance(live, list):
            yield from self._items(place, path, declared, live)
        elif place and isinstance(declared, dict) and isinstance(live, dict):
            yield from self._members(place, path, declared, live)
        else:
            yield from self.value(path, declared, live)

    def _items(self, place: Place, path: Path, declared: list[Any], live: list[Any]) -> Iterator[FieldChange]:
        wanted, present = keyed(declared, str(place.key)), keyed(live, str(place.key))
        for key, item in wanted.items():
            if key in present:
                yield from self._members(place, (*path, key), item, present[key])
            else:
                yield FieldChange((*path, key), Mark.ABSENT, self._shown((*path, key), item))
        for key, item in present.items():
            if key not in wanted:
                yield FieldChange((*path, key), self._shown((*path, key), item), Mark.ABSENT, place.removal_note)
        before, after = [k for k in present if k in wanted], [k for k in wanted if k in present]
        if place.ordered and before != after:
            yield FieldChange((*path, EACH_ITEM_ORDER), list(map(str, present)), list(map(str, wanted)))

    def _members(self, place: Place, path: Path, declared: Mapping[str, Any], live: Mapping[str, Any]) -> Iterator[FieldChange]:
        for member in arranged(self._kind.name, path, declared):
            yield from self.value((*path, member), declared[member], live.get(member, Mark.ABSENT))
        if self._replaced or varies(place, declared, live):
            for member in arranged(self._kind.name, path, live):
                if member not in declared and member not in place.kept:
                    yield from self.value((*path, member), None, live[member])

    def value(self, path: Path, declared: Any, live: Any) -> Iterator[FieldChange]:  # noqa: ANN401 -- any JSON value
        if isinstance(declared, Secret):
            yield from self._secret(path, live)
        elif isinstance(declared, dict) and isinstance(live, dict):
            owned = self._kind.server_owned if self._kind.opaque.isdisjoint(map(str, path)) else frozenset()
            for member in arranged(self._kind.name, path, (*declared, *(m for m in live if m not in owned))):
                yield from self.value((*path, member), declared.get(member), live.get(member, Mark.ABSENT))
        elif isinstance(declared, list) and isinstance(live, list) and len(declared) == len(live) and any(map(_is_open, declared)):
            for index, item in enumerate(declared):
                yield from self.value((*path, index), item, live[index])
        elif not self.same(path, declared, live):
            yield from self._leaf(path, declared, live)

    def _secret(self, path: Path, live: Any) -> Iterator[FieldChange]:  # noqa: ANN401 -- any JSON value
        if live != MASK:
            yield FieldChange(path, Mark.ABSENT if live in (None, Mark.ABSENT) else Mark.SECRET, Mark.SECRET, SET)
        elif self._resend or self._changed(path):
            yield FieldChange(path, Mark.SECRET, Mark.SECRET, RESENT if self._resend else CHANGED)

    def _leaf(self, path: Path, declared: Any, live: Any) -> Iterator[FieldChange]:  # noqa: ANN401 -- any JSON value
        if _holds_secret(declared):  # what is live may be the same secret in the clear
            yield FieldChange(path, Mark.ABSENT if live is Mark.ABSENT else Mark.SECRET, self._shown(path, declared))
        elif isinstance(declared, list) and isinstance(live, list) and declared and live:
            lists = import_module("centrali_deploy.plan.lists")
            found = list(lists.list_differences(live, declared, Mark.ABSENT))
            for inside, before, after in found or [((), live, declared)]:  # the library does not tell 1 and true apart
                at = (*path, *inside)
                yield FieldChange(at, self._shown(at, before), self._shown(at, after))
        else:
            yield FieldChange(path, self._shown(path, live), Mark.ABSENT if declared is None else self._shown(path, declared))

    def _shown(self, path: Path, value: Any) -> Any:  # noqa: ANN401 -- any JSON value
        return shown(self._kind, path, value)

    def same(self, path: Path, declared: Any, live: Any) -> bool:  # noqa: ANN401 -- any JSON value
        if declared is not None and identical(declared, live):
            return True
        default = self._kind.default(path, assumed=declared is None)
        left, right = (self._reduced(path, default if v is None or v is Mark.ABSENT else v) for v in (declared, live))
        return left is right or identical(left, right)

    def _reduced(self, path: Path, value: Any) -> Any:  # noqa: ANN401 -- any JSON value
        return next((reduce(value) for pattern, reduce in self._kind.alike.items() if matches(pattern, path)), value)


def _is_open(item: object) -> bool:
    return isinstance(item, dict | list)


def _holds_secret(value: Any) -> bool:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict | list):
        return any(map(_holds_secret, value.values() if isinstance(value, dict) else value))
    return isinstance(value, Secret)


def varies(place: Place, declared: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether a member that decides which others make sense differs, so that nothing may be carried over."""
    return any(member in declared and member in live and declared[member] != live[member] for member in place.variant)


def identical(left: Any, right: Any) -> bool:  # noqa: ANN401 -- any JSON value
    """Equality at any depth that keeps `1` and `true` apart."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(identical(left[m], right[m]) for m in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(identical, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)
