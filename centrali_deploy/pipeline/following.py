"""Following what goes step by step to its end: each step is seen, and what comes of it all is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

S = TypeVar("S")
T = TypeVar("T")


def followed(steps: Generator[S, None, T], see: Callable[[S], object]) -> T:
    """What a generator returns, once `see` has been told of everything it yields."""
    while True:
        try:
            step = next(steps)
        except StopIteration as stopped:
            result: T = stopped.value
            return result
        see(step)
