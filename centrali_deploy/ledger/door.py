"""The door to one deployment's ledger, its lock and its history, wherever they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.address import Address
    from centrali_deploy.ledger.model import Entry, Holder, Ledger


class Door(Protocol):
    """Reads and writes one deployment's ledger. What is written is there whole or not at all."""

    @property
    def where(self) -> str:
        """Where it is kept, as people are told."""

    @property
    def made(self) -> bool:
        """Whether something had to be made for it that nobody asked for by name."""

    def read(self) -> Ledger | None:
        """What is recorded; None when nothing is. Raises LedgerError."""

    def write(self, ledger: Ledger) -> None:
        """Record it in place of what is recorded. Raises LedgerMoved when a ledger of its serial, or a later one, is there."""

    def elsewhere(self) -> Mapping[Address, str]:
        """What other deployments own, and which, as far as the last `read` saw."""

    def take(self, holder: Holder, now: float) -> None:
        """Take the lock. Raises Locked, with who holds it, unless that lease is over."""

    def renew(self, holder: Holder) -> None:
        """Go on holding it until the new end of the lease. Raises LeaseLost when somebody else took it."""

    def release(self, holder: Holder) -> None:
        """Let it go; nothing happens if somebody else has it."""

    def holder(self) -> Holder | None:
        """Who holds the lock, also when their lease is over."""

    def unlock(self) -> Holder | None:
        """Break the lock; gives whose it was."""

    def add(self, entry: Entry) -> Entry:
        """Add an entry to the history; gives it with its number, which counts from 1."""

    def amend(self, entry: Entry) -> None:
        """Say anew what an entry says; what a rollback needs stays. Raises LedgerError when there is none of its number."""

    def history(self, limit: int) -> list[Entry]:
        """The latest entries, the newest first, without what a rollback needs."""

    def entry(self, number: int) -> Entry | None:
        """One entry, whole."""
