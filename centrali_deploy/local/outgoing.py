"""Requests that functions send out: only to domains the workspace allows, and never into the network of this machine.

A domain is allowed as a whole host name in lowercase, without port or wildcards [I]; requests go to the usual port of
their scheme. Redirects are followed on the same host only. What sends is an argument; it must not follow redirects, and
connects to the addresses that were checked: a name whose addresses change meanwhile leads nowhere else.

The shapes of the three members differ between the places that mention them [S, D, T]; all of them are read. The answer's
shape is not published [I]: {status, ok, headers, body, data}, `body` the text and `data` the same parsed
where it is JSON. An answer of 400 and above is an answer, not an error [I].
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Never
from urllib.parse import urljoin, urlsplit

from centrali_deploy.local.sandbox import ApiFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

_HOPS = 5
_KEPT = {307, 308}
_MOVED = {301, 302, 303, *_KEPT}
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@dataclass(frozen=True)
class Fetched:
    """What came back: the status, the headers with names in lowercase, and the body as text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


if TYPE_CHECKING:
    Fetch = Callable[[str, str, dict[str, str], str | None, Sequence[str]], Fetched]


def addresses(host: str) -> list[str]:
    """The addresses a name stands for, each once. Raises OSError when it stands for none."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, None)))


@dataclass(frozen=True)
class Outgoing:
    """Sends what functions ask for. `fetch` raises OSError when there is no answer."""

    fetch: Fetch
    allowed_domains: Callable[[], Collection[str]]
    allow_loopback: bool = False
    resolve: Callable[[str], Iterable[str]] = addresses

    def request(self, options: Any, more: Any = None, _rest: Any = None) -> dict[str, Any]:  # noqa: ANN401 -- what a function wrote
        """`httpRequest({url, method, headers, body})` and `httpFetch(url, {method, headers, body})`."""
        asked = {**more, "url": options} if isinstance(options, str) and isinstance(more, dict) else options
        if isinstance(asked, str):
            asked = {"url": asked}
        if not isinstance(asked, dict) or not isinstance(asked.get("url"), str):
            raise ApiFailed("api.httpRequest: write {url, method, headers, body}")
        method = str(asked.get("method") or "GET").upper()
        if method not in _METHODS:
            raise ApiFailed(f"api.httpRequest: {asked['method']!r} is not a method")
        headers, body = _sent(asked.get("headers"), asked.get("body"))
        return self._followed(method, asked["url"], headers, body)

    def post(self, url: Any, given: Any = None, _rest: Any = None) -> dict[str, Any]:  # noqa: ANN401 -- what a function wrote
        """`httpPost(url, body)` and `httpPost(url, {headers, body})`; the second when there is nothing else in the object."""
        framed = isinstance(given, dict) and "body" in given and given.keys() <= {"headers", "body"}
        return self.request(url, {"method": "POST", **(given if framed else {"body": given})})

    def _followed(self, method: str, url: str, headers: dict[str, str], body: str | None) -> dict[str, Any]:
        host, at = self._checked(url)
        for _ in range(_HOPS):
            try:
                answer = self.fetch(method, url, headers, body, at)
            except OSError as error:
                raise ApiFailed(f"{host} does not answer: {error}") from error
            if answer.status not in _MOVED or "location" not in answer.headers:
                return _shown(answer)
            url = urljoin(url, answer.headers["location"])
            moved, at = self._checked(url)
            if moved != host:
                raise ApiFailed(f"{host} redirects to another host, {moved}: call that one itself", 403)
            if answer.status not in _KEPT and method != "HEAD":
                method, body = "GET", None
        raise ApiFailed(f"{host} redirects more than {_HOPS} times")

    def _checked(self, url: str) -> tuple[str, list[str]]:
        """The host of a URL that may be asked, and its addresses."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ApiFailed(f"{url!r} is not a URL") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ApiFailed(f"{url!r} is not a URL of http or https")
        if parts.username is not None or parts.password is not None or "\\" in url:
            raise ApiFailed("a URL with a user or a backslash in it is not asked", 403)
        if parts.hostname not in self.allowed_domains():
            raise ApiFailed(f"{parts.hostname} is not among the allowed domains of the workspace: add it there first", 403)
        at = self._resolved(parts.hostname)
        inside = [found for found in at if not ip_address(found.partition("%")[0]).is_global]
        loopback = bool(inside) and all(ip_address(found.partition("%")[0]).is_loopback for found in inside)
        if inside and not (loopback and self.allow_loopback):
            raise ApiFailed(
                f"{parts.hostname} is an address of this machine or its network ({inside[0]}), which functions must not reach", 403
            )
        if port not in {None, {"http": 80, "https": 443}[parts.scheme]} and not loopback:
            raise ApiFailed(f"{parts.hostname} is asked at its usual port only, not at {port}", 403)
        return parts.hostname, at

    def _resolved(self, host: str) -> list[str]:
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass
        try:
            return list(self.resolve(host))
        except OSError as error:
            raise ApiFailed(f"{host} is not known: {error}") from error


def _sent(headers: object, body: object) -> tuple[dict[str, str], str | None]:
    """Headers and body as they go out: an object becomes JSON, and says so unless a content type is given."""
    given = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    if any(character in text for pair in given.items() for text in pair for character in "\r\n\0"):
        raise ApiFailed("a header has no line breaks")
    if body is None or isinstance(body, str):
        return given, body
    if not any(name.lower() == "content-type" for name in given):
        given["Content-Type"] = "application/json"
    return given, json.dumps(body)


def _refused(name: str) -> Never:
    raise ValueError(name)


def _shown(answer: Fetched) -> dict[str, Any]:
    try:
        data = json.loads(answer.body, parse_constant=_refused) if "json" in answer.headers.get("content-type", "") else answer.body
    except (ValueError, RecursionError):
        data = answer.body
    fine = 200 <= answer.status < 300  # noqa: PLR2004 -- success in HTTP
    return {"status": answer.status, "ok": fine, "headers": dict(answer.headers), "body": answer.body, "data": data}
