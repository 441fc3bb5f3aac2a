"""Doors of both sorts, each as if in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centrali_deploy.ledger.file import FileDoor
from centrali_deploy.ledger.workspace import WorkspaceDoor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.applications import Starlette

    from centrali_deploy.ledger.door import Door
    from centrali_deploy.remote.client import Client


@pytest.fixture(params=["workspace", "file"])
def opened(
    request: pytest.FixtureRequest, app: Starlette, connect_to: Callable[..., Client], tmp_path: Path
) -> Iterator[Callable[..., Door]]:
    """A way to open one more door to the same ledger."""
    clients: list[Client] = []

    def open_one(deployment: str = "default") -> Door:
        if request.param == "file":
            return FileDoor(tmp_path / ".centrali" / "ledger.json", deployment)
        clients.append(connect_to(app))
        return WorkspaceDoor(clients[-1], deployment)

    yield open_one
    for client in clients:
        with client:
            pass
