"""`centrali-deploy unlock`: break the lock, whoever has it."""

from __future__ import annotations

from dataclasses import asdict

from centrali_deploy.cli.owning import owning
from centrali_deploy.cli.running import Run, workspace_command
from centrali_deploy.errors import UsageProblem
from centrali_deploy.ledger.locking import told


@workspace_command("unlock", example="centrali-deploy unlock -f workspace.yaml", beside=True)
def command(run: Run) -> None:
    """Break the lock of an apply that will not go on. One that goes on all the same writes nothing more."""
    door = owning(run).door
    if door is None:
        raise UsageProblem("The manifest says ledger: none, so there is no lock.", "Nothing has to be unlocked.")
    held = door.unlock()
    run.answer.parts["unlocked"] = asdict(held) if held else None
    run.answer.write([f"Unlocked {door.where}. It was held by {told(held)}." if held else f"Nobody holds the lock of {door.where}."])
    run.answer.close(run.client)
