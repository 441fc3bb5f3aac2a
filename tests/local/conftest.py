"""A local workspace and the plainest client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
def api() -> Iterator[httpx.Client]:
    """Speaks to the workspace `acme` with a good token; each look at the clock is a second later than the one before."""
    now = [0.0]

    def clock() -> float:
        now[0] += 1
        return now[0]

    app = create_app(":memory:", workspaces=["acme"], clock=clock)
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
