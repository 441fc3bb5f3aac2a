"""Events of records, and the triggers they set off.

A trigger that would set itself off again, through whatever functions and events lie between, is stopped when that
happens [D: loops are detected while they run, too]: the run is kept as a failure that says so, and nothing runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.runs import Order

if TYPE_CHECKING:
    from centrali_deploy.local.runs import Runs

LOOP = "TRIGGER_LOOP_DETECTED"


@dataclass(frozen=True, slots=True)
class Events:
    """What happens to records of one workspace, for whom (`actor`) and because of which triggers (`chain`)."""

    runs: Runs
    workspace: str
    actor: str
    chain: tuple[str, ...] = ()

    def emit(self, event: str, payload: dict[str, Any]) -> None:
        """Queue a run of every trigger that listens to this event of this structure."""
        for trigger in self.runs.store.all(self.workspace, "trigger"):
            metadata = trigger["triggerMetadata"]
            listens = trigger["executionType"] == "event-driven" and trigger["enabled"] and metadata.get("event") == event
            if listens and metadata.get("recordSlug") == payload.get("recordSlug"):
                self._set_off(trigger, payload)

    def _set_off(self, trigger: dict[str, Any], payload: dict[str, Any]) -> None:
        function = self.runs.store.get(self.workspace, "function", trigger["functionId"])
        if function is None:
            return
        order = Order(function, "trigger", self.actor, payload, params_of(trigger), trigger, (*self.chain, trigger["id"]))
        run = self.runs.queued(self.workspace, order)
        if trigger["id"] in self.chain:
            message = f"Trigger loop detected: {trigger['name']} set itself off again"
            self.runs.changed(self.workspace, run, status="failure", errorCode=LOOP, errorMessage=message, endedAt=self.runs.now())


def params_of(trigger: dict[str, Any]) -> dict[str, Any]:
    """The `triggerParams` of a trigger: its params with encrypted ones in the clear [D]."""
    params = trigger["triggerMetadata"].get("params")
    return {name: _clear(value) for name, value in params.items()} if isinstance(params, dict) else {}


def _clear(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    return value["value"] if isinstance(value, dict) and value.get("encrypt") is True and "value" in value else value
