"""JSON of any shape, made of the words that a spec or a body may hold, so that it often comes near to a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

quickly = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def words_in(*values: Any) -> set[str]:
    """Every member name and every text inside these values."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            found |= words_in(*value.keys(), *value.values())
        elif isinstance(value, list | tuple):
            found |= words_in(*value)
    return found


def of(words: Iterable[str]) -> SearchStrategy[dict[str, Any]]:
    """Objects whose member names and texts are these words; every other value is anything JSON has."""
    word = some.sampled_from(sorted({*words, "", "*", "x"}))
    numbers = some.sampled_from([0, 1, -1, 0.5, 10**30, float("nan"), float("inf")])
    leaves = some.none() | some.booleans() | numbers | word
    anything = some.recursive(
        leaves, lambda inside: some.lists(inside, max_size=3) | some.dictionaries(word, inside, max_size=4), max_leaves=12
    )
    return some.dictionaries(word, anything, max_size=6)
