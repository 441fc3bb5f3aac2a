"""The network as functions reach it, for `Outgoing`: one request, one answer, no redirects, no proxies, limits on time and size.

Nothing is waited for longer than the run that asks has time, however small the pieces in which an answer comes.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from centrali_deploy.local.outgoing import Fetched
from centrali_deploy.local.sandbox import LEFT

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 30.0
"""How long to wait for each piece of an answer."""
LARGEST = 5_000_000
"""Bytes of an answer's body that are taken."""


def fetch(method: str, url: str, headers: dict[str, str], body: str | None) -> Fetched:
    """Ask, and give what came back. Raises OSError when nothing usable does. The body is read as UTF-8."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    until = time.monotonic() + LEFT.get()
    connection = kind(parts.hostname or "", parts.port, timeout=min(SECONDS, LEFT.get()))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
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


@contextmanager
def _cut(line: socket.socket, until: float) -> Iterator[None]:
    """Cut a line at a moment of the monotonic clock; what has come by then is not the whole answer, even if it looks like one."""
    cut = threading.Event()

    def end() -> None:
        cut.set()
        with suppress(OSError):  # the other side was faster
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, until - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if cut.is_set():
            raise TimeoutError("the answer was not there when the time of the run was over")
