"""What is ours before an apply begins and after it has ended: decided from the plan, what became of it, and what is live then.

Before the first write, everything that will exist is ours already, so that a crash never leaves anything to nobody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.apply.outcome import Status
from centrali_deploy.errors import Conflict
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.leaving import opened
from centrali_deploy.plan.model import Action
from centrali_deploy.sealing import UNSET
from centrali_deploy.states import Meant, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.apply.outcome import Outcome
    from centrali_deploy.parts import Plain
    from centrali_deploy.plan.model import Change
    from centrali_deploy.sealing import Seal
    from centrali_deploy.states import DesiredState, LiveState

    Ours = Mapping[Address, Recorded]


def intended(known: Ours, changes: Sequence[Change], specs: Mapping[Address, Plain]) -> dict[Address, Recorded]:
    """What is ours already, and what is about to be made; of what is about to be replaced, the old one and the new one.

    Each says what it is about to become. `specs`: what is declared, sealed, with null for what goes back to its default.
    """
    made, replaced = ([c.address for c in changes if c.action is action] for action in (Action.CREATE, Action.REPLACE))
    either = {address: replace(known[address], id="", mark="") for address in replaced if address in known}
    found = {**{address: Recorded(address) for address in made}, **known, **either}
    for change in changes:
        at = next((a for a in (*change.old_names, change.address) if a in found), None)
        if at and change.action is not Action.FORGET:
            found[at] = replace(found[at], meant=_meant(change, specs, found[at]))
    return found


def _meant(change: Change, specs: Mapping[Address, Plain], known: Recorded) -> Meant:
    """What a change makes of what is recorded; of two changes of one address, both."""
    before, kind = known.meant, KINDS[change.address.kind]
    gone = change.action in {Action.DELETE, Action.REPLACE} or bool(before and before.gone)
    spec: Plain | None
    if change.opening:
        held = {field.member for field in change.fields} <= (known.spec or {}).keys()
        spec = opened(kind, known.spec, change) if known.spec and held else None
    elif change.action is Action.DELETE:
        life = kind.lifecycle
        spec = {life.member: life.stops} if life and not life.in_create else before.spec if before else None
    else:
        spec = _kept(specs[change.address], known.spec)
    return Meant(spec, change.address.name, gone)


def result(known: Ours, changes: Sequence[Change], outcomes: Iterable[Outcome], after: LiveState, sealed: Ours) -> dict[Address, Recorded]:
    """What is ours now. `sealed`: what is declared, as it is recorded once it is applied; `after`: what is live.

    What failed stays as it was recorded before; of what was not recorded, it is ours only if we made it.
    """
    # Of two changes of one address, the later decides; what opens a circle decides nothing.
    ended = {outcome.change.address: outcome for outcome in outcomes if not outcome.change.opening}
    ids = {(address.kind, resource.id): address for address, resource in after.resources.items()}
    found: dict[Address, Recorded] = {}
    for change in (change for change in changes if not change.opening):
        address, live = change.address, after.resources.get(change.address)
        outcome = ended.get(address)
        before = known.get(address)
        if change.action in {Action.DELETE, Action.FORGET}:
            stays = live and before and before.id in {"", live.id}  # the API may have taken the delete and not done it
            if outcome is None or outcome.status is not Status.APPLIED or (change.action is Action.DELETE and stays):
                found |= {address: _left(before, outcome)} if before else {}
        elif live and address in sealed and (change.action is Action.NO_OP or (outcome and outcome.status is Status.APPLIED)):
            spec = _kept(sealed[address].spec, before.spec if before else None)
            found[address] = Recorded(address, live.id, spec, live.mark)
        elif before:
            now = ids.get((address.kind, before.id), address)
            found[now] = replace(_left(before, outcome), address=now, id=before.id or (live.id if live else ""))
        elif live and change.action is Action.CREATE and outcome and _made(outcome):
            found[address] = Recorded(address, live.id)
    gone = {change.address for change in changes} | {
        old for outcome in ended.values() if _replaced(outcome) for old in outcome.change.old_names
    }
    renamed = {resource.id for resource in found.values() if resource.id}
    return {**{a: r for a, r in known.items() if a not in gone and r.id not in renamed}, **found}


def sealed(desired: DesiredState, seal: Seal) -> dict[Address, Recorded]:
    """What is declared, in the form in which it is recorded: without what is null, for that is not managed."""
    return {
        address: Recorded(address, spec=seal.sealed(address, {m: v for m, v in resource.spec.items() if v is not None}))
        for address, resource in desired.items()
    }


def _replaced(outcome: Outcome) -> bool:
    """Whether another one, with an id of its own, is there in place of what was ours."""
    return outcome.change.action is Action.REPLACE and outcome.status is Status.APPLIED


def _left(before: Recorded, outcome: Outcome | None) -> Recorded:
    """What was not applied, as it was recorded before; a change that failed may have taken effect, so what was meant stays known."""
    return before if outcome and outcome.status is Status.FAILED else replace(before, meant=None)


def _made(outcome: Outcome) -> bool:
    """Whether a create that failed may be what made the resource; somebody else did if it was in our way."""
    return outcome.status is Status.FAILED and not isinstance(outcome.error, Conflict)


def _kept(now: Plain | None, before: Plain | None) -> dict[str, Any]:
    """A sealed spec; of a secret that is not set here, what was known of it stays known."""
    found = _inside(now or {}, before or {})
    return found if isinstance(found, dict) else {}


def _inside(now: Any, before: Any) -> Any:  # noqa: ANN401 -- any JSON value, sealed
    if now == UNSET:
        return before if before is not None else now
    if isinstance(now, dict) and isinstance(before, dict):
        return {member: _inside(value, before.get(member)) for member, value in now.items()}
    if isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        return [_inside(*pair) for pair in zip(now, before, strict=True)]
    return now
