"""Files that functions store: a name, a content type and bytes, made from what was given.

Only the three names are published [S]; a name and a content, or one object with both, are read [I].
"""

from __future__ import annotations

import base64
import csv
import io
import json
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.sandbox import ApiFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    StoreFile = Callable[[str, str, bytes], dict[str, Any]]


def store_file(store: StoreFile, *args: Any) -> dict[str, Any]:  # noqa: ANN401 -- what a function wrote
    """`storeFile(name, content, contentType)` or `storeFile({name, content, contentType, encoding})`; encoding may be base64."""
    name, content, options = _given("storeFile", args, "content")
    kind = options.get("contentType") or options.get("mimeType") or "text/plain"
    if not isinstance(content, str):
        return store(name, "application/json", json.dumps(content).encode())
    try:
        data = base64.b64decode(content, validate=True) if options.get("encoding") == "base64" else content.encode()
    except ValueError as error:
        raise ApiFailed("api.storeFile: the content is not base64", 400) from error
    return store(name, str(kind), data)


def store_as_csv(store: StoreFile, *args: Any) -> dict[str, Any]:  # noqa: ANN401 -- what a function wrote
    """`storeAsCSV(name, rows, {columns})` or `storeAsCSV({name, data})`: rows are objects, the first line names the columns."""
    name, rows, options = _given("storeAsCSV", args, "data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ApiFailed("api.storeAsCSV: the rows must be a list of objects", 400)
    columns = options.get("columns") or list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerows([columns, *([_cell(row.get(column)) for column in columns] for row in rows)])
    return store(name if name.endswith(".csv") else f"{name}.csv", "text/csv", text.getvalue().encode())


def store_as_json(store: StoreFile, *args: Any) -> dict[str, Any]:  # noqa: ANN401 -- what a function wrote
    """`storeAsJSON(name, value)` or `storeAsJSON({name, data})`."""
    name, value, _options = _given("storeAsJSON", args, "data")
    return store(name if name.endswith(".json") else f"{name}.json", "application/json", json.dumps(value, ensure_ascii=False).encode())


def _given(member: str, args: tuple[Any, ...], content: str) -> tuple[str, Any, dict[str, Any]]:
    """The name, what to store, and the options."""
    first, *rest = args or (None,)
    if isinstance(first, dict | list) and rest and isinstance(rest[0], str):
        first, rest = rest[0], [first, *rest[1:]]  # what to store first, then its name
    elif isinstance(first, dict):
        rest = [next((first[key] for key in (content, "content", "data") if key in first), None), first]
        first = first.get("name") or first.get("filename") or first.get("fileName")
    if not isinstance(first, str) or not first:
        raise ApiFailed(f"api.{member}: the name of the file is missing", 400)
    value, options = [*rest, None, None][:2]
    return first, value, options if isinstance(options, dict) else {"contentType": options}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else value


FILES: dict[str, Callable[..., dict[str, Any]]] = {
    "storeFile": store_file,
    "storeAsCSV": store_as_csv,
    "storeAsJSON": store_as_json,
}
"""The members that store files, each with the store as its first argument."""
