"""Doors of both sorts, so that what a ledger promises is tried wherever it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.ledger.file import FileDoor
from centrali_deploy.ledger.model import Entry, Holder
from centrali_deploy.ledger.workspace import WorkspaceDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from centrali_deploy.ledger.door import Door


@pytest.fixture(params=["workspace", "file"])
def door(request: pytest.FixtureRequest, tmp_path: Path, app: Any, connect_to: Callable[..., Any]) -> Callable[..., Door]:
    """Makes doors to one ledger, each as another process would have it."""

    def made(deployment: str = "default") -> Door:
        if request.param == "file":
            return FileDoor(tmp_path / "ledger.json", deployment)
        return WorkspaceDoor(connect_to(app), deployment)

    return made


@pytest.fixture
def holder() -> Callable[..., Holder]:
    def made(name: str = "ann", **parts: Any) -> Holder:
        return Holder(
            **{"holder": name, "host": "ci-1", "job": "", "doing": "apply", "id": name, "started": 100.0, "expires": 160.0, **parts}
        )

    return made


@pytest.fixture
def entry() -> Callable[..., Entry]:
    def made(**parts: Any) -> Entry:
        texts = dict.fromkeys(("started", "ended", "actor", "host", "job", "commit", "tool", "digest", "doing"), "x")
        return Entry(**{"number": 0, **texts, "outcomes": (("function/f", "create", "applied", ""),), **parts})

    return made
