"""Which change comes before which: what is referred to first, and circles that the API allows split in two.

The order depends on addresses alone, never on the order of files or pages.
"""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.leaving import leaving
from centrali_deploy.plan.model import Action, Change, Mark
from centrali_deploy.plan.passing import refuse_exchanges
from centrali_deploy.states import LiveState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.plan.model import FieldChange
    from centrali_deploy.plan.passing import Passing
    from centrali_deploy.states import DesiredState

    Graph = dict[Address, dict[Address, list[Path]]]

NOTHING_LIVE = LiveState()


def ordered(
    changes: Iterable[Change], desired: DesiredState, live: LiveState = NOTHING_LIVE, passing: Collection[Passing] = ()
) -> tuple[Change, ...]:
    """Changes in the order in which they can be carried out, each knowing what it requires; whoever gets a value, who has it now.

    What waits for something that goes comes after it, at the very end. Raises ManifestError for a circle of references
    that cannot be split, with its path, and for values that are exchanged.
    """
    by_address = {change.address: change for change in sorted(changes, key=_order)}
    graph = _graph(by_address, desired)
    deferred = _split_circles(graph, by_address, desired)
    needed = _with_holders(graph, passing, desired)
    first, later, last, late = list[Change](), list[Change](), list[Change](), set[Address]()
    for address in _sorted({address: needed[address] & graph.keys() for address in graph}):
        change = replace(by_address[address], requires=tuple(sorted(needed[address], key=_rank)))
        if change.action is Action.CREATE and address in deferred:
            change, completion = _in_two(change, deferred[address])
            later.append(completion)
        if needed[address] - graph.keys() or needed[address] & late:
            late.add(address)
        (last if address in late else first).append(change)
    gone = [change for address, change in by_address.items() if address not in desired]
    return (*first, *later, *leaving(gone, live), *last)


def _with_holders(graph: Graph, passing: Collection[Passing], desired: DesiredState) -> dict[Address, set[Address]]:
    """What each address requires, those included whose values it gets."""
    needed = {address: set(targets) for address, targets in graph.items()}
    for each in passing:
        if not each.kept:
            needed[each.getter].add(each.holder)
    refuse_exchanges(needed, passing, desired)
    return needed


def _order(change: Change) -> tuple[int, str]:
    return _rank(change.address)


def _rank(address: Address) -> tuple[int, str]:
    return KINDS[address.kind].rank, address.name


def _graph(changes: Mapping[Address, Change], desired: DesiredState) -> Graph:
    """For each declared address: what else declared it refers to, and from where; and what must give up its name first."""
    graph: Graph = {}
    for address in sorted(changes.keys() & desired.keys()):
        graph[address] = {}
        for reference, _ in KINDS[address.kind].references_in(desired[address].spec):
            if reference.target in desired and reference.target != address:
                graph[address].setdefault(reference.target, []).append(reference.path)
    for address in graph:
        for field in changes[address].fields:
            old = Address(address.kind, str(field.before))
            if field.path == (KINDS[address.kind].identity,) and old != address and old in graph:
                graph[old].setdefault(address, [])  # a name is free once what had it has its new one
    return graph


def _split_circles(graph: Graph, changes: Mapping[Address, Change], desired: DesiredState) -> dict[Address, dict[Path, set[Address]]]:
    """Take references out of the graph until no circle is left; say which must be added later.

    What is live already can be referred to at any time; between resources that are yet to be made, a deferrable
    reference is added when both exist.
    """
    taken: dict[Address, dict[Path, set[Address]]] = {}
    while (circle := _circle(graph)) is not None:
        # graphlib names each node before the one that requires it
        edges = sorted((after, before) for before, after in pairwise(circle))
        stays = (edge for edge in edges if changes[edge[1]].action in {Action.UPDATE, Action.NO_OP})
        later = (edge for edge in edges if changes[edge[0]].action is Action.CREATE and _deferrable(*edge, desired))
        address, target = next(stays, None) or next(later, None) or (None, None)
        if address is None or target is None:
            raise ManifestError([_circle_problem(circle, desired)])
        paths = graph[address].pop(target)
        if changes[target].action not in {Action.UPDATE, Action.NO_OP}:
            for path in paths:
                taken.setdefault(address, {}).setdefault(path[:2], set()).add(target)
    return taken


def _circle(graph: Graph) -> list[Address] | None:
    try:
        TopologicalSorter({node: sorted(targets) for node, targets in graph.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def _deferrable(address: Address, target: Address, desired: DesiredState) -> bool:
    references = KINDS[address.kind].references_in(desired[address].spec)
    return all(place.deferrable for reference, place in references if reference.target == target)


def _circle_problem(circle: list[Address], desired: DesiredState) -> Problem:
    path = " -> ".join(str(address) for address in reversed(circle))
    place = desired[circle[0]].position() or Position("")
    return Problem(place, str(circle[0]), f"These refer to each other in a circle: {path}.", "Take one of the references out.")


def _sorted(graph: Mapping[Address, Iterable[Address]]) -> list[Address]:
    sorter = TopologicalSorter({node: sorted(targets) for node, targets in graph.items()})
    sorter.prepare()
    found: list[Address] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=_rank)
        found.extend(ready)
        sorter.done(*ready)
    return found


def _in_two(change: Change, paths: Mapping[Path, set[Address]]) -> tuple[Change, Change]:
    """A create without the deferred items, and an update of the same address that adds them."""
    names = {_named(change, path): path for path in paths}
    late = tuple(inside for field in change.fields for inside in _items(field, names))
    others = ", ".join(sorted({str(item.path[-1]) for item in late}))
    reason = f"adds {others}, which refers to something created after it"
    completion = Change.update(change.address, reason, late, change.position)
    return replace(change, deferred=tuple(names)), replace(completion, requires=(change.address, *sorted(set().union(*paths.values()))))


def _named(change: Change, path: Path) -> Path:
    key = KINDS[change.address.kind].places[str(path[0])].key
    value = next(field.after for field in change.fields if field.path == path[:1])
    return path[0], value[path[1]][key]


def _items(field: FieldChange, names: Mapping[Path, Path]) -> Iterable[FieldChange]:
    for named, path in names.items():
        if field.path == path[:1]:
            yield replace(field, path=named, before=Mark.ABSENT, after=field.after[path[1]])
