"""`schema`: the JSON Schema of manifests and nothing else on standard output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from centrali_deploy.manifest.json_schema import render

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def test_the_schema_is_all_there_is(centrali: Callable[..., Any]) -> None:
    assert centrali("schema") == (0, render(), "")


def test_a_schema_that_cannot_be_written_is_no_success(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 -- no file
        monkeypatch.setattr(sys, "stdout", full)
        found = centrali("schema")
    assert (found.code, found.err.splitlines()[0]) == (1, "Error: The answer cannot be written: No space left on device.")


def test_it_takes_no_paths(centrali: Callable[..., Any]) -> None:
    assert centrali("schema", "workspace.yaml").code == 3
