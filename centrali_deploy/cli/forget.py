"""`centrali-deploy forget`: resources that are ours no longer, and stay as they are."""

from __future__ import annotations

import os

import click

from centrali_deploy.address import Address
from centrali_deploy.cli.owning import Locking, lock_options, owning, waiting
from centrali_deploy.cli.running import Run, workspace_command
from centrali_deploy.errors import UsageProblem
from centrali_deploy.pipeline.acting import actor
from centrali_deploy.states import near_name


@workspace_command("forget", example="centrali-deploy forget trigger/nightly-report -f workspace.yaml", beside=True, whole=True)
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@lock_options
def command(run: Run, *, addresses: tuple[str, ...], lock_timeout: float, no_lock: bool) -> None:
    """Let go of resources: they stay in the workspace, and nothing here deletes them any more."""
    own, locking = owning(run), Locking(lock_timeout, no_lock)
    wanted = [_address(text) for text in addresses]
    with own.locked(actor(os.environ, run.loaded.files), "forget", locking.timeout, waiting(run.answer), skip=locking.skip):
        known = own.read().resources
        for address in wanted:
            if address not in known:
                raise UsageProblem(f"{address} is not ours.", near_name(address, known) or "Nothing has to be forgotten.")
        own.forget(wanted)
    run.answer.parts["forgotten"] = list(map(str, wanted))
    run.answer.write([f"{address} is no longer ours." for address in wanted])
    run.answer.close(run.client)


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise UsageProblem(f"{error}.", "") from error
