"""Whether values fit the definition of a property: every type, bound, pattern and list of values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy.values import FORMATS, TYPES, compiled, complaints, of_type, repeated

VALUES: dict[str, Any] = {
    "text": "x",
    "day": "2030-01-31",
    "whole": 1,
    "broken": 1.5,
    "true": True,
    "list": [1],
    "mapping": {"a": 1},
}
FITS = {
    "string": {"text", "day"},
    "number": {"whole", "broken"},
    "boolean": {"true"},
    "datetime": {"text", "day"},
    "array": {"list"},
    "object": {"mapping"},
    "reference": {"text", "day", "list"},
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
    return [complaint.said for complaint in complaints(definition, value)]


def test_every_type_is_tried_here() -> None:
    assert FITS.keys() == TYPES.keys() == CALLED.keys()


@pytest.mark.parametrize("sort", FITS)
@pytest.mark.parametrize("called", VALUES)
def test_a_value_is_of_a_type_or_is_told_not_to_be(sort: str, called: str) -> None:
    fits = called in FITS[sort]
    assert of_type(sort, VALUES[called]) is fits
    form = ["is not a date and time"] if (sort, called) == ("datetime", "text") else []
    assert said({"type": sort}, VALUES[called]) == (form if fits else [f"is not {CALLED[sort]}"])


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
    for sort, value in (("boolean", False), ("object", {"a": 1}), ("datetime", "2030-01-31"), ("reference", ["a", "b"])):
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
    assert said({"type": "datetime", "pattern": "^x$"}, "2030-01-31") == []


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


FORMED = {
    "email": (["a@b", "a+b@c.de", '"a b"@c.de'], ["", "a", "a@", "@b", "a b@c", "a@b@c"]),
    "url": (["https://a.b/c?d=e#f", "mailto:a@b", "ftp://x"], ["", "a.b", "/x", "https://a b", "1:x"]),
    "uuid": (["6f1f1a52-53a4-4a7e-9d0c-000000000000", "6F1F1A52-53A4-4A7E-9D0C-00000000000F"], ["", "6f1f1a52", "g" * 36]),
    "date": (["2030-01-31", "2024-02-29"], ["", "2030-02-30", "20300131", "2030-01-31T00:00:00Z", "tomorrow"]),
    "datetime": (["2030-01-31", "2030-01-31T08:00:00Z", "2030-01-31T08:00:00.123+01:00"], ["", "now", "2030-13-01", "12:00"]),
}


@pytest.mark.parametrize("form", FORMED)
def test_a_text_has_its_form_or_is_told_not_to_have_it(form: str) -> None:
    assert FORMED.keys() == FORMATS.keys()
    fitting, unfitting = FORMED[form]
    assert [text for text in fitting if said({"type": "string", "format": form}, text)] == []
    assert {word for text in unfitting for word in said({"type": "string", "format": form}, text)} == {f"is not {FORMATS[form][0]}"}
    assert [text for text in unfitting if not said({"type": "string", "format": form}, text)] == []


def test_a_form_is_for_texts_alone_and_an_unknown_one_says_nothing() -> None:
    assert said({"type": "reference", "format": "email"}, "x") == said({"type": "string", "format": "phone"}, "x") == []
    assert said({"type": "string", "format": ["email"]}, "x") == []


def test_what_a_value_holds_is_told_where_it_is() -> None:
    definition = {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "number", "maximum": 3}}}}
    assert list(complaints(definition, [{"n": 1}, {"n": 4}, {"n": "x", "m": 1}, 5])) == [
        ((1, "n"), "is above maximum 3"),
        ((2, "n"), "is not a number"),
        ((3,), "is not a mapping"),
    ]
    listed = {"type": "object", "properties": [{"name": "n", "type": "number"}, {"type": "text"}, 5, {"name": ["n"]}]}
    assert list(complaints(listed, {"n": "x", "m": 1})) == [(("n",), "is not a number")]
    assert list(complaints({"type": "object", "properties": {"n": "number"}}, {"n": "x"})) == []


def test_what_is_there_twice_is_told_and_true_is_not_one() -> None:
    assert list(repeated(["a", 1, True, "1", {"a": 1, "b": 2}, {"b": 2, "a": 1}, "a"])) == [5, 6]
    assert said({"type": "array", "uniqueItems": True}, [1, 1]) == ["is there already"]
    assert said({"type": "array"}, [1, 1]) == []


@pytest.mark.parametrize("pattern", [r"\Ax", r"x\Z", "x{,3}"])
def test_what_means_something_else_here_is_not_tried(pattern: str) -> None:
    assert compiled(pattern) is None
