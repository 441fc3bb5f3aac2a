"""The planner: a truth table over three facts about each address. Declared? Live? Recorded?

It decides and does nothing else: no network, no text, no order (that is `ordering`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from centrali_deploy.address import Address, path_text
from centrali_deploy.arrangement import arranged, in_order
from centrali_deploy.errors import LiveConflict, ManifestError, Position, Problem
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.carrying import masks, replacement, update_spec
from centrali_deploy.plan.difference import RESENT, differences, shown
from centrali_deploy.plan.leaving import still_needed
from centrali_deploy.plan.model import Action, Change, FieldChange, Mark, Plan
from centrali_deploy.plan.moving import with_moves
from centrali_deploy.plan.ordering import ordered
from centrali_deploy.plan.ownership import followed, fuse, is_another, led, owned_elsewhere
from centrali_deploy.plan.passing import passings, taken
from centrali_deploy.plan.protecting import parted, protections
from centrali_deploy.plan.renaming import forgotten, renamed
from centrali_deploy.plan.sides import BOTH, THEIRS, Sides
from centrali_deploy.plan.verdicts import Hint, Policy, Refusal
from centrali_deploy.states import near_name, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.states import DesiredResource, DesiredState, LiveResource, LiveState, Recorded, RecordedState


def make_plan(workspace: str, desired: DesiredState, live: LiveState, recorded: RecordedState, policy: Policy) -> Plan:
    """Compare the three states. The result depends on nothing else, and is the same for the same states in any order.

    Raises LiveConflict when a declared name is live twice, ManifestError when a reference leads nowhere.
    """
    _refuse_doubles(desired, live)
    before = live
    live, names, refusals, back = renamed(desired, live, recorded)
    recorded = followed(led(recorded, back), desired, live)
    _refuse_dangling(desired, live)
    addresses = desired.keys() | recorded.resources.keys()
    changes = [_decide(a, desired.get(a), live.resources.get(a), recorded, policy, names.get(a, ())) for a in sorted(addresses)]
    changes = with_moves(changes, desired, before)
    protected = tuple(protections(changes, policy))
    passing = tuple(passings(changes, desired, live))
    going, left_out = parted(ordered(changes, desired, live, passing), (refusal.address for refusal in protected), live)
    left = {change.address for change in going}
    changes = [change for change in changes if change.address in left]
    return Plan(
        workspace,
        going,
        (
            *refusals,
            *fuse(changes, recorded, policy),
            *owned_elsewhere(changes, recorded),
            *(refusal for change in changes for refusal in _refusals(change, desired, live)),
            *still_needed(changes, desired, live),
            *taken(passing),
            *protected,
        ),
        tuple(sorted(live.resources.keys() - addresses)),
        (*forgotten(changes, desired, live, before, recorded.elsewhere.keys()), *_unknown_mentions(desired, live)),
        left_out=left_out,
    )


def _decide(  # noqa: PLR0913, PLR0917 -- the three facts, and what has been decided about names
    address: Address,
    declared: DesiredResource | None,
    live: LiveResource | None,
    recorded: RecordedState,
    policy: Policy,
    names: tuple[FieldChange, ...],
) -> Change:
    known = recorded.resources.get(address)
    if declared is None:
        return _undeclared(address, live, known, policy)
    if live is None:
        vanished = known is not None and known.spec is not None
        return Change.create(address, "vanished" if vanished else "not there yet", _all(declared), declared.position())
    if known and is_another(known, live):
        known = None
    sides = Sides(KINDS[address.kind], known, recorded.seal, declared)
    return _both(declared, live, policy, names, sides, adopting=known is None and not recorded.nowhere)


def _undeclared(address: Address, live: LiveResource | None, known: Recorded | None, policy: Policy) -> Change:
    if live is None:
        return Change.forget(address, "already gone")
    if known and is_another(known, live):
        return Change.forget(address, "already gone: another one has its name, which is not ours")
    if policy.prune and known and known.address != address:
        identity = FieldChange((KINDS[address.kind].identity,), known.address.name, address.name, side=THEIRS)
        return Change.delete(address, "no longer declared, and renamed by somebody else", [identity])
    if policy.prune:
        return Change.delete(address, "no longer declared")
    return Change.kept(address)


def _both(  # noqa: PLR0913 -- two of the three facts, and what has been decided about names and sides
    declared: DesiredResource, live: LiveResource, policy: Policy, names: tuple[FieldChange, ...], sides: Sides, *, adopting: bool
) -> Change:
    kind = KINDS[declared.address.kind]
    found = [
        *names,
        *(
            sides.told(replace(field, position=declared.position(field.path), layer=declared.layer(field.path)))
            for field in differences(kind, declared.spec, live.spec, resend_secrets=policy.resend_secrets, changed=sides.changed)
        ),
    ]
    if not found:
        return Change.no_op(declared.address, "same", adopting=adopting)
    place = declared.position()
    fixed = sorted({field.member for field in found} & kind.fixed)
    if fixed:
        reason = f"{', '.join(fixed)} cannot be changed in place"
        return Change.replace(declared.address, reason, found, place, adopting=adopting)
    if names and names[0].path == (kind.identity,):
        return Change.update(declared.address, f"renamed from {names[0].before}", found, place, adopting=adopting)
    return Change.update(declared.address, _reason(found), found, place, adopting=adopting)


def _reason(found: list[FieldChange]) -> str:
    """Why a resource is updated: by what differs, and by who made it differ."""
    if all(field.before is Mark.SECRET is field.after for field in found):
        return "secrets are sent again" if found[0].note == RESENT else "secret changed"
    sides = {field.side for field in found}
    if sides == {THEIRS}:
        return "changed by somebody else (drift)"
    return "changed here and by somebody else (drift)" if sides & {THEIRS, BOTH} else "fields differ"


def _all(declared: DesiredResource) -> Iterator[FieldChange]:
    kind, spec = KINDS[declared.address.kind], declared.spec
    for path in [(member,) for member in arranged(kind.name, (), spec) if spec[member] is not None]:
        value = shown(kind, path, spec[path[0]])
        yield FieldChange(path, Mark.ABSENT, value, position=declared.position(path), layer=declared.layer(path))


def _refuse_doubles(desired: DesiredState, live: LiveState) -> None:
    """A name that is declared or referred to must lead to one resource."""
    meant = {reference.target for resource in desired.values() for reference, _ in references(resource)} | desired.keys()
    meant |= {Address(address.kind, resource.renamed_from) for address, resource in desired.items() if resource.renamed_from}
    doubles = [f"{address} (ids {', '.join(live.doubles[address])})" for address in sorted(meant) if address in live.doubles]
    if doubles:
        raise LiveConflict(
            f"More than one live resource answers to one name: {'; '.join(doubles)}.",
            "The name does not say which is meant: rename or delete one of them in the console, then run again.",
        )


def _refuse_dangling(desired: DesiredState, live: LiveState) -> None:
    known = desired.keys() | live.resources.keys()
    problems = []
    for resource in desired.values():
        for reference, _ in references(resource):
            target = reference.target
            if target not in known:
                hint = near_name(target, known) or f"Declare it under {KINDS[target.kind].section}, or correct the name."
                message = f'"{path_text(reference.path)}" names {target}, which is neither declared nor in the workspace.'
                place = resource.position(reference.path) or Position("")
                problems.append(Problem(place, str(resource.address), message, hint))
    if problems:
        raise ManifestError(problems)


def _unknown_mentions(desired: DesiredState, live: LiveState) -> Iterator[Hint]:
    """What a function's code names and nobody knows: it would fail when it runs."""
    known = desired.keys() | live.resources.keys()
    for address, resource in sorted(desired.items()):
        for target, line in KINDS[address.kind].mentions(resource.spec):
            if target not in known:
                message = f"{address} names {target} at line {line} of its code, which is neither declared nor in the workspace."
                yield Hint(address, f"{message} {near_name(target, known)}".rstrip())


def _refusals(change: Change, desired: DesiredState, live: LiveState) -> Iterator[Refusal]:
    if change.action not in (Action.UPDATE, Action.REPLACE):
        return
    kind, declared, present = KINDS[change.address.kind], desired[change.address].spec, live.resources[change.address].spec
    members = {field.member for field in change.fields}
    life = kind.lifecycle
    if change.action is Action.REPLACE:
        sent = replacement(kind, declared, present)
    else:
        sent = update_spec(kind, declared, present, members) if members - {life.member if life else ""} else {}
    for path in masks(in_order(kind.name, (), sent)):
        yield Refusal(
            "secret-would-be-lost",
            change.address,
            f"{path_text(path)} is encrypted and not declared: it cannot be read back, so this change would lose it.",
            "Declare it with its value from ${env:NAME}, or write null for it to remove it.",
        )
    state = declared.get(life.member) if life else None
    if life and life.member in members and (life.initial if state is None else state) not in life.calls:
        yield Refusal(
            "state-not-reachable",
            change.address,
            f"{life.member} cannot go back to {life.initial} from {present.get(life.member, life.initial)}.",
            f"Write one of {', '.join(str(value) for value in life.calls)}, or leave {life.member} out.",
        )
