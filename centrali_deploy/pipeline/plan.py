"""Plan: manifests and the live workspace in, a plan out. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from centrali_deploy.address import Address
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.renaming import renamed
from centrali_deploy.remote.observation import observe
from centrali_deploy.states import RecordedState

if TYPE_CHECKING:
    from collections.abc import Generator

    from centrali_deploy.manifest.loading import Loaded
    from centrali_deploy.plan.model import Plan, Policy
    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress
    from centrali_deploy.states import DesiredState, LiveState


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and the live state it was made of, under the names of the plan."""

    plan: Plan
    live: LiveState


def plan(loaded: Loaded, client: Client, policy: Policy) -> Generator[Progress, None, Planned]:
    """Yields what has been read; returns the plan. Raises what loading, observing and planning raise."""
    live = yield from observe(client, _wanted(loaded.desired))
    made = make_plan(client.workspace, loaded.desired, live, RecordedState(), policy)
    return Planned(made, renamed(loaded.desired, live).live)


def _wanted(desired: DesiredState) -> set[Address]:
    """What must be read whole: everything that is declared, under its old name, too."""
    old = {Address(address.kind, resource.renamed_from) for address, resource in desired.items() if resource.renamed_from}
    return desired.keys() | old
