"""Copying values of records from one field to another, page by page; safe to begin again wherever it broke off.

A record that has a value in the new field already is left alone; what somebody changed in the old one meanwhile follows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import Rejected, RemoteError
from centrali_deploy.wire import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from centrali_deploy.remote.client import Client

PAGE = 500
"""Of at most a thousand records in one bulk request [D]."""
_NO_BULK = frozenset({404, 405, 501})


def copy_values(client: Client, slug: str, names: Mapping[str, str], allowed: Callable[[], None]) -> int:
    """Copy, for each new field, what the old one holds; gives how many records were changed. `allowed` raises when it must stop."""
    copied: dict[str, str] = {}
    for records in _missing(client, slug, names):
        allowed()
        changes = {record["id"]: _values(record["data"], names) for record in records}
        _change(client, changes)
        copied |= {record["id"]: _old(record["data"], names) for record in records}
    late = [
        record
        for records in _pages(client, slug, {"or": [{f"data.{old}": {"exists": True}} for old in names.values()]})
        for record in records
        if record["id"] in copied and _old(record["data"], names) != copied[record["id"]]
    ]
    if late:
        _change(client, {record["id"]: {new: record["data"].get(old) for new, old in names.items()} for record in late})
    return len(copied)


def _missing(client: Client, slug: str, names: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    """Records of which a new field lacks what the old one has; each page is gone from the next when it was copied."""
    where = {"or": [{"and": [{f"data.{old}": {"exists": True}}, {f"data.{new}": {"exists": False}}]} for new, old in names.items()]}
    seen: set[str] = set()
    while records := _page(client, slug, where, 0):
        fresh = [record for record in records if record["id"] not in seen]
        if not fresh:
            raise RemoteError(f"Values of {slug} are copied and do not stay.", "Look at a record in the console.", path="/records/query")
        seen |= {record["id"] for record in fresh}
        yield fresh


def _pages(client: Client, slug: str, where: Any) -> Iterator[list[dict[str, Any]]]:  # noqa: ANN401 -- a where-tree
    offset = 0
    while records := _page(client, slug, where, offset):
        yield records
        offset += len(records)


def _page(client: Client, slug: str, where: Any, offset: int) -> list[dict[str, Any]]:  # noqa: ANN401 -- a where-tree
    sort = [{"field": "createdAt", "direction": "asc"}, {"field": "id", "direction": "asc"}]
    query = {"resource": slug, "where": where, "sort": sort, "page": {"limit": PAGE, "offset": offset}}
    try:
        found: list[dict[str, Any]] = page(client.request("POST", "records/query", json=query)).items
    except ValueError as error:
        raise RemoteError(f"POST /records/query: {error}.", "Is this the API of Centrali?", path="/records/query") from error
    return [record for record in found if isinstance(record.get("data"), dict) and isinstance(record.get("id"), str)]


def _change(client: Client, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """In one request where there is such a route [I], or else one by one [D]."""
    try:
        client.request("PATCH", "records/bulk", json={"records": [{"id": id_, "data": data} for id_, data in changes.items()]})
    except Rejected as error:
        if error.status not in _NO_BULK:
            raise
        for id_, data in changes.items():
            client.request("PATCH", f"records/{id_}", json={"data": data})


def _values(data: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {new: data[old] for new, old in names.items() if old in data and new not in data}


def _old(data: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return json.dumps([data.get(old) for old in names.values()], sort_keys=True)
