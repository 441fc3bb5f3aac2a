"""What is done when something else takes too long. It hides the thread that waits for that."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def alarm(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Do something after so many seconds, in a thread, unless the block has ended by then; once it has, nothing is done any more."""
    timer = threading.Timer(max(0.0, seconds), act)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
