"""When things fire: the events and schedules that triggers and orchestrations have in common.

Each check gives a message and a way out, or None when nothing is wrong.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.errors import Severity

EVENTS = (
    "record_created",
    "record_updated",
    "record_deleted",
    "record_restored",
    "record_reverted",
    "record_expired",
    "records_bulk_created",
    "records_bulk_updated",
    "records_bulk_deleted",
    "record_created_failed",
    "record_updated_failed",
    "record_deleted_failed",
    "records_bulk_created_failed",
    "records_bulk_updated_failed",
    "records_bulk_deleted_failed",
)
"""Every published event [D]. Others pass through with a warning, unless they look like a misspelt one."""
_CRON_FIELDS = 5
_LONGEST_PART = 20
_CRON_NAMES = ("minute", "hour", "day of month", "month", "day of week")
_CRON_MOST = (59, 23, 31, 12, 7)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_START = datetime(2026, 1, 1, tzinfo=UTC)

Complaint = tuple[str, str] | tuple[str, str, "Severity"]
"""A message, a way out, and how grave it is (an error, unless it says otherwise)."""


def event_complaint(event: str) -> Complaint | None:
    """Complain about an event name that is spelt with dots or capitals, or that is nearly a published one; doubt others."""
    if event in EVENTS:
        return None
    if near := get_close_matches(event.replace(".", "_").lower(), EVENTS, n=1, cutoff=0.8):
        return f'"{event}" is not an event.', f"Did you mean {near[0]}?"
    return f'"{event}" is not a known event.', f"Known are: {', '.join(EVENTS)}.", "warning"


def cron_complaint(expression: str) -> Complaint | None:
    """Complain about a cron expression that is none, or that never fires; it has five fields [D]."""
    said = f'"cronExpression" is not a cron expression: "{expression}".'
    if expression in _NICKNAMES:
        return said, f'Write "{_NICKNAMES[expression]}".'
    if len(expression.split()) != _CRON_FIELDS:
        return said, 'Five fields are expected, for example "0 2 * * *".'
    for name, most, text in zip(_CRON_NAMES, _CRON_MOST, expression.split(), strict=True):
        for part in text.split(","):
            step = part.rpartition("/")[2] if "/" in part else ""
            if len(part) > _LONGEST_PART or (step.isdecimal() and int(step) > most):
                return said, f"A step of {step} is longer than the {name} goes ({most})."
    try:
        times = CronSim(expression, _START)
        return None if next(times, None) else (f'"{expression}" never comes.', "Look at the day and the month.")
    except CronSimError as error:
        if str(error) == "Bad day-of-month" and re.fullmatch(r"(0?[1-9]|[12]\d|3[01])([,-](0?[1-9]|[12]\d|3[01]))*", expression.split()[2]):
            return f'"{expression}" never comes.', "Look at the day and the month."
        return said, f"{error}: five fields are minute, hour, day of month, month, day of week."


def next_times(expression: str, zone: str, count: int = 3, now: datetime | None = None) -> list[datetime]:
    """When a cron expression fires next after a moment (now, unless given), in its time zone."""
    return list(islice(CronSim(expression, (now or datetime.now(UTC)).astimezone(ZoneInfo(zone))), count))


def zone_complaint(name: str) -> Complaint | None:
    """Complain about a time zone that does not exist, or that does not mean what it says."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        lower = {zone.lower(): zone for zone in known}
        near = [lower[name.lower()]] if name.lower() in lower else get_close_matches(name, known, n=1)
        return f'"{name}" is not a time zone.', f"Did you mean {near[0]}?" if near else "Write an IANA name, for example Europe/Paris."
    return None


def moment_complaint(text: str) -> Complaint | None:
    """Complain about a moment that is not ISO 8601 with an offset, without which nobody knows when it is."""
    said = f'"{text}" is not a moment.'
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return said, "Write it as ISO 8601 with an offset, for example 2030-01-31T08:00:00Z."
    if moment.tzinfo:
        return None
    exact = moment.isoformat()
    return said, f"Add its offset: {exact}Z, or {exact}+01:00."


def past_complaint(schedule: Mapping[str, Any], now: datetime) -> Complaint | None:
    """Doubt a schedule that comes once, at a moment that is over; that it then never fires is [I]."""
    text = schedule.get("scheduledAt") if schedule.get("scheduleType") == "once" else None
    if text is None or datetime.fromisoformat(text) >= now:
        return None
    return f'"{text}" has passed: this will not fire.', "Give it a moment to come, or take it out if its work is done.", "warning"
