"""A lock that is broken, from the outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.ledger.file import FileDoor
from centrali_deploy.ledger.model import Holder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOLDER = Holder("ann", "runner-7", "https://ci.example/7", "apply", "x", 1000.0, 9e9)


@pytest.fixture
def locked(project: Path) -> Path:
    """A project with a ledger in a file, whose lock somebody holds."""
    text = (project / "workspace.yaml").read_text()
    (project / "workspace.yaml").write_text(text.replace("functions:", "ledger: {file: ledger.json}\nfunctions:"))
    FileDoor(project / "ledger.json", "default").take(HOLDER, 1000.0)
    return project


def test_whose_lock_it_was_is_told_and_it_is_free_then(centrali: Callable[..., Any], locked: Path) -> None:
    assert centrali("apply", "--local", "--yes").code == 6
    found = centrali("unlock", "--local")
    assert (found.code, found.err) == (0, "")
    assert "It was held by ann on runner-7, https://ci.example/7: apply since 1970-01-01 00:16:40 UTC." in found.out
    assert "Nobody holds the lock of the file " in centrali("unlock", "--local").out
    assert centrali("apply", "--local", "--yes").code == 0
    assert (locked / "ledger.json").exists()


def test_it_is_told_in_json_too(centrali: Callable[..., Any], locked: Path) -> None:
    assert locked
    assert json.loads(centrali("unlock", "--local", "-o", "json").out)["unlocked"]["job"] == "https://ci.example/7"
    assert json.loads(centrali("unlock", "--local", "-o", "json").out)["unlocked"] is None


def test_without_a_ledger_there_is_no_lock(centrali: Callable[..., Any], project: Path) -> None:
    (project / "workspace.yaml").write_text(
        "version: 1\nworkspace: acme-dev\nledger: none\nfunctions: {f: {code: 'async function run() {}'}}\n"
    )
    found = centrali("unlock", "--local")
    assert (found.code, "so there is no lock" in found.err) == (3, True)
