"""Conditions of a query as SQL: trees of and, or and not over comparisons; whatever a person wrote becomes a parameter.

A comparison is true or false, never unknown: a field that is missing is like null, and differs from every value [I]. Values
of different types are never equal and never in order [I]; `contains` finds a part of a text, or an item of a list [I].
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.local import moments
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from centrali_deploy.local.store import Value

OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "startsWith", "endsWith", "hasAny", "hasAll", "exists")
"""Every operator of the canonical query [D]."""
_TIMES = {"createdAt": "created_at", "updatedAt": "updated_at", "expiresAt": "expires_at", "deletedAt": "deleted_at"}
_TEXTS = {"id": "records.id", "createdBy": "created_by", "updatedBy": "updated_by", "recordSlug": "slug"}
_STATUS = "iif(deleted_at is null, 'active', 'archived')"
SYSTEM = frozenset({*_TIMES, *_TEXTS, "version", "status"})
"""Columns that are written without `data.` [D for id, createdAt, updatedAt and status, I for the others]."""
_ORDERS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_DEEPEST, _MOST = 16, 200


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its parameters, in order."""

    text: str
    values: tuple[Value, ...] = ()


EVERYTHING = Sql("1")


@dataclass(frozen=True, slots=True)
class Operand:
    """What stands on the left of a comparison: its JSON type and its value as SQL, with `values` for the parameters of each."""

    path: str
    sort: str
    value: str
    values: tuple[Value, ...] = ()

    @property
    def is_time(self) -> bool:
        """Whether it is a column that holds a point in time."""
        return self.path in _TIMES


def operand(path: str, secret: Iterable[str] = ()) -> Operand:
    """What a path leads to: a system column, or a place inside `data`. Refuses any other, and fields that are secret."""
    if path == "version":
        return Operand(path, "'integer'", "version")
    column = _STATUS if path == "status" else {**_TIMES, **_TEXTS}.get(path)
    if column:
        return Operand(path, f"iif({column} is null, 'null', 'text')", column)
    head, *parts = path.split(".")
    if head != "data" or not parts:
        raise Refused(400, f"'{path}' is not a system column: fields are written data.{path}", [(path, f"must be written data.{path}")])
    if parts[0] in set(secret):
        raise Refused(400, f"'{path}' is secret and cannot be queried", [(path, "is secret")])
    if any(not part or any(character in '"\\' or character < " " for character in part) for part in parts):
        raise Refused(400, f"'{path}' is not the path of a field", [(path, "is not a path")])
    place = "$" + "".join(f'."{part}"' for part in parts)
    return Operand(path, "coalesce(json_type(data, ?), 'null')", "json_extract(data, ?)", (place,))


def condition(where: object, secret: Iterable[str] = ()) -> Sql:
    """A where-tree as SQL. Refuses with 400 what is no tree, an unknown operator, and a value that does not fit one."""
    count = [0]
    return _tree(where, secret, _DEEPEST, count)


def contains_text(paths: Iterable[Operand], text: str) -> Sql:
    """Whether one of these holds a text, upper and lower case being the same [I]."""
    found = [
        Sql(f"case when {at.sort} = 'text' then instr(casefold({at.value}), ?) > 0 else 0 end", (*at.values * 2, text.casefold()))
        for at in paths
    ]
    return joined("or", found)


def joined(word: str, parts: Iterable[Sql]) -> Sql:
    """Conditions joined by `and` or `or`; none at all are true for the first and false for the second."""
    found = list(parts)
    if not found:
        return Sql("1" if word == "and" else "0")
    return Sql("(" + f" {word} ".join(part.text for part in found) + ")", tuple(value for part in found for value in part.values))


def _tree(where: object, secret: Iterable[str], depth: int, count: list[int]) -> Sql:
    if not isinstance(where, dict):
        raise Refused(400, "where must be an object", [("where", "must be an object")])
    if depth == 0:
        raise Refused(400, f"where is nested more than {_DEEPEST} levels deep", [("where", "is nested too deeply")])
    _counted(count)
    found = []
    for word, inside in where.items():
        if word in {"and", "or"}:
            if not isinstance(inside, list):
                raise Refused(400, f"{word} must be a list", [(f"where.{word}", "must be a list")])
            found.append(joined(word, [_tree(part, secret, depth - 1, count) for part in inside]))
        elif word == "not":
            parts = inside if isinstance(inside, list) else [inside]
            found.append(_not(joined("and", [_tree(part, secret, depth - 1, count) for part in parts])))
        else:
            found.append(_comparisons(operand(word, secret), inside, count))
    return joined("and", found)


def _counted(count: list[int]) -> None:
    count[0] += 1
    if count[0] > _MOST:
        raise Refused(400, f"where has more than {_MOST} parts", [("where", "is too large")])


def _comparisons(at: Operand, sent: object, count: list[int]) -> Sql:
    wanted = sent if isinstance(sent, dict) else {"eq": sent}
    found = []
    for word, value in wanted.items():
        _counted(count)
        if word not in OPERATORS:
            raise Refused(400, f"'{word}' is not an operator: {', '.join(OPERATORS)}", [(at.path, f"'{word}' is not an operator")])
        found.append(_comparison(at, word, value))
    return joined("and", found)


