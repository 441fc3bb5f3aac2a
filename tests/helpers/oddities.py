"""Values that nobody expects, and bodies in which something was put in the place of something else."""

from __future__ import annotations

from copy import deepcopy
from functools import reduce
from typing import Any

from hypothesis import strategies as drawn

OPERATORS = [
    "eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "startsWith", "endsWith", "exists", "hasAny", "hasAll", "regex", "odd",
]  # fmt: skip
FIELDS = [
    "data.status",
    "data.n",
    "data.deep.a",
    "data.a.0",
    "data",
    "id",
    "version",
    "createdAt",
    "recordSlug",
    "and",
    "or",
    "not",
    "",
    "a'b",
]
TEXTS = [
    "", "0", "-1", "1.5", "1e999", "9" * 30, "true", "null", "\0", "é", "𝄞", "'", '"', "%", "_", "data.status", "-data.n", "orders", "..",
    "2026-02-30", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "x" * 300,
]  # fmt: skip


def _nested(depth: int) -> Any:
    return reduce(lambda inside, _: [inside], range(depth), None)


_SINGLE: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**63,
    10**30,
    10**400,
    0.5,
    1e308,
    -0.0,
    "\ud800",
    *TEXTS,
    [],
    {},
    [[]],
    _nested(90),
    _nested(600),
]
ODD = drawn.recursive(
    drawn.sampled_from(_SINGLE),
    lambda inside: (
        drawn.lists(inside, max_size=3) | drawn.dictionaries(drawn.sampled_from([*FIELDS, *OPERATORS, *TEXTS]), inside, max_size=3)
    ),
    max_leaves=6,
)
CONDITION = drawn.dictionaries(
    drawn.sampled_from(FIELDS), drawn.dictionaries(drawn.sampled_from(OPERATORS), ODD, max_size=2) | ODD, max_size=2
)
PARAMETERS = drawn.dictionaries(
    drawn.sampled_from(
        ["page", "pageSize", "limit", "sort", "search", "searchFields", "expand", "ttlSeconds", "expiresAt", "status", "hard"]
    )
    | drawn.builds("{}[{}]".format, drawn.sampled_from(FIELDS), drawn.sampled_from(OPERATORS)),
    drawn.sampled_from(TEXTS),
    max_size=3,
)
"""Parameters of a URL."""


@drawn.composite
def spoilt(draw: drawn.DrawFn, body: Any) -> Any:
    """A body with something odd in one place of it, or odd as a whole."""
    found = deepcopy(body)
    places = list(_places(found))
    if not places or draw(drawn.integers(0, 9)) == 0:
        return draw(ODD)
    holder, part = draw(drawn.sampled_from(places))
    holder[part] = draw(CONDITION | ODD)
    return found


def _places(value: Any) -> Any:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inside in list(parts):
        yield value, part
        yield from _places(inside)
