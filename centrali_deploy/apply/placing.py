"""From what the API says is wrong with a body back to the line of the manifest that says it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from centrali_deploy.address import Item, path_text
from centrali_deploy.errors import Position, Problem
from centrali_deploy.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.errors import RemoteError
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.states import DesiredResource

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def problems(declared: DesiredResource, sent: Plain, error: RemoteError) -> tuple[Problem, ...]:
    """One problem for each member the API named (`steps[1].nextStepId` [I]), where the manifest writes it.

    `sent` is the spec the body was made of, in which the API counts; the manifest may hold its items elsewhere.
    """
    kind, found = KINDS[declared.address.kind], []
    for field, message in error.fields:
        path = _written(kind, _named(kind, sent, field))
        place = declared.position(path)
        if place == declared.position() and path == (kind.text_member,):
            place = declared.position(("source",))
        found.append(Problem(place or Position(""), str(declared.address), f"{path_text(path)}: {message}"))
    return tuple(found)


def _named(kind: Kind, sent: Plain, field: str) -> Path:
    """A path with items named by their key, as the manifest's own paths have it."""
    parts: list[str | int] = []
    for index, member in _PART.findall(field):
        place = kind.places.get(str(parts[0])) if len(parts) == 1 else None
        items = sent.get(str(parts[0])) if place and place.key else None
        if index and isinstance(items, list) and place and int(index) < len(items):
            parts.append(Item(items[int(index)].get(place.key, index)))
        else:
            parts.append(int(index) if index else member)
    return tuple(parts)


def _written(kind: Kind, path: Path) -> Path:
    """Members of the wire as the manifest spells them: `functionId` is `function`."""
    spelt: Mapping[object, str | int] = {place.wire: place.pattern[-1] for place in kind.references if place.wire}
    return tuple(part if isinstance(part, Item) else spelt.get(part, part) for part in path)
