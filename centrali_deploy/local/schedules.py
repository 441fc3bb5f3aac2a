"""Scheduled triggers that fire when their time comes; the next time of each is kept, so that a restart misses none.

What came due several times while nobody looked fires once [I]. A changed schedule counts from the moment it is seen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from centrali_deploy.firing import next_times
from centrali_deploy.local.events import params_of
from centrali_deploy.local.runs import Order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from centrali_deploy.local.runs import Runs

SCHEDULER = "scheduler"
"""Who asks for scheduled runs."""


@dataclass(frozen=True, slots=True)
class Schedules:
    """The scheduled triggers of these workspaces."""

    runs: Runs
    workspaces: Iterable[str]

    def fire(self) -> None:
        """Queue a run of every trigger that is due, and work out when each is due next."""
        now = self.runs.clock()
        with self.runs.store.part():
            for workspace in self.workspaces:
                for trigger in self.runs.store.all(workspace, "trigger"):
                    if trigger["executionType"] == "scheduled" and trigger["enabled"]:
                        self._look_at(workspace, trigger, now)
                    elif trigger["executionType"] == "scheduled":  # what comes due while it is paused is not made up for
                        self.runs.store.run("delete from schedules where workspace = ? and trigger = ?", [(workspace, trigger["id"])])

    def _look_at(self, workspace: str, trigger: dict[str, Any], now: float) -> None:
        plan = json.dumps({member: value for member, value in trigger["triggerMetadata"].items() if member != "params"}, sort_keys=True)
        query = "select due from schedules where workspace = ? and trigger = ? and plan = ?"
        known = self.runs.store.select(query, (workspace, trigger["id"], plan))
        due = known[0][0] if known else _next(trigger["triggerMetadata"], now)
        if due <= now:
            self._fire(workspace, trigger)
            due = _next(trigger["triggerMetadata"], now)
        elif known:
            return
        self.runs.store.run("insert or replace into schedules values (?, ?, ?, ?)", [(workspace, trigger["id"], plan, due)])

    def _fire(self, workspace: str, trigger: dict[str, Any]) -> None:
        store = self.runs.store
        if trigger["triggerMetadata"].get("scheduleType") == "once":  # it stays, switched off [I]
            store.put(workspace, "trigger", trigger["name"], {**trigger, "enabled": False})
        function = store.get(workspace, "function", trigger["functionId"])
        if function is not None:
            order = Order(function, "scheduled", SCHEDULER, {}, params_of(trigger), trigger, (trigger["id"],))
            self.runs.queued(workspace, order)


def _next(metadata: dict[str, Any], now: float) -> float:
    """Unix seconds of the next time after `now`; the very time of a schedule that comes once."""
    kind = metadata.get("scheduleType")
    if kind == "interval":
        return now + float(metadata["interval"])
    if kind == "once":
        return datetime.fromisoformat(str(metadata["scheduledAt"])).timestamp()
    moment = datetime.fromtimestamp(now, UTC)
    return next_times(str(metadata["cronExpression"]), str(metadata.get("timezone") or "UTC"), 1, moment)[0].timestamp()
