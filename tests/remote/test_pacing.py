"""When a request may be sent: never faster than allowed, all together, as many at the same time as the API takes."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx
import pytest

from centrali_deploy.errors import Unreachable
from centrali_deploy.remote.pacing import FEWEST, MOST, Pace, Withdrawn
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "http://localhost/things"


class Clock:
    """Moves only while somebody sleeps; several may sleep at once, and time is what the longest of them slept until."""

    def __init__(self) -> None:
        self.now = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def answered(pace: Pace, times: int = 1) -> int:
    """So many answers came, one after the other; gives how wide it is now."""
    for _ in range(times):
        with pace.turn():
            pass
        pace.answered()
    return pace.width


def refused(pace: Pace, at_once: int = 1, seconds: float = 0.0) -> list[bool]:
    """So many requests that were on their way together are refused; gives whether each is worth asking again."""
    with ExitStack() as stack:
        waves = [stack.enter_context(pace.turn()) for _ in range(at_once)]
        return [pace.refused(wave, seconds) for wave in waves]


def test_it_begins_with_four_and_grows_with_every_answer_up_to_sixteen() -> None:
    pace = Pace(Clock())
    assert (pace.width, FEWEST, MOST) == (4, 4, 16)
    assert [answered(pace) for _ in range(14)] == [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 16]


def test_a_wait_halves_it_once_however_many_were_on_their_way_and_down_to_one() -> None:
    pace = Pace(Clock())
    answered(pace, 12)
    widths = []
    for at_once in (16, 8, 4, 2):
        refused(pace, at_once)
        widths.append(pace.width)
    assert widths == [8, 4, 2, 1]
    answered(pace)
    refused(pace)
    assert pace.width == 1


def test_after_a_wait_it_grows_by_one_in_each_round() -> None:
    pace = Pace(Clock())
    refused(pace)
    assert [answered(pace) for _ in range(9)] == [2, 3, 3, 3, 4, 4, 4, 4, 5]


def test_five_waits_in_a_row_are_enough_and_any_answer_between_them_begins_anew() -> None:
    pace = Pace(Clock())
    assert [refused(pace) for _ in range(4)] == [[True]] * 4
    answered(pace)
    assert [refused(pace, 1) for _ in range(5)] == [[True]] * 4 + [[False]]


def test_many_refused_together_are_one_wait() -> None:
    assert refused(Pace(Clock()), 4) == [True] * 4


def test_no_more_are_on_their_way_than_it_is_wide() -> None:
    pace, inside, most, lock = Pace(Clock()), 0, 0, threading.Lock()
    together = threading.Barrier(4)

    def ask() -> None:
        nonlocal inside, most
        with pace.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            together.wait(5)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (most, pace.width) == (4, 4)


@pytest.mark.parametrize(("per_minute", "width"), [(None, 4), (1, 2), (100, 2), (180, 3), (600, 4)])
def test_where_few_are_allowed_few_wait_in_line(per_minute: int | None, width: int) -> None:
    assert Pace(Clock(), per_minute=per_minute).width == width


@pytest.mark.parametrize(("per_minute", "width"), [(100, 2), (600, 10), (6000, 16)])
def test_a_limit_bounds_how_wide_it_grows(per_minute: int, width: int) -> None:
    clock = Clock()
    assert answered(Pace(clock, clock.sleep, per_minute), 50) == width


def sent_at(clock: Clock, requests: int, threads: int, answer: Callable[[float], httpx.Response], **parts: int) -> list[float]:
    """When requests of several threads were sent, in order."""
    moments: deque[float] = deque()
    lock = threading.Lock()

    def take(_request: httpx.Request) -> httpx.Response:
        with lock:
            moments.append(clock.now)
            return answer(clock.now)

    sender = Sender(httpx.MockTransport(take), clock=clock, sleep=clock.sleep, chance=lambda: 1.0, **parts)
    left = deque(range(requests))

    def work() -> None:
        while True:
            try:
                left.popleft()
            except IndexError:
                return
            assert sender.send("POST", URL).status == 201

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert not left
    return list(moments)


@pytest.mark.parametrize("threads", [1, 16])
@pytest.mark.parametrize("per_minute", [7, 100, 6000])
def test_all_requests_of_a_run_together_are_never_faster_than_allowed(per_minute: int, threads: int) -> None:
    moments = sent_at(Clock(), 60, threads, lambda _now: httpx.Response(201, json={}), per_minute=per_minute)
    distance = 60 / per_minute
    assert len(moments) == 60
    assert all(moment >= place * distance - 1e-6 for place, moment in enumerate(sorted(moments)))
    if threads == 1:
        assert all(later - earlier >= distance - 1e-6 for earlier, later in pairwise(moments))


class Limiter:
    """A server that takes so many writes in any minute, and tells in how many seconds it takes the next one."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.taken: list[float] = []
        self.until = self.early = 0.0
        self.refusals = 0

    def __call__(self, now: float) -> httpx.Response:
        recent = [moment for moment in self.taken if moment > now - 60]
        if len(recent) < self.per_minute:
            self.taken.append(now)
            return httpx.Response(201, json={})
        self.refusals += 1
        return httpx.Response(429, headers={"Retry-After": f"{recent[0] + 60 - now:.3f}"})


@pytest.mark.parametrize("threads", [1, 4, 16])
def test_under_a_limiter_of_a_hundred_writes_a_minute_nothing_fails_and_nobody_insists(threads: int) -> None:
    limiter = Limiter(100)
    sent_at(Clock(), 450, threads, limiter)
    assert len(limiter.taken) == 450
    assert max(sum(start <= moment < start + 60 for moment in limiter.taken) for start in limiter.taken) <= 100
    assert limiter.refusals <= 4 * threads


def test_a_limiter_that_takes_one_at_a_time_is_learnt_and_nothing_fails() -> None:
    """It gives a place back every six tenths of a second, and always says one second."""
    free, at = 5.0, 0.0

    def answer(now: float) -> httpx.Response:
        nonlocal free, at
        free, at = min(5.0, free + (now - at) / 0.6), now
        if free < 1:
            return httpx.Response(429, headers={"Retry-After": "1"})
        free -= 1
        return httpx.Response(201, json={})

    moments = sent_at(Clock(), 100, 16, answer)
    assert len(moments) < 100 * 3


def test_a_limit_is_kept_even_when_told_to_stop() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep, 60)
    pace.stop_waiting()
    answered(pace, 3)
    assert clock.now == 2


def test_told_to_stop_nobody_waits_for_the_api_and_told_to_wait_again_only_a_little() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    refused(pace, seconds=30)
    pace.stop_waiting()
    with pytest.raises(Withdrawn, match="Told to stop"):
        answered(pace)
    pace.wait_again()
    with pytest.raises(Withdrawn, match="Told to stop"):
        answered(pace)
    clock.sleep(21)
    answered(pace)
    assert clock.now == 30


def test_whoever_was_never_told_to_stop_waits_as_long_as_asked() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    pace.wait_again()
    refused(pace, seconds=300)
    answered(pace)
    assert clock.now == 300


def test_whoever_waits_for_a_place_gives_up_when_the_run_is_over() -> None:
    pace, ended = Pace(Clock()), threading.Event()

    def ask() -> None:
        with pytest.raises(Unreachable, match="The run is over"), pace.turn():
            pass
        ended.set()

    with ExitStack() as stack:
        for _ in range(FEWEST):
            stack.enter_context(pace.turn())
        thread = threading.Thread(target=ask)
        thread.start()
        assert not ended.wait(0.02)
        pace.close()
        thread.join(5)
    assert ended.is_set()
