"""Whether values fit the definition of a property: every type, bound, pattern and list of values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy.values import TYPES, compiled, complaints, of_type

VALUES: dict[str, Any] = {
    "text": "x",
    "whole": 1,
    "broken": 1.5,
    "true": True,
    "list": [1],
    "mapping": {"a": 1},
}
FITS = {
    "string": {"text"},
    "number": {"whole", "broken"},
    "boolean": {"true"},
    "datetime": {"text"},
    "array": {"list"},
    "object": {"mapping"},
    "reference": {"text", "list"},
}
CALLED = {
    "string": "a text",
    "number": "a number",
    "boolean": "true or false",
    "datetime": "a text",
    "array": "a list",
    "object": "a mapping",
    "reference": "the id of a record",
}


def said(definition: Any, value: Any) -> list[str]:
    return list(complaints(definition, value))


def test_every_type_is_tried_here() -> None:
    assert FITS.keys() == TYPES.keys() == CALLED.keys()


@pytest.mark.parametrize("sort", FITS)
@pytest.mark.parametrize("called", VALUES)
def test_a_value_is_of_a_type_or_is_told_not_to_be(sort: str, called: str) -> None:
    fits = called in FITS[sort]
    assert of_type(sort, VALUES[called]) is fits
    assert said({"type": sort}, VALUES[called]) == ([] if fits else [f"is not {CALLED[sort]}"])


@pytest.mark.parametrize(
    ("definition", "below", "inside", "above"),
    [
        ({"type": "number", "minimum": 2, "maximum": 4}, 1, (2, 3.5, 4), 5),
        ({"type": "number", "minimum": -0.5, "maximum": 0.5}, -0.6, (-0.5, 0, 0.5), 0.51),
        ({"type": "string", "minLength": 2, "maxLength": 4}, "a", ("ab", "abcd", "\U0001f600\u00e9"), "abcde"),
        ({"type": "array", "minItems": 1, "maxItems": 2}, [], ([1], [1, 1]), [1, 2, 3]),
    ],
)
def test_a_bound_itself_is_allowed_and_what_lies_beyond_is_not(definition: Any, below: Any, inside: Any, above: Any) -> None:
    low, high = (member for member in definition if member != "type")
    for value in inside:
        assert said(definition, value) == []
    (under,), (over,) = said(definition, below), said(definition, above)
    assert under.endswith(f"{low} {definition[low]}")
    assert over.endswith(f"{high} {definition[high]}")


@pytest.mark.parametrize(
    ("member", "word", "value", "sort"),
    [
        ("minimum", "is below", 0, "number"),
        ("maximum", "is above", 9, "number"),
        ("minLength", "is shorter than", "", "string"),
        ("maxLength", "is longer than", "x" * 9, "string"),
        ("minItems", "has fewer items than", [], "array"),
        ("maxItems", "has more items than", [0] * 9, "array"),
    ],
)
def test_each_bound_has_words_of_its_own(member: str, word: str, value: Any, sort: str) -> None:
    assert said({"type": sort, member: 5}, value) == [f"{word} {member} 5"]


@pytest.mark.parametrize("bound", [True, "5", None, [5]])
def test_a_bound_that_is_no_number_bounds_nothing(bound: object) -> None:
    assert said({"type": "number", "minimum": bound, "maximum": bound}, 0) == []


def test_bounds_do_not_touch_types_that_have_no_size() -> None:
    bounds = {"minimum": 5, "maximum": 1, "minLength": 5, "maxItems": 0}
    for sort, value in (("boolean", False), ("object", {"a": 1}), ("datetime", "x"), ("reference", ["a", "b"])):
        assert said({"type": sort, **bounds}, value) == []


@pytest.mark.parametrize(
    ("pattern", "fitting", "unfitting"),
    [
        ("^[A-Z]+$", "ABC", "AbC"),
        ("b", "abc", "acd"),
        (r"^(?<year>\d{4})-(?<month>\d\d)$", "2030-01", "2030-1"),
        (r"(?<=a)b", "ab", "cb"),
        (r"(?<!a)b", "cb", "ab"),
        (r"^\/x\/$", "/x/", "x"),
        (r"^(a|b)\1$", "aa", "ab"),
        (r"^\u0041$", "A", "B"),
    ],
)
def test_a_pattern_is_that_of_javascript_and_may_match_anywhere(pattern: str, fitting: str, unfitting: str) -> None:
    definition = {"type": "string", "pattern": pattern}
    assert said(definition, fitting) == []
    assert said(definition, unfitting) == [f"does not match pattern {pattern}"]


@pytest.mark.parametrize("pattern", ["[", "(", "a**", ")", "*", "(?<a>x)(?<a>y)", 5, None, ["a"]])
def test_what_is_no_pattern_is_not_compiled_and_matches_everything(pattern: object) -> None:
    assert compiled(pattern) is None
    assert said({"type": "string", "pattern": pattern}, "anything") == []


def test_a_pattern_is_for_texts_alone() -> None:
    assert said({"type": "datetime", "pattern": "^x$"}, "y") == []


@pytest.mark.parametrize(("value", "whole"), [(1, True), (-3.0, True), (1.5, False), (1e300, True)])
def test_a_whole_number_may_be_written_with_a_point(value: float, whole: bool) -> None:
    assert said({"type": "number", "integer": True}, value) == ([] if whole else ["is not a whole number"])
    assert said({"type": "number", "integer": False}, value) == []


def test_enum_allows_its_values_alone_and_not_forbids_its_own() -> None:
    assert said({"type": "string", "enum": ["a", "b"]}, "a") == []
    assert said({"type": "string", "enum": ["a", "b"]}, "c") == ["is not in enum"]
    assert said({"type": "number", "enum": [1, 2]}, 2.0) == []
    assert said({"type": "array", "enum": [["a"]]}, ["a"]) == []
    assert said({"type": "string", "not": ["a"]}, "a") == ["is in not"]
    assert said({"type": "string", "not": ["a"]}, "b") == []
    assert said({"type": "string", "enum": "abc", "not": "abc"}, "a") == []


def test_everything_that_is_broken_is_told() -> None:
    definition = {"type": "string", "minLength": 3, "pattern": "^x", "enum": ["xxx"], "not": ["ab"]}
    assert said(definition, "ab") == ["is shorter than minLength 3", "does not match pattern ^x", "is not in enum", "is in not"]


def test_a_value_of_another_type_is_told_once() -> None:
    assert said({"type": "string", "minLength": 3, "enum": ["x"]}, 5) == ["is not a text"]


@pytest.mark.parametrize("definition", [{}, {"type": None}, {"type": "text"}, {"type": {}}, {"type": "string", "enum": ["x"]}])
def test_without_a_known_type_or_a_value_there_is_nothing_to_say(definition: Any) -> None:
    assert said(definition, None) == []
    assert definition.get("type") == "string" or said(definition, 5) == []


@given(st.floats(allow_nan=False) | st.integers(), st.integers(-5, 5), st.integers(-5, 5))
def test_a_number_is_inside_its_bounds_or_told_to_be_outside(value: float, least: int, most: int) -> None:
    found = said({"type": "number", "minimum": least, "maximum": most}, value)
    assert ([] if least <= value else [f"is below minimum {least}"]) + ([] if value <= most else [f"is above maximum {most}"]) == found
