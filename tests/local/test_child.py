from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local.child import WORKER, Child, NoSandbox, OutOfTime, library

if TYPE_CHECKING:
    from collections.abc import Iterator

INPUTS = '{"triggerParams": {}, "executionParams": {}, "ahead": 0, "gone": {}, "names": ["createRecord"]}'
CALLING = {"code": "async function run() { return api.createRecord(1) }", "seconds": 10, "inputs": INPUTS}


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child()
    assert made.ready()
    yield made
    made.close()
    assert not made.alive


def answer(calls: list[dict[str, Any]]) -> str:
    return f'[{{"id": {calls[0]["id"]}, "value": 5}}]'


def test_all_that_was_said_is_given_and_the_process_goes_on(child: Child) -> None:
    for _ in range(2):
        calls, end = child.followed(CALLING, 10, answer)
        assert calls["calls"][0]["method"] == "createRecord"
        assert (end["end"], end["output"]) == ("completed", "5")
        assert child.alive
        assert child.ready()


def test_a_process_that_is_killed_meanwhile_has_no_end(child: Child) -> None:
    def killing(calls: list[dict[str, Any]]) -> str:
        child.kill()
        return answer(calls)

    assert [said.get("end") for said in child.followed(CALLING, 10, killing)] == [None]
    assert child.followed(CALLING, 10, answer) == []


def test_a_process_that_dies_before_it_is_ready_never_is() -> None:
    child = Child()
    child.kill()
    child.close()
    assert not child.alive
    dead = Child()
    assert dead.ready()
    dead.kill()
    assert not dead.ready()
    dead.close()


def test_answers_may_end_a_run_or_fail(child: Child) -> None:
    def late(_calls: list[dict[str, Any]]) -> str:
        raise OutOfTime

    def broken(_calls: list[dict[str, Any]]) -> str:
        raise OSError("our own")

    assert [said.get("end") for said in child.followed(CALLING, 10, late)] == [None]
    other = Child()
    assert other.ready()
    with pytest.raises(OSError, match="our own"):
        other.followed(CALLING, 10, broken)
    other.close()
    assert not other.alive


def test_without_the_engine_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path(library(), "quickjs").is_dir()
    assert WORKER.is_file()
    monkeypatch.setitem(sys.modules, "quickjs", None)
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(NoSandbox, match="pip install"):
        library()
