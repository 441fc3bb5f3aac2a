"""Texts by key in records of one reserved structure, which is made when the first text is put there.

It hides how records are asked for. That a key is there only once [I] decides which of two is first.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from centrali_deploy.errors import Conflict, Rejected, RemoteError, Unreadable
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.listing import MOST_PAGES, all_pages
from centrali_deploy.wire import RESERVED, Page, is_id, one, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from centrali_deploy.remote.client import Client

    Raw = dict[str, Any]

LONGEST = 240_000
"""Characters of a text."""
PAGE = 40
"""Leaves in one answer, which then stays below the 10 MB that it may have [D]."""
_GONE = 404
_PATH = f"records/slug/{RESERVED}"
_STRUCTURE: Raw = {
    "recordSlug": RESERVED,
    "name": "centrali-deploy ledger",
    "description": "What centrali-deploy applied to this workspace, and who is applying now. Not to be edited by hand.",
    "schemaDiscoveryMode": "strict",
    "properties": [
        {"name": "key", "type": "string", "required": True, "isUnique": True},
        {"name": "part", "type": "string", "required": True},
        {"name": "deployment", "type": "string", "required": True},
        {"name": "number", "type": "number", "required": True},
        {"name": "text", "type": "string", "required": True},
    ],
}


class Leaf(NamedTuple):
    """One text. `part` is what is read together; `number` orders the leaves of a part. `id` is that of its record."""

    key: str
    part: str
    deployment: str
    number: int
    text: str
    id: str = ""


class Shelf:
    """The leaves of all deployments of one workspace."""

    def __init__(self, client: Client) -> None:
        """Nothing is asked yet."""
        self._client = client
        self.where = f"the workspace {client.workspace}"
        self.made = False
        """Whether the structure was not there and was made by us."""
        self._missing = False
        """Whether the structure was not there when somebody looked last."""

    def find(self, *parts: str, most: int | None = None) -> list[Leaf]:
        """The leaves of these parts, or the highest numbers of them; one request for each forty. None where there is no structure."""
        query = {"data.part[in]": ",".join(parts), "sort": "-data.number" if most else "-createdAt"}
        found = self._first(query, most) if most else self._all(query)
        return [leaf for leaf in found if leaf.part in parts]

    def named(self, key: str) -> Leaf | None:
        """The leaf of a key."""
        return next((leaf for leaf in self._first({"data.key": key}, 1) if leaf.key == key), None)

    def add(self, leaf: Leaf) -> Leaf:
        """Put a text there. Raises Conflict when its key is taken.

        When an answer is lost it is sent again: if the key is taken then, by the same text, it was the lost one that took it.
        """
        data = leaf._asdict()
        del data["id"]
        try:
            return self._leaf(one(self._posted(data)))
        except Conflict:
            found = self.named(leaf.key)
            if found is None or found.text != leaf.text:
                raise
            return found

    def change(self, leaf: Leaf, text: str) -> bool:
        """Another text in place of the one that is there. Whether it still is."""
        return self._about(leaf, "PATCH", json={"data": {"text": text}})

    def drop(self, leaf: Leaf) -> None:
        """Take a text away for good; one that is gone already is fine."""
        self._about(leaf, "DELETE", query={"hard": "true"})

    def _about(self, leaf: Leaf, method: str, **parts: Any) -> bool:  # noqa: ANN401 -- handed on
        try:
            self._client.request(method, f"records/{quote(leaf.id, safe='')}", **parts)
        except Rejected as error:
            if error.status != _GONE:
                raise
            return False
        return True

    def _posted(self, data: Raw) -> Any:  # noqa: ANN401 -- any JSON value
        if not self._missing:
            try:
                return self._client.request("POST", _PATH, json={"data": data}, repeatable=True)
            except Rejected as error:
                if error.status != _GONE:
                    raise
        try:
            self._client.create(KINDS["structure"], dict(_STRUCTURE))
            self.made = True
        except Conflict:  # somebody else made it at the same moment
            self.made = False
        self._missing = False
        try:
            return self._client.request("POST", _PATH, json={"data": data}, repeatable=True)
        except Rejected as error:
            if self.made or error.status != _GONE:
                raise
            said = f"The structure {RESERVED} of {self.where} was deleted, and its name is still taken."
            raise Unreadable(said, "Restore it in the console, and nothing is lost; or delete it for good.") from error

    def _all(self, query: dict[str, str]) -> Iterable[Leaf]:
        """Each leaf once; what slips from one page to another while somebody else clears up is not overlooked."""
        with ThreadPoolExecutor(1) as pool:
            pages = all_pages(RESERVED, partial(self._page, query, PAGE), pool)
        leaves = (self._leaf(record) for found in pages for record in found.items)
        return {leaf.id: leaf for leaf in leaves}.values()

    def _first(self, query: dict[str, str], most: int) -> Iterator[Leaf]:
        """The first ones; no more pages of them are read than are needed."""
        return islice(self._one_after_another(query, min(PAGE, most)), most)

    def _one_after_another(self, query: dict[str, str], size: int) -> Iterator[Leaf]:
        seen: set[str] = set()
        for number in range(1, MOST_PAGES + 1):
            found = self._page(query, size, number)
            fresh = [leaf for leaf in map(self._leaf, found.items) if leaf.id not in seen]
            seen |= {leaf.id for leaf in fresh}
            yield from fresh
            if not fresh or (found.total is not None and len(seen) >= found.total):
                return

    def _page(self, query: dict[str, str], size: int, number: int) -> Page:
        """One page, counted from 1; none where there is no structure."""
        try:
            asked: dict[str, str | int] = {**query, "page": number, "pageSize": size, "includeTotal": "true"}
            found = page(self._client.request("GET", _PATH, query=asked))
        except Rejected as error:
            if error.status != _GONE:
                raise
            self._missing = True
            return Page([], 0, None)
        except ValueError as error:
            raise RemoteError(f"GET /{_PATH}: {error}.", "Is this the API of Centrali?", method="GET", path=f"/{_PATH}") from error
        self._missing = False
        return found

    def _leaf(self, record: Raw) -> Leaf:
        data = record.get("data")
        if not isinstance(data, dict) or not is_id(record.get("id")) or not all(isinstance(data.get(m), str) for m in Leaf._fields[:3]):
            raise self._foreign()
        number, text = data.get("number"), data.get("text")
        if not isinstance(text, str) or not isinstance(number, int | float):
            raise self._foreign()
        return Leaf(data["key"], data["part"], data["deployment"], int(number), text, str(record["id"]))

    def _foreign(self) -> Unreadable:
        said = f"A record of {RESERVED} in {self.where} is not one of ours."
        return Unreadable(said, "Somebody edited it: look at it in the console, and delete it.")
