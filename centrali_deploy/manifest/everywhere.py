"""Manifests checked in every environment they have: what is wrong in all of them is told once, the rest with where it is.

Files are read once, and what is the same in every environment is checked once. Without environments, or when one is
chosen, this is the same as loading. A manifest that has environments is meant for them: it is not checked without one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from centrali_deploy.manifest.head import NOTHING_CHOSEN
from centrali_deploy.manifest.loading import Kept, Reading, loaded, read_files
from centrali_deploy.manifest.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from centrali_deploy.address import Address
    from centrali_deploy.errors import Problem
    from centrali_deploy.manifest.head import Choice
    from centrali_deploy.manifest.loading import Loaded

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What the manifests say, by environment ("" when there is none), and the problems and warnings of all of them."""

    loaded: Mapping[str, Loaded]
    problems: tuple[Problem, ...]

    @property
    def environments(self) -> tuple[str, ...]:
        """Those that were checked."""
        return tuple(filter(None, self.loaded))


def load_everywhere(
    paths: Sequence[str], environ: Mapping[str, str], choice: Choice = NOTHING_CHOSEN, *, now: datetime | None = None
) -> Everywhere:
    """Read manifests under each environment, or the chosen one. Raises what choosing raises; `now` is what time it is."""
    files = read_files(paths)
    names: list[str | None] = [*files.head.environments] if choice.environment is None else [choice.environment]
    kept: dict[tuple[str, Address], Kept] | None = {} if len(names) > 1 else None
    readings = {name or "": Reading(files, environ, replace(choice, environment=name), kept, now=now) for name in names or [None]}
    for reading in readings.values():
        reading.check()
    found = {name: reading.alone for name, reading in readings.items()}
    seen = {name: reading for name, reading in readings.items() if reading.among is not None}
    whole = {name: reading for name, reading in seen.items() if reading.together.whole} or seen  # others keep warnings back
    together = {name: [found for found in reading.among or () if found.severity == "error"] for name, reading in seen.items()}
    warned = {name: [found for found in reading.among or () if found.severity == "warning"] for name, reading in whole.items()}
    problems = tuple(sorted({*_told(found), *_told(together), *_told(warned)}))
    return Everywhere({name: loaded(reading) for name, reading in readings.items()}, problems)


def where(found: Mapping[str, Iterable[T]]) -> Iterator[tuple[T, str]]:
    """Everything that was found, once, and in which environments; empty when in all of them."""
    names: dict[T, list[str]] = {}
    for name, things in found.items():
        for thing in dict.fromkeys(things):
            names.setdefault(thing, []).append(name)
    for thing, of in names.items():
        yield thing, "" if len(of) == len(found) else named(of)


def named(environments: Sequence[str]) -> str:
    """`environment prod`, `environments dev and prod`."""
    return f"environment{'' if len(environments) == 1 else 's'} {listed(environments)}"


def _told(found: Mapping[str, Iterable[Problem]]) -> Iterator[Problem]:
    for problem, names in where(found):
        yield replace(problem, message=f"In {names}: {problem.message}") if names else problem
