"""Work on many texts, half of it done by a second process: worth its start where there is another processor to do it.

Whoever asks sees no difference but time: what the other process does not give, for whatever reason, is worked out here.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
FEWEST = 200_000
"""Characters that are worth a second process, which takes about 10 ms to start and to be heard."""
_SHARE = 0.55
"""Of the characters that the other process takes: this one has more to do besides."""


class Meanwhile(Generic[T]):
    """Works texts out, and keeps what another process was asked to work out until it is asked for."""

    def __init__(self, work: Callable[[str], T]) -> None:
        """`work` depends on nothing but the text, and gives what can be pickled."""
        self._work = work
        self._pending: frozenset[str] = frozenset()
        self._found: dict[str, T] = {}
        self._process = self._end = 0

    def begin(self, texts: Sequence[str]) -> None:
        """Let another process work out the last of these texts, if they are many, while this one goes on."""
        if sum(map(len, texts)) < FEWEST or self._pending or not _can_fork():
            return
        others, wanted = [], sum(map(len, texts)) * _SHARE
        for text in reversed(texts):
            if wanted <= 0:
                break
            others.append(text)
            wanted -= len(text)
        ours, theirs = os.pipe()
        try:
            process = os.fork()
        except OSError:  # no room for another process: all of it is worked out here
            os.close(ours)
            os.close(theirs)
            return
        if not process:
            os.close(ours)  # so that it hears when nobody listens any more, and does not wait for ever
            _child(self._work, others, theirs)
        os.close(theirs)
        self._process, self._end, self._pending = process, ours, frozenset(others)

    def __call__(self, text: str) -> T:
        """What the work makes of a text."""
        if text in self._pending:
            self._collect()
        return self._found.pop(text) if text in self._found else self._work(text)

    def _collect(self) -> None:
        self._pending = frozenset()
        with os.fdopen(self._end, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(self._process, 0)
        with suppress(EOFError, pickle.UnpicklingError):  # it did not live to say all of it
            self._found = pickle.loads(answer)  # noqa: S301 -- from a process of our own


def _can_fork() -> bool:
    """Only where a fork is cheap and safe: on Linux, with no other thread, and with a second processor for it."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def _child(work: Callable[[str], T], texts: Sequence[str], end: int) -> None:
    """Work in silence, say what was found, and end without anything that belongs to the process this was split from."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with os.fdopen(end, "wb") as pipe:
            pipe.write(pickle.dumps({text: work(text) for text in texts}))
    finally:
        os._exit(0)
