"""The members of `api` that are written in JavaScript, tried where they run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.ran import Ran


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as made:
        yield made


def run(sandbox: Sandbox, expression: str) -> Ran:
    code = f"async function run() {{ return {expression} }}"
    return sandbox.run(code, trigger_params={}, execution_params={}, timeout_ms=10_000, call=lambda *_: None)


GIVEN = [
    ("api.base64.encode('')", ""),
    ("['f', 'fo', 'foo', 'foob', 'é😀'].map(api.base64.encode)", ["Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "w6nwn5iA"]),
    ("['', 'Zg==', 'Zm8', 'Zm9v\\nYg==', 'w6nwn5iA', '_-8'].map((one) => api.base64.decode(one))", ["", "f", "fo", "foob", "é😀", "ÿï"]),
    ("api.chunk([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
    ("api.chunk([], 2)", []),
    ("api.merge({a: {b: 1, c: [1]}, d: 1}, {a: {c: [2], e: null}}, {d: {f: 1}})", {"a": {"b": 1, "c": [2], "e": None}, "d": {"f": 1}}),
    ("[api.merge(), api.merge(JSON.parse('{\"__proto__\": {\"x\": 1}}')).x, ({}).x]", [{}, None, None]),
    ("api.formatDate('2026-03-01T04:05:06.007Z')", "2026-03-01T04:05:06.007Z"),
    ("api.formatDate('2026-03-01T04:05:06.007Z', 'YYYY-MM-DD HH:mm:ss.SSS')", "2026-03-01 04:05:06.007"),
    ("api.formatDate(new Date(0), 'dd/MM/yyyy', 'UTC')", "01/01/1970"),
    ("api.formatDate(0, 'ISO')", "1970-01-01T00:00:00.000Z"),
    ("api.renderTemplate('Dear {{ name }}, {{{a.b}}}{{no}}{{list}} {{a.b.c.d}}', {name: 'Ann', a: {b: 1}, list: [1]})", "Dear Ann, 1[1] "),
    ("api.renderTemplate('{{constructor}}{{a.length}}', {a: 'x'})", "1"),
    ("api.toCSV([{a: 1, b: 'x,\"y\"'}, {c: null, a: {d: 1}}])", 'a,b,c\n1,"x,""y""",\n"{""d"":1}",,'),
    ("api.toCSV([{a: 1, b: 2}], {columns: ['b'], delimiter: ';'})", "b\n2"),
    ("api.toJSON({a: [1]})", '{"a":[1]}'),
    ("api.toJSON({a: 1}, 1)", '{\n "a": 1\n}'),
    ("[api.math.sum([1, 2]), api.math.average([1, 2]), api.math.median([3, 1, 2]), api.math.median([1, 2]), api.math.average([])]",
     [3, 1.5, 2, 1.5, None]),
    ("[api.math.min([2, 1]), api.math.max([2, 1]), api.math.max([]), api.math.round(1.005, 2), api.math.round(-1.5), api.math.abs(-1)]",
     [1, 2, None, 1.01, -1, 1]),
    ("[api.math.floor(1.5), api.math.ceil(1.5), api.math.pow(2, 3), api.math.sqrt(9), api.math.random() < 1]", [1, 2, 8, 3, True]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "given"), GIVEN)
def test_what_members_give(sandbox: Sandbox, expression: str, given: Any) -> None:
    ran = run(sandbox, expression)
    assert (ran.error_message, ran.output) == ("", given)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3 - 4 / 2", 5),
        ("(1 + 2) * -3", -9),
        ("2 ** 3 ** 2", 512),
        ("7 % 4 == 3 && !false || missing", True),
        ("1 < 2 ? 'yes' : 'no'", "yes"),
        ("a.b > 1 ? a.b >= 3 ? 1 : 2 : 3", 2),
        ("\"x\" + 'y\\'s'", "xy's"),
        ("list[1] + a.list[0]", 5),
        ("missing ?? 4", 4),
        ("a.missing.deeper ?? null", None),
        ("true !== false", True),
        ("1.5e2 != 150", False),
        ("name.length", 3),
        ("constructor ?? toString ?? a.constructor ?? 'none'", "none"),
        ("1 <= 1 === true", True),
    ],
)
def test_an_expression_has_its_value(sandbox: Sandbox, expression: str, value: Any) -> None:
    variables = "{a: {b: 2, list: [3]}, list: [1, 2], name: 'Ann'}"
    ran = run(sandbox, f"api.evaluate({expression!r}, {variables})")
    assert (ran.error_message, ran.output) == ("", value)


REFUSED = [
    ("api.evaluate('1 +')", "api.evaluate: the expression ends too early"),
    ("api.evaluate('(1')", 'api.evaluate: ")" is missing'),
    ("api.evaluate('1 2')", 'api.evaluate: "2" makes no sense here'),
    ("api.evaluate('run()')", 'api.evaluate: "(" makes no sense here'),
    ("api.evaluate('a = 1')", 'api.evaluate: "= 1" makes no sense in an expression'),
    ("api.evaluate('a[b]', {a: [1]})", 'api.evaluate: "[b]" makes no sense in an expression'),
    ("api.evaluate('`x`')", 'api.evaluate: "`x`" makes no sense in an expression'),
    ("api.evaluate('* 2')", 'api.evaluate: "*" makes no sense here'),
    ("api.evaluate('1 ? 2')", 'api.evaluate: ":" is missing'),
    ("api.evaluate(5)", "api.evaluate: the expression must be text"),
    ("api.evaluate('')", "api.evaluate: the expression ends too early"),
    ("api.base64.decode('?')", "api.base64.decode: this is not base64"),
    ("api.base64.decode('a')", "api.base64.decode: this is not base64"),
    ("api.chunk('ab', 1)", "api.chunk: the first argument must be a list"),
    ("api.chunk([], 0)", "api.chunk: the size must be a whole number above 0"),
    ("api.merge({}, [])", "api.merge: only objects can be merged"),
    ("api.formatDate('x')", "api.formatDate: x is not a date"),
    ("api.formatDate(0, 'YYYY', 'Europe/Paris')", "api.formatDate: time zones need Intl, which the local workspace has not"),
    ("api.formatDate(0, {dateStyle: 'short'})", "api.formatDate: the format must be text"),
    ("api.renderTemplate(5)", "api.renderTemplate: the template must be text"),
    ("api.toCSV('x')", "api.toCSV: rows must be a list of objects"),
    ("api.math.sum('12')", "api.math.sum: a list of numbers is expected"),
    ("api.toJSON(1n)", "api.toJSON: BigInt are forbidden"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "message"), REFUSED)
def test_what_makes_no_sense_is_said_at_the_place_of_the_call(sandbox: Sandbox, expression: str, message: str) -> None:
    ran = run(sandbox, expression)
    assert ran.status == "failure"
    assert message in ran.error_message
    assert "(line 1, column " in ran.error_message


def test_a_uuid_is_one_and_never_the_same(sandbox: Sandbox) -> None:
    found = run(sandbox, "Array.from({length: 50}, () => api.uuid())").output
    assert isinstance(found, list)
    assert len(set(map(str, found))) == 50
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", str(one)) for one in found)
