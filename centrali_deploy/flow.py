"""The graph of an orchestration's steps: where each leads, what is never reached, what goes round for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from centrali_deploy.paths import EACH, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from centrali_deploy.address import Path

Moves = Mapping[str, Collection[str]]
"""For some steps, others that they lead to."""
ROOTS = ("input", "context", "steps")
"""What the path of a condition may begin with [D]."""


def targets(step: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """Where a step leads: the path inside the step, and the id of the other one."""
    found = [*find(step, ("nextStepId",)), *find(step, ("cases", EACH, "nextStepId")), *find(step, ("defaultNextStepId",))]
    return [(path, target) for path, target in found if isinstance(target, str) and target]


def reached(steps: Sequence[Mapping[str, Any]], more: Moves = MappingProxyType({})) -> dict[str, set[str]]:
    """For each step, all that can be reached from it, in one move or more. `more`: moves that are not written."""
    edges = _edges(steps, more)
    return {start: _beyond(edges, start) for start in edges}


def meant(steps: Sequence[Mapping[str, Any]], documented: Collection[str]) -> Moves:
    """Moves that mistakes stand for, so that a mistake is told once and not again in all that follows from it.

    A name that is no step stands for the one it nearly is, or else for the next step; a step's id under a member that
    is not `documented` may lead there; and a decision that leads nowhere was to lead on. Every step has an id.
    """
    ids = [str(step["id"]) for step in steps]
    found: dict[str, set[str]] = {}
    for step, following in zip(steps, [*ids[1:], None], strict=True):
        ways = [target for _, target in targets(step)]
        moves = {near(way, ids) or following for way in ways if way not in ids}
        for _, holder in [((), step), *find(step, ("cases", EACH))]:
            others = holder.items() if isinstance(holder, dict) else ()
            moves |= {value for member, value in others if member not in documented and isinstance(value, str) and value in ids}
        if not ways and not moves and step.get("type") == "decision":
            moves = {following}
        found[str(step["id"])] = {move for move in moves if move is not None}
    return found


def gaps(steps: Sequence[Mapping[str, Any]], more: Moves) -> list[tuple[str, str]]:
    """Steps that are reached and lead nowhere, each with the step after it that is never reached because of that."""
    edges = _edges(steps, more)
    ids = list(edges)
    seen, found = {*ids[:1], *_beyond(edges, ids[0])} if ids else set(), []
    for name, following in pairwise(ids):
        if name in seen and not edges[name] and following not in seen:
            found.append((name, following))
            seen |= {following, *_beyond(edges, following)}
    return found


def near(target: str, ids: Sequence[str]) -> str | None:
    """The step that a name which is none nearly is."""
    return next(iter(get_close_matches(target, ids, n=1)), None)


def _edges(steps: Sequence[Mapping[str, Any]], more: Moves) -> dict[str, set[str]]:
    return {str(step.get("id")): {target for _, target in targets(step)}.union(more.get(str(step.get("id")), ())) for step in steps}


def _beyond(edges: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(edges[start])
    while waiting:
        step = waiting.pop()
        if step not in seen:
            seen.add(step)
            waiting += edges.get(step, ())
    return seen


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
