"""Apply: refused before the first write, stale when the workspace moved, and judged by what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Outcome, Started, Status
from centrali_deploy.errors import (
    AppliedInPart,
    Conflict,
    ExitCode,
    Interrupted,
    ManifestError,
    Position,
    Problem,
    Rejected,
    StalePlan,
    UnsafePlan,
)
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply, check, judge, refuse_stale, seen_again, unlike, unmarked, unproven
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Action, Change
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import Recorded, RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.errors import DeployError
    from centrali_deploy.remote.client import Client

CODE = {"code": "async function run() {}"}
SECRET = {"value": "${env:KEY}", "encrypt": True}
SEALED = {"function": "f", "executionType": "on-demand", "triggerMetadata": {"params": {"key": SECRET}}}
F, G = Address("function", "f"), Address("function", "g")
DONE, BAD, GOOD = (Change.create(Address("function", name), "not there yet", ()) for name in ("done", "bad", "good"))


def planned(path: str, client: Client, environ: dict[str, str]) -> Planned:
    return result_of(plan(load([path], environ), client, Policy()))


def applied(path: str, client: Client, environ: dict[str, str]) -> list[Any]:
    return list(apply(planned(path, client, environ), client, lambda: False))


@pytest.mark.parametrize(("environ", "words"), [({}, "KEY is not set"), ({"KEY": ""}, "is empty")])
def test_a_secret_that_is_not_set_is_refused_before_anything_is_written(
    environ: dict[str, str], words: str, client: Client, manifest: Callable[..., str]
) -> None:
    path = manifest({"version": 1, "functions": {"f": CODE}, "triggers": {"t": SEALED}})
    found = planned(path, client, environ)
    for refusing in (lambda: check(found, client), lambda: applied(path, client, environ)):
        with pytest.raises(ManifestError, match=words) as caught:
            refusing()
        assert caught.value.exit_code == ExitCode.INVALID
    assert planned(path, client, environ).live.resources == {}


def test_a_secret_that_need_not_be_sent_need_not_be_set(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"f": CODE}, "triggers": {"t": SEALED}})
    applied(path, client, {"KEY": "canary"})
    check(planned(path, client, {}), client)


def test_a_plan_that_a_protection_refuses_is_not_checked_further(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"f": CODE}, "triggers": {"t": SEALED, "u": SEALED}})
    applied(path, client, {"KEY": "canary"})
    bare = {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "x"}}
    path = manifest({"version": 1, "functions": {"f": CODE}, "triggers": {"t": bare, "u": {**bare, "triggerMetadata": {"path": "y"}}}})
    with pytest.raises(UnsafePlan) as caught:
        check(planned(path, client, {}), client)
    assert caught.value.exit_code == ExitCode.REFUSED
    assert caught.value.message.count("is encrypted and not declared") == 2
    assert all(name in caught.value.message for name in ("trigger/t:", "trigger/u:"))
    assert caught.value.hint.count("Declare it") == 1


def test_a_plan_that_is_still_the_same_is_not_stale(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"f": CODE}})
    approved = planned(path, client, {})
    client.create(KINDS["function"], {"name": "unrelated", **CODE})
    refuse_stale(approved, planned(path, client, {}))


def test_a_stale_plan_names_what_moved_and_nothing_else(client: Client, manifest: Callable[..., str]) -> None:
    ids = {name: client.create(KINDS["function"], {"name": name, **CODE, "timeoutMs": 5})["id"] for name in ("a", "b", "c")}
    path = manifest({"version": 1, "functions": {name: {**CODE, "timeoutMs": 6} for name in ("a", "b", "c", "d")}})
    approved = planned(path, client, {})
    client.update(KINDS["function"], ids["a"], {"timeoutMs": 6})
    client.update(KINDS["function"], ids["b"], {"timeoutMs": 7})
    client.create(KINDS["function"], {"name": "d", **CODE})
    now = planned(path, client, {})
    with pytest.raises(StalePlan, match="while you decided: function/a, function/b, function/d\\.") as caught:
        refuse_stale(approved, now)
    assert "Nothing was written" in caught.value.hint
    assert caught.value.exit_code == ExitCode.CONFLICT


def test_who_approved_a_delete_approved_it_of_what_they_were_shown(client: Client, manifest: Callable[..., str]) -> None:
    id_ = client.create(KINDS["function"], {"name": "f", **CODE})["id"]
    path, ours = manifest({"version": 1, "functions": {"g": CODE}}), {F: Recorded(F, id_)}

    def pruned() -> Planned:
        return result_of(plan(load([path], {}), client, Policy(prune=True), RecordedState(ours)))

    approved = pruned()
    refuse_stale(approved, pruned())
    client.update(KINDS["function"], id_, {"description": "theirs"})
    with pytest.raises(StalePlan, match="while you decided: function/f\\."):
        refuse_stale(approved, pruned())


def test_what_cannot_be_compared_any_more_is_told_and_the_rest_is_compared(client: Client, manifest: Callable[..., str]) -> None:
    """The function of a trigger goes, or gets a double, before the second look: what was done is recorded all the same."""
    client.create(KINDS["function"], {"name": "theirs", **CODE})
    trigger = {"function": "theirs", "executionType": "on-demand"}
    found = planned(manifest({"version": 1, "functions": {"f": CODE, "g": CODE}, "triggers": {"t": trigger}}), client, {})
    outcomes = [each for each in apply(found, client, lambda: False) if isinstance(each, Outcome)]
    after = result_of(seen_again(found, client, outcomes))
    assert unlike(found, after) == ()
    theirs = Address("function", "theirs")
    gone = replace(after, resources={a: r for a, r in after.resources.items() if a not in {theirs, G}})
    for live in (gone, replace(gone, resources={**gone.resources, theirs: after.resources[theirs]}, doubles={theirs: ("1", "2")})):
        others = unlike(found, live)
        assert [(change.address, change.action, change.adopting) for change in others] == [
            (G, Action.CREATE, False),
            (Address("trigger", "t"), Action.CREATE, False),
        ]
        assert unproven(outcomes, others) == others


def test_a_delete_that_was_taken_and_not_done_is_told(client: Client, manifest: Callable[..., str]) -> None:
    id_ = client.create(KINDS["function"], {"name": "f", **CODE})["id"]
    path = manifest({"version": 1, "functions": {"g": CODE}})
    found = result_of(plan(load([path], {}), client, Policy(prune=True), RecordedState({F: Recorded(F, id_)})))
    outcomes = [Outcome(change, Status.APPLIED) for change in found.plan.pending]
    client.create(KINDS["function"], {"name": "g", **CODE})
    assert [change.address for change in unproven(outcomes, unlike(found, planned(path, client, {}).live))] == [F]
    client.delete(KINDS["function"], id_)
    client.create(KINDS["function"], {"name": "f", **CODE})
    assert unlike(found, planned(path, client, {}).live) == ()


def test_what_is_not_as_it_is_declared_is_told_if_it_was_applied_and_loses_its_mark(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"f": {**CODE, "timeoutMs": 1000}, "g": {**CODE, "timeoutMs": 1000}}})
    applied(manifest({"version": 1, "functions": {"g": {**CODE, "timeoutMs": 1000}}}, "other.yaml"), client, {})
    found = planned(path, client, {})
    outcomes = [each for each in apply(found, client, lambda: False) if isinstance(each, Outcome)]
    assert unlike(found, planned(path, client, {}).live) == ()
    for name in "fg":
        id_ = found.live.resources[G].id if name == "g" else planned(path, client, {}).live.resources[F].id
        client.update(KINDS["function"], id_, {"timeoutMs": 2000})
    after = planned(path, client, {}).live
    others = unlike(found, after)
    assert [change.address for change in others] == [F, G]
    assert [change.address for change in unproven(outcomes, others)] == [F]
    assert {address: bool(each.mark) for address, each in after.resources.items()} == {F: True, G: True}
    assert {address: bool(each.mark) for address, each in unmarked(after, others).resources.items()} == {F: False, G: False}


def test_each_change_starts_and_ends_and_then_nothing_is_left(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"f": CODE}})
    started, ended = applied(path, client, {})
    assert isinstance(started, Started)
    assert isinstance(ended, Outcome)
    assert (started.change, ended.status) == (ended.change, Status.APPLIED)
    assert ended.seconds >= 0
    assert applied(path, client, {}) == []


def test_told_to_stop_at_once_nothing_is_written(client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "functions": {"f": CODE}})
    with pytest.raises(Interrupted, match="1 of the changes were not begun") as caught:
        list(apply(planned(path, client, {}), client, lambda: True))
    assert caught.value.exit_code == ExitCode.INTERRUPTED
    assert planned(path, client, {}).live.resources == {}


REJECTED = Rejected("no", "Mend it.", method="POST", path="/things", status=400, code="BAD", fields=(("a", "b"),), request_id="req_1")


def outcome(change: Change, status: Status, error: DeployError | None = None) -> Outcome:
    return Outcome(change, status, error=error)


@pytest.mark.parametrize(
    "outcomes", [[], [outcome(DONE, Status.APPLIED)], [outcome(DONE, Status.APPLIED), outcome(GOOD, Status.APPLIED)]], ids=len
)
def test_nothing_that_failed_is_nothing_to_raise(outcomes: list[Outcome]) -> None:
    judge(outcomes)


def test_what_failed_beside_what_was_done_is_applied_in_part() -> None:
    outcomes = [outcome(DONE, Status.APPLIED), outcome(BAD, Status.FAILED, REJECTED), outcome(GOOD, Status.SKIPPED)]
    with pytest.raises(AppliedInPart, match="Applied in part: function/bad failed") as caught:
        judge(outcomes)
    assert caught.value.exit_code == ExitCode.PARTIAL


@pytest.mark.parametrize(
    ("error", "code"),
    [(REJECTED, ExitCode.UNAVAILABLE), (Conflict("in use"), ExitCode.CONFLICT), (ManifestError([Problem(Position("f"), "a", "m")]), 3)],
    ids=["rejected", "conflict", "manifest"],
)
def test_what_failed_alone_is_raised_as_it_is_and_stays_as_it_was(error: Any, code: int) -> None:
    before = dict(vars(error))
    outcomes = [outcome(BAD, Status.FAILED, error), outcome(GOOD, Status.FAILED, error), outcome(DONE, Status.SKIPPED)]
    with pytest.raises(type(error)) as caught:
        judge(outcomes)
    assert caught.value.message == "Nothing was applied: function/bad, function/good failed."
    assert caught.value.exit_code == code
    kept = {name: value for name, value in vars(caught.value).items() if name not in {"message", "hint"}}
    assert kept == {name: value for name, value in before.items() if name not in {"message", "hint"}}
    assert vars(error) == before


@pytest.mark.parametrize(("failing", "requests"), [(False, 1), (True, len([kind for kind in KINDS.values() if kind.published]))])
def test_a_second_look_reads_what_was_written_or_everything_if_something_failed(
    failing: bool, requests: int, client: Client, manifest: Callable[..., str]
) -> None:
    text: dict[str, Any] = {"version": 1, "functions": {name: {**CODE, "timeoutMs": 1} for name in ("f", "theirs")}}
    applied(manifest(text), client, {})
    text["functions"]["f"]["timeoutMs"] = 2
    found = planned(manifest(text), client, {})
    outcomes = [event for event in apply(found, client, lambda: False) if isinstance(event, Outcome)]
    theirs = found.live.resources[Address("function", "theirs")]
    client.update(KINDS["function"], theirs.id, {"description": "changed meanwhile"})
    if failing:
        outcomes = [Outcome(outcome.change, Status.FAILED) for outcome in outcomes]
    before = client.requests_used
    after = result_of(seen_again(found, client, outcomes))
    assert client.requests_used - before == requests
    assert after.resources[Address("function", "f")].spec["timeoutMs"] == 2
    assert after.resources[theirs.address] == theirs
    assert unproven(outcomes, unlike(found, after)) == ()


def test_where_nothing_was_done_nothing_is_read_again(client: Client, manifest: Callable[..., str]) -> None:
    found = planned(manifest({"version": 1, "functions": {"f": CODE}}), client, {})
    before = client.requests_used
    assert result_of(seen_again(found, client, ())) is found.live
    assert client.requests_used == before
