"""`plan`: everything that would change, and nothing changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_plan_shows_what_would_change_and_changes_nothing(centrali: Callable[..., Any]) -> None:
    first, again = centrali("plan", "--local"), centrali("plan", "--local")
    assert (first.code, first.err) == (0, "")
    assert first.out == again.out
    assert "+ function/f  not there yet  workspace.yaml:4:3" in first.out
    assert first.out.endswith("Plan: 1 to create; 0 unchanged.\n6 requests.\n")


def test_the_code_says_whether_there_are_changes_only_if_asked(centrali: Callable[..., Any]) -> None:
    assert [centrali("plan", "--local", *words).code for words in ((), ("--detailed-exitcode",))] == [0, 2]
    centrali("apply", "--local", "--yes")
    assert [centrali("plan", "--local", *words).code for words in ((), ("--detailed-exitcode",))] == [0, 0]


def test_more_words_show_what_stays_and_what_is_left_alone(centrali: Callable[..., Any], project: Path) -> None:
    centrali("apply", "--local", "--yes")
    (project / "other.yaml").write_text(
        "version: 1\nworkspace: acme-dev\ndeployment: other\nfunctions: {g: {code: 'async function run() {}'}}\n", encoding="utf-8"
    )
    plain, wordy = centrali("plan", "--local", "other.yaml").out, centrali("plan", "--local", "-v", "other.yaml").out
    assert "1 in the workspace not declared here and left alone" in plain
    assert "  function/f" not in plain
    assert "In the workspace, not declared here and left alone:\n  function/f\n" in wordy
    assert "function/f  " in centrali("plan", "--local", "-v").out


def test_json_holds_the_same_plan_and_its_digest_is_the_same_each_time(centrali: Callable[..., Any]) -> None:
    first, again = (json.loads(centrali("plan", "--local", "-o", "json", "--detailed-exitcode").out) for _ in range(2))
    assert first == again
    assert (first["command"], first["exitCode"], first["reason"], first["requests"], first["warnings"]) == ("plan", 2, "changes", 6, [])
    assert first["plan"]["changes"][0]["address"] == "function/f"


@pytest.mark.parametrize("words", [(), ("--resend-secrets",)])
def test_secrets_are_sent_again_only_if_asked(
    words: tuple[str, ...], centrali: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "canary")
    trigger = "triggers: {t: {function: f, executionType: on-demand, triggerMetadata: {params: {k: %s}}}}\n"
    with (project / "workspace.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write(trigger % '{value: "${env:KEY}", encrypt: true}')
    assert centrali("apply", "--local", "--yes").code == 0
    found = centrali("plan", "--local", "--detailed-exitcode", *words)
    assert (found.code, "(secret)" in found.out) == ((2, True) if words else (0, False))
    assert "canary" not in found.out


def test_a_plan_says_which_secrets_apply_will_need_and_shows_warnings(
    centrali: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEY", raising=False)
    trigger = (
        'triggers: {t: {function: f, executionType: on-demand, triggerMetadata: {params: {k: {value: "${env:KEY}", encrypt: true}}}}}\n'
    )
    (project / "workspace.yaml").write_text(
        "version: 1\nworkspace: acme-dev\nfunctions:\n  f: {code: 'async function run() { console.log(1) }'}\n" + trigger
    )
    found = centrali("plan", "--local")
    assert "Where apply runs, it will need:\n  The environment variable KEY is not set." in found.out
    assert "workspace.yaml:4:" in found.err
    assert "There is no console." in found.err
    answer = json.loads(centrali("plan", "--local", "-o", "json").out)
    assert [problem["message"] for problem in answer["unset"]] == ["The environment variable KEY is not set."]
    monkeypatch.setenv("KEY", "x")
    assert "it will need" not in centrali("plan", "--local").out
