"""The history of one deployment as leaves of a shelf: an entry is one leaf, with a long inverse in others beside it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import Conflict, LedgerError
from centrali_deploy.ledger.model import damaged, read_entry, written_entry
from centrali_deploy.ledger.packing import joined, packed, pieces, unpacked
from centrali_deploy.ledger.shelf import LONGEST, Leaf

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.ledger.model import Entry
    from centrali_deploy.ledger.shelf import Shelf

_FIRST = 20_000
"""Characters of an inverse that stand in the entry itself, so that a list of entries stays short."""
_TRIES = 20


def unique() -> str:
    """What nobody else has."""
    return secrets.token_hex(8)


class Entries:
    """What one deployment did, one entry for each apply, numbered from 1."""

    def __init__(self, shelf: Shelf, deployment: str, ids: Callable[[], str] = unique) -> None:
        """Nothing is asked yet."""
        self._shelf = shelf
        self._deployment = deployment
        self._ids = ids
        self._part = f"history/{deployment}"
        self._leaves: dict[int, Leaf] = {}
        self.last: int | None = None
        """The number of the latest entry, as far as it is known; there may be later ones."""

    def told(self, last: int | None) -> None:
        """What somebody knows of the latest number; what we added ourselves we know better."""
        self.last = None if last is None else max(last, self.last or 0)

    def add(self, entry: Entry) -> Entry:
        """Keep an entry under the next number."""
        number = self._latest() if self.last is None else self.last
        for _ in range(_TRIES):
            number += 1
            numbered = replace(entry, number=number)
            try:
                self._leaves[number] = self._shelf.add(self._leaf(numbered))
            except Conflict:  # somebody else was quicker, or did not say so
                number = max(number, self._latest())
                continue
            self.last = number
            return numbered
        raise LedgerError("The history cannot be written: others write it all the time.", "Run again later.")

    def amend(self, entry: Entry) -> None:
        """Say anew what an entry says; what a rollback needs stays. Raises LedgerError when there is none of its number."""
        leaf = self._leaves.get(entry.number) or self._shelf.named(self._key(entry.number))
        text = packed({**self._said(leaf), "entry": written_entry(entry)}) if leaf else ""
        if leaf is None or not self._shelf.change(leaf, text):
            raise LedgerError(f"The history has no entry {entry.number}.", "Somebody deleted it.")

    def latest(self, limit: int) -> list[Entry]:
        """The newest first, without what a rollback needs."""
        found = [self._read(leaf) for leaf in self._shelf.find(self._part, most=limit)]
        return sorted(found, key=lambda entry: -entry.number)

    def whole(self, number: int) -> Entry | None:
        """One entry, whole. Raises Unreadable when a part of it is gone."""
        leaf = self._shelf.named(self._key(number))
        if leaf is None:
            return None
        said = self._said(leaf)
        chunks = said["chunks"]
        others = {other.key: other.text for other in self._shelf.find(self._inverses(number))} if chunks else {}
        try:
            inverse = unpacked(joined(said["first"], [others[key] for key in chunks]))
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(self._shelf.where) from error
        return replace(self._read(leaf), inverse=inverse)

    def _latest(self) -> int:
        found = self._shelf.find(self._part, most=1)
        return found[0].number if found else 0

    def _leaf(self, entry: Entry) -> Leaf:
        """The leaf of an entry; what does not fit into it is put down first."""
        first, others = pieces(packed(entry.inverse), _FIRST, LONGEST)
        part, generation, chunks = self._inverses(entry.number), self._ids(), []
        for number, text in enumerate(others):
            chunks.append(f"{part}/{generation}/{number}")
            self._shelf.add(Leaf(chunks[-1], part, self._deployment, number, text))
        said = packed({"entry": written_entry(entry), "generation": generation, "chunks": chunks, "first": first})
        return Leaf(self._key(entry.number), self._part, self._deployment, entry.number, said)

    def _read(self, leaf: Leaf) -> Entry:
        return read_entry(self._said(leaf)["entry"], self._shelf.where)

    def _said(self, leaf: Leaf) -> dict[str, Any]:
        try:
            said = unpacked(leaf.text)
            if isinstance(said["chunks"], list) and isinstance(said["first"], str) and "entry" in said:
                return dict(said)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(self._shelf.where) from error
        raise damaged(self._shelf.where)

    def _key(self, number: int) -> str:
        return f"{self._part}/{number}"

    def _inverses(self, number: int) -> str:
        return f"inverse/{self._deployment}/{number}"
