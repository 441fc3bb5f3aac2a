"""What happened to one change: values that can be compared, and words that machines read."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Outcome, Started, Status, Still
from centrali_deploy.plan.model import Change

CHANGE = Change.delete(Address("function", "f"), "no longer declared")


def test_the_words_for_how_a_change_ended_are_three() -> None:
    assert [status.value for status in Status] == ["applied", "failed", "skipped"]


def test_events_are_values() -> None:
    assert Started(CHANGE) == Started(CHANGE)
    assert Still() == Still()
    found = Outcome(CHANGE, Status.APPLIED)
    assert (found.seconds, found.error, found.culprit, found.problems) == (0.0, None, None, ())
    with pytest.raises(FrozenInstanceError):
        found.status = Status.FAILED  # type: ignore[misc]
