"""When things fire next, over the hour that is left out and the one that comes twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from centrali_deploy.address import Address
from centrali_deploy.report.schedules import schedule_lines
from centrali_deploy.states import DesiredResource

TRIGGER, FLOW = Address("trigger", "nightly"), Address("orchestration", "hourly")


@pytest.mark.parametrize(
    ("now", "times"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "2026-03-29 03:00+02:00, 2026-03-30 02:30+02:00, 2026-03-31 02:30+02:00"),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "2026-10-25 02:30+02:00, 2026-10-26 02:30+01:00, 2026-10-27 02:30+01:00"),
    ],
)
def test_each_in_its_own_time_zone(now: datetime, times: str) -> None:
    metadata = {"scheduleType": "cron", "cronExpression": "30 2 * * *", "timezone": "Europe/Paris"}
    desired = {
        TRIGGER: DesiredResource(TRIGGER, {"triggerMetadata": metadata}),
        FLOW: DesiredResource(FLOW, {"trigger": {"type": "on-demand"}}),
    }
    assert list(schedule_lines(desired, now)) == [f"trigger/nightly  30 2 * * *  next: {times}"]


def test_without_a_zone_it_is_utc() -> None:
    desired = {FLOW: DesiredResource(FLOW, {"trigger": {"cronExpression": "0 * * * *"}})}
    (line,) = schedule_lines(desired, datetime(2026, 1, 1, tzinfo=UTC))
    assert line.endswith("2026-01-01 01:00+00:00, 2026-01-01 02:00+00:00, 2026-01-01 03:00+00:00")


@pytest.mark.parametrize("state", [{"enabled": False}, {"status": "paused"}, {"status": "draft"}])
def test_what_is_stopped_would_fire(state: dict[str, object]) -> None:
    desired = {FLOW: DesiredResource(FLOW, {"trigger": {"cronExpression": "0 * * * *"}, **state})}
    (line,) = schedule_lines(desired, datetime(2026, 1, 1, tzinfo=UTC))
    assert "stopped; would fire 2026-01-01 01:00+00:00" in line
