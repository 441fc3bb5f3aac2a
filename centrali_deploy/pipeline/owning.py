"""The ledger around an apply: what is ours is read before the plan, said before the first write, and recorded at the end."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from centrali_deploy.apply.recording import intended, result, sealed
from centrali_deploy.kinds import KINDS
from centrali_deploy.ledger.file import FileDoor
from centrali_deploy.ledger.lease import held
from centrali_deploy.ledger.model import Entry, Ledger
from centrali_deploy.ledger.workspace import WorkspaceDoor
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.ownership import followed
from centrali_deploy.plan.settling import settled
from centrali_deploy.sealing import Seal
from centrali_deploy.states import RecordedState
from centrali_deploy.version import VERSION
from centrali_deploy.wire import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from centrali_deploy.address import Address
    from centrali_deploy.apply.outcome import Outcome
    from centrali_deploy.errors import Locked
    from centrali_deploy.kind import Kind
    from centrali_deploy.ledger.door import Door
    from centrali_deploy.ledger.lease import Held
    from centrali_deploy.manifest.keeping import Keeping
    from centrali_deploy.parts import Plain
    from centrali_deploy.pipeline.acting import Actor
    from centrali_deploy.pipeline.plan import Planned
    from centrali_deploy.plan.model import Change, FieldChange
    from centrali_deploy.remote.client import Client
    from centrali_deploy.states import LiveState, Recorded


def door(client: Client, keeping: Keeping) -> Door | None:
    """The ledger that manifests name; None when they say that there is none."""
    if keeping.file is not None:
        return FileDoor(keeping.file, keeping.deployment)
    return WorkspaceDoor(client, keeping.deployment) if keeping.ledger == "workspace" else None


@dataclass
class Owning:
    """One run's view of its ledger. Without a door, nothing is ours and nothing is recorded."""

    door: Door | None
    deployment: str
    ledger: Ledger | None = None
    _entry: Entry | None = field(default=None)

    def read(self) -> RecordedState:
        """What is ours, as it is recorded now."""
        if self.door is None:
            return RecordedState(nowhere=True)
        self.ledger = self.door.read()
        elsewhere = self.door.elsewhere()
        if self.ledger is None:
            return RecordedState(elsewhere=elsewhere)
        return RecordedState(self.ledger.resources, Seal(self.ledger.key), elsewhere)

    def locked(
        self, actor: Actor, doing: str, timeout: float, wait: Callable[[Locked], object] | None = None, *, skip: bool = False
    ) -> AbstractContextManager[Held | None]:
        """Hold the lock, unless it is skipped. Raises Locked."""
        if self.door is None or skip:
            return nullcontext()
        return held(self.door, actor.holding(doing), timeout=timeout, wait=wait)

    def begin(self, planned: Planned, actor: Actor, doing: str) -> None:
        """Say, before the first write, what is going to be ours, and that something begins."""
        if self.door is None:
            return
        known = self.ledger or Ledger(self.deployment)
        seal = Seal(known.key)
        ours = followed(settled(RecordedState(known.resources, seal), planned.observed), planned.desired, planned.live)
        known = replace(known, resources=ours.resources)
        pending = planned.plan.pending
        specs = {c.address: seal.sealed(c.address, planned.desired[c.address].spec) for c in pending if c.address in planned.desired}
        self.record(known, intended(known.resources, pending, specs))
        self._entry = self.door.add(
            Entry(
                0,
                _now(),
                "",
                actor.name,
                actor.host,
                actor.job,
                actor.commit,
                VERSION,
                planned.plan.digest,
                doing,
                inverse=inverse(planned, specs),
            )
        )

    def so_far(self, outcomes: Sequence[Outcome]) -> None:
        """Say in the history how these changes have ended, while others go on."""
        if self.door and self._entry:
            self.door.amend(replace(self._entry, outcomes=_told(outcomes)))

    def end(self, planned: Planned, outcomes: Sequence[Outcome], after: LiveState) -> None:
        """Record what is ours now, and what became of each change."""
        if self.door is None or self.ledger is None:
            return
        ours = self.declared(planned, Seal(self.ledger.key))
        self.record(self.ledger, result(self.ledger.resources, planned.plan.changes, outcomes, after, ours))
        if self._entry:
            self._entry = replace(self._entry, ended=_now(), outcomes=_told(outcomes))
            self.door.amend(self._entry)

    @property
    def remark(self) -> str:
        """What people have to know of where it is kept; empty if there is nothing."""
        if self.door is None or not self.door.made:
            return ""
        return f"What is applied is remembered in {self.door.where}: the structure {RESERVED} was made for that."

    def adopted(self, planned: Planned) -> bool:
        """Whether something has to be recorded although nothing has to be changed."""
        known = self.ledger.resources if self.ledger else {}
        if self.door is None:
            return False
        seal = Seal(self.ledger.key) if self.ledger else Seal(b"")
        ours = self.declared(planned, seal)
        now = result(known, planned.plan.changes, (), planned.live, ours)
        return now != dict(known)

    def declared(self, planned: Planned, seal: Seal) -> dict[Address, Recorded]:
        """What is declared, as it is recorded once it is applied."""
        return sealed(planned.desired, seal)

    def told(self, planned: Planned) -> Planned:
        """The plan as people are shown it."""
        return planned

    def forget(self, addresses: Iterable[Address]) -> None:
        """Let go of resources without touching them."""
        if self.ledger:
            gone = set(addresses)
            self.record(self.ledger, {a: r for a, r in self.ledger.resources.items() if a not in gone})

    def record(self, known: Ledger, resources: Mapping[Address, Recorded]) -> None:
        """Record what is ours in place of what is known."""
        if self.door is None:
            return
        self.ledger = replace(known, serial=known.serial + 1, resources=resources, tool=VERSION)
        self.door.write(self.ledger)


