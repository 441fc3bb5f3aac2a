"""The ledger in a file, the lock and the history beside it; only their owner may read them.

A deployment that has a name of its own has files of its own: `ledger.json`, and `ledger.billing.json` for billing. Each
write makes a new file and puts it in place of the old one, so that it is there whole or not at all.
"""

from __future__ import annotations

import errno
import json
import os
import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import LedgerError, LedgerMoved
from centrali_deploy.ledger.entries import unique
from centrali_deploy.ledger.locking import Locking, Slip, Taken
from centrali_deploy.ledger.model import damaged, read, read_entry, written, written_entry
from centrali_deploy.ledger.slips import holder_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from centrali_deploy.address import Address
    from centrali_deploy.ledger.model import Entry, Holder, Ledger

USUAL = "default"
"""The deployment whose files have no name in theirs."""
_ANY = "[0-9a-f]" * 16
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What the system says where a file can have one name only: on exFAT, and on many drives of a network."""


class FileDoor(Locking):
    """The ledger of one deployment in a file. `shown`: how people are told of it."""

    made = False
    """Whether something was made that nobody asked for by name: the manifest names the file."""

    def __init__(self, path: Path, deployment: str, shown: str = "") -> None:
        """Nothing is read yet. The folder is made with the first write."""
        self._base = path
        self._path = path if deployment == USUAL else path.with_suffix(f".{deployment}{path.suffix}")
        super().__init__(FileSlips(self._path))
        self._deployment = deployment
        self._entries = self._path.with_name(f"{self._path.name}.history")
        self.where = f"the file {shown or self._path}"

    def read(self) -> Ledger | None:
        """What is recorded. Raises Unreadable, LedgerError."""
        said = read_json(self._path)
        ledger = None if said is None else read(said, self.where)
        if ledger and ledger.deployment != self._deployment:
            hint = f"Give this one another file, or write deployment: {ledger.deployment}."
            raise LedgerError(f"In {self.where} is the ledger of the deployment {ledger.deployment}.", hint)
        return ledger

    def write(self, ledger: Ledger) -> None:
        """Record it. Raises LedgerMoved when a ledger of its serial, or a later one, is there."""
        present = self.read()
        if present and present.serial >= ledger.serial:
            raise LedgerMoved(f"Somebody else wrote to {self.where}.", "Run again, and look at the plan.")
        for stray in self._path.parent.glob(f"{self._path.name}.{_ANY}.tmp"):
            stray.unlink(missing_ok=True)  # from a run that was killed while it wrote
        put_in_place(self._path, json.dumps(written(ledger), indent=1, ensure_ascii=False) + "\n")

    def elsewhere(self) -> Mapping[Address, str]:
        """What the deployments with files beside this one own."""
        found: dict[Address, str] = {}
        name = re.compile(rf"{re.escape(self._base.stem)}(\.[a-z0-9_-]+)?{re.escape(self._base.suffix)}")
        with _explained(self._base.parent):
            others = sorted(self._base.parent.iterdir()) if self._base.parent.is_dir() else []
        for path in others:
            if path != self._path and name.fullmatch(path.name):
                ledger = read(read_json(path), f"the file {path}")
                found |= dict.fromkeys(ledger.resources, ledger.deployment)
        return found

    def add(self, entry: Entry) -> Entry:
        """Add an entry to the history, under the next number."""
        while True:
            numbered = replace(entry, number=max(self._numbers(), default=0) + 1)
            with suppress(FileExistsError):  # somebody else was quicker
                put_new(self._entry(numbered.number), _entry_text(numbered))
                return numbered

    def amend(self, entry: Entry) -> None:
        """Say anew what an entry says; what a rollback needs stays. Raises LedgerError when there is none of its number."""
        before = self.entry(entry.number)
        if before is None:
            raise LedgerError(f"The history has no entry {entry.number}.", "Somebody deleted it.")
        put_in_place(self._entry(entry.number), _entry_text(replace(entry, inverse=before.inverse)))

    def history(self, limit: int) -> list[Entry]:
        """The latest entries, the newest first."""
        found = [self.entry(number) for number in sorted(self._numbers(), reverse=True)[:limit]]
        return [replace(entry, inverse=None) for entry in found if entry]

    def entry(self, number: int) -> Entry | None:
        """One entry, whole; none while it is not written yet, or if it never was."""
        path = self._entry(number)
        said = read_json(path) if path.exists() and path.stat().st_size else None
        return None if said is None else read_entry(said, f"the file {path}")

    def _entry(self, number: int) -> Path:
        return self._entries / f"{number}.json"

    def _numbers(self) -> list[int]:
        with _explained(self._entries):
            return [int(path.stem) for path in self._entries.glob("*.json") if path.stem.isdecimal()]


class FileSlips:
    """The slips of a lock as files beside a ledger: `ledger.json.lock.1`."""

    def __init__(self, path: Path) -> None:
        """`path` is that of the ledger."""
        self._path = path

    def all(self) -> list[Slip]:
        """Every slip. One that is not written yet is held by nobody: whoever writes it looks again afterwards."""
        found = []
        for path in self._path.parent.glob(f"{self._path.name}.lock.*"):
            number = path.suffix.removeprefix(".")
            with suppress(FileNotFoundError), _explained(path):  # dropped meanwhile
                if number.isdecimal():
                    text = path.read_text(encoding="utf-8")
                    found.append(Slip(int(number), holder_of(text, f"the file {path}") if text else None, path.name))
        return found

    def put(self, number: int, holder: Holder | None) -> Slip:
        """A new one. Raises Taken."""
        path = self._path.with_name(f"{self._path.name}.lock.{number}")
        try:
            put_new(path, text_of(holder))
        except FileExistsError as error:
            raise Taken from error
        return Slip(number, holder, path.name)

    def change(self, slip: Slip, holder: Holder | None) -> bool:
        """Write another holder on it. Whether it is still there."""
        path = self._path.with_name(slip.id)
        if not path.exists():
            return False
        put_in_place(path, text_of(holder))
        return True

    def drop(self, slip: Slip) -> None:
        """Take it away, if it is still there."""
        path = self._path.with_name(slip.id)
        with _explained(path):
            path.unlink(missing_ok=True)


def read_json(path: Path) -> Any:  # noqa: ANN401 -- any JSON value
    """What a file says; None when there is none. Raises Unreadable, LedgerError."""
    try:
        with _explained(path):
            said = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise damaged(f"the file {path}") from error
    if said is None:
        raise damaged(f"the file {path}")
    return said


def put_new(path: Path, text: str) -> None:
    """A new file, whole from the first moment. Raises FileExistsError when there is one.

    On a file system without hard links it is empty for a moment: whoever reads it then takes it for one that says nothing.
    """
    with _written_beside(path, text) as new:
        try:
            os.link(new, path)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))
            new.replace(path)


def put_in_place(path: Path, text: str) -> None:
    """A file in place of the one that may be there."""
    with _written_beside(path, text) as new:
        new.replace(path)


@contextmanager
def _written_beside(path: Path, text: str) -> Iterator[Path]:
    """A file beside the one that is meant, which is gone afterwards. It is on the disk, and so is what is done with it."""
    new = path.with_name(f"{path.name}.{unique()}.tmp")
    with _explained(path):
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            yield new
        finally:
            new.unlink(missing_ok=True)
        _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """See to it that the names of the files in a folder are on the disk, where a folder can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """An OSError in our words; whether there is a file is for the caller."""
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror or error}.", "Look at its permissions and at the room on the disk.") from error


def _entry_text(entry: Entry) -> str:
    return json.dumps({**written_entry(entry), "inverse": entry.inverse}, ensure_ascii=False) + "\n"
