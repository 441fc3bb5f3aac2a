"""Where the local workspace keeps its resources and records: one SQLite file, each of them as JSON in a row.

One connection behind a lock serves all threads; a second process may have the same file open.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import UsageProblem
from centrali_deploy.local.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Row = dict[str, Any]
Value = str | int | float | None
"""What a parameter of a statement can be."""

_MARK = 0x43444C57
"""Tells a database of ours from any other."""
_TRIES, _PAUSE = 100, 0.05


class StoreFailed(Exception):
    """The database cannot be read or written, and says why."""


class StoreFull(StoreFailed):
    """There is no room left for what was to be written; what was there before still is."""


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StoreFull(str(error)) from error
        raise StoreFailed(str(error)) from error


class Store:
    """The resources of every workspace, by workspace, kind and id."""

    def __init__(self, database: str) -> None:
        """Open or create `database` (a path, or `:memory:`).

        Secrets are in it, so a new file and its folder are readable by their owner only, and git ignores the folder.
        Raises UsageProblem when it cannot be opened or is something else; the other methods, StoreFailed.
        """
        self._lock = threading.RLock()
        self._database = database
        self._claim: sqlite3.Connection | None = None
        with self._usable():
            self._create(database)
            self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None, timeout=30)
        try:
            with self._usable():
                self._prepare()
        except UsageProblem:
            self._connection.close()
            raise

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise UsageProblem(f"{self._database} cannot hold a local workspace: {error}.", "Name another file, or none.") from error

    def _prepare(self) -> None:
        """Nothing is written to a file of somebody else."""
        if self._foreign():
            raise UsageProblem(f"{self._database} holds something else than a local workspace.", "Name another file, or none.")
        self._write_ahead()
        self._connection.execute("pragma synchronous = normal")
        self._connection.create_function("casefold", 1, str.casefold, deterministic=True)
        self._connection.executescript(f"pragma application_id = {_MARK};{TABLES}")

    @staticmethod
    def _create(database: str) -> None:
        """Make the file and its folder, for their owner only."""
        if database != ":memory:":
            path = Path(database)
            if not path.parent.exists():
                path.parent.mkdir(mode=0o700, parents=True)
                path.parent.joinpath(".gitignore").write_text("*\n", encoding="utf-8")
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))

    def _write_ahead(self) -> None:
        """Switch the journal; SQLite does not wait by itself for another process that does the same."""
        for left in reversed(range(_TRIES)):
            try:
                self._connection.execute("pragma journal_mode = wal")
            except sqlite3.OperationalError:
                if not left:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def _foreign(self) -> bool:
        """One look at both: another process may be making the file just now."""
        query = "select application_id, (select count(*) from sqlite_master) from pragma_application_id"
        mark, tables = self._connection.execute(query).fetchone()
        return bool(tables > 0 and mark != _MARK)

    def claim(self) -> None:
        """Be the only process that serves this file, until it is closed or the process ends. Raises UsageProblem when there is one.

        A lock on a file beside it, so that other programs may read and write the database itself.
        """
        if self._database != ":memory:":
            with self._usable():
                self._create(f"{self._database}-serving")
                self._claim = sqlite3.connect(f"{self._database}-serving", check_same_thread=False, isolation_level=None, timeout=0)
            try:
                self._claim.execute("begin exclusive")
            except sqlite3.Error as error:
                self._claim.close()
                hint = "Use that one, stop it, or name another file with --db."
                raise UsageProblem(f"{self._database} is served by another process already.", hint) from error

    def close(self) -> None:
        """Close the file, as soon as nobody is using it; SQLite crashes when it is closed under a running statement."""
        with self._lock:
            self._connection.close()
            if self._claim:
                self._claim.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what is written inside is kept when the block ends, and undone when it raises."""
        with self._lock, _explained():
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """A step that is undone as a whole when it raises, though the transaction around it, if there is one, goes on."""
        with self._lock:
            if not self._connection.in_transaction:
                with self.transaction():
                    yield
                return
            self._connection.execute("savepoint part")
            try:
                yield
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback to part")
                raise
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("release part")

    def select(self, query: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query finds."""
        with self._lock, _explained():
            return self._connection.execute(query, values).fetchall()

    def run(self, statement: str, rows: Iterable[Sequence[Value]] = ((),)) -> None:
        """Carry out a statement, once for each row of values."""
        with self._lock, _explained():
            self._connection.executemany(statement, rows)

    def ready(self, statement: str) -> None:
        """Carry out a statement that changes how tables are kept, such as an index."""
        with self._lock, _explained():
            self._connection.execute(statement)

    def fact(self, name: str, otherwise: str) -> str:
        """A remembered text; `otherwise` is kept and returned when there is none yet. Raises UsageProblem when it cannot be."""
        with self._lock, self._usable():
            self._connection.execute("insert or ignore into facts values (?, ?)", (name, otherwise))
            return str(self._connection.execute("select value from facts where name = ?", (name,)).fetchone()[0])

    def all(self, workspace: str, kind: str) -> list[Row]:
        """Everything of a kind that is not deleted, oldest first."""
        return self._rows("select data from objects where workspace = ? and kind = ? order by number", workspace, kind)

    def get(self, workspace: str, kind: str, id_: str, *, deleted: bool = False) -> Row | None:
        """One by id; `deleted` finds what was deleted softly, too."""
        query = "select data from objects where workspace = ? and kind = ? and id = ?"
        return next(iter(self._rows(query, workspace, kind, id_, deleted=deleted)), None)

    def named(self, workspace: str, kind: str, name: str, *, deleted: bool = False) -> Row | None:
        """One by name; `deleted` finds what was deleted softly, too."""
        query = "select data from objects where workspace = ? and kind = ? and name = ?"
        return next(iter(self._rows(query, workspace, kind, name, deleted=deleted)), None)

    def add(self, workspace: str, kind: str, name: str, row: Row) -> None:
        """Keep a new resource."""
        with self._lock:
            values = (workspace, kind, row["id"], name, json.dumps(row))
            self._connection.execute("insert into objects (workspace, kind, id, name, data) values (?, ?, ?, ?, ?)", values)

    def put(self, workspace: str, kind: str, name: str, row: Row) -> None:
        """Keep a changed resource."""
        with self._lock:
            values = (name, json.dumps(row), workspace, kind, row["id"])
            self._connection.execute("update objects set name = ?, data = ? where workspace = ? and kind = ? and id = ?", values)

    def remove(self, workspace: str, kind: str, id_: str) -> None:
        """Forget a resource."""
        with self._lock:
            self._connection.execute("delete from objects where workspace = ? and kind = ? and id = ?", (workspace, kind, id_))

    def _rows(self, query: str, *values: str, deleted: bool = False) -> list[Row]:
        with self._lock:
            rows: list[Row] = [json.loads(data) for (data,) in self._connection.execute(query, values)]
        return [row for row in rows if deleted or not row.get("isDeleted")]
