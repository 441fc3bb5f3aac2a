"""What is protected is left out with what depends on its change, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState

CODE = "async function run() {}"
F, G = {"code": CODE}, {"code": CODE, "timeoutMs": 5}
ON_F = {"function": "f", "executionType": "on-demand"}
ON_G = {**ON_F, "function": "g"}


def structure(*targets: str, name: str = "S") -> dict[str, Any]:
    return {"name": name, "properties": [{"name": f"to_{t}", "type": "reference", "target": t} for t in targets]}


def planned(before: dict[str, Any], after: dict[str, Any], *protect: str, renamed: dict[str, str] | None = None) -> Any:
    """A plan that prunes; everything that is live is ours."""
    live = {Address.parse(text): LiveResource(Address.parse(text), f"id-{text}", spec) for text, spec in before.items()}
    desired = {
        Address.parse(text): DesiredResource(Address.parse(text), spec, renamed_from=(renamed or {}).get(text))
        for text, spec in after.items()
    }
    recorded = RecordedState({address: Recorded(address, resource.id) for address, resource in live.items()})
    return make_plan("w", desired, LiveState(live), recorded, Policy(prune=True, protect=protect))


def told(plan: Any) -> tuple[list[str], dict[str, str]]:
    return [str(change.address) for change in plan.pending], {str(left.change.address): str(left.because) for left in plan.left_out}


@pytest.mark.parametrize(
    ("before", "after", "going", "left"),
    [
        ({"function/f": F, "function/g": F}, {"function/f": G, "function/g": G}, ["function/g"], {"function/f": "function/f"}),
        ({"function/f": F}, {"function/f": F}, [], {}),
        ({}, {"function/f": F}, ["function/f"], {}),
        # What requires its change waits for it, and so does what requires that.
        (
            {"function/f": F, "trigger/t": ON_F},
            {"function/f": G, "trigger/t": {**ON_F, "description": "x"}, "trigger/u": ON_F},
            [],
            {"function/f": "function/f", "trigger/t": "function/f", "trigger/u": "function/f"},
        ),
        # What it refers to stays as long as it does.
        ({"function/g": F, "trigger/f": ON_G}, {}, [], {"trigger/f": "trigger/f", "function/g": "trigger/f"}),
        ({"function/g": F, "trigger/f": ON_F, "function/f": F}, {"function/f": F}, ["function/g"], {"trigger/f": "trigger/f"}),
        # Nothing of it changes, so that others may.
        ({"function/f": F, "trigger/t": ON_F}, {"function/f": F, "trigger/t": {**ON_F, "description": "x"}}, ["trigger/t"], {}),
    ],
)
def test_only_what_depends_on_it_is_left_out_with_it(before: Any, after: Any, going: list[str], left: dict[str, str]) -> None:
    plan = planned(before, after, "function/f", "trigger/f")
    assert told(plan) == (going, left)
    assert [(r.rule, r.whole) for r in plan.refusals] == [("protected", False)] * bool(left)


def test_a_chain_of_names_waits_for_the_protected_one() -> None:
    plan = planned(
        {"function/a": F, "function/b": G}, {"function/b": F, "function/c": G}, "function/c", renamed={"function/b": "a", "function/c": "b"}
    )
    assert told(plan) == ([], {"function/c": "function/c", "function/b": "function/c"})


def test_what_completes_a_create_is_left_out_alone() -> None:
    before, circle = {"structure/p": structure()}, {"structure/a": structure("b"), "structure/b": structure("a", "p")}
    plan = planned(before, {**circle, "structure/p": structure(name="T")}, "structure/p")
    assert [(str(change.address), change.action.value) for change in plan.pending] == [("structure/a", "create")]
    assert [(str(left.change.address), left.change.action.value) for left in plan.left_out] == [
        ("structure/p", "update"),
        ("structure/b", "create"),
        ("structure/a", "update"),
    ]


def test_other_refusals_are_not_about_what_is_left_out() -> None:
    before = {"orchestration/o": {"name": "O", "status": "active", "trigger": {"type": "on-demand"}, "steps": []}}
    after = {"orchestration/o": {**before["orchestration/o"], "status": "draft"}}
    assert [r.rule for r in planned(before, after, "orchestration/*").refusals] == ["protected"]
    assert [r.rule for r in planned(before, after).refusals] == ["state-not-reachable"]
