"""Ways into a spec: patterns that lead to many places at once, and lists seen as mappings by what names their items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from centrali_deploy.address import Item, Path

EACH = "*"
"""In a pattern: every item of a list, or every member of an object."""


def matches(pattern: Path, path: Path) -> bool:
    """Whether a path has the form of a pattern."""
    return len(pattern) == len(path) and all(p in (EACH, part) for p, part in zip(pattern, path, strict=True))


def find(value: Any, pattern: Path) -> list[tuple[Path, Any]]:  # noqa: ANN401 -- any JSON value
    """Every place in a value that a pattern leads to, with its path, in order; missing members are passed over."""
    found: list[tuple[Path, Any]] = [((), value)]
    for part in pattern:
        if part == EACH:
            found = [((*at, name), inside) for at, around in found for name, inside in _parts(around)]
        else:
            found = [((*at, part), around[part]) for at, around in found if isinstance(around, dict) and part in around]
        if not found:
            break
    return found


def _parts(value: Any) -> Iterable[tuple[str | int, Any]]:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def keyed(items: list[Any], key: str) -> dict[Item, Any]:
    """A list as a mapping by the member that names its items; an item without one is named by its index."""
    return {Item(item[key] if isinstance(item, Mapping) and key in item else index): item for index, item in enumerate(items)}


def is_within(path: Path, places: Iterable[Path]) -> bool:
    """Whether a path is one of these, or lies below one."""
    return any(path[: len(place)] == place for place in places)
