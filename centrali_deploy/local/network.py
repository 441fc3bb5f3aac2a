"""The way out for requests of functions: one request, one answer, redirects left to whoever asked."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from centrali_deploy.local.outgoing import Fetched

_SECONDS = 30
LARGEST_ANSWER = 10 * 1024 * 1024
"""Bytes of an answer that are read; more is no answer."""


def fetch(method: str, url: str, headers: dict[str, str], body: str | None) -> Fetched:
    """Send a request. Raises OSError when there is no answer, or one that is too large."""
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(str(parts.hostname), parts.port, timeout=_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, None if body is None else body.encode(), headers)
        answer = connection.getresponse()
        content = answer.read(LARGEST_ANSWER + 1)
    except (http.client.HTTPException, UnicodeError, ValueError) as error:
        raise OSError(str(error) or type(error).__name__) from error
    finally:
        connection.close()
    if len(content) > LARGEST_ANSWER:
        raise OSError("the answer is larger than 10 MB")
    return Fetched(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content.decode(errors="replace"))
