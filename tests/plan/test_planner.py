"""The truth table, one row per row, and what depends on what."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of
from hypothesis import given, settings
from hypothesis import strategies as st

from centrali_deploy.address import Address, path_text
from centrali_deploy.errors import LiveConflict, ManifestError, Position
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.plan import plan as plan_of
from centrali_deploy.plan.model import Action, Mark
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.report.json import plan_part
from centrali_deploy.sealing import Seal
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from centrali_deploy.plan.model import Plan
    from centrali_deploy.remote.client import Client

ONE = Address("function", "one")
SEAL = Seal(b"key")
SPEC = {"code": "async function run() {}"}
OTHER = {"code": "async function run() { return 1 }"}
SECRET = Secret("${env:KEY}", lambda: "canary")
CODE = "async function run() {}"


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
    return RecordedState({address: Recorded(address, f"id-{address.name}", SPEC) for address in addresses}, SEAL)


@pytest.mark.parametrize(
    ("declared", "present", "known", "prune", "action", "reason"),
    [
        (SPEC, None, False, False, Action.CREATE, "not there yet"),
        (SPEC, None, True, False, Action.CREATE, "vanished"),
        (SPEC, SPEC, True, False, Action.NO_OP, "same"),
        (SPEC, OTHER, True, False, Action.UPDATE, "changed by somebody else (drift)"),
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


MASKED = {"value": MASK, "encrypt": True}
ACTIVE = {**step(encryptedParams={"K": MASKED}), "status": "active"}
HOOK = {
    "function": "one",
    "executionType": "http-trigger",
    "triggerMetadata": {"path": "x", "signingSecret": MASK, "params": {"k": MASKED}},
    "enabled": True,
}


def property_(**members: Any) -> dict[str, Any]:
    return {"name": "S", "properties": [{"name": "p", "type": "string", **members}]}


@pytest.mark.parametrize(
    ("kind", "declared", "present", "lost"),
    [
        ("orchestration", {**step(), "status": "paused"}, ACTIVE, []),
        ("orchestration", {"name": "O", "status": "paused"}, ACTIVE, []),
        ("orchestration", {"name": "P"}, ACTIVE, ["steps[0].encryptedParams.K.value"]),
        ("orchestration", {"name": "P", "status": "paused"}, ACTIVE, ["steps[0].encryptedParams.K.value"]),
        ("orchestration", step(delayMs=2), ACTIVE, ["steps[0].encryptedParams.K.value"]),
        ("orchestration", step(delayMs=2, encryptedParams=None), ACTIVE, []),
        ("orchestration", step(delayMs=2, encryptedParams={"K": {"value": SECRET, "encrypt": True}}), ACTIVE, []),
        ("orchestration", step(delayMs=2, encryptedParams={"L": {"value": SECRET, "encrypt": True}}), ACTIVE, []),
        ("trigger", {"enabled": False}, HOOK, []),
        ("trigger", {"enabled": False, "triggerMetadata": {"path": "x"}}, HOOK, []),
        ("trigger", {"function": "two"}, HOOK, ["triggerMetadata.signingSecret", "triggerMetadata.params.k.value"]),
        (
            "trigger",
            {"triggerMetadata": {"path": "y"}},
            HOOK,
            ["triggerMetadata.signingSecret", "triggerMetadata.params.k.value"],
        ),
        ("trigger", {"triggerMetadata": {"path": "y", "signingSecret": None}}, HOOK, ["triggerMetadata.params.k.value"]),
        ("trigger", {"triggerMetadata": {"path": "y", "signingSecret": SECRET, "params": {}}}, HOOK, []),
        ("trigger", {"executionType": "endpoint", "triggerMetadata": {"path": "x"}}, HOOK, ["triggerMetadata.params.k.value"]),
        ("trigger", {"executionType": "endpoint", "triggerMetadata": {"path": "x", "params": {}}}, HOOK, []),
        ("structure", property_(maxLength=5), property_(isSecret=True, default=MASK), ["properties[0].default"]),
        ("structure", property_(maxLength=5, default=None), property_(isSecret=True, default=MASK), []),
        ("structure", {"name": "T"}, property_(isSecret=True, default=MASK), []),
        ("structure", property_(type="number"), property_(isSecret=True, default=MASK), []),
        ("structure", {"name": "S", "properties": []}, property_(isSecret=True, default=MASK), []),
    ],
)
def test_which_changes_would_lose_a_secret(kind: str, declared: Any, present: Any, lost: list[str]) -> None:
    ours = desired(**{f"{kind}_x": declared, "function_one": SPEC, "function_two": SPEC})
    theirs = live(**{f"{kind}_x": present, "function_one": SPEC, "function_two": SPEC})
    plan = make_plan("w", ours, theirs, RecordedState(), Policy())
    assert [str(change.address) for change in plan.pending] == [f"{kind}/x"]
    assert [(refusal.rule, refusal.message.split(" is encrypted")[0]) for refusal in plan.refusals] == [
        ("secret-would-be-lost", path) for path in lost
    ]
    assert MASK not in repr(plan.refusals)
    assert all(refusal.address == (kind, "x") and "write null" in refusal.hint for refusal in plan.refusals)


@pytest.mark.parametrize(
    ("wanted", "present", "rules"),
    [
        ("draft", "active", ["state-not-reachable"]),
        ("draft", "paused", ["state-not-reachable"]),
        (None, "active", ["state-not-reachable"]),
        ("active", "draft", []),
        ("paused", "active", []),
        ("active", "paused", []),
        ("paused", None, []),
    ],
)
def test_which_states_can_be_reached(wanted: Any, present: Any, rules: list[str]) -> None:
    theirs = {**step(), "status": present} if present else step()
    plan = make_plan("w", desired(orchestration_x={**step(), "status": wanted}), live(orchestration_x=theirs), RecordedState(), Policy())
    assert [refusal.rule for refusal in plan.refusals] == rules
    assert all(refusal.message == f"status cannot go back to draft from {present}." for refusal in plan.refusals)
    assert all(refusal.hint == "Write one of active, paused, or leave status out." for refusal in plan.refusals)


@pytest.mark.parametrize("present", [True, False, None])
def test_a_state_that_can_be_gone_back_to_is_reset_by_null(present: Any) -> None:
    spec = {"function": "one", "executionType": "on-demand"}
    theirs = live(trigger_t=spec if present is None else {**spec, "enabled": present}, function_one=SPEC)
    plan = make_plan("w", desired(trigger_t={**spec, "enabled": None}), theirs, RecordedState(), Policy())
    assert plan.refusals == ()
    assert [change.action for change in plan.pending] == ([Action.UPDATE] if present is False else [])


def test_a_new_one_may_be_anything() -> None:
    plan = make_plan("w", desired(orchestration_x={**step(), "status": "draft"}), LiveState(), RecordedState(), Policy())
    assert plan.refusals == ()


REFERRING: dict[str, Any] = {
    "trigger_t": {"function": "one", "executionType": "on-demand", "triggerMetadata": {}},
    "orchestration_o": {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", "type": "compute", "function": "one"}]},
}


@pytest.mark.parametrize("name", REFERRING)
def test_a_reference_to_a_name_that_is_live_twice_is_a_conflict_too(name: str) -> None:
    state = LiveState(live(function_one=SPEC).resources, {ONE: ("id-1", "id-2")})
    with pytest.raises(LiveConflict, match=r"function/one \(ids id-1, id-2\)"):
        make_plan("w", desired(**{name: REFERRING[name]}), state, RecordedState(), Policy())


def test_a_double_that_nobody_means_is_left_alone() -> None:
    state = LiveState(live(function_one=SPEC, function_two=SPEC).resources, {ONE: ("id-1", "id-2")})
    assert make_plan("w", desired(function_two=SPEC), state, RecordedState(), Policy()).empty


def test_every_reference_that_leads_nowhere_is_told_at_its_place() -> None:
    address = Address("orchestration", "o")
    spec = {"steps": [{"id": "s", "function": "gone"}], "trigger": {"structureSlug": "lost"}}
    places = {(): Position("w.yaml", 1), ("steps", 0, "function"): Position("w.yaml", 2), ("trigger",): Position("w.yaml", 3)}
    with pytest.raises(ManifestError) as caught:
        make_plan("w", {address: DesiredResource(address, spec, places)}, LiveState(), RecordedState(), Policy())
    assert [(p.position.line, p.message, p.hint) for p in caught.value.problems] == [
        (
            2,
            '"steps[0].function" names function/gone, which is neither declared nor in the workspace.',
            "Declare it under functions, or correct the name.",
        ),
        (
            3,
            '"trigger.structureSlug" names structure/lost, which is neither declared nor in the workspace.',
            "Declare it under structures, or correct the name.",
        ),
    ]


def test_a_create_shows_what_is_written_and_nothing_that_is_null() -> None:
    spec = {"code": "c", "description": None, "timeoutMs": 5}
    (change,) = make_plan("w", desired(function_one=spec), LiveState(), RecordedState(), Policy()).changes
    assert [(field.path, field.before, field.after) for field in change.fields] == [
        (("timeoutMs",), Mark.ABSENT, 5),
        (("code",), Mark.ABSENT, "c"),
    ]


@pytest.mark.parametrize(
    ("present", "reason"),
    [
        (step(encryptedParams={"K": MASKED}), "secrets are sent again"),
        ({**step(encryptedParams={"K": MASKED}), "name": "P"}, "fields differ"),
    ],
)
def test_secrets_that_are_only_sent_again_are_called_so(present: Any, reason: str) -> None:
    ours = step(encryptedParams={"K": {"value": SECRET, "encrypt": True}})
    plan = make_plan("w", desired(orchestration_x=ours), live(orchestration_x=present), RecordedState(), Policy(resend_secrets=True))
    assert [change.reason for change in plan.pending] == [reason]


OURS = desired(
    structure_a=structure("b"),
    structure_b=structure("c"),
    structure_c={"name": "S", "properties": [{"name": "p", "type": "string", "default": SECRET}]},
    function_one=OTHER,
    trigger_t={"function": "one", "executionType": "endpoint", "triggerMetadata": {"path": "x"}},
    trigger_u={"function": "one", "executionType": "on-demand", "enabled": False},
)
THEIRS = live(
    structure_b={**structure(), "description": "theirs"},
    structure_z=structure(),
    function_one=SPEC,
    function_nine=SPEC,
    trigger_t={"function": "one", "executionType": "on-demand", "triggerMetadata": {"params": {"k": MASKED}}},
)


@settings(max_examples=60, deadline=None)
@given(st.permutations(sorted(OURS)), st.permutations(sorted(THEIRS.resources)))
def test_the_plan_is_the_same_whatever_the_order_of_files_and_lists(ours: list[Address], theirs: list[Address]) -> None:
    def made(names: list[Address], present: list[Address]) -> Plan:
        state = LiveState({address: THEIRS.resources[address] for address in present})
        return make_plan("w", {address: OURS[address] for address in names}, state, recorded(Address("function", "gone")), Policy())

    first, second = made(sorted(OURS), sorted(THEIRS.resources)), made(ours, theirs)
    assert first == second
    assert first.digest == second.digest
    assert plan_part(first) == plan_part(second)


@pytest.mark.parametrize("page_cap", [1, 2, 100])
def test_the_plan_is_the_same_whatever_the_order_of_paths_and_the_size_of_pages(
    page_cap: int, connect_to: Callable[..., Client], tmp_path: Path
) -> None:
    texts = {
        "a.yaml": "version: 1\nstructures:\n  a: {name: A, properties: [{name: to, type: reference, target: b}]}\n  b: {name: B}\n",
        "b.yaml": f"version: 1\nworkspace: acme-dev\nfunctions:\n  g: {{code: &c '{CODE}'}}\n  f: {{code: *c}}\n",
        "c.yaml": "version: 1\ntriggers:\n  t: {function: f, executionType: on-demand}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    app = create_app(":memory:", workspaces=["acme-dev"], page_cap=page_cap)
    found = []
    with connect_to(app) as client:
        for name in ("f", "h", "i"):
            client.create(KINDS["function"], {"name": name, "code": name})
        for order in permutations(texts):
            loaded = load([str(tmp_path / name) for name in order], {})
            found.append(plan_part(result_of(plan_of(loaded, client, Policy())).plan))
    app.state.store.close()
    assert all(part == found[0] for part in found)
    assert {change["address"]: change["action"] for change in found[0]["changes"]} == {
        "structure/a": "create",
        "structure/b": "create",
        "function/f": "update",
        "function/g": "create",
        "trigger/t": "create",
    }
    assert found[0]["unmanaged"] == ["function/h", "function/i"]


def test_the_digest_names_the_differences_and_not_their_order() -> None:
    first = make_plan("w", desired(function_one=SPEC, function_two=OTHER), LiveState(), RecordedState(), Policy())
    second = make_plan("w", desired(function_two=OTHER, function_one=SPEC), LiveState(), RecordedState(), Policy())
    assert first.digest == second.digest != make_plan("w", desired(function_one=OTHER), LiveState(), RecordedState(), Policy()).digest
