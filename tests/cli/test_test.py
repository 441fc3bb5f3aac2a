"""Functions of manifests run before anything is deployed, with events that are given or made up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = """\
version: 1
structures:
  people: {name: People, properties: [{name: email, type: string, format: email, required: true}]}
  orders:
    name: Orders
    properties:
      - {name: title, type: string, minLength: 8, maxLength: 9, required: true}
      - {name: state, type: string, enum: [new, paid]}
      - {name: total, type: number, minimum: 3}
      - {name: of, type: reference, target: people, required: true}
      - {name: parent, type: reference, target: orders}
  odd: {name: Odd, properties: [{name: code, type: string, pattern: "^[0-9]{9}$", required: true}]}
functions:
  note:
    code: |
      async function run() {
        await api.updateRecord(executionParams.recordId, {state: 'paid'});
        return executionParams.data;
      }
  echo: {code: "async function run() { return {given: executionParams, params: triggerParams} }"}
  fails: {code: "async function run() { throw new Error('broken') }"}
  strange: {code: "async function run() { return 1 }"}
triggers:
  created: {function: note, executionType: event-driven, triggerMetadata: {event: record_created, recordSlug: orders}}
  hourly: {function: echo, executionType: scheduled, triggerMetadata: {scheduleType: interval, interval: 60, params: {a: 1}}}
  hook: {function: echo, executionType: http-trigger, triggerMetadata: {path: /h}}
  page: {function: echo, executionType: endpoint, triggerMetadata: {path: /p}}
  odd: {function: strange, executionType: event-driven, triggerMetadata: {event: record_deleted, recordSlug: odd}}
"""


@pytest.fixture
def test(centrali: Callable[..., Any], project: Path) -> Callable[..., Any]:
    (project / "workspace.yaml").write_text(MANIFEST)
    return lambda *words: centrali("test", *words)


def found(said: Any) -> dict[str, Any]:
    return {each["name"]: each for each in json.loads(said.out)["tests"]}


def test_an_event_is_made_up_with_a_record_that_is_there(test: Callable[..., Any]) -> None:
    (case,) = found(test("note", "-o", "json")).values()
    data = case["run"]["runData"]
    assert (case["name"], case["run"]["status"]) == ("note by created", "completed")
    assert (len(data["title"]), data["state"], data["total"], "parent" in data) == (8, "new", 3, False)
    ((sign, slug, after),) = case["writes"]
    assert (sign, slug, after["state"]) == ("~", "orders", "paid")


def test_each_trigger_gives_what_it_would(test: Callable[..., Any]) -> None:
    cases = {name: case["run"]["runData"] for name, case in found(test("echo", "-o", "json")).items()}
    assert cases == {
        "echo by hourly": {"given": {}, "params": {"a": 1}},
        "echo by hook": {"given": {"payload": {}, "headers": {}, "query": {}}, "params": {}},
        "echo by page": {"given": {"payload": {}, "method": "POST", "headers": {}, "query": {}}, "params": {}},
    }


def test_a_failure_is_told_and_has_the_code_3(test: Callable[..., Any]) -> None:
    said = test("fails")
    assert (said.code, "error  Error: broken (line 1" in said.out, "Failed: fails." in said.err) == (3, True, True)


def test_an_event_is_given_and_a_result_expected(test: Callable[..., Any], project: Path) -> None:
    (project / "event.json").write_text('{"n": 5}')
    (project / "good.json").write_text('{"given": {"n": 5}, "params": {}}')
    (project / "bad.json").write_text("5")
    cases = found(test("echo", "--event", "event.json", "--expect", "good.json", "-o", "json"))
    assert [case["good"] for case in cases.values()] == [False, True, True]
    said = test("echo", "--event", "event.json", "--expect", "bad.json")
    assert (said.code, said.out.count("expected  5")) == (3, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gone",), "function/gone is not declared."),
        (("strange",), "No record of odd can be made up"),
        (("--event", "x.json"), "are for one function"),
        (("echo", "--event", "x.json"), "The file cannot be read"),
        (("echo", "--event", "workspace.yaml"), "workspace.yaml is not JSON"),
        (("--remote",), "--remote runs one function"),
        (("ecko", "--remote"), "function/ecko is not declared."),
        (("echo", "--remote"), "No workspace is named."),
    ],
)
def test_what_cannot_be_tried_has_a_way_out(words: tuple[str, ...], said: str, test: Callable[..., Any]) -> None:
    answer = test(*words)
    assert (answer.code, said in answer.err) == (3, True), answer
