"""What one apply did is turned round, and what nobody can bring back is said."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.undoing import Done, merged, undoing
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState
from centrali_deploy.wire import MASK

F, G, T, FLOW = Address("function", "f"), Address("function", "g"), Address("trigger", "t"), Address("orchestration", "flow")
CALLED = {"function": "f", "executionType": "on-demand"}
SECRET = {"params": {"key": {"value": MASK, "encrypt": True}}}


def live(*resources: tuple[Address, dict[str, Any]]) -> LiveState:
    return LiveState({address: LiveResource(address, f"id of {address}", spec) for address, spec in resources})


def recorded(*addresses: Address) -> RecordedState:
    return RecordedState({address: Recorded(address, f"id of {address}", {}) for address in addresses})


def test_of_several_changes_of_one_address_the_first_one_counts_with_the_members_of_all() -> None:
    done = [
        Done(T, Action.UPDATE, ("enabled",), {"enabled": True}),
        Done(F, Action.CREATE),
        Done(T, Action.REPLACE, ("executionType",), {"executionType": "on-demand"}),
    ]
    first, second = merged(done)
    assert (first.action, second.action, second.members) == (Action.CREATE, Action.REPLACE, ("executionType", "enabled"))


def test_an_update_gives_only_what_it_changed_its_earlier_values() -> None:
    done = Done(F, Action.UPDATE, ("timeoutMs", "description"), {"timeoutMs": 1, "code": "x"})
    found = undoing([done], live((F, {"timeoutMs": 2})), recorded(F))
    assert found.desired == {F: DesiredResource(F, {"timeoutMs": 1, "description": None})}
    assert (found.scope, found.remarks) == ({F: frozenset({"timeoutMs", "description"})}, [])


def test_what_was_made_is_in_scope_and_not_declared() -> None:
    found = undoing([Done(F, Action.CREATE)], live((F, {})), recorded(F))
    assert (found.desired, found.scope) == ({}, {F: None})


def test_what_was_made_and_is_not_ours_is_left_alone() -> None:
    found = undoing([Done(F, Action.CREATE)], live((F, {})), recorded())
    assert (found.scope, found.remarks) == ({}, ["function/f is left as it is: it is no longer ours."])


@pytest.mark.parametrize(
    ("present", "known"),
    [
        (live(), recorded(F)),
        (live((F, {})), recorded()),
        (live((F, {})), RecordedState({F: Recorded(F, "another", {})})),
    ],
)
def test_what_was_updated_and_is_not_ours_is_left_alone(present: LiveState, known: RecordedState) -> None:
    found = undoing([Done(F, Action.UPDATE, ("timeoutMs",), {"timeoutMs": 1})], present, known)
    assert (found.scope, found.desired) == ({}, {})
    gone = "gone: there is nothing to take back."
    assert found.remarks == [f"function/f is {'left as it is: it is no longer ours.' if present.resources else gone}"]


def test_a_rename_goes_back_unless_the_old_name_is_taken_and_references_follow() -> None:
    done = [Done(G, Action.UPDATE, ("name",), {}, was="f"), Done(T, Action.UPDATE, ("function",), {"function": "g"})]
    here = ((G, {}), (T, {"function": "h"}))
    found = undoing(done, live(*here), recorded(G, T))
    assert found.desired == {F: DesiredResource(F, {}, renamed_from="g"), T: DesiredResource(T, {"function": "f"})}
    assert found.scope == {G: frozenset(), T: frozenset({"function"})}
    taken = undoing(done[:1], live(*here, (F, {})), recorded(G, T))
    assert (taken.desired, taken.remarks) == ({}, ["function/g is left as it is: function/f is there by now."])


def test_a_state_that_no_call_leads_to_stays() -> None:
    done = Done(FLOW, Action.UPDATE, ("status",), {})
    found = undoing([done], live((FLOW, {"status": "active"})), recorded(FLOW))
    assert found.desired == {}
    assert found.remarks == ["status of orchestration/flow stays as it is: it cannot go back to draft."]


@pytest.mark.parametrize("action", [Action.DELETE, Action.REPLACE])
def test_nothing_is_made_with_a_secret_that_nobody_can_read(action: Action) -> None:
    done = Done(T, action, ("executionType", "triggerMetadata"), {**CALLED, "triggerMetadata": SECRET})
    present = live((T, CALLED)) if action is Action.REPLACE else live()
    found = undoing([done], present, recorded(T))
    assert (found.desired, found.scope, found.missing) == ({}, {}, [] if present.resources else [T])
    kept = "left as it is" if present.resources else "not made again"
    assert found.remarks[0] == f"trigger/t is {kept}: triggerMetadata.params.key.value is encrypted, and its value was never kept."
    assert "comes back from the manifest alone" in found.remarks[1]


def test_a_secret_of_what_is_there_stays() -> None:
    done = Done(T, Action.UPDATE, ("triggerMetadata", "description"), {**CALLED, "triggerMetadata": SECRET})
    found = undoing([done], live((T, CALLED)), recorded(T))
    assert found.desired[T].spec == {"description": None}
    assert found.remarks[0] == (
        "triggerMetadata of trigger/t stays as it is: triggerMetadata.params.key.value is encrypted, and its value was never kept."
    )


NEVER = "triggerMetadata.params.key.value is encrypted, and its value was never kept"


@pytest.mark.parametrize(
    ("done", "present", "spec", "remark"),
    [
        (  # it can only be sent whole
            Done(T, Action.UPDATE, ("description",), CALLED),
            {**CALLED, "description": "new", "triggerMetadata": SECRET},
            None,
            f"trigger/t is left as it is: {NEVER}.",
        ),
        (
            Done(T, Action.UPDATE, ("description", "enabled"), {**CALLED, "enabled": True}),
            {**CALLED, "description": "new", "enabled": False, "triggerMetadata": SECRET},
            {"enabled": True},
            f"trigger/t is left as it is but for its state: {NEVER}.",
        ),
        (
            Done(T, Action.UPDATE, ("name",), {}, was="old"),
            {**CALLED, "triggerMetadata": SECRET},
            None,
            f"trigger/t is left as it is: {NEVER}.",
        ),
        (  # the present one has no secret, and the earlier one cannot be made without its own
            Done(T, Action.REPLACE, ("executionType", "triggerMetadata"), {**CALLED, "triggerMetadata": SECRET}),
            {**CALLED, "executionType": "scheduled", "triggerMetadata": {"scheduleType": "interval", "interval": 60}},
            None,
            f"trigger/t is left as it is: {NEVER}.",
        ),
    ],
)
def test_what_has_a_secret_is_left_as_it_is_but_for_its_state(
    done: Done, present: dict[str, Any], spec: dict[str, Any] | None, remark: str
) -> None:
    found = undoing([done], live((T, present)), recorded(T))
    assert {address: resource.spec for address, resource in found.desired.items()} == ({T: spec} if spec else {})
    assert (remark in found.remarks, found.missing) == (True, [])


def test_what_was_renamed_and_replaced_and_is_gone_is_named_as_it_was_last() -> None:
    done = Done(T, Action.REPLACE, ("executionType", "triggerMetadata"), {**CALLED, "triggerMetadata": SECRET}, was="old")
    found = undoing([done], live((F, {})), recorded(T))
    assert (found.desired, found.missing, found.remarks[0]) == ({}, [T], f"trigger/t is not made again: {NEVER}.")


def test_a_secret_that_was_added_goes_again() -> None:
    done = Done(T, Action.UPDATE, ("triggerMetadata",), {**CALLED, "triggerMetadata": {}})
    known = RecordedState({T: Recorded(T, f"id of {T}", {"triggerMetadata": SECRET})})
    found = undoing([done], live((T, {**CALLED, "triggerMetadata": SECRET})), known)
    assert (found.desired[T].spec, found.remarks) == ({"triggerMetadata": {}}, [])


def test_what_depends_on_what_does_not_come_back_stays_too() -> None:
    secret = {"name": "x", "properties": [{"name": "pin", "type": "string", "isSecret": True, "default": MASK}]}
    listening = {"function": "f", "executionType": "event-driven", "triggerMetadata": {"event": "record_created", "recordSlug": "x"}}
    done = [Done(Address("structure", "x"), Action.DELETE, (), secret), Done(T, Action.DELETE, (), listening), Done(F, Action.DELETE)]
    found = undoing(done, live(), recorded())
    assert set(found.desired) == {F}
    assert found.missing == [Address("structure", "x"), T]
    assert "trigger/t is not made again: it needs structure/x, which is not there." in found.remarks


def test_what_was_made_and_what_stays_refers_to_stays_too() -> None:
    done = [Done(G, Action.CREATE), Done(T, Action.UPDATE, ("function",), CALLED)]
    here = live((G, {}), (T, {**CALLED, "function": "g", "triggerMetadata": SECRET}), (F, {}))
    found = undoing(done, here, recorded(G, T))
    assert (found.desired, found.scope) == ({}, {})
    assert "function/g is left as it is: trigger/t, which stays as it is, refers to it." in found.remarks
