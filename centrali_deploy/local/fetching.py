"""The network as functions reach it, for `Outgoing`: one request, one answer, no redirects, no proxies, limits on time and size.

It connects to addresses that it is given, and looks no name up. Nothing is waited for longer than the run that asks has
time, however small the pieces in which an answer comes.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from centrali_deploy.local.alarms import alarm
from centrali_deploy.local.outgoing import Fetched
from centrali_deploy.local.sandbox import LEFT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECONDS = 30.0
"""How long to wait for each piece of an answer."""
LARGEST = 5_000_000
"""Bytes of an answer's body that are taken."""


def fetch(method: str, url: str, headers: dict[str, str], body: str | None, at: Sequence[str]) -> Fetched:
    """Ask what answers at one of the addresses `at`, and give what came back. Raises OSError when nothing usable does.

    The body is read as UTF-8.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    until = time.monotonic() + LEFT.get()
    connection = kind(parts.hostname or "", parts.port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.sock = _line(connection, at, until)
        with _cut(connection.sock, until):
            connection.request(method, path, None if body is None else body.encode(), headers)
            answer = connection.getresponse()
            data = answer.read(LARGEST + 1)
    except (HTTPException, ValueError) as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    if len(data) > LARGEST:
        raise OSError("the answer is larger than 5 MB")
    return Fetched(answer.status, {name.lower(): value for name, value in answer.getheaders()}, data.decode(errors="replace"))


def _line(connection: HTTPConnection, at: Sequence[str], until: float) -> socket.socket:
    """A line to the first of the addresses that takes one, with the certificate checked for the name where there is one."""
    refused = OSError("it has no address")
    for address in at:
        try:
            line = socket.create_connection((address, connection.port), max(0.001, min(SECONDS, until - time.monotonic())))
        except OSError as error:
            refused = error
            continue
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two writes; neither waits for the other
        return _secured(line, connection.host) if isinstance(connection, HTTPSConnection) else line
    raise refused


def _secured(line: socket.socket, host: str) -> socket.socket:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    try:
        return context.wrap_socket(line, server_hostname=host)
    except BaseException:
        line.close()
        raise


@contextmanager
def _cut(line: socket.socket, until: float) -> Iterator[None]:
    """Cut a line at a moment of the monotonic clock; what has come by then is not the whole answer, even if it looks like one."""
    cut = threading.Event()

    def end() -> None:
        cut.set()
        with suppress(OSError):  # the other side was faster
            line.shutdown(socket.SHUT_RDWR)

    try:
        with alarm(until - time.monotonic(), end):
            yield
    finally:
        if cut.is_set():
            raise TimeoutError("the answer was not there when the time of the run was over")
