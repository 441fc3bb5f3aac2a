"""Running a generator that tells its progress to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

Told = TypeVar("Told")
Result = TypeVar("Result")


def ended_and_told(steps: Generator[Told, None, Result]) -> tuple[Result, list[Told]]:
    """What is returned in the end, and what was told on the way there."""
    told: list[Told] = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as stopped:
            return stopped.value, told


def result_of(steps: Generator[object, None, Result]) -> Result:
    """What is returned in the end."""
    return ended_and_told(steps)[0]
