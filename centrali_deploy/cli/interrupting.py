"""Ctrl-C while a workspace is being written: the first one stops between two changes, the second one at once."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from centrali_deploy.cli.terminal import harmless, is_looked_at
from centrali_deploy.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from centrali_deploy.address import Address


_NAMED = 5


@dataclass
class Stopping:
    """Whether somebody has asked to stop, and what is waited for then.

    `running`: what is being written; the first time it is waited for, the second time it may have been written or not.
    `recording`: changes are not begun any more, and what became of them is being written down.
    """

    running: dict[Address, None] = field(default_factory=dict)
    recording: bool = False
    asked: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> bool:
        """Has somebody asked to stop?"""
        return self.asked.is_set()


@contextmanager
def stops_between_changes(stopping: Stopping, hurry: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM ask to stop, the first time; `hurry` is called so that no change waits. The second time ends the process."""

    def ask(_number: int, _frame: object) -> None:
        named = _named(list(stopping.running))
        if stopping():
            _say(f"Stopped at once. What was being sent may have taken effect{named}: plan again to see.")
            os._exit(ExitCode.INTERRUPTED)
        stopping.asked.set()
        if not stopping.recording:
            hurry()
        waited = "what was done is being recorded" if stopping.recording else f"what was begun is being finished{named}"
        _say(f"Stopping: {waited}. Once more stops at once.")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _named(running: Sequence[Address]) -> str:
    """What is being written, in brackets; of very much only the first."""
    more = f" and {len(running) - _NAMED} more" if len(running) > _NAMED else ""
    return f" ({', '.join(map(str, running[:_NAMED]))}{more})" if running else ""


def _say(line: str) -> None:
    """A line on standard error at once, past whatever the interrupted program was about to write there."""
    with suppress(OSError):  # where it cannot be written, nobody can be told
        over = "\r\033[K" if is_looked_at() else "\n"  # the live line, and what the terminal shows of Ctrl-C
        os.write(2, f"{over}{harmless(line)}\n".encode(errors="backslashreplace"))
