"""Which changes of an apply that broke off took effect, told from what is live, where nobody recorded it.

What is live just as that apply would have made it counts as done, and what is as it was before as not begun. What is
neither, or both, cannot be told: it is left as it is, and said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.drifting import differing
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.undoing import Done, earlier
from centrali_deploy.states import Recorded

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.parts import Plain
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import LiveResource, LiveState, RecordedState


@dataclass(frozen=True, slots=True)
class Begun:
    """A change that may have taken effect, and what it was to make of the members it concerns, sealed; None: it deletes."""

    done: Done
    after: Plain | None


def told(begun: Sequence[Begun], live: LiveState, recorded: RecordedState, later: Container[Address]) -> tuple[list[Done], list[str]]:
    """What took effect, and what cannot be told. `later`: what was applied to since, so that what is live says nothing."""
    found: list[Done] = []
    remarks: list[str] = []
    for each in begun:
        address = each.done.address
        if address in later:
            remarks.append(f"{address} is left as it is: a later apply changed it, so nobody can tell whether that one did.")
        elif address not in live.resources or recorded.seal is None:
            found += [each.done] * _left_nothing(each.done, live, recorded)
        elif each.done.action is Action.UPDATE:
            done, said = _updated(each, live.resources[address], recorded.seal)
            found += done
            remarks += said
        elif each.done.action is Action.DELETE:
            found += _stopped(each.done, live.resources[address])
        else:
            done, said = _made(each, live.resources[address], recorded.seal)
            found += done
            remarks += said
    return found, remarks


def _left_nothing(done: Done, live: LiveState, recorded: RecordedState) -> bool:
    """Whether that a resource is not there comes of a change: of a delete, of a half of a replace, or of a create that is forgotten."""
    if done.address in live.resources:
        return False
    return done.action is Action.DELETE or (done.action in {Action.CREATE, Action.REPLACE} and done.address in recorded.resources)


def _stopped(done: Done, live: LiveResource) -> list[Done]:
    """Of what is still there, that it was stopped already so that it could be deleted."""
    life = KINDS[done.address.kind].lifecycle
    if life is None or life.in_create or live.spec.get(life.member) != life.stops:
        return []
    started = done.before.get(life.member) not in {life.initial, life.stops}
    return [replace(done, action=Action.UPDATE, members=(life.member,))] * started


def _made(each: Begun, live: LiveResource, seal: Seal) -> tuple[list[Done], list[str]]:
    """Whether something was made or replaced; that its state was not set yet does not matter."""
    kind = KINDS[each.done.address.kind]
    state = {kind.lifecycle.member} if kind.lifecycle else set()
    if not _unlike(each.done.address, each.after or {}, live, seal) - state:
        return [each.done], []
    if each.done.action is Action.REPLACE and not _unlike(each.done.address, each.done.before, live, seal):
        return [], []
    return [], [f"{each.done.address} is left as it is: it is not as that apply would have made it, so nobody can tell whether it did."]


def _updated(each: Begun, live: LiveResource, seal: Seal) -> tuple[list[Done], list[str]]:
    """Which of the members were changed; those that look the same before and after are secrets."""
    done, identity = each.done, KINDS[each.done.address.kind].identity
    members = [member for member in done.members if member != identity]
    after = {member: (each.after or {}).get(member) for member in members}
    before = {member: value for member, value in earlier(done) if member in after}
    unlike_before, unlike_after = (_unlike(done.address, spec, live, seal) for spec in (before, after))
    taken = tuple(m for m in members if m in unlike_before - unlike_after)
    remarks = [f"{m} of {done.address} is left as it is: {why}." for m in members if (why := _unsure(m, unlike_before, unlike_after))]
    if not taken and not done.was:
        return [], remarks
    names = tuple(item for item in done.items if item[0] in taken)
    return [replace(done, members=(identity, *taken) if done.was else taken, items=names)], remarks


def _unsure(member: str, unlike_before: set[str], unlike_after: set[str]) -> str:
    """Why nobody can tell whether a member was changed; empty when somebody can."""
    if member in unlike_before & unlike_after:
        return "it is neither as it was before that apply nor as it would have made it"
    return "" if member in unlike_before | unlike_after else "it looks the same before and after, so nobody can tell whether it was changed"


def _unlike(address: Address, spec: Plain, live: LiveResource, seal: Seal) -> set[str]:
    return differing(Recorded(address, spec=spec), live.spec, seal)
