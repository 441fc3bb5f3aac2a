"""The graph of an orchestration's steps: where each leads, what is never reached, what goes round for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.paths import EACH, find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from centrali_deploy.address import Path

ROOTS = ("input", "context", "steps")
"""What the path of a condition may begin with [D]."""


def targets(step: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """Where a step leads: the path inside the step, and the id of the other one."""
    found = [*find(step, ("nextStepId",)), *find(step, ("cases", EACH, "nextStepId")), *find(step, ("defaultNextStepId",))]
    return [(path, target) for path, target in found if isinstance(target, str) and target]


def reached(steps: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """For each step, all that can be reached from it, in one move or more."""
    edges = {str(step.get("id")): {target for _, target in targets(step)} for step in steps}
    found = {}
    for start, first in edges.items():
        seen: set[str] = set()
        waiting = list(first)
        while waiting:
            step = waiting.pop()
            if step not in seen:
                seen.add(step)
                waiting += edges.get(step, ())
        found[start] = seen
    return found


def circle(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of steps that follow each other for ever without a delay; empty when there are none."""
    hasty = [step for step in steps if step.get("type") != "delay"]
    after = reached(hasty)
    start = next((name for name, others in after.items() if name in others), None)
    if start is None:
        return []
    edges = {str(step.get("id")): [target for _, target in targets(step)] for step in hasty}
    ways = [[start, target] for target in edges[start]]
    seen: set[str] = set()
    while ways:  # the shortest way back, so that it ends
        way = ways.pop(0)
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, target] for target in edges.get(way[-1], ())]
    return []


def named(path: str, ids: Sequence[str]) -> str | None:
    """The step that a path such as `steps.check-result.output.ok` names: the longest id that fits, or what stands there."""
    if not path.startswith("steps."):
        return None
    rest = path.removeprefix("steps.")
    fitting = [name for name in ids if rest == name or rest.startswith(f"{name}.")]
    return max(fitting, key=len) if fitting else rest.split(".")[0]
