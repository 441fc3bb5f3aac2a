"""Scenarios run against the local workspace always, and against CENTRALI_VERIFY_WORKSPACE when it and an account are set."""

from __future__ import annotations

import os
import secrets
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from api import Api

from centrali_deploy.local.app import create_app
from centrali_deploy.local.clock import CLOCK_PATH
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette

REAL = os.environ.get("CENTRALI_VERIFY_WORKSPACE", "")


@pytest.fixture(params=["local", *([REAL] if REAL else [])])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    app = create_app(":memory:", workspaces=["acme-dev"]) if request.param == "local" else None
    found = _local(app) if app else _real()
    try:
        yield found
    finally:
        found.clean()
        found.http.close()
        if app:
            app.state.runner.stop()
            app.state.store.close()


def _local(app: Starlette) -> Api:
    account = app.state.accounts["acme-dev"]
    client = httpx.Client(transport=InProcess(app))
    api = Api(client, "http://localhost", "acme-dev", (account.client_id, account.client_secret), "verify", app.state.runner.drain)
    api.later = lambda seconds: api.send("POST", CLOCK_PATH.removeprefix("/"), json={"advance": seconds}).raise_for_status()
    return api


def _real() -> Api:
    account = os.environ.get("CENTRALI_CLIENT_ID"), os.environ.get("CENTRALI_CLIENT_SECRET")
    if not all(account):
        pytest.fail("CENTRALI_VERIFY_WORKSPACE is set: set CENTRALI_CLIENT_ID and CENTRALI_CLIENT_SECRET, too.")
    url = os.environ.get("CENTRALI_URL", "https://centrali.io")
    account = str(account[0]), str(account[1])
    return Api(httpx.Client(timeout=30), url, REAL, account, f"verify-{secrets.token_hex(4)}", lambda: time.sleep(1))
