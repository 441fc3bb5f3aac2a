"""A saved plan says the same when it is read, hides what is secret, and knows what moved since."""

from __future__ import annotations

import json
from typing import Any

import pytest

from centrali_deploy.address import Address, Item
from centrali_deploy.errors import Position, UsageProblem
from centrali_deploy.plan.model import Change, FieldChange, LeftOut, Mark, Plan
from centrali_deploy.plan.planfile import FORMAT, Saved, dump, is_plan, moved, pins, read
from centrali_deploy.plan.verdicts import Hazard, Hint, Policy, Refusal
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveResource, LiveState

F, S = Address("function", "f"), Address("structure", "s")
PATH = ("properties", Item("email"), "maxLength")
UPDATE = Change.update(S, "fields differ", [FieldChange(PATH, 5, Mark.ABSENT, "note", Position("w.yaml", 3, 5), "--var", "theirs")])
CREATE = Change.create(F, "not there yet", [FieldChange(("code",), Mark.ABSENT, "x")], Position("w.yaml", 9, 3))
HAZARD = Hazard(S, PATH, "losing", "gone", {"data.email": {"exists": True}}, "would lose a value", 412, 9120)
OPENING = Change.open(S, "takes email out", [FieldChange(PATH[:2], {}, Mark.ABSENT)])
GONE = Change.delete(Address("trigger", "gone"), "no longer declared")
LIVE = LiveState({S: LiveResource(S, "secret-id", {"properties": [{"name": "email", "maxLength": 5}]})})


def secret(origin: str, _address: Address) -> Secret:
    return Secret(origin, lambda: "found")


def saved(**rest: Any) -> Saved:
    plan = Plan(
        "acme",
        (CREATE, UPDATE),
        (Refusal("rule", S, "no", "do"),),
        (Address("function", "other"),),
        (Hint(F, "look", ("a",)),),
        hazards=(HAZARD,),
        left_out=(LeftOut(GONE, S),),
    )
    desired = {
        F: DesiredResource(F, {"code": "x", "key": Secret("${env:KEY}", lambda: "canary-1")}, renamed_from="old"),
        S: DesiredResource(S, {"properties": [{"name": "email"}]}, renamed_items={("properties", "email"): "mail"}),
    }
    policy = Policy(prune=True, protect=("structure/*",))
    return Saved(**{"plan": plan, "desired": desired, "policy": policy, "pins": pins(plan, LIVE), "made": "now", "tool": "1", **rest})


def test_what_opens_a_circle_is_known_as_that_and_older_files_have_none() -> None:
    text = dump(saved(plan=Plan("acme", (OPENING, GONE))))
    assert [change.opening for change in read(text, "p", secret).plan.changes] == [True, False]
    assert [change.opening for change in read(text.replace('"opening"', '"other"'), "p", secret).plan.changes] == [False, False]


def test_what_is_read_is_what_was_written() -> None:
    before = saved(environment="prod", keeping={"deployment": "billing"}, server="https://api.example")
    after = read(dump(before), "p", secret)
    assert (after.plan, after.policy, after.pins, after.environment, after.keeping, after.server) == (
        before.plan,
        before.policy,
        before.pins,
        "prod",
        {"deployment": "billing"},
        "https://api.example",
    )
    assert (after.plan.hazards[0].count, after.plan.hazards[0].where) == (412, HAZARD.where)
    assert [change.fields[0].side for change in after.plan.changes] == ["", "theirs"]
    assert [str(change.position) for change in after.plan.changes] == ["w.yaml:9:3", "None"]
    assert after.desired[F].spec["key"].reveal() == "found"
    assert after.desired[F].renamed_from == "old"
    assert after.desired[S].renamed_items == {("properties", "email"): "mail"}
    assert dump(after) == dump(before)


def test_neither_a_secret_nor_an_id_is_in_the_file() -> None:
    text = dump(saved())
    assert "canary-1" not in text
    assert "secret-id" not in text
    assert "${env:KEY}" in text
    assert is_plan(text)


@pytest.mark.parametrize(
    ("live", "now", "expected"),
    [
        (LIVE, (CREATE, UPDATE), ()),
        (LiveState({**LIVE.resources, Address("function", "z"): LiveResource(Address("function", "z"), "z", {})}), (CREATE, UPDATE), ()),
        (LiveState({S: LiveResource(S, "i", {"properties": [], "name": "moved"})}), (CREATE, UPDATE), (S,)),
        (LiveState({**LIVE.resources, F: LiveResource(F, "f", {})}), (CREATE, UPDATE), (F,)),
        (LIVE, (UPDATE,), (F,)),
        (LIVE, (CREATE, UPDATE, Change.delete(Address("trigger", "t"), "")), (Address("trigger", "t"),)),
    ],
)
def test_what_moved_since_is_named_and_nothing_else(live: LiveState, now: tuple[Change, ...], expected: Any) -> None:
    assert moved(read(dump(saved()), "p", secret), Plan("acme", now), live) == expected


def without(text: str, member: str) -> str:
    return json.dumps({name: value for name, value in json.loads(text).items() if name != member})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-20], "not a saved plan, or it is damaged"),
        (lambda _: "", "not a saved plan"),
        (lambda _: "[]", "not a saved plan"),
        (lambda _: "[" * 100_000, "not a saved plan"),
        (lambda text: without(text, "changes"), "not a saved plan"),
        (lambda text: without(text, "digest"), "not a saved plan"),
        (lambda text: text.replace('"format": 1', f'"format": {FORMAT + 1}'), "is a plan of format"),
        (lambda text: text.replace('"delete"', '"?"').replace('"update"', '"explode"'), "not a saved plan"),
        (lambda text: text.replace("maxLength", "minLength"), "was changed after it was saved"),
    ],
)
def test_what_is_no_plan_of_ours_is_refused(change: Any, words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        read(change(dump(saved())), "p", secret)
