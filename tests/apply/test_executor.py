"""Carrying out plans: what fails, what is skipped because of it, and what goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.apply.executor import execute
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import Interrupted, ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.states import RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from centrali_deploy.apply.outcome import Started
    from centrali_deploy.remote.client import Client

CODE = {"code": "async function run() {}"}


def planned(path: str, client: Client) -> Planned:
    steps = plan(load([path], {}), client, Policy())
    while True:
        try:
            next(steps)
        except StopIteration as stopped:
            return stopped.value


def applied(path: str, client: Client) -> list[Outcome]:
    return ended(apply(load([path], {}), planned(path, client), client, lambda: False))


def ended(events: Iterable[Started | Outcome]) -> list[Outcome]:
    return [event for event in events if isinstance(event, Outcome)]


def told(outcomes: list[Outcome]) -> dict[str, str]:
    return {
        str(outcome.change.address): f"{outcome.status.value} {outcome.culprit}" if outcome.culprit else outcome.status.value
        for outcome in outcomes
    }


def test_dependents_of_a_failure_are_skipped_with_the_culprit_and_other_branches_go_on(
    connect_to: Callable[..., Client], manifest: Callable[..., str]
) -> None:
    triggers: dict[str, Any] = {name: {"function": name, "executionType": "on-demand"} for name in ("good", "bad")}
    path = manifest({"version": 1, "functions": {"good": CODE, "bad": {**CODE, "timeoutMs": 5}}, "triggers": triggers})
    app = create_app(":memory:", workspaces=["acme-dev"], faults=[Fault("POST", "compute-functions$", "400")])
    with connect_to(app) as client:
        first = planned(path, client)
        found = told(ended(execute(first.plan, Writing(client, load([path], {}).desired, first.live), workers=1)))
        assert found["function/bad"] == "failed"
        assert found["trigger/bad"] == "skipped function/bad"
        assert (found["function/good"], found["trigger/good"]) == ("applied", "applied")
        assert set(told(applied(path, client))) == {"function/bad", "trigger/bad"}
        assert planned(path, client).plan.empty


def test_structures_that_refer_to_each_other_are_made_and_then_the_same(client: Client, manifest: Callable[..., str]) -> None:
    def structure(target: str) -> dict[str, Any]:
        return {"name": "S", "properties": [{"name": "other", "type": "reference", "target": target, "required": True}]}

    path = manifest({"version": 1, "structures": {"a": structure("b"), "b": structure("a"), "c": structure("c")}})
    assert {outcome.status.value for outcome in applied(path, client)} == {"applied"}
    assert planned(path, client).plan.empty


def test_a_secret_that_is_not_set_stops_before_the_first_write(client: Client, manifest: Callable[..., str]) -> None:
    metadata = {"params": {"key": {"value": "${env:NOT_SET}", "encrypt": True}}}
    trigger = {"function": "f", "executionType": "on-demand", "triggerMetadata": metadata}
    path = manifest({"version": 1, "functions": {"f": CODE}, "triggers": {"t": trigger}})
    with pytest.raises(ManifestError, match="NOT_SET is not set"):
        applied(path, client)
    assert len(planned(path, client).plan.pending) == 2


def test_what_others_keep_in_a_replaced_list_is_carried_over(client: Client, manifest: Callable[..., str]) -> None:
    full = {"name": "email", "type": "string", "description": "theirs", "maxLength": 10}
    applied(manifest({"version": 1, "structures": {"s": {"name": "S", "properties": [full]}}}), client)
    ours = {"name": "email", "type": "string", "maxLength": 20}
    path = manifest({"version": 1, "structures": {"s": {"name": "S", "properties": [ours]}}})
    applied(path, client)
    (live,) = planned(path, client).live.resources.values()
    assert live.spec["properties"] == [{**ours, "description": "theirs"}]


def test_a_pause_is_a_call_of_its_own(client: Client, manifest: Callable[..., str]) -> None:
    def written(enabled: bool) -> str:
        trigger = {"function": "f", "executionType": "on-demand", "enabled": enabled}
        return manifest({"version": 1, "functions": {"f": CODE}, "triggers": {"t": trigger}})

    applied(written(enabled=True), client)
    before = client.requests_used
    outcomes = applied(written(enabled=False), client)
    assert [[field.member for field in outcome.change.fields] for outcome in outcomes] == [["enabled"]]
    assert client.requests_used - before == 5
    assert planned(written(enabled=False), client).plan.empty


def test_deletes_come_last_bottom_up_and_not_at_all_after_a_failure(client: Client, manifest: Callable[..., str]) -> None:
    trigger = {"function": "old", "executionType": "on-demand"}
    applied(manifest({"version": 1, "functions": {"old": CODE}, "triggers": {"old": trigger}}), client)
    path = manifest({"version": 1, "functions": {"new": CODE}})
    loaded, live = load([path], {}), planned(path, client).live
    recorded = RecordedState({address: {} for address in live.resources})
    found = make_plan("acme-dev", loaded.desired, live, recorded, Policy(prune=True))
    assert [str(change.address) for change in found.pending] == ["function/new", "trigger/old", "function/old"]
    client.create(KINDS["function"], {"name": "new", **CODE})
    outcomes = ended(execute(found, Writing(client, loaded.desired, live)))
    assert [outcome.status for outcome in outcomes] == [Status.FAILED, Status.SKIPPED, Status.SKIPPED]
    again = make_plan("acme-dev", loaded.desired, planned(path, client).live, recorded, Policy(prune=True))
    outcomes = ended(execute(again, Writing(client, loaded.desired, planned(path, client).live)))
    assert {outcome.status for outcome in outcomes} == {Status.APPLIED}
    assert [str(address) for address in planned(path, client).live.resources] == ["function/new"]


def test_told_to_stop_it_finishes_what_was_begun_and_says_what_is_left(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {f"f{n}": CODE for n in range(9)}})
    found = planned(path, client)
    outcomes: list[Outcome] = []

    def follow() -> None:
        for event in execute(found.plan, Writing(client, load([path], {}).desired, found.live), 2, stopping=lambda: bool(outcomes)):
            outcomes.extend(ended([event]))

    with pytest.raises(Interrupted, match=r"\d of the changes were not begun"):
        follow()
    assert 0 < len(outcomes) < 9
    assert len(planned(path, client).plan.pending) == 9 - len(outcomes)


def test_what_the_api_refuses_is_led_back_to_the_line(client: Client, manifest: Callable[..., str]) -> None:
    def written(does: str) -> str:
        return manifest(f"""version: 1
structures: {{orders: {{name: Orders}}}}
functions:
  f:
    timeoutMs: 1000
    code: async function run() {{ {does} }}
triggers:
  t:
    function: f
    executionType: event-driven
    triggerMetadata: {{event: record_created, recordSlug: orders}}
""")

    applied(written("return 1"), client)
    (outcome,) = applied(written("await api.createRecord('orders', [])"), client)
    (problem,) = outcome.problems
    assert (outcome.status, problem.position.line, problem.position.column) == (Status.FAILED, 6, 5)
    assert problem.message == "code: api.createRecord('orders')"
