"""The process in which functions run: a script of its own that knows the JavaScript engine and two pipes, and nothing of this package.

Started as `python -I -S worker.py SITE`, SITE being the folder the engine's library lies in. It reads a line of JSON per
run and answers with lines of JSON: calls of `api` to be carried out, each answered with one line, and at last how the run
ended; before each run it says {"ready": true}. Every run has a context of its own. The engine is given no way to call out:
what the function wants is queued in JavaScript and fetched from there.
"""

from __future__ import annotations

import ctypes
import json
import math
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
LAST_WORDS = 0.5
"""Seconds to fetch the log of a run that is out of time."""
ASK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
"""What the engine asks: whether to stop."""
LAYOUT = 64
"""Bytes of a context's own in the library's releases 0.17; the first eight of them point at the engine."""
RUN = "typeof run === 'function' ? run : undefined"
_HERE = Path(__file__).parent


class OutOfTimeError(Exception):
    """The run took longer than it may."""


def interrupting() -> Callable[[int, object, object], None] | None:
    """The engine's own `JS_SetInterruptHandler(engine, ask, given)`; None where the library does not show it: on Windows."""
    if quickjs.Context.__basicsize__ - object.__basicsize__ != LAYOUT:
        return None
    try:
        found: Any = ctypes.CDLL(sys.modules["_quickjs"].__file__).JS_SetInterruptHandler
    except (AttributeError, OSError):
        return None
    found.argtypes, found.restype = [ctypes.c_void_p, ASK, ctypes.c_void_p], None
    return found  # type: ignore[no-any-return]


SET_HANDLER = interrupting()


class Deadline:
    """When the engine has to stop, by the clock on the wall.

    The library's own limit is one of CPU time, of which a busy machine gives so little that the process is killed first, and
    nobody learns where the function was. The engine asks every few thousand steps whether to stop: here it is answered. Where
    it cannot be, the limit of the library is used, which is one of wall time on Windows.
    """

    def __init__(self, context: quickjs.Context, clock: Callable[[], float]) -> None:
        """There is none yet."""
        self._context = context
        self._clock = clock
        self._ends = ends = [math.inf]
        self._ask = ASK(lambda _engine, _given: clock() >= ends[0])  # kept for as long as the engine may ask
        if SET_HANDLER is not None:
            engine = ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value or 0
            SET_HANDLER(engine, self._ask, None)

    @property
    def left(self) -> float:
        """Seconds until then."""
        return self._ends[0] - self._clock()

    def begin(self, seconds: float) -> None:
        """Stop in so many seconds."""
        self._ends[0] = self._clock() + seconds

    def check(self) -> None:
        """Before each step. Raises OutOfTimeError when it is past."""
        left = self.left
        if left <= 0:
            raise OutOfTimeError
        if SET_HANDLER is None:
            self._context.set_time_limit(left)


class Run:
    """One run of a function: a context of its own, the pump that moves it, and the time it has."""

    def __init__(self, prelude: str, *scripts: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare the context, which may well wait for its order."""
        self._scripts = scripts
        self.context = quickjs.Context()
        self.context.set_memory_limit(MEMORY)
        self.context.set_max_stack_size(STACK)
        self._deadline = Deadline(self.context, clock)
        self._host = self.context.eval(prelude)

    def moved(self, order: dict[str, Any], ask: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
        """Run to the end, asking for the answers of calls. Gives how it ended, with calls that are not carried out.

        Shape: {end, thrown?, stack?, line?, output?, calls, logs, unawaited?}. `unawaited`: failures that nobody heard of, each
        {label?, line?, thrown, stack?}.
        """
        self._deadline.begin(order["seconds"])
        self._tell("begin", order["inputs"], *self._scripts)
        self._deadline.check()
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
        self._deadline.begin(max(self._deadline.left, LAST_WORDS))
        self._tell("settle", answers)
        self._finish_jobs()
        ended: dict[str, Any] = json.loads(self._tell("take"))
        return ended

    def last_words(self) -> dict[str, Any]:
        """Calls and log entries of a run that was stopped; nothing when the engine is too tired to tell."""
        self._deadline.begin(LAST_WORDS)
        try:
            taken: dict[str, Any] = json.loads(self._tell("take"))
        except (quickjs.JSException, OutOfTimeError, MemoryError):
            return {}
        return taken

    def _finish_jobs(self) -> None:
        self._deadline.check()
        while self.context.execute_pending_job():
            self._deadline.check()

    def _tell(self, what: str, text: str = "", *more: object) -> str:
        self._deadline.check()
        said = self._host(what, text, *more)
        return said if isinstance(said, str) else ""


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


def serve(orders: IO[bytes], answers: IO[bytes], clock: Callable[[], float] = time.monotonic) -> None:
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

    while True:
        run = Run(*scripts, clock=clock)
        say({"ready": True})
        order = orders.readline()
        if not order:
            return
        say(carried_out(run, json.loads(order), ask))


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
