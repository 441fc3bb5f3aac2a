"""One line for each request that was answered: when, what, how it ended and how long it took.

A line never holds what could be a secret: no query, no header, no body.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from centrali_deploy.local.moments import written

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Application = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


LONGEST = 1000
"""Characters of a path that are told, each byte that is not plain being three of them; anybody can send a longer one."""


class Journal:
    """An application that tells `write` a line for each request of the one inside it.

    `clock` gives Unix seconds, `timer` seconds from anywhere. A request without an answer is told as `dropped`.
    """

    def __init__(
        self,
        app: Application,
        write: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Keep what answers and who is told."""
        self._app = app
        self._write = write
        self._clock = clock
        self._timer = timer

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        """Have the request answered, then tell the line."""
        begun, ended = self._timer(), "dropped"

        async def noting(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                ended = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            took = (self._timer() - begun) * 1000
            self._write(f"{written(self._clock())} {scope['method']} {_short(quote(scope['path']))} {ended} {took:.0f} ms")


def _short(path: str) -> str:
    return path if len(path) <= LONGEST else f"{path[:LONGEST]}..."
