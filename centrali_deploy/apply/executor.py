"""Executing a plan: several changes at a time, one outcome for each as it happens.

What depends on a failed change is skipped and names the culprit; other branches go on; nothing is deleted after a
failure. A change that another resource stands in the way of is tried again when the others are done, as long as any is
applied. How many go at the same time is what the API takes. When it is told to stop, or is no longer allowed to write,
what was begun is finished and nothing new is begun.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from centrali_deploy.apply.outcome import Call, Event, Outcome, Started, Status, Still
from centrali_deploy.apply.queue import Queue
from centrali_deploy.apply.writing import always
from centrali_deploy.errors import DeployError, ManifestError, RemoteError
from centrali_deploy.remote.pacing import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.apply.writing import Writing
    from centrali_deploy.errors import Problem
    from centrali_deploy.plan.model import Change, Plan

MOST = 16
"""Changes at the same time, when the API takes as many."""
_TICK = 1.0


def _never() -> bool:
    return False


def execute(
    plan: Plan,
    writing: Writing,
    workers: int = MOST,
    *,
    stopping: Callable[[], bool] = _never,
    allowed: Callable[[], None] = always,
) -> Iterator[Event]:
    """Carry out the plan, at most `workers` changes at a time. Raises ManifestError, before anything is written, when a secret is not set.

    Once `stopping` says so, raises Interrupted as soon as what was begun is finished; what only waited because the API had
    asked for it was not begun. `allowed` is called from the
    threads that write, right before each write of a change; what it raises forbids all that is not begun, and is raised
    when what was begun has ended. A change that it stopped half-way has failed; one that it never let begin has no outcome.
    """
    check_secrets(plan, writing)
    queue = Queue(plan)
    with ThreadPoolExecutor(workers) as pool:
        running: dict[Future[_Ended], Change] = {}
        ended: SimpleQueue[Future[_Ended]] = SimpleQueue()
        try:
            while True:
                yield from queue.skipped()
                over = queue.over or stopping()
                room = min(workers, writing.width) - len(running)
                for change in [] if over else queue.ready(room, idle=not running):
                    future = pool.submit(_carry_out, writing, change, allowed)
                    running[future] = change
                    future.add_done_callback(ended.put)
                    yield Started(change)
                if running:
                    yield from _told(ended, running, queue, writing)
                elif over:
                    queue.stop()
                    return
                elif given_up := queue.given_up():
                    yield from given_up
                else:
                    queue.check_empty()
                    return
        finally:
            for future in running:
                future.cancel()


@dataclass(frozen=True, slots=True)
class _Ended:
    """What became of a change: no outcome if it was never begun; `forbidden`: why nothing more may be."""

    outcome: Outcome | None = None
    forbidden: DeployError | None = None


class _Forbidden(Exception):
    """Whoever was asked did not allow a write."""

    def __init__(self, error: DeployError) -> None:
        super().__init__()
        self.error = error


def _told(
    ended: SimpleQueue[Future[_Ended]], running: dict[Future[_Ended], Change], queue: Queue, writing: Writing
) -> Iterator[Still | Outcome]:
    """What has ended next, or that nothing has for a while."""
    try:
        future = ended.get(timeout=_TICK)
    except Empty:
        yield Still(writing.copied)
        return
    change, broken = running.pop(future), future.exception()
    found = _Ended() if broken else future.result()
    if error := broken or found.forbidden:
        queue.halt(error)
    if found.outcome is None:
        queue.put_back(change)
    elif not queue.postponed(change, found.outcome):
        queue.done(change, found.outcome)
        yield found.outcome


def check_secrets(plan: Plan, writing: Writing) -> None:
    """Raise ManifestError with every secret that is not set and would have to be sent."""
    problems: list[Problem] = []
    for change in plan.pending:
        try:
            writing.reveal(change)
        except ManifestError as error:
            problems += error.problems
    if problems:
        raise ManifestError(problems)


def _carry_out(writing: Writing, change: Change, allowed: Callable[[], None]) -> _Ended:
    start, before, calls = time.monotonic(), writing.tried, list[str]()

    def outcome(status: Status, last: Status, error: DeployError | None = None, problems: tuple[Problem, ...] = ()) -> Outcome:
        told = [Call(name, Status.APPLIED) for name in calls[:-1]] + [Call(name, last) for name in calls[-1:]]
        copied = writing.copied.get(change.address, 0)
        return Outcome(change, status, time.monotonic() - start, error, problems=problems, calls=tuple(told), copied=copied)

    try:
        for call in writing.write(change):
            calls.append(call)
            _ask(allowed)
    except _Forbidden as forbidden:
        begun = len(calls) > 1
        return _Ended(outcome(Status.FAILED, Status.SKIPPED, forbidden.error) if begun else None, forbidden.error)
    except DeployError as error:
        if isinstance(error, Withdrawn) and writing.tried == before:
            return _Ended()
        found = writing.problems(change, error) if isinstance(error, RemoteError) else ()
        return _Ended(outcome(Status.FAILED, Status.FAILED, error, found))
    return _Ended(outcome(Status.APPLIED, Status.APPLIED))


def _ask(allowed: Callable[[], None]) -> None:
    try:
        allowed()
    except DeployError as error:
        raise _Forbidden(error) from error
