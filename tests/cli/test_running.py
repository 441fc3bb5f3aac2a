"""The options that every command with a workspace has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "database"),
    [
        (("--local", "workspace.yaml"), ".centrali/local.db"),
        (("workspace.yaml", "--local"), ".centrali/local.db"),
        (("--local=w.db", "workspace.yaml"), "w.db"),
    ],
)
@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_a_bare_local_takes_no_word_for_its_file(
    command: tuple[str, ...], words: tuple[str, ...], database: str, centrali: Callable[..., Any], project: Path
) -> None:
    found = centrali(*command, *words)
    assert (found.code, found.err) == (0, "")
    assert f"Workspace acme-dev at {database}" in found.out
    assert (project / database).exists()


def test_the_workspace_of_the_flag_is_another_one(centrali: Callable[..., Any]) -> None:
    assert centrali("apply", "--local", "--yes").code == 0
    assert centrali("plan", "--local", "--detailed-exitcode").code == 0
    assert centrali("plan", "--local", "--detailed-exitcode", "--workspace", "other").code == 2


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_an_example_and_every_shared_option_is_in_the_help(command: str, centrali: Callable[..., Any]) -> None:
    text = centrali(command, "--help").out
    for option in ("--workspace", "--url", "--local [=FILE]", "--output", "--no-color", "--verbose", "--debug", "--resend-secrets"):
        assert option in text
    assert f"Example: centrali-deploy {command} --local" in text


def test_debug_shows_where_an_error_came_from(centrali: Callable[..., Any]) -> None:
    assert "Traceback" not in centrali("plan", "gone.yaml").err
    assert "Traceback" in centrali("plan", "gone.yaml", "--debug").err


def test_colour_can_be_switched_off(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033[32m+ function/f\033[0m" in centrali("plan", "--local").out
    assert "\033" not in centrali("plan", "--local", "--no-color").out


def test_several_paths_are_one_workspace(centrali: Callable[..., Any], project: Path) -> None:
    (project / "more").mkdir()
    (project / "more" / "b.yaml").write_text("version: 1\nfunctions: {g: {code: 'async function run() {}'}}\n", encoding="utf-8")
    assert "Plan: 2 to create" in centrali("plan", "--local", "workspace.yaml", "more").out
