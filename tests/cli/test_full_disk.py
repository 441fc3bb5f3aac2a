"""A disk that is full while a ledger in a file is written: what is there is whole, and the next apply finds out the rest."""

from __future__ import annotations

import itertools
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = """version: 1
workspace: acme-dev
ledger: {file: ledger/kept.json}
functions:
  f: {code: 'async function run() {}'}
  g: {code: 'async function run() {}'}
"""


@pytest.fixture
def applied_until_full(monkeypatch: pytest.MonkeyPatch, centrali: Callable[..., Any], project: Path) -> Callable[[int], Any]:
    """Apply in a new project, on a disk that is full from the n-th time on that something has to be on it."""
    kept = os.fsync

    def applied_until_full(room: int) -> Any:
        left = [room]

        def full(number: int) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
            kept(number)

        for folder in (project / ".centrali", project / "ledger"):
            shutil.rmtree(folder, ignore_errors=True)
        (project / "workspace.yaml").write_text(MANIFEST, encoding="utf-8")
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            return centrali("apply", "--local", "--yes")

    return applied_until_full


def live() -> set[str]:
    with connect(Settings(local=""), load(["workspace.yaml"], {}), {}) as client:
        return {item["name"] for item in client.items(KINDS["function"])}


def test_whenever_it_is_full_the_same_apply_ends_well_once_there_is_room(
    applied_until_full: Callable[[int], Any], centrali: Callable[..., Any], project: Path
) -> None:
    before, after = 0, 0
    for room in itertools.count():
        found = applied_until_full(room)
        if found.code == 0:
            break
        assert (found.code, "No space left on device" in found.err) == (10, True)
        assert not list((project / "ledger").rglob("*.tmp"))
        if live():
            after += 1
            assert "Error: What was done could not be recorded: " in found.err
            assert "The next apply finds it out." in found.err
        else:
            before += 1
            assert "Apply:" not in found.out
        centrali("unlock", "--local")  # the process that could not let it go is this one, and it is still there
        assert centrali("apply", "--local", "--yes", "--prune").code == 0
        assert (live(), centrali("drift", "--local").code) == ({"f", "g"}, 0)
        assert "No changes. 2 unchanged." in centrali("plan", "--local", "--prune").out
    assert (before > 2, after > 2) == (True, True)
