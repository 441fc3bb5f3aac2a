"""Drift: the ledger and the live workspace in, what others changed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.plan.drifting import drifts
from centrali_deploy.plan.settling import settled
from centrali_deploy.remote.observation import observe

if TYPE_CHECKING:
    from collections.abc import Generator

    from centrali_deploy.manifest.loading import Loaded
    from centrali_deploy.plan.drifting import Drift
    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress
    from centrali_deploy.states import RecordedState


def drift(loaded: Loaded, client: Client, recorded: RecordedState) -> Generator[Progress, None, tuple[Drift, ...]]:
    """Yields what has been read; returns what differs from what was applied."""
    live = yield from observe(client, recorded.resources.keys())
    return drifts(settled(recorded, live, halfway=True), live, loaded.desired)
