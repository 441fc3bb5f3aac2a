"""Which changes set a state by a call of its own, and by which."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.calls import only_state, state_call
from centrali_deploy.plan.model import Change, FieldChange, Mark

FLOW, TRIGGER, FUNCTION = Address("orchestration", "o"), Address("trigger", "t"), Address("function", "f")
CREATED: list[tuple[Address, str, Any, str | None]] = [
    (FLOW, "status", "active", "activate"),
    (FLOW, "status", "paused", "pause"),
    (FLOW, "status", "draft", None),
    (FLOW, "name", "active", None),
    (TRIGGER, "enabled", False, None),
    (FUNCTION, "timeoutMs", 5, None),
]
UPDATED: list[tuple[Address, str, Any, str | None]] = [
    (FLOW, "status", "active", "activate"),
    (FLOW, "status", "paused", "pause"),
    (FLOW, "status", "draft", None),
    (FLOW, "name", "active", None),
    (TRIGGER, "enabled", False, "pause"),
    (TRIGGER, "enabled", True, "resume"),
    (TRIGGER, "enabled", None, "resume"),
    (TRIGGER, "enabled", Mark.ABSENT, "resume"),
    (FUNCTION, "timeoutMs", 5, None),
]


@pytest.mark.parametrize(("address", "member", "value", "call"), CREATED)
def test_a_create_sets_a_state_that_a_new_one_has_not_and_its_body_cannot_say(
    address: Address, member: str, value: Any, call: str | None
) -> None:
    assert state_call(Change.create(address, "new", [FieldChange((member,), Mark.ABSENT, value)])) == call


@pytest.mark.parametrize(("address", "member", "value", "call"), UPDATED)
def test_an_update_sets_the_state_that_differs(address: Address, member: str, value: Any, call: str | None) -> None:
    field = FieldChange((member,), "before", value)
    assert state_call(Change.update(address, "differs", [FieldChange(("description",), "a", "b"), field])) == call
    assert only_state(Change.update(address, "differs", [field])) is (member in {"status", "enabled"})
    assert not only_state(Change.update(address, "differs", [FieldChange(("description",), "a", "b"), field]))


def test_a_delete_and_what_stays_set_none() -> None:
    for change in (Change.delete(FLOW, "gone"), Change.no_op(FLOW, "same")):
        assert (state_call(change), only_state(change)) == (None, False)
