"""`centrali-deploy destroy`: delete everything that the ledger says is ours, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import click

from centrali_deploy.cli.apply import carry_out
from centrali_deploy.cli.owning import Locking, allow_loss, lock_options, owning, policy_of
from centrali_deploy.cli.running import Run, workspace_command
from centrali_deploy.errors import UsageProblem
from centrali_deploy.pipeline.saving import refuse_plans


@workspace_command("destroy", example="centrali-deploy destroy --local examples/workspace.yaml")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@allow_loss
@lock_options
def command(run: Run, *, yes: bool, allow_loss: tuple[str, ...], lock_timeout: float, no_lock: bool) -> None:
    """Delete everything that was applied from here. PATHS say which workspace, deployment and protections are meant."""
    refuse_plans(run.loaded.files)
    if owning(run).door is None:
        raise UsageProblem("The manifest says ledger: none, so nobody knows what is ours.", "Delete it in the console.")
    policy = policy_of(run, prune=True, allow_mass_delete=True, allow_loss=allow_loss)
    emptied = replace(run, loaded=replace(run.loaded, desired={}))
    carry_out(emptied, policy, Locking(lock_timeout, no_lock), yes=yes, doing="destroy")
