"""Scenarios run against the local workspace always, and against CENTRALI_VERIFY_WORKSPACE when it and an account are set."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import httpx
import pytest
from api import Api

from centrali_deploy.local.app import create_app
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = os.environ.get("CENTRALI_VERIFY_WORKSPACE", "")


@pytest.fixture(params=["local", *([REAL] if REAL else [])])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    found = _local() if request.param == "local" else _real()
    try:
        yield found
    finally:
        found.clean()
        found.http.close()


def _local() -> Api:
    app = create_app(":memory:", workspaces=["acme-dev"])
    account = app.state.accounts["acme-dev"]
    return Api(httpx.Client(transport=InProcess(app)), "http://localhost", "acme-dev", (account.client_id, account.client_secret), "verify")


def _real() -> Api:
    account = os.environ.get("CENTRALI_CLIENT_ID"), os.environ.get("CENTRALI_CLIENT_SECRET")
    if not all(account):
        pytest.fail("CENTRALI_VERIFY_WORKSPACE is set: set CENTRALI_CLIENT_ID and CENTRALI_CLIENT_SECRET, too.")
    url = os.environ.get("CENTRALI_URL", "https://centrali.io")
    return Api(httpx.Client(timeout=30), url, REAL, (str(account[0]), str(account[1])), f"verify-{secrets.token_hex(4)}")
