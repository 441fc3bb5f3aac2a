"""What the API's envelopes, error bodies, headers and hosts look like; liberal in reading, one shape in writing.

The uncertain facts about the wire stand here and in the kinds' rows, and nowhere else, so that a correction is one
word for the client and the local workspace together. Marks: [D] documented, [S] seen in vendor code, [I] inferred.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

MASK = "********"
"""What the API shows instead of a secret, always eight asterisks [D]. Never sent as a value."""

RESERVED = "centrali-deploy-ledger"
"""The slug of the structure in which the tool keeps its own records; it is never planned, and nobody declares it."""

TOKEN_PATHS = ("/oidc/token", "/oauth/token")
"""Service accounts use the first in every published example; the newest route map names the second [D]."""
TOKEN_SCOPE = "openid"  # noqa: S105 -- a scope, not a password
"""Sent in every published example [D]."""

DATA_BASES = ("/data/workspace/{workspace}/api/v1", "/workspace/{workspace}/api/v1")
"""The data service; older pages leave out `/data` [D]. The client uses the first, the local workspace serves both."""
ORCHESTRATION_BASES = ("/orchestration/ws/{workspace}/api/v1", "/orchestration/api/v1/workspaces/{workspace}")
"""The service's own specification says the first, its guides say the second [D]. Both are tried, both are served."""

RUNS_PATH = "function-runs"
"""The last segment of the list of runs [S]; below it `trigger/{id}`, `function/{id}` and `{id}/rerun` [S, D]."""
RUN_STATUSES = ("pending", "running", "completed", "failure", "timeout")
"""What a run can be [S]."""
JOB_PATHS = ("function-runs/job/{job}/status", "jobs/{job}/status")
"""Where the state of a job is read [I]. The client uses the first, the local workspace serves both."""
EXECUTE_CALLS = ("execute", "invoke")
"""The last segment of the call that invokes an on-demand trigger [I]. The client uses the first."""
TEST_PATH = "compute-functions/test"
"""Runs code without saving it [S]."""
HTTP_TRIGGER_PATHS = ("http-trigger", "webhook")
"""The segment before the path of an http-trigger; the second one is older [D]."""
ENDPOINT_PATHS = ("endpoint", "endpoints")
"""The segment before the path of an endpoint [I]."""

RETRY_AFTER = "Retry-After"
RATE_LIMIT = "X-RateLimit-Limit"
RATE_REMAINING = "X-RateLimit-Remaining"
RATE_RESET = "X-RateLimit-Reset"
"""Rate-limit headers; the reset is a Unix time in seconds [D]."""
DEPRECATION = "Deprecation"
SUNSET = "Sunset"
"""Sent on routes being retired, RFC 8594 [D]."""

GROUP_HINT = (
    "Add the service account to the group workspace_administrators or workspace_developers "
    "(Console > Service Accounts > Groups): without a group every call is forbidden."
)
"""What the vendor's quick start says about a 403 [D]."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_URL = re.compile(
    rf"https?://(?:{_LABEL}(?:\.{_LABEL}){{0,9}}\.?|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3}))?(?:/[!-~]*)?"
)
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


SLUG_HINT = "A slug has lowercase letters, digits and hyphens: for example acme-dev."


def is_uuid(text: str) -> bool:
    """Whether the text has the form of a UUID, which ids have and slugs must not."""
    return bool(_UUID.fullmatch(text))


def is_id(value: object) -> bool:
    """Whether a value can be the id of a resource: a text, or a number as service accounts have [D]."""
    return (isinstance(value, str) and bool(value)) or (isinstance(value, int) and not isinstance(value, bool))


def is_slug(text: str) -> bool:
    """Whether the text is lowercase words joined by hyphens (or underscores) [I]."""
    return bool(_SLUG.fullmatch(text))


class Hosts(NamedTuple):
    """Where to send what: `api` takes data and orchestrations, `auth` gives tokens. No trailing slash."""

    api: str
    auth: str


def hosts(url: str) -> Hosts:
    """Both hosts from one root URL: `https://centrali.io` gives `api.centrali.io` and `auth.centrali.io` [D].

    An address with a port, an IP address or `localhost` cannot be split and serves both [I]. A path in the URL is
    kept only for such an address. Raises ValueError when the URL is not http(s) or has no host.
    """
    if not _URL.fullmatch(url):
        msg = f'"{url[:200]}" is not the URL of an API: write https://centrali.io, or http://127.0.0.1:8080 for a local workspace'
        raise ValueError(msg)
    parts = urlsplit(url)
    host = str(parts.hostname)
    if parts.port or host == "localhost" or ":" in host or host.replace(".", "").isdigit():
        same = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        return Hosts(same, same)
    root = host.removeprefix("api.").removeprefix("auth.")
    return Hosts(f"{parts.scheme}://api.{root}", f"{parts.scheme}://auth.{root}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: the items, and how many there are in all when the API says so."""

    items: list[dict[str, Json]]
    total: int | None
    size: int | None


