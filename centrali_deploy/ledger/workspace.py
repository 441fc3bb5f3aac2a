"""The ledger in the workspace itself, so that it is wherever the workspace is: leaves on a shelf.

Each write is one new leaf, the head, whose key carries the serial: it is there whole or not at all, and only one of two
writers gets it. What does not fit into the head was put down before it, under a name that only the head knows. What is
older is cleared away afterwards; what a crash left behind is not looked at, and goes with the next write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from centrali_deploy.address import Address
from centrali_deploy.errors import Conflict, LedgerError, LedgerMoved, RemoteError
from centrali_deploy.ledger.entries import Entries, unique
from centrali_deploy.ledger.locking import Locking
from centrali_deploy.ledger.model import FORMAT, damaged, present, read, written
from centrali_deploy.ledger.packing import compact, joined, packed, pieces, unpacked
from centrali_deploy.ledger.shelf import LONGEST, PAGE, Leaf, Shelf
from centrali_deploy.ledger.slips import LeafSlips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from centrali_deploy.ledger.locking import Slip
    from centrali_deploy.ledger.model import Entry, Holder, Ledger
    from centrali_deploy.remote.client import Client

_HEAD = "head"
_FIRST = LONGEST // 2
_OWNED = 600_000
"""Characters of the list of what is ours, which every deployment reads: some thirty thousand addresses."""
_LOOKS = 3


class _Head(NamedTuple):
    """What a head says: the first piece of the ledger, the keys of the others, what is owned, and how far the history is."""

    chunks: frozenset[str]
    owned: Sequence[str]
    first: str
    entries: int | None


class WorkspaceDoor(Locking):
    """The ledger of one deployment, in the workspace it is about."""

    def __init__(self, client: Client, deployment: str, ids: Callable[[], str] = unique) -> None:
        """Nothing is asked yet. `deployment` is a slug."""
        self._shelf = Shelf(client)
        self._lock = LeafSlips(self._shelf, deployment)
        super().__init__(self._lock)
        self._entries = Entries(self._shelf, deployment, ids)
        self._deployment = deployment
        self._ids = ids
        self._chunks = f"chunk/{deployment}"
        self._there: list[Leaf] | None = None
        self._looked: list[Leaf] | None = None
        self._locked_with: list[Leaf] | None = None
        """What lay there when the lock was taken, for the first who reads it then."""
        self._elsewhere: dict[Address, str] = {}

    @property
    def where(self) -> str:
        """Which workspace."""
        return self._shelf.where

    @property
    def made(self) -> bool:
        """Whether the structure in which it is kept was made through this door."""
        return self._shelf.made

    def read(self) -> Ledger | None:
        """What is recorded, in one request as long as it has less than 10 MB. Raises LedgerError, RemoteError.

        Right after the lock was taken it takes none: both were read in one.
        """
        for _ in range(_LOOKS):  # between two pages, somebody may have written
            leaves, self._locked_with = self._locked_with or self._look(), None
            self._seen = self._lock.among(leaves)
            heads = self._heads(leaves)
            own = heads.pop(self._deployment, None)
            self._elsewhere = {Address.parse(text): name for name, head in heads.items() for text in head.owned}
            self._there = [leaf for leaf in leaves if leaf.deployment == self._deployment and leaf.part != self._lock.part]
            self._entries.told(own.entries if own else 0)
            if own is None:
                return None
            others = sorted((leaf for leaf in self._there if leaf.key in own.chunks), key=lambda leaf: leaf.number)
            if len(others) == len(own.chunks):
                return read(self._unpacked(joined(own.first, [leaf.text for leaf in others])), self.where)
        raise damaged(self.where)

    def write(self, ledger: Ledger) -> None:
        """Record it. Raises LedgerMoved when a ledger of its serial, or a later one, is there."""
        first, others = pieces(packed(written(ledger)), _FIRST, LONGEST)
        owned = packed([str(address) for address in sorted(ledger.resources)])
        if len(owned) > _OWNED:
            hint = "Split it: give other manifests a deployment: of their own."
            raise LedgerError(f"{len(ledger.resources):,} resources are more than one deployment can keep.", hint)
        if self._there is None:
            self.read()
        there, generation = self._there or [], self._ids()
        self._locked_with = None
        if any(leaf.part == _HEAD and leaf.number >= ledger.serial for leaf in there):
            raise self._moved()
        chunks = [f"{self._chunks}/{generation}/{number}" for number in range(len(others))]
        head = {"format": FORMAT, "generation": generation, "chunks": chunks, "owned": owned, "first": first, "entries": self._entries.last}
        put = []
        try:
            for number, (key, text) in enumerate(zip(chunks, others, strict=True)):
                put.append(self._shelf.add(Leaf(key, self._chunks, self._deployment, number, text)))
            key = f"{_HEAD}/{self._deployment}/{ledger.serial}"
            put.append(self._shelf.add(Leaf(key, _HEAD, self._deployment, ledger.serial, compact(head))))
        except Conflict as error:
            self._clear(put)
            raise self._moved() from error
        self._there = [*put, *self._clear(there)]

    def take(self, holder: Holder, now: float) -> None:
        """Take the lock; what is recorded is read with it. Raises Locked when somebody else has it."""
        self._locked_with = self._looked = None
        super().take(holder, now)
        self._locked_with = self._looked

    def elsewhere(self) -> Mapping[Address, str]:
        """What other deployments own, and which, as far as the last `read` saw."""
        return self._elsewhere

    def add(self, entry: Entry) -> Entry:
        """Add an entry to the history."""
        return self._entries.add(entry)

    def amend(self, entry: Entry) -> None:
        """Say anew what an entry says."""
        self._entries.amend(entry)

    def history(self, limit: int) -> list[Entry]:
        """The latest entries, the newest first."""
        return self._entries.latest(limit)

    def entry(self, number: int) -> Entry | None:
        """One entry, whole."""
        return self._entries.whole(number)

    def _look(self) -> list[Leaf]:
        """The heads of all deployments, and everything of our own but its history."""
        return self._shelf.find(_HEAD, self._chunks, self._lock.part)

    def _all_with_mine(self) -> list[Slip]:
        """Every slip, and what is recorded, in one request; when that takes several pages, something may have moved between them."""
        leaves, self._looked = self._look(), None
        if len(leaves) >= PAGE:
            return self._lock.all()
        self._looked = leaves
        return self._lock.among(leaves)

    def _heads(self, leaves: Sequence[Leaf]) -> dict[str, _Head]:
        """The present head of each deployment: that of the highest serial."""
        found: dict[str, Leaf] = {}
        for leaf in leaves:
            if leaf.part == _HEAD and (leaf.deployment not in found or leaf.number > found[leaf.deployment].number):
                found[leaf.deployment] = leaf
        return {name: self._head(leaf) for name, leaf in found.items()}

    def _head(self, leaf: Leaf) -> _Head:
        said = present(self._unpacked(leaf.text), self.where)
        try:
            entries = said.get("entries")
            last = entries if isinstance(entries, int) else None
            return _Head(frozenset(said["chunks"]), unpacked(said["owned"]), str(said["first"]), last)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise damaged(self.where) from error

    def _unpacked(self, text: str) -> Any:  # noqa: ANN401 -- any JSON value
        try:
            return unpacked(text)
        except ValueError as error:
            raise damaged(self.where) from error

    def _clear(self, leaves: Iterable[Leaf]) -> list[Leaf]:
        """Take away what is not needed any more; gives what cannot be taken away now and is left to the next write."""
        left = []
        for leaf in leaves:
            try:
                self._shelf.drop(leaf)
            except RemoteError:
                left.append(leaf)
        return left

    def _moved(self) -> LedgerMoved:
        return LedgerMoved(f"Somebody else wrote to the ledger in {self.where}.", "Run again, and look at the plan.")
