"""What a change of a structure means for the records that are there: nothing, something that may be in the way, or a loss.

Each danger says which records it concerns, in the canonical query, so that somebody can count them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeGuard

from centrali_deploy.paths import keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.parts import Plain

    Where = dict[str, Any]

Grade = Literal["copy", "risky", "losing"]
EVERY: Where = {}
"""Every record of the structure."""
LOSES = "would lose a value"
"""What becomes of records that are concerned by the loss of a property."""
_FORM = ("pattern", "format", "integer", "uniqueItems", "multipleOf")
_AS_IT_IS: dict[str, str] = {}


class Danger(NamedTuple):
    """What happens to records. `where`: to which; None when no query can tell. `fate`: what becomes of each of them."""

    path: Path
    grade: Grade
    message: str
    where: Where | None
    fate: str = ""

    @property
    def losing(self) -> bool:
        """Whether stored values are lost."""
        return self.grade == "losing"


def filled(field: str) -> Where:
    """The records that have a value there; one that is missing is like null [I]."""
    return {f"data.{field}": {"exists": True}}


def _loss(path: Path, message: str, where: Where | None) -> Danger:
    return Danger(path, "losing", message, where, LOSES)


def _risk(path: Path, message: str, where: Where | None) -> Danger:
    return Danger(path, "risky", message, where)


def of_deleting(_before: Plain) -> Iterator[Danger]:
    """Nothing of a structure stays."""
    yield Danger((), "losing", "its records are deleted with it", EVERY, "would be lost")


def of_changing(before: Plain, after: Plain, stored: Mapping[str, str] = _AS_IT_IS) -> Iterator[Danger]:
    """What becomes of records when a structure changes. `stored`: under which names values are, of properties that get others."""
    modes = [spec.get("schemaDiscoveryMode") or "strict" for spec in (before, after)]
    if modes[0] != modes[1] and modes[1] == "strict":
        yield _risk(("schemaDiscoveryMode",), "values that are not declared are refused from now on", EVERY)
    elif modes == ["schemaless", "auto-evolving"]:
        yield _risk(("schemaDiscoveryMode",), "values that are declared are checked from now on", EVERY)
    yield from _kept_less(before, after)
    was, now = (keyed(list(spec.get("properties") or ()), "name") for spec in (before, after))
    for name, item in was.items():
        held = _Held(stored.get(name, str(name)))
        for danger in held.dangers(("properties", name), item, now.get(name)):
            if danger.losing or modes[1] != "schemaless":
                yield danger
    for name, item in now.items():
        if name not in was and item.get("required") is True and item.get("default") is None and modes[1] != "schemaless":
            yield _risk(("properties", name), "it is required, and records do not have it", EVERY)


def _kept_less(before: Plain, after: Plain) -> Iterator[Danger]:
    """Versions and records that are not kept as long as before.

    The end of a record is set when it is made [D]; what becomes of versions is not documented, nor are the members of a
    retentionPolicy: a smaller number is taken for less [I].
    """
    if before.get("enableVersioning") is True:
        if after.get("enableVersioning") is not True:
            yield _risk(("enableVersioning",), "no more versions are kept, and those that are there may go", EVERY)
        elif _is_less(before.get("retentionPolicy"), after.get("retentionPolicy")):
            yield _risk(("retentionPolicy",), "older versions may be deleted", None)
    was, now = (spec.get("defaultTtlSeconds") for spec in (before, after))
    if _is_number(now) and not (_is_number(was) and was <= now):
        instead = f"{was:,} s" if _is_number(was) else "never"
        message = f"new records are deleted after {now:,} s, and it was {instead}"
        yield Danger(("defaultTtlSeconds",), "risky", message, EVERY, "stay as long as before")


def _is_less(was: object, now: object) -> bool:
    """Whether a policy may keep less than another, as far as its numbers tell; none at all keeps everything."""
    if isinstance(was, dict) and isinstance(now, dict):
        return any(_is_less(was.get(member), value) for member, value in now.items())
    if _is_number(was) and _is_number(now):
        return now < was
    return now not in (None, {}) and now != was


class _Held(NamedTuple):
    """Values at one place in the data of records. `exact`: whether a query can look at them; not at what lists hold."""

    at: str
    exact: bool = True

    def dangers(self, path: Path, was: Plain, now: Plain | None) -> Iterator[Danger]:
        """What becomes of them when their definition changes, or goes."""
        if now is None:
            yield _loss(path, "its values are out of reach", filled(self.at))
        elif was.get("type") != now.get("type"):
            yield _loss(path, f"its values are {was.get('type')} and must be {now.get('type')}", filled(self.at))
        elif was.get("target") != now.get("target"):
            yield _loss((*path, "target"), f"its values lead to {was.get('target')} and must lead to {now.get('target')}", filled(self.at))
        elif (was.get("isArray") is True) != (now.get("isArray") is True):
            yield _loss((*path, "isArray"), "a list of records and a single one are not the same", filled(self.at))
        else:
            yield from self._narrowed(path, was, now)
            yield from self._inside(path, was, now)

    def _narrowed(self, path: Path, was: Plain, now: Plain) -> Iterator[Danger]:
        """What is allowed no longer."""
        at = f"data.{self.at}"
        if now.get("required") is True and was.get("required") is not True:
            yield _risk((*path, "required"), "records without it are no longer right", self._if_exact({at: {"exists": False}}))
        if now.get("isUnique") is True and was.get("isUnique") is not True:
            yield _risk((*path, "isUnique"), "values that are there twice are no longer right", None)
        if now.get("nullable") is not True and was.get("nullable") is True:
            yield _risk((*path, "nullable"), "null is no longer right", None)  # a query takes null for a value that is missing [I]
        if (now.get("isSecret") is True) != (was.get("isSecret") is True):
            hidden = now.get("isSecret") is True
            message = "values cannot be read back any more" if hidden else "values are no longer encrypted"
            yield _risk((*path, "isSecret"), message, self._if_exact(filled(self.at)) if hidden else None)
        yield from self._listed(path, was, now)
        for bound in _BOUNDS:
            if bound.narrows(was.get(bound.member), now.get(bound.member)):
                where = {at: {bound.beyond: now[bound.member]}} if bound.beyond else None
                yield _risk((*path, bound.member), "values beyond it are no longer right", self._if_exact(where))
        for member in _FORM:
            if now.get(member) not in (None, False, was.get(member)):
                yield _risk((*path, member), "values of another form are no longer right", None)

    def _listed(self, path: Path, was: Plain, now: Plain) -> Iterator[Danger]:
        """Values that are named one by one."""
        at, enum, refused = f"data.{self.at}", now.get("enum"), now.get("not")
        if isinstance(enum, list) and not (isinstance(was.get("enum"), list) and all(value in enum for value in was["enum"])):
            where = {"and": [filled(self.at), {at: {"nin": enum}}]}
            yield _risk((*path, "enum"), "other values are no longer right", self._if_exact(where))
        before = was.get("not")
        added = [v for v in refused if not isinstance(before, list) or v not in before] if isinstance(refused, list) else []
        if added:
            yield _risk((*path, "not"), "these values are no longer right", self._if_exact({at: {"in": added}}))

    def _inside(self, path: Path, was: Plain, now: Plain) -> Iterator[Danger]:
        """What objects and lists hold. Of what a list holds, every record with the list is concerned."""
        before, after = _members(was), _members(now)
        for name, item in before.items() if after else ():
            inner = _Held(f"{self.at}.{name}") if self.exact else self
            yield from inner.dangers((*path, "properties", name), item, after.get(name))
        if isinstance(was.get("items"), dict) and isinstance(now.get("items"), dict):
            yield from _Held(self.at, exact=False).dangers((*path, "items"), was["items"], now["items"])

    def _if_exact(self, where: Where | None) -> Where | None:
        return where if self.exact else None


def _members(definition: Plain) -> dict[str, Plain]:
    """The definitions inside that of an object, by name, however they are written."""
    inside = definition.get("properties")
    if isinstance(inside, dict):
        return {str(name): item for name, item in inside.items() if isinstance(item, dict)}
    return {str(name): item for name, item in keyed(inside, "name").items()} if isinstance(inside, list) else {}


class _Bound(NamedTuple):
    """A limit, and the operator that finds what lies beyond it; empty when there is none."""

    member: str
    least: bool
    beyond: str = ""
    unset: float | None = None

    def narrows(self, was: object, now: object) -> bool:
        """Whether a limit allows less than before."""
        before = was if _is_number(was) else self.unset
        if not _is_number(now):
            return False
        further: Callable[[Any, Any], bool] = (lambda a, b: a > b) if self.least else (lambda a, b: a < b)
        return before is None or further(now, before)


_BOUNDS = (
    _Bound("minimum", least=True, beyond="lt"),
    _Bound("maximum", least=False, beyond="gt"),
    _Bound("exclusiveMinimum", least=True, beyond="lte"),
    _Bound("exclusiveMaximum", least=False, beyond="gte"),
    _Bound("minLength", least=True, unset=0),
    _Bound("maxLength", least=False),
    _Bound("minItems", least=True, unset=0),
    _Bound("maxItems", least=False),
)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
