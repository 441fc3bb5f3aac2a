"""Writing one change: the requests that carry it out, in an order that never makes something run too early.

Ids learnt from creates are kept, so that what comes later can refer to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.apply.placing import problems
from centrali_deploy.apply.standing import Standing
from centrali_deploy.errors import Conflict, RemoteError, StalePlan
from centrali_deploy.kinds import KINDS
from centrali_deploy.paths import keyed
from centrali_deploy.plan.calls import only_state
from centrali_deploy.plan.carrying import masks, replacement, update_spec
from centrali_deploy.plan.leaving import opened
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.moving import transition
from centrali_deploy.remote.copying import Copying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.address import Address
    from centrali_deploy.errors import Problem
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.plan.model import Change
    from centrali_deploy.remote.client import Client
    from centrali_deploy.states import DesiredState, LiveState


def always() -> None:
    """Nobody has to be asked."""


class Writing:
    """Writes changes to one workspace; used from several threads, each change by one of them."""

    def __init__(self, client: Client, desired: DesiredState, live: LiveState, allowed: Callable[[], None] = always) -> None:
        """`live` is what the plan was made of; `allowed` raises when nothing more may be written."""
        self._allowed = allowed
        self._client = client
        self._desired = desired
        self._live = live
        self._copying: dict[Address, list[Copying]] = {}
        self._ids = {address: resource.id for address, resource in live.resources.items()}
        self._standing = Standing(client, live, self._ids)

    @property
    def width(self) -> int:
        """How many changes may be written at the same time now."""
        return self._client.pace.width

    @property
    def tried(self) -> int:
        """How many requests of this thread may have taken effect so far."""
        return self._client.pace.tried - self._standing.looks

    @property
    def copied(self) -> dict[Address, int]:
        """How many values of records were copied so far, for each structure that gives others names."""
        return {address: sum(each.copied for each in copying) for address, copying in list(self._copying.items())}

    def write(self, change: Change) -> Iterator[str]:
        """Carry out one change; gives the name of each call before it is made, so that whoever is told may leave it at that.

        Raises RemoteError when the API refuses, ManifestError for a secret that is not set.
        """
        kind = KINDS[change.address.kind]
        if change.action is Action.CREATE:
            yield from self._create(kind, change, self._declared(change))
        elif change.opening:
            yield from self._open(kind, change)
        elif change.action is Action.UPDATE:
            yield from self._update(kind, change)
        elif change.action is Action.REPLACE:
            yield from self._replace(kind, change)
        elif change.action is Action.DELETE:
            yield from self._delete(kind, change)

    def reveal(self, change: Change) -> None:
        """Build what will be sent as far as it can be, so that a secret that is not set is found before anything is written."""
        kind = KINDS[change.address.kind]
        if change.goes:
            return
        if change.action in {Action.CREATE, Action.REPLACE} or (change.action is Action.UPDATE and not only_state(change)):
            kind.to_wire(change.address.name, self._declared(change), lambda _address: "")

    def problems(self, change: Change, error: RemoteError) -> tuple[Problem, ...]:
        """What the API refused of a change, at the lines of the manifest."""
        declared = self._desired.get(change.address)
        return problems(declared, _without(KINDS[change.address.kind], declared.spec, change), error) if declared else ()

    def _declared(self, change: Change) -> Plain:
        return self._desired[change.address].spec

    def _create(self, kind: Kind, change: Change, whole: Plain) -> Iterator[str]:
        life = kind.lifecycle
        spec = {**kind.sent_on_create, **{member: value for member, value in whole.items() if value is not None}}
        state = spec.get(life.member) if life else None
        if life and not life.in_create:
            spec.pop(life.member, None)
        body = self._body(kind, change.address, _without(kind, spec, change))
        yield "create"
        made = self._made(kind, body)
        self._ids[change.address] = str(made["id"])
        self._standing.made(kind, change.address, made)
        if life and state is not None and made.get(life.member, life.initial) != state and state in life.calls:
            yield life.calls[state]
            self._standing.write(kind, change, lambda: self._client.set_state(kind, self._ids[change.address], state))

    def _made(self, kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._client.create(kind, body)
        except Conflict as error:
            if kind.keeps_names and not self._is_seen(kind, str(body[kind.identity])):
                error.hint = (
                    f"No {kind.name} of that {kind.identity} is to be seen, so a deleted one still has it: restore it in the console and "
                    "run again, and it is adopted; or delete it there for good, and run again."
                )
            raise

    def _is_seen(self, kind: Kind, name: str) -> bool:
        """Whether something of this name may be in the workspace: nobody knows when it cannot be read."""
        try:
            return self._client.find(kind, name) is not None
        except RemoteError:
            return True

    def _replace(self, kind: Kind, change: Change) -> Iterator[str]:
        """Delete and create; when the API refuses the new one, the old one is made again, unless it had secrets."""
        live = self._live.resources[change.address].spec
        yield "delete"
        self._look(kind, change)
        self._client.delete(kind, self._ids[change.address])
        try:
            yield from self._create(kind, change, replacement(kind, self._declared(change), live))
        except RemoteError as error:
            back = self._put_back(kind, change, live)
            now = "The old one was made again." if back else f"{change.address} is deleted now: mend the manifest and run again to make it."
            error.hint = f"{now} {error.hint}".rstrip()
            raise

    def _put_back(self, kind: Kind, change: Change, live: Plain) -> bool:
        if any(masks(live)):
            return False
        try:
            for _ in self._create(kind, change, live):
                pass  # what was asked for has failed already
        except RemoteError:
            return False
        return True

    def _delete(self, kind: Kind, change: Change) -> Iterator[str]:
        """Delete what has been stopped first, so that nothing starts while it goes; what is gone already is fine."""
        life, present = kind.lifecycle, self._live.resources[change.address].spec
        if life and not life.in_create and present.get(life.member) not in {life.initial, life.stops}:
            yield life.calls[life.stops]
            if not self._standing.look(kind, change):
                return
            self._standing.write(kind, change, lambda: self._client.set_state(kind, self._ids[change.address], life.stops))
        yield "delete"
        if self._standing.look(kind, change):
            self._client.delete(kind, self._ids[change.address])

    def _open(self, kind: Kind, change: Change) -> Iterator[str]:
        """Take out what refers to something that goes, too; of what is gone already there is nothing to take."""
        body = self._body(kind, change.address, opened(kind, self._live.resources[change.address].spec, change))
        del body[kind.identity]
        yield "update"
        if self._standing.look(kind, change):
            self._standing.write(kind, change, lambda: self._client.update(kind, self._ids[change.address], body))

    def _update(self, kind: Kind, change: Change) -> Iterator[str]:
        life = kind.lifecycle
        members = {field.member for field in change.fields}
        declared = self._declared(change)
        present = self._live.resources[change.address].spec if change.address in self._live.resources else {}
        state = declared.get(life.member) if life and life.member in members else None
        state = life.initial if life and life.member in members and state is None else state
        stops = life is not None and state == life.stops
        if life and stops:
            yield life.calls[state]
            self._set_state(kind, change, state)
        if members - {life.member if life else ""}:
            final = update_spec(kind, declared, present, members)
            yield from self._carry(kind, change, present, final)
            body = self._body(kind, change.address, final)
            if kind.update_sends == "changed" and kind.identity not in members:
                del body[kind.identity]
            yield "update"
            self._send(kind, change, body)
        if life and state is not None and not stops:
            yield life.calls[state]
            self._set_state(kind, change, state)

    def _send(self, kind: Kind, change: Change, body: dict[str, Any]) -> None:
        self._look(kind, change)
        self._standing.write(kind, change, lambda: self._client.update(kind, self._ids[change.address], body))

    def _set_state(self, kind: Kind, change: Change, state: Any) -> None:  # noqa: ANN401 -- a flag or a word
        self._look(kind, change)
        self._standing.write(kind, change, lambda: self._client.set_state(kind, self._ids[change.address], state))

    def _look(self, kind: Kind, change: Change) -> None:
        if not self._standing.look(kind, change):
            raise StalePlan(f"Somebody else deleted {change.address} after it was planned.", "Run again and look at the plan.")

    def _carry(self, kind: Kind, change: Change, present: Plain, final: Plain) -> Iterator[str]:
        """Copy what records hold under old names to the new ones, while both are there; the old ones go with the update itself."""
        moves = [move for move in change.moves if not move.hindered]
        if any(not move.begun for move in moves):
            body = self._body(kind, change.address, transition(kind, present, final, change.moves))
            del body[kind.identity]
            yield "add"
            self._send(kind, change, body)
        for move in moves:
            yield "copy"
            copying = Copying(self._client, change.address.name, move.old, move.new)
            self._copying.setdefault(change.address, []).append(copying)
            for _ in copying.steps():
                self._allowed()

    def _body(self, kind: Kind, address: Address, spec: Plain) -> dict[str, Any]:
        return kind.to_wire(address.name, spec, self._ids.__getitem__)


def _without(kind: Kind, spec: Plain, change: Change) -> dict[str, Any]:
    """A spec without the items that are added later."""
    left = dict(spec)
    for path in change.deferred:
        member = str(path[0])
        items = keyed(left[member], str(kind.places[member].key))
        left[member] = [item for name, item in items.items() if name != path[1]]
    return left
