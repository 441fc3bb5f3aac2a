"""What an apply that broke off did, told from what is live: our own writes are not taken for somebody else's.

Before its first write an apply records what it is about to make of each resource. Where that is live, member by member,
it was applied; where what was recorded before is live, it was not. What is neither is somebody else's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.kinds import KINDS
from centrali_deploy.paths import keyed
from centrali_deploy.plan.drifting import differing
from centrali_deploy.plan.ownership import is_another
from centrali_deploy.plan.renaming import pointed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from centrali_deploy.address import Address
    from centrali_deploy.parts import Plain
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import LiveResource, LiveState, Meant, Recorded, RecordedState


def settled(recorded: RecordedState, live: LiveState, *, halfway: bool = False) -> RecordedState:
    """What is recorded, with what an apply that broke off did. What cannot be told yet stays meant, and as it was recorded.

    `halfway`: of a list with some of its items as they were and some as they were meant, too. That is for telling only: a
    plan goes on from where it was.
    """
    if recorded.seal is None or not any(known.meant for known in recorded.resources.values()):
        return recorded
    names = {(address.kind, resource.id): address for address, resource in live.resources.items()}
    found: dict[Address, Recorded] = {}
    back: dict[Address, Address] = {}
    for address, known in recorded.resources.items():
        meant, now = known.meant, names.get((address.kind, known.id), address)
        at = now if meant and now.name == meant.name and now not in recorded.resources else address
        found[at] = known if meant is None else _settled(known, meant, live.resources.get(now), recorded.seal, halfway=halfway)
        back |= {address: at} if at != address else {}
    pointing = {a: replace(r, spec=r.spec and pointed(KINDS[a.kind], r.spec, back)) for a, r in found.items()} if back else found
    return replace(recorded, resources=pointing)


def _settled(known: Recorded, meant: Meant, live: LiveResource | None, seal: Seal, *, halfway: bool) -> Recorded:
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
    open_still = now.keys() & unlike_was & unlike_now
    taken = {member: now[member] for member in (now.keys() & unlike_was) - unlike_now}
    taken |= dict(_halfway(known, now, open_still, live.spec, seal)) if halfway else {}
    spec = {member: value for member, value in {**was, **taken}.items() if value is not None}
    return replace(known, spec=spec, meant=meant if open_still - taken.keys() else None)


def _halfway(known: Recorded, now: Plain, members: Iterable[str], live: Plain, seal: Seal) -> Iterator[tuple[str, Any]]:
    """Lists of which each item is live as it was, or as it was meant."""
    for member in members:
        place, was, there = KINDS[known.address.kind].places.get(member), (known.spec or {}).get(member), live.get(member)
        if not place or not place.key or not isinstance(was, list) or not isinstance(now[member], list) or not isinstance(there, list):
            continue
        items = [keyed(value, place.key) for value in (was, now[member])]
        for first, second in (items, items[::-1]):
            mixed = [item for name in keyed(there, place.key) if (item := first.get(name, second.get(name)))]
            if not differing(replace(known, spec={member: mixed}), live, seal):
                yield member, mixed
                break
