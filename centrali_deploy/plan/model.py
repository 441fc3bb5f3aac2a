"""A plan: plain frozen values that can be printed, compared, saved and carried out, and that hold no secret and no id.

Printing and applying only read it. Changes are built by named constructors, so that impossible ones cannot be written.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address, path_text
from centrali_deploy.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from centrali_deploy.address import Path
    from centrali_deploy.errors import Position
    from centrali_deploy.plan.move import Move
    from centrali_deploy.plan.verdicts import Hazard, Hint, Refusal

FORMAT = 1
"""The version of the plan's form, written into every machine-readable rendering."""


class Action(Enum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    FORGET = "forget"
    NO_OP = "no-op"


class Mark(Enum):
    """What stands in a plan where no value can: nothing at all, or a secret."""

    ABSENT = "absent"
    SECRET = "secret"  # noqa: S105 -- a mark, not a password


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One member that differs: from what to what. A secret shows as a mark; `note` says what is known about it.

    `layer` says which variable or override the new value came from; `side`, who changed it since the last apply:
    yours, theirs or both; empty when nothing is recorded.
    """

    path: Path
    before: Any
    after: Any
    note: str = ""
    position: Position | None = field(default=None, compare=False)
    layer: str = field(default="", compare=False)
    side: str = field(default="", compare=False)

    @property
    def member(self) -> str:
        """The top-level member that the difference is in."""
        return str(self.path[0])


@dataclass(frozen=True, slots=True)
class Change:
    """One address, one action, one reason, and the fields that differ.

    `requires`: addresses that must have been applied before. `deferred`: items left out of a create because they refer
    to something created later; a second change of the same address, an update, adds them. `adopting`: the resource is
    live but was not recorded. `undeclared`: it is ours, no longer declared, and kept. `moves`: whose values go along.
    `opening`: an update of something that is deleted after it, so that nothing of a circle is in the way of the rest.
    """

    address: Address
    action: Action
    reason: str
    fields: tuple[FieldChange, ...] = ()
    requires: tuple[Address, ...] = ()
    deferred: tuple[Path, ...] = ()
    adopting: bool = False
    undeclared: bool = False
    position: Position | None = field(default=None, compare=False)
    moves: tuple[Move, ...] = ()
    opening: bool = False

    @property
    def goes(self) -> bool:
        """Whether it is about something that goes: that comes last, one after the other, and never after a failure."""
        return self.opening or self.action in {Action.DELETE, Action.FORGET}

    @property
    def old_names(self) -> tuple[Address, ...]:
        """The address that it still has, when this gives it another name."""
        identity = (KINDS[self.address.kind].identity,)
        return tuple(Address(self.address.kind, str(field.before)) for field in self.fields if field.path == identity)

    @classmethod
    def create(cls, address: Address, reason: str, fields: Iterable[FieldChange], position: Position | None = None) -> Change:
        """A resource that is declared and not live."""
        return cls(address, Action.CREATE, reason, tuple(fields), position=position)

    @classmethod
    def update(
        cls, address: Address, reason: str, fields: Iterable[FieldChange], position: Position | None = None, *, adopting: bool = False
    ) -> Change:
        """A live resource of which at least one member differs."""
        return cls(address, Action.UPDATE, reason, _some(fields), adopting=adopting, position=position)

    @classmethod
    def replace(
        cls, address: Address, reason: str, fields: Iterable[FieldChange], position: Position | None = None, *, adopting: bool = False
    ) -> Change:
        """A live resource of which a fixed member differs: deleted and created again."""
        return cls(address, Action.REPLACE, reason, _some(fields), adopting=adopting, position=position)

    @classmethod
    def no_op(cls, address: Address, reason: str, *, adopting: bool = False) -> Change:
        """Nothing to do, and why; where it is declared does not matter then."""
        return cls(address, Action.NO_OP, reason, adopting=adopting)

    @classmethod
    def kept(cls, address: Address) -> Change:
        """A live resource that is recorded and no longer declared, and stays."""
        return cls(address, Action.NO_OP, "no longer declared, kept: pass --prune to delete it", undeclared=True)

    @classmethod
    def delete(cls, address: Address, reason: str, fields: Iterable[FieldChange] = ()) -> Change:
        """A live resource that is recorded and no longer declared; `fields` say under which name, if it is another one."""
        kind = KINDS[address.kind]
        taken = f"; its {kind.identity} stays taken until it is deleted for good in the console" if kind.keeps_names else ""
        return cls(address, Action.DELETE, f"{reason}{taken}", tuple(fields))

    @classmethod
    def open(cls, address: Address, reason: str, fields: Iterable[FieldChange]) -> Change:
        """An update of something that is deleted after it: `fields` are the items that it is left without."""
        return cls(address, Action.UPDATE, reason, _some(fields), opening=True)

    @classmethod
    def forget(cls, address: Address, reason: str) -> Change:
        """A recorded resource that is neither declared nor live."""
        return cls(address, Action.FORGET, reason)


def _some(fields: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    found = tuple(fields)
    if not found:
        msg = "an update or a replace without a difference is a no-op"
        raise ValueError(msg)
    return found


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A change that is not carried out, because of the protected address it is about or depends on."""

    change: Change
    because: Address


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered changes to one workspace, and facts about them. `unmanaged` names live resources that are not ours.

    What is `left_out` is not among the changes.
    """

    workspace: str
    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...] = ()
    unmanaged: tuple[Address, ...] = ()
    hints: tuple[Hint, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that do something."""
        return tuple(change for change in self.changes if change.action is not Action.NO_OP)

    @property
    def kept(self) -> tuple[Address, ...]:
        """What is ours, no longer declared, and stays because nothing is pruned."""
        return tuple(change.address for change in self.changes if change.undeclared)

    @property
    def protected(self) -> tuple[Refusal, ...]:
        """Why changes are left out: what is protected."""
        return tuple(refusal for refusal in self.refusals if not refusal.whole)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """What keeps all of it from being carried out."""
        return tuple(refusal for refusal in self.refusals if refusal.whole)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do, nor anything left out."""
        return not self.pending and not self.left_out

    def count(self, action: Action) -> int:
        """How many changes have this action; a create or a delete with an update of its own counts once."""
        return len({change.address for change in self.changes if change.action is action} - self._counted(action))

    def _counted(self, action: Action) -> set[Address]:
        others = {change.address for change in self.changes if change.action in {Action.CREATE, Action.DELETE}}
        return others if action is Action.UPDATE else set()

    @property
    def digest(self) -> str:
        """A name for exactly these changes: the same for the same differences, whatever the order of files and pages."""
        facts = [[str(c.address), c.action.value, sorted(map(_fact, c.fields), key=str)] for c in self.pending]
        text = json.dumps([FORMAT, self.workspace, facts], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fact(field: FieldChange) -> list[Any]:
    return [path_text(field.path), plain(field.before), plain(field.after), field.note]


def plain(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A value of a plan as JSON: a mark becomes `{"$mark": "secret"}`, which no spec can contain."""
    if isinstance(value, Mark):
        return {"$mark": value.value}
    if isinstance(value, dict):
        return {str(member): plain(inside) for member, inside in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
