"""The lock: slips with rising numbers, of which the one that is held and not over is the lock.

Whoever takes it puts down a slip of the next number, and a number is there only once. Then both sides read what the
other one wrote: the taker looks whether an old lease was renewed meanwhile and gives way, and the renewer whether
somebody took over and gives up. The highest number is never taken away and no number is used again, so nothing depends
on what becomes of deleted slips; who put down a lower one, because what they had seen was old, takes it back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from centrali_deploy.errors import LeaseLost, LedgerError, Locked, Unreadable
from centrali_deploy.ledger.model import Holder

if TYPE_CHECKING:
    from collections.abc import Iterable

_TRIES = 20
_MINUTE, _HOUR = 60, 3600


class Slip(NamedTuple):
    """A slip: who holds it, None when it was let go, an error when nobody can tell. `id` is what the slips know it by."""

    number: int
    holder: Holder | Unreadable | None
    id: str


class Taken(LookupError):
    """There is a slip of this number."""


class Slips(Protocol):
    """Where slips lie."""

    def all(self) -> list[Slip]:
        """Every slip."""

    def put(self, number: int, holder: Holder | None) -> Slip:
        """A new one. Raises Taken."""

    def change(self, slip: Slip, holder: Holder | None) -> bool:
        """Write another holder on it. Whether it is still there."""

    def drop(self, slip: Slip) -> None:
        """Take it away, if it is still there."""


class Locking:
    """The half of a door that is about the lock."""

    def __init__(self, slips: Slips) -> None:
        """Nothing is taken yet."""
        self._slips = slips
        self._mine: Slip | None = None
        self._seen: list[Slip] | None = None
        """What lay there a while ago, if anybody looked; good for a number to begin with, never for a refusal."""

    def take(self, holder: Holder, now: float) -> None:
        """Take the lock. Raises Locked when somebody else has it."""
        before, self._seen = self._seen, None
        for _ in range(_TRIES):
            if before is None or any(slip.holder for slip in before):
                before = self._slips.all()
                _refuse_held(before, now)
            try:
                mine = self._slips.put(_next(before), holder)
            except Taken:
                before = None
                continue
            others = [slip for slip in self._all_with_mine() if slip.id != mine.id]
            try:
                _refuse_held(others, now)
            except Locked:
                self._slips.change(mine, None)
                raise
            if _next(others) > mine.number:  # what was seen before was out of date, and a lock is the highest number
                self._slips.drop(mine)
                before = others
                continue
            self._mine = mine
            for slip in others:
                self._slips.drop(slip)
            return
        raise _busy()

    def _all_with_mine(self) -> list[Slip]:
        """Every slip, once a new one of ours lies there, in one look."""
        return self._slips.all()

    def renew(self, holder: Holder) -> None:
        """Go on holding it, until the new end. Raises LeaseLost when somebody else has it, and leaves nothing behind then."""
        mine, by = self._own(holder), ""
        if mine and self._slips.change(mine, holder):
            other = latest(slip for slip in self._slips.all() if slip.number > mine.number)
            if other is None:
                return
            self._slips.drop(mine)
            by = f" by {named(other)}"
        raise LeaseLost(f"The lock was taken over{by}, or broken.", "Nothing more was written: run again when they have ended.")

    def release(self, holder: Holder) -> None:
        """Let it go; nothing happens if somebody else has it."""
        if mine := self._own(holder):
            self._slips.change(mine, None)

    def holder(self) -> Holder | None:
        """Who holds the lock, also when their lease is over."""
        return latest(self._slips.all())

    def unlock(self) -> Holder | None:
        """Break the lock, whoever has it; gives who had it, also when their lease was over."""
        for _ in range(_TRIES):
            before = self._slips.all()
            if not any(slip.holder for slip in before):
                return None
            try:
                self._slips.put(_next(before), None)
            except Taken:
                continue
            for slip in before:
                self._slips.drop(slip)
            return latest(before)
        raise _busy()

    def _own(self, holder: Holder) -> Slip | None:
        """The slip of a holder, taken through this door or another one."""
        if self._mine and _is_of(self._mine, holder):
            return self._mine
        return next((slip for slip in self._slips.all() if _is_of(slip, holder)), None)


def latest(slips: Iterable[Slip]) -> Holder | None:
    """Who holds the lock, or held it last without letting it go."""
    held = [(slip.number, slip.holder) for slip in slips if isinstance(slip.holder, Holder)]
    return max(held, key=lambda pair: pair[0])[1] if held else None


def locked(holder: Holder, now: float) -> Locked:
    """Somebody else has it: who, since when, until when, and what now."""
    until = datetime.fromtimestamp(holder.expires, UTC)
    return Locked(
        f"{named(holder)} is doing {holder.doing} since {_age(now - holder.started)}.",
        f"Wait with --lock-timeout 10m. If that run was killed, it is free at {until:%H:%M:%S} UTC, or at once by centrali-deploy unlock.",
    )


def told(holder: Holder) -> str:
    """A holder in words: who, what they do, since when."""
    since = datetime.fromtimestamp(holder.started, UTC)
    return f"{named(holder)}: {holder.doing} since {since:%Y-%m-%d %H:%M:%S} UTC"


def named(holder: Holder) -> str:
    """Who, on which machine, in which job of CI."""
    return f"{holder.holder} on {holder.host}" + (f", {holder.job}" if holder.job else "")


def _refuse_held(slips: Iterable[Slip], now: float) -> None:
    for slip in slips:
        if isinstance(slip.holder, Unreadable):
            raise slip.holder
        if slip.holder and not slip.holder.over(now):
            raise locked(slip.holder, now)


def _is_of(slip: Slip, holder: Holder) -> bool:
    return isinstance(slip.holder, Holder) and slip.holder.id == holder.id


def _next(slips: Iterable[Slip]) -> int:
    return max((slip.number for slip in slips), default=0) + 1


def _busy() -> LedgerError:
    return LedgerError("The lock changes hands all the time.", "Run again later.")


def _age(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(0, seconds):.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.0f} h"
