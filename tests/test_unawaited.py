from __future__ import annotations

import re
from pathlib import Path

import pytest

from centrali_deploy.javascript import facts
from centrali_deploy.kinds import KINDS
from centrali_deploy.runtime import API, AT_ONCE

LOOP = "forEach does not wait for an async function."
PRELUDE = Path(__file__).parents[1] / "centrali_deploy" / "local" / "prelude.js"


def told(body: str) -> list[tuple[str, int, int]]:
    """What is said of a body that begins in the second line."""
    return [(said, *spot) for said, _, spot in facts(f"async function run() {{\n{body}\n}}").unawaited]


def alone(name: str) -> str:
    return f"{name} is called without await."


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("api.createRecord('a')", [(alone("api.createRecord"), 2, 5)]),
        ("(api.createRecord('a'));", [(alone("api.createRecord"), 2, 6)]),
        ("api?.['createRecord']?.('a')", [(alone("api.createRecord"), 2, 8)]),
        ("if (a)\n  api.crypto.sha256('a')", [(alone("api.crypto.sha256"), 3, 14)]),
        ("const { updateRecord: change } = api; change(1)", [(alone("api.updateRecord"), 2, 39)]),
        ("list.forEach((x) => { api.deleteRecord(x) })", [(alone("api.deleteRecord"), 2, 27)]),
        ("async function save() {}\nsave()", [(alone("save"), 3, 1)]),
        ("save(); save(); async function save() {}", [(alone("save"), 2, 1), (alone("save"), 2, 9)]),
        ("const save = async (x) => {}\nsave(1); api.createRecord(1)", [(alone("save"), 3, 1), (alone("api.createRecord"), 3, 14)]),
        ("const save = async function () {}; save(1)", [(alone("save"), 2, 36)]),
        ("(async () => {})();", [(alone("This async function"), 2, 2)]),
        ("list.forEach(async (x) => {})", [(LOOP, 2, 14)]),
        ("list?.forEach(async function (x) {}, 1)", [(LOOP, 2, 15)]),
        ("const save = async () => {}; list.forEach(save)", [(LOOP, 2, 43)]),
        ("é; api.createRecord('a')", [(alone("api.createRecord"), 2, 8)]),
    ],
)
def test_a_promise_that_is_dropped_is_told_with_its_place(body: str, found: list[tuple[str, int, int]]) -> None:
    assert told(body) == found


@pytest.mark.parametrize(
    "body",
    [
        "await api.createRecord('a')",
        "return api.createRecord('a')",
        "void api.createRecord('a')",
        "const made = api.createRecord('a')",
        "api.createRecord('a').catch(() => 1)",
        "await Promise.all(list.map((x) => api.createRecord(x)))",
        "api.log('a'); api.logError('b'); api.base64.encode('c')",
        "api.nosuch('a'); api.crypto('a')",
        "const api = {createRecord() {}}; api.createRecord('a')",
        "async function save() {}\nawait save()",
        "async function save() {}\nsave().catch(() => 1)",
        "async function save() {}\n{ const save = () => 1; save() }",
        "const save = async () => {}; const saved = save(); await saved",
        "async function* several() {}\nfor await (const one of several()) {}",
        "function save() {}\nsave()\nconst other = async () => 1\nawait other()",
        "await Promise.all(list.map(async (x) => 1))",
        "(async () => {})().catch(() => 1)",
        "const text = 'async () => {}; save()' // async",
        "list.forEach((x) => x); keep(async () => 1)",
        "const forEach = (a, b) => 1; const save = async () => 1; forEach(1, save)",
    ],
)
def test_a_promise_that_is_somebodys_is_not_told(body: str) -> None:
    assert told(body) == []


def test_validate_warns_with_what_to_write() -> None:
    code = "async function run() {\n  api.createRecord('orders', {})\n}\n"
    (finding,) = KINDS["function"].check("f", {"code": code})
    assert (finding.severity, finding.message, finding.spot) == ("warning", alone("api.createRecord"), (2, 7))
    assert finding.hint == "Write await before it: if it fails, nobody learns of it, and the run may end before it is done."


def test_what_answers_at_once_is_what_the_sandbox_answers_at_once() -> None:
    (names,) = re.findall(r"const PURE = \[(.*)\];", PRELUDE.read_text(encoding="utf-8"))
    assert {*re.findall(r"'(\w+)'", names), "log", "logError"} == AT_ONCE
    assert AT_ONCE < API
