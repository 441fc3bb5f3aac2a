from __future__ import annotations

import subprocess
import sys

import pytest

from centrali_deploy.ledger.processes import is_gone, process

linux = pytest.mark.skipif(sys.platform != "linux", reason="known on Linux alone")
ASK = "from centrali_deploy.ledger.processes import process; print(process(), flush=True); input()"


@linux
def test_a_process_is_gone_when_it_has_ended_and_not_before() -> None:
    with subprocess.Popen([sys.executable, "-c", ASK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603 -- this interpreter
        assert other.stdout is not None
        said = other.stdout.readline().strip()
        assert not is_gone(said)
        other.kill()
        other.wait()
    assert is_gone(said)


@linux
def test_a_number_that_another_process_has_now_is_not_the_same_process() -> None:
    machine, _, begun = process().rpartition(" ")
    assert is_gone(f"{machine} {int(begun) + 1}")
    assert not is_gone(process())


@pytest.mark.parametrize("other", ["", "x", "another-boot pid:[1] 1 1", process().replace("pid:[", "pid:[9"), f"{process()} more"])
def test_of_what_this_process_cannot_see_nothing_is_said(other: str) -> None:
    assert not is_gone(other)
