"""Points in time have one form, in which their order is the order of the texts."""

from __future__ import annotations

import pytest

from centrali_deploy.local import moments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-05-14T14:00:00.000Z", "2026-05-14T14:00:00.000Z"),
        ("2026-05-14T14:00:00+02:00", "2026-05-14T12:00:00.000Z"),
        ("2026-05-14T14:00", "2026-05-14T14:00:00.000Z"),
        ("2026-05-14T14:00:00.123456789Z", "2026-05-14T14:00:00.123Z"),
        ("2026-05-14", "2026-05-14T00:00:00.000Z"),
        ("2026-02-30", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("20260514", None),
        ("2026-W20-1", None),
        ("tomorrow", None),
        ("", None),
        (5, None),
        (None, None),
    ],
)
def test_a_date_is_read_whatever_its_form(text: object, found: str | None) -> None:
    assert moments.read(text) == found


def test_seconds_are_written_with_thousandths() -> None:
    assert moments.written(0) == "1970-01-01T00:00:00.000Z"
    assert moments.written(1.5) == "1970-01-01T00:00:01.500Z"


@pytest.mark.parametrize("seconds", [1e15, float("inf"), float("nan"), -1e15])
def test_what_no_calendar_has_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match=r".*"):
        moments.written(seconds)
