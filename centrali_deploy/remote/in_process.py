"""An ASGI application as an httpx transport: the same client, without a network in between.

Each call drives the application on an event loop of its own, so it may be used from several threads.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Application = Callable[
        [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
        Awaitable[None],
    ]


class InProcess(httpx.BaseTransport):
    """Sends requests to an ASGI application. A ConnectionError out of it is a connection dropped without an answer."""

    def __init__(self, app: Application, closed: Callable[[], object] = bool) -> None:
        """Keep the application; its lifespan is not run. `closed` is called when nobody sends any more."""
        self._app = app
        self._closed = closed

    def close(self) -> None:
        """Nothing more is sent."""
        self._closed()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises httpx.ReadError when the application drops the connection."""
        try:
            messages = asyncio.run(self._drive(request))
        except ConnectionError as error:
            raise httpx.ReadError(str(error), request=request) from error
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return httpx.Response(messages[0]["status"], headers=messages[0]["headers"], content=body, request=request)

    async def _drive(self, request: httpx.Request) -> list[Message]:
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.read(), "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 0),
        }
        await self._app(scope, receive, send)
        return messages
