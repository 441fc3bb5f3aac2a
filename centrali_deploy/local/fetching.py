"""The network as functions reach it, for `Outgoing`: one request, one answer, no redirects, no proxies, limits on time and size."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from centrali_deploy.local.outgoing import Fetched

SECONDS = 30.0
"""How long to wait for each piece of an answer."""
LARGEST = 5_000_000
"""Bytes of an answer's body that are taken."""


def fetch(method: str, url: str, headers: dict[str, str], body: str | None) -> Fetched:
    """Ask, and give what came back. Raises OSError when nothing usable does. The body is read as UTF-8."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
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
