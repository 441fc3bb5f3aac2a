"""What a plan is: values that cannot be wrong, counted and named the same way every time."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.address import Address, Item
from centrali_deploy.errors import Position
from centrali_deploy.plan.model import Action, Change, FieldChange, Mark, Plan, plain

if TYPE_CHECKING:
    from collections.abc import Callable

ONE, TWO = Address("function", "one"), Address("function", "two")
FIELD = FieldChange(("code",), "a", "b")
CREATED = Change.create(ONE, "not there yet", [FIELD])
UPDATED = Change.update(ONE, "fields differ", [FIELD])


def plan(*changes: Change, workspace: str = "acme-dev") -> Plan:
    return Plan(workspace, changes)


@pytest.mark.parametrize("make", [Change.update, Change.replace])
def test_a_change_of_nothing_cannot_be_written(make: Callable[..., Change]) -> None:
    with pytest.raises(ValueError, match="without a difference is a no-op"):
        make(ONE, "nothing", iter(()))


def test_a_plan_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        plan(CREATED).workspace = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        FIELD.after = "c"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (CREATED, Action.CREATE),
        (UPDATED, Action.UPDATE),
        (Change.replace(ONE, "fixed", [FIELD]), Action.REPLACE),
        (Change.delete(ONE, "no longer declared"), Action.DELETE),
        (Change.forget(ONE, "already gone"), Action.FORGET),
        (Change.no_op(ONE, "same"), Action.NO_OP),
    ],
)
def test_everything_but_a_no_op_is_pending_and_counted(change: Change, action: Action) -> None:
    found = plan(change)
    assert found.empty == (action is Action.NO_OP)
    assert found.pending == (() if found.empty else (change,))
    assert [a for a in Action if found.count(a)] == [action]


def test_a_create_that_an_update_finishes_counts_once() -> None:
    found = plan(CREATED, UPDATED, Change.update(TWO, "fields differ", [FIELD]))
    assert (found.count(Action.CREATE), found.count(Action.UPDATE)) == (1, 1)
    assert len(found.pending) == 3


def test_the_place_of_a_difference_is_no_part_of_what_it_is() -> None:
    at = Position("w.yaml", 1, 2)
    assert replace(FIELD, position=at) == FIELD
    assert Change.update(ONE, "fields differ", [FIELD], at) == UPDATED
    assert FieldChange(("properties", Item("a"), "type"), 1, 2).member == "properties"


@pytest.mark.parametrize(
    "other",
    [
        plan(UPDATED, workspace="acme"),
        plan(Change.replace(ONE, "fields differ", [FIELD])),
        plan(Change.update(TWO, "fields differ", [FIELD])),
        plan(replace(UPDATED, fields=(replace(FIELD, path=("description",)),))),
        plan(replace(UPDATED, fields=(replace(FIELD, before="c"),))),
        plan(replace(UPDATED, fields=(replace(FIELD, before=Mark.ABSENT),))),
        plan(replace(UPDATED, fields=(replace(FIELD, after=Mark.SECRET),))),
        plan(replace(UPDATED, fields=(replace(FIELD, note="set"),))),
        plan(UPDATED, Change.update(TWO, "fields differ", [FIELD])),
        plan(),
    ],
)
def test_another_plan_has_another_digest(other: Plan) -> None:
    assert plan(UPDATED).digest != other.digest


@pytest.mark.parametrize(
    "same",
    [
        plan(replace(UPDATED, reason="for another reason", adopting=True, requires=(TWO,))),
        plan(Change.update(ONE, "fields differ", [replace(FIELD, position=Position("w.yaml", 9))], Position("w.yaml", 8))),
        plan(UPDATED, Change.no_op(TWO, "same")),
    ],
)
def test_what_is_only_said_about_a_plan_leaves_its_digest_alone(same: Plan) -> None:
    assert plan(UPDATED).digest == same.digest
    assert len(same.digest) == 16


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (0, False), ("1", 1), (None, Mark.ABSENT), (Mark.ABSENT, Mark.SECRET), ([], {}), (["a", "b"], ["b", "a"])],
)
def test_values_of_another_sort_are_told_apart_by_the_digest(before: Any, after: Any) -> None:
    def digest(value: Any) -> str:
        return plan(replace(UPDATED, fields=(replace(FIELD, after=value),))).digest

    assert digest(before) != digest(after)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (Mark.SECRET, {"$mark": "secret"}),
        (Mark.ABSENT, {"$mark": "absent"}),
        ({"a": [Mark.SECRET, ("b",)]}, {"a": [{"$mark": "secret"}, ["b"]]}),
        (None, None),
        (1.5, 1.5),
        ("text", "text"),
    ],
)
def test_a_value_of_a_plan_is_json_with_marks(value: Any, found: Any) -> None:
    assert plain(value) == found
    assert json.loads(json.dumps(plain(value))) == found
