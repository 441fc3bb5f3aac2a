"""The store under threads: nothing crashes when it is closed, and what is half done is undone."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.errors import UsageProblem
from centrali_deploy.local.app import create_app
from centrali_deploy.local.store import Store, StoreFailed

if TYPE_CHECKING:
    from pathlib import Path

ROW = {"id": "1", "name": "f"}


def test_closing_waits_for_what_runs_and_refuses_what_comes_after() -> None:
    store, found = Store(":memory:"), []

    def use() -> None:
        try:
            while True:
                with store.transaction():
                    store.all("acme", "function")
        except StoreFailed as error:
            found.append(str(error))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    store.close()
    for thread in threads:
        thread.join(60)
    assert found == ["Cannot operate on a closed database."] * 4


def test_what_raises_inside_a_transaction_is_undone() -> None:
    store = Store(":memory:")

    def add_twice() -> None:
        with store.transaction():
            store.add("acme", "function", "f", {"id": "1"})
            store.add("acme", "function", "f", {"id": "1"})

    with pytest.raises(StoreFailed):
        add_twice()
    assert store.all("acme", "function") == []
    store.close()


def test_a_part_is_undone_by_itself_or_with_what_is_around_it() -> None:
    with closing(Store(":memory:")) as store:

        def add(id_: str, *, fail: bool = False) -> None:
            with store.part():
                store.add("acme", "function", id_, {"id": id_})
                if fail:
                    raise KeyError(id_)

        add("alone")
        with pytest.raises(KeyError):
            add("undone", fail=True)
        with store.transaction():
            add("inside")
            with pytest.raises(KeyError):
                add("undone", fail=True)
        with pytest.raises(KeyError), store.transaction():
            [add("lost with what is around it"), add("undone", fail=True)]
        assert [row["id"] for row in store.all("acme", "function")] == ["alone", "inside"]


def test_statements_that_fail_say_why() -> None:
    with closing(Store(":memory:")) as store:
        for call in (store.select, store.run, store.ready):
            with pytest.raises(StoreFailed, match="no such table: missing"):
                call("delete from missing")
        store.run("insert into facts values (?, ?)", [("a", "1"), ("b", "2")])
        assert store.select("select name, value from facts where value > ?", ("1",)) == [("b", "2")]


def test_what_is_kept_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "w.db")
    with closing(Store(path)) as store:
        store.add("acme", "function", "f", ROW)
        assert store.fact("key", "first") == "first"
    with closing(Store(path)) as store:
        assert store.fact("key", "second") == "first"
        assert store.all("acme", "function") == [ROW]
        assert store.all("other", "function") == store.all("acme", "trigger") == []
        store.put("acme", "function", "g", {**ROW, "name": "g"})
        assert (store.named("acme", "function", "f"), store.named("acme", "function", "g")) == (None, {**ROW, "name": "g"})
        store.remove("acme", "function", "1")
        assert store.get("acme", "function", "1") is None
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "w.db").stat().st_mode) == 0o600


def test_what_is_deleted_softly_is_found_only_when_asked_for() -> None:
    with closing(Store(":memory:")) as store:
        store.add("acme", "structure", "s", {"id": "1", "isDeleted": True})
        assert store.all("acme", "structure") == []
        assert store.get("acme", "structure", "1") is store.named("acme", "structure", "s") is None
        assert store.get("acme", "structure", "1", deleted=True) == store.named("acme", "structure", "s", deleted=True) != None  # noqa: E711


def test_a_database_of_somebody_else_is_refused_and_keeps_its_contents(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("create table notes (text)")
        theirs.execute("insert into notes values ('mine')")
        theirs.commit()
    with pytest.raises(UsageProblem, match="holds something else than a local workspace"):
        Store(str(path))
    with closing(sqlite3.connect(path)) as theirs:
        assert theirs.execute("select name from sqlite_master").fetchall() == [("notes",)]
        assert theirs.execute("select text from notes").fetchall() == [("mine",)]


@pytest.mark.parametrize("damage", ["half", "head", "letters"])
def test_a_damaged_file_is_refused_with_a_way_out(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with closing(Store(str(path))) as store:
        for number in range(50):
            store.add("acme", "function", f"f{number}", {"id": str(number), "code": "x" * 500})
    whole = path.read_bytes()
    path.write_bytes({"half": whole[: len(whole) // 2], "head": whole[:100] + bytes(3996) + whole[4096:], "letters": b"a" * 5000}[damage])
    with pytest.raises(UsageProblem, match="cannot hold a local workspace") as caught:
        Store(str(path))
    assert caught.value.hint == "Name another file, or none."


@pytest.mark.parametrize("place", [".", "file/w.db"])
def test_what_can_be_no_file_is_refused(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageProblem, match="cannot hold a local workspace"):
        Store(str(tmp_path / place))


LOCKER = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("begin immediate")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("commit")
"""


