"""What an update has to send: what is declared, and what is live and was left out by the author.

A list or an object is replaced whole by the API, so members nobody manages must be sent along to stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Item
from centrali_deploy.paths import keyed
from centrali_deploy.plan.difference import replaces, varies
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Place, Plain


def update_spec(kind: Kind, declared: Plain, live: Plain, changed: Collection[str]) -> dict[str, Any]:
    """The spec an update sends, given which top-level members changed; without the one set by lifecycle calls."""
    spec = _carried(
        kind, declared, live, frozenset(kind.members) if kind.update_sends == "whole" else frozenset(changed) & frozenset(kind.members)
    )
    if kind.lifecycle:
        spec.pop(kind.lifecycle.member, None)
    return spec


def replacement(kind: Kind, declared: Plain, live: Plain) -> dict[str, Any]:
    """The spec of what takes the place of a live resource: as declared, and as it was where nothing is declared."""
    return {member: value for member, value in _carried(kind, declared, live, kind.members).items() if value is not None}


def _carried(kind: Kind, declared: Plain, live: Plain, members: Collection[str]) -> dict[str, Any]:
    replaced = replaces(kind, declared, live)
    present = {m: _kept(kind.places.get(m), v, replaced=replaced) for m, v in live.items() if m in members and m not in declared}
    chosen = {m: kind.sent_on_create.get(m) if v is None else v for m, v in declared.items() if m in members}
    return present | {m: _with(kind.places.get(m), value, live.get(m), replaced=replaced) for m, value in chosen.items()}


def _kept(place: Place | None, live: Any, *, replaced: bool) -> Any:  # noqa: ANN401 -- any JSON value
    """What nobody declares, as it is; of a place in something that is replaced, only what makes sense whatever it becomes."""
    return {m: v for m, v in live.items() if m in place.kept} if replaced and place and isinstance(live, dict) else live


def _with(place: Place | None, declared: Any, live: Any, *, replaced: bool) -> Any:  # noqa: ANN401 -- any JSON value
    if place is None:
        return declared
    if place.key and isinstance(declared, list) and isinstance(live, list):
        present = keyed(live, place.key)
        return [_merged(place, item, present.get(Item(item.get(place.key))), replaced=replaced) for item in declared]
    return _merged(place, declared, live, replaced=replaced)


def _merged(place: Place, declared: Any, live: Any, *, replaced: bool) -> Any:  # noqa: ANN401 -- any JSON value
    if not isinstance(declared, dict) or not isinstance(live, dict):
        return declared
    varied = replaced or varies(place, declared, live)
    return {**declared, **{m: v for m, v in live.items() if m not in declared and (not varied or m in place.kept)}}


def masks(value: Any, at: Path = ()) -> Iterator[Path]:  # noqa: ANN401 -- any JSON value
    """Every place of a mask: a live secret that would have to be sent and cannot be."""
    if isinstance(value, str) and value == MASK:
        yield at
    elif isinstance(value, dict):
        for member, inside in value.items():
            yield from masks(inside, (*at, member))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from masks(item, (*at, index))


def without_masks(value: Any) -> Any:  # noqa: ANN401 -- a definition, at any depth
    """A definition without what is masked in it."""
    if isinstance(value, dict):
        return {member: without_masks(inside) for member, inside in value.items() if inside != MASK}
    return [without_masks(inside) for inside in value] if isinstance(value, list) else value
