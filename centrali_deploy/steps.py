"""What is wrong with an orchestration that its model does not see: when it starts, what its steps are, and where they lead."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from centrali_deploy import decisions, flow, starts
from centrali_deploy.kind import Finding
from centrali_deploy.paths import EACH, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.parts import Plain


def _check_steps(documented: frozenset[str], spec: Plain) -> Iterator[Finding]:
    steps = [(path, step) for path, step in find(spec, ("steps", EACH)) if isinstance(step, dict)]
    counts = Counter(step["id"] for _, step in steps if isinstance(step.get("id"), str))
    for at, step in steps:
        name, sort = step.get("id"), step.get("type")
        if isinstance(name, str) and counts[name] > 1:
            yield Finding((*at, "id"), f'The step "{name}" is there {counts[name]} times.', "Keep one of them.")
        if "encryptedParams" in step and sort in ("decision", "delay"):
            yield Finding((*at, "encryptedParams"), f"A {sort} step cannot have encryptedParams.", "Only compute steps can.")
        for path, target in flow.targets(step):
            if target not in counts:
                yield _no_step((*at, *path), target, list(counts))
        yield from decisions.check(at, step, list(counts))
    if counts and max(counts.values()) == 1:
        yield from _check_flow(documented, [(at, step) for at, step in steps if isinstance(step.get("id"), str)])


def _check_flow(documented: frozenset[str], steps: list[tuple[Path, Plain]]) -> Iterator[Finding]:
    """Steps that are never reached, that go round for ever, or that look at what comes later."""
    plain, places = [step for _, step in steps], {step["id"]: at for at, step in steps}
    meant, ids = flow.meant(plain, documented), list(places)
    gaps = dict(flow.gaps(plain, meant))
    after = flow.reached(plain, {**meant, **{name: [following] for name, following in gaps.items()}})
    for name, following in gaps.items():
        said = f"{name} has no nextStepId, so {following} is never reached."
        yield Finding(places[name], said, f"Write nextStepId: {following}, if {following} comes next.", "warning")
    for at, step in steps[1:]:
        if step["id"] not in after[ids[0]]:
            yield Finding(at, f'The step "{step["id"]}" is never reached.', f"Nothing leads to it from {ids[0]}, the first.", "warning")
    if round_ := flow.circle(plain):
        said = f"These steps follow each other for ever: {' -> '.join(round_)}."
        yield Finding(places[round_[0]], said, "Put a delay between them, or an end.", "warning")
    for at, step in steps:
        yield from _check_paths(at, step, after)


def _check_paths(at: Path, step: Plain, after: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Expressions that lead nowhere, or to what comes later."""
    for path, expression in find(step, ("cases", EACH, "conditions", EACH, "path")):
        name = flow.named(expression, list(after)) if isinstance(expression, str) else None
        if isinstance(expression, str) and expression.split(".")[0] not in flow.ROOTS:
            yield Finding((*at, *path), f'"{expression}" leads nowhere.', f"A path begins with {', '.join(flow.ROOTS)}.", "warning")
        elif name is not None and name not in after:
            yield _no_step((*at, *path), name, list(after))
        elif name is not None and step["id"] not in after[name]:
            said = f'The step "{name}" does not come before "{step["id"]}".'
            yield Finding((*at, *path), said, "Its output is not there yet.", "warning")


def _no_step(place: Path, name: str, ids: list[str]) -> Finding:
    near = flow.near(name, ids)
    return Finding(place, f'There is no step "{name}".', f"Did you mean {near}?" if near else f"Steps are: {', '.join(ids)}.")


def check(documented: frozenset[str], _name: str, spec: Plain) -> Iterator[Finding]:
    """Findings about a spec of any shape; `documented` are the members of a step or a case. Never fails."""
    if isinstance(spec.get("trigger"), dict):
        yield from starts.check(spec["trigger"])
    yield from _check_steps(documented, spec)