def locked_by_another_process(path: str, seconds: float) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", LOCKER, path, str(seconds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- the lines above
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    return process


def test_whoever_finds_the_file_locked_waits_for_its_turn(tmp_path: Path) -> None:
    path = str(tmp_path / "w.db")
    Store(path).close()
    with locked_by_another_process(path, 0.3) as process, closing(Store(path)) as store:
        assert process.wait(60) == 0
        with store.transaction():
            store.add("acme", "function", "f", ROW)
        assert store.all("acme", "function") == [ROW]


def test_a_file_that_stays_locked_fails_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)
    path = str(tmp_path / "w.db")
    with closing(Store(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreFailed, match="locked"), store.transaction():
            pytest.fail("somebody else is writing")
        other.execute("rollback")
        with store.transaction():
            store.add("acme", "function", "f", ROW)


def test_a_new_file_that_stays_locked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)
    path = str(tmp_path / "w.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(UsageProblem, match="database is locked"):
            Store(path)


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *words, **parts: connect(*words, **{**parts, "timeout": 0.01}))
    monkeypatch.setattr("centrali_deploy.local.store._TRIES", 3)
    monkeypatch.setattr("centrali_deploy.local.store._PAUSE", 0.01)


def test_many_may_open_one_new_file_at_once_and_agree(tmp_path: Path) -> None:
    path, ready = str(tmp_path / "w.db"), threading.Barrier(8)

    def opened(number: int) -> str:
        ready.wait()
        with closing(Store(path)) as store:
            with store.transaction():
                store.add("acme", "function", f"f{number}", {"id": str(number)})
            return store.fact("key", str(number))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(opened, range(8)))) == 1
    with closing(Store(path)) as store:
        assert len(store.all("acme", "function")) == 8


def test_a_database_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("create table notes (text)")
        theirs.commit()
    before = path.read_bytes()
    with pytest.raises(UsageProblem):
        Store(str(path))
    assert path.read_bytes() == before


def test_a_file_of_ours_that_stays_locked_is_refused_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *words, **parts: connect(*words, **{**parts, "timeout": 0.01}))
    path = str(tmp_path / "w.db")
    Store(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(UsageProblem):
            create_app(path, workspaces=["acme"])


def test_a_file_that_is_damaged_after_its_head_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with closing(Store(str(path))) as store:
        for number in range(50):
            store.add("acme", "function", f"f{number}", {"id": str(number), "code": "x" * 500})
    path.write_bytes(path.read_bytes()[:4096] + b"\xa5" * (path.stat().st_size - 4096))
    with pytest.raises(UsageProblem):
        create_app(str(path), workspaces=["acme"])


def test_a_device_that_takes_nothing_is_refused_with_a_way_out() -> None:
    with pytest.raises(UsageProblem):
        Store("/dev/full")


def test_two_that_make_one_file_at_once_both_find_it_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, connect, done = str(tmp_path / "w.db"), sqlite3.connect, [False]

    class Late(sqlite3.Connection):
        def execute(self, query: str, *values: Any) -> sqlite3.Cursor:
            if "sqlite_master" in query and not done[0]:
                done[0] = True
                Store(path).close()
            return super().execute(query, *values)

    monkeypatch.setattr(sqlite3, "connect", lambda *words, **parts: connect(*words, **parts, factory=Late))
    Store(path).close()


def test_a_file_is_served_once_at_a_time_and_read_by_others_meanwhile(tmp_path: Path) -> None:
    file = str(tmp_path / "w.db")
    first, second = Store(file), Store(file)
    first.claim()
    with pytest.raises(UsageProblem, match="is served by another process already"):
        second.claim()
    with second.transaction():
        second.add("acme", "function", "f", {"id": "1"})
    assert first.all("acme", "function") == [{"id": "1"}]
    first.close()
    second.claim()
    second.close()


def test_what_is_kept_in_memory_is_served_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(":memory:")
    store.claim()
    store.close()
    assert list(tmp_path.iterdir()) == []
