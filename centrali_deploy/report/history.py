"""The history of applies, and who holds the lock, as lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from centrali_deploy.ledger.model import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from centrali_deploy.ledger.model import Entry

    Paint = Callable[[str, str], str]

_STYLES = {"applied": "green", "failed": "red", "skipped": "yellow", UNKNOWN: "yellow"}
_DOING = len("rollback")
_COMMIT = 10
"""Characters of a commit that are enough in a list."""


def history_lines(entries: Sequence[Entry], paint: Paint, going: Container[int] = ()) -> Iterator[str]:
    """One line for each: its number, when, what, by whom, at which commit, and how many changes ended how.

    `going`: the numbers of those that go on; what has not ended otherwise broke off.
    """
    if not entries:
        yield "Nothing was applied yet."
    width = max(_DOING, *(len(entry.doing) for entry in entries), 0)
    for entry in entries:
        when = entry.started.replace("T", " ").removesuffix("Z")
        at = f"  {entry.commit[:_COMMIT]}" if entry.commit else ""
        yield f"{entry.number:>4}  {when}  {entry.doing:<{width}}  {entry.actor}{at}  {_ended(entry, paint, entry.number in going)}"


def entry_lines(entry: Entry, paint: Paint, *, going: bool = False) -> Iterator[str]:
    """One in full: who, from where, and what became of each change."""
    yield f"{paint(f'{entry.doing} {entry.number}', 'bold')}  {_ended(entry, paint, going)}"
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
    if any(status == UNKNOWN for _, _, status, _ in entry.outcomes) and not going:
        yield "What is unknown may have taken effect or not: it was not recorded before the apply broke off. A plan shows what is live."


def _ended(entry: Entry, paint: Paint, going: bool) -> str:  # noqa: FBT001 -- internal
    """How many changes ended how, and whether there are more to come."""
    found = Counter(status for _, _, status, _ in entry.outcomes)
    counts = [paint(f"{count} {status}", _STYLES.get(status, "")) for status, count in found.items()]
    state = [] if entry.ended else [paint("goes on" if going else "broke off", "yellow")]
    return ", ".join((*state, *counts)) or "no changes"
