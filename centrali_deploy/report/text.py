"""A plan, outcomes and problems as plain lines for people; never cut short, whatever the width of the terminal.

Colour is an argument: `paint(text, style)` gives the text as it should be written.
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import path_text
from centrali_deploy.errors import ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.calls import only_state, state_call
from centrali_deploy.plan.model import Action, Mark
from centrali_deploy.states import near_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from centrali_deploy.errors import DeployError, Problem
    from centrali_deploy.manifest.together import Undeclared
    from centrali_deploy.plan.model import Change, FieldChange, Plan
    from centrali_deploy.states import DesiredState

    Paint = Callable[[str, str], str]

SYMBOLS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.REPLACE: ("±", "red"),
    Action.DELETE: ("-", "red"),
    Action.FORGET: (".", "dim"),
    Action.NO_OP: (" ", "dim"),
}
STATE = ">"
"""A call that only sets a state."""
_LONGEST = 200
_WIDTH = 76
_MOST_LINES = 5000
_MOST_PROBLEMS = 50
_DOING = {Action.CREATE: "to create", Action.UPDATE: "to update", Action.REPLACE: "to replace", Action.DELETE: "to delete"}


def plan_lines(plan: Plan, paint: Paint, *, where: str, verbose: bool = False) -> Iterator[str]:
    """The whole plan: each change with its fields and reasons, then what refuses it, then a summary.

    `where` names the workspace and its address.
    """
    yield f"Workspace {paint(where, 'bold')}"
    for change in plan.pending:
        yield ""
        yield from change_lines(change, paint, verbose=verbose)
    if verbose and len(plan.pending) < len(plan.changes):
        yield ""
        for change in plan.changes:
            if change.action is Action.NO_OP:
                yield from change_lines(change, paint)
    if verbose and plan.unmanaged:
        yield ""
        yield "In the workspace, not declared here and left alone:"
        yield from (f"  {address}" for address in plan.unmanaged)
    for refusal in plan.refusals:
        yield ""
        yield paint(f"! {refusal.address}: {refusal.message}", "red")
        yield f"  {refusal.hint}"
    for hint in plan.hints:
        yield ""
        yield paint(f"? {hint.message}", "yellow")
        yield from (f"  {line}" for line in hint.lines)
    if plan.refusals:
        yield paint("apply will refuse this plan.", "red")
    yield ""
    yield summary(plan, paint)


def change_lines(change: Change, paint: Paint, *, verbose: bool = False) -> Iterator[str]:
    """One change: its symbol, address, reason and place, then its fields; verbose, where their values came from.

    A call that sets a state has a line of its own, or is all there is to the change.
    """
    symbol, style = symbol_of(change)
    where, call = f"  {change.position}" if change.position else "", state_call(change)
    reason = f"{call}: {change.reason}" if only_state(change) and call else change.reason
    yield f"{paint(f'{symbol} {change.address}', style)}  {reason}{paint(where, 'dim')}"
    for field in change.fields:
        yield from (f"    {line}" for line in _field(change, field, paint))
        if verbose and field.layer:
            yield paint(f"      from {field.layer}", "dim")
    if call and not only_state(change):
        yield f"  {paint(f'{STATE} {call}', 'yellow')}"


def symbol_of(change: Change) -> tuple[str, str]:
    """The symbol of a change, and the style it is shown in."""
    symbol, style = SYMBOLS[change.action]
    return (STATE if only_state(change) else symbol), style


def summary(plan: Plan, paint: Paint) -> str:
    """One line: how many of what."""
    same = len({c.address for c in plan.changes if c.action is Action.NO_OP})
    rest = f"{same} unchanged" + (f", {len(plan.unmanaged)} in the workspace not declared here and left alone" if plan.unmanaged else "")
    if plan.empty:
        return paint(f"No changes. {rest}.", "green")
    counts = [f"{plan.count(action)} {words}" for action, words in _DOING.items() if plan.count(action)]
    return f"{paint('Plan:', 'bold')} {', '.join(counts)}; {rest}."


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def error_lines(error: DeployError, paint: Paint) -> Iterator[str]:
    """What is wrong and what now; every problem of a manifest with its place."""
    if isinstance(error, ManifestError):
        yield from problem_lines(error.problems, paint)
        return
    yield f"{paint('Error:', 'red')} {error.message}"
    if error.hint:
        yield f"  {error.hint}"


def problem_lines(problems: Sequence[Problem], paint: Paint) -> Iterator[str]:
    """Every problem with its place, then how many there are; of very many only the first, and errors before warnings."""
    for problem in sorted(problems, key=lambda each: each.severity)[:_MOST_PROBLEMS] if len(problems) > _MOST_PROBLEMS else problems:
        head, _, rest = str(problem).partition("\n")
        yield paint(head, "bold")
        yield rest
    if len(problems) > _MOST_PROBLEMS:
        yield f"... and {len(problems) - _MOST_PROBLEMS:,} more: centrali-deploy validate -o json shows all of them."
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    parts = [paint(counted(errors, "problem"), "red")] * bool(errors) + [paint(counted(warnings, "warning"), "yellow")] * bool(warnings)
    yield f"{', '.join(parts)}."


def undeclared_lines(undeclared: Iterable[Undeclared], desired: DesiredState) -> Iterator[str]:
    """References to what is not declared, each with its place."""
    yield "Not checked, because it is not declared here and may be in the workspace:"
    for reference, address, place in undeclared:
        near = near_name(reference.target, desired)
        yield f"{place}  {address}: {path_text(reference.path)} names {reference.target}. {near}".rstrip()


def _field(change: Change, field: FieldChange, paint: Paint) -> Iterator[str]:
    name = path_text(field.path)
    kind = KINDS[change.address.kind]
    note = f" ({field.note})" if field.note else ""
    if field.path == (kind.text_member,):
        yield from _text(name, field, paint)
    elif change.action is Action.CREATE:
        yield from _block(f"{name}: ", field.after)
    elif field.before is Mark.ABSENT and isinstance(field.after, dict | list):
        yield from _block(f"{name}: {paint('(not set)', 'red')} -> ", field.after)
    else:
        before = "(not set)" if field.before is Mark.ABSENT else _value(field.before)
        after = "(removed)" if field.after is Mark.ABSENT else _value(field.after)
        yield f"{name}: {paint(before, 'red')} -> {paint(after, 'green')}{note}"


def _block(head: str, value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """A value on the line of its head where it fits, or below it, as YAML would have it."""
    if not isinstance(value, dict | list) or len(head) + len(_value(value)) <= _WIDTH:
        yield head + _value(value)
    else:
        yield head.rstrip()
        yield from (f"  {line}" for line in _lines(value))


def _lines(value: dict[str, Any] | list[Any]) -> Iterator[str]:
    if isinstance(value, dict):
        for member, inside in value.items():
            yield from _block(f"{member}: ", inside)
        return
    for item in value:
        fits = not isinstance(item, dict | list) or len(_value(item)) <= _WIDTH
        first, *rest = [_value(item)] if fits else _lines(item)
        yield f"- {first}"
        yield from (f"  {line}" for line in rest)


def _text(name: str, field: FieldChange, paint: Paint) -> Iterator[str]:
    after = str(field.after)
    if field.before is Mark.ABSENT:
        yield f"{name}: {counted(len(_split(after)), 'line')}"
        return
    yield f"{name}:"
    before = _split(str(field.before))
    if len(before) + len(_split(after)) > _MOST_LINES:
        yield f"  {len(before)} lines -> {len(_split(after))} lines (too long to show)"
        return
    for line in list(difflib.unified_diff(before, _split(after), lineterm="", n=3))[2:]:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[0], "")
        yield f"  {paint(line, style)}"


def _split(text: str) -> list[str]:
    """Lines as the API counts them: by newline alone, whatever its form."""
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else [*lines[:-1], f"{lines[-1]}  (no newline at the end)"]


def _value(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    if isinstance(value, Mark):
        return "(secret)" if value is Mark.SECRET else "(absent)"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{member}: {_value(inside)}" for member, inside in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
