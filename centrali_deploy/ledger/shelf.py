"""Texts by key in records of one reserved structure, which is made when the first text is put there.

It hides how records are asked for. Uniqueness of the key is what the lock relies on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from centrali_deploy.errors import Conflict, LedgerError, Rejected, RemoteError, Unreachable
from centrali_deploy.kinds import KINDS
from centrali_deploy.wire import RESERVED, one, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from centrali_deploy.remote.client import Client

PAGE_SIZE = 40
"""Of leaves of at most a quarter of a megabyte, so that an answer stays below 10 MB [D]."""
MOST_PAGES = 1000
_GONE = 404
_STRUCTURE = {
    "recordSlug": RESERVED,
    "name": "centrali-deploy ledger",
    "description": "What centrali-deploy applied to this workspace, and who is applying now. Not to be edited by hand.",
    "schemaDiscoveryMode": "strict",
    "properties": [
        {"name": "key", "type": "string", "required": True, "isUnique": True, "maxLength": 255},
        {"name": "deployment", "type": "string", "required": True, "maxLength": 255},
        {"name": "part", "type": "string", "required": True, "maxLength": 16},
        {"name": "number", "type": "number"},
        {"name": "text", "type": "string", "required": True},
    ],
}


class Leaf(NamedTuple):
    """One text: its key, what it is a part of, and the record that it is in."""

    id: str
    key: str
    deployment: str
    part: str
    number: int
    text: str
    created: str


class Gone(LookupError):
    """The record of a leaf is not there any more."""


class Shelf:
    """The leaves of all deployments of one workspace."""

    def __init__(self, client: Client) -> None:
        """Nothing is asked yet."""
        self._client = client
        self.made = False
        """Whether the structure was made by us."""

    def find(self, *parts: str, **exactly: str | int) -> list[Leaf]:
        """Every leaf of these parts, in one request for each forty of them; none where there is no structure."""
        query: dict[str, str | int] = {"data.part[in]": ",".join(parts), **_sized(PAGE_SIZE), "sort": "createdAt"}
        query |= {f"data.{name}": value for name, value in exactly.items()}
        try:
            found = [leaf for leaf in self._all(query) if leaf.part in parts]
        except Rejected as error:
            if error.status == _GONE:
                return []
            raise
        return [leaf for leaf in found if all(getattr(leaf, name) == value for name, value in exactly.items())]

    def latest(self, part: str, deployment: str, limit: int) -> list[Leaf]:
        """The leaves of the highest numbers."""
        query = {"data.part": part, "data.deployment": deployment, **_sized(limit), "sort": "-data.number"}
        try:
            found = [leaf for leaf in self._page(query, 1)[0] if (leaf.part, leaf.deployment) == (part, deployment)]
        except Rejected as error:
            if error.status == _GONE:
                return []
            raise
        return sorted(found, key=lambda leaf: -leaf.number)

    def add(self, leaf: Leaf) -> Leaf:
        """Put a text there. Raises Conflict when its key is taken. When the answer is lost, it is looked up."""
        data = {"key": leaf.key, "deployment": leaf.deployment, "part": leaf.part, "number": leaf.number, "text": leaf.text}
        try:
            return self._leaf(self._post(data))
        except (Unreachable, Conflict) as error:
            for found in self.find(leaf.part, key=leaf.key):
                if found.text == leaf.text:
                    return found  # our own, whose answer was lost
            if isinstance(error, Conflict):
                raise
            return self._leaf(self._post(data))

    def change(self, leaf: Leaf | None, text: str) -> None:
        """Another text in place of the one that is there. Raises Gone."""
        if leaf is None:
            raise Gone
        try:
            self._client.request("PATCH", _record(leaf.id), json={"data": {"text": text}})
        except Rejected as error:
            if error.status == _GONE:
                raise Gone from error
            raise

    def drop(self, leaf: Leaf) -> None:
        """Take a text away for good; one that is gone already is fine."""
        try:
            self._client.request("DELETE", _record(leaf.id), query={"hard": "true"})
        except Rejected as error:
            if error.status != _GONE:
                raise

    def _post(self, data: dict[str, Any]) -> Any:  # noqa: ANN401 -- any JSON value
        path = f"records/slug/{RESERVED}"
        try:
            return self._client.request("POST", path, json={"data": data})
        except Rejected as error:
            if error.status != _GONE:
                raise
        try:
            self._client.create(KINDS["structure"], dict(_STRUCTURE))
            self.made = True
        except Conflict:
            pass  # somebody else made it at the same moment
        return self._client.request("POST", path, json={"data": data})

    def _all(self, query: Mapping[str, str | int]) -> Iterator[Leaf]:
        seen: set[str] = set()
        for number in range(1, MOST_PAGES):
            leaves, total = self._page(query, number)
            fresh = [leaf for leaf in leaves if leaf.id not in seen]
            seen |= {leaf.id for leaf in fresh}
            yield from fresh
            if not fresh or (total is not None and len(seen) >= total) or (total is None and len(leaves) < PAGE_SIZE):
                return

    def _page(self, query: Mapping[str, str | int], number: int) -> tuple[list[Leaf], int | None]:
        path = f"records/slug/{RESERVED}"
        answer = self._client.request("GET", path, query={**query, "page": number})
        try:
            found = page(answer)
            return [self._leaf(item) for item in found.items], found.total
        except ValueError as error:
            raise RemoteError(f"GET /{path}: {error}.", "Is this the API of Centrali?", method="GET", path=f"/{path}") from error

    @staticmethod
    def _leaf(answer: Any) -> Leaf:  # noqa: ANN401 -- any JSON value
        record: dict[str, Any] = dict(one(answer))
        data = record.get("data")
        if not isinstance(data, dict) or not isinstance(record.get("id"), str) or not isinstance(data.get("text"), str):
            raise LedgerError(
                f"A record of {RESERVED} is not one of ours.", "Somebody edited it: look at it in the console, and delete it."
            )
        key, deployment, part, number = (data.get(name) for name in ("key", "deployment", "part", "number"))
        return Leaf(record["id"], str(key), str(deployment), str(part), int(number or 0), data["text"], str(record.get("createdAt", "")))


def _sized(size: int) -> dict[str, str | int]:
    """How many to a page, in both published words, and how many there are."""
    return {"pageSize": size, "limit": size, "includeTotal": "true"}


def _record(id_: str) -> str:
    return f"records/{quote(id_, safe='')}"
