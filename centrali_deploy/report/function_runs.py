"""Runs of functions as lines: one in full, many in a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Paint = Callable[[str, str], str]

_STYLES = {"completed": "green", "failure": "red", "timeout": "red", "running": "cyan", "pending": "dim"}


def run_lines(run: Mapping[str, Any], paint: Paint, name: str = "") -> Iterator[str]:
    """What came of a run: its status, what it logged, its result or what went wrong."""
    status = str(run.get("status"))
    took = f"  {seconds:.2f} s" if isinstance(seconds := run.get("seconds"), float) else ""
    yield f"{paint(status, _STYLES.get(status, ''))}  {name or run.get('id', '')}{took}"
    for entry in run.get("logs") or ():
        yield f"  {paint('log', 'dim')}  {_logged(entry)}"
    if message := run.get("errorMessage"):
        yield f"  {paint('error', 'red')}  {message}"
    elif status == "completed":
        first, *rest = json.dumps(run.get("runData"), indent=2, ensure_ascii=False).split("\n")
        yield f"  result  {first}"
        yield from (f"          {line}" for line in rest)


def table_lines(runs: Sequence[Mapping[str, Any]], paint: Paint) -> Iterator[str]:
    """Runs, one a line: when, status, how it was set off, id, and what went wrong."""
    if not runs:
        yield "No runs."
    for run in runs:
        status = str(run.get("status"))
        error = f"  {run['errorMessage']}" if run.get("errorMessage") else ""
        when = str(run.get("createdAt") or "")[:19].replace("T", " ")
        yield f"{when}  {paint(f'{status:<9}', _STYLES.get(status, ''))}  {run.get('executionSource') or '':<12}  {run.get('id')}{error}"


def write_lines(writes: Sequence[tuple[str, str, Mapping[str, Any]]], paint: Paint) -> Iterator[str]:
    """Records that were created (+), changed (~) or deleted (-), each with the slug of its structure."""
    styles = {"+": "green", "~": "yellow", "-": "red"}
    for sign, slug, data in writes:
        yield f"  {paint(sign, styles[sign])} {slug}  {json.dumps(data, ensure_ascii=False)}"


def _logged(entry: Any) -> str:  # noqa: ANN401 -- whatever was logged
    if not isinstance(entry, dict):
        return str(entry)
    more = entry.get("data")
    level = f"{entry['level']}: " if entry.get("level") not in (None, "info") else ""
    return f"{level}{entry.get('message', '')}" + (f"  {json.dumps(more, ensure_ascii=False)}" if more not in (None, {}) else "")
