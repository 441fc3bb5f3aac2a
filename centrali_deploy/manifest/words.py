"""How messages about manifests speak: values as a sentence quotes them, members as they are nearly spelt."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NEAR = 0.75
_BEGUN = 4
"""Characters that are enough to tell which member was begun."""


def called(value: object) -> str:
    """What sort of value this is."""
    if value is None:
        return "nothing"
    return {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list"}.get(type(value), "a mapping")


def shown(value: object) -> str:
    """A value as a sentence quotes it."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 80 else "a long text"  # noqa: PLR2004 -- as much as a line holds
    return str(value).lower() if isinstance(value, int | float) else called(value)


def article(noun: str) -> str:
    """The noun with its article."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([*filter(None, [", ".join(words[:-1])]), *words[-1:]])


def near_member(key: str, known: Iterable[str]) -> str | None:
    """The documented member that an undocumented one nearly is."""
    by_lower = {member.lower(): member for member in known}
    if key in by_lower.values():
        return None
    found = get_close_matches(key.lower(), by_lower, n=1, cutoff=_NEAR)
    begun = [lower for lower in sorted(by_lower) if len(key) >= _BEGUN and lower.startswith(key.lower())]
    return by_lower[(found or begun)[0]] if found or begun else None
