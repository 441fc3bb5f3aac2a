"""Whether what an apply said and did is what its plan said, and true."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commanding import Ended


def plan_of(ended: Ended) -> dict[str, str]:
    """What a plan does: the action by address, the name that something had before included."""
    found = {}
    for change in ended.answer["plan"]["changes"]:
        if change["action"] != "no-op":
            found.setdefault(change["address"], change["action"])
            kind = change["address"].partition("/")[0]
            old = [field["before"] for field in change["fields"] if field["path"] == "name" and kind in {"function", "trigger"}]
            found |= {f"{kind}/{name}": change["action"] for name in old if isinstance(name, str)}
    return found


def judge_outcomes(done: Ended, then: Ended) -> None:
    """What an apply said of each change is true, as a plan without faults shows right afterwards."""
    said: dict[str, list[dict[str, Any]]] = {}
    for outcome in done.answer.get("outcomes", ()):
        said.setdefault(outcome["address"], []).append(outcome)
    changed = {name for effect in done.way.effects for name in effect.changed}
    unrecorded = {"already gone", "secret changed"}  # what is left when the second look fails: the next apply records it
    left = {
        change["address"] for change in then.answer["plan"]["changes"] if change["reason"] not in unrecorded and change["action"] != "no-op"
    }
    for address, outcomes in said.items():
        statuses = {outcome["status"] for outcome in outcomes}
        if statuses == {"applied"}:
            assert address not in left, (address, done.said, then.said)
        if statuses == {"skipped"}:  # another one may have given the name up
            others = {other for other, ended in said.items() if any(outcome["status"] != "skipped" for outcome in ended)}
            assert not any(address in effect.changed and others.isdisjoint(effect.changed) for effect in done.way.effects), (
                address,
                done.said,
            )
    if done.code == 0:
        assert then.code == 0, (done.said, then.said)
    if "Nothing was written" in done.out:
        assert not changed, done.said


def judge_effects(done: Ended, planned: dict[str, str]) -> None:
    """Nothing but the plan took effect, and none of it more often than it was called for."""
    changed = Counter(name for effect in done.way.effects for name in effect.changed)
    assert changed.keys() <= planned.keys(), (planned, done.said)
    for address, count in changed.items():
        calls = {"create": 3, "update": 4, "delete": 2, "replace": 6}[planned[address]]
        assert count <= calls, (address, done.said)
    made = Counter(name for effect in done.way.effects for name, (before, after) in effect.changed.items() if before is None and after)
    assert {count for name, count in made.items() if planned[name] != "replace"} <= {1}, done.said


def judge_calm(done: Ended, plan: Ended) -> None:
    """Without faults, each change is what the plan said, and each of its calls took effect once."""
    actions = [(change["address"], change["action"]) for change in plan.answer["plan"]["changes"] if change["action"] != "no-op"]
    outcomes = done.answer["outcomes"]
    assert sorted((each["address"], each["action"]) for each in outcomes) == sorted(actions), done.said
    assert {each["status"] for each in outcomes} <= {"applied"}, done.said
    calls = sum(call["call"] != "copy" for each in outcomes for call in each["calls"])
    assert len(done.way.effects) == calls, done.said
    assert all(effect.changed for effect in done.way.effects), done.said
