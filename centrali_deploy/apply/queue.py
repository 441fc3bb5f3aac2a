"""The changes of a plan as a queue: which of them may start now, and what becomes of those that never can.

It does nothing itself: whoever carries changes out takes them from here and says how each of them ended.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.errors import Conflict, DeployError, Interrupted
from centrali_deploy.plan.model import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from centrali_deploy.address import Address
    from centrali_deploy.plan.model import Change, Plan


class Queue:
    """Which changes may start now. `over`: nothing more may begin."""

    def __init__(self, plan: Plan) -> None:
        """Everything that does something waits."""
        self._waiting = _longest_first(plan.pending)
        self._late = _late(plan.pending)
        self._unfinished = sum(map(self._is_before, self._waiting))
        # A change that completes a create of its own address comes second; others wait for the first one only.
        self._missing = {change.address for change in self._waiting if change.address not in change.requires}
        self._failed: dict[Address, Address] = {}
        self._going = False  # deletes go one after the other, in the order of the plan
        self._postponed: list[tuple[Change, Outcome, int]] = []  # each with how much had been applied when it failed
        self._applied = 0
        self.over = False
        self._halted: BaseException | None = None

    def ready(self, room: int, *, idle: bool) -> list[Change]:
        """At most `room` changes that may start; `idle` says that nothing is running."""
        found = list(islice((change for change in self._waiting if self._may_start(change)), max(0, room)))
        if not found and idle:
            again = [entry for entry in self._postponed if entry[2] < self._applied][:room]
            self._postponed = [entry for entry in self._postponed if entry not in again]
            found = [change for change, _, _ in again]
            self._waiting += found
        for change in found:
            self._waiting.remove(change)
            self._going |= change.goes
        return found

    def postponed(self, change: Change, outcome: Outcome) -> bool:
        """Whether a change waits for the others: what stands in its way may be changed by one of them.

        Those that wait for it go on meanwhile if what they refer to is live.
        """
        if not isinstance(outcome.error, Conflict) or change.goes:
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
        while self._failed and (
            stopped := [(change, culprit) for change in self._waiting if (culprit := self._culprit(change)) is not None]
        ):
            for change, culprit in stopped:
                self._waiting.remove(change)
                self._unfinished -= self._is_before(change)
                self._failed.setdefault(change.address, culprit)
                yield Outcome(change, Status.SKIPPED, culprit=culprit)

    def done(self, change: Change, outcome: Outcome) -> None:
        """A change has ended this way; others may be able to start now."""
        self._missing.discard(change.address)
        self._going &= not change.goes
        self._unfinished -= self._is_before(change)
        self._applied += outcome.status is Status.APPLIED
        if outcome.status is Status.FAILED:
            self._failed[change.address] = change.address

    def halt(self, error: BaseException) -> None:
        """Let nothing more begin, because of the first such error."""
        self._halted, self.over = self._halted or error, True

    def put_back(self, change: Change) -> None:
        """What was given out and could not begin is left, and nothing else can either."""
        self._waiting.append(change)
        self.over = True

    def stop(self) -> None:
        """Raise what has halted it, or say what is left, when there is something left."""
        if self._halted:
            raise self._halted
        if left := len(self._waiting) + len(self._postponed):
            raise Interrupted(f"Interrupted: {left} of the changes were not begun.", "Run again to carry them out.")

    def check_empty(self) -> None:
        """Nothing may be left when nothing runs: a plan that cannot be finished is our mistake, and must not look done."""
        if self._waiting:
            left = ", ".join(sorted(str(change.address) for change in self._waiting))
            raise DeployError(f"These changes wait for each other and were not carried out: {left}.", "Please report this plan.")

    def _may_start(self, change: Change) -> bool:
        if change.goes:
            return not self._unfinished and not self._going and change is next(each for each in self._waiting if each.goes)
        return self._missing.isdisjoint(change.requires)

    def _is_before(self, change: Change) -> bool:
        """Whether what goes waits for it."""
        return not change.goes and change.address not in self._late

    def _culprit(self, change: Change) -> Address | None:
        if change.goes:
            return next(iter(self._failed.values()), None)
        needed = (*change.requires, change.address)
        return next((self._failed[address] for address in needed if address in self._failed), None)


def _late(pending: Sequence[Change]) -> set[Address]:
    """What waits for something that goes, or for something that does; in a plan it comes after that."""
    found: set[Address] = set()
    gone = {change.address for change in pending if change.goes}
    for change in pending:
        if not gone.isdisjoint(change.requires) or not found.isdisjoint(change.requires):
            found.add(change.address)
    return found


def _longest_first(pending: Sequence[Change]) -> list[Change]:
    """What most others wait for one after the other comes first, so that the longest chain decides how long it all takes.

    In a plan, a change comes after those it requires; deletes keep their order and their place at the end.
    """
    length: dict[Address, int] = {}
    for change in reversed(pending):
        for needed in change.requires:
            length[needed] = max(length.get(needed, 0), length.get(change.address, 0) + (needed != change.address))
    return sorted(pending, key=lambda change: (change.goes, 0 if change.goes else -length.get(change.address, 0)))
