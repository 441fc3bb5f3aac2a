"""Protection: what must not be changed is left out of a plan with whatever depends on its change; the rest goes on."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.model import Action, LeftOut
from centrali_deploy.plan.verdicts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from centrali_deploy.address import Address
    from centrali_deploy.plan.model import Change
    from centrali_deploy.plan.verdicts import Policy
    from centrali_deploy.states import LiveState

_TOUCHING = frozenset({Action.UPDATE, Action.REPLACE, Action.DELETE})


def protections(changes: Iterable[Change], policy: Policy) -> Iterator[Refusal]:
    """One refusal for each change of something that is protected, under its name or under the one that it has now."""
    for change in changes:
        names = [str(address) for address in (change.address, *change.old_names)]
        patterns = [pattern for pattern in policy.protect for name in names if fnmatchcase(name, pattern)]
        if patterns and change.action in _TOUCHING:
            yield Refusal(
                "protected",
                change.address,
                f'It is protected ("{patterns[0]}") and would be changed.',
                "Take the change back, or the pattern out of protect: in the manifest.",
                whole=False,
            )


def parted(changes: Iterable[Change], protected: Iterable[Address], live: LiveState) -> tuple[tuple[Change, ...], tuple[LeftOut, ...]]:
    """The ordered changes that may be carried out, and those that are left out.

    Left out goes what requires something that is left out, and the delete of what such a thing still refers to.
    """
    because = {address: address for address in protected}
    going, out = list(changes), list[LeftOut]()
    while because:
        found = [LeftOut(change, culprit) for change in going if (culprit := _culprit(change, because, live))]
        if not found:
            break
        out += found
        going = [change for change in going if all(change is not left.change for left in found)]
        # What only completes a create may be left out by itself.
        because |= {left.change.address: left.because for left in found if left.change.address not in left.change.requires}
    return tuple(going), tuple(out)


def _culprit(change: Change, because: Mapping[Address, Address], live: LiveState) -> Address | None:
    """What keeps a change from being carried out."""
    if change.action is Action.NO_OP:
        return None
    needed = [change.address, *change.requires]
    if change.action is Action.DELETE:
        needed += [address for address in because if change.address in _targets(address, live)]
    return next((because[address] for address in needed if address in because), None)


def _targets(address: Address, live: LiveState) -> set[Address]:
    """What a resource refers to as it is now."""
    spec = live.resources[address].spec if address in live.resources else {}
    return {reference.target for reference, _ in KINDS[address.kind].references_in(spec)}
