"""A lock as a run holds it: renewed, certain or lost, waited for, let go. The clocks are moved by hand."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from ledgers import holder

from centrali_deploy.errors import LeaseLost, LedgerError, Locked, Unreachable
from centrali_deploy.ledger import lease
from centrali_deploy.ledger.lease import ASKED, LEASE, MARGIN, RENEWED, Clocks, Held, held

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.ledger.door import Door

    Opened = Callable[..., Door]


@dataclass
class Time:
    """Both clocks; `pauses` are what somebody slept."""

    now: float = 1000.0
    steady: float = 5.0
    pauses: list[float] = field(default_factory=list)

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.steady += seconds

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.pass_(seconds)

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.now, lambda: self.steady, self.sleep)


def got(door: Door, time: Time, name: str = "ann") -> Held:
    mine = holder(name, time.now, LEASE)
    door.take(mine, time.now)
    return Held(door, mine, time.clocks)


class Away:
    """A door that cannot be reached while `away`."""

    def __init__(self, door: Door) -> None:
        self.door, self.away = door, False

    def renew(self, who: object) -> None:
        if self.away:
            raise Unreachable("No connection.")
        self.door.renew(who)  # type: ignore[arg-type]

    def release(self, who: object) -> None:
        self.renew(who)
        self.door.release(who)  # type: ignore[arg-type]


def test_a_lease_outlives_the_longest_usual_wait_and_two_renewals() -> None:
    assert RENEWED + 60 + MARGIN < LEASE


def test_a_lock_is_certain_until_shortly_before_its_end(opened: Opened) -> None:
    time = Time()
    lock = got(opened(), time)
    time.pass_(LEASE - MARGIN - 1)
    lock.check()
    assert lock.left == 1


def test_a_renewed_lock_is_certain_for_longer_and_nobody_else_gets_it(opened: Opened) -> None:
    time = Time()
    lock = got(opened(), time)
    for _ in range(5):
        time.pass_(RENEWED)
        lock.keep()
        assert lock.left == LEASE - MARGIN
    lock.check()
    with pytest.raises(Locked):
        opened().take(holder("bob", time.now + LEASE - 1), time.now + LEASE - 1)


def test_a_lock_that_ran_out_is_renewed_by_asking_if_nobody_took_it(opened: Opened) -> None:
    time = Time()
    lock = got(opened(), time)
    time.pass_(10 * LEASE)
    lock.check()
    assert lock.left == LEASE - MARGIN


def test_whose_lock_was_taken_over_writes_nothing_more_ever(opened: Opened) -> None:
    time = Time()
    lock = got(opened(), time)
    time.pass_(LEASE)
    other = got(opened(), time, "bob")
    for _ in range(2):
        with pytest.raises(LeaseLost, match="taken over"):
            lock.check()
        lock.keep()
    lock.let_go()
    other.check()
    assert opened().holder() == other.holder


def test_a_clock_a_minute_ahead_takes_nothing_away_and_one_that_is_further_is_found_out_by_the_next_renewal(opened: Opened) -> None:
    time = Time()
    lock = got(opened(), time)
    time.pass_(RENEWED)
    with pytest.raises(Locked):
        opened().take(holder("bob", time.now + 60), time.now + 60)
    opened().take(holder("bob", time.now + LEASE), time.now + LEASE)
    lock.check()
    lock.keep()
    with pytest.raises(LeaseLost, match="taken over, or broken"):
        lock.check()


def test_a_lock_that_cannot_be_renewed_is_lost_before_somebody_else_may_take_it(opened: Opened) -> None:
    time = Time()
    door = Away(opened())
    lock = Held(door, got(door.door, time).holder, time.clocks)  # type: ignore[arg-type]
    door.away = True
    time.pass_(LEASE - MARGIN - 1)
    lock.keep()
    lock.check()
    time.pass_(1)
    with pytest.raises(Locked):
        opened().take(holder("bob", time.now), time.now)
    with pytest.raises(LeaseLost, match="could not be renewed in time: No connection"):
        lock.check()
    door.away = False
    with pytest.raises(LeaseLost):
        lock.check()


def test_a_failure_in_between_does_no_harm(opened: Opened) -> None:
    time = Time()
    door = Away(opened())
    lock = Held(door, got(door.door, time).holder, time.clocks)  # type: ignore[arg-type]
    for away in (True, True, False):
        door.away = away
        time.pass_(RENEWED)
        lock.keep()
    assert lock.left == LEASE - MARGIN


@pytest.mark.parametrize(("now", "steady"), [(LEASE, 0.0), (-50.0, LEASE)])
def test_neither_a_clock_that_is_set_nor_a_machine_that_sleeps_makes_it_last_longer(opened: Opened, now: float, steady: float) -> None:
    time = Time()
    door = Away(opened())
    lock = Held(door, got(door.door, time).holder, time.clocks)  # type: ignore[arg-type]
    door.away = True
    time.now += now
    time.steady += steady
    with pytest.raises(LeaseLost):
        lock.check()


def test_a_lock_is_let_go_at_the_end_also_when_the_run_fails(opened: Opened) -> None:
    time = Time()
    seen: list[Held] = []

    def run() -> None:
        with held(opened(), holder(), clocks=time.clocks) as lock:
            assert opened().holder() == lock.holder == replace(holder(), started=1000.0, expires=1000.0 + LEASE)
            seen.append(lock)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run()
    assert opened().holder() is None
    with pytest.raises(LeaseLost, match="let go"):
        seen[0].check()


def test_what_cannot_be_let_go_ends_by_itself(opened: Opened) -> None:
    time = Time()
    away = Away(opened())
    away.take = away.door.take  # type: ignore[attr-defined]
    with held(away, holder(), clocks=time.clocks):  # type: ignore[arg-type]
        away.away = True
    opened().take(holder("bob", time.now + LEASE), time.now + LEASE)


def test_it_is_renewed_while_the_run_works(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWED", 0.001)
    time, renewed = Time(), threading.Event()
    door = opened()
    inner = door.renew

    def renew(who: object) -> None:
        inner(who)  # type: ignore[arg-type]
        renewed.set()

    monkeypatch.setattr(door, "renew", renew)
    with held(door, holder(), clocks=time.clocks):
        time.now += 30
        time.steady += 30
        assert renewed.wait(60)


def test_who_does_not_wait_is_refused_at_once(opened: Opened) -> None:
    time = Time()
    got(opened(), time, "bob")
    with pytest.raises(Locked, match="bob on ci-7"), held(opened(), holder(), clocks=time.clocks):
        pass
    assert time.pauses == []


def test_who_waits_is_told_for_whom_and_gets_it_when_it_is_free(opened: Opened) -> None:
    time, told = Time(), []
    other = got(opened(), time, "bob")

    def wait(error: LedgerError) -> None:
        told.append(error.message)
        if len(told) == 3:
            other.let_go()

    with held(opened(), holder(), timeout=60, wait=wait, clocks=time.clocks) as lock:
        assert lock.holder.started == time.now == 1000 + 3 * ASKED
    assert told[2] == "bob on ci-7, https://ci.example/7 is doing apply since 4 s."


def test_who_waits_longer_than_the_lease_of_a_killed_run_gets_its_lock(opened: Opened) -> None:
    time = Time()
    got(opened(), time, "bob")
    with held(opened(), holder(), timeout=LEASE + 1, clocks=time.clocks):
        assert time.now == 1000 + LEASE


def test_waiting_has_an_end(opened: Opened) -> None:
    time = Time()
    got(opened(), time, "bob")
    with pytest.raises(Locked), held(opened(), holder(), timeout=5, clocks=time.clocks):
        pass
    assert time.pauses == [ASKED, ASKED, 1.0]
