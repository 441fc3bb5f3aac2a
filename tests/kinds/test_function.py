"""Functions: code that means the same however its lines end, and a time limit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError
from shapes import of, quickly, words_in

from centrali_deploy.kinds.function import KIND, LONGEST_RUN_MS


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a\nb", "a\r\nb", True),
        ("a\n", "a", True),
        ("a\r\n", "a", True),
        ("a\n\n", "a", False),
        ("a", " a", False),
        (5, 5, True),
        (None, "", False),
    ],
)
def test_code_is_alike_whatever_ends_its_lines(one: Any, other: Any, same: bool) -> None:
    reduce = KIND.alike["code",]
    assert (reduce(one) == reduce(other)) is same


@pytest.mark.parametrize(
    "spec",
    [{"code": ""}, {"code": None}, {"code": 5}, {}, {"code": "x", "timeoutMs": 0}, {"code": "x", "timeoutMs": LONGEST_RUN_MS + 1},
     {"code": "x", "timeoutMs": "5"}, {"code": "x", "timeoutMs": True}, {"code": "x", "more": 1}],
)  # fmt: skip
def test_what_the_model_refuses(spec: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KIND.adapter.validate_python(spec)


@pytest.mark.parametrize("spec", [{"code": "x"}, {"code": "x", "timeoutMs": LONGEST_RUN_MS, "description": None}])
def test_what_the_model_takes(spec: dict[str, Any]) -> None:
    assert KIND.adapter.validate_python(spec).code == "x"


@quickly
@given(of(words_in(KIND.examples)))
def test_no_shape_makes_it_fail(spec: dict[str, Any]) -> None:
    assert all(finding.path in {(), ("code",)} for finding in KIND.check("f", spec))
    assert list(KIND.secret_paths(spec)) == list(KIND.references_in(spec)) == []
    assert KIND.canonical(spec) is spec
