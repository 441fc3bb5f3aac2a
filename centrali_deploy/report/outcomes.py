"""What happens while a plan is carried out, as plain lines for people: what is written now, and how each change ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.apply.outcome import Status
from centrali_deploy.report.fields import counted
from centrali_deploy.report.text import STATE, symbol_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.apply.outcome import Call, Outcome
    from centrali_deploy.report.text import Paint

_ENDED = {Status.APPLIED: ("done", "green"), Status.FAILED: ("FAILED", "red"), Status.SKIPPED: ("skipped", "yellow")}
_PLAIN = {"create": "+", "update": "~", "delete": "-"}
NOTHING: dict[Address, int] = {}
_SYMBOLS = {**_PLAIN, "add": "+", "copy": "="}


def outcome_lines(outcome: Outcome, number: int, of: int, paint: Paint) -> Iterator[str]:
    """What happened to one change; below it what went wrong, and where the manifest says it.

    Its calls have lines of their own where there are several, one of which sets a state or copies values: so it is plain
    what has taken effect.
    """
    word, style = _ENDED[outcome.status]
    symbol, _ = symbol_of(outcome.change)
    tail = f"  {outcome.seconds:.1f} s" if outcome.status is Status.APPLIED else ""
    tail += f"  {counted(outcome.copied, 'value')} copied" if outcome.copied else ""
    if outcome.culprit:
        tail = f"  because {outcome.culprit} failed"
    yield f"[{number}/{of}] {symbol} {outcome.change.address}  {paint(word, style)}{tail}"
    if len(outcome.calls) > 1 and any(call.name not in _PLAIN for call in outcome.calls):
        yield from (_call(call, paint) for call in outcome.calls)
    if outcome.error:
        yield f"    {outcome.error.message}"
        yield from (f"    {problem.position}  {problem.message}" for problem in outcome.problems)
        if outcome.error.hint:
            yield f"    {outcome.error.hint}"


def _call(call: Call, paint: Paint) -> str:
    return f"    {_SYMBOLS.get(call.name, STATE)} {call.name}  {paint(*_ENDED[call.status])}"


def progress_line(running: Sequence[Address], done: int, of: int, copied: Mapping[Address, int] = NOTHING) -> str:
    """What is being written now, how many of how many are done, and how many values of records were copied meanwhile."""
    names = [f"{address} ({counted(copied[address], 'value')} copied)" if address in copied else str(address) for address in running]
    return f"[{done}/{of}] Writing {', '.join(names)}" if running else ""


def outcomes_summary(outcomes: Sequence[Outcome]) -> str:
    """One line: how many changes ended how."""
    counts = {status: sum(outcome.status is status for outcome in outcomes) for status in Status}
    return "Apply: " + ", ".join(f"{count} {status.value}" for status, count in counts.items() if count or status is Status.APPLIED) + "."
