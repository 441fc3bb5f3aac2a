"""Plan: manifests, the ledger and the live workspace in, a plan out. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.renaming import renamed
from centrali_deploy.plan.safety import counted, hazards, questions, weighed
from centrali_deploy.plan.settling import settled
from centrali_deploy.plan.sides import released
from centrali_deploy.remote.counting import counted as asked
from centrali_deploy.remote.observation import Unread, observe
from centrali_deploy.secret import Secret
from centrali_deploy.states import RecordedState, references
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from centrali_deploy.manifest.loading import Loaded
    from centrali_deploy.plan.model import Plan
    from centrali_deploy.plan.verdicts import Policy
    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress
    from centrali_deploy.states import DesiredState, LiveState

NOTHING_RECORDED = RecordedState()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what it was made of: the desired state with what is let go of, and the live state under the names of the plan.

    `observed`: the live state as it was read, under its own names.
    """

    plan: Plan
    live: LiveState
    desired: DesiredState
    recorded: RecordedState
    observed: LiveState


def plan(loaded: Loaded, client: Client, policy: Policy, recorded: RecordedState = NOTHING_RECORDED) -> Generator[Progress, None, Planned]:
    """Yields what has been read; returns the plan. Raises what loading, observing and planning raise."""
    observed = yield from observe(
        client, _wanted(loaded.desired) | _going(loaded.desired, recorded, policy), dict(_unread(loaded.desired, recorded))
    )
    recorded = settled(recorded, observed)
    desired = released(loaded.desired, recorded)
    made = make_plan(client.workspace, desired, observed, recorded, policy)
    live = renamed(desired, observed, recorded).live
    found = hazards(made, desired, live)
    answers = yield from asked(client, questions(found))
    return Planned(weighed(made, counted(found, answers), policy), live, desired, recorded, observed)


def _wanted(desired: DesiredState) -> set[Address]:
    """What must be read whole: everything that is declared, under its old name, too."""
    old = {Address(address.kind, resource.renamed_from) for address, resource in desired.items() if resource.renamed_from}
    return desired.keys() | old


def _going(desired: DesiredState, recorded: RecordedState, policy: Policy) -> set[Address]:
    """What is deleted, read whole, too: the history keeps it, so that it can be made again.

    And what is kept of a kind that nobody would list otherwise: to say that it is gone, one has to have looked.
    """
    gone = recorded.resources.keys() - desired.keys()
    return {address for address in gone if policy.prune or not KINDS[address.kind].published}


def _unread(desired: DesiredState, recorded: RecordedState) -> Iterator[tuple[Address, Unread]]:
    """What is declared just as it was applied last: lists tell whether it is still so."""
    for address, resource in desired.items():
        kind, known = KINDS[address.kind], recorded.resources.get(address)
        value = resource.spec.get(kind.listed_without) if kind.listed_without else None
        if value is None or known is None or known.spec is None or recorded.seal is None:
            continue
        others = {reference.target for reference, _ in references(resource)} & recorded.resources.keys()
        ids = frozenset((other.kind, recorded.resources[other].id) for other in others)
        if recorded.seal.value(address, (str(kind.listed_without),), value) == known.spec.get(str(kind.listed_without)):
            yield address, Unread(known.id, known.mark, _shown(value), ids)


def _shown(value: Any) -> Any:  # noqa: ANN401 -- any JSON value, or a secret
    """A declared value as the API shows it."""
    if isinstance(value, dict):
        return {member: _shown(inside) for member, inside in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return MASK if isinstance(value, Secret) else value
