"""Runs functions: what is queued one after the other, and what somebody waits for at once.

Nothing is held while a function runs: each call it makes to its workspace is a transaction of its own.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.store import StoreFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.local.ran import Ran
    from centrali_deploy.local.runs import Order, Runs
    from centrali_deploy.local.sandbox import Sandbox
    from centrali_deploy.local.store import Row

    Call = Callable[[str, list[Any]], Any]

USUAL_MS = 30_000
"""How long a run may take when nothing else is said: that of code that is only tried, or whose function is gone [I]."""
_PAUSE, _LOOK = 0.05, 0.5
"""Seconds between two looks at the queue, and at the clock."""


class Runner:
    """Works off the queue. `due` queues whatever the clock sets off.

    `api_for(workspace, chain, actor)` gives what carries out the members of a function's `api`.
    """

    def __init__(
        self,
        runs: Runs,
        due: Callable[[], None],
        sandbox: Callable[[], Sandbox],
        api_for: Callable[[str, tuple[str, ...], str], Call],
    ) -> None:
        """Nothing runs yet, and no sandbox is made before the first function runs."""
        self.runs, self._due = runs, due
        self._make_sandbox, self._api_for = sandbox, api_for
        self._sandbox: Sandbox | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def look(self) -> None:
        """Queue what is due now, and work out when everything else will be."""
        self._due()

    def drain(self) -> int:
        """Run everything that is queued or due, and what comes of it; gives how many runs there were."""
        self.look()
        count = 0
        while self._step():
            count += 1
        return count

    def start(self, workers: int = 2) -> None:
        """Work in the background. What was cut short by the end of another process is run again."""
        self.runs.cut_short()
        self._stop.clear()
        self._threads = [threading.Thread(target=self._work, args=(index == 0,), daemon=True) for index in range(workers)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the work: what is running now is finished if that takes no longer than a few seconds."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()
                self._sandbox = None

    def at_once(self, workspace: str, order: Order) -> Row:
        """Run something that somebody waits for; gives the run when it has ended."""
        with self.runs.store.transaction():
            run = self.runs.queued(workspace, order, status="running")
        return self._run(workspace, run)

    def tried(self, workspace: str, code: str, params: Any, actor: str, timeout: int | None = None) -> Ran:  # noqa: ANN401 -- any JSON value
        """Run a source that is nobody's, for `timeout` milliseconds at most, without keeping a run."""
        call = self._api_for(workspace, (), actor)
        return self._sandboxed(code, {}, params, timeout or USUAL_MS, call)

    def _work(self, fires: bool) -> None:  # noqa: FBT001 -- one of the workers looks at the clock
        looked = 0.0
        while not self._stop.is_set():
            try:
                if fires and time.monotonic() - looked >= _LOOK:
                    looked = time.monotonic()
                    self.look()
                busy = self._step()
            except StoreFailed as failed:  # a disk that is full now may not be later
                sys.stderr.write(f"The database of the local workspace failed: {failed}\n")
                busy = False
            if not busy:
                self._stop.wait(_PAUSE)

    def _step(self) -> bool:
        picked = self.runs.picked()
        if picked is not None:
            self._run(*picked)
        return picked is not None

    def _run(self, workspace: str, run: Row) -> Row:
        function = self.runs.store.get(workspace, "function", run["functionId"]) or {}
        timeout = int(function.get("timeoutMs") or USUAL_MS)
        call = self._api_for(workspace, tuple(run["_chain"]), f"function:{run['functionId']}")
        try:
            ran = self._sandboxed(self.runs.code(run), run["_params"], run["_execution"], timeout, call)
            ended = _ended(ran)
        except Exception:  # noqa: BLE001 -- a mistake of ours ends this run and not the work
            traceback.print_exc()
            ended = {"status": "failure", "errorCode": "INTERNAL_ERROR", "errorMessage": "The local workspace made a mistake"}
        if self._stop.is_set() and ended["status"] != "completed":
            return run  # it was cut short, and is run again after the next start
        with self.runs.store.transaction():
            return self.runs.changed(workspace, run, **ended, endedAt=self.runs.now())

    def _sandboxed(self, code: str, params: Row, given: Any, timeout: int, call: Call) -> Ran:  # noqa: ANN401 -- any JSON value
        ahead = self.runs.clock() - time.time()
        return self._running().run(code, trigger_params=params, execution_params=given, timeout_ms=timeout, call=call, ahead=ahead)

    def _running(self) -> Sandbox:
        with self._lock:
            if self._sandbox is None:
                self._sandbox = self._make_sandbox()
            return self._sandbox


def _ended(ran: Ran) -> Row:
    """The members of a run that say what came of it; both published forms of what it used [S, T]."""
    return {
        "status": ran.status,
        "runData": ran.output,
        "errorCode": ran.error_code or None,
        "errorMessage": ran.error_message or None,
        "logs": ran.logs,
        "memoryUsageBytes": ran.memory_bytes,
        "cpuUsageSeconds": ran.seconds,
        "memoryUsage": {"rss": ran.memory_bytes},
        "cpuUsage": {"user": round(ran.seconds * 1e6)},
    }
