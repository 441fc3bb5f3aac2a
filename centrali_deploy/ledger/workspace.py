"""The ledger kept in the workspace itself, so that everybody who may change the workspace sees it.

A ledger is one record, or a record that says which others hold its parts: changing that one record is what makes a new
ledger valid, so that a crash leaves the old one or the new one. Parts of neither are taken away by the next writer.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import Conflict, LeaseLost
from centrali_deploy.ledger.lease import locked
from centrali_deploy.ledger.model import damaged, read, read_entry, read_holder, written, written_entry
from centrali_deploy.ledger.shelf import Gone, Leaf, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.ledger.model import Entry, Holder, Ledger
    from centrali_deploy.remote.client import Client

PART = 200_000
"""Characters of JSON in one record, of which each may become several bytes: a record holds 1 MB at most [D]."""


class WorkspaceDoor:
    """One deployment's ledger, lock and history in the records of a workspace."""

    def __init__(self, client: Client, deployment: str) -> None:
        """Nothing is asked yet."""
        self.where = f"the workspace {client.workspace}"
        self._shelf = Shelf(client)
        self._deployment = deployment
        self._others: dict[Address, str] = {}
        self._head: Leaf | None = None
        self._chunks: list[Leaf] = []
        self._read = False
        self._lock: Leaf | None = None

    @property
    def made(self) -> bool:
        """Whether the structure that holds it was made just now."""
        return self._shelf.made

    def read(self) -> Ledger | None:
        """What is recorded. One request for up to forty parts."""
        leaves = self._shelf.find("head", "chunk")
        heads = {leaf.deployment: leaf for leaf in leaves if leaf.part == "head"}
        chunks = [leaf for leaf in leaves if leaf.part == "chunk"]
        self._others = {}
        for name, head in heads.items():
            if name != self._deployment:
                self._others |= dict.fromkeys(self._opened(head, chunks).resources, name)
        self._head, self._read = heads.get(self._deployment), True
        self._chunks = [leaf for leaf in chunks if leaf.deployment == self._deployment]
        return self._opened(self._head, chunks) if self._head else None

    def elsewhere(self) -> Mapping[Address, str]:
        """What other deployments own."""
        return self._others

    def write(self, ledger: Ledger) -> None:
        """Record it: its parts first, then the one record that makes them valid; then what is left of older ones goes."""
        if not self._read:
            self.read()
        generation = secrets.token_hex(8)
        parts = _split(json.dumps(written(ledger), separators=(",", ":")))
        fresh = [] if len(parts) == 1 else self._put("chunk", generation, parts)
        text = parts[0] if len(parts) == 1 else json.dumps({"generation": generation, "parts": len(parts)})
        leaf = Leaf("", f"head/{self._deployment}", self._deployment, "head", ledger.serial, text, "")
        try:
            self._shelf.change(self._head, text)
        except Gone:
            self._head = self._shelf.add(leaf)
        for old in self._chunks:
            self._shelf.drop(old)
        self._chunks = fresh

    def take(self, holder: Holder, now: float) -> None:
        """Take the lock: the key decides between two at the same moment, and what is there afterwards proves it."""
        leaf = Leaf("", f"lock/{self._deployment}", self._deployment, "lock", 0, json.dumps(asdict(holder)), "")
        for other in self._locks():
            held = self._holder(other)
            if not held.over(now) and held.id != holder.id:
                raise locked(held, now)
            self._shelf.drop(other)
        try:
            made = self._shelf.add(leaf)
        except Conflict as error:
            raise locked(self.holder(), now) from error
        first = min(self._locks(), key=lambda each: (each.created, each.id), default=made)
        if self._holder(first).id != holder.id:  # only where keys are not unique
            self._shelf.drop(made)
            raise locked(self._holder(first), now)
        self._lock = made

    def renew(self, holder: Holder) -> None:
        """Say the new end of the lease."""
        try:
            self._shelf.change(self._lock, json.dumps(asdict(holder)))
        except Gone as error:
            raise LeaseLost(
                "The lock was taken over or broken by somebody else.", "Nothing more was written: plan again when they have ended."
            ) from error

    def release(self, holder: Holder) -> None:
        """Let it go."""
        if self._lock is not None and holder.id == self._holder(self._lock).id:
            self._shelf.drop(self._lock)
        self._lock = None

    def holder(self) -> Holder | None:
        """Who holds it."""
        return next(map(self._holder, self._locks()), None)

    def unlock(self) -> Holder | None:
        """Break it."""
        locks = self._locks()
        for leaf in locks:
            self._shelf.drop(leaf)
        return next(map(self._holder, locks), None)

    def add(self, entry: Entry) -> Entry:
        """Add an entry; of two at the same moment, one comes after the other."""
        while True:
            last = next(iter(self._shelf.latest("entry", self._deployment, 1)), None)
            numbered, token = replace(entry, number=last.number + 1 if last else 1), secrets.token_hex(8)
            parts = self._put("inverse", token, _split(json.dumps(entry.inverse)), numbered.number)
            text = json.dumps({**written_entry(numbered), "token": token})
            key = f"entry/{self._deployment}/{numbered.number:08}"
            try:
                self._shelf.add(Leaf("", key, self._deployment, "entry", numbered.number, text, ""))
            except Conflict:
                for part in parts:
                    self._shelf.drop(part)
                continue
            return numbered

    def amend(self, entry: Entry) -> None:
        """Say anew what an entry says; what a rollback needs stays."""
        for leaf in self._shelf.find("entry", deployment=self._deployment, number=entry.number):
            token = dict(self._json(leaf)).get("token")
            self._shelf.change(leaf, json.dumps({**written_entry(entry), "token": token}))

    def history(self, limit: int) -> list[Entry]:
        """The latest entries."""
        return [read_entry(self._json(leaf), self.where) for leaf in self._shelf.latest("entry", self._deployment, limit)]

    def entry(self, number: int) -> Entry | None:
        """One entry, with what a rollback needs."""
        leaves = self._shelf.find("entry", "inverse", deployment=self._deployment, number=number)
        found = next((leaf for leaf in leaves if leaf.part == "entry"), None)
        if found is None:
            return None
        said = self._json(found)
        prefix = f"inverse/{self._deployment}/{dict(said).get('token')}/"
        text = "".join(text for _, text in sorted((leaf.key, leaf.text) for leaf in leaves if leaf.key.startswith(prefix)))
        return replace(read_entry(said, self.where), inverse=self._parsed(text or "null"))

    def _put(self, part: str, name: str, texts: Iterable[str], number: int = 0) -> list[Leaf]:
        keys = (f"{part}/{self._deployment}/{name}/{index:04}" for index, _ in enumerate(texts))
        return [self._shelf.add(Leaf("", key, self._deployment, part, number, text, "")) for key, text in zip(keys, texts, strict=False)]

    def _opened(self, head: Leaf, chunks: Sequence[Leaf]) -> Ledger:
        said = self._json(head)
        if isinstance(said, dict) and "generation" in said:
            prefix = f"chunk/{head.deployment}/{said['generation']}/"
            parts = sorted((leaf.key, leaf.text) for leaf in chunks if leaf.key.startswith(prefix))
            if len(parts) != said.get("parts"):
                raise damaged(self.where)
            said = self._parsed("".join(text for _, text in parts))
        return read(said, self.where)

    def _locks(self) -> list[Leaf]:
        return self._shelf.find("lock", deployment=self._deployment)

    def _holder(self, leaf: Leaf) -> Holder:
        return read_holder(self._json(leaf), self.where)

    def _json(self, leaf: Leaf) -> Any:  # noqa: ANN401 -- any JSON value
        return self._parsed(leaf.text)

    def _parsed(self, text: str) -> Any:  # noqa: ANN401 -- any JSON value
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise damaged(self.where) from error


def _split(text: str) -> list[str]:
    return [text[start : start + PART] for start in range(0, len(text), PART)] or [""]
