"""What becomes of a run that leaves promises behind: failures that nobody hears of, and promises that nobody settles."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local.sandbox import LEFT, ApiFailed, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.ran import Ran

SAVE = "async function save(bad) { if (bad) throw new Error('no') }\n"
UNAWAITED = "was not awaited, and failed"
NOT_JSON = "api.createRecord: the arguments are not JSON: BigInt are forbidden in JSON.stringify"
THROWS = "{ throw new Error('no') }"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(1) as made:
        yield made


def call(method: str, args: list[Any]) -> Any:
    if method == "fetchRecord":
        raise ApiFailed(f"There is no record {args[0]}", 404)
    return {}


def run(sandbox: Sandbox, body: str, **more: Any) -> Ran:
    code = f"{SAVE}async function run() {{\n{body}\n}}"
    return sandbox.run(code, **{"trigger_params": {}, "execution_params": {}, "timeout_ms": 20_000, "call": call, **more})


def slow(_method: str, args: list[Any]) -> None:
    if args == ["slow"]:
        time.sleep(LEFT.get())
        raise ApiFailed("too late")


def said(place: str, line: int = 3, words: str = "Error: no") -> str:
    return f"{words}{place}. Nobody waits for the promise of line {line}: write await before it, or give it a catch."


IN_SAVE = " (line 1, column 47)"
DROPPED = [
    ("save(1);", said(IN_SAVE)),
    ("\nif (true) save(1);", said(IN_SAVE, 4)),
    ("void save(1)", said(IN_SAVE)),
    ("const p = save(1);", said(IN_SAVE)),
    ("let p; p = save(1); await null", said(IN_SAVE)),
    ("save(1).then(() => 1)", said(IN_SAVE)),
    ("save(1)\n  .then(() => 1)\n  .finally(() => 1)", said(IN_SAVE)),
    ("save(0).then(() => { throw new Error('no') })", said(" (line 3, column 32)")),
    ("[1].forEach(save)", said(IN_SAVE)),
    ("[0,\n1].map(save)", said(IN_SAVE, 4)),
    ("Promise.all([1].map(save))", said(IN_SAVE)),
    ("const f = () => save(1); f()", said(IN_SAVE)),
    ("const f = function () { return save(1) }; f()", said(IN_SAVE)),
    ("const f = async () => { await save(1) };\nf()", said(IN_SAVE, 4)),
    ("const other = save; other(1)", said(IN_SAVE)),
    ("const each = (list, work) => { for (const one of list) work(one) }; each([1], save)", said(IN_SAVE)),
    ("const t = {save}; t.save(1)", said(IN_SAVE)),
    ("const t = {save}; t?.save(1)", said(IN_SAVE)),
    ("const t = {save}; t?.save?.(1).then(() => 1)", said(IN_SAVE)),
    ("const t = {save}; t['sa' + 've'](1)", said(IN_SAVE)),
    (f"const t = {{async go() {THROWS}}}; t.go()", said(" (line 3, column 35)")),
    (f"class A {{ async go() {THROWS} }} new A().go()", said(" (line 3, column 34)")),
    (f"(async () => {THROWS})();", said(" (line 3, column 26)")),
    (f"(async function () {THROWS}).call(1)", said(" (line 3, column 32)")),
    (f"[1].forEach(async (x) => {THROWS})", said(" (line 3, column 38)")),
    (f"[1].map(async (x) => {THROWS})", said(" (line 3, column 34)")),
    (f"const f = () => async () => {THROWS}; f()()", said(" (line 3, column 41)")),
    (f"new Promise(() => {THROWS})", said(" (line 3, column 31)")),
    (f"Promise.resolve(1).then(() => {THROWS})", said(" (line 3, column 43)")),
    ("Promise.reject(7)", said("", words="7")),
    ("Promise.reject({get message() { throw 1 }, toJSON() { throw 1 }})", said("", words="something that cannot be shown")),
    ("(async () => { await api.fetchRecord('x') })()", said(" (line 3, column 26)", words="Error: There is no record x")),
    (f"[1, 2].forEach(async (x) => {{ await api.createRecord(x); {THROWS} }})", said(" (line 3, column 70)")),
    (f"api.createRecord('a').then(() => {THROWS})", said(" (line 3, column 46)")),
    ("api.fetchRecord('x')", f"api.fetchRecord {UNAWAITED}: There is no record x (line 3, column 5)"),
    ("api.fetchRecord('x')\nawait api.createRecord(1)", f"api.fetchRecord {UNAWAITED}: There is no record x (line 3, column 5)"),
    ("api.createRecord(1n)", f"api.createRecord {UNAWAITED}: {NOT_JSON} (line 3, column 5)"),
]


@pytest.mark.parametrize(("body", "message"), DROPPED)
def test_a_failure_that_nobody_hears_of_fails_the_run(sandbox: Sandbox, body: str, message: str) -> None:
    ran = run(sandbox, body)
    assert (ran.status, ran.error_code, ran.error_message) == ("failure", "NOT_AWAITED", message)


HEARD = [
    "await save(0)",
    "save(0)",
    "return save(0)",
    "await save(1).catch(() => 1)",
    "try { await save(1) } catch {}",
    "const p = save(1); try { await p } catch {}",
    "const p = save(1); await null; await api.createRecord(1); await p.catch(() => 1)",
    "const p = save(1); await null; await api.createRecord(1); try { await p } catch {}",
    "const f = async () => { return save(1) }; try { await f() } catch {}",
    "const f = () => save(1); await f().catch(() => 1)",
    "save(1).catch(() => 1)",
    "save(1).then(() => 1, () => 2)",
    "save(1).then(() => 1).catch(() => 2)",
    "save(1).finally(() => 1).catch(() => 2)",
    "await Promise.all([1].map(save)).catch(() => 1)",
    "await Promise.allSettled([save(1)])",
    "await Promise.race([save(1)]).catch(() => 1)",
    "await Promise.any([save(1), save(0)])",
    "const all = Promise.all([1].map(save)); await all.catch(() => 1)",
    f"await Promise.allSettled([1].map(async (x) => {THROWS}))",
    f"const all = [1].map(async (x) => {THROWS}); await Promise.allSettled(all)",
    "for await (const x of [save(0)]) {}",
    "try { for await (const x of [save(1)]) {} } catch {}",
    "await new Promise((done, failed) => { save(1).then(done, failed) }).catch(() => 1)",
    "new Promise((done) => done(save(1))).catch(() => 1)",
    "const {promise, resolve} = Promise.withResolvers(); resolve(1); await promise",
    "async function* several() { yield 1 }\nfor await (const x of several()) {}\nseveral()",
    "api.fetchRecord('x').catch(() => 1)",
    "api.fetchRecord('a').then(() => 1, () => 2); await api.createRecord('b')",
    "const a = api.fetchRecord('a'); await api.createRecord('b'); await a.catch(() => 1)",
    "const a = api.fetchRecord('a'); await api.createRecord('b'); await Promise.allSettled([a])",
    "const a = api.fetchRecord('a'); await api.createRecord('b'); try { await a } catch {}",
    "const f = async () => api.fetchRecord('a'); await f().catch(() => 1)",
    "(async () => { try { await api.fetchRecord('x') } catch {} })()",
    "const frozen = Object.freeze(save(0)); await frozen",
    "class Mine extends Promise {} Mine.resolve(1); new Mine((done) => done(1))",
]


@pytest.mark.parametrize("body", HEARD)
def test_a_failure_that_somebody_hears_of_is_none_of_the_run(sandbox: Sandbox, body: str) -> None:
    ran = run(sandbox, body)
    assert (ran.status, ran.error_message) == ("completed", "")


def test_of_several_failures_the_first_is_told_by_the_run_and_the_others_in_its_log(sandbox: Sandbox) -> None:
    ran = run(sandbox, "save(1)\nPromise.reject(8)\nreturn 1")
    assert (ran.status, ran.error_message) == ("failure", said(IN_SAVE))
    assert ran.logs == [{"level": "warn", "message": said("", 4, "8")}]
    thrown = run(sandbox, "save(1)\nthrow new Error('other')")
    assert (thrown.error_code, thrown.error_message) == ("CODE_ERROR", "Error: other (line 4, column 11)")
    assert thrown.logs == [{"level": "warn", "message": said(IN_SAVE)}]


def test_what_waits_for_a_call_that_was_left_behind_goes_on_and_begins_nothing(sandbox: Sandbox) -> None:
    made: list[list[Any]] = []
    body = "(async () => { await api.createRecord('a'); api.log('went on'); await api.createRecord('b') })()\nreturn 1"
    ran = run(sandbox, body, call=lambda _method, args: made.append(args))
    assert (ran.status, ran.output, made) == ("completed", 1, [["a"]])
    assert [entry["message"] for entry in ran.logs] == [
        "api.createRecord was not awaited (line 3, column 26)",
        "went on",
        "api.createRecord was called after the end of run(), and not carried out (line 3, column 75)",
    ]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("await new Promise(() => 1)", "nothing settles the promise of line 3"),
        ("const gate = new Promise(() => 1)\nnew Promise(() => 1)\nawait gate", "nothing settles the promise of line 3"),
        ("await new Promise((done) => done())\nawait Promise.race([])", "nothing settles the promise of line 4"),
        ("const wait = async () => {\nawait new Promise(() => 1) }\nawait wait()", "nothing settles the promise of line 4"),
        ("await {then() {}}", "a promise that nothing settles"),
        ("await Promise.withResolvers().promise", "a promise that nothing settles"),
    ],
)
def test_a_promise_that_nothing_settles_is_told_with_its_line(sandbox: Sandbox, body: str, line: str) -> None:
    ran = run(sandbox, body)
    hint = "Timers are not there; await calls of api only."
    assert (ran.error_code, ran.error_message) == ("NEVER_SETTLED", f"run() waits for something that never comes: {line}. {hint}")


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("await null; for (;;) {}", 3),
        ("save(0); for (;;) Math.random()", 3),
        ("await null\nfor (;;) await api.createRecord(1)", 4),
        ("await null\nawait api.createRecord('slow')", 4),
        ("for (;;) await null", None),
    ],
)
def test_a_run_out_of_time_says_where_it_was_last_seen(sandbox: Sandbox, body: str, line: int | None) -> None:
    ran = run(sandbox, body, timeout_ms=400, call=slow)
    message, _, seen = ran.error_message.partition(" (last seen at line ")
    assert (ran.status, message) == ("timeout", "The function still ran after 400 ms and was stopped")
    assert seen.partition(",")[0] == ("" if line is None else str(line))


@pytest.mark.parametrize(
    "body",
    [
        "return [save.name, save.length, typeof mark$, Object.keys(globalThis).includes('mark$')]",
        "const f = async (a, b) => 1; let given; ((g) => { given = g })(async (a, b) => 1); return [f.name, f.length, given.length]",
        "let self; await (async function () { self = this }).call({n: 1}); return self",
        "const p = save(0); return [p instanceof Promise, Object.keys(p), p.constructor === Promise, `${p}`, p.then() instanceof Promise]",
        "const o = []; Promise.resolve().then(() => o.push(1)).then(() => o.push(3)); await null; o.push(2); await save(); return o",
        "const t = null; return [t?.save(1), t?.save(1).then(() => 1).catch(() => 1)] ",
        "const a = 1\nsave(a - 1)\n;[1].forEach(async () => 1)\nreturn a",
        "let n = 0; const deep = (m) => { n = m; deep(m + 1) }; try { deep(1) } catch {} return n > 1000",
    ],
)
def test_marks_change_nothing_that_a_function_sees(sandbox: Sandbox, body: str) -> None:
    seen = {"plain": "", "marked": "\nconst never = () => new Promise(() => 1);"}
    codes = [f"async function run() {{\nconst save = async (bad) => {{}};\n{body}\n}}{more}" for more in seen.values()]
    given = {"trigger_params": {}, "execution_params": {}, "timeout_ms": 20_000, "call": call}
    plain, marked = (sandbox.run(code, **given) for code in codes)
    assert (plain.status, plain.output) == (marked.status, marked.output) == ("completed", plain.output)
