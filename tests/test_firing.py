"""When things fire: what is a cron expression, a time zone, a moment, an event, and what is meant by what is not."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from centrali_deploy.firing import EVENTS, cron_complaint, event_complaint, moment_complaint, next_times, past_complaint, zone_complaint

FIELDS = "minute, hour, day of month, month, day of week"


@pytest.mark.parametrize(
    "expression",
    [
        "* * * * *",
        "0 2 * * *",
        "0 0 1 1 0",
        "59 23 31 12 7",
        "*/15 * * * *",
        "*/59 */23 */31 */12 *",
        "5/10 * * * *",
        "0-30/10,45 8-18 * * 1-5",
        "0 0 * JAN MON",
        "0 0 * feb-apr mon-fri",
        "0 0 L * *",
        "0 0 LW * *",
        "0 0 * * 5L",
        "0 0 * * MON#1",
        "0 0 29 2 *",
        "0 0 30 4,6,9,11 *",
        "0 0 31 2 1",
        "0\t2  * * *",
    ],
)
def test_a_cron_expression_that_comes_is_taken(expression: str) -> None:
    assert cron_complaint(expression) is None


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("60 * * * *", "Bad minute"),
        ("-1 * * * *", "Bad minute"),
        ("30-10 * * * *", "Bad minute"),
        ("1,,2 * * * *", "Bad minute"),
        ("*/0 * * * *", "Bad minute"),
        ("1.5 * * * *", "Bad minute"),
        ("\u0663 * * * *", "Bad minute"),
        ("* 24 * * *", "Bad hour"),
        ("* x * * *", "Bad hour"),
        ("* * 32 * *", "Bad day-of-month"),
        ("* * 0 * *", "Bad day-of-month"),
        ("0 0 ? * *", "Bad day-of-month"),
        ("0 0 1W * *", "Bad day-of-month"),
        ("0 0 L-3 * *", "Bad day-of-month"),
        ("0 0 32 2 *", "Bad day-of-month"),
        ("0 0 0 4,6 *", "Bad day-of-month"),
        ("* * * 13 *", "Bad month"),
        ("* * * 0 *", "Bad month"),
        ("0 0 * JANUARY *", "Bad month"),
        ("* * * * 8", "Bad day-of-week"),
        ("0 0 * * MONDAY", "Bad day-of-week"),
        ("0 0 * * 1#6", "Bad day-of-week"),
        ("*/60 * * * *", "A step of 60 is longer than the minute goes (59)."),
        ("* */24 * * *", "A step of 24 is longer than the hour goes (23)."),
        ("* * */32 * *", "A step of 32 is longer than the day of month goes (31)."),
        ("* * * */13 *", "A step of 13 is longer than the month goes (12)."),
        ("* * * * */8", "A step of 8 is longer than the day of week goes (7)."),
        ("", "Five fields"),
        ("every night", "Five fields"),
        ("* * * *", "Five fields"),
        ("0 * * * * *", "Five fields"),
        ("@reboot", "Five fields"),
    ],
)
def test_what_is_no_cron_expression_is_told_with_what_is_wrong(expression: str, hint: str) -> None:
    complaint = cron_complaint(expression)
    assert complaint is not None
    assert complaint[0] == f'"cronExpression" is not a cron expression: "{expression}".'
    assert complaint[1].startswith(hint)
    assert FIELDS in complaint[1] or not hint.startswith("Bad")


@pytest.mark.parametrize(
    ("nickname", "written"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
    ],
)
def test_a_nickname_is_told_as_the_five_fields_it_stands_for(nickname: str, written: str) -> None:
    complaint = cron_complaint(nickname)
    assert complaint is not None
    assert complaint[1] == f'Write "{written}".'
    assert cron_complaint(written) is None


@pytest.mark.parametrize("expression", ["0 0 */31 * 1#2", "0 0 */31 2 1#3", "0 0 */31 2 1L"])
def test_a_cron_expression_that_never_comes_is_told(expression: str) -> None:
    assert cron_complaint(expression) == (f'"{expression}" never comes.', "Look at the day and the month.")


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
def test_every_hour_is_every_hour_over_both_changes_of_the_clock(zone: str) -> None:
    found = next_times("0 * * * *", zone, 24 * 370)
    moments = [time.astimezone(UTC) for time in found]
    assert all(time.minute == 0 for time in found)
    gaps = Counter((after - before).total_seconds() for before, after in itertools.pairwise(moments))
    half = zone == "Australia/Lord_Howe"
    assert gaps.keys() <= ({3600, 1800, 5400} if half else {3600})
    offsets = {time.utcoffset() for time in found}
    assert len(offsets) == 2


def test_a_time_the_clock_leaves_out_comes_once_that_day_and_a_time_it_repeats_comes_once() -> None:
    found = next_times("30 2 * * *", "Europe/Paris", 370)
    assert set(Counter(time.date() for time in found).values()) == {1}
    odd = [time for time in found if (time.hour, time.minute) != (2, 30)]
    assert {(time.month, time.weekday(), time.hour, time.minute) for time in odd} == {(3, 6, 3, 0)}
    before, after = ({time.utcoffset() for time in found if time.month == month} for month in (1, 7))
    assert [offset.total_seconds() for (offset,) in (before, after) if offset is not None] == [3600, 7200]


def test_next_times_are_in_the_zone_after_now_and_as_many_as_asked() -> None:
    found = next_times("0 2 * * *", "Asia/Tokyo")
    assert [(time.hour, time.minute, str(time.tzinfo)) for time in found] == [(2, 0, "Asia/Tokyo")] * 3
    assert datetime.now(UTC) < found[0] < found[1] < found[2]
    assert (found[2] - found[0]).days == 2
    assert len(next_times("* * * * *", "UTC", 7)) == 7


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+1"])
def test_a_time_zone_that_exists_is_taken(zone: str) -> None:
    assert zone in available_timezones()
    assert zone_complaint(zone) is None


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("europe/paris", "Did you mean Europe/Paris?"),
        ("EUROPE/PARIS", "Did you mean Europe/Paris?"),
        ("UTc", "Did you mean UTC?"),
        ("Europe/Pariss", "Did you mean Europe/Paris?"),
        ("Europe/Paris/", "Did you mean Europe/Paris?"),
        (" UTC", "Did you mean UTC?"),
        ("Nowhere/City", "Write an IANA name, for example Europe/Paris."),
        ("+01:00", "Write an IANA name, for example Europe/Paris."),
        ("", "Write an IANA name, for example Europe/Paris."),
        ("../etc/passwd", "Write an IANA name, for example Europe/Paris."),
        ("../../../etc/hostname", "Write an IANA name, for example Europe/Paris."),
        ("/etc/passwd", "Write an IANA name, for example Europe/Paris."),
        ("zone.tab", "Write an IANA name, for example Europe/Paris."),
        ("a\0b", "Write an IANA name, for example Europe/Paris."),
        ("x" * 5000, "Write an IANA name, for example Europe/Paris."),
    ],
)
def test_what_is_no_time_zone_is_told_with_the_one_it_may_be(zone: str, hint: str) -> None:
    assert zone_complaint(zone) == (f'"{zone}" is not a time zone.', hint)


def test_a_directory_of_time_zones_is_none() -> None:
    complaint = zone_complaint("Europe")
    assert complaint is not None
    assert complaint[0] == '"Europe" is not a time zone.'


@pytest.mark.parametrize(
    "text",
    [
        "2030-01-31T08:00:00Z",
        "2030-01-31T08:00:00+01:00",
        "2030-01-31T08:00:00-0330",
        "2030-01-31T08:00:00.123Z",
        "2030-01-31T08:00Z",
        "2028-02-29T08:00:00Z",
    ],
)
def test_a_moment_with_an_offset_is_taken(text: str) -> None:
    assert moment_complaint(text) is None


def test_a_moment_without_an_offset_is_told_with_two_that_have_one() -> None:
    complaint = moment_complaint("2030-01-31T08:00:00")
    assert complaint == (
        '"2030-01-31T08:00:00" is not a moment.',
        "Add its offset: 2030-01-31T08:00:00Z, or 2030-01-31T08:00:00+01:00.",
    )


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2030-13-31T08:00:00Z", "2030-02-30T08:00:00Z", "2030-01-31T25:00:00Z", "31.01.2030", "1e9"]
)
def test_what_is_no_moment_is_told_with_the_form(text: str) -> None:
    said = "Write it as ISO 8601 with an offset, for example 2030-01-31T08:00:00Z."
    assert moment_complaint(text) == (f'"{text}" is not a moment.', said)


@pytest.mark.parametrize("event", EVENTS)
def test_a_published_event_is_taken(event: str) -> None:
    assert event_complaint(event) is None


@pytest.mark.parametrize("event", ["created", "banana", "order_paid", ""])
def test_an_event_nobody_published_is_doubted_with_all_that_are_known(event: str) -> None:
    assert event_complaint(event) == (f'"{event}" is not a known event.', f"Known are: {', '.join(EVENTS)}.", "warning")


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_with_dots_or_capitals_or_a_letter_too_few_is_told_with_the_one_it_is(event: str) -> None:
    for written in (event.replace("_", "."), event[:-1], event.upper(), event.title(), event.replace("_", ".").upper()):
        assert event_complaint(written) == (f'"{written}" is not an event.', f"Did you mean {event}?")


@pytest.mark.parametrize(
    ("schedule", "past"),
    [
        ({"scheduleType": "once", "scheduledAt": "2026-11-25T08:59:59.9Z"}, True),
        ({"scheduleType": "once", "scheduledAt": "0001-01-01T00:00:00+14:00"}, True),
        ({"scheduleType": "once", "scheduledAt": "9999-12-31T23:59:59-14:00"}, False),
        ({"scheduleType": "once", "scheduledAt": "2026-11-25T09:00:00Z"}, False),
        ({"scheduleType": "once"}, False),
        ({"scheduleType": "cron", "scheduledAt": "2020-01-01T00:00:00Z"}, False),
        ({}, False),
    ],
)
def test_only_what_comes_once_can_be_over(schedule: dict[str, str], past: bool) -> None:
    found = past_complaint(schedule, datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert (found is not None) is past
    assert found is None or found[2:] == ("warning",)
