"""The process in which functions run: a script of its own that knows the JavaScript engine and two pipes, and nothing of this package.

Started as `python -I -S worker.py SITE`, SITE being the folder the engine's library lies in. It reads a line of JSON per
run and answers with lines of JSON: calls of `api` to be carried out, each answered with one line, and at last how the run
ended. Every run has a context of its own. The engine is given no way to call out: what the function wants is queued in
JavaScript and fetched from there, because callables and a time limit exclude each other in this library.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if __name__ == "__main__":
    sys.path.append(sys.argv[1])

import quickjs

if TYPE_CHECKING:
    from collections.abc import Callable

MEMORY = 64 * 1024 * 1024
"""Bytes of JavaScript heap for one run; the platform's own limit is not published [I]."""
ADDRESSES = 768 * 1024 * 1024
"""Bytes of address space for the whole process, should the engine's limit not hold."""
STACK = 512 * 1024
"""Bytes of stack for JavaScript: a few thousand plain calls deep."""
LAST_WORDS = 0.2
"""Seconds to fetch the log of a run that is out of time."""
RUN = "typeof run === 'function' ? run : undefined"
_HERE = Path(__file__).parent


class OutOfTimeError(Exception):
    """The run took longer than it may."""


class Run:
    """One run of a function: a context of its own, the pump that moves it, and the time it has."""

    def __init__(self, prelude: str, *scripts: str) -> None:
        """Prepare the context, which may well wait for its order."""
        self._ends = 0.0
        self._scripts = scripts
        self.context = quickjs.Context()
        self.context.set_memory_limit(MEMORY)
        self.context.set_max_stack_size(STACK)
        self._host = self.context.eval(prelude)

    def moved(self, order: dict[str, Any], ask: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
        """Run to the end, asking for the answers of calls. Gives how it ended, with calls that are not carried out.

        Shape: {end, thrown?, stack?, line?, output?, calls, logs, unawaited?}. `unawaited`: failures that nobody heard of, each
        {label?, line?, thrown, stack?}.
        """
        self._ends = time.monotonic() + order["seconds"]
        self._tell("begin", order["inputs"], *self._scripts)
        self._limit()
        self.context.eval(order["code"])
        run = self.context.eval(RUN)
        if run is None:
            return {"end": "no-run"}
        self._tell("run", "", run)
        while True:
            self._finish_jobs()
            taken: dict[str, Any] = json.loads(self._tell("take"))
            if "end" in taken:
                return self._after(taken, ask) if taken["calls"] else taken
            if not taken["calls"]:
                ended: dict[str, Any] = json.loads(self._tell("take", "never-settled"))
                return ended | {"logs": taken["logs"]}
            self._tell("settle", ask(taken))

    def _after(self, taken: dict[str, Any], ask: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
        """Whoever waits for the calls that run() left behind hears what came of them; what is called now is not carried out."""
        left = [one | {"left": True} for one in taken["calls"]]
        answers = ask({"calls": left, "logs": taken["logs"]})
        self._ends = max(self._ends, time.monotonic() + LAST_WORDS)
        self._tell("settle", answers)
        self._finish_jobs()
        ended: dict[str, Any] = json.loads(self._tell("take"))
        return ended

    def last_words(self) -> dict[str, Any]:
        """Calls and log entries of a run that was stopped; nothing when the engine is too tired to tell."""
        self._ends = time.monotonic() + LAST_WORDS
        try:
            taken: dict[str, Any] = json.loads(self._tell("take"))
        except (quickjs.JSException, OutOfTimeError, MemoryError):
            return {}
        return taken

    def _finish_jobs(self) -> None:
        self._limit()
        while self.context.execute_pending_job():
            self._limit()

    def _tell(self, what: str, text: str = "", *more: object) -> str:
        self._limit()
        said = self._host(what, text, *more)
        return said if isinstance(said, str) else ""

    def _limit(self) -> None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        self.context.set_time_limit(left)


def carried_out(run: Run, order: dict[str, Any], ask: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """Run a function. Gives what `Run.moved` does, and `memory`; never raises for what the function did."""
    try:
        ended = run.moved(order, ask)
    except OutOfTimeError:
        ended = run.last_words() | {"end": "timeout"}
    except MemoryError:
        ended = {"end": "memory"}
    except quickjs.JSException as error:
        ended = run.last_words() | _told(str(error))
    held: int = run.context.memory()["malloc_size"]
    if ended["end"] == "timeout" and held > MEMORY * 0.9:
        ended["end"] = "memory"  # the engine can lose the error of a promise for which there is no room, and go on for ever
    return ended | {"memory": held}


def _told(text: str) -> dict[str, Any]:
    """How a run ended that the engine stopped, or that threw before run() was called."""
    thrown, _, stack = text.partition("\n    at ")
    thrown = thrown.removesuffix("\nundefined").strip()
    if thrown == "InternalError: interrupted":
        return {"end": "timeout", "stack": f"    at {stack}"}
    if thrown == "InternalError: out of memory":
        return {"end": "memory", "stack": f"    at {stack}"}
    return {"end": "thrown", "thrown": thrown, "stack": f"    at {stack}" if stack else ""}


def serve(orders: IO[bytes], answers: IO[bytes]) -> None:
    """Carry out one run after the other until there are no more orders."""
    scripts = [(_HERE / name).read_text("utf-8") for name in ("prelude.js", "members.js", "watching.js")]

    def say(said: dict[str, Any]) -> None:
        answers.write(json.dumps(said).encode() + b"\n")
        answers.flush()

    def ask(taken: dict[str, Any]) -> str:
        say(taken)
        answer = orders.readline()
        if not answer:
            sys.exit()
        return answer.decode()

    run = Run(*scripts)
    while order := orders.readline():
        say(carried_out(run, json.loads(order), ask))
        run = Run(*scripts)


def confine() -> None:
    """Give up what a run never needs, as far as the system can enforce it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 -- there is no such module on Windows

    limits = {resource.RLIMIT_AS: ADDRESSES, resource.RLIMIT_NOFILE: 16, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for limit, most in limits.items():
        if sys.platform != "darwin" or limit != resource.RLIMIT_AS:  # macOS takes no limit of addresses
            resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
