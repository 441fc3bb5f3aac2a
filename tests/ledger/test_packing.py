"""Long texts made short, cut and joined."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest

from centrali_deploy.ledger import packing
from centrali_deploy.ledger.packing import joined, packed, pieces, unpacked


@pytest.mark.parametrize("value", [None, [], {"a": "ü\u2028\U0001f600"}, "z:" + "x" * 10, "z:" + "x" * 5000, list(range(5000))])
def test_what_is_packed_is_unpacked_again(value: Any) -> None:
    assert unpacked(joined(*pieces(packed(value), 7, 10))) == value


def test_short_values_stay_readable_and_long_ones_get_shorter() -> None:
    assert packed({"a": "ü"}) == '{"a":"ü"}'
    assert len(packed(["same"] * 10_000)) < 500


@pytest.mark.parametrize(("text", "first", "others"), [("", "", []), ("abcde", "ab", ["cd", "e"]), ("ab", "ab", [])])
def test_a_text_is_cut_into_a_first_piece_and_others(text: str, first: str, others: list[str]) -> None:
    assert pieces(text, 2, 2) == (first, others)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "z:",
        "z:*",
        "z:AAAA",
        "[" * 100_000,
        packed(list(range(5000)))[:-8],
        "z:" + base64.b64encode(zlib.compress(b"\xff")).decode(),
    ],
)
def test_what_is_damaged_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- whoever asks says where it was
        unpacked(text)


def test_what_would_get_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = packed(["same"] * 10_000)
    monkeypatch.setattr(packing, "LARGEST", 1000)
    with pytest.raises(ValueError, match="too long"):
        unpacked(text)
