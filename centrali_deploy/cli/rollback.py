"""`centrali-deploy rollback`: take back what one apply changed, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.apply import carry_out
from centrali_deploy.cli.history import going_on, shown
from centrali_deploy.cli.owning import Locking, allow_loss, lock_options, owning, policy_of
from centrali_deploy.cli.running import Run, workspace_command
from centrali_deploy.errors import Locked, UnsafePlan, UsageProblem
from centrali_deploy.pipeline.rollback import ROLLBACK_OF, OwningInPart, applied_since, broke_off, carried_on, changed, done, turned

if TYPE_CHECKING:
    from centrali_deploy.ledger.door import Door
    from centrali_deploy.ledger.model import Entry

_MOST = 1000
"""How many of the latest applies are looked through for one that changed something."""
_AGAIN = "The manifests may say the newer state still: the next apply of them would bring it back."


@workspace_command("rollback", example="centrali-deploy rollback 12 -f workspace.yaml", beside=True, whole=True)
@click.argument("number", required=False, type=click.IntRange(min=1), metavar="[NUMBER]")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@allow_loss
@lock_options
def command(  # noqa: PLR0913 -- one parameter per option
    run: Run, *, number: int | None, yes: bool, allow_loss: tuple[str, ...], lock_timeout: float, no_lock: bool
) -> None:
    """Take back what one apply changed: the one of that number in the history, or the latest."""
    own = owning(run)
    if own.door is None:
        raise UsageProblem("The manifest says ledger: none, so nobody knows what was applied.", "Keep a ledger to have a history.")
    entry = _entry(own.door, number)
    did, begun = done(entry, own.door.where)
    later = applied_since(entry, own.door.history(_MOST)) if begun else frozenset()
    found = run.answer.follow(turned(did, begun, later, run.client, own.read()), run.client)
    policy = policy_of(run, prune=True, allow_mass_delete=True, allow_loss=allow_loss)
    part = OwningInPart(own.door, own.deployment, undoing=found)
    taken = replace(run, loaded=replace(run.loaded, desired=found.desired), saved=None)
    doing = f"{ROLLBACK_OF}{entry.number}"
    run.answer.parts["rollback"] = {"of": entry.number, "remarks": found.remarks, "missing": list(map(str, found.missing))}
    run.answer.write([f"Back to before {entry.doing} {entry.number} of {entry.started}, by {entry.actor}.", ""])
    carry_out(taken, policy, Locking(lock_timeout, no_lock), yes=yes, doing=doing, own=part, remarks=(*found.remarks, _AGAIN))
    if found.missing:
        names = ", ".join(map(str, found.missing))
        raise UnsafePlan(f"Not made again: {names}. The rest is rolled back.", "Put the earlier text of the manifest back and apply that.")


def _entry(door: Door, number: int | None) -> Entry:
    """The apply that is meant. Raises UsageProblem when it changed nothing, as far as anybody knows; Locked when it goes on."""
    entry = _latest(door) if number is None else shown(door, number)
    if entry is None:
        raise UsageProblem("Nothing was applied that could be rolled back.", "centrali-deploy history lists what was applied.")
    if entry.number in going_on(door, [entry]):
        raise Locked(f"{entry.doing} {entry.number} of {entry.actor} still goes on.", "Wait until it has ended.")
    if not changed(entry) and not broke_off(entry):
        raise UsageProblem(f"Apply {entry.number} changed nothing, so there is nothing to roll back.", "")
    return entry


def _latest(door: Door) -> Entry | None:
    """The latest apply that changed something, or may have; when it is a rollback that broke off, what that took back.

    Raises UsageProblem when it is a rollback that ended: a repeated one must not turn round.
    """
    for entry in door.history(_MOST):
        if (number := carried_on(entry)) is not None:
            return shown(door, number)
        if not entry.ended and broke_off(whole := shown(door, entry.number)):
            return whole
        if changed(entry):
            _refuse_to_turn_round(entry)
            return shown(door, entry.number)
    return None


def _refuse_to_turn_round(entry: Entry) -> None:
    of = entry.doing.removeprefix(ROLLBACK_OF)
    if of != entry.doing:
        message = f"The latest that changed something, {entry.number}, is itself a rollback of {of}."
        hint = f"To go on with it: centrali-deploy rollback {of}. To take it back: centrali-deploy rollback {entry.number}."
        raise UsageProblem(message, hint)
