"""What goes: first what refers to others that go, circles opened before; and what cannot go, because what stays refers to it.

The API refuses to delete a structure that another one refers to [I], and so two that refer to each other would stay for ever.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Item, path_text
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.carrying import without_masks
from centrali_deploy.plan.difference import shown
from centrali_deploy.plan.model import Action, Change, FieldChange, Mark
from centrali_deploy.plan.verdicts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from centrali_deploy.address import Address, Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.states import DesiredState, LiveState

    Targets = dict[Address, dict[Address, set[Path]]]
    """For each address that goes: what else goes that it refers to, and from which items."""


def leaving(gone: Iterable[Change], live: LiveState) -> list[Change]:
    """What goes, in its order. Of a circle, one takes out what refers to the next one before any of them goes."""
    changes = {change.address: change for change in sorted(gone, key=lambda change: _rank(change.address), reverse=True)}
    targets = _targets(changes, live)
    taken = _opened(targets)
    openings = [_opening(address, items, live) for address, items in sorted(taken.items(), key=lambda entry: _rank(entry[0]))]
    ranks = {address: rank for rank, address in enumerate(TopologicalSorter(_referrers(targets)).static_order())}
    return [*openings, *sorted(changes.values(), key=lambda change: (-KINDS[change.address.kind].rank, ranks[change.address]))]


def opened(kind: Kind, live: Plain, change: Change) -> dict[str, Any]:
    """What an update sends of something that goes: its lists without the items that are taken out.

    What cannot be read back is not sent: it goes as well.
    """
    taken = {field.path for field in change.fields}
    return {
        member: [without_masks(item) for item in live[member] if (member, Item(str(item.get(kind.places[member].key)))) not in taken]
        for member in dict.fromkeys(field.member for field in change.fields)
    }


def still_needed(changes: Iterable[Change], desired: DesiredState, live: LiveState) -> Iterator[Refusal]:
    """One refusal for each delete of something that something else refers to which stays, as it will be."""
    going = {change.address for change in changes if change.action is Action.DELETE}
    users: dict[Address, list[str]] = {}
    for address in sorted((desired.keys() | live.resources.keys()) - going) if going else ():
        present = live.resources[address].spec if address in live.resources else {}
        spec = {**present, **(desired[address].spec if address in desired else {})}
        for reference, _ in KINDS[address.kind].references_in(spec):
            if reference.target in going:
                users.setdefault(reference.target, []).append(f"{address} ({path_text(reference.path)})")
    for address, found in sorted(users.items()):
        yield Refusal(
            "still-referred-to",
            address,
            f"It would be deleted, and what stays refers to it: {', '.join(dict.fromkeys(found))}.",
            f"Take that out first; or keep it: declare it, or leave it alone with centrali-deploy forget {address}.",
        )


def _rank(address: Address) -> tuple[int, str]:
    return KINDS[address.kind].rank, address.name


def _targets(changes: Mapping[Address, Change], live: LiveState) -> Targets:
    found: Targets = {address: {} for address in changes}
    going = {address for address, change in changes.items() if change.action is Action.DELETE and address in live.resources}
    for address in going:
        for reference, _ in KINDS[address.kind].references_in(live.resources[address].spec):
            if reference.target in going and reference.target != address:
                found[address].setdefault(reference.target, set()).add(reference.path[:2])
    return found


def _opened(targets: Targets) -> dict[Address, set[Path]]:
    """Take items out of the targets until no circle is left; say which. Only items of lists can be in one."""
    taken: dict[Address, set[Path]] = {}
    while (circle := _circle(targets)) is not None:
        # graphlib names each node before the one that requires it: who refers to something goes before it
        address, target = min(pairwise(circle))
        items = targets[address][target]
        taken.setdefault(address, set()).update(items)
        left = {other: paths - items for other, paths in targets[address].items()}
        targets[address] = {other: paths for other, paths in left.items() if paths}
    return taken


def _referrers(targets: Targets) -> dict[Address, list[Address]]:
    found: dict[Address, list[Address]] = {address: [] for address in targets}
    for address, its in targets.items():
        for target in its:
            found[target].append(address)
    return found


def _circle(targets: Targets) -> list[Address] | None:
    try:
        TopologicalSorter(_referrers(targets)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def _opening(address: Address, items: Iterable[Path], live: LiveState) -> Change:
    kind, spec = KINDS[address.kind], live.resources[address].spec
    fields = []
    for member, index in sorted(items):
        item = spec[str(member)][index]
        path = (member, Item(str(item[kind.places[str(member)].key])))
        fields.append(FieldChange(path, shown(kind, path, item), Mark.ABSENT))
    names = ", ".join(str(field.path[1]) for field in fields)
    return Change.open(address, f"takes {names} out before all of a circle is deleted: its values go with the delete", fields)
