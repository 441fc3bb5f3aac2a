"""`centrali-deploy rollback`: take back what one apply changed, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.apply import carry_out
from centrali_deploy.cli.history import shown
from centrali_deploy.cli.owning import Locking, allow_loss, lock_options, owning, policy_of
from centrali_deploy.cli.running import Run, workspace_command
from centrali_deploy.errors import UnsafePlan, UsageProblem
from centrali_deploy.pipeline.rollback import OwningInPart, changed, done, turned

if TYPE_CHECKING:
    from centrali_deploy.ledger.door import Door
    from centrali_deploy.ledger.model import Entry

_MOST = 1000
"""How many of the latest applies are looked through for one that changed something."""
_DOING = "rollback of "
_AGAIN = "The manifests may say the newer state still: the next apply of them would bring it back."


@workspace_command("rollback", example="centrali-deploy rollback 12 -f workspace.yaml", beside=True, whole=True)
@click.argument("number", required=False, type=click.IntRange(min=1), metavar="[NUMBER]")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@allow_loss
@lock_options
def command(  # noqa: PLR0913 -- one parameter per option
    run: Run, *, number: int | None, yes: bool, allow_loss: tuple[str, ...], lock_timeout: float, no_lock: bool
) -> None:
    """Take back what one apply changed: the one of that number in the history, or the latest, unless that is a rollback itself."""
    own = owning(run)
    if own.door is None:
        raise UsageProblem("The manifest says ledger: none, so nobody knows what was applied.", "Keep a ledger to have a history.")
    entry = _entry(own.door, number)
    found = run.answer.follow(turned(done(entry, own.door.where), run.client, own.read()), run.client)
    policy = policy_of(run, prune=True, allow_mass_delete=True, allow_loss=allow_loss)
    part = OwningInPart(own.door, own.deployment, undoing=found)
    taken = replace(run, loaded=replace(run.loaded, desired=found.desired), saved=None)
    doing = f"{_DOING}{entry.number}"
    run.answer.parts["rollback"] = {"of": entry.number, "remarks": found.remarks, "missing": list(map(str, found.missing))}
    run.answer.write([f"Back to before {entry.doing} {entry.number} of {entry.started}, by {entry.actor}.", ""])
    carry_out(taken, policy, Locking(lock_timeout, no_lock), yes=yes, doing=doing, own=part, remarks=(*found.remarks, _AGAIN))
    if found.missing:
        names = ", ".join(map(str, found.missing))
        raise UnsafePlan(f"Not made again: {names}. The rest is rolled back.", "Put the earlier text of the manifest back and apply that.")


def _entry(door: Door, number: int | None) -> Entry:
    """The apply that is meant. Raises UsageProblem when it changed nothing, as far as anybody knows."""
    if number is None:
        number = _latest(door)
    entry = shown(door, number)
    if not entry.ended:
        hint = "Apply what you want instead, or give the number of an earlier one."
        raise UsageProblem(f"Apply {number} never ended, so nobody knows what it changed.", hint)
    if not changed(entry):
        raise UsageProblem(f"Apply {number} changed nothing, so there is nothing to roll back.", "")
    return entry


def _latest(door: Door) -> int:
    """The latest that changed something, or may have. Raises UsageProblem when that is a rollback: a repeated one must not turn round."""
    entry = next((each for each in door.history(_MOST) if changed(each) or not each.ended), None)
    if entry is None:
        raise UsageProblem("Nothing was applied that could be rolled back.", "centrali-deploy history lists what was applied.")
    of = entry.doing.removeprefix(_DOING)
    if of == entry.doing:
        return entry.number
    first = f"To go on with it: centrali-deploy rollback {of}."
    if not entry.ended:
        raise UsageProblem(f"The latest, {entry.number}, is a rollback of {of} that never ended.", first)
    message = f"The latest that changed something, {entry.number}, is itself a rollback of {of}."
    raise UsageProblem(message, f"{first} To take it back: centrali-deploy rollback {entry.number}.")
