"""What was applied before, from the outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def applied(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, project: Path) -> Path:
    """Two applies by a pipeline; the second one changes something."""
    for name, value in {"GITHUB_ACTOR": "ann", "GITHUB_SHA": "c0ffee" * 6}.items():
        monkeypatch.setenv(name, value)
    assert centrali("apply", "--local", "--yes").code == 0
    text = (project / "workspace.yaml").read_text()
    (project / "workspace.yaml").write_text(text.replace("1000", "2000"))
    assert centrali("apply", "--local", "--yes").code == 0
    return project


def test_applies_are_listed_the_latest_first(centrali: Callable[..., Any], applied: Path) -> None:
    assert applied
    found = centrali("history", "--local")
    first, second = [line.split() for line in found.out.splitlines()[:2]]
    assert (found.code, found.err) == (0, "")
    assert (first[0], first[3:]) == ("2", ["apply", "ann", "c0ffeec0ff", "1", "applied"])
    assert second[0] == "1"
    assert [line.split()[0] for line in centrali("history", "--local", "--limit", "1").out.splitlines()[:-1]] == ["2"]


def test_one_apply_is_shown_in_full(centrali: Callable[..., Any], applied: Path) -> None:
    assert applied
    found = centrali("history", "show", "2", "--local").out
    assert "  commit   c0ffeec0ffeec0ffeec0ffeec0ffeec0ffee\n" in found
    assert "  applied  update function/f\n" in found
    entry = json.loads(centrali("history", "--local", "-o", "json", "show", "2").out)["entry"]
    assert (entry["actor"], entry["outcomes"]) == (
        "ann",
        [{"address": "function/f", "action": "update", "status": "applied", "message": ""}],
    )
    assert [change["address"] for change in entry["inverse"]] == ["function/f"]


def test_the_list_is_json_too(centrali: Callable[..., Any], applied: Path) -> None:
    assert applied
    found = json.loads(centrali("history", "--local", "-o", "json").out)["history"]
    assert [entry["number"] for entry in found] == [2, 1]
    assert "inverse" not in found[0]


def test_before_the_first_apply_there_is_no_history(centrali: Callable[..., Any]) -> None:
    assert "Nothing was applied yet." in centrali("history", "--local").out
    found = centrali("history", "show", "1", "--local")
    assert (found.code, "There is no apply 1 in the history of the workspace acme-dev." in found.err) == (3, True)
    assert "Nothing was applied yet." in found.err


def test_a_number_that_is_not_there_is_told_with_the_latest(centrali: Callable[..., Any], applied: Path) -> None:
    assert applied
    found = centrali("history", "show", "7", "--local")
    assert (found.code, "The latest is 2." in found.err) == (3, True)


@pytest.mark.parametrize("words", [("show",), ("show", "x"), ("2",), ("show", "1", "2")])
def test_words_that_make_no_sense_are_refused(words: tuple[str, ...], centrali: Callable[..., Any]) -> None:
    found = centrali("history", *words, "--local")
    assert (found.code, "Write centrali-deploy history, or centrali-deploy history show 12." in found.err) == (3, True)


def test_without_a_ledger_there_is_no_history(centrali: Callable[..., Any], project: Path) -> None:
    (project / "workspace.yaml").write_text(
        "version: 1\nworkspace: acme-dev\nledger: none\nfunctions: {f: {code: 'async function run() {}'}}\n"
    )
    found = centrali("history", "--local")
    assert (found.code, "ledger: none" in found.err) == (3, True)
