"""One document out of many events: the place of everything, merge keys, and bombs that do not go off."""

from __future__ import annotations

from typing import Any

import pytest
from refusing import refused

from centrali_deploy.manifest.documents import parse_document


def places(text: str) -> dict[Any, tuple[int, int]]:
    return {path: (place.line, place.column) for path, place in parse_document(text, "f").places.items()}


def test_all_problems_of_a_file_are_told_at_once() -> None:
    assert refused("a: 012\nb: 1e999\na: 3\nc: !x y\n") == [
        (1, 4, "012 starts with a zero: a text, or a number?"),
        (2, 4, "1e999 is larger than any number can be."),
        (3, 1, '"a" is there twice; it is also at line 1.'),
        (4, 4, "The tag !x is not known."),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: {b: [x, {c: 1}]}\n", {(): (1, 1), ("a",): (1, 1), ("a", "b"): (1, 5), ("a", "b", 0): (1, 9), ("a", "b", 1): (1, 12),
                                   ("a", "b", 1, "c"): (1, 13)}),
        ("ä: ö\n'ü': {ß: 1}\n", {(): (1, 1), ("ä",): (1, 1), ("ü",): (2, 1), ("ü", "ß"): (2, 7)}),
        ("a:\r\n  - b\r\n  - c: d\r\n", {(): (1, 1), ("a",): (1, 1), ("a", 0): (2, 5), ("a", 1): (3, 5), ("a", 1, "c"): (3, 5)}),
    ],
)  # fmt: skip
def test_everything_has_its_place(text: str, found: Any) -> None:
    assert places(text) == found


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}\n", {"b": 3, "c": 2}),
        ("a: &x {b: 1, c: 2}\nd: {b: 3, <<: *x}\n", {"b": 3, "c": 2}),
        ("a: &x {b: 1}\ne: &y {b: 2, c: 2}\nd: {<<: [*x, *y]}\n", {"b": 1, "c": 2}),
        ("a: &x {b: 1}\ne: &y {b: 2, c: 2}\nd:\n  <<: *x\n  <<: *y\n", {"b": 1, "c": 2}),
        ("a: &x {b: 1}\nd: &y {<<: *x}\n", {"b": 1}),
        ("d: {<<: {b: 1}}\n", {"b": 1}),
    ],
)
def test_merge_keys_fill_in_what_is_not_written(text: str, data: Any) -> None:
    assert parse_document(text, "f").data["d"] == data


def test_what_is_merged_stands_where_it_is_merged() -> None:
    found = places("a: &x\n  b: 1\n  c: 2\nd:\n  c: 3\n  <<: *x\n")
    assert (found["d", "b"], found["d", "c"], found["a", "b"]) == ((6, 3), (5, 3), (2, 3))


@pytest.mark.parametrize(
    ("text", "line"),
    [("d: {<<: 5}\n", 1), ("a: &x [1]\nd: {<<: *x}\n", 2), ("a: &x [1]\nd: {<<: [*x]}\n", 2)],
)
def test_only_mappings_can_be_merged(text: str, line: int) -> None:
    ((at, _, message),) = refused(text)
    assert at == line
    assert message == "<< takes a mapping, or a list of mappings."


def test_as_deep_as_it_may_be_is_fine() -> None:
    assert parse_document("[" * 100 + "]" * 100, "f").data


@pytest.mark.parametrize("repeated", [10, 20])
def test_a_bomb_is_refused_before_it_goes_off(repeated: int) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * repeated)}]\n" for n in range(1, 9))
    ((_, _, message),) = refused(f"l0: &l0 [{', '.join('x' * 10)}]\n{levels}")
    assert message == "This stands for more than 500,000 values."


def test_aliases_that_stay_small_are_fine() -> None:
    data = parse_document(f"a: &x [1, 2]\nb: [{', '.join(['*x'] * 1000)}]\n", "f").data
    assert data["b"] == [[1, 2]] * 1000
