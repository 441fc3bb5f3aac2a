"""When things fire: the events and schedules that triggers and orchestrations have in common.

Each check gives a message and a way out, or None when nothing is wrong.
"""

from __future__ import annotations

from difflib import get_close_matches

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
"""Every published event [D]. Others pass through, unless they look like a misspelt one."""
_CRON_FIELDS = 5

Complaint = tuple[str, str]


def event_complaint(event: str) -> Complaint | None:
    """Complain about an event name that is spelt with dots, or that is nearly a published one."""
    near = [] if event in EVENTS else get_close_matches(event.replace(".", "_"), EVENTS, n=1, cutoff=0.8)
    return (f'"{event}" is not an event.', f"Did you mean {near[0]}?") if near else None


def cron_complaint(expression: str) -> Complaint | None:
    """Complain about a cron expression that has not five fields [D]."""
    if len(expression.split()) == _CRON_FIELDS:
        return None
    return (
        f'"cronExpression" is not a cron expression: "{expression}".',
        'Five fields are expected, for example "0 2 * * *".',
    )
