"""Who changed a member since the last apply, and what is no longer declared."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address, path_text
from centrali_deploy.plan.model import Action, Mark, Plan
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.sides import released
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.sealing import Seal
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState
from centrali_deploy.wire import MASK

SEAL = Seal(b"key")
F, S, T = Address("function", "f"), Address("structure", "s"), Address("trigger", "t")
LONG, OTHER, THIRD = ("async function run() {}\n" * n for n in (20, 21, 22))


def planned(address: Address, declared: dict[str, Any], live: dict[str, Any], was: dict[str, Any]) -> Plan:
    if address == F:
        declared, live, was = ({"code": "c", **spec} for spec in (declared, live, was))
    known = RecordedState({address: Recorded(address, "id", SEAL.sealed(address, was))}, SEAL)
    desired = released({address: DesiredResource(address, declared)}, known)
    return make_plan("w", desired, LiveState({address: LiveResource(address, "id", live)}), known, Policy())


def told(plan: Plan) -> dict[str, tuple[Any, Any, str]]:
    return {path_text(f.path): (f.before, f.after, f.side) for change in plan.pending for f in change.fields}


def prop(name: str, **rest: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", **rest}


@pytest.mark.parametrize(
    ("address", "declared", "live", "was", "expected"),
    [
        (F, {"timeoutMs": 2}, {"timeoutMs": 1}, {"timeoutMs": 1}, {"timeoutMs": (1, 2, "yours")}),
        (F, {"timeoutMs": 2}, {"timeoutMs": 1}, {"timeoutMs": 2}, {"timeoutMs": (1, 2, "theirs")}),
        (F, {"timeoutMs": 3}, {"timeoutMs": 1}, {"timeoutMs": 2}, {"timeoutMs": (1, 3, "both")}),
        (F, {"timeoutMs": 3}, {"timeoutMs": 1}, {}, {"timeoutMs": (1, 3, "yours")}),
        (F, {"code": LONG}, {"code": OTHER}, {"code": OTHER}, {"code": (OTHER, LONG, "yours")}),
        (F, {"code": LONG}, {"code": OTHER}, {"code": LONG}, {"code": (OTHER, LONG, "theirs")}),
        (F, {"code": LONG}, {"code": OTHER}, {"code": THIRD}, {"code": (OTHER, LONG, "both")}),
        (F, {"description": "a"}, {"description": "a", "timeoutMs": 5}, {"description": "a"}, {}),  # drift of what nobody manages
        (F, {}, {"timeoutMs": 5}, {"timeoutMs": 5}, {"timeoutMs": (5, Mark.ABSENT, "yours")}),
        (F, {}, {"timeoutMs": 30000}, {"timeoutMs": 30000}, {}),  # the default is what it goes back to
        (F, {}, {"timeoutMs": 6}, {"timeoutMs": 5}, {"timeoutMs": (6, Mark.ABSENT, "both")}),
    ],
)
def test_every_difference_says_whose_it_is(address: Address, declared: Any, live: Any, was: Any, expected: Any) -> None:
    assert told(planned(address, declared, live, was)) == expected


@pytest.mark.parametrize(
    ("declared", "live", "was", "expected"),
    [
        ([prop("a")], [prop("a"), prop("b")], [prop("a"), prop("b")], {"properties[b]": "yours"}),
        ([prop("a")], [prop("a"), prop("b")], [prop("a")], {"properties[b]": "theirs"}),
        ([prop("a"), prop("b")], [prop("a")], [prop("a"), prop("b")], {"properties[b]": "theirs"}),
        ([prop("a"), prop("b")], [prop("a")], [prop("a")], {"properties[b]": "yours"}),
        ([prop("a")], [prop("a", maxLength=3)], [prop("a", maxLength=3)], {"properties[a].maxLength": "yours"}),
        ([prop("a")], [prop("a", maxLength=3)], [prop("a")], {}),
        ([prop("a", maxLength=4)], [prop("a", maxLength=3)], [prop("a", maxLength=4)], {"properties[a].maxLength": "theirs"}),
    ],
)
def test_items_and_their_members_have_sides_too(declared: Any, live: Any, was: Any, expected: Any) -> None:
    plan = planned(S, {"properties": declared}, {"properties": live}, {"properties": was})
    assert {path: side for path, (_, _, side) in told(plan).items()} == expected


def with_key(value: Any) -> dict[str, Any]:
    return {"executionType": "on-demand", "triggerMetadata": {"params": {"key": {"value": value, "encrypt": True}}}}


@pytest.mark.parametrize(("was", "changed"), [("same", False), ("other", True)])
def test_a_changed_secret_is_noticed_and_one_that_is_not_changed_is_no_change(was: str, changed: bool) -> None:
    plan = planned(T, with_key(Secret("${env:K}", lambda: "same")), with_key(MASK), with_key(Secret("", lambda: was)))
    assert [change.reason for change in plan.pending] == ["secret changed"] * changed
    assert [(f.before, f.after, f.note) for c in plan.pending for f in c.fields] == [(Mark.SECRET, Mark.SECRET, "changed")] * changed


def test_drift_alone_is_the_reason_of_a_change() -> None:
    assert planned(F, {"timeoutMs": 2}, {"timeoutMs": 1}, {"timeoutMs": 2}).pending[0].reason == "changed by somebody else (drift)"


def test_what_somebody_renamed_in_the_workspace_is_known_by_its_id() -> None:
    known = RecordedState({F: Recorded(F, "id", {"code": "x"})}, SEAL)
    other = Address("function", "renamed-by-hand")
    plan = make_plan(
        "w", {F: DesiredResource(F, {"code": "x"})}, LiveState({other: LiveResource(other, "id", {"code": "x"})}), known, Policy()
    )
    (change,) = plan.changes
    assert (change.address, change.action, change.fields[0].side) == (F, Action.UPDATE, "theirs")
    assert plan.unmanaged == ()


def test_an_apply_that_broke_off_leaves_no_sides() -> None:
    known = RecordedState({F: Recorded(F)}, SEAL)
    plan = make_plan("w", {F: DesiredResource(F, {"code": "x"})}, LiveState({F: LiveResource(F, "id", {"code": "y"})}), known, Policy())
    assert [(change.reason, change.adopting, change.fields[0].side) for change in plan.changes] == [("fields differ", False, "")]


def renamed_plan(address: Address, old: Address, declared: dict[str, Any], was: dict[str, Any], **renamed: Any) -> Plan:
    """What was applied under another name, is live as it was applied, and is declared under its new one."""
    live = {member: value for member, value in was.items() if member != "triggerMetadata"} | renamed.pop("masked", {})
    known = RecordedState({old: Recorded(old, "id", SEAL.sealed(old, was))}, SEAL)
    resource = DesiredResource(address, declared, renamed_from=old.name if old != address else None, **renamed)
    return make_plan("w", released({address: resource}, known), LiveState({old: LiveResource(old, "id", live)}), known, Policy())


def test_a_secret_that_is_left_as_it_is_does_not_change_with_a_name() -> None:
    def params(value: Any) -> dict[str, Any]:
        return {"function": "f", "triggerMetadata": {"params": {"key": {"value": value, "encrypt": True}}}}

    old, spec = Address("trigger", "old"), params(Secret("", lambda: "a"))
    live = LiveState({old: LiveResource(old, "id", params(MASK)), F: LiveResource(F, "f", {"code": "c"})})
    known = RecordedState({old: Recorded(old, "id", SEAL.sealed(old, spec))}, SEAL)
    plan = make_plan("w", {T: DesiredResource(T, spec, renamed_from="old")}, live, known, Policy())
    assert told(plan) == {"name": ("old", "t", "yours")}


def test_what_is_no_longer_declared_goes_back_to_its_default_under_a_new_name_too() -> None:
    was = {"code": "c", "timeoutMs": 5}
    assert told(renamed_plan(F, Address("function", "old"), {"code": "c"}, was)) == {
        "name": ("old", "f", "yours"),
        "timeoutMs": (5, Mark.ABSENT, "yours"),
    }


def test_so_does_what_is_no_longer_declared_of_an_item_with_a_new_name() -> None:
    declared, was = {"properties": [prop("b")]}, {"properties": [prop("a", maxLength=5)]}
    plan = renamed_plan(S, S, declared, was, renamed_items={("properties", "b"): "a"})
    assert told(plan) == {"properties[b].name": ("a", "b", ""), "properties[b].maxLength": (5, Mark.ABSENT, "yours")}


def test_a_secret_of_a_step_does_not_change_with_the_name_of_the_step() -> None:
    def steps(name: str, value: Any) -> dict[str, Any]:
        secrets = {"K": {"value": value, "encrypt": True}}
        return {"steps": [{"id": name, "type": "compute", "function": "f", "encryptedParams": secrets}]}

    flow, secret = Address("orchestration", "o"), Secret("", lambda: "a")
    live = LiveState({flow: LiveResource(flow, "id", steps("a", MASK)), F: LiveResource(F, "f", {"code": "c"})})
    known = RecordedState({flow: Recorded(flow, "id", SEAL.sealed(flow, steps("a", secret)))}, SEAL)
    for value, expected in (("a", False), ("b", True)):
        declared = DesiredResource(flow, steps("b", Secret("", lambda value=value: value)), renamed_items={("steps", "b"): "a"})
        plan = make_plan("w", {flow: declared}, live, known, Policy())
        assert any("K" in path for path in told(plan)) == expected
