"""One request, sent as often as is safe: the door to httpx, and the only place that knows about retries.

Every request has a connection to itself while it lasts, and leaves it to the next one; when it may be sent is decided for
all of them together (429, `Retry-After`). What may already have taken effect is never sent again from here: that raises
Ambiguous, and the caller looks first.
"""

from __future__ import annotations

import random
import re
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from centrali_deploy.errors import Unreachable, UsageProblem
from centrali_deploy.remote.answer import Answer
from centrali_deploy.remote.asked import Asked, followed_nowhere
from centrali_deploy.remote.pacing import Pace
from centrali_deploy.version import VERSION
from centrali_deploy.wire import DEPRECATION, SUNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TRIES = 5
LONGEST_PAUSE = 60.0
"""Seconds; what the vendor's own sample falls back to after a 429 [D]."""
_TOO_MANY = 429
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
_LARGEST_BODY = 64 * 1024 * 1024
_LONGEST_ANSWER = 120
"""Seconds from the first byte of a body to the last."""
_ID = re.compile(r"/(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]+_[0-9a-z-]{16,})(?=/|$)", re.IGNORECASE)


def _tls() -> ssl.SSLContext:
    try:
        return ssl.create_default_context()
    except OSError as error:
        hint = "Look at SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE."
        raise UsageProblem(f"No secure connection can be made: {error.strerror or error}.", hint) from error


@dataclass
class Sender:
    """Sends requests. `clock`, `sleep` and `chance` are arguments so that waiting can be tested without waiting.

    `per_minute`: the most requests a minute, whatever they are for (None: as many as the API takes).
    """

    transport: httpx.BaseTransport | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] | None = None
    chance: Callable[[], float] = random.random
    per_minute: int | None = None
    requests_used: int = 0
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare what the threads share."""
        self._lock = threading.Lock()
        self._idle: list[httpx.Client] = []
        self._tls = _tls() if self.transport is None else None
        self._retired: set[str] = set()
        self.pace = Pace(self.clock, self.sleep, self.per_minute)

    def close(self) -> None:
        """Close every connection that is not in use; a thread that is still waiting for its next try gives up."""
        self.pace.close()
        with self._lock:
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    def send(  # noqa: PLR0913 -- the parts of a request
        self,
        method: str,
        url: str,
        *,
        json: Any = None,  # noqa: ANN401 -- any JSON value
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Answer:
        """Send one request and give its answer, whatever its status.

        Raises Unreachable when there is no usable answer after the retries, Ambiguous when the request must not be
        sent again and may have taken effect, RemoteError for a redirect or an answer that is too long.
        """
        safe = method in _REPEATABLE if repeatable is None else repeatable
        asked = Asked(method, url)
        attempt = 0
        while attempt < TRIES:
            attempt += 1
            try:
                with self.pace.turn() as wave:
                    answer = self._once(asked, json=json, data=form, params=query, headers=headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                self._again_or(attempt, asked.unreachable(f"No connection to {asked.host}: {error}"), error)
                continue
            except httpx.LocalProtocolError as error:
                raise asked.unreachable(f"The request cannot be sent ({type(error).__name__})") from None
            except httpx.RequestError as error:
                reason = f"The connection to {asked.host} broke before an answer came ({type(error).__name__})"
                if not safe:
                    raise asked.ambiguous(reason) from error
                self._again_or(attempt, asked.unreachable(reason), error)
                continue
            if answer.status == _TOO_MANY:
                attempt -= 1  # it was refused, not tried; the others decide whether it is worth asking again
                if not self.pace.refused(wave, answer.retry_after(LONGEST_PAUSE)):
                    raise asked.unreachable("The API kept asking to wait (429)")
            elif not answer.broken:
                self.pace.answered()
                return followed_nowhere(answer, asked)
            elif not safe:
                raise asked.ambiguous(answer.broken)
            else:
                self._again_or(TRIES if answer.final else attempt, asked.unreachable(answer.broken), None)
        raise AssertionError  # pragma: no cover -- the last try returns or raises

    def pause(self, attempt: int) -> None:
        """Wait before the next try: longer each time, and not all at once."""
        self.pace.pause(min(LONGEST_PAUSE, 0.5 * 2**attempt) * self.chance())

    def _once(self, asked: Asked, **parts: Any) -> Answer:  # noqa: ANN401 -- handed to httpx
        with self._lock:
            self.requests_used += 1
        wanted = {name: part for name, part in parts.items() if part is not None}
        with self._used() as client, client.stream(asked.method, asked.url, **wanted) as response:
            content, end = bytearray(), time.monotonic() + _LONGEST_ANSWER
            for piece in response.iter_bytes():
                content += piece
                if len(content) > _LARGEST_BODY or time.monotonic() > end:
                    limit = f"{_LARGEST_BODY:,} bytes" if len(content) > _LARGEST_BODY else f"{_LONGEST_ANSWER} seconds"
                    raise asked.unreachable(f"The answer takes more than {limit}")
        self._note_retirement(asked, response.headers)
        return Answer.read(response.status_code, bytes(content), response.headers)

    @contextmanager
    def _used(self) -> Iterator[httpx.Client]:
        """A connection that nobody else uses meanwhile: the one that was used last, because it is surely still open."""
        with self._lock:
            client = self._idle.pop() if self._idle else None
        client = client or self._made(
            transport=self.transport,
            verify=self._tls or False,
            timeout=httpx.Timeout(60, connect=10),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            headers={"User-Agent": f"centrali-deploy/{VERSION}", "Accept": "application/json"},
            follow_redirects=False,
        )
        try:
            yield client
        finally:
            with self._lock:
                self._idle.append(client)

    @staticmethod
    def _made(**settings: Any) -> httpx.Client:  # noqa: ANN401 -- handed to httpx
        try:
            return httpx.Client(**settings)
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            raise UsageProblem(
                f"The proxy that the environment names cannot be used: {error}.", "Look at HTTPS_PROXY and its like."
            ) from error

    def _again_or(self, attempt: int, failure: Unreachable, cause: Exception | None) -> None:
        if attempt == TRIES:
            raise failure from cause
        self.pause(attempt)

    def _note_retirement(self, asked: Asked, headers: Mapping[str, str]) -> None:
        if DEPRECATION not in headers and SUNSET not in headers:
            return
        route = _ID.sub("/{id}", str(asked))
        with self._lock:
            if route not in self._retired:
                self._retired.add(route)
                end = f" and ends on {headers[SUNSET]}" if SUNSET in headers else ""
                self.warnings.append(f"{route} is being retired{end}: look for a newer centrali-deploy.")
