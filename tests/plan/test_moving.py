"""Which values go along with a new name, and what stands between the old name and the new one meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.move import Move
from centrali_deploy.plan.moving import COPIED, STAYS, danger_of, transition
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, RecordedState
from centrali_deploy.wire import MASK

S = Address("structure", "s")
GONE = "what records hold there is out of reach"
TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def a(**more: Any) -> dict[str, Any]:
    return {"name": "a", **TEXT, **more}


def b(**more: Any) -> dict[str, Any]:
    return {"name": "b", **TEXT, **more}


def changed(live: list[Any], declared: list[Any], **renamed: str) -> Any:
    desired = {S: DesiredResource(S, {"properties": declared}, renamed_items={("properties", new): old for new, old in renamed.items()})}
    state = LiveState({S: LiveResource(S, "id", {"properties": live})})
    (change,) = make_plan("w", desired, state, RecordedState(), Policy()).changes
    return change


@pytest.mark.parametrize(
    ("live", "declared", "renamed", "moves", "notes"),
    [
        ([a()], [b()], {"b": "a"}, [("a", "b", False, "")], {COPIED}),
        ([a(), b()], [b()], {"b": "a"}, [("a", "b", True, "")], {COPIED}),
        ([a(), b()], [a(), b()], {"b": "a"}, [], set()),
        ([b()], [b(maxLength=5)], {"b": "a"}, [], {""}),
        ([a()], [b()], {}, [], {"", GONE}),
        ([a(), {"name": "b", **NUMBER}], [{"name": "b", **NUMBER}], {"b": "a"}, [("a", "b", False, "another one")], {STAYS, ""}),
        ([a(), b(isSecret=True)], [b()], {"b": "a"}, [("a", "b", False, "another one")], {STAYS}),
        ([a(isSecret=True)], [b(isSecret=True)], {"b": "a"}, [("a", "b", False, "secret")], {STAYS}),
        (
            [a(type="object", properties={"k": {"type": "string", "isSecret": True}})],
            [b(type="object")],
            {"b": "a"},
            [("a", "b", False, "secret")],
            {STAYS},
        ),
        (
            [a(), b()],
            [b(), {"name": "c", **TEXT}],
            {"b": "a", "c": "b"},
            [("a", "b", False, "one after the other"), ("b", "c", False, "one after the other")],
            {STAYS},
        ),
        ([a(), b()], [a(), b()], {"b": "a", "a": "b"}, [], set()),
    ],
)
def test_values_go_along_where_they_can(live: Any, declared: Any, renamed: Any, moves: Any, notes: set[str]) -> None:
    change = changed(live, declared, **renamed)
    assert [(move.old, move.new, move.begun) for move in change.moves] == [move[:3] for move in moves]
    assert all(words in move.hindered and bool(words) == bool(move.hindered) for move, (*_, words) in zip(change.moves, moves, strict=True))
    assert {field.note for field in change.fields} == notes


def test_a_move_that_goes_on_concerns_what_is_still_to_be_copied() -> None:
    assert danger_of(Move("properties", "a", "b")).where == {"data.a": {"exists": True}}
    left = {"and": [{"data.a": {"exists": True}}, {"data.b": {"exists": False}}]}
    assert (danger_of(Move("properties", "a", "b", begun=True)).where, danger_of(Move("properties", "a", "b")).grade) == (left, "copy")
    assert danger_of(Move("properties", "a", "b", hindered="because")).losing


def meanwhile(live: list[Any], final: list[Any], *moves: Move) -> Any:
    return transition(KINDS["structure"], {"properties": live}, {"properties": final}, moves)


def test_the_new_name_stands_beside_the_old_one_without_what_would_be_in_the_way() -> None:
    strict = b(required=True, isUnique=True, immutable=True, default="x", maxLength=9)
    other = {"name": "other", **NUMBER}
    assert meanwhile([other, strict], [], Move("properties", "a", "b")) == {
        "properties": [other, {**strict, "name": "a"}, {"name": "b", **TEXT, "maxLength": 9}]
    }


def test_nothing_has_to_stand_in_between_when_both_are_there() -> None:
    assert meanwhile([a(), b()], [b()], Move("properties", "a", "b", begun=True)) == {}


def test_what_cannot_go_along_keeps_its_old_name_meanwhile() -> None:
    live = [b(), {"name": "c", **TEXT}]
    assert meanwhile(live, [], Move("properties", "a", "b", hindered="because"), Move("properties", "x", "c")) == {
        "properties": [a(), {"name": "x", **TEXT}, {"name": "c", **TEXT}]
    }


def test_a_mask_is_never_sent() -> None:
    key = {"name": "key", **TEXT, "isSecret": True, "default": MASK}
    move = Move("properties", "a", "b")
    bare = {"name": "key", **TEXT, "isSecret": True}
    assert meanwhile([key, b()], [b()], move)["properties"] == [bare, a(), b()]
    known = {**key, "default": "from elsewhere"}
    assert meanwhile([key, b()], [known, b()], move)["properties"] == [known, a(), b()]
    nested = {"name": "o", "type": "object", "properties": [{"name": "k", **TEXT, "isSecret": True, "default": MASK}]}
    assert MASK not in str(meanwhile([nested, b()], [b()], move))
