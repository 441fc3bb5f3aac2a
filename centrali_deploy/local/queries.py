"""The canonical query of records, read and checked: where, text, sort, page, select and include, made ready for the store.

Its members are documented [D]; how many records a page has, and what is said when nobody counts, is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.conditions import EVERYTHING, Operand, Sql, condition, contains_text, joined, operand
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from centrali_deploy.local.schema import Schema
    from centrali_deploy.local.store import Row

PAGE, CAP = 50, 500
"""Records on a page when nobody says, and at most [I]."""
_MEMBERS = {"resource", "where", "text", "sort", "page", "select", "include", "includeTotal", "includeArchived"}
_NO_JOINS = (
    "The local workspace does not imitate joins of a query: their members are not published."
    " Write include: [{relation}] for a reference, or query the other structure, too"
)
_FARTHEST = 10**12
_MOST_SORTS = 20


@dataclass(frozen=True, slots=True)
class Query:
    """A query of one structure's records. `order` is SQL, as `condition`; `fields` None means all of them."""

    condition: Sql
    order: Sql
    limit: int
    offset: int
    fields: tuple[str, ...] | None
    include: tuple[str, ...]
    total: bool
    archived: bool


def query(definition: Row, schema: Schema) -> Query:
    """Read a definition. Refuses with 400 what does not fit, naming the member; `joins` with 501."""
    if "joins" in definition:
        raise Refused(501, _NO_JOINS, [("joins", "is not imitated")])
    for member in definition.keys() - _MEMBERS:
        raise _refused(member, "is not a member of a query")
    where = EVERYTHING if definition.get("where") is None else condition(definition["where"], schema.secret)
    text = EVERYTHING if definition.get("text") is None else _text(definition["text"], schema)
    limit, offset = _page(definition.get("page"))
    return Query(
        joined("and", [where, text]),
        _order(definition.get("sort"), schema),
        limit,
        offset,
        _fields(definition.get("select")),
        _included(definition.get("include")),
        _flag(definition, "includeTotal"),
        _flag(definition, "includeArchived"),
    )


def _refused(member: str, message: str) -> Refused:
    return Refused(400, f"{member} {message}", [(member, message)])


def _flag(definition: Row, member: str) -> bool:
    value = definition.get(member)
    if value is not None and not isinstance(value, bool):
        raise _refused(member, "must be true or false")
    return value is True


def _text(sent: Any, schema: Schema) -> Sql:  # noqa: ANN401 -- any JSON value
    """A search, in the fields it names, in the structure's own search field [D], or in every declared text [I]."""
    if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
        raise _refused("text.query", "must be a text")
    fields = sent.get("fields")
    if fields is None:
        fields = [f"data.{name}" for name in _searched(schema)]
    if not _texts(fields):
        raise _refused("text.fields", "must be a list of fields")
    if not fields:
        raise _refused("text.fields", "is needed: the structure has no text to search")
    paths = [f"data.{field.removeprefix('data.')}" for field in fields[:_MOST_SORTS]]
    return contains_text([operand(path, schema.secret) for path in paths], sent["query"])


def _searched(schema: Schema) -> list[str]:
    if schema.search_field:
        return [schema.search_field]
    return [name for name, item in schema.fields.items() if item.get("type") == "string" and name not in schema.secret]


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _page(sent: Any) -> tuple[int, int]:  # noqa: ANN401 -- any JSON value
    page = {} if sent is None else sent
    if not isinstance(page, dict):
        raise _refused("page", "must be an object of limit and offset")
    limit, offset = page.get("limit", PAGE), page.get("offset", 0)
    for member, value, least in (("limit", limit, 1), ("offset", offset, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _FARTHEST:
            raise _refused(f"page.{member}", f"must be a whole number from {least}")
    return min(limit, CAP), offset


def _order(sent: Any, schema: Schema) -> Sql:  # noqa: ANN401 -- any JSON value
    """What is missing comes last, or first when descending; equals stand in the order in which they were made [I]."""
    items = [] if sent is None else sent
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items) or len(items) > _MOST_SORTS:
        raise _refused("sort", "must be a list of {field, direction}")
    parts = [_sorted(item, schema) for item in items]
    return Sql(", ".join([*(part.text for part in parts), "number"]), tuple(value for part in parts for value in part.values))


def _sorted(item: Row, schema: Schema) -> Sql:
    field, direction = item.get("field"), item.get("direction", "asc")
    if not isinstance(field, str):
        raise _refused("sort.field", "must be a text")
    if direction not in ("asc", "desc"):
        raise _refused("sort.direction", "must be asc or desc")
    at: Operand = operand(field, schema.secret)
    return Sql(f"{at.value} {direction} nulls {'last' if direction == 'asc' else 'first'}", at.values)


def _fields(sent: Any) -> tuple[str, ...] | None:  # noqa: ANN401 -- any JSON value
    if sent is None:
        return None
    fields = sent.get("fields") if isinstance(sent, dict) else sent
    if not isinstance(fields, list) or not _texts(fields):
        raise _refused("select.fields", "must be a list of fields")
    for field in fields:
        operand(field)
    return tuple(fields)


def _included(sent: Any) -> tuple[str, ...]:  # noqa: ANN401 -- any JSON value
    items = [] if sent is None else sent
    relations = [item.get("relation") for item in items if isinstance(item, dict)] if isinstance(items, list) else [None]
    names = [name for name in relations if isinstance(name, str)]
    if len(names) < len(relations) or len(names) < len(items):
        raise _refused("include", "must be a list of {relation}")
    return tuple(name.removeprefix("data.") for name in names)


def selected(record: Row, fields: tuple[str, ...]) -> Row:
    """A record with only these fields and its id."""
    found: Row = {"id": record["id"], "data": {}}
    for field in fields:
        if field in record:
            found[field] = record[field]
        _copied(record["data"], found["data"], field.split(".")[1:])
    if "_expanded" in record["data"]:
        found["data"]["_expanded"] = record["data"]["_expanded"]
    return found


def _copied(source: Row, target: Row, parts: list[str]) -> None:
    for part in parts[:-1]:
        inside = source.get(part)
        if not isinstance(inside, dict):
            return
        source, target = inside, target.setdefault(part, {})
    if parts and parts[-1] in source:
        target[parts[-1]] = source[parts[-1]]
