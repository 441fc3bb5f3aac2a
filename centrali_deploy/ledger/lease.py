"""The lock of a run: taken, renewed while the run works, asked before each write, and let go at the end.

A lease is only ours as long as that is certain: it is believed to end some seconds early, by the clock of the day and by
one that nobody can set, so that clocks that differ a little do no harm. What was once lost is never believed in again.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from centrali_deploy.errors import DeployError, LeaseLost, LedgerError, Locked

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from centrali_deploy.ledger.door import Door
    from centrali_deploy.ledger.model import Holder

LEASE_S = 120.0
"""How long the lock is ours without being renewed. Longer than the 60 seconds that the API may make us wait [D] and some."""
RENEW_S = 30.0
"""Between two renewals."""
MARGIN_S = 10.0
"""How much earlier than it does we believe it to end."""
POLL_S = 5.0
"""Between two looks at a lock that somebody else has."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody else has the lock; `left`: the seconds for which we go on waiting."""

    locked: Locked
    left: float


def taken(  # noqa: PLR0913 -- clocks are arguments
    door: Door,
    holder: Holder,
    wait_s: float = 0.0,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
    lease: float = LEASE_S,
) -> Generator[Waiting, None, Holder]:
    """Take the lock, and wait for it at most so long. Yields whom we wait for; returns the holder with the end of its lease.

    Raises Locked when it is not free in time.
    """
    until = clock() + wait_s
    while True:
        now = clock()
        mine = replace(holder, started=now, expires=now + lease)
        try:
            door.take(mine, now)
        except Locked as error:
            left = until - clock()
            if left <= 0:
                raise
            yield Waiting(error, left)
            sleep(min(POLL_S, left))
        else:
            return mine


class Held:
    """A lock that is ours. May be asked from every thread."""

    def __init__(
        self,
        door: Door,
        holder: Holder,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        lease: float = LEASE_S,
    ) -> None:
        """`holder` is what was taken just now."""
        self._door = door
        self._clock, self._monotonic, self._lease = clock, monotonic, lease
        self._guard = threading.Lock()
        self._lost: LedgerError | None = None
        self._failure: DeployError | None = None
        self.holder = holder
        self._until = monotonic() + holder.expires - clock() - MARGIN_S

    @property
    def left(self) -> float:
        """Seconds for which it certainly is ours."""
        return min(self._until - self._monotonic(), self.holder.expires - MARGIN_S - self._clock())

    def check(self) -> None:
        """Raise LeaseLost unless it certainly is ours. To be asked before each write."""
        if self._lost is None and self.left <= 0:
            self._lost = self._ran_out()
        if self._lost:
            raise self._lost

    def renew(self) -> None:
        """Make it last longer. When that fails, it is ours until it ends all the same, and may be tried again."""
        with self._guard:
            if self._lost or self.left <= 0:
                return
            now, start = self._clock(), self._monotonic()
            renewed = replace(self.holder, expires=now + self._lease)
            try:
                self._door.renew(renewed)
            except LeaseLost as error:
                self._lost = error
            except DeployError as error:
                self._failure = error
            else:
                self.holder, self._until, self._failure = renewed, start + self._lease - MARGIN_S, None

    def release(self) -> None:
        """Let it go. When that fails, it ends by itself."""
        with self._guard:
            if self._lost is None:
                self._lost = LeaseLost("The lock was let go.", "Nothing more is written.")
                self._door.release(self.holder)

    def _ran_out(self) -> LeaseLost:
        why = f": {self._failure.message}" if self._failure else ""
        return LeaseLost(f"The lock could not be renewed in time{why}", "Nothing more was written: run again, and look at the plan.")


@contextmanager
def held(  # noqa: PLR0913 -- clocks are arguments
    door: Door,
    holder: Holder,
    *,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    lease: float = LEASE_S,
    every: float = RENEW_S,
) -> Iterator[Held]:
    """Hold a lock that was taken just now, and let it go in the end; a thread renews it every so many seconds."""
    lock, over = Held(door, holder, clock=clock, monotonic=monotonic, lease=lease), threading.Event()

    def renewing() -> None:
        while not over.wait(every):
            lock.renew()

    thread = threading.Thread(target=renewing, name="lease", daemon=True)
    thread.start()
    try:
        yield lock
    finally:
        over.set()
        _let_go(lock)


def _let_go(lock: Held) -> None:
    """What cannot be let go ends by itself; that is no reason for a run to fail."""
    try:
        lock.release()
    except DeployError:
        return
