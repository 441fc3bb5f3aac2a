"""Patterns lead to every place they describe and to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from shapes import of, quickly

from centrali_deploy.address import Item
from centrali_deploy.paths import EACH, find, is_within, keyed, matches

if TYPE_CHECKING:
    from centrali_deploy.address import Path

VALUE = {"a": [{"b": 1}, {"c": 2}, "text"], "m": {"x": {"b": 3}, "y": None}}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ((), [((), VALUE)]),
        (("a", EACH, "b"), [(("a", 0, "b"), 1)]),
        (("m", EACH, "b"), [(("m", "x", "b"), 3)]),
        (("m", EACH), [(("m", "x"), {"b": 3}), (("m", "y"), None)]),
        ((EACH, EACH, "b"), [(("a", 0, "b"), 1), (("m", "x", "b"), 3)]),
        (("gone", EACH), []),
        (("a", "b"), []),
        (("m", "y", "b"), []),
    ],
)
def test_a_pattern_leads_to_every_place_with_its_path(pattern: Path, found: list[tuple[Path, Any]]) -> None:
    assert find(VALUE, pattern) == found


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        (("a", EACH, "b"), ("a", 0, "b"), True),
        (("a", EACH, "b"), ("a", Item("x"), "b"), True),
        (("a", EACH), ("a",), False),
        (("a",), ("a", 0), False),
        (("a", "b"), ("a", "c"), False),
        ((), (), True),
    ],
)
def test_a_path_fits_a_pattern_of_its_own_length(pattern: Path, path: Path, fits: bool) -> None:
    assert matches(pattern, path) is fits


@quickly
@given(of({"a", "b"}))
def test_whatever_a_pattern_leads_to_fits_it_and_is_there(value: dict[str, Any]) -> None:
    for pattern in ((EACH,), ("a", EACH), (EACH, EACH, "b")):
        for path, place in find(value, pattern):
            assert matches(pattern, path)
            inside: Any = value
            for part in path:
                inside = inside[part]
            assert inside is place


def test_a_list_is_seen_as_a_mapping_by_what_names_its_items() -> None:
    items = [{"id": "a"}, {"name": "b"}, "text", {"id": 5}]
    assert keyed(items, "id") == {"a": items[0], "1": items[1], "2": items[2], "5": items[3]}
    assert all(isinstance(key, Item) for key in keyed(items, "id"))


@pytest.mark.parametrize(
    ("path", "places", "within"),
    [
        (("a", 0, "b"), [("a", 0, "b")], True),
        (("a", 0, "b"), [("c",), ("a",)], True),
        (("a",), [("a", 0)], False),
        (("ab",), [("a",)], False),
        ((), [()], True),
        (("a",), [], False),
    ],
)
def test_a_path_is_within_itself_and_what_is_around_it(path: Path, places: list[Path], within: bool) -> None:
    assert is_within(path, places) is within
