"""A plan, outcomes and problems as plain lines for people; never cut short, whatever the width of the terminal.

Colour is an argument: `paint(text, style)` gives the text as it should be written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.address import path_text
from centrali_deploy.errors import ManifestError
from centrali_deploy.plan.calls import only_state, state_call
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.safety import counted_words
from centrali_deploy.report.fields import counted, field_lines
from centrali_deploy.states import near_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.errors import DeployError, Problem
    from centrali_deploy.manifest.together import Undeclared
    from centrali_deploy.plan.model import Change, Plan
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
_WEIGHTS = {"losing": ("LOSS", "red"), "risky": ("risk", "yellow"), "copy": ("copy", "cyan"), "safe": ("safe", "green")}
_MOST_PROBLEMS = 50
_DOING = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.REPLACE: "to replace",
    Action.DELETE: "to delete",
    Action.FORGET: "to forget",
}


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
            if change.action is Action.NO_OP and not change.undeclared:
                yield from change_lines(change, paint)
    if adopted := [change.address for change in plan.changes if change.adopting and change.action is Action.NO_OP]:
        yield ""
        yield "Found here as declared, not ours so far: adopted (what is ours is deleted with --prune when it is no longer declared):"
        yield from (f"  {address}" for address in adopted)
    if plan.kept:
        yield ""
        yield "No longer declared here, ours, and kept (--prune deletes them):"
        yield from (f"  {address}" for address in plan.kept)
    if verbose and plan.unmanaged:
        yield ""
        yield "In the workspace, not declared here and left alone:"
        yield from (f"  {address}" for address in plan.unmanaged)
    yield from left_out_lines(plan, paint, verbose=verbose)
    yield from hazard_lines(plan, paint)
    yield from refusal_lines(plan, paint)
    for hint in plan.hints:
        yield ""
        yield paint(f"? {hint.message}", "yellow")
        yield from (f"  {line}" for line in hint.lines)
    yield ""
    yield summary(plan, paint)


def left_out_lines(plan: Plan, paint: Paint, *, verbose: bool = False) -> Iterator[str]:
    """What is not carried out: what is protected, and what depends on its change."""
    for left in plan.left_out:
        first, *rest = change_lines(left.change, paint, verbose=verbose)
        yield ""
        yield f"Left out, because {'it' if left.because == left.change.address else left.because} is protected:"
        yield f"  {first}"
        yield from (f"  {line}" for line in rest)


def refusal_lines(plan: Plan, paint: Paint) -> Iterator[str]:
    """What refuses the plan or leaves out a part of it, and what apply makes of that."""
    for refusal in plan.refusals:
        yield ""
        yield paint(f"! {refusal.address}: {refusal.message}", "red")
        yield f"  {refusal.hint}"
    if plan.refused:
        yield paint("apply will refuse this plan.", "red")
    elif plan.protected:
        yield paint("apply leaves that out, does the rest, and leaves with 8.", "yellow")


def hazard_lines(plan: Plan, paint: Paint) -> Iterator[str]:
    """What the plan means for records: the losses first."""
    if plan.hazards:
        yield ""
        yield "Records:"
    for hazard in sorted(plan.hazards, key=lambda each: not each.losing):
        word, style = _WEIGHTS[hazard.weight]
        at = f" {path_text(hazard.path)}" if hazard.path else ""
        yield f"  {paint(word, style)}  {hazard.address}{at}: {hazard.message} ({counted_words(hazard)})"


def change_lines(change: Change, paint: Paint, *, verbose: bool = False) -> Iterator[str]:
    """One change: its symbol, address, reason and place, then its fields; verbose, where their values came from.

    A call that sets a state has a line of its own, or is all there is to the change.
    """
    symbol, style = symbol_of(change)
    where, call = f"  {change.position}" if change.position else "", state_call(change)
    reason = f"{call}: {change.reason}" if only_state(change) and call else change.reason
    adopted = ", found here and not ours so far: adopted" if change.adopting else ""
    yield f"{paint(f'{symbol} {change.address}', style)}  {reason}{adopted}{paint(where, 'dim')}"
    for field in change.fields:
        yield from (f"    {line}" for line in field_lines(change.address, field, paint, new=change.action is Action.CREATE))
        if verbose and field.layer:
            yield paint(f"      from {field.layer}", "dim")
    if call and not only_state(change):
        yield f"  {paint(f'{STATE} {call}', 'yellow')}"


def symbol_of(change: Change) -> tuple[str, str]:
    """The symbol of a change, and the style it is shown in."""
    symbol, style = SYMBOLS[change.action]
    return (STATE if only_state(change) else symbol), style


def moved_lines(before: Plan, now: Plan, moved: Sequence[Address], paint: Paint) -> Iterator[str]:
    """What two plans of the same manifests differ in: of each address, what was to be done and what is to be done now."""
    yield paint("The saved plan is no longer what would happen:", "yellow")
    for address in moved:
        for word, plan in (("then", before), ("now", now)):
            changes = [change for change in plan.pending if change.address == address]
            for change in changes:
                first, *rest = change_lines(change, paint)
                yield f"  {word}: {first}"
                yield from (f"  {line}" for line in rest)
            if not changes:
                yield f"  {word}: {address}  nothing to do"
    yield ""


def summary(plan: Plan, paint: Paint) -> str:
    """One line: how many of what."""
    same = len({c.address for c in plan.changes if c.action is Action.NO_OP and not c.undeclared})
    rest = f"{same} unchanged" + (f", {len(plan.kept)} no longer declared and kept" if plan.kept else "")
    adopted = len({c.address for c in plan.changes if c.adopting})
    rest += f", {adopted} of all found here and adopted" if adopted else ""
    rest += f", {len(plan.unmanaged)} in the workspace not declared here and left alone" if plan.unmanaged else ""
    if plan.empty:
        return paint(f"No changes. {rest}.", "green")
    counts = [f"{plan.count(action)} {words}" for action, words in _DOING.items() if plan.count(action)]
    counts += [f"{len(plan.left_out)} left out"] if plan.left_out else []
    return f"{paint('Plan:', 'bold')} {', '.join(counts)}; {rest}."


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
