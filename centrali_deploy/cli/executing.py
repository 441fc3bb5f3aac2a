"""A plan that is being carried out, as whoever started it sees it: each change as it begins and ends, with what a Ctrl-C would wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.apply.outcome import Outcome, Started, Still
from centrali_deploy.report.json import outcome_part, outcomes_part
from centrali_deploy.report.outcomes import outcome_lines, outcomes_summary, progress_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centrali_deploy.apply.outcome import Event
    from centrali_deploy.cli.interrupting import Stopping
    from centrali_deploy.cli.running import Run
    from centrali_deploy.cli.terminal import Answer
    from centrali_deploy.plan.model import Change


def shown(events: Iterable[Event], pending: Sequence[Change], run: Run, found: list[Outcome], stopping: Stopping) -> None:
    """Show what happens while `events` carries out what is pending, and keep what a Ctrl-C has to name.

    Whatever ends it, what was done is in `found` and in the answer, and what was done can be written down even if the API
    asks to wait a little.
    """
    answer = run.answer
    running = stopping.running
    answer.write([""])
    try:
        for event in events:
            if isinstance(event, Started):
                running[event.change.address] = None
                answer.event("started", address=str(event.change.address), action=event.change.action.value)
            elif isinstance(event, Outcome):
                running.pop(event.change.address, None)
                found.append(event)
                _ended(event, len(found), len(pending), answer)
            copied = event.copied if isinstance(event, Still) else {}
            line = progress_line(list(running), len(found), len(pending), copied)
            progress = {"running": list(map(str, running)), "done": len(found), "of": len(pending), "copied": sum(copied.values())}
            answer.live(line, run.client.pace.asked, **progress)
    finally:
        stopping.recording = True
        run.client.pace.wait_again()
        order = {id(change): place for place, change in enumerate(pending)}
        answer.parts["outcomes"] = outcomes_part(sorted(found, key=lambda outcome: order[id(outcome.change)]))
        answer.write(["", outcomes_summary(found)] if found else [])


def _ended(outcome: Outcome, done: int, of: int, answer: Answer) -> None:
    answer.write(outcome_lines(outcome, done, of, answer.paint))
    answer.event("outcome", outcome=outcome_part(outcome), done=done, of=of)
