"""Ctrl-C while a workspace is being written: the first one stops between two changes, the second one at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from centrali_deploy.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def stops_between_changes(hurry: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Gives a question: has somebody asked to stop? SIGINT and SIGTERM ask, and `hurry` is called so that nobody waits."""
    asked = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        if asked.is_set():
            sys.stderr.write("\nStopped at once. What was being sent may have taken effect: plan again to see.\n")
            sys.stderr.flush()
            os._exit(ExitCode.INTERRUPTED)
        asked.set()
        hurry()
        sys.stderr.write("\nStopping: what was begun is being finished. Once more stops at once.\n")
        sys.stderr.flush()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
