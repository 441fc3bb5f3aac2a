from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from centrali_deploy.meanwhile import FEWEST, Meanwhile

TEXTS = [letter * FEWEST for letter in "abcdefgh"]
forks = pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs Linux and two processors")


def opened() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def who(text: str) -> tuple[str, int]:
    """The first letter, and the process that read it."""
    return text[0], os.getpid()


@forks
@pytest.mark.filterwarnings("ignore:.*multi-threaded")  # other tests leave threads
def test_another_process_takes_the_last_texts_and_every_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("centrali_deploy.meanwhile._can_fork", lambda: True)
    reading = Meanwhile(who)
    reading.begin(TEXTS)
    found = [reading(text) for text in TEXTS]
    assert [letter for letter, _ in found] == list("abcdefgh")
    assert found[0][1] == os.getpid() != found[-1][1]
    with pytest.raises(ChildProcessError):
        os.waitpid(found[-1][1], 0)  # nothing of it is left


@forks
@pytest.mark.filterwarnings("ignore:.*multi-threaded")  # other tests leave threads
def test_what_a_killed_process_leaves_is_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(text: str) -> tuple[str, int]:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return who(text)

    monkeypatch.setattr("centrali_deploy.meanwhile._can_fork", lambda: True)
    here = os.getpid()
    reading = Meanwhile(work)
    reading.begin(TEXTS)
    assert [reading(text) for text in TEXTS] == [(letter, here) for letter in "abcdefgh"]


@forks
@pytest.mark.filterwarnings("ignore:.*multi-threaded")  # other tests leave threads
def test_what_fails_there_fails_here_where_somebody_hears_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(text: str) -> str:
        raise LookupError(text[0])

    monkeypatch.setattr("centrali_deploy.meanwhile._can_fork", lambda: True)
    reading = Meanwhile(work)
    reading.begin(TEXTS)
    with pytest.raises(LookupError, match="h"):
        reading(TEXTS[-1])


def test_few_texts_are_not_worth_a_process() -> None:
    reading = Meanwhile(who)
    reading.begin(["a", "b"])
    assert reading("b") == ("b", os.getpid())


def test_beside_another_thread_no_process_is_split_off() -> None:
    done = Event()
    Thread(target=done.wait, daemon=True).start()
    reading = Meanwhile(who)
    reading.begin(TEXTS)
    assert reading(TEXTS[-1]) == ("h", os.getpid())
    done.set()


@forks
def test_nothing_stays_behind_when_the_one_who_asked_is_gone() -> None:
    code = f"import os; from centrali_deploy.meanwhile import Meanwhile as M; M(str).begin(['a' * {FEWEST}, 'b' * {FEWEST}]); os._exit(9)"
    # Whoever reads its output waits until the last process that could write has ended.
    left = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=10, check=False)  # noqa: S603 -- ours
    assert (left.returncode, left.stdout, left.stderr) == (9, b"", b"")


@forks
def test_where_no_process_can_be_split_off_all_is_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    before = opened()
    reading = Meanwhile(who)
    reading.begin(TEXTS)
    assert [reading(text) for text in TEXTS] == [(letter, os.getpid()) for letter in "abcdefgh"]
    assert opened() == before
