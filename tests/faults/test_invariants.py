"""The promises of the tool, for random workspaces, manifests and faults, with commands run in this process.

Whatever happens to the requests of an apply: a plan writes nothing; what is done is what the plan said, once; what is said of
it is true; what is somebody else's stays as it is, byte for byte; no secret is in anything that is said or kept; and the next
apply ends where it should, after which there is nothing to do. That what is read out of a workspace is no change to it, and
makes another one like it, test_orders.py tries.

`make faults` tries thousands; without INVARIANTS a hundred are tried with every run of the tests, always the same. Where a
process is killed for good, test_killed.py looks; two processes at the same moment, test_together.py.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from commanding import CANARY, EXAMPLES, Commands, commands, told, trying
from hypothesis import given
from hypothesis import strategies as some
from judging import judge_calm, judge_effects, judge_outcomes, plan_of
from scenes import FOREIGN, Scene, scenes, set_up
from striking import Strike, Striking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

__all__ = ["commands"]
FAILURES = (
    "connection", "refused", "forbidden", "429", "401", "500-before", "500-after", "timeout-before", "timeout-after", "slow", "truncated",
    "moving", "stale",
)  # fmt: skip
ALL = ("--prune", "--allow-mass-delete", "-o", "json")
PLAN, APPLY = ("plan", "--detailed-exitcode", *ALL), ("apply", "--yes", *ALL)


def way(app: Any, chance: Random) -> Striking:
    """A way on which nothing happens, some requests fail, or the process dies at one of them."""
    count = chance.choice([0, 1, 1, 2, 3, 5])
    strikes = [Strike(chance.randrange(60), chance.choice(FAILURES), chance.choice([1, 1, 1, 2, 5])) for _ in range(count)]
    return Striking(app, strikes, at=chance.randrange(70) if chance.random() < 1 / 4 else -1, after=chance.random() < 1 / 2)


def tried(commands: Commands, scene: Scene, path: str, rough: Striking, seen: Counter[str]) -> None:
    theirs, before = commands.of(FOREIGN), commands.exactly()
    plan = commands.run(*PLAN, path)
    assert commands.exactly() == before
    if plan.code == 3:
        seen["exchanged paths"] += 1
        assert "they exchange what they have" in plan.out
        return
    if plan.answer["plan"]["refusals"]:
        seen["refused plans"] += 1
        refused = commands.run(*APPLY, path)
        assert (refused.code, commands.exactly()) == (8, before), refused.said
        return
    seen.update(_rare(plan.answer["plan"]["changes"]))
    done = commands.run(*APPLY, path, way=rough)
    seen.update(rough.hits)
    seen["requests"] += rough.count
    seen[f"exit {done.code}"] += 1
    judge_effects(done, plan_of(plan))
    then = commands.run(*PLAN, path)
    assert then.code in {0, 2}, then.said
    assert then.answer["plan"]["refusals"] == [], (done.said, then.said)
    if done.code is not None:
        judge_outcomes(done, then)
    if not rough.hits:
        judge_calm(done, plan)
        assert done.answer["plan"]["digest"] == plan.answer["plan"]["digest"]
        assert then.code == 0, then.said
    again = commands.run(*APPLY, path)
    assert again.code == 0, (done.said, again.said)
    judge_effects(again, plan_of(then))
    assert commands.run(*PLAN, path).code == 0
    by_hand = {"function/f2"} if scene.made else set()
    assert commands.live() - by_hand == (scene.declared() | scene.foreign()) - by_hand
    assert scene.values(commands) == list(range(scene.records)), (done.said, again.said)
    assert commands.of(FOREIGN) == theirs
    assert CANARY not in commands.everything_said()


def _rare(changes: list[dict[str, Any]]) -> Iterator[str]:
    """What a plan holds that is not in many of them."""
    gone = {change["address"] for change in changes if change["action"] == "delete"}
    for change in changes:
        if change["action"] == "update" and change["address"] in gone:
            yield "opened circles"
        if not gone.isdisjoint(change["requires"]):
            yield "values of what goes"
        if change["reason"].startswith("renamed from") and any(change["address"] in other["requires"] for other in changes):
            yield "names or values passed on"


def test_whatever_fails_what_is_said_is_true_and_the_next_apply_ends_where_it_should(commands: Commands, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @trying
    @given(scenes(), some.integers(0, 2**32 - 1))
    def every(scene: Scene, seed: int) -> None:
        seen["examples"] += 1
        path = str(set_up(commands, scene, tmp_path))
        chance = Random(f"{seed} {scene}")  # noqa: S311 -- evenly spread, which what hypothesis draws is not
        tried(commands, scene, path, way(commands.app, chance), seen)

    every()
    told("Faults", seen)
    assert seen.keys() >= {*FAILURES, "killed", "exit 0", "exit None"} or EXAMPLES < 100
