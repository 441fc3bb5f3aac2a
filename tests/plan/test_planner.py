"""The truth table, one row per row, and what depends on what."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address, path_text
from centrali_deploy.errors import LiveConflict, ManifestError
from centrali_deploy.plan.model import Action, Change, Mark, Policy
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, RecordedState
from centrali_deploy.wire import MASK

ONE = Address("function", "one")
SPEC = {"code": "async function run() {}"}
OTHER = {"code": "async function run() { return 1 }"}
SECRET = Secret("${env:KEY}", lambda: "canary")


def desired(**specs: Any) -> dict[Address, DesiredResource]:
    found = {}
    for name, spec in specs.items():
        kind, _, rest = name.partition("_")
        address = Address(kind, rest)
        found[address] = DesiredResource(address, spec)
    return found


def live(**specs: Any) -> LiveState:
    return LiveState({address: LiveResource(address, f"id-{address.name}", r.spec) for address, r in desired(**specs).items()})


def recorded(*addresses: Address) -> RecordedState:
    return RecordedState(dict.fromkeys(addresses, SPEC))


@pytest.mark.parametrize(
    ("declared", "present", "known", "prune", "action", "reason"),
    [
        (SPEC, None, False, False, Action.CREATE, "not there yet"),
        (SPEC, None, True, False, Action.CREATE, "vanished"),
        (SPEC, SPEC, True, False, Action.NO_OP, "same"),
        (SPEC, OTHER, True, False, Action.UPDATE, "fields differ"),
        (SPEC, SPEC, False, False, Action.NO_OP, "same"),
        (SPEC, OTHER, False, False, Action.UPDATE, "fields differ"),
        (None, SPEC, True, True, Action.DELETE, "no longer declared"),
        (None, SPEC, True, False, Action.NO_OP, "no longer declared, kept: pass --prune to delete it"),
        (None, None, True, False, Action.FORGET, "already gone"),
    ],
)
def test_the_truth_table(declared: Any, present: Any, known: bool, prune: bool, action: Action, reason: str) -> None:
    plan = make_plan(
        "acme-dev",
        desired(function_one=declared) if declared else {},
        live(function_one=present) if present else LiveState(),
        recorded(ONE) if known else RecordedState(),
        Policy(prune=prune),
    )
    (change,) = plan.changes
    assert (change.address, change.action, change.reason) == (ONE, action, reason)
    assert change.adopting == (declared is not None and present is not None and not known)


def test_what_is_neither_declared_nor_recorded_is_counted_and_left_alone() -> None:
    plan = make_plan("acme-dev", {}, live(function_one=SPEC), RecordedState(), Policy(prune=True))
    assert plan.changes == ()
    assert [str(address) for address in plan.unmanaged] == ["function/one"]


def test_a_fixed_member_replaces() -> None:
    before = {"function": "one", "executionType": "on-demand", "triggerMetadata": {}}
    after = {"function": "one", "executionType": "endpoint", "triggerMetadata": {"path": "x"}}
    plan = make_plan("w", desired(function_one=SPEC, trigger_t=after), live(function_one=SPEC, trigger_t=before), RecordedState(), Policy())
    assert [(c.action, c.reason) for c in plan.pending] == [(Action.REPLACE, "executionType cannot be changed in place")]


def test_two_live_resources_with_one_name_are_a_conflict_that_shows_both_ids() -> None:
    state = LiveState(live(function_one=SPEC).resources, {ONE: ("id-1", "id-2")})
    with pytest.raises(LiveConflict, match="id-1, id-2"):
        make_plan("w", desired(function_one=SPEC), state, RecordedState(), Policy())


def test_a_reference_that_leads_nowhere_is_a_problem_with_a_suggestion() -> None:
    trigger = {"function": "on", "executionType": "on-demand", "triggerMetadata": {}}
    with pytest.raises(ManifestError, match="Did you mean one"):
        make_plan("w", desired(trigger_t=trigger, function_one=SPEC), LiveState(), RecordedState(), Policy())


def test_a_reference_to_something_live_is_fine() -> None:
    trigger = {"function": "one", "executionType": "on-demand", "triggerMetadata": {}}
    plan = make_plan("w", desired(trigger_t=trigger), live(function_one=SPEC), RecordedState(), Policy())
    assert [str(change.address) for change in plan.pending] == ["trigger/t"]


def structure(*targets: str) -> dict[str, Any]:
    return {"name": "S", "properties": [{"name": f"to_{t}", "type": "reference", "target": t} for t in targets]}


def test_what_is_referred_to_comes_first() -> None:
    plan = make_plan("w", desired(structure_a=structure("b"), structure_b=structure()), LiveState(), RecordedState(), Policy())
    assert [change.address.name for change in plan.pending] == ["b", "a"]


def test_a_circle_of_structures_is_split_into_a_create_and_an_update() -> None:
    plan = make_plan("w", desired(structure_a=structure("b"), structure_b=structure("a")), LiveState(), RecordedState(), Policy())
    told = [(change.action, change.address.name, change.deferred) for change in plan.pending]
    assert told == [
        (Action.CREATE, "a", (("properties", "to_b"),)),
        (Action.CREATE, "b", ()),
        (Action.UPDATE, "a", ()),
    ]
    assert plan.pending[2].requires == (Address("structure", "a"), Address("structure", "b"))
    assert (plan.count(Action.CREATE), plan.count(Action.UPDATE)) == (2, 0)


def lines(kind: str, declared: Any, present: Any, **policy: Any) -> list[tuple[str, Any, Any]]:
    plan = make_plan("w", desired(**{f"{kind}_x": declared}), live(**{f"{kind}_x": present}), RecordedState(), Policy(**policy))
    return [(path_text(field.path), field.before, field.after) for change in plan.pending for field in change.fields]


def test_members_that_are_not_written_are_not_compared() -> None:
    assert lines("function", {"code": "a"}, {"code": "a", "description": "theirs", "timeoutMs": 9}) == []


def test_null_resets_and_equals_the_default() -> None:
    assert lines("function", {"code": "a", "description": None}, {"code": "a", "description": "x"}) == [("description", "x", Mark.ABSENT)]
    assert lines("function", {"code": "a", "description": None, "timeoutMs": None}, {"code": "a", "timeoutMs": 30000}) == []


def test_true_and_one_are_not_the_same() -> None:
    def spec(value: object) -> Any:
        return {"name": "S", "properties": [{"name": "n", "type": "number", "default": value}]}

    assert lines("structure", spec(1), spec(True)) == [("properties[n].default", True, 1)]
    assert lines("structure", spec(1), spec(1.0)) == []


def test_properties_are_matched_by_name_whatever_their_order() -> None:
    a, b, c = ({"name": name, "type": "string"} for name in "abc")
    assert lines("structure", {"name": "S", "properties": [a, b]}, {"name": "S", "properties": [b, a]}) == []
    found = lines("structure", {"name": "S", "properties": [a, c]}, {"name": "S", "properties": [b, a]})
    assert found == [("properties[c]", Mark.ABSENT, c), ("properties[b]", b, Mark.ABSENT)]


def test_an_insertion_into_an_ordered_list_is_one_difference() -> None:
    def spec(*values: str) -> Any:
        return {"name": "S", "properties": [{"name": "n", "type": "string", "enum": list(values)}]}

    assert lines("structure", spec("a", "b", "c"), spec("a", "c")) == [("properties[n].enum[1]", Mark.ABSENT, "b")]


def step(**members: Any) -> dict[str, Any]:
    return {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", "type": "delay", "delayMs": 1, **members}]}


def test_a_secret_is_compared_by_presence_and_never_held() -> None:
    ours = step(encryptedParams={"K": {"value": SECRET, "encrypt": True}})
    theirs = step(encryptedParams={"K": {"value": MASK, "encrypt": True}})
    assert lines("orchestration", ours, theirs) == []
    again = lines("orchestration", ours, theirs, resend_secrets=True)
    assert again == [("steps[s].encryptedParams.K.value", Mark.SECRET, Mark.SECRET)]
    new = lines("orchestration", ours, step())
    assert new == [("steps[s].encryptedParams", Mark.ABSENT, {"K": {"value": Mark.SECRET, "encrypt": True}})]


def test_a_live_secret_that_nobody_declares_refuses_the_update_that_would_lose_it() -> None:
    theirs = step(encryptedParams={"K": {"value": MASK, "encrypt": True}})
    plan = make_plan("w", desired(orchestration_x=step(delayMs=2)), live(orchestration_x=theirs), RecordedState(), Policy())
    assert [refusal.rule for refusal in plan.refusals] == ["secret-would-be-lost"]


def test_an_active_orchestration_cannot_become_a_draft() -> None:
    ours, theirs = {**step(), "status": "draft"}, {**step(), "status": "active"}
    plan = make_plan("w", desired(orchestration_x=ours), live(orchestration_x=theirs), RecordedState(), Policy())
    assert [refusal.rule for refusal in plan.refusals] == ["state-not-reachable"]


def test_the_digest_names_the_differences_and_not_their_order() -> None:
    first = make_plan("w", desired(function_one=SPEC, function_two=OTHER), LiveState(), RecordedState(), Policy())
    second = make_plan("w", desired(function_two=OTHER, function_one=SPEC), LiveState(), RecordedState(), Policy())
    assert first.digest == second.digest != make_plan("w", desired(function_one=OTHER), LiveState(), RecordedState(), Policy()).digest


def test_an_update_without_a_difference_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="no-op"):
        Change.update(ONE, "nothing", ())
