"""`centrali-deploy destroy`: delete everything that the ledger says is ours, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import click

from centrali_deploy.cli.apply import carry_out
from centrali_deploy.cli.owning import Locking, lock_options, owning
from centrali_deploy.cli.running import Run, workspace_command
from centrali_deploy.errors import UsageProblem
from centrali_deploy.plan.model import Policy


@workspace_command("destroy", example="centrali-deploy destroy --local examples/workspace.yaml")
@click.option("--yes", is_flag=True, help="Do not ask. Never approves what a protection refuses.")
@lock_options
def command(run: Run, *, yes: bool, lock_timeout: float, no_lock: bool) -> None:
    """Delete everything that was applied from here. PATHS say which workspace, deployment and protections are meant."""
    if owning(run).door is None:
        raise UsageProblem("The manifest says ledger: none, so nobody knows what is ours.", "Delete it in the console.")
    policy = Policy(prune=True, allow_mass_delete=True, protect=run.loaded.protect)
    emptied = replace(run, loaded=replace(run.loaded, desired={}))
    carry_out(emptied, policy, Locking(lock_timeout, no_lock), yes=yes, doing="destroy")
