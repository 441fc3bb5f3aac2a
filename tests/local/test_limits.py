"""Enforced limits: so many a minute, then 429 with the seconds to wait, and the client gets through all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.limits import FREE, PRO, Limits
from centrali_deploy.local.refusing import Refused
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize("plan", [FREE, PRO])
@pytest.mark.parametrize(("method", "name"), [("GET", "read"), ("PUT", "write"), ("DELETE", "delete")])
def test_the_minute_is_full_after_so_many_and_empty_again_in_the_next(plan: Mapping[str, int], method: str, name: str) -> None:
    limits = Limits(plan, enforced=True)
    for _ in range(plan[name]):
        limits.take(method, "acme", 30.0)
    assert limits.headers(method, "acme", 30.0)["X-RateLimit-Remaining"] == "0"
    with pytest.raises(Refused) as caught:
        limits.take(method, "acme", 30.0)
    assert (caught.value.status, caught.value.headers) == (429, {"Retry-After": "30"})
    limits.take(method, "other", 30.0)
    limits.take(method, "acme", 60.0)


def test_a_client_waits_as_long_as_it_must_and_loses_nothing() -> None:
    now = [10.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    limits = Limits({"read": 100, "write": 3, "delete": 100}, enforced=True)
    app = create_app(":memory:", workspaces=["acme-dev"], clock=lambda: now[0], limits=limits)
    account = app.state.accounts["acme-dev"]
    connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
    with Client(connection, Sender(InProcess(app), clock=lambda: now[0], sleep=sleep)) as client:
        for number in range(7):
            client.create(KINDS["function"], {"name": f"f{number}", "code": "x"})
        assert len(client.page(KINDS["function"], 1).items) == 7
    assert now[0] >= 120