def _comparison(at: Operand, word: str, sent: Any) -> Sql:  # noqa: ANN401 -- any JSON value
    value = _as_time(at, word, sent)
    negated = {"ne": "eq", "nin": "in"}.get(word)
    if negated:
        return _not(_comparison(at, negated, value))
    if word in _ORDERS:
        return _ordered(at, word, value)
    if not _TAKES[word](value):
        raise Refused(400, f"{word} does not take {json.dumps(value)[:100]}", [(at.path, f"is not a value for {word}")])
    return _WRITTEN[word](at, value)


def _as_time(at: Operand, word: str, value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A moment in the one form in which columns hold it."""
    if not at.is_time or word not in {"eq", "ne", "in", "nin", *_ORDERS}:
        return value
    return [moments.read(item) or item for item in value] if isinstance(value, list) else moments.read(value) or value


def _ordered(at: Operand, word: str, value: Any) -> Sql:  # noqa: ANN401 -- any JSON value
    if not _is_scalar(value) or isinstance(value, bool) or value is None:
        raise Refused(400, f"{word} takes a number or a text", [(at.path, f"is not a value for {word}")])
    sorts = "('text')" if isinstance(value, str) else "('integer', 'real')"
    return _true(f"{at.sort} in {sorts} and {at.value} {_ORDERS[word]} json_extract(?, '$')", (*at.values * 2, json.dumps(value)))


def _true(text: str, values: tuple[Value, ...]) -> Sql:
    return Sql(f"(({text}) is true)", values)


def _not(inside: Sql) -> Sql:
    return Sql(f"(not {inside.text})", inside.values)


def _is_scalar(value: object) -> bool:
    return not isinstance(value, list | dict)


def _are_scalars(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_scalar, value))


def _same(left_sort: str, left_value: str, right: str) -> str:
    """Whether two JSON values are the same, numbers of both sorts being of one."""
    numbers = "('integer', 'real')"
    kinds = f"({left_sort} = {right}.type or ({left_sort} in {numbers} and {right}.type in {numbers}))"
    return f"{kinds} and {left_value} is {right}.atom"


def _equal(at: Operand, value: Any) -> Sql:  # noqa: ANN401 -- any JSON value
    """The commonest comparison, without the loop that `in` needs."""
    if value is None:
        return Sql(f"({at.sort} = 'null')", at.values)
    if isinstance(value, bool):
        return Sql(f"({at.sort} = '{json.dumps(value)}')", at.values)
    sorts = "('text')" if isinstance(value, str) else "('integer', 'real')"
    return _true(f"{at.sort} in {sorts} and {at.value} = json_extract(?, '$')", (*at.values * 2, json.dumps(value)))


def _within(at: Operand, value: list[Any]) -> Sql:
    sort, found, places = at.sort, at.value, at.values * 3
    same = _same(sort, found, "wanted")
    return _true(f"exists (select 1 from json_each(?) as wanted where {same})", (json.dumps(value), *places))


def _contains(at: Operand, value: Any) -> Sql:  # noqa: ANN401 -- any JSON value
    item = _has(at, [value], "exists")
    if not isinstance(value, str):
        return item
    part = _true(f"{at.sort} = 'text' and instr({at.value}, json_extract(?, '$')) > 0", (*at.values * 2, json.dumps(value)))
    return joined("or", [part, item])


def _edge(at: Operand, value: str, *, start: bool) -> Sql:
    part = f"substr({at.value}, 1, ?)" if start else f"substr({at.value}, -?)"
    text = f"{at.sort} = 'text'" + (f" and {part} = json_extract(?, '$')" if value else "")
    return _true(text, (*at.values * 2, len(value), json.dumps(value)) if value else at.values)


def _has(at: Operand, value: list[Any], word: str) -> Sql:
    """Whether a list has one of some items (`exists`), or lacks none of them (`not exists`)."""
    if not at.values:
        return Sql("0")
    inner = f"exists (select 1 from json_each(data, ?) as item where {_same('item.type', 'item.atom', 'wanted')})"
    lacking = "" if word == "exists" else "not "
    text = f"{at.sort} = 'array' and {word} (select 1 from json_each(?) as wanted where {lacking}{inner})"
    return _true(text, (*at.values, json.dumps(value), *at.values))


def _exists(at: Operand, value: object) -> Sql:
    return Sql(f"({at.sort} {'<>' if value else '='} 'null')", at.values)


_TAKES: dict[str, Callable[[Any], bool]] = {
    "eq": _is_scalar,
    "in": _are_scalars,
    "hasAny": _are_scalars,
    "hasAll": _are_scalars,
    "contains": _is_scalar,
    "startsWith": lambda value: isinstance(value, str),
    "endsWith": lambda value: isinstance(value, str),
    "exists": lambda value: isinstance(value, bool),
}
_WRITTEN: dict[str, Callable[[Operand, Any], Sql]] = {
    "eq": _equal,
    "in": _within,
    "hasAny": lambda at, value: _has(at, value, "exists"),
    "hasAll": lambda at, value: _has(at, value, "not exists"),
    "contains": _contains,
    "startsWith": lambda at, value: _edge(at, value, start=True),
    "endsWith": lambda at, value: _edge(at, value, start=False),
    "exists": _exists,
}
