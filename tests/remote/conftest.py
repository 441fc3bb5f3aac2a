"""Clients of an API that a test makes up, and of a local workspace that a test stands in front of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken, Credentials, ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    Handler = Callable[[httpx.Request], httpx.Response]

TOKEN = BearerToken("token-canary")


def _answered_by(answer: Handler, credentials: Credentials = TOKEN, clock: Callable[[], float] = lambda: 0.0, **parts: Any) -> Client:
    sender = Sender(httpx.MockTransport(answer), **{"sleep": lambda _seconds: None, **parts})
    return Client(Connection("http://localhost", "acme-dev", credentials), sender, clock)


@pytest.fixture
def answered_by() -> Callable[..., Client]:
    """A client whose every request is answered by a function."""
    return _answered_by


@pytest.fixture
def behind(app: Starlette) -> Callable[..., Client]:
    """A client of the local workspace, with a function in front that is given each request and the way to the answer."""

    def made(between: Callable[[httpx.Request, Handler], httpx.Response], **parts: Any) -> Client:
        account, inner = app.state.accounts["acme-dev"], InProcess(app)
        credentials = ServiceAccount(account.client_id, account.client_secret)
        return _answered_by(lambda request: between(request, inner.handle_request), credentials, **parts)

    return made
