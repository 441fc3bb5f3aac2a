"""The history of applies, and who holds the lock, as lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from centrali_deploy.ledger.model import Entry

    Paint = Callable[[str, str], str]

_STYLES = {"applied": "green", "failed": "red", "skipped": "yellow"}
_DOING = len("rollback")
_COMMIT = 10
"""Characters of a commit that are enough in a list."""


def history_lines(entries: Sequence[Entry], paint: Paint) -> Iterator[str]:
    """One line for each: its number, when, what, by whom, at which commit, and how many changes ended how."""
    if not entries:
        yield "Nothing was applied yet."
    width = max(_DOING, *(len(entry.doing) for entry in entries), 0)
    for entry in entries:
        when = entry.started.replace("T", " ").removesuffix("Z")
        at = f"  {entry.commit[:_COMMIT]}" if entry.commit else ""
        yield f"{entry.number:>4}  {when}  {entry.doing:<{width}}  {entry.actor}{at}  {_ended(entry, paint)}"


def entry_lines(entry: Entry, paint: Paint) -> Iterator[str]:
    """One in full: who, from where, and what became of each change."""
    yield f"{paint(f'{entry.doing} {entry.number}', 'bold')}  {_ended(entry, paint)}"
    facts = {
        "started": entry.started,
        "ended": entry.ended,
        "by": f"{entry.actor} on {entry.host}",
        "job": entry.job,
        "commit": entry.commit,
        "plan": entry.digest,
        "tool": entry.tool,
        "note": entry.note,
    }
    yield from (f"  {name:<8} {fact}" for name, fact in facts.items() if fact)
    for address, action, status, message in entry.outcomes:
        yield f"  {paint(f'{status:<8}', _STYLES.get(status, ''))} {action} {address}{f': {message}' if message else ''}"


def _ended(entry: Entry, paint: Paint) -> str:
    """How many changes ended how; what never ended was killed, or goes on."""
    if not entry.ended:
        return paint("not ended", "yellow")
    found = Counter(status for _, _, status, _ in entry.outcomes)
    return ", ".join(paint(f"{count} {status}", _STYLES.get(status, "")) for status, count in found.items()) or "no changes"
