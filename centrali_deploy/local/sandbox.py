"""Where functions run: a few worker processes that are kept warm, and one call that runs a function in one of them.

A function sees `api`, `triggerParams`, `executionParams` and the language; what it asks of `api` is carried out here, in
the order in which it asked, by the `call` it is run with. Calls made before run() settles are carried out even when
nobody waited for their answers, and the log says so; nothing is begun after that [I].

There is no Intl in the engine, and no timers: a function that needs them is told so in its error.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from centrali_deploy.javascript import watched
from centrali_deploy.local.child import Child, OutOfTime
from centrali_deploy.local.ran import Ran, TooDeep, described, placed, plain, unheard
from centrali_deploy.marks import Marked
from centrali_deploy.runtime import API, GONE

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[str, list[Any]], Any]

LONGEST_MS = 300_000
"""The platform stops everything after five minutes [D]."""
LARGEST = 10_000_000
"""Characters of JSON that may go in or come out at once: parameters, arguments, answers, results."""
HELD = sorted(API)
LEFT = ContextVar("LEFT", default=LONGEST_MS / 1000)
"""Seconds that the run has left, for whoever carries out one of its calls."""


class ApiFailed(Exception):
    """A member of `api` cannot do what is asked: the promise is rejected with an Error of this message, and `status` if given."""

    def __init__(self, message: str, status: int | None = None) -> None:
        """The message reaches the function as it is."""
        super().__init__(message)
        self.status = status


@dataclass
class _Job:
    """One run under way: its calls, carried out until its time is over."""

    call: Call
    seconds: float
    source: Marked
    clock: Callable[[], float]
    ends: float = 0.0
    at: str = ""
    """The stack of the last call."""
    logs: list[dict[str, Any]] = field(default_factory=list)

    def begin(self) -> None:
        """Its time begins."""
        self.ends = self.clock() + self.seconds

    def answered(self, calls: list[dict[str, Any]]) -> str:
        """The line that answers a batch of calls. Raises OutOfTime rather than begin one too late."""
        self._placed_in_source(calls)
        return json.dumps([{"id": one["id"], **(self.left(one) if one.get("left") else self._answer(one))} for one in calls])

    def left(self, one: dict[str, Any]) -> dict[str, Any]:
        """Carry out what nobody waited for, and say so in the log; nothing is answered to what comes too late."""
        answer: dict[str, Any] = {}
        came = "was called after the end of run(), and not carried out"
        if not one.get("late"):
            try:
                answer = self._answer(one)
                came = "was not awaited" + (f", and failed: {answer['error']['message']}" if "error" in answer else "")
            except OutOfTime:
                came = "was not awaited, and not carried out: the time of the run is over"
        self.logs.append({"level": "warn", "message": placed(f"api.{one['method']} {came}", one["at"])})
        return answer

    def ended(self, said: dict[str, Any]) -> dict[str, Any]:
        """What was said at the end, with places in the function's own source."""
        if said["end"] == "timeout":
            said = {"stack": self.at, **said}
        self._placed_in_source([said, *said.get("calls", ()), *said.get("unawaited", ())])
        return said

    def _placed_in_source(self, said: list[dict[str, Any]]) -> None:
        for one in said:
            one |= {name: self.source.unmarked(one[name]) for name in ("at", "stack") if name in one}

    def _answer(self, one: dict[str, Any]) -> dict[str, Any]:
        self.at = one["at"]
        left = self.ends - self.clock()
        if left <= 0:
            raise OutOfTime
        LEFT.set(left)
        try:
            value = self.call(one["method"], plain(one["args"]))  # type: ignore[arg-type] # the prelude sends a list
        except TooDeep as error:
            return {"error": {"message": f"api.{one['method']}: the arguments are {error}"}}
        except ApiFailed as error:
            if self.clock() >= self.ends:  # it failed because of that, and the engine's own clock began a little later
                raise OutOfTime from error
            return {"error": {"message": str(error)} | ({} if error.status is None else {"status": error.status})}
        if len(json.dumps(value, allow_nan=False)) > LARGEST:
            return {"error": {"message": f"the answer of api.{one['method']} is larger than 10 MB"}}
        return {"value": value}


def _entry(text: str) -> dict[str, Any]:
    try:
        return plain(text)  # type: ignore[return-value] # the prelude writes objects
    except TooDeep as error:
        return {"level": "warn", "message": f"An entry of the log is {error}"}


