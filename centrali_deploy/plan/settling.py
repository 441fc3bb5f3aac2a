"""What an apply that broke off did, told from what is live: our own writes are not taken for somebody else's.

Before its first write an apply records what it is about to make of each resource. Where that is live, member by member,
it was applied; where what was recorded before is live, it was not. What is neither is somebody else's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from centrali_deploy.address import Address
from centrali_deploy.plan.drifting import differing
from centrali_deploy.plan.ownership import is_another

if TYPE_CHECKING:
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import LiveResource, LiveState, Meant, Recorded, RecordedState


def settled(recorded: RecordedState, live: LiveState) -> RecordedState:
    """What is recorded, with what an apply that broke off did. What cannot be told yet stays meant, and as it was recorded."""
    if recorded.seal is None or not any(known.meant for known in recorded.resources.values()):
        return recorded
    names = {(address.kind, resource.id): address for address, resource in live.resources.items()}
    found: dict[Address, Recorded] = {}
    for address, known in recorded.resources.items():
        meant = known.meant
        now = names.get((address.kind, known.id), address)
        renamed = meant and now == Address(address.kind, meant.name) and now not in recorded.resources
        at = now if renamed else address
        found[at] = known if meant is None else _settled(known, meant, live.resources.get(now), recorded.seal)
    return replace(recorded, resources=found)


def _settled(known: Recorded, meant: Meant, live: LiveResource | None, seal: Seal) -> Recorded:
    if live is None:
        return replace(known, id="", spec=None, mark="", meant=None) if meant.gone else replace(known, meant=None)
    if is_another(known, live) or meant.spec is None:
        return replace(known, meant=None)
    was, now = known.spec or {}, meant.spec
    unlike_now = differing(replace(known, spec=now), live.spec, seal)
    if known.spec is None:
        spec = {member: value for member, value in now.items() if value is not None}
        return known if unlike_now else replace(known, id=live.id, spec=spec, meant=None)
    unlike_was = differing(known, live.spec, seal) | (now.keys() - was.keys())
    taken = (now.keys() & unlike_was) - unlike_now
    spec = {member: value for member, value in {**was, **{member: now[member] for member in taken}}.items() if value is not None}
    open_still = now.keys() & unlike_was & unlike_now
    return replace(known, spec=spec, meant=meant if open_still else None)
