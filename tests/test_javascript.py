"""What is found in a source without running it, and what is never mistaken for code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy.javascript import Call, Read, Run, Spot, Use, calls, facts

MODERN = {
    "optional chaining": "a?.b?.[c]?.(d); x = a ?.5 : 1",
    "private fields": "class A { #x = 1; static #y; get x() { return this.#x } has(o) { return #x in o } static { A.z = 1 } }",
    "class members": "class A { async = 1; get; set; static; 'q' = 1; 5 = 2; static async *[Symbol.iterator]() {} }",
    "top-level classes": "class A extends (class {}) { constructor() { super(); super.x } }\nnew A()",
    "for await": "async function f() { for await (const x of y) { continue } }",
    "top-level await": "await x; for await (const a of b) ;",
    "labels": "outer: for (;;) { inner: while (1) { continue outer; break inner } }\nalone: { break alone }",
    "regex with slashes": r"const r = /[/]\/(?<y>\d{4})\p{L}/giu; const q = a / b / c; const z = a++ / 2; x = /[\]]/",
    "regex after a bracket": "if (x) /re/.test(y)",
    "template literals": "`a${`b${c}`}d`; tag`x${1}y`; x = `${a}\\``",
    "hashbang": "#!/usr/bin/env node\nx()",
    "numbers": "1_000n + 0b11 + 0o7 + 0xFF; 0.5.toFixed(); 5..toFixed(); .5",
    "assignments": "a ??= b; a ||= c; a &&= d; a **= 2; a >>>= 1; [a, b] = [b, a]; ({a, b} = c)",
    "destructuring": "const {a, b: {c = 1} = {}, ...rest} = d; var [,e,,f] = g; const {[k]: v} = o",
    "parameters": "function f(a, {b} = {}, [c], ...d) {}",
    "catch without a name": "try { x() } catch { y() } finally { z() }",
    "arrows": "x = async x => x; y = async (a, b) => { await a }; z = y => ({...y})",
    "generators": "function* g() { yield* y; const x = yield } async function* h() { yield await x }",
    "contextual words as names": "var async = 1, of = 2, get = 3, set = 4; async (); for (of of of) ; x = {async, get, set, static: 1}",
    "reserved words as members": "x.if.class.new; y = {delete() {}, new: 1, get() {}, async() {}}",
    "accessors": "var a = { get b() { return 1 }, set b(v) {}, async c() {}, *d() {}, async *e() {}, [f]: 1, 'g': 2, 3: 4 }",
    "lines without semicolons": "let x = a\n  ++b\nconst y = (() => {})()\n;[1, 2].map(x => x)\nreturn_\n/* c */",
    "a line that goes on": "let x = a\n  /b/g.test(c)",
    "texts": 'a = "\\u{1F600}\\\nb"; c = \'\\x41\\0\'; d = "\u2028"',
    "names": "var \u03c0 = 3, $ = 1, _ = 2, \u5909\u6570 = 3, \\u0061b = 1",
    "metas": "new.target; import.meta.url",
    "statements": "do { x() } while (1) y(); switch (a) { case 1: { } default: } if (a) ; else b; debugger",
    "modules": 'import x, {y as z} from "a" with {type: "json"}\nexport * as ns from "x"\nexport { x as "b c" }',
    "errors with causes": 'throw new Error("x", { cause: e })',
    "a byte order mark": "\ufeffasync function run() {}",
    "windows lines": "async function run() {\r\n  return 1\r\n}\r\n",
    "nothing": "",
}


@pytest.mark.parametrize("source", MODERN.values(), ids=MODERN)
def test_modern_javascript_is_taken_without_a_complaint(source: str) -> None:
    assert facts(source).errors == ()


def test_deeply_nested_code_is_read() -> None:
    depth = 1500
    source = "async function run() {" + "if (a) {" * depth + "api.log(1)" + "}" * depth + "}"
    found = facts(source)
    assert (found.errors, [call.method for call in found.calls]) == ((), ["log"])
    assert facts("(" * depth).errors
    assert facts(f"const {'[' * depth}a{']' * depth} = api || {'(' * depth}b{')' * depth}").errors == ()
    assert facts("async function run() {" * 9 + "}").errors


@pytest.mark.parametrize(
    ("source", "line", "column", "said"),
    [
        ("async function run() {\n  const \u00e9\U0001f600 = 'x' + ;\n}", 2, 18, "this makes no sense here: +"),
        ("async function run() { return {a: 1, b: } }", 1, 40, '"identifier" is missing here'),
        ("async function run() { } }", 1, 26, "this makes no sense here: }"),
        ("async function run() { return (", 1, 31, '"(" is not closed'),
        ("x = 1\ny = y as_", 2, 5, "this makes no sense here: y"),
    ],
)
def test_what_is_no_javascript_is_told_with_line_and_column_in_characters(source: str, line: int, column: int, said: str) -> None:
    assert facts(source).errors[0] == (Spot(line, column), said)


def test_a_long_line_that_makes_no_sense_is_cut_short() -> None:
    ((_, said),) = facts("async function run() { return 'a" + "x" * 100 + "\n}").errors
    assert said.startswith("this makes no sense here: return 'axxx")
    assert said.endswith("...")
    assert len(said) < 80


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("async function run() {}", [Run(True, 0, Spot(1, 16))]),
        ("/* a */\n\n  async   function   run ( ) { }", [Run(True, 0, Spot(3, 22))]),
        ("function run() {}", [Run(False, 0, Spot(1, 10))]),
        ("async function* run() {}", [Run(False, 0, Spot(1, 17))]),
        ("function* run() {}", [Run(False, 0, Spot(1, 11))]),
        ("async function run(a, {b} = {}, ...c) {}", [Run(True, 3, Spot(1, 16))]),
        ("async function run() {}\nasync function run(a) {}", [Run(True, 0, Spot(1, 16)), Run(True, 1, Spot(2, 16))]),
        ("const run = async () => {}", []),
        ("run = async function () {}", []),
        ("export async function run() {}", [Run(True, 0, Spot(1, 23))]),
        ("if (1) { async function run() {} }", []),
        ("async function Run() {}", []),
        ("async function runs() { async function run() {} }", []),
        ("class run { async run() {} }", []),
        ("// async function run() {}\n`async function run() {}`", []),
        ("", []),
    ],
)
def test_run_is_a_function_declared_at_the_top(source: str, runs: list[Run]) -> None:
    assert list(facts(source).runs) == runs


@pytest.mark.parametrize(
    ("source", "method", "slug"),
    [
        ("api.queryRecords('orders')", "queryRecords", "orders"),
        ('api["queryRecords"]("orders")', "queryRecords", "orders"),
        ("api['queryRecords'](`orders`)", "queryRecords", "orders"),
        ("api?.queryRecords('orders')", "queryRecords", "orders"),
        ("api.queryRecords?.('orders')", "queryRecords", "orders"),
        ("api?.['queryRecords']?.('orders')", "queryRecords", "orders"),
        ("api . queryRecords ( /* which */ 'orders', {} )", "queryRecords", "orders"),
        ("await api\n  .queryRecords('orders')", "queryRecords", "orders"),
        ("`${api.log('x')}`", "log", "x"),
        ("const f = async () => { class A { m() { return [1].map(function () { api.log('x') }) } } }", "log", "x"),
        ("f(api.log('x'))", "log", "x"),
        ("api.log()", "log", None),
        ("api.log(name)", "log", None),
        ("api.log('a' + b)", "log", None),
        ("api.log(`a${b}`)", "log", None),
        ("api.log(`${b}`)", "log", None),
        ("api.log('')", "log", None),
        ("api.log('a\\n')", "log", None),
        ("api.log({recordSlug: 'orders'})", "log", None),
        ("api.log(...args)", "log", None),
        ("const { log } = api; log('x')", "log", "x"),
        ("const { log: say = f } = api; say('x')", "log", "x"),
        ("let { log } = api; const f = () => log('x')", "log", "x"),
        ("const a = api; const b = a; (b).log('x')", "log", "x"),
        ("const say = api.log; say('x')", "log", "x"),
        ("var say; ({ log: say } = api); say('x'); api['log']('x')", "log", "x"),
    ],
)
def test_a_call_of_api_is_found_however_it_is_written(source: str, method: str, slug: str | None) -> None:
    assert [call[:2] for call in calls(source)] == [(method, slug)]
    assert calls(source) == facts(source).calls


@pytest.mark.parametrize(
    "source",
    [
        "// api.log('x')",
        "/* api.log('x') */",
        "'api.log(1)'",
        '"api.log(1)"',
        "`api.log(1)`",
        "/api.log(1)/",
        "api.log",
        "api[name]('x')",
        "other.api.log('x')",
        "apis.log('x')",
        "log('x')",
        "api.deep.log('x')",
        "new Api().log('x')",
        "const { log } = other; log('x')",
        "const { log } = api; const f = (log) => log('x')",
        "let { log } = api; log = f; log('x')",
        "[1].forEach((api) => { api.log('x') })",
        "const api = {log() {}}; api.log('x')",
        "for (const api of apis) api.log('x')",
        "try { x() } catch (api) { api.log('x') }",
        "function f(api) { return () => api.log('x') }",
    ],
)
def test_what_only_looks_like_a_call_of_api_is_none(source: str) -> None:
    assert calls(source) == ()


def test_calls_come_in_the_order_of_the_source_with_their_spots_in_characters() -> None:
    source = "async function run() {\n  /* \u00e9\U0001f600 */ api.log(api.uuid())\n  api['toJSON'](1)\n}"
    assert calls(source) == (Call("log", None, Spot(2, 16)), Call("uuid", None, Spot(2, 24)), Call("toJSON", None, Spot(3, 8)))


@pytest.mark.parametrize(
    ("source", "name", "column"),
    [
        ("require('fs')", "require", 1),
        ("x = require('fs').y", "require", 5),
        ("process.env.KEY", "process", 1),
        ("console.log(1)", "console", 1),
        ("console?.log(1)", "console", 1),
        ("await fetch(url)", "fetch", 7),
        ("fetch?.(url)", "fetch", 1),
        ("module.exports = run", "module", 1),
        ("exports.run = run", "exports", 1),
        ("new process.X()", "process", 5),
        ("`${process.pid}`", "process", 4),
        ("import('x')", "import", 1),
        ("import x from 'y'", "import", 1),
        ("export const a = 1", "export", 1),
        ("export default 1", "export", 1),
    ],
)
def test_what_other_platforms_have_is_found_where_it_is_used(source: str, name: str, column: int) -> None:
    assert facts(source).uses == (Use(name, Spot(1, column)),)


@pytest.mark.parametrize(
    "source",
    [
        "// require('x') process.env",
        "/* fetch(x) */",
        "'console.log(1)'",
        "`process.env`",
        "api.fetch(1)",
        "this.fetch()",
        "a.process.b",
        "x = {process: 1, fetch: 2}",
        "class A { fetch() { return this.fetch() } }",
        "typeof require",
        "processes.x",
        "import.meta.url",
        "const require = f; require('x')",
        "let require; require = f; require('x')",
        "var [fetch] = x; fetch()",
        "const {fetch} = x; fetch()",
        "function fetch() {} fetch()",
        "class process { static x = 1 } process.x",
        "function f(process) { return process.x }",
        "const f = (console, b) => console.log(b)",
        "const f = async function (module) { module.x }",
    ],
)
def test_what_is_the_functions_own_or_no_code_at_all_is_not_foreign(source: str) -> None:
    assert facts(source).errors == ()
    assert facts(source).uses == ()


@pytest.mark.parametrize(
    ("source", "members"),
    [
        ("executionParams.a", ["a"]),
        ("executionParams?.a", ["a"]),
        ("executionParams['a']", ["a"]),
        ("executionParams?.['a']", ["a"]),
        ("executionParams.data.id", ["data"]),
        ("const {a, b: c} = executionParams", ["a", "b"]),
        ("let {a: {b}} = executionParams", ["a"]),
        ("const {a, ...rest} = executionParams", ["a"]),
        ("`${executionParams.a}`", ["a"]),
        ("const {a} = executionParams.data", ["data"]),
        ("executionParams", []),
        ("executionParams[name]", []),
        ("const {a} = other", []),
        ("x.executionParams.a", []),
        ("// executionParams.a", []),
        ("'executionParams.a'", []),
        ("`executionParams.a`", []),
    ],
)
def test_a_member_read_from_an_input_is_found_however_it_is_written(source: str, members: list[str]) -> None:
    assert [read.member for read in facts(source).reads] == members


def test_reads_tell_the_two_inputs_apart_and_where_each_member_stands() -> None:
    source = "const {limit} = triggerParams\n/* \u00e9 */ executionParams.data"
    assert facts(source).reads == (Read("triggerParams", "limit", Spot(1, 8)), Read("executionParams", "data", Spot(2, 25)))


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("api.records.list()", ["records", "records.list"]),
        ("api.crypto.sha1('x')", ["crypto", "crypto.sha1"]),
        ("api?.['crypto']['sha1']('x')", ["crypto", "crypto.sha1"]),
        ("api.crypto?.sha1?.('x')", []),
        ("const { a, b: c, 'd': e } = api", ["a", "b", "d"]),
        ("const { crypto: { sha1 } } = api", ["crypto", "crypto.sha1"]),
        ("const c = api.crypto; c.sha1", ["crypto", "crypto.sha1"]),
        ("const q = api; q.nosuch()", ["nosuch"]),
        ("const f = api.a", ["a"]),
        ("f(api.a)", ["a"]),
        ("if (api.a) api.a()", []),
        ("api.a?.()", []),
        ("api.a = f; api.a()", []),
        ("typeof api.a", []),
        ("f(api)", []),
        ("const { ...rest } = api", []),
    ],
)
def test_members_of_api_that_the_code_counts_on_are_found_called_or_not(source: str, paths: list[str]) -> None:
    assert sorted(".".join(member.path) for member in facts(source).members) == sorted(paths)


@pytest.mark.parametrize(
    "source",
    [
        "executionParams.a ?? {}",
        "executionParams.a || x",
        "executionParams.a && x",
        "(executionParams.a) ? 1 : 2",
        "executionParams.a?.b",
        "executionParams.a?.[0]",
        "executionParams['a']?.()",
        "if (executionParams.a) { f(executionParams.a.b) }",
        "if (x && (executionParams.a || y)) f(executionParams.a)",
        "while (executionParams.a) f()",
        "if (!executionParams.a) return_; f(executionParams.a)",
        "if (executionParams.a !== undefined) f(executionParams.a)",
        "null == executionParams.a",
        "typeof executionParams.a",
        "delete executionParams.a",
        "executionParams.a ??= 1; executionParams.a",
        "'a' in executionParams && f(executionParams.a)",
        "Object.hasOwn(executionParams, 'a') && f(executionParams.a)",
        "Object.assign(executionParams, x); executionParams.a",
        "executionParams.a = 1; f(executionParams.a)",
        "executionParams[name] = 1; f(executionParams.a)",
        "executionParams = x; f(executionParams.a)",
        "const e = executionParams; e.a = 1; f(executionParams.a)",
        "const { a } = executionParams; if (!a) f()",
        "const a = executionParams.a; f(a?.b)",
        "(executionParams) => executionParams.a",
        "const executionParams = {}; executionParams.a",
    ],
)
def test_a_member_that_is_asked_for_first_or_put_there_by_the_code_is_not_counted_on(source: str) -> None:
    assert facts(source).reads == ()


@pytest.mark.parametrize(
    "source",
    [
        "const e = executionParams; return_(e.a)",
        "const e = executionParams ?? {}; e.a",
        "(executionParams || {}).a",
        "let e; ({ a: e } = executionParams)",
        "x && executionParams.a",
        "x || executionParams.a",
        "if (executionParams.a === 'x') f()",
        "if (f(executionParams.a)) f()",
        "executionParams?.a.b",
        "const a = executionParams.a; f(a.b)",
    ],
)
def test_a_member_that_is_taken_without_asking_is_counted_on(source: str) -> None:
    assert [read.member for read in facts(source).reads] == ["a"]


@pytest.mark.parametrize(
    ("source", "spots"),
    [
        ("async function run() {}\nrun = 5", [Spot(2, 1)]),
        ("async function run() { run ||= f }", [Spot(1, 24)]),
        ("async function run() { let run; run = 5 }", []),
        ("async function run() { x.run = 5; return {run: 1} }", []),
        ("let run; run = 5", []),
        ("async function run() { run == 5 }", []),
    ],
)
def test_run_is_overwritten_only_where_it_is_the_function(source: str, spots: list[Spot]) -> None:
    assert list(facts(source).overwritten) == spots


@given(st.text(alphabet="{}[]()`'\"/\\$;,.=>apirunfetch \n\u00e9\U0001f600", max_size=60))
def test_no_text_makes_it_fail_and_every_spot_lies_in_the_text(source: str) -> None:
    found = facts(source)
    lines = source.split("\n")
    lists = (found.refused, found.runs, found.calls, found.members, found.uses, found.reads)
    spots = [spot for spot, _ in found.errors] + [each.spot for each_list in lists for each in each_list] + [*found.overwritten]
    assert all(1 <= spot.line <= len(lines) and 1 <= spot.column <= len(lines[spot.line - 1]) + 1 for spot in spots)


@pytest.mark.parametrize(
    ("arguments", "host"),
    [
        ("'https://api.stripe.com/v1'", "api.stripe.com"),
        ("'HTTPS://API.Stripe.com'", "api.stripe.com"),
        ("'http://api.stripe.com:8443?x'", "api.stripe.com"),
        ("'https://me:pw@api.stripe.com/'", "api.stripe.com"),
        ("{method: 'GET', url: 'https://a.b'}", "a.b"),
        ("{'url': `https://a.b`}", "a.b"),
        ("/* there */ 'https://a.b'", "a.b"),
        ("`https://a.b/${path}`", "a.b"),
        ("'https://a.b/' + path + '/x'", "a.b"),
        ("`https://a.b${path}`", None),
        ("'https://a.b' + path", None),
        ("`https://${host}/`", None),
        ("'ftp://a.b'", None),
        ("'/a.b'", None),
        ("'https://[::1]/'", None),
        ("{...options}", None),
        ("{url}", None),
        ("{url: url}", None),
        ("url", None),
        ("", None),
    ],
)
def test_the_host_of_a_url_is_known_where_it_is_written(arguments: str, host: str | None) -> None:
    assert [call.host for call in calls(f"api.httpRequest({arguments})")] == [host]
