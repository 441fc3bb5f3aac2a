"""Which changes of an apply that broke off took effect, as far as what is live tells."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.undoing import Done
from centrali_deploy.plan.unfinished import Begun, told
from centrali_deploy.sealing import Seal
from centrali_deploy.secret import Secret
from centrali_deploy.states import LiveResource, LiveState, Recorded, RecordedState
from centrali_deploy.wire import MASK

SEAL = Seal(b"key")
F, G, FLOW, S = Address("function", "f"), Address("function", "g"), Address("orchestration", "o"), Address("structure", "s")
T = Address("trigger", "t")
LONG, OTHER = ("async function run() {}\n" * n for n in (20, 21))
ONE, TWO = ({"timeoutMs": number, "description": str(number)} for number in (1, 2))
BOTH = ("timeoutMs", "description")


def found(done: Done, after: Any, live: Any, *, ours: bool = True) -> tuple[Any, list[str]]:
    """The action and the members of what was done, or None, and the remarks."""
    state = LiveState({done.address: LiveResource(done.address, "id", live)} if live is not None else {})
    recorded = RecordedState({done.address: Recorded(done.address)} if ours else {}, SEAL)
    did, remarks = told([Begun(done, after and SEAL.sealed(done.address, after))], state, recorded, ())
    return (did[0].action.value, did[0].members) if did else None, remarks


UPDATE = Done(F, Action.UPDATE, BOTH, ONE)
CREATE = Done(F, Action.CREATE)
CODE = Done(F, Action.UPDATE, ("code",), {"code": LONG})
REPLACE = Done(T, Action.REPLACE, ("function",), {"function": "f"})
ACTIVE = Done(FLOW, Action.DELETE, (), {"status": "active"})


@pytest.mark.parametrize(
    ("done", "after", "live", "expected"),
    [
        (UPDATE, TWO, ONE, None),
        (UPDATE, TWO, TWO, ("update", BOTH)),
        (UPDATE, TWO, {**ONE, "timeoutMs": 2}, ("update", ("timeoutMs",))),
        (UPDATE, TWO, None, None),
        (UPDATE, {**TWO, "description": None}, {"timeoutMs": 2}, ("update", BOTH)),
        (CODE, {"code": OTHER}, {"code": OTHER}, ("update", ("code",))),
        (CODE, {"code": OTHER}, {"code": LONG}, None),
        (CREATE, TWO, TWO, ("create", ())),
        (CREATE, TWO, None, ("create", ())),  # so that it is forgotten
        (Done(FLOW, Action.CREATE), {"name": "O", "status": "active"}, {"name": "O", "status": "draft"}, ("create", ())),
        (Done(F, Action.DELETE, (), ONE), None, ONE, None),
        (Done(F, Action.DELETE, (), ONE), None, None, ("delete", ())),
        (ACTIVE, None, {"status": "active"}, None),
        (ACTIVE, None, {"status": "paused"}, ("update", ("status",))),
        (Done(FLOW, Action.DELETE, (), {"status": "draft"}), None, {"status": "paused"}, None),
        (REPLACE, {"function": "g"}, {"function": "g"}, ("replace", ("function",))),
        (REPLACE, {"function": "g"}, {"function": "f"}, None),
        (REPLACE, {"function": "g"}, None, ("replace", ("function",))),
    ],
)
def test_what_is_live_as_it_was_to_be_was_done_and_what_is_as_before_was_not(done: Done, after: Any, live: Any, expected: Any) -> None:
    assert found(done, after, live) == (expected, [])


def params(value: Any) -> dict[str, Any]:
    return {"triggerMetadata": {"params": {"key": {"value": value, "encrypt": True}}}}


@pytest.mark.parametrize(
    ("done", "after", "live", "said"),
    [
        (UPDATE, TWO, {**TWO, "timeoutMs": 3}, "timeoutMs of function/f is left as it is: it is neither as it was before that apply nor"),
        (CREATE, TWO, {**TWO, "timeoutMs": 3}, "function/f is left as it is: it is not as that apply would have made it"),
        (REPLACE, {"function": "g"}, {"function": "h"}, "trigger/t is left as it is: it is not as that apply would have made it"),
        (
            Done(T, Action.UPDATE, ("triggerMetadata",), params(MASK)),
            params(Secret("", lambda: "two")),
            params(MASK),
            "triggerMetadata of trigger/t is left as it is: it looks the same before and after",
        ),
    ],
)
def test_what_cannot_be_told_is_said(done: Done, after: Any, live: Any, said: str) -> None:
    did, [remark] = found(done, after, live)
    assert (did, remark.startswith(said)) == (("update", ("description",)) if done == UPDATE else None, True), remark


def test_a_new_name_is_the_proof_of_a_rename() -> None:
    renamed = Done(F, Action.UPDATE, ("name", "timeoutMs"), {"timeoutMs": 1}, "g")
    assert found(renamed, {"timeoutMs": 2}, {"timeoutMs": 2}) == (("update", ("name", "timeoutMs")), [])
    assert found(renamed, {"timeoutMs": 2}, None) == (None, [])


def test_renamed_items_are_compared_under_the_names_they_had() -> None:
    old, new = ([{"name": name, "type": "string"}] for name in ("total", "sum"))
    renamed = Done(S, Action.UPDATE, ("properties",), {"properties": new}, None, (("properties", "sum", "total"),))
    assert found(renamed, {"properties": new}, {"properties": new})[0] == ("update", ("properties",))
    assert found(renamed, {"properties": new}, {"properties": old}) == (None, [])


def test_what_is_gone_and_not_ours_any_more_says_nothing() -> None:
    assert found(CREATE, TWO, None, ours=False) == (None, [])


def test_what_was_applied_to_since_and_what_nobody_can_compare_is_left() -> None:
    live = LiveState({F: LiveResource(F, "id", TWO)})
    did, [remark] = told([Begun(UPDATE, TWO)], live, RecordedState(seal=SEAL), {F})
    assert (did, remark) == ([], "function/f is left as it is: a later apply changed it, so nobody can tell whether that one did.")
    assert told([Begun(UPDATE, TWO)], live, RecordedState(), ()) == ([], [])
