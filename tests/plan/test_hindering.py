"""What cannot be sent without a secret is named with it, and so is what depends on what stays or is missing."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.hindering import hindered
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState
from centrali_deploy.wire import MASK

F, G, T = Address("function", "f"), Address("function", "g"), Address("trigger", "t")
CALLED = {"function": "f", "executionType": "on-demand"}
SECRET = {"params": {"key": {"value": MASK, "encrypted": True}}}
NEVER = "triggerMetadata.params.key.value is encrypted, and its value was never kept"


def live(**specs: dict[str, Any]) -> LiveState:
    found = {Address("trigger" if name == "t" else "function", name): spec for name, spec in specs.items()}
    return LiveState({address: LiveResource(address, f"id of {address}", spec) for address, spec in found.items()})


@pytest.mark.parametrize(
    ("spec", "present", "reason"),
    [
        ({**CALLED, "triggerMetadata": SECRET}, None, NEVER),
        ({"description": None}, {**CALLED, "description": "x", "triggerMetadata": SECRET}, NEVER),
        ({"executionType": "endpoint"}, {**CALLED, "triggerMetadata": SECRET}, NEVER),
        ({"enabled": True}, {**CALLED, "enabled": False, "triggerMetadata": SECRET}, None),
        ({"description": "x"}, {**CALLED, "description": "x", "triggerMetadata": SECRET}, None),
        ({"description": None}, {**CALLED, "description": "x"}, None),
        ({"function": "gone"}, CALLED, "it needs function/gone, which is not there"),
    ],
)
def test_a_secret_that_would_be_sent_and_a_reference_to_what_is_not_there_are_in_the_way(
    spec: dict[str, Any], present: dict[str, Any] | None, reason: str | None
) -> None:
    workspace = live(f={}, **({"t": present} if present else {}))
    found = hindered({T: DesiredResource(T, spec)}, (), {}, workspace, RecordedState())
    assert found == ({T: reason} if reason else {})


def test_a_secret_that_is_let_go_of_is_not_sent() -> None:
    desired = {T: DesiredResource(T, {"triggerMetadata": {"extra": 1}})}
    workspace = live(f={}, t={**CALLED, "triggerMetadata": SECRET})
    assert set(hindered(desired, (), {}, workspace, RecordedState())) == {T}
    known = RecordedState({T: Recorded(T, f"id of {T}", {"triggerMetadata": SECRET})})
    assert hindered(desired, (), {}, workspace, known) == {}


def test_what_would_go_stays_while_something_refers_to_it() -> None:
    workspace = live(f={}, g={}, t={**CALLED, "function": "g"})
    reason = {G: "trigger/t, which stays as it is, refers to it"}
    assert hindered({}, [G], {}, workspace, RecordedState()) == {}
    assert hindered({}, [G], {T: NEVER}, workspace, RecordedState()) == reason
    assert hindered({T: DesiredResource(T, {"enabled": True})}, [G], {}, workspace, RecordedState()) == reason
    assert hindered({T: DesiredResource(T, {"function": "f"})}, [G], {}, workspace, RecordedState()) == {}
