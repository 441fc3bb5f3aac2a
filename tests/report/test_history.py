"""The history as lines."""

from __future__ import annotations

import pytest
from ledgers import entry

from centrali_deploy.report.history import entry_lines, history_lines

ENDED = "2026-01-01T00:01:00Z"


def bare(text: str, _style: str) -> str:
    return text


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "   0  2026-01-01 00:00:00  apply     ann  c0ffee  broke off, 1 applied"),
        ({"number": 7, "outcomes": ()}, "   7  2026-01-01 00:00:00  apply     ann  c0ffee  goes on"),
        ({"ended": ENDED, "number": 12, "commit": ""}, "  12  2026-01-01 00:00:00  apply     ann  1 applied"),
        ({"ended": ENDED, "outcomes": (), "commit": "0123456789abc"}, "   0  2026-01-01 00:00:00  apply     ann  0123456789  no changes"),
        (
            {
                "ended": ENDED,
                "outcomes": (("f/a", "create", "failed", "no"), ("f/b", "create", "applied", ""), ("f/c", "create", "failed", "")),
            },
            "   0  2026-01-01 00:00:00  apply     ann  c0ffee  2 failed, 1 applied",
        ),
    ],
)
def test_an_apply_is_one_line(parts: dict[str, object], said: str) -> None:
    assert list(history_lines([entry(**parts)], bare, {7})) == [said]


def test_what_was_done_stands_in_columns() -> None:
    lines = list(history_lines([entry(doing="rollback of 12"), entry()], bare))
    assert [line.index("ann") for line in lines] == [43, 43]


def test_an_apply_in_full_says_what_became_of_each_change() -> None:
    outcomes = (("function/f", "create", "applied", ""), ("trigger/t", "delete", "failed", "in use"))
    assert list(entry_lines(entry(number=3, ended=ENDED, note="by hand", outcomes=outcomes), bare)) == [
        "apply 3  1 applied, 1 failed",
        "  started  2026-01-01T00:00:00Z",
        "  ended    2026-01-01T00:01:00Z",
        "  by       ann on ci-7",
        "  commit   c0ffee",
        "  plan     d",
        "  tool     1.0",
        "  note     by hand",
        "  applied  create function/f",
        "  failed   delete trigger/t: in use",
    ]


def test_what_nobody_recorded_is_unknown_and_said_to_be() -> None:
    found = entry(number=3, outcomes=(("function/f", "create", "applied", ""), ("function/g", "create", "unknown", "")))
    assert [line for line in entry_lines(found, bare) if "known" in line] == [
        "apply 3  broke off, 1 applied, 1 unknown",
        "  unknown  create function/g",
        "What is unknown may have taken effect or not: it was not recorded before the apply broke off. A plan shows what is live.",
    ]
    assert [line for line in entry_lines(found, bare, going=True) if "known" in line] == [
        "apply 3  goes on, 1 applied, 1 unknown",
        "  unknown  create function/g",
    ]
