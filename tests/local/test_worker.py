"""The worker's own work, in this process: lines in, lines out. What its limits stop is tried in test_sandbox."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local import worker
from centrali_deploy.local.child import WORKER, library

if TYPE_CHECKING:
    from collections.abc import Callable


def order(code: str, seconds: float = 10) -> dict[str, Any]:
    inputs = {"triggerParams": {}, "executionParams": {}, "ahead": 0, "gone": {}, "names": ["createRecord", "log"]}
    return {"code": code, "seconds": seconds, "inputs": json.dumps(inputs)}


def lines(*said: object) -> io.BytesIO:
    return io.BytesIO(b"".join(json.dumps(one).encode() + b"\n" for one in said))


def served(orders: io.BytesIO, clock: Callable[[], float] = time.monotonic) -> list[dict[str, Any]]:
    answers = io.BytesIO()
    worker.serve(orders, answers, clock)
    return [said for line in answers.getvalue().splitlines() if (said := json.loads(line)) != {"ready": True}]


CALLING = "async function run() { api.log('now'); const made = await api.createRecord('orders', {a: 1}); return made.id }"


def test_a_run_is_a_line_of_calls_their_answers_and_a_line_at_the_end() -> None:
    first, last = served(lines(order(CALLING), [{"id": 1, "value": {"id": "r1"}}]))
    assert first == {
        "calls": [{"id": 1, "method": "createRecord", "args": '["orders",{"a":1}]', "at": first["calls"][0]["at"]}],
        "logs": ['{"level":"info","message":"now"}'],
    }
    assert first["calls"][0]["at"].lstrip().startswith("at run (<input>:1:62)")
    assert last.pop("memory") > 0
    assert last == {"calls": [], "logs": [], "end": "completed", "output": '"r1"'}


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("async function run() { return 1 }", "completed"),
        ("async function run() { throw 1 }", "thrown"),
        ("throw 1", "thrown"),
        ("const x", "thrown"),
        ("async function run() { return 1n }", "not-json"),
        ("const x = 1", "no-run"),
        ("async function run() { await new Promise(() => 1) }", "never-settled"),
        ("async function run() { while (true) {} }", "timeout"),
        ("async function run() { while (true) await null }", "timeout"),
        ("while (true) {}", "timeout"),
        ("const a = []; while (true) a.push(new Array(10_000).fill(a.length))", "memory"),
    ],
)
def test_every_end_has_its_name_and_the_next_run_is_untouched(code: str, end: str) -> None:
    first, second = served(lines(order(code, 10 if end == "memory" else 0.2), order("async function run() { return typeof x }")))
    assert first["end"] == end
    assert (second["end"], second["output"]) == ("completed", '"undefined"')


@pytest.mark.parametrize(
    "body", ["await null; for (;;) {}", "/(a+)+$/.test('a'.repeat(40) + 'b')", "JSON.stringify({toJSON() { for (;;) {} }})"]
)
def test_the_time_of_a_run_is_that_of_the_wall_however_little_of_it_the_machine_gives(body: str) -> None:
    hours = itertools.count(step=3600)
    (said,) = served(lines(order(f"async function run() {{\n{body}\n}}", 100 * 3600)), lambda: next(hours))
    assert (said["end"], "(<input>:2:" in said["stack"]) == ("timeout", True)


def test_where_the_engine_cannot_be_asked_its_own_limit_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_quickjs", SimpleNamespace(__file__="/nowhere"))
    assert worker.interrupting() is None
    monkeypatch.setattr(worker, "LAYOUT", 0)
    assert worker.interrupting() is None
    monkeypatch.setattr(worker, "SET_HANDLER", None)
    first, second = served(lines(order("async function run() { for (;;) {} }", 0.05), order("async function run() { return 2 }")))
    assert (first["end"], second["output"]) == ("timeout", "2")


def test_before_each_run_it_is_said_that_the_process_is_ready() -> None:
    answers = io.BytesIO()
    worker.serve(lines(order("async function run() {}")), answers)
    assert [json.loads(line).get("ready") for line in answers.getvalue().splitlines()] == [True, None, True]


def test_no_time_at_all_is_a_timeout() -> None:
    assert served(lines(order("async function run() {}", 0)))[0]["end"] == "timeout"


def test_a_worker_that_nobody_answers_ends() -> None:
    with pytest.raises(SystemExit):
        served(lines(order(CALLING)))


def test_the_process_knows_nothing_of_this_package_and_gives_up_what_it_does_not_need() -> None:
    code = (
        "import runpy, sys, resource\n"
        f"sys.argv = ['worker', {library()!r}]\n"
        "import io; sys.stdin = io.TextIOWrapper(io.BytesIO(b''))\n"
        f"runpy.run_path({str(WORKER)!r}, run_name='__main__')\n"
        "assert not [name for name in sys.modules if name.startswith('centrali')]\n"
        "assert 'socket' not in sys.modules\n"
        "assert resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "print('fine', file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 -- our own script
    assert (run.stdout, run.stderr) == ('{"ready": true}\n', "fine\n")
