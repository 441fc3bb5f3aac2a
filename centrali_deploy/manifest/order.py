"""In which order the members of a manifest are written, at every depth where their order means nothing.

Sections and members are looked up in the kinds' rows and in the models, so that a new member has its place by itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args, get_origin

from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.environments import Environment
from centrali_deploy.manifest.variables import Variable
from centrali_deploy.parts import Spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.manifest.nodes import Entry

TOP = ("$schema", "version", "workspace", "deployment", "ledger", "protect", "variables", "environments", *SECTIONS)
_FIRST = ("renamedFrom", "name", "description")
_LAST = ("params", "nextStepId", "defaultNextStepId")
"""Where a step leads stands below what it does, what is given to a run below what starts it."""
_UNKNOWN = 1_000
_MERGE = "<<"
_Models = tuple[type[Spec], ...]


def arranged(entries: Sequence[Entry], path: Path) -> list[Entry]:
    """The entries of the mapping at a path in their order; an anchor stays before what needs it."""
    ranks = _ranks(_members(path))
    if not ranks:
        return list(entries)
    waiting = sorted(entries, key=lambda entry: ranks.get(_name(entry), _UNKNOWN))
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


@lru_cache
def _ranks(members: tuple[str, ...]) -> Mapping[str, int]:
    ranks = {member: index for index, member in enumerate(members)}
    return {**ranks, **{member: _UNKNOWN + 1 + index for index, member in enumerate(_LAST)}, _MERGE: -1} if ranks else {}


def _members(path: Path) -> tuple[str, ...]:
    """The members of the mapping at a path, in order; nothing where the order is the author's own."""
    if not path:
        return TOP
    section, *rest = path
    if section == "variables":
        return _fields((Variable,)) if len(rest) == 1 else ()
    if section == "environments":
        if len(rest) > 2 and rest[1] == "overrides":  # noqa: PLR2004 -- the name, overrides, the address
            kind = KINDS.get(str(rest[2]).partition("/")[0])
            return _in_resource(kind, rest[3:]) if kind else ()
        return _fields((Environment,)) if len(rest) == 1 else ()
    kind = SECTIONS.get(str(section))
    return _in_resource(kind, rest[1:]) if kind and rest else ()


def _in_resource(kind: Kind, rest: Sequence[str | int]) -> tuple[str, ...]:
    if not rest:
        return _of_resource(kind.name)
    member, *more = rest
    place = kind.places.get(str(member))
    if place is None or (place.key and not more):
        return ()
    return _below(kind, str(member), tuple(place.models.values()), more[1:] if place.key else more)


def _below(kind: Kind, itself: str, models: _Models, rest: Sequence[str | int]) -> tuple[str, ...]:
    """The members of a mapping inside a place, at a path that begins in these models."""
    place = kind.places[itself]
    own = tuple(place.models.values())
    if not rest:
        fields = _fields(models)
        return (
            _of_place(kind.name, itself) if models == own else tuple(dict.fromkeys((*(v for v in place.variant if v in fields), *fields)))
        )
    member, *more = rest
    held, several = (own, True) if place.key and member == itself else _held(models, str(member))
    if several and not more:
        return ()
    return _below(kind, itself, held, more[1:] if several else more)


@lru_cache
def _of_resource(name: str) -> tuple[str, ...]:
    """Names first, then single values, then what is long: the text, lists, settings."""
    kind = KINDS[name]
    short = ["source" if member == kind.text_member else member for member in kind.members if member not in kind.places]
    return tuple(dict.fromkeys((*_FIRST, *short, *([kind.text_member] if kind.text_member else []), *kind.places)))


@lru_cache
def _of_place(name: str, member: str) -> tuple[str, ...]:
    """What names an item, what decides about its other members, and these: first those of the models, then of the examples."""
    kind = KINDS[name]
    place = kind.places[member]
    shown = [spec[member] for pair in kind.examples for spec in pair if member in spec]
    examples = [each for value in shown for item in (value if place.key else [value]) for each in item]
    named = (place.key, "name") if place.key else ()
    return tuple(dict.fromkeys((*named, *place.variant, "renamedFrom", *_fields(tuple(place.models.values())), *examples)))


@lru_cache
def _fields(models: _Models) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field.alias or name for model in models for name, field in model.model_fields.items()))


@lru_cache
def _held(models: _Models, member: str) -> tuple[_Models, bool]:
    """The models that a member of models holds, and whether in a list or by name."""
    for model in models:
        model.model_rebuild()  # what refers to a later model is only a name until then
    fields = [field for model in models for name, field in model.model_fields.items() if (field.alias or name) == member]
    return tuple(dict.fromkeys(held for field in fields for held in _models_in(field.annotation))), any(
        _several(field.annotation) for field in fields
    )


def _models_in(annotation: Any) -> Iterator[type[Spec]]:  # noqa: ANN401 -- any annotation
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, Spec):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _several(annotation: Any) -> bool:  # noqa: ANN401 -- any annotation
    return get_origin(annotation) in (list, dict) or any(map(_several, get_args(annotation)))
