"""The console script. `--version` and `--help` answer before anything else is loaded."""

from __future__ import annotations

import gc
import sys

from centrali_deploy.commands import help_text
from centrali_deploy.version import VERSION


def main() -> None:
    """Run the command line and leave with its exit code."""
    words = sys.argv[1:]
    quick = {"--version": f"centrali-deploy {VERSION}\n", "--help": help_text(), "-h": help_text()}
    text = quick.get(words[0]) if len(words) == 1 else None
    if text is None or not _written(text):
        gc.set_threshold(100_000)  # most of what a run makes lives as long as it; looking for garbage is a fifth of reading YAML
        _begin(words)


def _begin(words: list[str]) -> None:
    """Load the command line and run it. Whoever interrupts before it can answer by itself is told the same."""
    import os  # noqa: PLC0415 -- what is quick does not wait for any of this to load
    import signal  # noqa: PLC0415

    def interrupted(_number: int, _frame: object) -> None:
        sys.stderr.write("\nError: Interrupted.\n")
        sys.stderr.flush()
        os._exit(130)

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # a background job of a shell ignores it
        signal.signal(signal.SIGINT, interrupted)
    from centrali_deploy.cli import leave  # noqa: PLC0415

    signal.signal(signal.SIGINT, before)
    leave(words)


def _written(text: str) -> bool:
    """Write an answer, unless nobody takes it."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, AttributeError):  # full, or closed: the command line says so
        return False
    return True


if __name__ == "__main__":
    main()
