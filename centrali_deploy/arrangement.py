"""In which order the members of a spec stand, at every depth, wherever they are written, compared or shown.

Members that are documented come in the order of the models and the kinds' rows, what names a thing first; others after
them by the alphabet, and so does what people name themselves. Lists stay as they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args, get_origin

from centrali_deploy.kinds import KINDS
from centrali_deploy.parts import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind

_FIRST = ("renamedFrom", "name", "description")
_LAST = ("params", "nextStepId", "defaultNextStepId")
"""Where a step leads stands below what it does, what is given to a run below what starts it."""
_ENCRYPTED = ("value", "encrypt")
"""An encrypted value, wherever it stands."""
UNKNOWN = 1_000
"""The rank of what nobody documented."""
_Models = tuple[type[Spec], ...]


def arranged(kind: str, path: Path, members: Iterable[str]) -> list[str]:
    """The members of a mapping at a path of a spec, each once, in their order. Items in the path may be named or counted."""
    found = set(members)
    known = ranks(_ENCRYPTED if found == set(_ENCRYPTED) else members_at(kind, path))
    return sorted(found, key=lambda member: (known.get(member, UNKNOWN), member))


def in_order(kind: str, path: Path, value: Any) -> Any:  # noqa: ANN401 -- any JSON value, or a secret
    """A value at a path of a spec, with the members of every mapping in it in their order."""
    if isinstance(value, dict):
        return {member: in_order(kind, (*path, member), value[member]) for member in arranged(kind, path, value)}
    return [in_order(kind, (*path, index), item) for index, item in enumerate(value)] if isinstance(value, list) else value


@lru_cache
def ranks(members: tuple[str, ...]) -> Mapping[str, int]:
    """Where documented members stand: what is not among them comes after most, before what always is last."""
    last = {member: UNKNOWN + 1 + index for index, member in enumerate(_LAST)}
    return {**{member: index for index, member in enumerate(members)}, **last} if members else {}


def members_at(kind: str, path: Sequence[str | int]) -> tuple[str, ...]:
    """The documented members of the mapping at a path of a spec, in their order; none where people name them."""
    return _in_resource(KINDS[kind], path)


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
        fields = of_models(models)
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
    return tuple(dict.fromkeys((*named, *place.variant, "renamedFrom", *of_models(tuple(place.models.values())), *examples)))


@lru_cache
def of_models(models: _Models) -> tuple[str, ...]:
    """The members of models, as they are written."""
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
