from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.model import Action, Plan
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState

SPEC = {"code": "async function run() {}"}


def made(declared: range, live: range, known: range, ids: str = "id", elsewhere: Any = None, **policy: Any) -> Plan:
    names = [Address("function", f"f{n}") for n in range(100)]
    return make_plan(
        "w",
        {names[n]: DesiredResource(names[n], SPEC) for n in declared},
        LiveState({names[n]: LiveResource(names[n], f"id{n}", SPEC) for n in live}),
        RecordedState({names[n]: Recorded(names[n], f"{ids}{n}", SPEC) for n in known}, elsewhere=elsewhere or {}),
        Policy(**policy),
    )


@pytest.mark.parametrize(
    ("declared", "policy", "rules"),
    [
        (range(8, 40), {"prune": True}, []),  # 8 of 40 are 20 %
        (range(9, 40), {"prune": True}, ["mass-delete"]),
        (range(9, 40), {"prune": True, "allow_mass_delete": True}, []),
        (range(9, 40), {}, []),  # nothing goes
        (range(0), {"prune": True}, ["mass-delete"]),
        (range(40, 80), {}, ["mass-delete"]),  # everything under new names
        (range(40, 80), {"allow_mass_delete": True}, []),
    ],
)
def test_the_fuse(declared: range, policy: Any, rules: list[str]) -> None:
    plan = made(declared, range(40), range(40), **policy)
    assert [refusal.rule for refusal in plan.refusals] == rules


def test_three_may_always_go() -> None:
    assert made(range(0), range(3), range(3), prune=True).refusals == ()


def test_what_only_has_the_name_of_something_of_ours_is_never_deleted() -> None:
    plan = made(range(0), range(1), range(1), ids="other", prune=True)
    assert [change.action for change in plan.changes] == [Action.FORGET]


def test_what_was_made_anew_by_somebody_is_adopted_like_anything_unmanaged() -> None:
    assert [change.adopting for change in made(range(1), range(1), range(1), ids="other").changes] == [True]


def test_what_belongs_to_another_deployment_is_refused_by_its_name() -> None:
    plan = made(range(1), range(1), range(0), elsewhere={Address("function", "f0"): "billing"})
    assert [(refusal.rule, "billing" in refusal.message) for refusal in plan.refusals] == [("owned-elsewhere", True)]


def test_what_belongs_to_another_deployment_is_not_renamed_either_and_nobody_is_told_to() -> None:
    old, new = Address("function", "f0"), Address("function", "g")
    live, others = LiveState({old: LiveResource(old, "id0", SPEC)}), RecordedState(elsewhere={old: "billing"})
    plan = make_plan("w", {new: DesiredResource(new, SPEC, renamed_from="f0")}, live, others, Policy())
    assert [(refusal.rule, refusal.address, "function/f0" in refusal.message) for refusal in plan.refusals] == [
        ("owned-elsewhere", new, True)
    ]
    assert make_plan("w", {new: DesiredResource(new, SPEC)}, live, others, Policy()).hints == ()


def test_what_two_deployments_hold_for_theirs_is_changed_by_neither() -> None:
    address = Address("function", "f0")
    live = LiveState({address: LiveResource(address, "id0", SPEC)})
    both = RecordedState({address: Recorded(address, "id0", SPEC)}, elsewhere={address: "billing"})
    changed = {address: DesiredResource(address, {"code": "async function run() { return 1 }"})}
    assert [refusal.rule for refusal in make_plan("w", changed, live, both, Policy()).refusals] == ["owned-twice"]
    assert [refusal.rule for refusal in make_plan("w", {}, live, both, Policy(prune=True)).refusals] == ["owned-twice"]
    assert make_plan("w", {address: DesiredResource(address, SPEC)}, live, both, Policy()).refusals == ()


def renamed_by_somebody(*, prune: bool, protect: tuple[str, ...] = (), declared: str = "") -> Plan:
    """What was applied as f0 and is live as g; `declared` is something else."""
    old, new = Address("function", "f0"), Address("function", "g")
    desired = {Address("function", name): DesiredResource(Address("function", name), SPEC) for name in declared}
    recorded = RecordedState({old: Recorded(old, "id0", SPEC)})
    return make_plan("w", desired, LiveState({new: LiveResource(new, "id0", SPEC)}), recorded, Policy(prune=prune, protect=protect))


def test_what_somebody_else_renamed_stays_ours_when_it_is_no_longer_declared() -> None:
    assert [str(address) for address in renamed_by_somebody(prune=False).kept] == ["function/g"]
    plan = renamed_by_somebody(prune=True)
    assert [(change.action, str(change.address), change.old_names) for change in plan.changes] == [
        (Action.DELETE, "function/g", (Address("function", "f0"),))
    ]
    assert plan.unmanaged == ()


def test_what_is_protected_is_so_under_the_name_that_somebody_else_took_from_it() -> None:
    plan = renamed_by_somebody(prune=True, protect=("function/f0",))
    assert ([left.change.action for left in plan.left_out], plan.changes) == ([Action.DELETE], ())


def test_what_is_declared_under_the_name_that_somebody_else_gave_is_adopted() -> None:
    plan = renamed_by_somebody(prune=True, declared="g")
    assert {(change.action, str(change.address), change.adopting) for change in plan.changes} == {
        (Action.FORGET, "function/f0", False),
        (Action.NO_OP, "function/g", True),
    }
