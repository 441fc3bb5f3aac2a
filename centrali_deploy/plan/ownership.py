"""What is ours: records led to new names, what only has the name of something of ours, and the fuse against losing much of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from centrali_deploy.plan.model import Action
from centrali_deploy.plan.verdicts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.plan.model import Change
    from centrali_deploy.plan.verdicts import Policy
    from centrali_deploy.states import DesiredState, LiveResource, LiveState, Recorded, RecordedState

FEW = 3
"""So many may always go at once."""
SHARE = 0.2
"""Of what is ours: more than that at once is probably not meant."""


def led(recorded: RecordedState, back: Mapping[Address, Address]) -> RecordedState:
    """What is recorded, under the names the manifests use; each still knows the name under which it was sealed."""
    known = recorded.resources
    moved = {new: known[old] for old, new in back.items() if old in known}
    rest = {address: resource for address, resource in known.items() if address not in back}
    return replace(recorded, resources={**rest, **moved})


def followed(recorded: RecordedState, desired: DesiredState, live: LiveState) -> RecordedState:
    """What is recorded, under the name that somebody else gave it, when it is declared no longer under any."""
    known, names = recorded.resources, {(address.kind, resource.id): address for address, resource in live.resources.items()}
    back = {
        address: now
        for address, resource in known.items()
        if address not in desired
        and (now := names.get((address.kind, resource.id))) is not None
        and now not in desired.keys() | known.keys()
    }
    return led(recorded, back)


def is_another(known: Recorded, live: LiveResource) -> bool:
    """Whether what is live only has the name of what was applied."""
    return bool(known.id) and known.id != live.id


def fuse(changes: Sequence[Change], recorded: RecordedState, policy: Policy) -> Iterator[Refusal]:
    """Refuse to delete much of what is ours, or to make other things while much of it is no longer declared."""
    if policy.allow_mass_delete:
        return
    gone = [change for change in changes if change.action is Action.DELETE or change.undeclared]
    owned = len(recorded.resources)
    if len(gone) <= FEW or len(gone) <= owned * SHARE or not any(c.action in {Action.DELETE, Action.CREATE} for c in changes):
        return
    if gone[0].action is Action.DELETE:
        said = f"{len(gone)} of the {owned} resources that are ours would be deleted."
    else:
        said = f"{len(gone)} of the {owned} resources that are ours are no longer declared, and others would be made."
    yield Refusal("mass-delete", gone[0].address, said, "Are these the right files? If it is meant, pass --allow-mass-delete.")


def owned_elsewhere(changes: Sequence[Change], recorded: RecordedState) -> Iterator[Refusal]:
    """Refuse to change what another deployment applies, under its name or under the one that it has now."""
    for change in changes:
        names = [name for name in (change.address, *change.old_names) if name in recorded.elsewhere]
        if not names or change.action is Action.FORGET:
            continue
        other, ours = recorded.elsewhere[names[0]], change.address in recorded.resources
        if not ours:
            what = "It" if names[0] == change.address else str(names[0])
            said = f"{what} belongs to the deployment {other} of this workspace."
            way = f"Declare it in one of the two; to move it here, let {other} forget it: centrali-deploy forget {names[0]}."
            yield Refusal("owned-elsewhere", change.address, said, way)
        elif change.action is not Action.NO_OP:
            said = f"It belongs to the deployment {other} of this workspace, too."
            yield Refusal("owned-twice", change.address, said, f"Let one of the two forget it: centrali-deploy forget {names[0]}.")
