"""The local workspace on a port of this machine, until it is asked to stop."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from starlette.applications import Starlette

LOOPBACK = "127.0.0.1"


def bound(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes any free one. Raises OSError when the port is taken."""
    # The protocol is named so that asyncio sends small answers at once: otherwise each waits 40 ms for an acknowledgement.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


def serve(app: Starlette, listening: socket.socket) -> None:
    """Answer requests until SIGINT or SIGTERM, then finish what is running."""
    config = uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False, timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[listening])
