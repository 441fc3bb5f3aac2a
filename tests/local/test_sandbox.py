from __future__ import annotations

import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from functions import FAILING, RETURNING

from centrali_deploy.local.sandbox import LEFT, ApiFailed, Sandbox
from centrali_deploy.runtime import API

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.ran import Ran

LONG = 20_000


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def echo(method: str, args: list[Any]) -> Any:
    if method == "fetchRecord":
        raise ApiFailed(f"There is no record {args[0]}", 404)
    return {"method": method, "args": args}


def run(sandbox: Sandbox, body: str, timeout_ms: int = LONG, **more: Any) -> Ran:
    code = body if "run" in body else f"async function run() {{\n{body}\n}}"
    return sandbox.run(code, **{"trigger_params": {}, "execution_params": {}, "timeout_ms": timeout_ms, "call": echo, **more})


def output(sandbox: Sandbox, body: str, **more: Any) -> Any:
    ran = run(sandbox, body, **more)
    assert ran.status == "completed", ran
    return ran.output


def test_a_function_gets_its_inputs_and_gives_json(sandbox: Sandbox) -> None:
    ran = run(sandbox, "return {triggerParams, executionParams}", trigger_params={"key": "é\u2028😀"}, execution_params=[1, None])
    assert (ran.status, ran.output) == ("completed", {"triggerParams": {"key": "é\u2028😀"}, "executionParams": [1, None]})
    assert (ran.error_code, ran.error_message, ran.logs) == ("", "", [])
    assert 0 < ran.seconds < LONG
    assert ran.memory_bytes > 10_000


@pytest.mark.parametrize(("body", "given"), RETURNING)
def test_what_functions_return(sandbox: Sandbox, body: str, given: Any) -> None:
    assert output(sandbox, body) == given


def test_api_has_exactly_the_published_members(sandbox: Sandbox) -> None:
    assert set(output(sandbox, "return Object.keys(api)")) == API


@pytest.mark.parametrize(("body", "code", "message"), FAILING)
def test_what_goes_wrong_is_said_with_its_place(sandbox: Sandbox, body: str, code: str, message: str) -> None:
    ran = run(sandbox, body)
    assert (ran.status, ran.error_code, ran.output) == ("failure", code, None)
    assert ran.error_message == message
    assert output(sandbox, "return 1") == 1


