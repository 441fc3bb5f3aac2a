"""Executing a plan: a ready queue over its changes, a few at a time, one outcome for each as it happens.

What depends on a failed change is skipped and names the culprit; other branches go on; nothing is deleted after a
failure. Stopping between two outcomes is safe: what was started is finished, nothing new is begun.
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.errors import DeployError, ManifestError
from centrali_deploy.plan.model import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Address
    from centrali_deploy.apply.writing import Writing
    from centrali_deploy.errors import Problem
    from centrali_deploy.plan.model import Change, Plan

WORKERS = 4


def execute(plan: Plan, writing: Writing, workers: int = WORKERS) -> Iterator[Outcome]:
    """Carry out the plan. Raises ManifestError, before anything is written, when a secret is not set."""
    _reveal_all(plan, writing)
    queue = _Queue(plan)
    with ThreadPoolExecutor(workers) as pool:
        running: dict[Future[Outcome], Change] = {}
        try:
            while True:
                yield from queue.skipped()
                for change in queue.ready(workers - len(running)):
                    running[pool.submit(_carry_out, writing, change)] = change
                if not running:
                    return
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    outcome = future.result()
                    queue.done(running.pop(future), outcome)
                    yield outcome
        finally:
            for future in running:
                future.cancel()


def _reveal_all(plan: Plan, writing: Writing) -> None:
    problems: list[Problem] = []
    for change in plan.pending:
        try:
            writing.reveal(change)
        except ManifestError as error:
            problems += error.problems
    if problems:
        raise ManifestError(problems)


def _carry_out(writing: Writing, change: Change) -> Outcome:
    start = time.monotonic()
    try:
        writing.write(change)
    except DeployError as error:
        return Outcome(change, Status.FAILED, time.monotonic() - start, error)
    return Outcome(change, Status.APPLIED, time.monotonic() - start)


class _Queue:
    """Which changes may start now."""

    def __init__(self, plan: Plan) -> None:
        self._waiting = list(plan.pending)
        self._open = {change.address for change in self._waiting if change.action not in {Action.DELETE, Action.FORGET}}
        self._left: dict[Address, int] = {}
        for change in self._waiting:
            self._left[change.address] = self._left.get(change.address, 0) + 1
        self._failed: dict[Address, Address] = {}

    def ready(self, room: int) -> list[Change]:
        found = [change for change in self._waiting if self._may_start(change)][: max(0, room)]
        for change in found:
            self._waiting.remove(change)
        return found

    def skipped(self) -> Iterator[Outcome]:
        for change in list(self._waiting):
            culprit = self._culprit(change)
            if culprit is not None:
                self._waiting.remove(change)
                self._failed.setdefault(change.address, culprit)
                yield Outcome(change, Status.SKIPPED, culprit=culprit)

    def done(self, change: Change, outcome: Outcome) -> None:
        self._left[change.address] -= 1
        if outcome.status is Status.FAILED:
            self._failed[change.address] = change.address

    def _may_start(self, change: Change) -> bool:
        if change.action in {Action.DELETE, Action.FORGET}:
            return not any(self._left[address] for address in self._open)
        # a change that completes a create of its own address is itself the one that is left
        return all(self._left.get(address, 0) <= (address == change.address) for address in change.requires)

    def _culprit(self, change: Change) -> Address | None:
        if change.action is Action.DELETE and self._failed:
            return next(iter(self._failed.values()))
        needed = (*change.requires, change.address)
        return next((self._failed[address] for address in needed if address in self._failed), None)
