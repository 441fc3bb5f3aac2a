"""What many tests need: a workspace to talk to, and manifests written on the spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from centrali_deploy.local.app import create_app
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.applications import Starlette

WORKSPACE = "acme-dev"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write the golden outputs anew.")


@pytest.fixture
def app() -> Iterator[Starlette]:
    application = create_app(":memory:", workspaces=[WORKSPACE, "acme"])
    yield application
    application.state.store.close()


@pytest.fixture
def client(app: Starlette) -> Iterator[Client]:
    with connected(app) as found:
        yield found


def connected(app: Starlette, **parts: Any) -> Client:
    account = app.state.accounts[WORKSPACE]
    connection = Connection("http://localhost", WORKSPACE, ServiceAccount(account.client_id, account.client_secret))
    return Client(connection, Sender(InProcess(app), sleep=lambda _seconds: None, **parts))


@pytest.fixture
def connect_to() -> Callable[..., Client]:
    return connected


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[[Any], str]:
    """Write a manifest from data or text; gives its path."""

    def write(content: Any, name: str = "workspace.yaml") -> str:
        path = tmp_path / name
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write
