"""Drift as lines for people and as JSON: each member from what was applied to what it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.report.fields import counted, field_lines
from centrali_deploy.report.json import field_part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from centrali_deploy.plan.drifting import Drift
    from centrali_deploy.report.text import Paint
    from centrali_deploy.states import RecordedState


def drift_lines(found: Sequence[Drift], recorded: RecordedState, paint: Paint, *, where: str) -> Iterator[str]:
    """Every drift with its members, then how many there are."""
    yield f"Workspace {paint(where, 'bold')}"
    for drift in found:
        yield ""
        yield f"{paint(f'! {drift.address}', 'yellow')}  {drift.message}"
        for field in drift.fields:
            yield from (f"    {line}" for line in field_lines(drift.address, field, paint))
    yield ""
    if not recorded.resources:
        yield "Nothing is recorded yet: apply first."
    elif found:
        yield paint(f"Drift: {len(found)} of {counted(len(recorded.resources), 'resource')} that are ours.", "yellow")
        yield "apply puts it back; to keep it, write it into the manifest."
    else:
        yield paint(f"No drift. {counted(len(recorded.resources), 'resource')} as applied.", "green")


def drift_part(drift: Drift) -> dict[str, Any]:
    """One drift with its fields: `before` is what was applied, `after` what is live."""
    return {"address": str(drift.address), "message": drift.message, "fields": list(map(field_part, drift.fields))}
