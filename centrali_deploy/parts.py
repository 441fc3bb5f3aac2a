"""The parts a kind's row is made of: models of specs, places in them, references, a state set by calls of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from centrali_deploy.address import Path

Plain = Mapping[str, Any]
"""A spec as plain data in the manifest's language. Only what the author wrote is in it; a secret is a `Secret`."""
PRINTED = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""A text without control characters."""
Label = Annotated[str, Field(min_length=1, max_length=255, pattern=PRINTED)]
"""A name for people [I]."""


class Spec(BaseModel):
    """The part of a resource a person decides, member names spelled as the API spells them; unknown ones refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class OpenSpec(Spec):
    """A spec of which the vendor has not published every member: unknown ones pass through as written."""

    model_config = ConfigDict(extra="allow")


@lru_cache
def _members(model: type[Spec]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items())


@dataclass(frozen=True, slots=True)
class Place:
    """A top-level member whose insides are compared one by one; members the author left out stay as they are.

    `key`: the member that names the items of a list (None: the place is one object). `ordered`: the order of the
    items means something. `variant`: the members that decide which others make sense; when one of them changes,
    nothing but `kept` is carried over. `carried`: records hold values under the names of its items, which a new name
    takes along. `removal_note`: what it means when an item is no longer in the list. `models`: for each value of the
    first variant member, the model of such an object. `apart`: for each of those values, the members that only objects
    with another one have. `inside`: where an item holds more of the same kind.
    """

    key: str | None = None
    ordered: bool = False
    variant: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    carried: bool = False
    removal_note: str = ""
    models: Mapping[str, type[Spec]] = field(default_factory=dict)
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)
    inside: tuple[Path, ...] = ()

    def members(self, item: Plain) -> frozenset[str]:
        """The documented members of this object (of every variant, when its own is unknown)."""
        model = self.models.get(str(item.get(self.variant[0]))) if self.variant else None
        return _members(model) if model else frozenset().union(*map(_members, self.models.values()))


@dataclass(frozen=True, slots=True)
class ReferencePlace:
    """Where a spec names another resource. `wire`: the member that carries its id on the wire (None: the name itself).

    `deferrable`: the list item holding the reference may be added after both resources exist.
    """

    pattern: Path
    kind: str
    wire: str | None = None
    deferrable: bool = False


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A member that is set by calls of its own: `calls` maps each value to the last segment of the call's path.

    `initial` is the value after a create, `stops` the one in which nothing runs. `methods` are tried in turn when one is
    not allowed, then updates that send `bodies(value)` [I].
    """

    member: str
    calls: Mapping[Any, str]
    initial: Any
    stops: Any
    methods: tuple[str, ...]
    in_create: bool
    bodies: Callable[[Any], tuple[Plain, ...]]
