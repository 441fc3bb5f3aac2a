"""Carrying out plans: what fails, what is skipped because of it, and what goes on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.apply import executor
from centrali_deploy.apply.executor import execute
from centrali_deploy.apply.outcome import Call, Outcome, Started, Status, Still
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import Conflict, DeployError, Interrupted, ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Change, Plan
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import Recorded, RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from centrali_deploy.apply.outcome import Event
    from centrali_deploy.remote.client import Client

CODE = {"code": "async function run() {}"}


def planned(path: str, client: Client) -> Planned:
    return result_of(plan(load([path], {}), client, Policy()))


def applied(path: str, client: Client) -> list[Outcome]:
    return ended(apply(planned(path, client), client, lambda: False))


def ended(events: Iterable[Event]) -> list[Outcome]:
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
    assert client.requests_used - before == 6
    assert planned(written(enabled=False), client).plan.empty


def test_deletes_come_last_bottom_up_and_not_at_all_after_a_failure(client: Client, manifest: Callable[..., str]) -> None:
    trigger = {"function": "old", "executionType": "on-demand"}
    applied(manifest({"version": 1, "functions": {"old": CODE}, "triggers": {"old": trigger}}), client)
    path = manifest({"version": 1, "functions": {"new": CODE}})
    loaded, live = load([path], {}), planned(path, client).live
    recorded = RecordedState({address: Recorded(address) for address in live.resources})
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


def executed(path: str, client: Client, workers: int = 1) -> list[Event]:
    found = planned(path, client)
    return list(execute(found.plan, Writing(client, load([path], {}).desired, found.live), workers))


def test_code_that_would_loop_with_a_trigger_that_is_changed_away_is_written_after_it(client: Client, manifest: Callable[..., str]) -> None:
    def written(does: str, slug: str) -> str:
        metadata = {"event": "record_created", "recordSlug": slug}
        return manifest(
            {
                "version": 1,
                "structures": {"orders": {"name": "Orders"}, "invoices": {"name": "Invoices"}},
                "functions": {"f": {"code": f"async function run() {{ {does} }}"}},
                "triggers": {"t": {"function": "f", "executionType": "event-driven", "triggerMetadata": metadata}},
            }
        )

    applied(written("return 1", "orders"), client)
    path = written("await api.createRecord('orders', [])", "invoices")
    events = executed(path, client)
    assert told(ended(events)) == {"trigger/t": "applied", "function/f": "applied"}
    started = [str(event.change.address) for event in events if isinstance(event, Started)]
    assert started == ["function/f", "trigger/t", "function/f"]
    assert planned(path, client).plan.empty


def test_a_path_that_another_change_frees_is_taken_after_it(client: Client, manifest: Callable[..., str]) -> None:
    def written(**paths: str) -> str:
        triggers = {name: {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": path}} for name, path in paths.items()}
        return manifest({"version": 1, "functions": {"f": CODE}, "triggers": triggers})

    applied(written(a="one", b="two"), client)
    path = written(a="two", b="three")
    assert told(ended(executed(path, client))) == {"trigger/b": "applied", "trigger/a": "applied"}
    assert planned(path, client).plan.empty
    with pytest.raises(ManifestError, match="they exchange what they have"):
        planned(written(a="three", b="two"), client)


def test_a_conflict_that_stays_is_tried_twice_and_then_stops_what_depends_on_it(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest(
        {"version": 1, "functions": {"bad": CODE, "good": CODE}, "triggers": {"t": {"function": "bad", "executionType": "on-demand"}}}
    )
    found = planned(path, client)
    client.create(KINDS["function"], {"name": "bad", **CODE})
    events = list(execute(found.plan, Writing(client, load([path], {}).desired, found.live), 1))
    outcomes = ended(events)
    assert told(outcomes) == {"function/good": "applied", "function/bad": "failed", "trigger/t": "skipped function/bad"}
    assert isinstance(outcomes[1].error, Conflict)
    assert [str(event.change.address) for event in events if isinstance(event, Started)] == [
        "function/bad",
        "function/good",
        "function/bad",
    ]


def test_a_conflict_that_nothing_else_can_change_is_not_tried_again(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"bad": CODE}})
    found = planned(path, client)
    client.create(KINDS["function"], {"name": "bad", **CODE})
    before = client.requests_used
    assert told(ended(execute(found.plan, Writing(client, load([path], {}).desired, found.live)))) == {"function/bad": "failed"}
    assert client.requests_used - before == 1


def test_any_other_refusal_is_not_tried_again(connect_to: Callable[..., Client], manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"bad": CODE, "good": CODE}})
    app = create_app(":memory:", workspaces=["acme-dev"], faults=[Fault("POST", "compute-functions$", "400")])
    with connect_to(app) as client:
        assert told(ended(executed(path, client))) == {"function/bad": "failed", "function/good": "applied"}


class Slow(Writing):
    """Writes nothing until it is let go; knows how many are at it at once, and which were begun."""

    def __init__(self, client: Client, path: str) -> None:
        super().__init__(client, load([path], {}).desired, planned(path, client).live)
        self.let_go = threading.Event()
        self.begun: list[str] = []

    def write(self, change: Change) -> Iterator[str]:
        self.begun.append(str(change.address))
        assert self.let_go.wait(5)
        yield from super().write(change)


def test_it_says_that_it_is_still_at_it_and_does_several_at_once(
    client: Client, manifest: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vars(executor)["_TICK"] <= 1
    monkeypatch.setattr(executor, "_TICK", 0.01)
    path = manifest({"version": 1, "functions": dict.fromkeys("abc", CODE)})
    slow, events = Slow(client, path), []
    for event in execute(planned(path, client).plan, slow, 2):
        events.append(event)
        if isinstance(event, Still):
            assert sorted(slow.begun)[:2] == ["function/a", "function/b"]
            slow.let_go.set()
    assert events[2] == Still()
    assert len(ended(events)) == 3


def test_told_to_stop_nothing_new_is_begun_and_what_was_postponed_counts_as_left(
    client: Client, manifest: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "_TICK", 0.01)
    path = manifest({"version": 1, "functions": dict.fromkeys("abcde", CODE)})
    slow, outcomes, stop = Slow(client, path), [], []
    client.create(KINDS["function"], {"name": "a", **CODE})

    def follow() -> None:
        for event in execute(Plan("acme-dev", creates(path)), slow, 2, stopping=lambda: bool(stop)):
            if isinstance(event, Still):
                stop.append(True)
                slow.let_go.set()
            outcomes.extend(ended([event]))

    with pytest.raises(Interrupted, match="4 of the changes were not begun"):
        follow()
    assert sorted(slow.begun) == ["function/a", "function/b"]
    assert told(outcomes) == {"function/b": "applied"}


def creates(path: str) -> tuple[Change, ...]:
    return tuple(Change.create(address, "not there yet", ()) for address in sorted(load([path], {}).desired))


def test_told_to_stop_when_all_is_done_is_done(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"f": CODE}})
    found, outcomes = planned(path, client), []
    for event in execute(found.plan, Writing(client, load([path], {}).desired, found.live), stopping=lambda: bool(outcomes)):
        outcomes.extend(ended([event]))
    assert told(outcomes) == {"function/f": "applied"}


def test_deletes_wait_for_everything_else_and_go_one_by_one(client: Client, manifest: Callable[..., str]) -> None:
    olds = {name: {"function": "old", "executionType": "on-demand"} for name in "xyz"}
    applied(manifest({"version": 1, "functions": {"old": CODE}, "triggers": olds}), client)
    path = manifest({"version": 1, "functions": {"a": CODE, "b": CODE}})
    live, desired = planned(path, client).live, load([path], {}).desired
    found = make_plan(
        "acme-dev", desired, live, RecordedState({address: Recorded(address) for address in live.resources}), Policy(prune=True)
    )
    told_so: list[str] = []
    for event in execute(found, Writing(client, desired, live), 4):
        if isinstance(event, Started):
            told_so.append(f"start {event.change.address}")
        elif isinstance(event, Outcome):
            told_so.append(f"end {event.change.address}")
    assert sorted(told_so[:4]) == ["end function/a", "end function/b", "start function/a", "start function/b"]
    order = ["trigger/z", "trigger/y", "trigger/x", "function/old"]
    assert told_so[4:] == [f"{word} {name}" for name in order for word in ("start", "end")]


def test_a_delete_does_not_begin_while_another_one_goes(
    client: Client, manifest: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "_TICK", 0.01)
    applied(manifest({"version": 1, "functions": {"old": CODE, "older": CODE, "new": CODE}}), client)
    path = manifest({"version": 1, "functions": {"new": CODE}})
    slow = Slow(client, path)
    changes = tuple(Change.delete(Address("function", name), "no longer declared") for name in ("older", "old"))
    waited = 0
    for event in execute(Plan("acme-dev", changes), slow, 4):
        if isinstance(event, Still):
            waited += 1
            assert slow.begun == ["function/older"] or slow.let_go.is_set()
            if waited > 1:
                slow.let_go.set()
    assert slow.begun == ["function/older", "function/old"]


def test_changes_that_wait_for_each_other_do_not_look_done(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"a": CODE, "b": CODE}})
    a, b = Address("function", "a"), Address("function", "b")
    changes = (
        Change(a, creates(path)[0].action, "not there yet", requires=(b,)),
        Change(b, creates(path)[1].action, "not there yet", requires=(a,)),
    )
    writing = Writing(client, load([path], {}).desired, planned(path, client).live)
    with pytest.raises(DeployError, match="wait for each other and were not carried out: function/a, function/b"):
        list(execute(Plan("acme-dev", changes), writing))


class Allowed:
    """Allows so many writes, then says why not."""

    def __init__(self, writes: int) -> None:
        self.left = writes
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.left -= 1
            if self.left < 0:
                raise DeployError("The lease is lost.")


def followed(path: str, client: Client, allowed: Callable[[], None], workers: int = 1) -> tuple[list[Event], str]:
    """What was told, and what was raised in the end."""
    found = planned(path, client)
    events: list[Event] = []
    with pytest.raises(DeployError) as caught:
        events.extend(execute(found.plan, Writing(client, found.desired, found.live), workers, allowed=allowed))
    return events, caught.value.message


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_what_is_no_longer_allowed_is_not_begun_and_what_was_done_is_told_before_it_is_raised(
    workers: int, client: Client, manifest: Callable[..., str]
) -> None:
    path = manifest({"version": 1, "functions": {f"f{n}": CODE for n in range(9)}})
    events, said = followed(path, client, Allowed(3), workers)
    assert said == "The lease is lost."
    assert list(told(ended(events)).values()) == ["applied"] * 3
    assert len(planned(path, client).plan.pending) == 6


def test_a_change_that_was_stopped_half_way_has_failed_and_its_calls_say_how_far_it_came(
    client: Client, manifest: Callable[..., str]
) -> None:
    flow = {"name": "O", "status": "active", "trigger": {"type": "on-demand"}, "steps": [{"id": "a", "type": "delay", "delayMs": 5}]}
    path = manifest({"version": 1, "orchestrations": {"o": flow}})
    events, _ = followed(path, client, Allowed(1))
    (outcome,) = ended(events)
    calls = (Call("create", Status.APPLIED), Call("activate", Status.SKIPPED))
    assert (outcome.status, outcome.calls) == (Status.FAILED, calls)
    assert [field.member for change in planned(path, client).plan.pending for field in change.fields] == ["status"]


def test_each_write_of_a_change_is_asked_for(client: Client, manifest: Callable[..., str]) -> None:
    flow = {"name": "O", "status": "active", "trigger": {"type": "on-demand"}, "steps": [{"id": "a", "type": "delay", "delayMs": 5}]}
    path, allowed = manifest({"version": 1, "functions": {"f": CODE}, "orchestrations": {"o": flow}}), Allowed(3)
    found = planned(path, client)
    outcomes = ended(execute(found.plan, Writing(client, found.desired, found.live), allowed=allowed))
    assert allowed.left == 0
    calls = {str(outcome.change.address): [call.name for call in outcome.calls] for outcome in outcomes}
    assert calls == {"function/f": ["create"], "orchestration/o": ["create", "activate"]}


def test_a_failed_activation_is_told_apart_from_the_create(connect_to: Callable[..., Client], manifest: Callable[..., str]) -> None:
    flow = {"name": "O", "status": "active", "trigger": {"type": "on-demand"}, "steps": [{"id": "a", "type": "delay", "delayMs": 5}]}
    app = create_app(":memory:", workspaces=["acme-dev"], faults=[Fault("POST", "/activate$", "400", times=None)])
    with connect_to(app) as client:
        path = manifest({"version": 1, "orchestrations": {"o": flow}})
        (outcome,) = ended(executed(path, client))
        assert outcome.calls == (Call("create", Status.APPLIED), Call("activate", Status.FAILED))
        assert (outcome.status, outcome.error is None) == (Status.FAILED, False)
        (outcome,) = ended(executed(path, client))
        assert outcome.calls == (Call("activate", Status.FAILED),)


def test_our_own_mistake_in_one_change_does_not_hide_what_became_of_the_others(client: Client, manifest: Callable[..., str]) -> None:
    class Broken(Writing):
        def write(self, change: Change) -> Iterator[str]:
            if change.address.name == "b":
                raise ZeroDivisionError
            yield from super().write(change)

    path = manifest({"version": 1, "functions": dict.fromkeys("abc", CODE)})
    found, outcomes = planned(path, client), list[Outcome]()

    def follow() -> None:
        for event in execute(found.plan, Broken(client, found.desired, found.live), 3):
            outcomes.extend(ended([event]))

    with pytest.raises(ZeroDivisionError):
        follow()
    assert sorted(told(outcomes)) == ["function/a", "function/c"]


def test_it_begins_with_four_at_a_time_and_does_more_when_all_goes_well(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {f"f{n}": CODE for n in range(40)}})
    found, slow = planned(path, client), Slow(client, path)
    slow.let_go.set()
    at_once, most, at_first = 0, 0, 0
    for event in execute(found.plan, slow):
        at_once += isinstance(event, Started) - isinstance(event, Outcome)
        most = max(most, at_once)
        at_first = at_first or (at_once if isinstance(event, Outcome) else 0)
    assert 4 <= at_first + 1 <= most <= 16
    assert most > 4
    assert planned(path, client).plan.empty
