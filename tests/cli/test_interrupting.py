"""Ctrl-C: once finishes what was begun and says what is left, twice stops at once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from centrali_deploy.address import Address
from centrali_deploy.cli.interrupting import Stopping, stops_between_changes
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.local.serving import bound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def functions(count: int) -> str:
    return "version: 1\nfunctions:\n" + "".join(f"  f{number}: {{code: 'async function run() {{}}'}}\n" for number in range(count))


NEVER = 120
"""Seconds that nobody waits for: what ends in half of them did not, however busy the machine."""


@contextmanager
def serving(fault: Fault) -> Iterator[dict[str, str]]:
    """A workspace with a fault on a port; gives the settings of a client. The store holds what took effect."""
    app = create_app(":memory:", workspaces=["acme-dev"], faults=[fault])
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    with bound(0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        account = app.state.accounts["acme-dev"]
        try:
            yield {
                "CENTRALI_URL": f"http://127.0.0.1:{listening.getsockname()[1]}",
                "CENTRALI_WORKSPACE": "acme-dev",
                "CENTRALI_CLIENT_ID": account.client_id,
                "CENTRALI_CLIENT_SECRET": account.client_secret,
            }
        finally:
            server.should_exit = True
            thread.join(10)
    app.state.store.close()


@contextmanager
def applying(project: Path, settings: dict[str, str], count: int = 40) -> Iterator[subprocess.Popen[str]]:
    (project / "workspace.yaml").write_text(functions(count), encoding="utf-8")
    words = [sys.executable, "-m", "centrali_deploy", "apply", "--yes"]
    with subprocess.Popen(  # noqa: S603 -- this project's own command
        words, cwd=project, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process


def begun(fault: Fault, count: int) -> None:
    """Wait until so many requests were struck."""
    at_first, end = 1000, time.monotonic() + 120
    while at_first - (fault.times or 0) < count:
        assert time.monotonic() < end
        time.sleep(0.01)


def slow(seconds: float) -> Fault:
    return Fault("POST", "compute-functions$", "slow", times=1000, seconds=seconds)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_once_finishes_what_was_begun_and_says_what_is_left(number: int, project: Path) -> None:
    fault = slow(1)
    with serving(fault) as settings, applying(project, settings) as process:
        begun(fault, 4)
        process.send_signal(number)
        out, err = process.communicate(timeout=NEVER / 2)
    assert process.returncode == 130
    assert re.search(r"Stopping: what was begun is being finished \(function/f\d+, .*\)\. Once more stops at once\.", err)
    begun_in_all = 1000 - (fault.times or 0)
    assert 4 <= begun_in_all <= 16
    assert f"Error: Interrupted: {40 - begun_in_all} of the changes were not begun.\n  Run again to carry them out.\n" in err
    assert f"Apply: {begun_in_all} applied." in out


def test_twice_stops_at_once(project: Path) -> None:
    fault = slow(NEVER)
    with serving(fault) as settings, applying(project, settings) as process:
        begun(fault, 1)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = "".join(process.stderr.readline() for _ in range(2))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=NEVER / 2)
    assert process.returncode == 130
    assert "Stopping:" in said
    assert re.search(r"Stopped at once\. What was being sent may have taken effect \(function/f.*\): plan again to see\.", err)


def test_nobody_waits_for_an_api_that_asked_to_wait(project: Path) -> None:
    fault = Fault("POST", "compute-functions$", "429", times=1000, seconds=NEVER)
    with serving(fault) as settings, applying(project, settings) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=NEVER / 2)
    assert told.startswith("The API asked to wait: ")
    assert process.returncode == 130
    assert "FAILED" not in out
    assert "Interrupted: 40 of the changes were not begun." in err


AMENDED = ("PATCH", "records/", "slow")
"""The one change of a record in an apply of one change, beside the lock: what became of it is written into the history."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_once_while_it_is_recorded_what_was_done_is_recorded_whole(number: int, project: Path) -> None:
    fault = Fault(*AMENDED, times=1000, seconds=1.5)
    with serving(fault) as settings:
        with applying(project, settings, 1) as process:
            begun(fault, 1)
            process.send_signal(number)
            out, err = process.communicate(timeout=NEVER / 2)
        said = "Stopping: what was done is being recorded. Once more stops at once."
        assert (process.returncode, err.splitlines()) == (
            130,
            ["", said, "Error: Interrupted, when all was done and recorded.", "  Nothing is left to do."],
        )
        assert "Apply: 1 applied." in out
        assert "1 applied" in after(project, settings, "history").stdout
        assert "No changes. 1 unchanged.\n" in after(project, settings, "apply").stdout  # nothing is adopted, and nobody holds the lock


def test_twice_while_it_is_recorded_the_next_apply_finds_out_what_was_done(project: Path) -> None:
    fault = Fault(*AMENDED, times=1000, seconds=NEVER)
    with serving(fault) as settings:
        with applying(project, settings, 1) as process:
            begun(fault, 1)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            told = [process.stderr.readline() for _ in range(2)]
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=NEVER / 2)
        assert (process.returncode, told[1].split(":")[0]) == (130, "Stopping")
        assert "Stopped at once. What was being sent may have taken effect: plan again to see." in err
        fault.times = 0
        again = after(project, settings, "apply")
        assert (again.returncode, "No changes. 1 unchanged" in again.stdout) == (0, True), again


def after(project: Path, settings: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    """A command that is run later."""
    words = [sys.executable, "-m", "centrali_deploy", command]
    return subprocess.run(words, cwd=project, env=os.environ | settings, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 -- this project's own command


@pytest.mark.parametrize(
    ("number", "end"), [(signal.SIGINT, (130, "", "\nError: Interrupted.\n")), (signal.SIGTERM, (-signal.SIGTERM, "", ""))]
)
def test_before_the_first_write_it_is_simply_over(number: int, end: tuple[int, str, str], project: Path) -> None:
    fault = Fault("GET", "collections", "slow", times=1000, seconds=NEVER)
    with serving(fault) as settings, applying(project, settings, 1) as process:
        begun(fault, 1)
        process.send_signal(number)
        out, err = process.communicate(timeout=NEVER / 2)
    assert (process.returncode, out, err) == end


def test_the_first_signal_asks_and_hurries_the_second_one_leaves(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hurried: list[str] = []
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    stopping = Stopping(dict.fromkeys(Address("trigger", f"t\x07{number}") for number in range(7)))
    with stops_between_changes(stopping, lambda: hurried.append("hurry")):
        assert not stopping()
        signal.raise_signal(signal.SIGTERM)
        assert (stopping(), hurried, left) == (True, ["hurry"], [])
        named = "trigger/t\\x070, trigger/t\\x071, trigger/t\\x072, trigger/t\\x073, trigger/t\\x074 and 2 more"
        assert capfd.readouterr().err == f"\nStopping: what was begun is being finished ({named}). Once more stops at once.\n"
        signal.raise_signal(signal.SIGINT)
        assert left[:1] == [130]
        assert f"may have taken effect ({named}): plan again to see." in capfd.readouterr().err
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_whatever_happens_inside_the_signals_are_given_back() -> None:
    def fail() -> Any:
        with stops_between_changes(Stopping(), lambda: None):
            raise ZeroDivisionError

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError):
        fail()
    assert signal.getsignal(signal.SIGINT) is before
