"""Trying functions: a fresh local workspace made from the manifests, a function run in it, and what it did there."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from centrali_deploy.apply.outcome import Outcome
from centrali_deploy.errors import UsageProblem
from centrali_deploy.local.app import create_app
from centrali_deploy.local.events import params_of
from centrali_deploy.local.runs import Order, shown_run
from centrali_deploy.local.samples import Samples
from centrali_deploy.pipeline.apply import apply, judge
from centrali_deploy.pipeline.following import followed
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from centrali_deploy.local.runs import Source
    from centrali_deploy.manifest.loading import Loaded

_WORKSPACE = "test"
_LEFT_OUT = "orchestration"
"""Of the kinds, what no function needs."""
_SOURCES: dict[str, Source] = {
    "event-driven": "trigger",
    "on-demand": "manual",
    "scheduled": "scheduled",
    "http-trigger": "http-trigger",
    "endpoint": "endpoint",
}
_WRITTEN = "select id, slug, version, data, deleted_at from records order by number"


class Tried(NamedTuple):
    """A run, and the records it created (+), changed (~) and deleted (-), each with its slug and data."""

    run: dict[str, Any]
    writes: list[tuple[str, str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Case:
    """A function with one way in which it is run: a trigger, or none."""

    function: str
    trigger: str | None

    def __str__(self) -> str:
        """As people read it."""
        return f"{self.function} by {self.trigger}" if self.trigger else self.function


def cases(loaded: Loaded, function: str | None) -> list[Case]:
    """Every way in which the functions of the manifests are run, or those of one. Raises UsageProblem when it is not there."""
    names = [address.name for address in loaded.desired if address.kind == "function"]
    if function is not None and function not in names:
        raise UsageProblem(f"function/{function} is not declared.", f"There are: {', '.join(names)}." if names else "Declare it.")
    found: list[Case] = []
    for name in [function] if function else names:
        triggers = [a.name for a, resource in loaded.desired.items() if a.kind == "trigger" and resource.spec.get("function") == name]
        found += [Case(name, trigger) for trigger in triggers] or [Case(name, None)]
    return found


class Trial:
    """A fresh local workspace in which everything of the manifests is, but for orchestrations. Closed by `with`."""

    def __init__(self, loaded: Loaded) -> None:
        """Make it. Raises what an apply raises."""
        self._app = create_app(":memory:", workspaces=[_WORKSPACE])
        self._store, self._runner = self._app.state.store, self._app.state.runner
        self._samples = Samples(self._app.state.providing, _WORKSPACE)
        try:
            self._fill(loaded)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        """For a `with` block."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End it; nothing is left."""
        self._close()

    def _fill(self, loaded: Loaded) -> None:
        account = self._app.state.accounts[_WORKSPACE]
        credentials = ServiceAccount(account.client_id, account.client_secret)
        wanted = {address: resource for address, resource in loaded.desired.items() if address.kind != _LEFT_OUT}
        with Client(Connection("http://localhost", _WORKSPACE, credentials), Sender(InProcess(self._app))) as client:
            _apply(replace(loaded, workspace=_WORKSPACE, desired=wanted), client)

    def _close(self) -> None:
        self._runner.stop()
        self._store.close()

    def run(self, case: Case, event: Any) -> Tried:  # noqa: ANN401 -- any JSON value; None takes a sample
        """Run a function as its trigger would, with an event given or made up. Raises UsageProblem when none can be made up."""
        function = self._store.named(_WORKSPACE, "function", case.function)
        trigger = self._store.named(_WORKSPACE, "trigger", case.trigger) if case.trigger else None
        given = self._samples.event(trigger) if event is None else event
        before = self._records()
        source = _SOURCES[trigger["executionType"]] if trigger else "manual"
        chain = (trigger["id"],) if trigger else ()
        order = Order(function, source, _WORKSPACE, given, params_of(trigger) if trigger else {}, trigger, chain)
        run = self._runner.at_once(_WORKSPACE, order)
        return Tried({**shown_run(run), "seconds": float(run["cpuUsageSeconds"])}, _writes(before, self._records()))

    def _records(self) -> dict[str, tuple[str, int, str]]:
        """Every record by its id: slug, version, data."""
        return {id_: (slug, version, data) for id_, slug, version, data, deleted in self._store.select(_WRITTEN) if deleted is None}


def _writes(before: dict[str, tuple[str, int, str]], after: dict[str, tuple[str, int, str]]) -> list[tuple[str, str, dict[str, Any]]]:
    signs = [(id_, "+" if id_ not in before else "~") for id_ in after if before.get(id_) != after[id_]]
    gone = [("-", slug, json.loads(data)) for id_, (slug, _, data) in before.items() if id_ not in after]
    return [*((sign, after[id_][0], json.loads(after[id_][2])) for id_, sign in signs), *gone]


def _apply(loaded: Loaded, client: Client) -> None:
    planned = followed(plan(loaded, client, Policy()), lambda _progress: None)
    judge([event for event in apply(planned, client, lambda: False) if isinstance(event, Outcome)])
