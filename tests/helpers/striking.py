"""A way to a local workspace on which requests fail by plan, and which notes what took effect."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx

from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.wire import list_body

if TYPE_CHECKING:
    from collections.abc import Callable

PATHS = {kind.path for kind in KINDS.values()}
_OWN = ("updatedAt", "updatedBy", "version")
_ERROR = {"error": {"code": "REFUSED_ON_PURPOSE", "message": "refused on purpose"}}
_BEFORE = {
    "refused": lambda request: httpx.Response(400, json=_ERROR, request=request),
    "forbidden": lambda request: httpx.Response(403, json=_ERROR, request=request),
    "429": lambda request: httpx.Response(429, json=_ERROR, headers={"Retry-After": "7"}, request=request),
    "401": lambda request: httpx.Response(401, json=_ERROR, request=request),
    "500-before": lambda request: httpx.Response(500, json=_ERROR, request=request),
}


class Killed(BaseException):
    """The process is no more."""


class Strike(NamedTuple):
    """From the n-th request on, the next one that can fail in this way does, and as many more as are meant."""

    at: int
    failure: str
    times: int = 1


class Effect(NamedTuple):
    """What a write changed: addresses with the row before and after, without what changes with every write."""

    method: str
    path: str
    changed: dict[str, tuple[Any, Any]]


@dataclass
class Striking(httpx.BaseTransport):
    """`strikes` are those still to come. `at`: at which request the process dies, `after` its effect or before it."""

    app: Any
    strikes: list[Strike] = field(default_factory=list)
    at: int = -1
    after: bool = False
    tick: Callable[[float], object] = lambda _seconds: None
    order: int | None = None
    """In which order lists come, and in pages of which length; None leaves them as they are."""
    meanwhile: Callable[[int], object] = lambda _number: None
    hits: Counter[str] = field(default_factory=Counter)
    effects: list[Effect] = field(default_factory=list)
    count: int = 0
    dead: bool = False

    def __post_init__(self) -> None:
        self._inner, self._lock = InProcess(self.app), threading.RLock()
        self._seen: dict[str, httpx.Request] = {}
        self._stale: dict[str, httpx.Response] = {}
        self._shaken: set[str] = set()
        self._last = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.meanwhile(self.count)
            if self.dead:
                raise Killed
            number, self.count = self.count, self.count + 1
            if number == self.at:
                self.hits["killed"] += 1
                self.dead = True
                if self.after:
                    self._answered(request)
                raise Killed
            strike = next((each for each in self.strikes if each.at <= number and self._fits(each.failure, request)), None)
            self._last = f"{request.method} {request.url} {strike and strike.failure}"
            if strike is None:
                return self._answered(request)
            self.strikes.remove(strike)
            if strike.times > 1:
                self.strikes.append(strike._replace(times=strike.times - 1))
            self.hits[strike.failure] += 1
            return self._failed(strike.failure, request)

    def _fits(self, failure: str, request: httpx.Request) -> bool:
        """Whether a request can fail in a way."""
        if failure == "moving":  # two readings that agree are believed
            return request.method == "GET" and int(_query(request).get("page", "1")) > 1 and str(request.url) not in self._shaken
        if failure == "stale":
            return request.method == "GET" and str(request.url) in self._stale
        if failure == "401":  # who has a fresh token and is refused again gives up
            return "authorization" in request.headers and self._last != f"{request.method} {request.url} 401"
        return True

    def _failed(self, failure: str, request: httpx.Request) -> httpx.Response:
        if failure in _BEFORE:
            return _BEFORE[failure](request)
        if failure == "connection":
            raise httpx.ConnectError("refused on purpose", request=request)
        if failure == "timeout-before":
            raise httpx.ReadTimeout("on purpose", request=request)
        if failure == "stale":
            return _again(self._stale.pop(str(request.url)), request)
        answer = self._answered(request)
        if failure == "timeout-after":
            raise httpx.ReadTimeout("on purpose", request=request)
        if failure == "500-after":
            return httpx.Response(500, json=_ERROR, request=request)
        if failure == "slow":
            self.tick(59.0)
        elif failure == "truncated":
            return httpx.Response(answer.status_code, content=answer.content[: len(answer.content) // 2], request=request)
        elif failure == "moving":
            return self._moved(request, answer)
        return answer

    def _moved(self, request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        """A page whose first item moved to the page before, after that one was read; in its place is the last one of that."""
        body, page = answer.json(), int(_query(request)["page"])
        before = self._asked(request, page=str(page - 1)).json()["data"]
        if body["data"] and before:
            body["data"][0] = before[-1]
        self._shaken.add(str(request.url))
        return httpx.Response(answer.status_code, json=body, request=request)

    def _shuffled(self, request: httpx.Request) -> httpx.Response:
        answer = self._asked(request, page="1", limit="100", pageSize="100")
        items, chance = answer.json()["data"], Random(self.order)  # noqa: S311 -- an order
        size, page = chance.randrange(1, 5), int(_query(request).get("page", "1"))
        chance.shuffle(items)
        return httpx.Response(200, json=list_body(items[(page - 1) * size : page * size], page, size, len(items)), request=request)

    def _asked(self, request: httpx.Request, **query: str) -> httpx.Response:
        url = request.url.copy_merge_params(query)
        return self._inner.handle_request(httpx.Request("GET", url, headers=request.headers))

    def _answered(self, request: httpx.Request) -> httpx.Response:
        """The true answer; of a write, what it changed is noted, and every list as it was before."""
        segment = kind_path(request)
        if request.method == "GET" or segment is None:
            if segment:
                self._seen[str(request.url)] = request
            is_list = request.method == "GET" and request.url.path.endswith(f"/{segment}")
            return self._shuffled(request) if is_list and self.order is not None else self._inner.handle_request(request)
        lists = {url: asked for url, asked in self._seen.items() if kind_path(asked) == segment}
        if any(strike.failure == "stale" for strike in self.strikes):
            self._stale |= {url: self._inner.handle_request(asked) for url, asked in lists.items()}
        before = rows(self.app)
        answer = self._inner.handle_request(request)
        after = rows(self.app)
        differ = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        self.effects.append(
            Effect(request.method, request.url.path, {name: (before.get(name), after.get(name)) for name in sorted(differ)})
        )
        return answer


def kind_path(request: httpx.Request) -> str | None:
    """The segment of the kind that a request is about; None when it is about records or tokens."""
    return next((part for part in request.url.path.split("/") if part in PATHS), None)


def rows(app: Any) -> dict[str, Any]:
    """Every resource by address, without what changes with every write, and without the ledger's structure."""
    found = {}
    for kind, name, data in app.state.store.select("select kind, name, data from objects order by number"):
        row = json.loads(data)
        if name in KINDS[kind].reserved or row.get("isDeleted"):
            continue
        address = f"{kind}/{name}"
        assert address not in found, f"{address} is there twice"
        found[address] = {member: value for member, value in row.items() if member not in _OWN}
    return found


def _query(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}


def _again(answer: httpx.Response, request: httpx.Request) -> httpx.Response:
    return httpx.Response(answer.status_code, content=answer.content, request=request)
