"""What starts an orchestration: models of the trigger inside it, and what is wrong with one that they do not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from centrali_deploy.firing import EVENTS, cron_complaint, event_complaint, moment_complaint, past_complaint, zone_complaint
from centrali_deploy.kind import Finding
from centrali_deploy.parts import OpenSpec, Plain, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.kind import Others

Text = Annotated[str, Field(min_length=1)]


class Started(OpenSpec):
    """What every embedded trigger may have."""

    params: dict[str, Any] | None = None
    """Values given to every run; passed through as written."""


class EventStart(Started):
    """Starts when something happens to a record."""

    type: Literal["event-driven"]
    eventType: Annotated[str, Field(examples=list(EVENTS))]
    """The event, for example record_created."""
    structureSlug: Text
    """The structure whose records are watched."""


class ScheduledStart(Started):
    """Starts by the clock."""

    type: Literal["scheduled"]
    scheduleType: Literal["interval", "cron", "once"]
    """Which of the three members below says when."""
    interval: Annotated[int, Field(ge=1)] | None = None
    """Seconds from one run to the next."""
    cronExpression: Annotated[str, Field(examples=["0 2 * * *"])] | None = None
    """Minute, hour, day of month, month, day of week."""
    scheduledAt: Annotated[str, Field(examples=["2030-01-31T08:00:00Z"])] | None = None
    """When, as ISO 8601 text with an offset."""
    timezone: str | None = None
    """An IANA time zone. Default: UTC."""


class OnDemandStart(Started):
    """Starts when somebody asks for it."""

    type: Literal["on-demand"]


class HttpStart(Started):
    """Starts for every request to a public URL."""

    type: Literal["http-trigger"]
    path: str | None = None
    """The last part of the URL; the platform makes one when it is left out."""


AnyStart = Annotated[EventStart | ScheduledStart | OnDemandStart | HttpStart, Field(discriminator="type")]
STARTS: dict[str, type[Spec]] = {
    "event-driven": EventStart,
    "scheduled": ScheduledStart,
    "on-demand": OnDemandStart,
    "http-trigger": HttpStart,
}
_SCHEDULED_BY = {"interval": "interval", "cron": "cronExpression", "once": "scheduledAt"}
_COMPLAINTS = (
    ("eventType", event_complaint),
    ("cronExpression", cron_complaint),
    ("timezone", zone_complaint),
    ("scheduledAt", moment_complaint),
)


def check(trigger: Plain) -> Iterator[Finding]:
    """Findings about a trigger of any shape, at paths in the whole spec. Never fails."""
    for member, complain in _COMPLAINTS:
        if complaint := complain(trigger[member]) if isinstance(trigger.get(member), str) else None:
            yield Finding(("trigger", member), *complaint)
    sort = trigger.get("scheduleType")
    needed = _SCHEDULED_BY.get(sort) if isinstance(sort, str) else None
    if needed and trigger.get(needed) is None:
        yield Finding(("trigger",), f"scheduleType {sort} needs {needed}.", f"Add {needed}.")


def check_among(_name: str, spec: Plain, others: Others) -> Iterator[Finding]:
    """Findings in a valid spec beside everything that is declared: what comes too late, unless it is stopped."""
    if others.now and spec.get("status") not in {"draft", "paused"} and (complaint := past_complaint(spec["trigger"], others.now)):
        yield Finding(("trigger", "scheduledAt"), *complaint)
