"""Ways into a spec: patterns that lead to many places at once, and lists seen as mappings by what names their items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from centrali_deploy.address import Item, Path

EACH = "*"
"""In a pattern: every item of a list, or every member of an object."""


def matches(pattern: Path, path: Path) -> bool:
    """Whether a path has the form of a pattern."""
    return len(pattern) == len(path) and all(p in (EACH, part) for p, part in zip(pattern, path, strict=True))


def find(value: Any, pattern: Path, at: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 -- any JSON value
    """Every place in a value that a pattern leads to, with its path; missing members are passed over."""
    if not pattern:
        yield at, value
        return
    head, rest = pattern[0], pattern[1:]
    if isinstance(value, dict):
        if head == EACH:
            for member, inside in list(value.items()):
                yield from find(inside, rest, (*at, member))
        elif head in value:
            yield from find(value[head], rest, (*at, head))
    elif head == EACH and isinstance(value, list):
        for index, item in enumerate(value):
            yield from find(item, rest, (*at, index))


def keyed(items: list[Any], key: str) -> dict[Item, Any]:
    """A list as a mapping by the member that names its items; an item without one is named by its index."""
    return {Item(item[key] if isinstance(item, Mapping) and key in item else index): item for index, item in enumerate(items)}