BOMBS = {
    "a list": "const a = []; while (true) a.push(new Array(1000).fill(a.length))",
    "texts": "const a = []; while (true) a.push('x'.repeat(1e6) + a.length)",
    "a buffer": "const a = []; while (true) a.push(new ArrayBuffer(1e6))",
    "one buffer": "new ArrayBuffer(1e9)",
    "a log": "const a = []; while (true) { api.log('x'.repeat(1000)); a.push('y'.repeat(1000) + a.length) }",
    "after a wait": "await null; const a = []; while (true) a.push({a: a.length})",
    "swallowed": "const a = []; const f = () => { while (true) a.push({}) }; try { f() } catch { try { f() } catch { f() } }",
}
ENDLESS = {
    "a loop": "while (true) {}",
    "a loop after a wait": "await null; while (true) {}",
    "waiting for nothing, for ever": "while (true) await null",
    "waiting for answers, for ever": "while (true) await api.createRecord('orders', {})",
    "swallowed": "while (true) { try { while (true) {} } catch {} finally { continue } }",
    "a pattern": "/(a+)+$/.test('a'.repeat(40) + 'b')",
    "a thenable": "await {then(resolve) { resolve(this) }}",
    "in toJSON": "return {toJSON() { while (true) {} }}",
    "in a log": "api.log({toJSON() { while (true) {} }})",
    "in the parameters of a call": "await api.createRecord({toJSON() { while (true) {} }})",
    "in a getter of an error": "throw Object.defineProperty(new Error('x'), 'message', {get() { while (true) {} }})",
    "at the top": "async function run() {}\nwhile (true) {}",
    "one promise after another": "const again = () => Promise.resolve().then(again); await again()",
    "left behind": "(async () => { while (true) await null })(); return 1",
    "a sort": "const a = Array.from({length: 1e5}, (_, n) => n); while (true) a.sort(() => 1)",
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_a_memory_bomb_ends_at_the_limit(sandbox: Sandbox, body: str) -> None:
    ran = run(sandbox, body)
    assert ran.status == "failure"
    assert ran.error_message.startswith("The function used more than 64 MB of memory") or "no memory was left" in ran.error_message
    assert output(sandbox, "return 1") == 1


def test_a_bomb_of_promises_ends_at_one_limit_or_the_other(sandbox: Sandbox) -> None:
    ran = run(sandbox, "while (true) Promise.resolve().then(() => 1)", timeout_ms=400)
    assert ran.error_code in {"MEMORY_LIMIT", "TIMEOUT"} or "no memory was left" in ran.error_message
    assert output(sandbox, "return 1") == 1


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_what_has_no_end_is_stopped_when_its_time_is_over(sandbox: Sandbox, body: str) -> None:
    ran = run(sandbox, body, timeout_ms=40)
    assert (ran.status, ran.error_code, ran.output) == ("timeout", "TIMEOUT", None), ran
    assert ran.error_message.startswith("The function still ran after 40 ms and was stopped")
    assert 0.04 <= ran.seconds < 60
    assert output(sandbox, "return 1") == 1


def test_a_stopped_function_says_where_it_was_and_what_it_had_logged(sandbox: Sandbox) -> None:
    ran = run(sandbox, "api.log('before')\nconst f = () => 1\nfor (;;) f()", timeout_ms=400)
    assert re.fullmatch(r"The function still ran after 400 ms and was stopped \(last seen at line \d, column \d+\)", ran.error_message)
    assert ran.logs == [{"level": "info", "message": "before"}]


@pytest.mark.parametrize(
    "body",
    [
        "return this === undefined ? {} : Object.keys(this)",
        "return (() => {}).constructor('return typeof process + typeof require + typeof std + typeof os')()",
        "return await import('os').then(() => 'in', (e) => e.name)",
        "return await import('/etc/passwd').then(() => 'in', (e) => e.name)",
        "return typeof api.log.constructor('return this')().host",
        "return typeof Atomics + typeof SharedArrayBuffer + typeof WebAssembly + typeof Worker",
        "Error.prepareStackTrace = (_, s) => s.map((f) => String(f.getFunction?.())); const e = new Error(); return typeof e.stack",
        "Object.prototype.toJSON = function () { return {end: 'completed', output: '1'} }; return {a: 2}",
        "JSON.stringify = () => 'broken'; Array.prototype.push = () => 0; return (await api.createRecord('x')).method",
        "Map.prototype.get = () => 0; return (await api.createRecord('x')).method",
        "Object.defineProperty(Object.prototype, 'end', {get() { return 'completed' }, set() {}}); return await api.createRecord('x')",
        "globalThis.eval = () => 0; return api.chunk([1, 2], 1).length",
        "globalThis.Promise = null; globalThis.Error = null; return (await api.createRecord('x')).method",
    ],
)
def test_a_function_that_tampers_hurts_only_itself(sandbox: Sandbox, body: str) -> None:
    ran = run(sandbox, body)
    assert ran.status in {"completed", "failure"}
    assert "in" != ran.output  # noqa: SIM300 -- what it would return had it got in
    assert output(sandbox, "return [triggerParams, Object.keys(globalThis), (await api.createRecord('x')).method]") == [
        {},
        ["run"],
        "createRecord",
    ]


def test_what_all_objects_are_given_changes_only_what_the_function_itself_tells(sandbox: Sandbox) -> None:
    ran = run(sandbox, "Object.prototype.toJSON = () => 'x'; api.log('said'); return {a: 1}")
    assert (ran.status, ran.output, ran.logs) == ("completed", "x", [{"level": "info", "message": "said"}])


def test_nothing_is_left_of_one_run_in_the_next(sandbox: Sandbox) -> None:
    assert output(sandbox, "globalThis.kept = 1; Array.prototype.kept = 1; return 1") == 1
    assert output(sandbox, "return [typeof kept, typeof [].kept]") == ["undefined", "undefined"]


def test_the_log_keeps_order_levels_and_what_else_was_said(sandbox: Sandbox) -> None:
    body = """
        api.log({message: 'one', count: 2}); api.log('two'); api.log({a: 1}); api.logError(new TypeError('three'), {id: 'r1'})
        api.logError('four', new Error('why')); api.log('five', 5); await api.createRecord('x'); api.log(null)"""
    assert run(sandbox, body).logs == [
        {"level": "info", "message": "one", "data": {"count": 2}},
        {"level": "info", "message": "two"},
        {"level": "info", "message": "", "data": {"a": 1}},
        {"level": "error", "message": "three", "data": {"name": "TypeError", "id": "r1"}},
        {"level": "error", "message": "four", "data": {"name": "Error", "error": "why"}},
        {"level": "info", "message": "five", "data": {"context": 5}},
        {"level": "info", "message": "null"},
    ]


def test_a_long_log_is_cut_and_says_so(sandbox: Sandbox) -> None:
    logs = run(sandbox, "for (let n = 0; n < 2000; n++) api.log('x'.repeat(1000))").logs
    assert 900 < len(logs) < 1000
    assert logs[-1] == {"level": "warn", "message": "More than 1 MB was logged: the rest is left out"}


def test_calls_that_nobody_waited_for_are_carried_out_and_reported(sandbox: Sandbox) -> None:
    made: list[list[Any]] = []

    def call(method: str, args: list[Any]) -> None:
        made.append([method, *args])
        echo(method, args)

    body = "api.createRecord('a').then(() => api.createRecord('never')); (async () => { await null; api.createRecord('b') })(); return 1"
    ran = run(sandbox, body, call=call)
    assert (ran.status, ran.output, made) == ("completed", 1, [["createRecord", "a"], ["createRecord", "b"]])
    assert [entry["message"] for entry in ran.logs] == [
        "api.createRecord was not awaited (line 2, column 5)",
        "api.createRecord was not awaited (line 2, column 93)",
        "api.createRecord was called after the end of run(), and not carried out (line 2, column 38)",
    ]
    assert run(sandbox, "api.createRecord('c'); throw 1", call=call).status == "failure"
    assert made[-1] == ["createRecord", "c"]


class Slow:
    """A clock that goes on only when a call is carried out."""

    def __init__(self, seconds: float) -> None:
        self.made: list[Any] = []
        self._seconds = seconds

    def now(self) -> float:
        return len(self.made) * self._seconds

    def call(self, _method: str, args: list[Any]) -> None:
        self.made.append(args[0])


def test_calls_that_nobody_waited_for_end_with_the_time_of_the_run() -> None:
    slow = Slow(10)
    with Sandbox(1, slow.now) as sandbox:
        ran = run(sandbox, "for (let n = 0; n < 5; n++) api.createRecord(n)", timeout_ms=25_000, call=slow.call)
    came = [entry["message"].removesuffix(" (line 2, column 46)") for entry in ran.logs]
    late = "api.createRecord was not awaited, and not carried out: the time of the run is over"
    assert (ran.status, came, slow.made) == ("completed", ["api.createRecord was not awaited"] * 3 + [late] * 2, [0, 1, 2])


def test_whoever_carries_out_a_call_knows_how_much_time_the_run_has_left(sandbox: Sandbox) -> None:
    found: list[float] = []
    run(sandbox, "await api.createRecord(1); await api.createRecord(2)", call=lambda *_: found.append(LEFT.get()))
    first, second = found
    assert 0 < second < first < LONG / 1000


def test_a_call_that_fails_when_the_time_is_over_ends_the_run_with_a_timeout() -> None:
    slow = Slow(30)

    def late(method: str, args: list[Any]) -> None:
        slow.call(method, args)
        raise ApiFailed("too late")

    with Sandbox(1, slow.now) as sandbox:
        ran = run(sandbox, "api.log('before'); await api.httpFetch('x').catch(() => 0)", call=late)
    assert (ran.status, ran.logs) == ("timeout", [{"level": "info", "message": "before"}])
    assert ran.error_message.endswith("(last seen at line 2, column 30)")


def test_calls_are_carried_out_in_the_order_in_which_they_were_made(sandbox: Sandbox) -> None:
    made: list[int] = []
    run(sandbox, "await Promise.all([3, 1, 2].map((n) => api.createRecord(n)))", call=lambda _method, args: made.append(args[0]))
    assert made == [3, 1, 2]


def test_no_call_begins_when_the_time_is_over() -> None:
    slow = Slow(10)
    with Sandbox(1, slow.now) as sandbox:
        ran = run(sandbox, "await Promise.all(Array.from({length: 100}, (_, n) => api.createRecord(n)))", timeout_ms=25_000, call=slow.call)
    assert (ran.status, slow.made) == ("timeout", [0, 1, 2])


def test_what_is_too_large_is_refused(sandbox: Sandbox) -> None:
    large = "x" * 10_000_001
    for ran in (run(sandbox, "return 1", execution_params=large), run(sandbox, f"async function run() {{}} // {large}")):
        assert (ran.status, ran.error_code) == ("failure", "PARAMS_TOO_LARGE")
    ran = run(sandbox, "return api.createRecord('x')", call=lambda _method, _args: large)
    assert ran.error_message == "Error: the answer of api.createRecord is larger than 10 MB (line 2, column 12)"


DEEP = "let deep = []; for (let n = 0; n < 1500; n++) deep = [deep]; "


def test_what_is_nested_too_deeply_is_refused_and_not_our_mistake(sandbox: Sandbox) -> None:
    assert run(sandbox, DEEP + "return deep").error_message == "run() returned what is nested too deeply"
    told = run(sandbox, DEEP + "await api.createRecord(deep)").error_message
    assert told.startswith("Error: api.createRecord: the arguments are nested too deeply (line 2, ")
    assert run(sandbox, DEEP + "api.log({deep})").logs == [{"level": "warn", "message": "An entry of the log is nested too deeply"}]
    assert run(sandbox, DEEP.replace("1500", "1e6") + "return deep").status == "failure"


def test_waiting_for_a_worker_takes_nothing_from_the_time_of_a_run() -> None:
    now = [0.0]
    busy, go_on = threading.Event(), threading.Event()

    def waiting(_method: str, _args: list[Any]) -> None:
        busy.set()
        assert go_on.wait(60)

    with Sandbox(1, lambda: now[0]) as sandbox, ThreadPoolExecutor(2) as pool:
        first = pool.submit(run, sandbox, "await api.createRecord('x'); return 1", call=waiting)
        assert busy.wait(60)
        second = pool.submit(run, sandbox, "return 2")
        time.sleep(0.05)  # it waits by now, or has not yet begun to: both are no part of its time
        now[0] += 10
        go_on.set()
        assert (first.result().output, first.result().seconds, second.result().output, second.result().seconds) == (1, 10, 2, 0)


def test_the_clock_of_a_function_can_be_ahead(sandbox: Sandbox) -> None:
    body = """return [Date.now(), new Date().getTime(), Date.parse(Date()), new Date(5).getTime(), new Date() instanceof Date,
        new (new Date().constructor)().getTime(), Date.UTC(1970, 0, 1)]"""
    now, new, text, five, same, made, zero = output(sandbox, body, ahead=86_400)
    expected = (time.time() + 86_400) * 1000
    assert [abs(found - expected) < 10_000 for found in (now, new, text, made)] == [True] * 4
    assert (five, same, zero) == (5, True, 0)


def test_what_the_caller_gets_wrong_comes_through_and_the_sandbox_goes_on(sandbox: Sandbox) -> None:
    def broken(_method: str, _args: list[Any]) -> None:
        raise LookupError("a mistake of ours")

    with pytest.raises(LookupError, match="a mistake of ours"):
        run(sandbox, "await api.createRecord('x')", call=broken)
    with pytest.raises(TypeError, match="not JSON serializable"):
        run(sandbox, "await api.createRecord('x')", call=lambda _method, _args: object())
    assert output(sandbox, "return 1") == 1


def test_a_worker_that_dies_costs_one_run_and_no_more() -> None:
    with Sandbox(workers=1) as sandbox:
        pid = output(sandbox, "return 1") and sandbox.workers()[0]

        def killing(_method: str, _args: list[Any]) -> None:
            os.kill(pid, signal.SIGKILL)

        ran = run(sandbox, "await api.createRecord('x')", call=killing)
        assert (ran.status, ran.error_code) == ("failure", "CRASHED")
        assert ran.error_message == "The process that ran the function ended unexpectedly."
        assert output(sandbox, "return 2") == 2
        dying = sandbox.workers()[0]
        os.kill(dying, signal.SIGKILL)
        os.waitid(os.P_PID, dying, os.WEXITED | os.WNOWAIT)
        assert output(sandbox, "return 3") == 3


def test_a_worker_that_stands_still_is_ended_and_the_next_run_has_another() -> None:
    with Sandbox(workers=1) as sandbox:
        ran = run(sandbox, "await api.createRecord('x')", timeout_ms=50, call=lambda *_: os.kill(sandbox.workers()[0], signal.SIGSTOP))
        assert (ran.status, ran.error_code) == ("timeout", "TIMEOUT")
        assert output(sandbox, "return 5") == 5


def test_many_threads_share_a_few_workers(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: output(sandbox, f"return (await api.createRecord({n})).args[0]"), range(60)))
    assert found == list(range(60))
    assert len(sandbox.workers()) <= 2


def test_a_closed_sandbox_ends_what_runs_and_runs_nothing_more() -> None:
    sandbox = Sandbox()
    output(sandbox, "return 1")
    ends: list[Ran] = []
    inside = threading.Event()

    def call(_method: str, _args: list[Any]) -> None:
        inside.set()

    thread = threading.Thread(target=lambda: ends.append(run(sandbox, "await api.createRecord('x'); for (;;) {}", call=call)))
    thread.start()
    assert inside.wait(60)
    sandbox.close()
    thread.join(60)
    assert [ran.error_code for ran in ends] == ["CRASHED"]
    assert sandbox.workers() == []
    with pytest.raises(RuntimeError, match="The sandbox is closed"):
        run(sandbox, "return 1")
    sandbox.close()
