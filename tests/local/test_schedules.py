"""Scheduled triggers and a clock that is moved by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from living import START, living

if TYPE_CHECKING:
    from pathlib import Path

    from living import Living

HOURLY = {"scheduleType": "cron", "cronExpression": "0 * * * *"}


@pytest.mark.parametrize(
    ("metadata", "steps", "fired"),
    [
        (HOURLY, [3599, 1, 1, 3598, 1], [0, 1, 0, 0, 1]),
        ({"scheduleType": "interval", "interval": 60}, [59, 1, 59, 1], [0, 1, 0, 1]),
        ({"interval": 60}, [60], [1]),
        ({"scheduleType": "once", "scheduledAt": "2027-01-15T09:00:00+01:00"}, [0, 10_000], [1, 0]),
        ({"scheduleType": "once", "scheduledAt": "2027-01-15T08:00:10Z"}, [9, 1, 1], [0, 1, 0]),
        ({"scheduleType": "cron", "cronExpression": "30 10 * * *", "timezone": "Europe/Berlin"}, [5399, 1], [0, 1]),
        (HOURLY, [5 * 3600], [1]),
    ],
)
def test_it_fires_when_its_time_has_come(metadata: dict[str, Any], steps: list[int], fired: list[int], acme: Living) -> None:
    acme.trigger(acme.function("return executionParams"), "scheduled", **metadata)
    first = acme.drain()
    found = []
    for seconds in steps:
        acme.at += seconds
        found.append(acme.drain())
    assert [first + found[0], *found[1:]] == fired
    assert all((run["runData"], run["executionSource"]) == ({}, "scheduled") for run in acme.runs())


def test_what_was_made_a_moment_ago_is_due_once_the_clock_is_moved(acme: Living) -> None:
    trigger = acme.trigger(acme.function("return 1"), "scheduled", scheduleType="interval", interval=60)
    acme.client.post("local/clock", json={"advance": 59}).raise_for_status()
    assert acme.runs() == []
    acme.client.post("local/clock", json={"advance": 1}).raise_for_status()
    assert [(run["triggerId"], run["status"]) for run in acme.runs()] == [(trigger, "pending")]


def test_what_came_due_while_it_was_paused_is_not_made_up_for(acme: Living) -> None:
    trigger = acme.trigger(acme.function("return 1"), "scheduled", **HOURLY)
    acme.drain()
    acme.client.patch(f"function-triggers/{trigger}/pause")
    acme.at += 7200
    assert acme.drain() == 0
    acme.client.patch(f"function-triggers/{trigger}/resume")
    assert acme.drain() == 0
    acme.at += 3600
    assert acme.drain() == 1


def test_a_changed_schedule_counts_from_the_moment_it_is_seen(acme: Living) -> None:
    trigger = acme.trigger(acme.function("return 1"), "scheduled", scheduleType="interval", interval=3600)
    acme.drain()
    acme.at += 3599
    acme.client.put(f"function-triggers/{trigger}", json={"triggerMetadata": {"scheduleType": "interval", "interval": 60}})
    assert acme.drain() == 0
    acme.at += 60
    assert acme.drain() == 1


def test_a_time_that_comes_while_nothing_runs_is_made_up_for(tmp_path: Path) -> None:
    database = str(tmp_path / "w.db")
    with living(database) as before:
        before.trigger(before.function("return 1"), "scheduled", **HOURLY)
        assert before.drain() == 0
    with living(database) as after:
        after.at = START + 4000
        assert after.drain() == 1


def test_the_clock_is_moved_by_a_request_and_stays_moved(tmp_path: Path) -> None:
    database = str(tmp_path / "w.db")
    with living(database) as before:
        before.trigger(before.function("return new Date().toISOString()"), "scheduled", **HOURLY)
        before.drain()
        assert before.client.post("local/clock", json={"advance": 3600}).json() == {"advanced": 3600.0, "now": START + 3600}
        assert before.drain() == 1
        assert before.runs()[0]["createdAt"] == "2027-01-15T09:00:00.000Z"
    with living(database) as after:
        assert after.client.post("local/clock", json={}).json()["advanced"] == 3600.0


@pytest.mark.parametrize("seconds", [-1, "5", True, 10**12, None, float("inf")])
def test_the_clock_goes_forward_by_seconds(seconds: Any, acme: Living) -> None:
    body = '{"advance": Infinity}' if seconds == float("inf") else None
    answer = acme.client.post("local/clock", content=body) if body else acme.client.post("local/clock", json={"advance": seconds})
    assert answer.status_code == 400


def test_expired_records_set_off_triggers(acme: Living) -> None:
    acme.structure("orders")
    acme.trigger(acme.function("return executionParams.event"), "event-driven", event="record_expired", recordSlug="orders")
    acme.client.post("records/slug/orders", params={"ttlSeconds": 60}, json={"data": {"a": 1}})
    assert acme.drain() == 0
    acme.at += 61
    assert acme.drain() == 1
    assert acme.runs()[0]["runData"] == "record_expired"


@pytest.mark.parametrize(
    ("metadata", "member"),
    [
        ({"scheduleType": "cron", "cronExpression": "every night"}, "cronExpression"),
        ({"scheduleType": "cron", "cronExpression": "0 0 30 2 *"}, "cronExpression"),
        ({"scheduleType": "cron", "cronExpression": "0 2 * * *", "timezone": "Mars/Olympus"}, "timezone"),
        ({"scheduleType": "once", "scheduledAt": "tomorrow"}, "scheduledAt"),
        ({"scheduleType": "once", "scheduledAt": "2027-01-15T08:00:00"}, "scheduledAt"),
    ],
)
def test_a_schedule_that_never_comes_is_refused(metadata: dict[str, Any], member: str, acme: Living) -> None:
    body = {"name": "t", "functionId": acme.function("return 1"), "executionType": "scheduled", "triggerMetadata": metadata}
    answer = acme.client.post("function-triggers", json=body)
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, f"triggerMetadata.{member}")


def test_a_clock_is_not_moved_out_of_every_calendar(acme: Living) -> None:
    ten_years = 10 * 366 * 86_400
    for _ in range(10):
        acme.at -= ten_years  # so that the token stays good
        assert acme.client.post("local/clock", json={"advance": ten_years}).status_code == 200
    answer = acme.client.post("local/clock", json={"advance": 1})
    assert (answer.status_code, answer.json()["details"]) == (
        400,
        [{"field": "advance", "message": "must be a number of seconds, forward"}],
    )
