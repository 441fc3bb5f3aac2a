"""Names that were passed on in a circle: nobody can carry that out, for whoever has which name now is not to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")
CIRCLE_HINT = "Take renamedFrom out to keep the names; or give one of them a third name, apply, and rename the others then."


def circles(olds: Mapping[T, T]) -> Iterator[tuple[T, str]]:
    """Each circle in a mapping from new names to old ones once: its first name, in the order of the mapping, and what is wrong."""
    seen: set[T] = set()
    for first in olds:
        chain = [first]
        while chain[-1] in olds and olds[chain[-1]] not in chain:
            chain.append(olds[chain[-1]])
        if olds.get(chain[-1]) == first and first not in seen:
            seen.update(chain)
            yield first, f"These take their names from each other: {', '.join(f'{new} was {olds[new]}' for new in chain)}."
