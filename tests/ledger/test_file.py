"""The ledger in a file: nobody else reads it, a kill in between does no harm, and two processes exclude each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from ledgers import entry, holder, ledger

from centrali_deploy.errors import LedgerError, Locked, Unreadable
from centrali_deploy.ledger.file import FileDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "ledger.json"


def names(file: Path) -> list[str]:
    return sorted(str(path.relative_to(file.parent)) for path in file.parent.rglob("*"))


def test_only_the_owner_may_read_any_of_it(file: Path) -> None:
    before = os.umask(0)
    door = FileDoor(file, "default")
    door.write(ledger(1))
    door.write(ledger(2))
    door.take(holder(), 1000)
    door.renew(holder())
    door.amend(door.add(entry()))
    os.umask(before)
    found = {name: (file.parent / name).stat().st_mode & 0o777 for name in names(file)}
    assert found == {"ledger.json": 0o600, "ledger.json.history": 0o700, "ledger.json.history/1.json": 0o600, "ledger.json.lock.1": 0o600}
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_it_is_json_that_people_and_git_can_compare(file: Path) -> None:
    FileDoor(file, "default").write(ledger(1))
    assert json.loads(file.read_text(encoding="utf-8"))["resources"] == {"function/f": ["id-f", "3", {"code": {"$text": "ab"}}]}
    assert file.read_text(encoding="utf-8").count("\n") > 10


def test_a_deployment_with_a_name_has_a_file_of_its_own_beside_it(file: Path) -> None:
    FileDoor(file, "billing").write(ledger(1, deployment="billing"))
    assert names(file) == ["ledger.billing.json"]


def test_a_file_of_another_deployment_is_refused(file: Path) -> None:
    FileDoor(file, "default").write(ledger(1, deployment="billing"))
    with pytest.raises(LedgerError, match="is the ledger of the deployment billing"):
        FileDoor(file, "default").read()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\ufeff{}", "[" * 100_000])
def test_what_cannot_be_read_is_refused_and_not_written_over(text: str, file: Path) -> None:
    FileDoor(file, "default").write(ledger(1))
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable):
        FileDoor(file, "default").read()
    with pytest.raises(Unreadable):
        FileDoor(file, "default").write(ledger(2))
    assert file.read_text(encoding="utf-8") == text


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("call", ["os.open", "os.fsync", "pathlib.Path.replace", "pathlib.Path.unlink"])
def test_wherever_a_write_is_killed_the_old_ledger_is_there_or_the_new_one(call: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileDoor(file, "default").write(ledger(1))

    def kill(*_parts: Any, **_named: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(call, kill)
        patched.setattr("pathlib.Path.unlink", kill)  # a killed process clears nothing away
        with pytest.raises(Killed):
            FileDoor(file, "default").write(ledger(2))
    assert FileDoor(file, "default").read() in (ledger(1), ledger(2))
    FileDoor(file, "default").write(ledger(3))
    assert (FileDoor(file, "default").read(), names(file)) == (ledger(3), ["ledger.json"])


def test_a_disk_that_takes_nothing_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileDoor(file, "default").write(ledger(1))

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    door = FileDoor(file, "default")
    acts: list[Callable[[], object]] = [lambda: door.write(ledger(2)), lambda: door.take(holder(), 1000), lambda: door.add(entry())]
    for act in acts:
        with pytest.raises(LedgerError, match="No space left on device"):
            act()
    monkeypatch.undo()
    assert (door.read(), door.holder(), door.history(9), names(file)) == (ledger(1), None, [], ["ledger.json", "ledger.json.history"])


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system on which a file has one name."""

    def refuse(*_paths: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_it_is_the_same(file: Path) -> None:
    before = os.umask(0)
    door = FileDoor(file, "default")
    door.write(ledger(1))
    door.take(holder(), 1000)
    with pytest.raises(Locked):
        FileDoor(file, "default").take(holder("bob"), 1001)
    numbers = [door.add(entry()).number, door.add(entry()).number]
    os.umask(before)
    assert (numbers, [each.number for each in door.history(9)], door.entry(1) is not None) == ([1, 2], [2, 1], True)
    assert {path.stat().st_mode & 0o777 for path in file.parent.rglob("*") if path.is_file()} == {0o600}
    assert not [name for name in names(file) if name.endswith(".tmp")]


@pytest.mark.usefixtures("no_links")
def test_without_hard_links_what_was_killed_before_it_was_written_says_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door = FileDoor(file, "default")
    door.add(entry())

    def kill(*_parts: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", kill)
        acts: list[Callable[[], object]] = [lambda: door.take(holder(), 1000), lambda: door.add(entry())]
        for act in acts:
            with pytest.raises(Killed):
                act()
    assert ((file.parent / "ledger.json.lock.1").read_text(), (file.parent / "ledger.json.history" / "2.json").read_text()) == ("", "")
    assert (door.holder(), door.entry(2), [each.number for each in door.history(9)]) == (None, None, [1])
    door.take(holder("bob"), 1000)
    assert (door.add(entry()).number, [each.number for each in door.history(9)]) == (3, [3, 1])


def test_what_cannot_be_opened_is_told(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(LedgerError, match="Is a directory"):
        FileDoor(file, "default").read()


def test_a_lock_that_somebody_edited_holds_until_it_is_broken(file: Path) -> None:
    door = FileDoor(file, "default")
    door.take(holder(), 1000)
    (file.parent / "ledger.json.lock.1").write_text("{", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"The lock in the file .* cannot be read"):
        FileDoor(file, "default").take(holder("bob"), 9000)
    assert door.unlock() is None
    door.take(holder("bob"), 9000)


RACE = """
import os
import sys
from pathlib import Path
from centrali_deploy.errors import Locked
from centrali_deploy.ledger.file import FileDoor
from centrali_deploy.ledger.model import Holder

def refuse(*_paths):
    raise PermissionError(1, "Operation not permitted")

path, name = Path(sys.argv[1]), sys.argv[2]
if sys.argv[3] == "without-links":
    os.link = refuse
door, inside = FileDoor(path, "default"), path.with_name("inside")
print("ready", flush=True)
sys.stdin.readline()
wins = 0
while wins < 40:
    mine = Holder(name, "here", "", "apply", name, 1000.0, 1060.0)
    try:
        door.take(mine, 1000.0)
    except Locked:
        continue
    inside.touch(exist_ok=False)  # fails when somebody else is in here
    inside.unlink()
    door.release(mine)
    wins += 1
print(wins)
"""


@pytest.mark.parametrize("links", ["with-links", "without-links"])
def test_two_processes_never_have_the_lock_at_the_same_time(links: str, file: Path) -> None:
    words = [sys.executable, "-c", RACE, str(file)]
    file.parent.mkdir(parents=True)
    runs = [subprocess.Popen([*words, name, links], stdin=-1, stdout=-1, stderr=-1, text=True) for name in ("ann", "bob")]  # noqa: S603 -- our own code
    assert [run.stdout and run.stdout.readline() for run in runs] == ["ready\n", "ready\n"]
    said = []
    for run in runs:
        assert run.stdin
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in runs:
        out, err = run.communicate(timeout=120)
        said.append((out, err, run.returncode))
    assert said == [("40\n", "", 0)] * 2
    assert FileDoor(file, "default").holder() is None