_LIST_MEMBERS = ("data", "items", "collections", "structures", "results")


def page(body: Json) -> Page:
    """Read a list: a bare array, `{data, meta}`, or `{data: {data, meta}}` [S, T]. Raises ValueError if none fits."""
    if isinstance(body, list):
        return Page(_objects(body), None, None)
    if isinstance(body, dict):
        meta = body.get("meta")
        for member in _LIST_MEMBERS:
            inside = body.get(member)
            if isinstance(inside, list):
                return Page(_objects(inside), _number(meta, "total"), _number(meta, "pageSize"))
            if isinstance(inside, dict):
                return page(inside)
    msg = "the answer is not a list"
    raise ValueError(msg)


def one(body: Json) -> dict[str, Json]:
    """Read one object: flat, or wrapped in `data` [I]. An object with an id of its own is never unwrapped.

    Raises ValueError when the body is not an object.
    """
    if isinstance(body, dict):
        inside = body.get("data")
        return inside if isinstance(inside, dict) and "id" not in body else body
    msg = "the answer is not an object"
    raise ValueError(msg)


def _objects(items: Sequence[Json]) -> list[dict[str, Json]]:
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) != len(items):
        msg = "the list holds something that is not an object"
        raise ValueError(msg)
    return objects


def _number(meta: Json, member: str) -> int | None:
    value = meta.get(member) if isinstance(meta, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class ErrorSaid:
    """What an error body says, whichever of its three published shapes it has."""

    message: str
    code: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    request_id: str = ""


def error_said(body: Json, text: str = "") -> ErrorSaid:
    """Read an error body: machine code, human title or OAuth shape [D]; `text` is used when it is not JSON."""
    if not isinstance(body, dict):
        return ErrorSaid(" ".join(text.split())[:200])
    error = body.get("error")
    inner = error if isinstance(error, dict) else {}
    message = _first_text(body.get("message"), inner.get("message"), body.get("error_description"), error, text)
    code = _first_text(body.get("code"), inner.get("code"), error)
    named = next((body[m] for m in ("details", "errors", "fieldErrors") if isinstance(body.get(m), list)), [])
    fields = tuple(
        (_first_text(item.get("field")), _first_text(item.get("message")))
        for item in (named if isinstance(named, list) else [])
        if isinstance(item, dict)
    )
    return ErrorSaid(message, code, fields, _first_text(body.get("requestId")))


def _first_text(*values: Json) -> str:
    return next((value for value in values if isinstance(value, str) and value), "")


def says_exists(status: int, message: str) -> bool:
    """Whether a refused create means that the name is taken: 409, or a 400/422 whose words say so [I]."""
    words = message.lower()
    if "already" not in words and any(no in words for no in ("not exist", "n't exist", "no such")):
        words = ""
    return status == 409 or (status in {400, 422} and any(w in words for w in ("exist", "duplicate", "unique")))  # noqa: PLR2004 -- HTTP statuses read best as numbers


def list_body(items: Sequence[Mapping[str, Json]], page_number: int, size: int, total: int) -> dict[str, Json]:
    """Write a list the way the newest pages show it: `{data, meta: {page, pageSize, total}}` [D, T]."""
    return {"data": [dict(item) for item in items], "meta": {"page": page_number, "pageSize": size, "total": total}}


def error_body(  # noqa: PLR0913 -- one argument per published member
    status: int, title: str, code: str, message: str, *, path: str, timestamp: str, request_id: str, fields: Sequence[tuple[str, str]] = ()
) -> dict[str, Json]:
    """Write an error as the union of the published shapes, so that a reader of any of them understands it.

    `title` is the short human one ("Unauthorized") [D], `code` the one for machines ("VALIDATION_ERROR") [D].
    """
    body: dict[str, Json] = {
        "error": title,
        "code": code,
        "message": message,
        "status": status,
        "timestamp": timestamp,
        "path": path,
        "requestId": request_id,
    }
    if fields:
        body["details"] = [{"field": field, "message": text} for field, text in fields]
    return body
