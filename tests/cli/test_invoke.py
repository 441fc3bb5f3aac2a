"""Invoking triggers of a local workspace, following runs, and running them again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = """\
version: 1
workspace: acme-dev
functions:
  f: {code: 'async function run() { api.log({message: "hi"}); if (executionParams.bad) throw new Error("broken"); return executionParams }'}
triggers:
  go: {function: f, executionType: on-demand}
  asleep: {function: f, executionType: on-demand, enabled: false}
  hook: {function: f, executionType: http-trigger, triggerMetadata: {path: /hook}}
"""


@pytest.fixture
def applied(centrali: Callable[..., Any], project: Path) -> Callable[..., Any]:
    (project / "workspace.yaml").write_text(MANIFEST)
    assert centrali("apply", "--local", "--yes").code == 0
    return centrali


def test_an_invoked_trigger_is_followed_to_its_end(applied: Callable[..., Any]) -> None:
    found = applied("invoke", "go", "--local", "--data", '{"n": 5}', "--wait")
    first, *rest = found.out.splitlines()
    assert (found.code, found.err, first[:27]) == (0, "", "Invoked trigger/go: job_" + first[24:27])
    assert rest[0].startswith("completed  ")
    assert [line.strip() for line in rest[1:]] == ["log  hi", "result  {", '"n": 5', "}"]


def test_a_run_that_fails_is_told_with_its_error_and_the_code_3(applied: Callable[..., Any]) -> None:
    found = applied("invoke", "go", "--local", "--data", '{"bad": true}', "--wait")
    assert (found.code, "error  Error: broken (line 1" in found.out) == (3, True)
    assert "The run ended with failure." in found.err
    answer = json.loads(applied("invoke", "go", "--local", "--data", '{"bad": true}', "--wait", "-o", "json").out)
    assert (answer["exitCode"], answer["error"]["type"], answer["run"]["status"]) == (3, "function-failed", "failure")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("invoke", "goo"), 3, "trigger/goo is not in the workspace.\n  Did you mean go?"),
        (("invoke", "asleep"), 3, "trigger/asleep is paused.\n  Resume it"),
        (("invoke", "go", "--data", "{"), 3, "--data is not JSON"),
        (("invoke", "hook"), 3, "trigger/hook is http-trigger: only on-demand triggers can be invoked.\n  Name one"),
        (("runs", "list", "--trigger", "go", "--function", "f"), 3, "exclude each other"),
        (("runs", "list", "--trigger", "gone"), 3, "trigger/gone is not in the workspace"),
        (("runs", "show", "gone"), 3, "There is no run gone in the workspace.\n  Look at centrali-deploy runs list."),
        (("runs", "rerun", "gone"), 3, "There is no run gone"),
        (("runs", "nonsense"), 3, "No such command"),
    ],
)
def test_what_cannot_be_done_has_a_way_out(words: tuple[str, ...], code: int, said: str, applied: Callable[..., Any]) -> None:
    found = applied(*words, *(() if "nonsense" in words else ("--local",)))
    assert (found.code, said in found.err) == (code, True), found


def test_runs_are_listed_shown_and_run_again(applied: Callable[..., Any]) -> None:
    assert applied("runs", "list", "--local").out == "No runs.\n"
    for data in ('{"n": 1}', '{"bad": true}'):
        applied("invoke", "go", "--local", "--data", data, "--wait")
    lines = applied("runs", "list", "--local", "--trigger", "go").out.splitlines()
    assert ["failure" in lines[0], "completed" in lines[1], len(lines)] == [True, True, 2]
    assert "Error: broken" in lines[0]
    (run,) = json.loads(applied("runs", "list", "--local", "--function", "f", "--status", "completed", "-o", "json").out)["runs"]
    assert '"n": 1' in applied("runs", "show", run["id"], "--local").out
    again = applied("runs", "rerun", run["id"], "--local", "--params", '{"m": 2}', "--reason", "look", "--wait", "-o", "json")
    assert json.loads(again.out)["run"]["runData"] == {"n": 1, "m": 2}
