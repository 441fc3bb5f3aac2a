"""Ledgers, holders and entries, and clients whose requests are tampered with."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx

from centrali_deploy.address import Address
from centrali_deploy.errors import LedgerError
from centrali_deploy.ledger.model import Entry, Holder, Ledger
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender
from centrali_deploy.states import Recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[httpx.Request], httpx.Response]

F, T = Address("function", "f"), Address("trigger", "nightly/report")


def ledger(serial: int = 1, *names: str, deployment: str = "default") -> Ledger:
    """A ledger of functions of these names."""
    addresses = [Address("function", name) for name in names or ("f",)]
    return Ledger(
        deployment, b"\x00key", serial, {a: Recorded(a, f"id-{a.name}", {"code": {"$text": "ab"}}, "3") for a in addresses}, "1.0"
    )


def holder(name: str = "ann", now: float = 1000.0, lease: float = 60.0) -> Holder:
    return Holder(name, "ci-7", "https://ci.example/7", "apply", f"id-of-{name}", now, now + lease)


def entry(digest: str = "d", **parts: object) -> Entry:
    whole = {
        "number": 0,
        "started": "2026-01-01T00:00:00Z",
        "ended": "",
        "actor": "ann",
        "host": "ci-7",
        "job": "",
        "commit": "c0ffee",
        "tool": "1.0",
        "digest": digest,
        "doing": "apply",
        "outcomes": (("function/f", "create", "applied", ""),),
        "inverse": [{"delete": "function/f"}],
        "note": "",
    }
    return Entry(**{**whole, **parts})  # type: ignore[arg-type]


class Between(httpx.BaseTransport):
    """Stands in front of a local workspace; `act` is given the number of each request, from 0, the request, and the way to the answer."""

    def __init__(self, app: Any, act: Callable[[int, httpx.Request, Handler], httpx.Response]) -> None:
        self.inner, self.act, self.seen = InProcess(app), act, -1

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return self.inner.handle_request(request)
        self.seen += 1
        return self.act(self.seen, request, self.inner.handle_request)


def client_behind(app: Any, act: Callable[[int, httpx.Request, Handler], httpx.Response]) -> Client:
    """A client of the local workspace with something in between."""
    account = app.state.accounts["acme-dev"]
    connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
    return Client(connection, Sender(Between(app, act), sleep=lambda _seconds: None))


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What comes of doing something at the same moment, so many times; an error is what comes of it, too."""
    start, found = threading.Barrier(count), [None] * count

    def one(index: int) -> None:
        start.wait()
        try:
            found[index] = act(index)
        except LedgerError as error:
            found[index] = error

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
