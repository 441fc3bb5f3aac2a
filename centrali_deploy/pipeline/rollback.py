"""Rollback: an entry of the history in, a desired state that takes it back out, and a ledger that only that concerns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Status
from centrali_deploy.apply.recording import sealed
from centrali_deploy.kinds import KINDS
from centrali_deploy.ledger.model import damaged
from centrali_deploy.pipeline.owning import Owning
from centrali_deploy.plan.model import Action, Change
from centrali_deploy.plan.renaming import pointed
from centrali_deploy.plan.settling import settled
from centrali_deploy.plan.undoing import Done, Undoing, undoing
from centrali_deploy.plan.unfinished import Begun, told
from centrali_deploy.remote.observation import observe

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from centrali_deploy.ledger.model import Entry, Ledger
    from centrali_deploy.pipeline.plan import Planned
    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import Recorded, RecordedState

ROLLBACK_OF = "rollback of "
"""What the history says that a rollback does, before the number."""


def changed(entry: Entry) -> bool:
    """Whether an apply changed something in the workspace."""
    return any(status == Status.APPLIED.value and action != Action.FORGET.value for _, action, status, _ in entry.outcomes)


def broke_off(entry: Entry) -> bool:
    """Whether an apply may have changed something that nobody recorded. `entry` is whole."""
    return not entry.ended and bool(entry.inverse)


def carried_on(entry: Entry) -> int | None:
    """The number that a rollback takes back which broke off, so that it can be carried on; None of anything else."""
    number = entry.doing.removeprefix(ROLLBACK_OF)
    return int(number) if not entry.ended and number != entry.doing and number.isdecimal() else None


def done(entry: Entry, where: str) -> tuple[list[Done], list[Begun]]:
    """What an apply did, as its entry says, and what it may have done. Raises Unreadable when that is not what this tool writes."""
    ended = {(address, action): status for address, action, status, _ in entry.outcomes}
    did: list[Done] = []
    begun: list[Begun] = []
    try:
        for said in entry.inverse:
            status = ended.get((said["address"], said["action"]))
            if said["action"] == Action.FORGET.value:
                continue
            if status == Status.APPLIED.value:
                did.append(_done(said))
            elif status is None and not entry.ended:
                after = said.get("after")
                begun.append(Begun(_done(said), None if after is None else dict(after)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(where) from error
    return did, begun


def applied_since(entry: Entry, entries: Iterable[Entry]) -> frozenset[Address]:
    """What later applies changed."""
    return frozenset(
        Address.parse(address)
        for later in entries
        if later.number > entry.number
        for address, action, status, _ in later.outcomes
        if status == Status.APPLIED.value and action != Action.FORGET.value
    )


def turned(
    did: list[Done], begun: list[Begun], later: frozenset[Address], client: Client, recorded: RecordedState
) -> Generator[Progress, None, Undoing]:
    """Yields what has been read; returns what takes it back.

    Of what was `begun`, as far as what is live tells that it was done; `later`: what was changed since.
    """
    live = yield from observe(client, {each.address for each in (*did, *(each.done for each in begun))})
    more, remarks = told(begun, live, recorded, later)
    found = undoing([*did, *more], live, settled(recorded, live))
    found.remarks[:0] = remarks
    for each in more:  # what got another name is recorded under the old one until an apply ends
        if each.was and each.address in found.scope:
            found.scope[Address(each.address.kind, each.was)] = found.scope[each.address]
    return found


def _done(said: dict[str, Any]) -> Done:
    ours = said["ours"]
    return Done(
        Address.parse(said["address"]),
        Action(said["action"]),
        tuple(said["members"]),
        dict(said["before"] or {}),
        said["was"],
        tuple((str(member), str(new), str(old)) for member, new, old in said["items"]),
        None if ours is None else tuple(ours),
    )


@dataclass
class OwningInPart(Owning):
    """A ledger of which only what is rolled back is seen; the rest stays recorded as it is."""

    undoing: Undoing | None = None

    def read(self) -> RecordedState:
        """What is recorded of what is rolled back."""
        return (self.undoing or Undoing()).concerned(super().read())

    def declared(self, planned: Planned, seal: Seal) -> dict[Address, Recorded]:
        """What is recorded once it is applied: earlier values where something is rolled back, and the rest as it was."""
        known = self.ledger.resources if self.ledger else {}
        ours = self.undoing.ours if self.undoing else {}
        found = {}
        for address, recorded in sealed(planned.desired, seal).items():
            resource, managed = planned.desired[address], ours.get(address)
            now = Address(address.kind, resource.renamed_from) if resource.renamed_from else address
            before = known.get(now) or known.get(address)  # of a rename that broke off, under the name that comes back
            rest = {m: v for m, v in ((before.spec if before else None) or {}).items() if m not in resource.spec}
            back = {m: v for m, v in (recorded.spec or {}).items() if managed is None or m in managed}
            found[address] = replace(recorded, spec={**rest, **back})
        return found

    def record(self, known: Ledger, resources: Mapping[Address, Recorded]) -> None:
        """Record it; what refers to something that has its old name again is recorded so, whether or not it is rolled back."""
        desired = self.undoing.desired if self.undoing else {}
        renamed = {Address(a.kind, r.renamed_from): a for a, r in desired.items() if r.renamed_from}
        back = {now: old for now, old in renamed.items() if old in resources and now not in resources}
        super().record(known, {a: replace(r, spec=r.spec and pointed(KINDS[a.kind], r.spec, back)) for a, r in resources.items()})

    def told(self, planned: Planned) -> Planned:
        """A plan that does not count the rest of what is ours as somebody else's, and says why something is deleted."""
        changes = tuple(
            Change.delete(c.address, "made by that apply", c.fields) if c.action is Action.DELETE else c for c in planned.plan.changes
        )
        return replace(planned, plan=replace(planned.plan, changes=changes, unmanaged=(), hints=()))
