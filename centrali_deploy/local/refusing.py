"""How the local workspace says no: one exception, which the application turns into an error body."""

from __future__ import annotations

from dataclasses import dataclass, field

TITLES = {
    400: ("Validation Failed", "VALIDATION_ERROR"),
    401: ("Unauthorized", "UNAUTHORIZED"),
    403: ("Forbidden", "FORBIDDEN"),
    404: ("Not Found", "NOT_FOUND"),
    405: ("Method Not Allowed", "METHOD_NOT_ALLOWED"),
    409: ("Conflict", "CONFLICT"),
    413: ("Payload Too Large", "PAYLOAD_TOO_LARGE"),
    429: ("Too Many Requests", "RATE_LIMITED"),
    500: ("Internal Server Error", "INTERNAL_ERROR"),
    504: ("Gateway Timeout", "TIMEOUT"),
    501: ("Not Implemented", "NOT_IMITATED"),
    507: ("Insufficient Storage", "NO_ROOM"),
}
"""For each status, the title for people [D for 400, 401, 429] and the code for machines [D for 400]."""


@dataclass(eq=False)
class Refused(Exception):
    """A request is answered with this status, these words, and the members that are wrong."""

    status: int
    message: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def refuse_fields(fields: list[tuple[str, str]]) -> None:
    """Raise when anything is wrong with a body; all of it at once."""
    if fields:
        raise Refused(400, "; ".join(f"{member}: {message}" for member, message in fields), fields)


def not_imitated(method: str, path: str) -> Refused:
    """What a route that is not imitated answers: an empty answer would be a lie."""
    return Refused(501, f"The local workspace does not imitate {method} {path}")
