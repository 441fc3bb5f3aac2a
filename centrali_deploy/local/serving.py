"""The local workspace on a port of this machine, until it is asked to stop.

It promises that what is running is finished, if that takes no longer than it has patience for, and that a connection
dropped on purpose is really dropped.
"""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Application = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

LOOPBACK = "127.0.0.1"
PATIENCE = 30
"""Seconds that running requests have to end when it is told to stop."""
_LAST = 10
"""Seconds more, once what they wait for has been ended."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def bound(port: int, host: str = LOOPBACK) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises socket.gaierror when there is no such host, any other OSError when the port cannot be had.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    # The protocol is named so that asyncio sends small answers at once: otherwise each waits 40 ms for an acknowledgement.
    listening = socket.socket(family, proto=socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def is_open(host: str) -> bool:
    """Whether other machines reach what listens on this address."""
    return not ipaddress.ip_address(host).is_loopback


def url_of(host: str, port: int) -> str:
    """Where this machine reaches what listens on an address."""
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return f"http://[{'::1' if address.is_unspecified else address}]:{port}"
    return f"http://{LOOPBACK if address.is_unspecified else address}:{port}"


def serve(
    app: Application,
    listening: socket.socket,
    ready: Callable[[], None] = lambda: None,
    late: Callable[[], None] = lambda: None,
    patience: int = PATIENCE,
) -> None:
    """Answer requests until SIGINT or SIGTERM, then finish what is running and return.

    `ready` is called when a signal would stop it in this way and connections are taken; `late`, from a thread of its own,
    when requests are not answered `patience` seconds after the signal: it ends what they wait for.
    """
    dropping = _Dropping(app)
    config = uvicorn.Config(dropping, log_level="warning", lifespan="off", access_log=False, timeout_graceful_shutdown=patience + _LAST)
    dropping.server = server = _Patient(config, late, patience)

    def stop(_number: int, _frame: object) -> None:
        """Before the server listens to signals, and for those that it raises again when it has ended."""
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        ready()
        server.run(sockets=[listening])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Patient(uvicorn.Server):
    """A server that ends what its requests wait for, when they have had their time."""

    def __init__(self, config: uvicorn.Config, late: Callable[[], None], patience: int) -> None:
        super().__init__(config)
        self._late, self._patience = late, patience

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        thread = threading.Thread(target=self._late, daemon=True)
        timer = asyncio.get_running_loop().call_later(self._patience, thread.start)
        await super().shutdown(sockets)
        timer.cancel()
        if thread.ident is not None:
            thread.join()


class _Dropping:
    """The application, with a ConnectionResetError out of it made into a connection that ends without an answer."""

    server: uvicorn.Server

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        try:
            await self._app(scope, receive, send)
        except ConnectionResetError:
            for connection in list(self.server.server_state.connections):
                if connection.transport.get_extra_info("peername")[:2] == scope["client"]:
                    connection.transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass
