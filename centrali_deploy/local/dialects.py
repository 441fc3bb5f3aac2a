"""Older ways to write a query of records, turned into the canonical one: flat parameters of a URL, and the runtime's options.

In a URL every value is a text [D]: it is read by the type of its property, and for a field that is not declared it stands
for the text as well as for the number or the truth value that it spells [I].
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.conditions import SYSTEM
from centrali_deploy.local.queries import CAP, PAGE
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from centrali_deploy.local.schema import Schema
    from centrali_deploy.local.store import Row

_FILTER = re.compile(r"([^\[\]]+)(?:\[(\w+)\])?")
_LISTS = {"in", "nin", "hasAny", "hasAll"}
_ALL_OF = {"ne", "nin"}
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_KNOWN = {"search", "searchField", "searchFields", "page", "pageSize", "limit", "sort", "includeTotal", "includeArchived", "expand"}
_OPTIONS = {"filter", "pageSize", "limit", "dateWindow"} | _KNOWN


def from_flat(parameters: Mapping[str, str], schema: Schema) -> Row:
    """The canonical definition of a list's parameters. Refuses with 400 a parameter that is none."""
    where = [_flat(name, text, schema) for name, text in parameters.items() if name not in _KNOWN]
    number, size = _count(parameters.get("page"), 1), _count(parameters.get("pageSize") or parameters.get("limit"), PAGE)
    return {
        "where": {"and": where},
        "sort": _sorts(parameters.get("sort")),
        "page": _window(number, size),
        "include": [{"relation": name} for name in _names(parameters.get("expand"))],
        "includeTotal": parameters.get("includeTotal") == "true",
        "includeArchived": parameters.get("includeArchived") == "true",
        **_searching(parameters.get("search"), _names(parameters.get("searchFields") or parameters.get("searchField"))),
    }


def is_older(options: Row) -> bool:
    """Whether a function's options are written in the older dialect: a filter, a page size, a window, a field at the top [T]."""
    sort, page = options.get("sort"), options.get("page")
    plain = isinstance(page, int | str) or isinstance(sort, (str, dict))
    canonical = {"where", "text", "select", "include", "resource"} & options.keys()
    older = {"filter", "pageSize", "limit", "dateWindow", "search", "includeTotal"} & options.keys()
    return not canonical and (plain or bool(older) or any(name.startswith("data.") for name in options))


def from_options(options: Row) -> Row:
    """The canonical definition of the runtime's older options. Refuses with 400 what does not fit."""
    filters = options.get("filter")
    if filters is not None and not isinstance(filters, dict):
        raise Refused(400, "filter must be an object", [("filter", "must be an object")])
    loose = {name: value for name, value in options.items() if name not in _OPTIONS}
    where = [_bracketed(name, value) for part in (filters or {}, loose) for name, value in part.items()]
    number, size = (_count(_spelt(options.get(name)), otherwise) for name, otherwise in (("page", 1), ("pageSize", PAGE)))
    size = _count(_spelt(options.get("limit")), PAGE) if options.get("pageSize") is None else size
    fields = options.get("searchFields") or options.get("searchField")
    return {
        "where": {"and": [*where, *_dates(options.get("dateWindow"))]},
        "sort": _sorts(options.get("sort")),
        "page": _window(number, size),
        "include": [{"relation": name} for name in _names(options.get("expand"))],
        "includeArchived": options.get("includeArchived"),
        **_searching(options.get("search"), _names(fields)),
    }


