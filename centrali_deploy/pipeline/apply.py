"""Apply: carry out a plan that was made and approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.apply.executor import execute
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import UnsafePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.apply.outcome import Outcome, Started
    from centrali_deploy.manifest.loading import Loaded
    from centrali_deploy.pipeline.plan import Planned
    from centrali_deploy.remote.client import Client


def refuse_unsafe(planned: Planned) -> None:
    """Raise UnsafePlan when a protection refuses the plan."""
    refusals = planned.plan.refusals
    if refusals:
        listed = "; ".join(f"{refusal.address}: {refusal.message}" for refusal in refusals)
        raise UnsafePlan(f"The plan is refused. {listed}", " ".join(dict.fromkeys(refusal.hint for refusal in refusals)))


def apply(loaded: Loaded, planned: Planned, client: Client, stopping: Callable[[], bool]) -> Iterator[Started | Outcome]:
    """Yields the start and the outcome of each change, as it happens.

    Raises before the first write; or Interrupted, once `stopping` says so and what was begun is finished.
    """
    return execute(planned.plan, Writing(client, loaded.desired, planned.live), stopping=stopping)
