"""Two ordered lists: the fewest differences, each at the place where it is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centrali_deploy.plan.difference import identical
from centrali_deploy.plan.lists import list_differences

NONE = object()
WORDS = st.lists(st.sampled_from("abcd"), max_size=4, unique=True)
JSON = st.recursive(
    st.none() | st.integers(2, 9) | st.sampled_from("abc"), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("xy"), inner)
)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (["a", "c"], ["a", "b", "c"], [((1,), NONE, "b")]),
        (["b", "c"], ["a", "b", "c"], [((0,), NONE, "a")]),
        (["a", "b"], ["a", "b", "c"], [((2,), NONE, "c")]),
        (["a", "b", "c"], ["a", "c"], [((1,), "b", NONE)]),
        (["a", "a", "b"], ["a", "b"], [((0,), "a", NONE)]),
        (["a", "b"], ["a", "c"], [((1,), "b", "c")]),
        ([1, 2], [1.0, 2], []),
        ([3], ["3"], [((0,), 3, "3")]),
        ([None], [0], [((0,), None, 0)]),
        ([{"a": 1, "b": 2}], [{"a": 1, "b": 3}, {"c": 1}], [((0, "b"), 2, 3), ((1,), NONE, {"c": 1})]),
        ([{"a": 1}], [{"a": 1, "b": 2}], [((0, "b"), NONE, 2)]),
        ([{"a": 1, "b": 2}], [{"a": 1}], [((0, "b"), 2, NONE)]),
        ([["a", "c"]], [["a", "b", "c"]], [((0, 1), NONE, "b")]),
        (["a"], [{"a": 1}], [((0,), "a", {"a": 1})]),
    ],
)  # fmt: skip
def test_each_difference_stands_at_its_place(before: Any, after: Any, found: Any) -> None:
    assert list(list_differences(before, after, NONE)) == found


def test_they_come_in_the_order_of_the_places_whatever_their_sort() -> None:
    before, after = [f"v{n}" for n in range(12)], [f"w{n}" if n in {2, 10} else f"v{n}" for n in range(12)]
    assert [path for path, _, _ in list_differences(before, after, NONE)] == [(2,), (10,)]
    mixed = list(list_differences([{"a": 1}, "x", {"b": 1}], [{"c": 1}, "y", {"b": 2}], NONE))
    assert [path for path, _, _ in mixed] == [(0, "a"), (0, "c"), (1,), (2, "b")]


@settings(max_examples=100, deadline=None)
@given(WORDS, st.sampled_from("efgh"), st.integers(0, 6))
def test_one_insertion_is_one_difference_wherever_it_is(words: list[str], new: str, index: int) -> None:
    at = min(index, len(words))
    longer = [*words[:at], new, *words[at:]]
    assert list(list_differences(words, longer, NONE)) == [((at,), NONE, new)]
    assert list(list_differences(longer, words, NONE)) == [((at,), new, NONE)]


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON, max_size=4), st.lists(JSON, max_size=4))
def test_there_is_a_difference_exactly_when_the_lists_differ(before: list[Any], after: list[Any]) -> None:
    assert bool(list(list_differences(before, after, NONE))) is not identical(before, after)
