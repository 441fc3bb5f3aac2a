"""A worker process as seen from here: started, spoken to in lines of JSON, and killed when it takes too long.

Until it is `ready` the time of no run goes by, however long a busy machine takes to start it. Whatever happens to the
process then, `followed` comes back: a timer kills it when the run's time is over, and then its pipes end. What runs in it
is `worker.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.alarms import alarm

if TYPE_CHECKING:
    from collections.abc import Callable

WORKER = Path(__file__).with_name("worker.py")
GRACE = 1.0
"""Seconds that the engine has to stop by itself when the time is over, and to say where it was; then the process is killed."""
STARTING = 60.0
"""Seconds after which a process that is not ready never will be."""


class NoSandbox(Exception):
    """Functions cannot run here; says what to install."""


def library() -> str:
    """The folder in which the JavaScript engine's library lies. Raises NoSandbox when it is not installed."""
    found = find_spec("quickjs")
    if found is None or found.origin is None:
        raise NoSandbox("Functions run in quickjs-ng, which is not installed: pip install 'centrali-deploy[local]'")
    return str(Path(found.origin).parent.parent)


class OutOfTime(Exception):
    """The run's time is over while its calls are being answered."""


class Child:
    """One process. Not for two threads at once."""

    def __init__(self) -> None:
        """Start it; it takes orders at once. Its environment is empty: nothing in it could be read by a function."""
        kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 -- this package's own script
            [sys.executable, "-I", "-S", str(WORKER), library()],
            env=kept,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def alive(self) -> bool:
        """Whether it can take orders."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process's number, for those who watch it."""
        return self._process.pid

    def ready(self) -> bool:
        """Wait until it can take an order at once. False when it died instead."""
        with alarm(STARTING, self.kill):
            return self._received() is not None

    def followed(self, order: dict[str, Any], seconds: float, answer: Callable[[list[dict[str, Any]]], str]) -> list[dict[str, Any]]:
        """Carry out one run in a process that is ready; `answer` is given its calls and returns the line that answers them.

        Gives all the process said, the last of it with `end`; without it the process died, and will soon be `alive` no longer.
        `answer` raises OutOfTime to end it there. What else it raises comes through, and the process is gone then as well.
        """
        said: list[dict[str, Any]] = []
        with alarm(seconds + GRACE, self.kill):
            try:
                self._send(json.dumps(order))
                while (line := self._received()) is not None:
                    said.append(line)
                    if "end" in line:
                        break
                    self._send(answer(line["calls"]))
            except OutOfTime:
                self.kill()
            except BaseException:
                self.kill()
                raise
        return said

    def kill(self) -> None:
        """End the process at once; a run in it comes back without an end."""
        self._process.kill()

    def close(self) -> None:
        """End the process and leave nothing of it behind."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _closed(pipe)
        self._process.wait()

    def _send(self, line: str) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(line.encode() + b"\n")
                pipe.flush()
        except OSError:  # it is gone, and the next read says so
            self.kill()

    def _received(self) -> dict[str, Any] | None:
        pipe = self._process.stdout
        line = pipe.readline() if pipe is not None else b""
        if not line.endswith(b"\n"):
            self.kill()
            return None
        said: dict[str, Any] = json.loads(line)
        return said


def _closed(pipe: Any) -> None:  # noqa: ANN401 -- a stream of bytes
    """Close a pipe whose other end may be gone, with bytes still to be written to it."""
    try:
        pipe.close()
    except OSError:
        return
