"""A plan is the same to the byte whatever the order of files, resources, members and pages was; only lists have an order."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.kind import is_encrypted
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.drifting import drifts
from centrali_deploy.plan.planfile import Saved, dump, pins
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.safety import hazards, weighed
from centrali_deploy.plan.sides import released
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.sealing import Seal
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.parts import Plain

    Shuffle = Callable[[Any], Any]

SEAL = Seal(b"k" * 32)
DEEP = {"type": "object", "properties": {"b": {"type": "string", "maxLength": 9}, "a": {"type": "array", "items": {"type": "string"}}}}
DEEPER = {"type": "object", "properties": {"c": {"type": "number"}, "a": {"type": "array", "items": {"type": "number"}}}}
OBJECTS = [{"name": "at", **DEEP}, {"name": "choice", "type": "object", "enum": [{"y": 1, "x": {"n": 1, "m": 2}}, {"z": 1}]}]
CHANGED = [
    {"name": "at", **DEEPER},
    {"name": "choice", "type": "object", "enum": [{"y": 1, "x": {"n": 3, "m": 2}}, {"z": 1}, {"q": 2, "p": 1}]},
]
ON_DEMAND = {"function": "charge-card", "executionType": "on-demand"}
PARAMS = ({"b": {"d": 1, "c": 2}, "a": 1}, {"b": {"e": 1, "c": 3}, "z": 1, "y": {"x": 1, "w": 2}})
OWN: list[tuple[str, Plain, Plain]] = [
    ("structure", {"name": "Deep", "properties": OBJECTS}, {"name": "Deep", "properties": CHANGED}),
    ("trigger", *({**ON_DEMAND, "triggerMetadata": {"params": params}} for params in PARAMS)),  # type: ignore[list-item] -- two of them
]
PAIRS = [*((kind.name, *pair) for kind in KINDS.values() for pair in kind.examples), *OWN]


def resolved(value: Any) -> Any:
    if isinstance(value, dict):
        return {member: resolved(inside) for member, inside in value.items()}
    if isinstance(value, list):
        return [resolved(item) for item in value]
    return Secret(value, lambda: "canary") if isinstance(value, str) and value.startswith("${env:") else value


def masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {"value": "********", "encrypt": True} if is_encrypted(value) else {m: masked(inside) for m, inside in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return "********" if isinstance(value, str) and value.startswith("${env:") else value


def shuffling(seed: int) -> Shuffle:
    """Puts the members of mappings in another order, at every depth; seed 0 leaves them, seed 1 turns them round."""
    random = Random(seed)  # noqa: S311 -- the same in every run

    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            entries = [(key, shuffled(inside)) for key, inside in value.items()]
            if seed == 1:
                entries.reverse()
            elif seed:
                random.shuffle(entries)
            return dict(entries)
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    return shuffled


def told(shuffle: Shuffle) -> tuple[str, ...]:
    """Everything that is said of one workspace in which each kind has something to create, to update, to rename and to delete."""
    desired, live, known = {}, {}, {}
    for number, (name, before, after) in enumerate(PAIRS):
        kind = KINDS[name]
        changed, made, gone, old, new = (Address(name, f"{what}{number}") for what in ("changed", "made", "gone", "old", "new"))
        spec = shuffle(kind.canonical(resolved(after)))
        desired |= {address: DesiredResource(address, spec) for address in (changed, made)}
        renamed_from = old.name if kind.renameable else None
        desired[new] = DesiredResource(new, shuffle(kind.canonical(resolved(before))), renamed_from=renamed_from)
        present = shuffle({member: masked(value) for member, value in kind.canonical(before).items()})
        live |= {address: LiveResource(address, f"id-{address}", present, "1") for address in (changed, gone, old)}
        was = shuffle(SEAL.sealed(changed, kind.canonical(resolved(before))))
        known |= {address: Recorded(address, f"id-{address}", was, "1") for address in (changed, gone)}
    for resource in list(desired.values()):
        for reference, _ in KINDS[resource.address.kind].references_in(resource.spec):
            live.setdefault(reference.target, LiveResource(reference.target, f"id-{reference.target}", {}))
    policy = Policy(prune=True, allow_mass_delete=True)
    recorded = RecordedState(shuffle(known), SEAL)
    workspace = LiveState(shuffle(live))
    wanted = released(shuffle(desired), recorded)
    plan = make_plan("acme-dev", wanted, workspace, recorded, policy)
    plan = weighed(plan, hazards(plan, wanted, workspace), policy)
    saved = Saved(plan, wanted, policy, pins(plan, workspace), "now", "1")
    return dump(saved), *map(repr, drifts(recorded, workspace, wanted))


USUAL = told(shuffling(0))


@pytest.mark.parametrize("seed", range(1, 12))
def test_the_order_of_members_and_of_resources_does_not_show(seed: int) -> None:
    for usual, permuted in zip(USUAL, told(shuffling(seed)), strict=True):
        assert permuted.splitlines() == usual.splitlines()
