"""What is wrong with an orchestration that its model does not see: when it starts, what its steps are, and where they lead."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from centrali_deploy import decisions, flow, starts
from centrali_deploy.kind import Finding
from centrali_deploy.paths import EACH, find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Path
    from centrali_deploy.parts import Plain


def _check_steps(spec: Plain) -> Iterator[Finding]:
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
                yield Finding((*at, *path), f'There is no step "{target}".', f"Steps are: {', '.join(counts)}.")
        yield from decisions.check(at, step, list(counts))
    if counts and max(counts.values()) == 1:
        yield from _check_flow([(at, step) for at, step in steps if isinstance(step.get("id"), str)])


def _check_flow(steps: list[tuple[Path, Plain]]) -> Iterator[Finding]:
    """Steps that are never reached, that go round for ever, or that look at what comes later."""
    plain = [step for _, step in steps]
    after, ids = flow.reached(plain), [step["id"] for step in plain]
    for at, step in steps[1:]:
        if step["id"] not in after[ids[0]]:
            yield Finding(at, f'The step "{step["id"]}" is never reached.', f"Nothing leads to it from {ids[0]}, the first.", "warning")
    if round_ := flow.circle(plain):
        at = next(at for at, step in steps if step["id"] == round_[0])
        yield Finding(
            at, f"These steps follow each other for ever: {' -> '.join(round_)}.", "Put a delay between them, or an end.", "warning"
        )
    for at, step in steps:
        for path, expression in find(step, ("cases", EACH, "conditions", EACH, "path")):
            name = flow.named(expression, ids) if isinstance(expression, str) else None
            if isinstance(expression, str) and expression.split(".")[0] not in flow.ROOTS:
                yield Finding((*at, *path), f'"{expression}" leads nowhere.', f"A path begins with {', '.join(flow.ROOTS)}.", "warning")
            elif name is not None and name not in ids:
                yield Finding((*at, *path), f'There is no step "{name}".', f"Steps are: {', '.join(ids)}.")
            elif name is not None and step["id"] not in after[name]:
                yield Finding(
                    (*at, *path), f'The step "{name}" does not come before "{step["id"]}".', "Its output is not there yet.", "warning"
                )


def check(_name: str, spec: Plain) -> Iterator[Finding]:
    """Findings about a spec of any shape. Never fails."""
    if isinstance(spec.get("trigger"), dict):
        yield from starts.check(spec["trigger"])
    yield from _check_steps(spec)
