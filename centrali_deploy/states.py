"""The three states a plan is made of: what the manifests say, what the API says, and what we applied last time.

All three speak the manifest's language and are mappings by address, so that they can be compared and written down in
a test in one line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from centrali_deploy.address import Item
from centrali_deploy.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from centrali_deploy.address import Address, Path, Reference
    from centrali_deploy.errors import Position
    from centrali_deploy.parts import Plain, ReferencePlace
    from centrali_deploy.sealing import Seal

T = TypeVar("T")
_SLIP = 0.8
_NUMBER = re.compile(r"[-_. ]?v?\d+")


@dataclass(frozen=True, slots=True)
class DesiredResource:
    """One declared resource. `places` leads from paths in the spec to where they stand; `()` is the resource's key.

    `layers` says, by path, which variable or override a value came from. `renamed_from` is its old name, and
    `renamed_items` leads from a member and the name of an item in it to that item's old name.
    """

    address: Address
    spec: Plain
    places: Mapping[Path, Position] = field(default_factory=dict, compare=False)
    layers: Mapping[Path, str] = field(default_factory=dict, compare=False)
    renamed_from: str | None = None
    renamed_items: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def position(self, path: Path = ()) -> Position | None:
        """Where a path stands in the manifest, or else the nearest thing around it. Items may be named by their key."""
        return _nearest(self.places, self._indexed(path))

    def layer(self, path: Path) -> str:
        """Where the value at a path came from, or what is around it or in it; empty when it is simply written there."""
        indexed = self._indexed(path)
        inside = sorted(layer for at, layer in self.layers.items() if at[: len(indexed)] == indexed)
        return _nearest(self.layers, indexed) or ", ".join(dict.fromkeys(inside))

    def _indexed(self, path: Path) -> Path:
        value: object = self.spec
        found: list[str | int] = []
        key = KINDS[self.address.kind].places[str(path[0])].key if path and path[0] in KINDS[self.address.kind].places else None
        for part in path:
            step: str | int = part
            if isinstance(part, Item) and isinstance(value, list):
                named = (i for i, item in enumerate(value) if isinstance(item, Mapping) and item.get(key) == part)
                step = next(named, len(value))
            found.append(step)
            value = _inside(value, step)
        return tuple(found)


def _nearest(known: Mapping[Path, T], path: Path) -> T | None:
    """What is known of a path, or of the nearest thing around it."""
    while path and path not in known:
        path = path[:-1]
    return known.get(path)


def references(resource: DesiredResource) -> Iterator[tuple[Reference, ReferencePlace]]:
    """Everything a resource refers to."""
    yield from KINDS[resource.address.kind].references_in(resource.spec)


def near_name(target: Address, known: Iterable[Address]) -> str:
    """`Did you mean ...?` for a name that leads nowhere; empty when nothing is near it."""
    near = get_close_matches(target.name, [address.name for address in known if address.kind == target.kind], n=1)
    return f"Did you mean {near[0]}?" if near else ""


def misspelt(target: Address, known: Iterable[Address]) -> str | None:
    """The name that another so nearly is that it is probably a slip. Names that differ in their number alone are two names."""
    near = get_close_matches(target.name, [address.name for address in known if address.kind == target.kind], cutoff=_SLIP)
    return next((name for name in near if _NUMBER.sub("", name) != _NUMBER.sub("", target.name)), None)


def _inside(value: object, step: str | int) -> object:
    if isinstance(value, list) and isinstance(step, int):
        return value[step] if step < len(value) else None
    return value.get(step) if isinstance(value, Mapping) else None


@dataclass(frozen=True, slots=True)
class LiveResource:
    """One resource as the API has it now. `mark` changes whenever it is changed: its version or its update time.

    `seen`: its spec before any item in it was led to a new name, if one was.
    """

    address: Address
    id: str
    spec: Plain
    mark: str = ""
    seen: Plain | None = field(default=None, compare=False)


DesiredState = Mapping["Address", DesiredResource]


@dataclass(frozen=True, slots=True)
class LiveState:
    """Every live resource by address; `doubles` holds the ids of those that answer to one name."""

    resources: Mapping[Address, LiveResource] = field(default_factory=dict)
    doubles: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meant:
    """What an apply that goes on, or broke off, was about to make of a resource.

    `spec` is sealed, with null for what goes back to its default; of what is deleted, the state in which it is stopped
    before that, or None. `name`: the one that it gets.
    `gone`: whether it is deleted, for good or to be made anew.
    """

    spec: Plain | None
    name: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was applied to one resource last, so that it is ours: its id, and what was declared, sealed.

    A spec of None: it was about to be made when the apply broke off. `mark`: its version or update time after it.
    """

    address: Address
    id: str = ""
    spec: Plain | None = None
    mark: str = ""
    meant: Meant | None = None


@dataclass(frozen=True, slots=True)
class RecordedState:
    """What is ours by address; `elsewhere` says of which other deployment what is not.

    Empty when nothing is recorded; `nowhere`: because nothing ever is.
    """

    resources: Mapping[Address, Recorded] = field(default_factory=dict)
    seal: Seal | None = None
    elsewhere: Mapping[Address, str] = field(default_factory=dict)
    nowhere: bool = False
