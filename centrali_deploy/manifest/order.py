"""In which order the members of a manifest are written, at every depth where their order means nothing.

Sections and members are looked up in the kinds' rows and in the models, so that a new member has its place by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.arrangement import UNKNOWN, members_at, of_models, ranks
from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.environments import Environment
from centrali_deploy.manifest.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.manifest.nodes import Entry

TOP = ("$schema", "version", "workspace", "deployment", "ledger", "protect", "variables", "environments", *SECTIONS)
_MERGE = "<<"


def arranged(entries: Sequence[Entry], path: Path) -> list[Entry]:
    """The entries of the mapping at a path in their order; an anchor stays before what needs it."""
    members = _members(path)
    if not members:
        return list(entries)
    known = {**ranks(members), _MERGE: -1}
    waiting = sorted(entries, key=lambda entry: known.get(_name(entry), UNKNOWN))
    if not any(entry.anchors for entry in entries):
        return waiting
    places = {id(entry): index for index, entry in enumerate(entries)}
    found: list[Entry] = []
    while waiting:
        free = next(e for e in waiting if not any(places[id(o)] < places[id(e)] and _bound(o, e) for o in waiting))
        waiting.remove(free)
        found.append(free)
    return found


def _name(entry: Entry) -> str:
    return entry.key.text if entry.key and entry.key.sort == "scalar" else ""


def _bound(first: Entry, second: Entry) -> bool:
    return bool(first.anchors & (second.anchors | second.aliases) or first.aliases & second.anchors)


def _members(path: Path) -> tuple[str, ...]:
    """The members of the mapping at a path, in order; nothing where the order is the author's own."""
    if not path:
        return TOP
    section, rest = path[0], path[1:]
    if section == "variables":
        return of_models((Variable,)) if len(rest) == 1 else ()
    if section == "environments":
        if len(rest) > 2 and rest[1] == "overrides":  # noqa: PLR2004 -- the name, overrides, the address
            kind = KINDS.get(str(rest[2]).partition("/")[0])
            return members_at(kind.name, rest[3:]) if kind else ()
        return of_models((Environment,)) if len(rest) == 1 else ()
    kind = SECTIONS.get(str(section))
    return members_at(kind.name, rest[1:]) if kind and rest else ()
