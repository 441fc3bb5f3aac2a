"""Outcomes go into the history as they happen, so that an apply that is killed leaves behind what it did.

The first one at once, the others at most once a second, and never so often that it takes more than a small share of the
time. What cannot be recorded in between does no harm: the end records all of it, or says that it could not.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from centrali_deploy.apply.outcome import Outcome
from centrali_deploy.apply.writing import always
from centrali_deploy.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from centrali_deploy.apply.outcome import Event
    from centrali_deploy.pipeline.owning import Owning

PAUSE = 1.0
"""Seconds between two times, at least."""
SHARE = 20
"""How many times as long as recording took it is not done again: a slow ledger must not make an apply slow."""


def recorded(
    events: Iterable[Event], own: Owning, of: int, allowed: Callable[[], None] = always, clock: Callable[[], float] = time.monotonic
) -> Iterator[Event]:
    """Hand on what executing a plan of `of` changes yields, and record the outcomes meanwhile.

    `allowed` raises when nothing more may be written. When all has ended nothing is recorded here, as the end follows at once.
    """
    found: list[Outcome] = []
    known, again = 0, clock()
    for event in events:
        yield event
        if isinstance(event, Outcome):
            found.append(event)
        if known < len(found) < of and (begun := clock()) >= again:
            known = len(found) if _recorded(own, found, allowed) else known
            now = clock()
            again = now + max(PAUSE, SHARE * (now - begun))


def _recorded(own: Owning, found: list[Outcome], allowed: Callable[[], None]) -> bool:
    try:
        allowed()
        own.so_far(found)
    except DeployError:
        return False  # whoever writes next, or the end, finds the same out and says so
    return True
