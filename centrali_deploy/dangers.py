"""What a change of a structure means for the records that are there: nothing, something that may be in the way, or a loss.

Each danger says which records it concerns, in the canonical query, so that somebody can count them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from centrali_deploy.paths import keyed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Item, Path
    from centrali_deploy.parts import Plain

Where = dict[str, Any]
EVERY: Where = {}
"""Every record of the structure."""
_LEAST = ("minimum", "minLength", "minItems")
_MOST = ("maximum", "maxLength", "maxItems")
_FORM = ("pattern", "format", "integer", "uniqueItems")


class Danger(NamedTuple):
    """What happens to records: `losing` when stored values are lost. `where`: to which; None when no query can tell."""

    path: Path
    losing: bool
    message: str
    where: Where | None


def _loss(path: Path, message: str, where: Where | None) -> Danger:
    return Danger(path, losing=True, message=message, where=where)


def _risk(path: Path, message: str, where: Where | None) -> Danger:
    return Danger(path, losing=False, message=message, where=where)


def of_deleting(_before: Plain) -> Iterator[Danger]:
    """Nothing of a structure stays."""
    yield _loss((), "its records are deleted with it", EVERY)


def of_changing(before: Plain, after: Plain) -> Iterator[Danger]:
    """What becomes of records when a structure changes."""
    modes = [spec.get("schemaDiscoveryMode") or "strict" for spec in (before, after)]
    if modes[0] != modes[1] and modes[1] == "strict":
        yield _risk(("schemaDiscoveryMode",), "values that are not declared are refused from now on", EVERY)
    was, now = (keyed(list(spec.get("properties") or ()), "name") for spec in (before, after))
    for name, item in was.items():
        path = ("properties", name)
        if name not in now:
            yield _loss(path, "its values are out of reach", _set(name))
        elif item.get("type") != now[name].get("type"):
            yield _loss(path, f"its values are {item.get('type')} and must be {now[name].get('type')}", _set(name))
        else:
            yield from _narrowed(name, item, now[name])
    for name, item in now.items():
        if name not in was and item.get("required") is True and item.get("default") is None:
            yield _risk(("properties", name), "it is required, and records do not have it", EVERY)


def _narrowed(name: Item, was: Plain, now: Plain) -> Iterator[Danger]:
    """What a property allows no longer."""
    at, path = f"data.{name}", ("properties", name)
    if now.get("required") is True and was.get("required") is not True:
        yield _risk((*path, "required"), "records without it are no longer right", {at: {"exists": False}})
    if now.get("isUnique") is True and was.get("isUnique") is not True:
        yield _risk((*path, "isUnique"), "values that are there twice are no longer right", None)
    if now.get("nullable") is not True and was.get("nullable") is True:
        yield _risk((*path, "nullable"), "null is no longer right", {at: {"eq": None}})
    enum = now.get("enum")
    if isinstance(enum, list) and not (isinstance(was.get("enum"), list) and all(value in enum for value in was["enum"])):
        yield _risk((*path, "enum"), "other values are no longer right", {"and": [_set(name), {at: {"nin": enum}}]})
    for member in (*_LEAST, *_MOST):
        yield from _bounded(name, member, was.get(member), now.get(member))
    for member in _FORM:
        if now.get(member) not in (None, False, was.get(member)):
            yield _risk((*path, member), "values of another form are no longer right", None)


def _bounded(name: Item, member: str, was: Any, now: Any) -> Iterator[Danger]:  # noqa: ANN401 -- any JSON value
    if not isinstance(now, int | float) or (isinstance(was, int | float) and (was >= now if member in _LEAST else was <= now)):
        return
    values = member in {"minimum", "maximum"}
    where = {f"data.{name}": {"lt" if member in _LEAST else "gt": now}} if values else None
    yield _risk(("properties", name, member), "values beyond it are no longer right", where)


def _set(name: Item) -> Where:
    return {f"data.{name}": {"exists": True}}