class Sandbox:
    """Worker processes, `workers` at most; they are started when first needed. Any thread may run functions."""

    def __init__(self, workers: int = 2, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is started yet. `clock`: seconds, by which calls of `api` are too late; the engine looks at one of its own."""
        self._clock = clock
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(workers):
            self._free.put(None)
        self._lock = threading.Lock()
        self._all: set[Child] = set()
        self._closed = False

    def run(  # noqa: PLR0913 -- what a run needs; all but the code by name
        self,
        code: str,
        *,
        trigger_params: Any,  # noqa: ANN401 -- any JSON value
        execution_params: Any,  # noqa: ANN401 -- any JSON value
        timeout_ms: int,
        call: Call,
        ahead: float = 0.0,
    ) -> Ran:
        """Run a function and wait for its end, which comes after at most `timeout_ms` (and never longer than five minutes) of wall time.

        `call(method, args)` carries out one member of `api`, say ("createRecord", ["orders", {...}]) or ("crypto.sha256",
        ["text"]); it returns JSON or raises ApiFailed. Anything else it raises comes through. `ahead` is how many seconds
        the function's clock is ahead of this machine's. Raises NoSandbox when the engine is not installed, and
        RuntimeError when the sandbox is closed.
        """
        params = {"triggerParams": trigger_params, "executionParams": execution_params}
        source = watched(code) if len(code) <= LARGEST else Marked(code)
        inputs = json.dumps({**params, "ahead": ahead * 1000, "gone": GONE, "names": HELD, "mark": source.mark}, allow_nan=False)
        if len(inputs) > LARGEST or len(code) > LARGEST:
            return Ran("failure", error_code="PARAMS_TOO_LARGE", error_message="The code or the parameters are larger than 10 MB.")
        limit = max(1, min(timeout_ms, LONGEST_MS))
        job = _Job(call, limit / 1000, source, self._clock)
        ended = self._ended({"code": source.code, "seconds": job.seconds, "inputs": inputs}, job)
        for one in ended.get("calls", ()):
            job.left(one)
        told = described(ended, code, limit)
        job.logs += [
            {"level": "warn", "message": words}
            for one in ended.get("unawaited", ())
            if (words := unheard(one)) != told.get("error_message")
        ]
        spent = self._clock() - job.ends + job.seconds
        return Ran(**told, logs=job.logs, seconds=spent, memory_bytes=ended.get("memory", 0))

    def workers(self) -> list[int]:
        """The numbers of the processes that there are now."""
        with self._lock:
            return [child.pid for child in self._all]

    def close(self) -> None:
        """End every worker, whatever it is doing; nothing can run after that."""
        with self._lock:
            self._closed = True
            for child in self._all:
                child.kill()
            idle = [self._free.get_nowait() for _ in range(self._free.qsize())]
            for found in idle:
                self._let_go(found)
                self._free.put(None)

    def __enter__(self) -> Self:
        """For a `with` block, at the end of which the sandbox is closed."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close."""
        self.close()

    def _ended(self, order: dict[str, Any], job: _Job) -> dict[str, Any]:
        """What a worker said at the end, or how it died; the log is kept in the job. Waiting until one is ready is no part of the run."""
        child = self._taken()
        said: list[dict[str, Any]] = []
        try:
            child.ready()
            job.begin()
            said = child.followed(order, job.seconds, job.answered)
        finally:
            self._given_back(child, fit=bool(said) and said[-1].get("end") not in {None, "timeout", "memory"})
        job.logs += [_entry(text) for one in said for text in one.get("logs", [])]
        if said and "end" in said[-1]:
            return job.ended(said[-1])
        return job.ended({"end": "timeout" if self._clock() >= job.ends else "crashed"})

    def _taken(self) -> Child:
        child = self._free.get()
        try:
            return self._ready(child)
        except BaseException:
            self._free.put(None)
            raise

    def _ready(self, child: Child | None) -> Child:
        with self._lock:
            if self._closed:
                raise RuntimeError("The sandbox is closed")
            if child is not None and child.alive:
                return child
            self._let_go(child)
            child = Child()
            self._all.add(child)
            return child

    def _given_back(self, child: Child, *, fit: bool) -> None:
        """Keep a worker for the next run; one that ran out of time or memory is not kept."""
        with self._lock:
            kept = fit and child.alive and not self._closed
            if not kept:
                self._let_go(child)
            self._free.put(child if kept else None)

    def _let_go(self, child: Child | None) -> None:
        if child is not None:
            self._all.discard(child)
            child.close()
