"""What an update has to send: what is declared, and what is live and was left out by the author.

A list or an object is replaced whole by the API, so members nobody manages must be sent along to stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Item
from centrali_deploy.paths import keyed
from centrali_deploy.plan.difference import varies
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind, Place, Plain


def update_spec(kind: Kind, declared: Plain, live: Plain, changed: Collection[str]) -> dict[str, Any]:
    """The spec an update sends, given which top-level members changed; without the one set by lifecycle calls."""
    whole = kind.update_sends == "whole"
    chosen = {m: v for m, v in declared.items() if whole or m in changed}
    spec = {m: _carried(kind.places.get(m), value, live.get(m)) for m, value in chosen.items()}
    if whole:
        spec = {**live, **spec}
    if kind.lifecycle:
        spec.pop(kind.lifecycle.member, None)
    return spec


def _carried(place: Place | None, declared: Any, live: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if place is None:
        return declared
    if place.key and isinstance(declared, list) and isinstance(live, list):
        present = keyed(live, place.key)
        return [_merged(place, item, present.get(Item(item.get(place.key)))) for item in declared]
    return _merged(place, declared, live)


def _merged(place: Place, declared: Any, live: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if not isinstance(declared, dict) or not isinstance(live, dict) or varies(place, declared, live):
        return declared
    return {**declared, **{member: value for member, value in live.items() if member not in declared}}


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
