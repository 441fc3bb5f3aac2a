"""The ledger kept in a file of the project: for one person, or where a pipeline keeps the file.

Each file is written beside itself and renamed, so that a crash leaves the old one or the new one; nobody else may read them.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from centrali_deploy.errors import LeaseLost, LedgerError
from centrali_deploy.ledger.lease import locked
from centrali_deploy.ledger.model import damaged, read, read_entry, read_holder, written, written_entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from centrali_deploy.address import Address
    from centrali_deploy.ledger.model import Entry, Holder, Ledger

_PRIVATE = 0o600


class FileDoor:
    """One deployment's ledger in a file, its lock and its history beside it."""

    def __init__(self, path: Path, deployment: str) -> None:
        """Nothing is opened yet."""
        self.where = f"the file {path.name}"
        self._path = path
        self._deployment = deployment
        self._lock = path.with_name(f"{path.name}.lock")

    def read(self) -> Ledger | None:
        """What is recorded."""
        said = self._said(self._path)
        ledger = None if said is None else read(said, self.where)
        if ledger and ledger.deployment != self._deployment:
            raise LedgerError(
                f"{self.where} is the ledger of the deployment {ledger.deployment}, not of {self._deployment}.",
                "Give each deployment a file of its own.",
            )
        return ledger

    def write(self, ledger: Ledger) -> None:
        """Record it."""
        self._write(self._path, written(ledger))

    def elsewhere(self) -> Mapping[Address, str]:
        """Nothing is known of other deployments."""
        return {}

    def take(self, holder: Holder, now: float) -> None:
        """Take the lock, unless somebody else has it and their lease is not over."""
        with self._alone():
            known = self.holder()
            if known is not None and not known.over(now) and known.id != holder.id:
                raise locked(known, now)
            self._write(self._lock, asdict(holder))

    def renew(self, holder: Holder) -> None:
        """Say the new end of the lease."""
        with self._alone():
            known = self.holder()
            if known is None or known.id != holder.id:
                raise LeaseLost(
                    "The lock was taken over or broken by somebody else.", "Nothing more was written: plan again when they have ended."
                )
            self._write(self._lock, asdict(holder))

    def release(self, holder: Holder) -> None:
        """Let it go."""
        with self._alone():
            known = self.holder()
            if known and known.id == holder.id:
                self._lock.unlink(missing_ok=True)

    def holder(self) -> Holder | None:
        """Who holds it."""
        said = self._said(self._lock)
        return None if said is None else read_holder(said, f"the file {self._lock.name}")

    def unlock(self) -> Holder | None:
        """Break it."""
        with self._alone():
            known = self.holder()
            self._lock.unlink(missing_ok=True)
            return known

    def add(self, entry: Entry) -> Entry:
        """Add an entry to the history."""
        numbered = replace(entry, number=max((number for number, _ in self._entries()), default=0) + 1)
        self.amend(numbered)
        return numbered

    def amend(self, entry: Entry) -> None:
        """Say anew what an entry says."""
        path = self._history / f"{entry.number:08}.json"
        before = self._said(path)
        inverse = entry.inverse if before is None else dict(before).get("inverse")
        self._write(path, {**written_entry(entry), "inverse": inverse})

    def history(self, limit: int) -> list[Entry]:
        """The latest entries."""
        paths = sorted(self._entries(), reverse=True)[:limit]
        return [read_entry({**self._object(path), "inverse": None}, self.where) for _, path in paths]

    def entry(self, number: int) -> Entry | None:
        """One entry, whole."""
        path = self._history / f"{number:08}.json"
        return read_entry(self._object(path), self.where) if path.exists() else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While nobody else on this machine looks at the lock; the system lets go of this when a process dies."""
        guard = self._path.with_name(f"{self._path.name}.guard")
        try:
            guard.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(guard, mode=_PRIVATE):
                yield
        except OSError as error:
            raise self._unwritable(guard, error) from error

    @property
    def _history(self) -> Path:
        return self._path.with_name(f"{self._path.name}.history")

    def _entries(self) -> list[tuple[int, Path]]:
        return [(int(path.stem), path) for path in self._history.glob("*.json") if path.stem.isdigit()]

    def _object(self, path: Path) -> dict[str, Any]:
        said = self._said(path)
        if not isinstance(said, dict):
            raise damaged(f"the file {path.name}")
        return said

    def _said(self, path: Path) -> Any:  # noqa: ANN401 -- any JSON value; None when there is no file
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError) as error:
            raise damaged(f"the file {path.name}") from error
        except OSError as error:
            raise LedgerError(f"{path.name} cannot be read: {error.strerror}.", "Look at its permissions.") from error
        if said is None:
            raise damaged(f"the file {path.name}")
        return said

    def _write(self, path: Path, said: Any) -> None:  # noqa: ANN401 -- any JSON value
        beside = path.with_name(f"{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w", encoding="utf-8") as file:
                json.dump(said, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            raise self._unwritable(path, error) from error

    @staticmethod
    def _unwritable(path: Path, error: OSError) -> LedgerError:
        return LedgerError(
            f"{path.name} cannot be written: {error.strerror}.", "Nothing more is applied: look at its permissions and the disk."
        )
