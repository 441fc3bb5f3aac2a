"""One request, sent as often as is safe: the door to httpx, and the only place that knows about retries and waiting.

Every thread has a connection of its own; a pause asked for by the API (429, `Retry-After`) holds all of them together.
What may already have taken effect is never sent again from here: that raises Ambiguous, and the caller looks first.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from centrali_deploy.errors import RemoteError, Unreachable
from centrali_deploy.version import VERSION
from centrali_deploy.wire import DEPRECATION, RETRY_AFTER, SUNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TRIES = 5
LONGEST_PAUSE = 60.0
"""Seconds; what the vendor's own sample falls back to after a 429 [D]."""
_TOO_MANY = 429
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
_PASSING = frozenset({500, 502, 503, 504})
_REDIRECTS = range(300, 400)
_LARGEST_BODY = 64 * 1024 * 1024


class Ambiguous(Unreachable):
    """A create was sent and its answer is lost: it may or may not have taken effect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` is JSON, or None when the text is not."""

    status: int
    body: Any
    text: str
    headers: Mapping[str, str]


@dataclass
class Sender:
    """Sends requests. `clock`, `sleep` and `chance` are arguments so that waiting can be tested without waiting."""

    transport: httpx.BaseTransport | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] | None = None
    chance: Callable[[], float] = random.random
    requests_used: int = 0
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare what the threads share."""
        self._lock = threading.Lock()
        self._local = threading.local()
        self._clients: list[httpx.Client] = []
        self._tls = ssl.create_default_context() if self.transport is None else None
        self._paused_until = 0.0
        self._retired: set[str] = set()
        self._closed = threading.Event()
        self._sleep = self.sleep or self._closed.wait

    def close(self) -> None:
        """Close every connection; a thread that is still waiting for its next try gives up."""
        self._closed.set()
        for client in self._clients:
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
        sent again and may have taken effect, RemoteError for a redirect or an answer that is not JSON.
        """
        safe = method in _REPEATABLE if repeatable is None else repeatable
        path = httpx.URL(url).path
        for attempt in range(1, TRIES + 1):
            self._wait()
            try:
                answer = self._once(method, url, path, json=json, data=form, params=query, headers=headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                self._again_or(attempt, _unreachable(method, path, f"No connection: {error}"), error)
                continue
            except httpx.TransportError as error:
                reason = f"The connection broke before an answer came ({type(error).__name__})"
                if not safe:
                    raise Ambiguous(f"{method} {path}: {reason}.", method=method, path=path) from error
                self._again_or(attempt, _unreachable(method, path, reason), error)
                continue
            if answer.status == _TOO_MANY and attempt < TRIES:
                self._hold(_retry_after(answer.headers, LONGEST_PAUSE))
            elif answer.status in _PASSING:
                if not safe:
                    raise Ambiguous(
                        f"{method} {path}: the API failed with {answer.status}.", method=method, path=path, status=answer.status
                    )
                self._again_or(attempt, _unreachable(method, path, f"The API failed with {answer.status}"), None)
            else:
                return self._checked(answer, method, path)
        raise _unreachable(method, path, "The API kept asking to wait (429)")

    def _once(self, method: str, url: str, path: str, **parts: Any) -> Answer:  # noqa: ANN401 -- handed to httpx
        with self._lock:
            self.requests_used += 1
        response = self._client().request(method, url, **{name: part for name, part in parts.items() if part is not None})
        if len(response.content) > _LARGEST_BODY:
            raise RemoteError(f"{method} {path}: the answer is {len(response.content):,} bytes long.", method=method, path=path)
        try:
            body = response.json() if response.content else None
        except ValueError:
            body = None
        self._note_retirement(method, path, response.headers)
        return Answer(response.status_code, body, response.text, response.headers)

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._local, "client", None)
        if client is None:
            client = httpx.Client(
                transport=self.transport,
                verify=self._tls or False,
                timeout=httpx.Timeout(60, connect=10),
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
                headers={"User-Agent": f"centrali-deploy/{VERSION}", "Accept": "application/json"},
                follow_redirects=False,
            )
            self._local.client = client
            with self._lock:
                self._clients.append(client)
        return client

    def _checked(self, answer: Answer, method: str, path: str) -> Answer:
        if answer.status in _REDIRECTS:
            to = answer.headers.get("location", "nowhere")
            raise RemoteError(
                f"{method} {path} was redirected to {to}.",
                "The token is not sent anywhere else: is the URL right? https://centrali.io is the usual one.",
                method=method,
                path=path,
                status=answer.status,
            )
        if answer.body is None and answer.text.strip():
            raise _unreachable(method, path, _not_json(answer))
        return answer

    def _again_or(self, attempt: int, failure: Unreachable, cause: Exception | None) -> None:
        if attempt == TRIES:
            raise failure from cause
        self._sleep(min(LONGEST_PAUSE, 0.5 * 2**attempt) * self.chance())

    def _hold(self, seconds: float) -> None:
        with self._lock:
            self._paused_until = max(self._paused_until, self.clock() + seconds)

    def _wait(self) -> None:
        while (left := self._paused_until - self.clock()) > 0 and not self._closed.is_set():
            self._sleep(left)
        if self._closed.is_set():
            raise Unreachable("The run is over.")

    def _note_retirement(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        if DEPRECATION not in headers and SUNSET not in headers:
            return
        route = f"{method} {path}"
        with self._lock:
            if route not in self._retired:
                self._retired.add(route)
                end = f" and ends on {headers[SUNSET]}" if SUNSET in headers else ""
                self.warnings.append(f"{route} is being retired{end}: look for a newer centrali-deploy.")


def _unreachable(method: str, path: str, reason: str) -> Unreachable:
    hint = "Check --url (CENTRALI_URL) and the network, then run again: nothing is lost by that."
    return Unreachable(f"{method} {path}: {reason}.", hint, method=method, path=path)


def _not_json(answer: Answer) -> str:
    if "<html" in answer.text[:2000].lower() or "<!doctype" in answer.text[:2000].lower():
        return f"The answer ({answer.status}) is a web page, not JSON; something stands between us and the API, or the URL is not its"
    return f"The answer ({answer.status}) is cut short or not JSON"


def _retry_after(headers: Mapping[str, str], otherwise: float) -> float:
    """Seconds to wait, written as a number or as a date [D]."""
    text = headers.get(RETRY_AFTER, "")
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except ValueError:
            return otherwise
    return max(0.0, min(seconds, 600.0))
