"""A local workspace and the plainest client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from living import Living, living

from centrali_deploy.local.app import create_app
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = "/data/workspace/acme/api/v1"
FLOW = "/orchestration/ws/acme/api/v1"


@pytest.fixture
def now() -> list[float]:
    """The time in Unix seconds, as the one item; each look at the clock is a second later than the one before."""
    return [0.0]


@pytest.fixture
def told() -> list[dict[str, Any]]:
    """The payload of every record event."""
    return []


@pytest.fixture
def api(now: list[float], told: list[dict[str, Any]]) -> Iterator[httpx.Client]:
    """Speaks to the workspace `acme` with a good token."""

    def clock() -> float:
        now[0] += 1
        return now[0]

    app = create_app(":memory:", workspaces=["acme"], clock=clock, emit=lambda _event, payload: told.append(payload))
    account = app.state.accounts["acme"]
    with httpx.Client(transport=InProcess(app), base_url="http://localhost") as client:
        form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
        client.headers["Authorization"] = f"Bearer {client.post('/oidc/token', data=form).json()['access_token']}"
        yield client
    app.state.store.close()


@pytest.fixture
def acme() -> Iterator[Living]:
    """A workspace in which functions run."""
    with living() as found:
        yield found
