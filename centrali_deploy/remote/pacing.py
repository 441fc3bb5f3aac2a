"""When the next request of a run may be sent, and how many may be on their way at the same time.

All threads share it. An API that asks to wait is obeyed by all of them together; a limit that a person sets is kept by
the distance between two requests. How many go at once begins small, grows while answers come, and halves with each wait.
"""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from centrali_deploy.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEWEST, MOST = 4, 16
"""Requests at the same time: how many a run begins with, and how many there are at most."""
_MINUTE = 60.0
_MOST_WAITS = 5
"""In a row, with no answer between them, before we stop asking."""


class Withdrawn(Unreachable):
    """A request was not sent: somebody asked to stop while it waited because the API had asked for it."""


class Pace:
    """Gives requests their turn. Times are seconds of `clock`, which may begin anywhere.

    `sleep` takes the place of waiting in tests; `per_minute` is the most requests a minute (None: as many as go).
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object] | None = None, per_minute: int | None = None) -> None:
        """Nobody waits yet."""
        self._clock = clock
        self._distance = _MINUTE / per_minute if per_minute else 0.0
        self._most = min(MOST, max(2, math.ceil(per_minute / _MINUTE))) if per_minute else MOST  # more would only wait in line
        self._width = min(FEWEST, self._most)
        self._changed = threading.Condition()
        self._inside = self._earned = 0
        self._paused_until = self._next = -math.inf
        self._wave = self._waits = 0
        self._patience = math.inf
        self._own = threading.local()
        self._hurry, self._closed = threading.Event(), threading.Event()
        self._sleep = sleep or self._hurry.wait
        self._rest = sleep or self._closed.wait

    @property
    def width(self) -> int:
        """How many requests may be on their way at the same time now."""
        return self._width

    @property
    def asked(self) -> float:
        """Seconds for which the API has asked everybody to wait from now on."""
        return max(0.0, self._paused_until - self._clock())

    @property
    def tried(self) -> int:
        """How many requests of this thread were sent so far and not refused because they came too early."""
        tried: int = getattr(self._own, "tried", 0)
        return tried

    @property
    def over(self) -> bool:
        """Whether the run is over."""
        return self._closed.is_set()

    def stop_waiting(self) -> None:
        """Whoever waits because the API asked for it, or will have to, gives up instead."""
        self._patience = 0.0
        self._hurry.set()

    def wait_again(self, at_most: float = 10.0) -> None:
        """Wait again when the API asks for it, but no longer than so many seconds: to write down what was done before stopping."""
        self._patience = max(self._patience, at_most)
        self._hurry.clear()

    def close(self) -> None:
        """The run is over: nobody waits any longer, and nothing is sent."""
        self._closed.set()
        self._hurry.set()
        with self._changed:
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Wait, unless somebody asks to stop."""
        self._sleep(seconds)

    @contextmanager
    def turn(self) -> Iterator[int]:
        """The time of one request, from when it may be sent to when its answer is there; gives the number of its wave.

        A wave is all that was sent before the next time the API asks to wait. Raises Unreachable when the run is over,
        Withdrawn when told to stop while it would have to wait because the API asked for it.
        """
        wave = self._entered()
        self._own.tried = self.tried + 1
        try:
            yield wave
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def answered(self) -> None:
        """An answer came: one more at a time, or one more in each round once the API has asked to wait."""
        with self._changed:
            self._waits = 0
            self._earned += 1
            if self._width < self._most and (not self._wave or self._earned >= self._width):
                self._width += 1
                self._earned = 0
                self._changed.notify_all()

    def refused(self, wave: int, seconds: float) -> bool:
        """The API asks to wait; half as many go at once from then on. Gives whether it is worth asking again.

        Of one wave, however many are refused, it counts once.
        """
        self._own.tried = self.tried - 1
        with self._changed:
            if wave == self._wave:
                self._wave += 1
                self._waits += 1
                self._width, self._earned = max(1, self._width // 2), 0
            self._paused_until = max(self._paused_until, self._clock() + seconds)
            return self._waits < _MOST_WAITS

    def _entered(self) -> int:
        while True:
            if self._asked_to_wait():
                continue
            with self._changed:
                if self._inside >= self._width and not self.over:
                    self._changed.wait()
                    continue
                now = self._clock()
                if now >= self._next and not self.asked:
                    self._inside += 1
                    self._next = now + self._distance
                    return self._wave
                left = self._next - now
            if left > 0:
                self._rest(left)

    def _asked_to_wait(self) -> bool:
        """Wait as the API has asked; gives whether there was anything to wait for."""
        left = self.asked
        if left and left <= self._patience and not self.over:
            self._sleep(left)
            return True
        if self.over:
            raise Unreachable("The run is over.")
        if left:
            raise Withdrawn("Told to stop while the API asked to wait.", "Run again later.")
        return False
