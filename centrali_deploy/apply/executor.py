"""Executing a plan: a ready queue over its changes, a few at a time, one outcome for each as it happens.

What depends on a failed change is skipped and names the culprit; other branches go on; nothing is deleted after a
failure. A change that another resource stands in the way of is tried again when the others are done, as long as any is
applied. When it is told to stop, what was begun is finished and nothing new is begun.
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from centrali_deploy.apply.outcome import Event, Outcome, Started, Status, Still
from centrali_deploy.errors import Conflict, DeployError, Interrupted, ManifestError, RemoteError
from centrali_deploy.plan.model import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.address import Address
    from centrali_deploy.apply.writing import Writing
    from centrali_deploy.errors import Problem
    from centrali_deploy.plan.model import Change, Plan

WORKERS = 4
_TICK = 1.0


def _never() -> bool:
    return False


def always() -> None:
    """Nobody has to be asked."""


def execute(
    plan: Plan,
    writing: Writing,
    workers: int = WORKERS,
    *,
    stopping: Callable[[], bool] = _never,
    allowed: Callable[[], None] = always,
) -> Iterator[Event]:
    """Carry out the plan. Raises ManifestError, before anything is written, when a secret is not set.

    `allowed` is asked before each change, and raises what keeps it from being written.
    Once `stopping` says so, raises Interrupted as soon as what was begun is finished.
    """
    check_secrets(plan, writing)
    queue = _Queue(plan)
    with ThreadPoolExecutor(workers) as pool:
        running: dict[Future[Outcome], Change] = {}
        try:
            while True:
                yield from queue.skipped()
                for change in [] if stopping() else queue.ready(workers - len(running), idle=not running):
                    running[pool.submit(_carry_out, writing, change, allowed)] = change
                    yield Started(change)
                if running:
                    yield from _ended(running, queue)
                elif stopping():
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


def _ended(running: dict[Future[Outcome], Change], queue: _Queue) -> Iterator[Still | Outcome]:
    """What has ended, or that nothing has for a while."""
    finished, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
    if not finished:
        yield Still()
    for future in finished:
        change, outcome = running.pop(future), future.result()
        if not queue.postponed(change, outcome):
            queue.done(change, outcome)
            yield outcome


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


def _carry_out(writing: Writing, change: Change, allowed: Callable[[], None]) -> Outcome:
    start = time.monotonic()
    try:
        allowed()
        writing.write(change)
    except DeployError as error:
        found = writing.problems(change, error) if isinstance(error, RemoteError) else ()
        return Outcome(change, Status.FAILED, time.monotonic() - start, error, problems=found)
    return Outcome(change, Status.APPLIED, time.monotonic() - start)


class _Queue:
    """Which changes may start now."""

    def __init__(self, plan: Plan) -> None:
        self._waiting = list(plan.pending)
        self._unfinished = sum(not _goes(change) for change in self._waiting)
        # A change that completes a create of its own address comes second; others wait for the first one only.
        self._missing = {change.address for change in self._waiting if change.address not in change.requires}
        self._failed: dict[Address, Address] = {}
        self._going = False  # deletes go one after the other, in the order of the plan
        self._postponed: list[tuple[Change, Outcome, int]] = []  # each with how much had been applied when it failed
        self._applied = 0

    def ready(self, room: int, *, idle: bool) -> list[Change]:
        """At most `room` changes that may start; `idle` says that nothing is running."""
        found = [change for change in self._waiting if self._may_start(change)][: max(0, room)]
        if not found and idle:
            again = [entry for entry in self._postponed if entry[2] < self._applied][:room]
            self._postponed = [entry for entry in self._postponed if entry not in again]
            found = [change for change, _, _ in again]
            self._waiting += found
        for change in found:
            self._waiting.remove(change)
            self._going = _goes(change)
        return found

    def postponed(self, change: Change, outcome: Outcome) -> bool:
        """Whether a change waits for the others: what stands in its way may be changed by one of them.

        Those that wait for it go on meanwhile if what they refer to is live.
        """
        if not isinstance(outcome.error, Conflict) or _goes(change):
            return False
        self._postponed.append((change, outcome, self._applied))
        if change.action is Action.UPDATE:
            self._missing.discard(change.address)
        return True

    def given_up(self) -> list[Outcome]:
        """What nothing has made possible since it failed, when there is nothing else left to try."""
        given_up, self._postponed = self._postponed, []
        for change, outcome, _ in given_up:
            self.done(change, outcome)
        return [outcome for _, outcome, _ in given_up]

    def skipped(self) -> Iterator[Outcome]:
        """Changes that can no longer be carried out; again and again, because each of them may stop others."""
        while stopped := [(change, culprit) for change in self._waiting if (culprit := self._culprit(change)) is not None]:
            for change, culprit in stopped:
                self._waiting.remove(change)
                self._unfinished -= not _goes(change)
                self._failed.setdefault(change.address, culprit)
                yield Outcome(change, Status.SKIPPED, culprit=culprit)

    def done(self, change: Change, outcome: Outcome) -> None:
        self._missing.discard(change.address)
        self._going = False
        self._unfinished -= not _goes(change)
        self._applied += outcome.status is Status.APPLIED
        if outcome.status is Status.FAILED:
            self._failed[change.address] = change.address

    def stop(self) -> None:
        """Say what is left, when there is something left."""
        if left := len(self._waiting) + len(self._postponed):
            raise Interrupted(f"Interrupted: {left} of the changes were not begun.", "Run again to carry them out.")

    def check_empty(self) -> None:
        """Nothing may be left when nothing runs: a plan that cannot be finished is our mistake, and must not look done."""
        if self._waiting:
            left = ", ".join(str(change.address) for change in self._waiting)
            raise DeployError(f"These changes wait for each other and were not carried out: {left}.", "Please report this plan.")

    def _may_start(self, change: Change) -> bool:
        if _goes(change):
            return not self._unfinished and not self._going and change is self._waiting[0]
        return self._missing.isdisjoint(change.requires)

    def _culprit(self, change: Change) -> Address | None:
        if _goes(change):
            return next(iter(self._failed.values()), None)
        needed = (*change.requires, change.address)
        return next((self._failed[address] for address in needed if address in self._failed), None)


def _goes(change: Change) -> bool:
    return change.action in {Action.DELETE, Action.FORGET}
