"""When what is declared fires next, for people who want to see what a cron expression means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.firing import next_times

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from centrali_deploy.states import DesiredState


def schedule_lines(desired: DesiredState, now: datetime) -> Iterator[str]:
    """The next three times of everything that fires by the clock, each in its own time zone."""
    for address, resource in sorted(desired.items()):
        for member in ("triggerMetadata", "trigger"):
            settings = resource.spec.get(member) or {}
            if expression := settings.get("cronExpression"):
                times = next_times(expression, settings.get("timezone") or "UTC", now=now)
                stopped = resource.spec.get("enabled") is False or resource.spec.get("status") in {"draft", "paused"}
                word = "stopped; would fire" if stopped else "next:"
                yield f"{address}  {expression}  {word} {', '.join(time.isoformat(sep=' ', timespec='minutes') for time in times)}"
