"""The lock of a run: taken, renewed while the run works, asked before each write, and let go at the end.

A lease is only ours as long as that is certain: it is believed to end some seconds early, by the clock of the day and by
one that nobody can set, so that clocks that differ a little do no harm. One that ran out may still be renewed, as long
as nobody else took it; what was once lost is never believed in again.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from centrali_deploy.errors import DeployError, LeaseLost, Locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.ledger.door import Door
    from centrali_deploy.ledger.model import Holder

LEASE = 120.0
"""Seconds for which a lock is held without being renewed: longer than the 60 that the API usually makes us wait [D]."""
RENEWED = 30.0
"""Seconds between two renewals."""
MARGIN = 10.0
"""By how many seconds earlier than it does we believe a lease to end."""
ASKED = 2.0
"""Seconds between two looks at a lock that is waited for."""
_HINT = "Nothing more was written: run again, and look at the plan."


@dataclass(frozen=True, slots=True)
class Clocks:
    """The time of day in Unix seconds, one that only goes forward, and waiting."""

    now: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


REAL = Clocks()


class Held:
    """A lock that is ours. May be asked from every thread."""

    def __init__(self, door: Door, holder: Holder, clocks: Clocks = REAL) -> None:
        """`holder` is what was taken just now."""
        self.holder = holder
        self.lost: LeaseLost | None = None
        self._door = door
        self._clocks = clocks
        self._lock = threading.Lock()
        self._failure: DeployError | None = None
        self._until = clocks.steady() + holder.expires - clocks.now()

    @property
    def left(self) -> float:
        """Seconds for which it is ours for certain."""
        return min(self._until - self._clocks.steady(), self.holder.expires - self._clocks.now()) - MARGIN

    def check(self) -> None:
        """Raise LeaseLost unless the lock is ours for certain. To be asked before each write; seldom takes a request."""
        if self.lost is None and self.left <= 0:
            self.keep()
            if self.left <= 0 and self.lost is None:
                why = f": {self._failure.message}" if self._failure else "."
                self.lost = LeaseLost(f"The lock could not be renewed in time{why}", _HINT)
        if self.lost:
            raise self.lost

    def keep(self) -> None:
        """Renew the lease. When that fails on the way, it is tried again at the next call, or found by the next check."""
        with self._lock:
            if self.lost:
                return
            steady = self._clocks.steady()
            renewed = replace(self.holder, expires=self._clocks.now() + LEASE)
            try:
                self._door.renew(renewed)
            except LeaseLost as error:
                self.lost = error
            except DeployError as error:
                self._failure = error
            else:
                self.holder, self._until, self._failure = renewed, steady + LEASE, None

    def let_go(self) -> None:
        """Let it go. When that fails, it ends by itself."""
        with self._lock:
            if self.lost:
                return
            self.lost = LeaseLost("The lock was let go.", _HINT)
            try:
                self._door.release(self.holder)
            except DeployError as error:
                self._failure = error


@contextmanager
def held(
    door: Door, holder: Holder, *, timeout: float = 0.0, wait: Callable[[Locked], object] | None = None, clocks: Clocks = REAL
) -> Iterator[Held]:
    """Hold the lock for a while. Raises Locked when somebody else still has it after `timeout` seconds.

    `wait` is told each time it has to be waited for. The lock is renewed from a thread until the end, and then let go.
    """
    lease, over = Held(door, _taken(door, holder, timeout, wait, clocks), clocks), threading.Event()

    def renewing() -> None:
        while not over.wait(RENEWED):
            lease.keep()

    threading.Thread(target=renewing, name="lease", daemon=True).start()
    try:
        yield lease
    finally:
        over.set()
        lease.let_go()


def _taken(door: Door, holder: Holder, timeout: float, wait: Callable[[Locked], object] | None, clocks: Clocks) -> Holder:
    """What was taken: the holder, since now."""
    until = clocks.steady() + timeout
    while True:
        now = clocks.now()
        mine = replace(holder, started=now, expires=now + LEASE)
        try:
            door.take(mine, now)
        except Locked as error:
            left = until - clocks.steady()
            if left <= 0:
                raise
            if wait:
                wait(error)
            clocks.sleep(min(ASKED, left))
        else:
            return mine
