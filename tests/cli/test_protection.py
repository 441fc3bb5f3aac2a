"""What is protected is left out and named, the rest is applied, and the run ends with 8."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SAID = 'function/f: It is protected ("function/f") and would be changed.'


def written(folder: Path, limit: int, *names: str) -> None:
    functions = {name: {"code": "async function run() {}", "timeoutMs": limit} for name in names}
    triggers = {"t": {"function": "f", "executionType": "on-demand", "description": f"{limit}"}}
    head = {"version": 1, "workspace": "acme-dev", "environments": {"prod": {"protect": ["function/f"]}}}
    (folder / "workspace.yaml").write_text(json.dumps({**head, "functions": functions, "triggers": triggers}), encoding="utf-8")


@pytest.fixture
def prod(centrali: Callable[..., Any], project: Path) -> Callable[..., Any]:
    """Run a command in an environment that protects a function, after everything has got another limit."""
    written(project, 1000, "f", "g")
    assert centrali("apply", "--local", "-e", "prod", "--yes").code == 0
    written(project, 2000, "f", "g")
    return lambda command, *words: centrali(command, "--local", "-e", "prod", *words)


def test_the_rest_is_applied_and_what_is_left_out_is_named(prod: Callable[..., Any]) -> None:
    found = prod("apply", "--yes")
    assert (found.code, f"Left out: {SAID}" in found.err) == (8, True)
    assert "~ function/g  done" in found.out
    assert "Plan: 1 to update, 2 left out; 0 unchanged." in found.out
    again = prod("plan", "--detailed-exitcode")
    assert (again.code, "Left out, because function/f is protected:\n  ~ trigger/t" in again.out) == (2, True)


def test_where_all_is_left_out_nobody_is_asked_and_nothing_is_written(prod: Callable[..., Any]) -> None:
    prod("apply", "--yes")
    found = prod("apply")
    assert (found.code, "Apply:" in found.out, "Left out, because it is protected:" in found.out) == (8, False, True)


def test_machines_are_told_the_same(prod: Callable[..., Any]) -> None:
    answer = json.loads(prod("apply", "--yes", "-o", "json").out)
    assert (answer["exitCode"], answer["error"]["type"]) == (8, "unsafe-plan")
    assert [outcome["address"] for outcome in answer["outcomes"]] == ["function/g"]
    assert [(left["address"], left["because"]) for left in answer["plan"]["leftOut"]] == [
        ("function/f", "function/f"),
        ("trigger/t", "function/f"),
    ]
    assert [(refusal["rule"], refusal["refuses"]) for refusal in answer["plan"]["refusals"]] == [("protected", "change")]


def test_a_saved_plan_leaves_out_the_same(prod: Callable[..., Any], centrali: Callable[..., Any]) -> None:
    prod("plan", "--out", "p.json")
    assert "Left out, because it is protected:" in centrali("show", "p.json").out
    found = centrali("apply", "--local=.centrali/local.db", "--yes", "p.json")
    assert (found.code, "~ function/g  done" in found.out) == (8, True)


def test_what_is_protected_is_not_destroyed_and_what_it_needs_neither(prod: Callable[..., Any]) -> None:
    found = prod("destroy", "--yes")
    assert (found.code, SAID in found.err) == (8, True)
    again = prod("plan").out
    assert ("+ function/g" in again, "+ trigger/t" in again, "+ function/f" in again) == (True, True, False)