def inverse(planned: Planned, specs: Mapping[Address, Plain]) -> list[dict[str, Any]]:
    """What a rollback needs: each change, what was live before it, and what it makes of that, sealed. No secret is in it.

    `specs`: what is declared, sealed.
    """
    return [_inverse(change, planned, specs.get(change.address)) for change in planned.plan.pending]


def _inverse(change: Change, planned: Planned, spec: Plain | None) -> dict[str, Any]:
    """`was`: the old name; `items`: member, new and old name of renamed items; `ours`: the members recorded before.

    `after`: of an update, the members that it changes; of a delete, nothing.
    """
    kind, live = KINDS[change.address.kind], planned.live.resources.get(change.address)
    was = next(iter(change.old_names), None)
    known = planned.recorded.resources.get(was or change.address)
    return {
        "address": str(change.address),
        "action": change.action.value,
        "members": sorted({field.member for field in change.fields}),
        "before": dict(live.spec) if live else None,
        "was": was.name if was and change.action is not Action.DELETE else None,
        "items": [[field.member, field.after, field.before] for field in change.fields if _is_new_name(field, kind)],
        "after": _after(change, spec),
        "ours": sorted(known.spec) if known and known.spec is not None else None,
    }


def _after(change: Change, spec: Plain | None) -> dict[str, Any] | None:
    if spec is None or change.action is Action.DELETE:
        return None
    changed = {field.member for field in change.fields}
    return {member: value for member, value in spec.items() if change.action is not Action.UPDATE or member in changed}


def _is_new_name(field: FieldChange, kind: Kind) -> bool:
    place = kind.places.get(field.member)
    return bool(place and place.key and len(field.path) == len(("member", "item", "key")) and field.path[2] == place.key)


def _told(outcomes: Sequence[Outcome]) -> tuple[tuple[str, str, str, str], ...]:
    return tuple((str(o.change.address), o.change.action.value, o.status.value, o.error.message if o.error else "") for o in outcomes)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