def page_of(definition: Row) -> Row:
    """The page as lists tell it: its number and size."""
    size = definition["page"]["limit"]
    return {"page": definition["page"]["offset"] // size + 1, "pageSize": size}


def _window(number: int, size: int) -> Row:
    limit = min(size, CAP)
    return {"limit": limit, "offset": (number - 1) * limit}


def _flat(name: str, text: str, schema: Schema) -> Row:
    found = _FILTER.fullmatch(name)
    path, word = (found[1], found[2] or "eq") if found else ("", "eq")
    if not path.startswith("data.") and path not in SYSTEM:
        raise Refused(400, f"'{name}' is not a parameter: fields are written data.{name}", [(name, "is not a parameter")])
    if word in _LISTS:
        return {path: {word: [value for part in text.split(",") for value in _meant(path, part, schema)]}}
    if word == "exists":
        return {path: {word: {"true": True, "false": False}.get(text, text)}}
    if word in {"startsWith", "endsWith"}:
        return {path: {word: text}}
    return {"and" if word in _ALL_OF else "or": [{path: {word: value}} for value in _meant(path, text, schema, word)]}


def _meant(path: str, text: str, schema: Schema, word: str = "eq") -> list[Any]:
    """Every value that a text may stand for."""
    if path in SYSTEM:
        return [float(text) if path == "version" and _NUMBER.fullmatch(text) else text]
    item = schema.fields.get(path.removeprefix("data."), {})
    sort = item.get("type")
    if sort == "array":
        sort = item["items"].get("type") if isinstance(item.get("items"), dict) else None
    if sort in ("string", "datetime", "reference"):
        return [text]
    spelt: list[Any] = [float(text) if "." in text or "e" in text.lower() else int(text)] if _NUMBER.fullmatch(text) else []
    if text in {"true", "false", "null"} and word in {"eq", "ne", "in", "nin", "contains"}:
        spelt.append({"true": True, "false": False, "null": None}[text])
    return spelt if spelt and sort in ("number", "boolean") else [text, *spelt]


def _bracketed(name: str, value: Any) -> Row:  # noqa: ANN401 -- any JSON value
    """A filter as functions write it: `data.n`, `data.n[gte]`, or `data.n` with operators inside; a list means any of it [I]."""
    found = _FILTER.fullmatch(name)
    if found and found[2]:
        return {found[1]: {found[2]: value.split(",") if found[2] in _LISTS and isinstance(value, str) else value}}
    if name in {"and", "or", "not"}:
        return {name: value}
    return {name: {"in": value} if isinstance(value, list) else value}


def _dates(window: Any) -> list[Row]:  # noqa: ANN401 -- any JSON value
    """A window of time; both its ends are in it [I]."""
    if window is None:
        return []
    if not isinstance(window, dict) or not isinstance(window.get("field"), str):
        raise Refused(400, "dateWindow must be an object with a field", [("dateWindow.field", "must be a text")])
    ends = {"from": "gte", "to": "lte"}
    return [{window["field"]: {word: window[end]}} for end, word in ends.items() if window.get(end) is not None]


def _sorts(sent: Any) -> list[Row]:  # noqa: ANN401 -- any JSON value
    """`-createdAt,data.n`, a list of such, `{field: direction}`, or the canonical list."""
    if isinstance(sent, dict) and "field" not in sent:
        return [{"field": field, "direction": direction} for field, direction in sent.items()]
    items: Iterable[Any] = sent.split(",") if isinstance(sent, str) else sent if isinstance(sent, list) else [] if sent is None else [sent]
    return [_descending(item.strip()) if isinstance(item, str) else item for item in items if item != ""]


def _descending(text: str) -> Row:
    return {"field": text.removeprefix("-"), "direction": "desc" if text.startswith("-") else "asc"}


def _searching(text: Any, fields: list[str]) -> Row:  # noqa: ANN401 -- any JSON value
    if text is None or text == "":
        return {}
    return {"text": {"query": text, **({"fields": fields} if fields else {})}}


def _names(sent: Any) -> list[str]:  # noqa: ANN401 -- any JSON value
    parts = sent.split(",") if isinstance(sent, str) else sent if isinstance(sent, list) else []
    return [part.strip() for part in parts if isinstance(part, str) and part.strip()]


def _spelt(value: object) -> str | None:
    return None if value is None else str(value)


def _count(text: str | None, otherwise: int) -> int:
    found = int(text) if text and re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0
    return found if found > 0 else otherwise
