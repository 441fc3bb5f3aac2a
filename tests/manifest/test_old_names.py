"""Circles of names are found once each, wherever they begin."""

from __future__ import annotations

import pytest

from centrali_deploy.manifest.old_names import circles


@pytest.mark.parametrize(
    ("olds", "expected"),
    [
        ({}, []),
        ({"a": "b"}, []),
        ({"a": "b", "b": "c"}, []),
        ({"a": "b", "b": "a"}, [("a", "a was b, b was a")]),
        ({"b": "a", "a": "b"}, [("b", "b was a, a was b")]),
        ({"c": "b", "b": "a", "a": "c"}, [("c", "c was b, b was a, a was c")]),
        ({"x": "a", "a": "b", "b": "a"}, [("a", "a was b, b was a")]),
        ({"a": "b", "b": "a", "c": "d", "d": "c"}, [("a", "a was b, b was a"), ("c", "c was d, d was c")]),
    ],
)
def test_each_circle_is_told_once(olds: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert list(circles(olds)) == [(first, f"These take their names from each other: {said}.") for first, said in expected]
