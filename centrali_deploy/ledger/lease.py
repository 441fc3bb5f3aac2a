"""The lease: a lock that is held as long as somebody renews it, and free again by itself when they are gone.

Clocks are arguments. A writer asks `check` before each write, which is sure of the lock or raises.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from centrali_deploy.errors import DeployError, LeaseLost, Locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.ledger.door import Door
    from centrali_deploy.ledger.model import Holder

LEASE = 60.0
"""Seconds for which a lock is held without being renewed."""
RENEWED = LEASE / 3
SURE = 5.0
"""Seconds for which an answer of the workspace is believed: after that, a writer asks again before it writes."""
_ASKED = 2.0
"""Seconds between two looks at a lock that is waited for."""
_MINUTE, _HOUR = 60, 3600


def locked(holder: Holder | None, now: float) -> Locked:
    """Somebody else holds the lock: who, where, since when and until when, and what now."""
    if holder is None:
        return Locked("Somebody else took the lock at the same moment.", "Run again, or wait for them: --lock-timeout 10m.")
    job = f", {holder.job}" if holder.job else ""
    left = max(0.0, holder.expires - now)
    return Locked(
        f"{holder.holder} on {holder.host}{job} is doing {holder.doing} since {_ago(now - holder.started)}.",
        f"Wait for them: --lock-timeout 10m. If they are gone, the lock is free in {left:.0f} s; centrali-deploy unlock breaks it now.",
    )


def told(holder: Holder) -> str:
    """A holder in words."""
    since = datetime.fromtimestamp(holder.started, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{holder.holder} on {holder.host}{f', {holder.job}' if holder.job else ''} ({holder.doing} since {since})"


def _ago(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(0, seconds):.0f} s"
    return f"{seconds // _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds // _HOUR:.0f} h"


@dataclass
class Held:
    """A lock that is ours, and since when that is known for sure."""

    door: Door
    holder: Holder
    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    lost: LeaseLost | None = None
    _sure: float = field(default=0.0)

    def __post_init__(self) -> None:
        """It was taken just now."""
        self._sure, self._lock = self.steady(), threading.Lock()

    def check(self) -> None:
        """Raise LeaseLost unless the lock is ours for certain."""
        with self._lock:
            if self.lost:
                raise self.lost
            if self.steady() - self._sure >= SURE:
                self._renew()

    def keep(self) -> None:
        """Renew the lease. What goes wrong on the way is tried again at the next call, or found by the next check."""
        with self._lock:
            if not self.lost:
                try:
                    self._renew()
                except DeployError:
                    return

    def _renew(self) -> None:
        asked = self.steady()
        holder = replace(self.holder, expires=self.clock() + LEASE)
        try:
            self.door.renew(holder)
        except LeaseLost as error:
            self.lost = error
            raise
        self.holder, self._sure = holder, asked


@contextmanager
def held(door: Door, holder: Holder, *, timeout: float = 0.0, wait: Callable[[Locked], object] | None = None) -> Iterator[Held]:
    """Hold the lock for a while. Raises Locked when somebody else still has it after `timeout` seconds.

    `wait` is told each time it has to be waited for. The lock is renewed from a thread until the end, and then let go.
    """
    _take(door, holder, timeout, wait)
    lease, ended = Held(door, holder), threading.Event()

    def renewing() -> None:
        while not ended.wait(RENEWED):
            lease.keep()

    thread = threading.Thread(target=renewing, daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        ended.set()
        thread.join()
        if not lease.lost:
            with suppress(DeployError):  # it ends by itself, and what happened meanwhile matters more
                door.release(lease.holder)


def _take(door: Door, holder: Holder, timeout: float, wait: Callable[[Locked], object] | None) -> None:
    until = time.monotonic() + timeout
    while True:
        now = time.time()
        try:
            door.take(replace(holder, started=now, expires=now + LEASE), now)
        except Locked as error:
            if time.monotonic() + _ASKED > until:
                raise
            if wait:
                wait(error)
            time.sleep(_ASKED)
        else:
            return
