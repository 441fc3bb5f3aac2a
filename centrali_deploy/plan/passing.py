"""Values that only one of a kind may have, and that pass from one to another: who waits for whom, and what is taken for good.

The API refuses a value that something else still has, so whoever gets it waits until the other has given it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from centrali_deploy.address import path_text
from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.verdicts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from centrali_deploy.address import Address, Path
    from centrali_deploy.plan.model import Change
    from centrali_deploy.states import DesiredState, LiveState


class Passing(NamedTuple):
    """A value that one resource gets, where it stands in it, and who has it now; `kept`: why that one does not give it up."""

    getter: Address
    path: Path
    holder: Address
    kept: str = ""


def passings(changes: Iterable[Change], desired: DesiredState, live: LiveState) -> Iterator[Passing]:
    """Every value that something gets and something else has now, in the order of those who get them."""
    by_address = {change.address: change for change in changes}
    holders: dict[tuple[str, str], Address] = {}
    for address in sorted(live.resources):
        for _, value in KINDS[address.kind].unique(live.resources[address].spec):
            holders.setdefault((address.kind, value), address)
    for address in sorted(desired):
        own = {value for _, value in KINDS[address.kind].unique(live.resources[address].spec)} if address in live.resources else set()
        for path, value in KINDS[address.kind].unique(_then(address, desired, live)):
            holder = holders.get((address.kind, value), address)
            if holder != address and value not in own:
                yield Passing(address, path, holder, _kept(value, holder, by_address.get(holder), desired, live))


def taken(found: Iterable[Passing]) -> Iterator[Refusal]:
    """One refusal for each value that is not given up."""
    for each in found:
        if each.kept:
            yield Refusal(
                "already-taken",
                each.getter,
                f"{path_text(each.path)} is that of {each.holder}, {each.kept}.",
                "Give it another one, or take it from the other one first.",
            )


def refuse_exchanges(requires: Mapping[Address, Iterable[Address]], found: Iterable[Passing], desired: DesiredState) -> None:
    """Raise ManifestError for values that are exchanged, for neither can come first. `requires` says who waits for whom."""
    problems = []
    for each in found:
        if not each.kept and each.getter in _all_required(each.holder, requires):
            place = desired[each.getter].position(each.path) or Position("")
            message = (
                f'"{path_text(each.path)}" is that of {each.holder}, which waits for {each.getter} itself: they exchange what they have.'
            )
            hint = "Give one of them a third value, apply, and then what it is to have."
            problems.append(Problem(place, str(each.getter), message, hint))
    if problems:
        raise ManifestError(problems)


def _then(address: Address, desired: DesiredState, live: LiveState) -> dict[str, object]:
    """A spec as it will be, as far as unique values are concerned."""
    present = live.resources[address].spec if address in live.resources else {}
    return {**present, **desired[address].spec}


def _kept(value: str, holder: Address, change: Change | None, desired: DesiredState, live: LiveState) -> str:
    if holder in desired:
        unique = KINDS[holder.kind].unique(_then(holder, desired, live))
        return "which keeps it" if value in {its for _, its in unique} else ""
    if change is not None and change.action is Action.DELETE:
        return ""
    return "which is no longer declared, and kept: pass --prune to delete it" if change else "which is in the workspace and not declared"


def _all_required(address: Address, requires: Mapping[Address, Iterable[Address]]) -> set[Address]:
    found, waiting = {address}, [address]
    while waiting:
        fresh = [needed for needed in requires.get(waiting.pop(), ()) if needed not in found]
        found.update(fresh)
        waiting += fresh
    return found
