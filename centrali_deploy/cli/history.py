"""`centrali-deploy history`: what was applied before, and what became of it."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from centrali_deploy.cli.owning import owning
from centrali_deploy.cli.running import Run, workspace_command
from centrali_deploy.errors import UsageProblem
from centrali_deploy.ledger.model import damaged, goes_on, unknown
from centrali_deploy.report.history import entry_lines, history_lines

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from centrali_deploy.ledger.door import Door
    from centrali_deploy.ledger.model import Entry


@workspace_command("history", example="centrali-deploy history show 12 -f workspace.yaml", beside=True)
@click.argument("words", nargs=-1, metavar="[show NUMBER]")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many of the latest applies to list.")
def command(run: Run, *, words: tuple[str, ...], limit: int) -> None:
    """List what was applied, the latest first; or show one apply: who, from where, and what became of each change."""
    door = owning(run).door
    if door is None:
        raise UsageProblem("The manifest says ledger: none, so nobody knows what was applied.", "Keep a ledger to have a history.")
    number = _number(words)
    if number is None:
        found = door.history(limit)
        going = going_on(door, found)
        run.answer.parts["history"] = [_part(entry, going) for entry in found]
        run.answer.write(history_lines(found, run.answer.paint, going))
    else:
        entry = whole(shown(door, number), door.where)
        going = going_on(door, [entry])
        run.answer.parts["entry"] = {**_part(entry, going), "inverse": entry.inverse}
        run.answer.write(entry_lines(entry, run.answer.paint, going=number in going))
    run.answer.close(run.client)


def _number(words: tuple[str, ...]) -> int | None:
    """Which one to show; None for the list."""
    if not words:
        return None
    show, *numbers = words
    if show != "show" or len(numbers) != 1 or not numbers[0].isdecimal():
        raise UsageProblem(
            f'"{" ".join(words)}" makes no sense here.', "Write centrali-deploy history, or centrali-deploy history show 12."
        )
    return int(numbers[0])


def shown(door: Door, number: int) -> Entry:
    """The entry of a number. Raises UsageProblem, naming the latest, when there is none."""
    entry = door.entry(number)
    if entry is None:
        latest = door.history(1)
        hint = f"The latest is {latest[0].number}." if latest else "Nothing was applied yet."
        raise UsageProblem(f"There is no apply {number} in the history of {door.where}.", hint)
    return entry


def whole(entry: Entry, where: str) -> Entry:
    """An entry with all its changes, those too of which nobody knows how they ended. Raises Unreadable."""
    try:
        return replace(entry, outcomes=(*entry.outcomes, *unknown(entry)))
    except ValueError as error:
        raise damaged(where) from error


def going_on(door: Door, entries: Sequence[Entry]) -> set[int]:
    """The numbers of those that go on. The lock is looked at only if there is one that has not ended."""
    if all(entry.ended for entry in entries):
        return set()
    holder, now = door.holder(), time.time()
    return {entry.number for entry in entries if goes_on(entry, holder, now)}


def _part(entry: Entry, going: Container[int]) -> dict[str, Any]:
    """An entry as JSON, without what a rollback needs."""
    outcomes = [dict(zip(("address", "action", "status", "message"), outcome, strict=True)) for outcome in entry.outcomes]
    rest = {member: value for member, value in asdict(entry).items() if member != "inverse"}
    state = "ended" if entry.ended else "goes-on" if entry.number in going else "broke-off"
    return {**rest, "state": state, "outcomes": outcomes}
