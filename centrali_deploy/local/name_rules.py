"""What the API refuses of names: those for people, slugs, fields of records, domains. Nothing here knows what checks manifests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_FIELD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_LONGEST = 255
_LONGEST_SLUG = 100


def named(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A name for people and a description: (member, message) pairs. Any text without control characters is a name [I]."""
    name = row.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST:
        yield "name", f"is required, up to {_LONGEST} characters"
    elif _CONTROL.search(name):
        yield "name", "must not hold control characters"
    if not isinstance(row.get("description"), str | None):
        yield "description", "must be a text"


def is_slug(value: object) -> bool:
    """Lowercase letters and digits, with single hyphens or underscores between them."""
    return isinstance(value, str) and len(value) <= _LONGEST_SLUG and bool(_SLUG.fullmatch(value))


def is_field(value: object) -> bool:
    """The name of a property."""
    return isinstance(value, str) and bool(_FIELD.fullmatch(value))


def is_domain(value: object) -> bool:
    """A host, without scheme, port, path or wildcard."""
    return isinstance(value, str) and bool(_DOMAIN.fullmatch(value))
