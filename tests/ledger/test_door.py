"""What a ledger promises, in a workspace and in a file."""

from __future__ import annotations

import json
from dataclasses import replace
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from centrali_deploy.address import Address
from centrali_deploy.errors import LeaseLost, Locked
from centrali_deploy.ledger.model import Entry, Holder, Ledger
from centrali_deploy.states import Recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.ledger.door import Door

    Doors = Callable[..., Door]


def ledger(count: int, serial: int = 1) -> Ledger:
    names = [Address("function", f"f{n:05}") for n in range(count)]
    spec = {"code": {"$text": "0" * 64}, "description": "What it is for — ü", "timeoutMs": serial}
    return Ledger(
        "default", b"\x01\x02", serial, {a: Recorded(a, f"id-{a.name}", spec if n else None, "1") for n, a in enumerate(names)}, "0.1"
    )


def test_before_the_first_write_nothing_is_recorded(door: Doors) -> None:
    assert (door().read(), door().holder(), door().history(5), door().entry(1)) == (None, None, [], None)


@pytest.mark.parametrize("count", [0, 1, 2_000])
def test_what_was_written_last_is_read(door: Doors, count: int) -> None:
    one = door()
    for serial in (1, 2, 3):
        one.write(ledger(count, serial))
    assert door().read() == ledger(count, 3)
    another = door()
    assert another.read() == ledger(count, 3)
    another.write(ledger(1, 4))
    assert door().read() == ledger(1, 4)


def test_a_lock_is_held_by_one(door: Doors, holder: Callable[..., Holder]) -> None:
    door().take(holder("ann"), now=100)
    with pytest.raises(Locked, match="ann on ci-1 is doing apply since 20 s"):
        door().take(holder("bob"), now=120)
    assert door().holder() == holder("ann")


def test_a_lease_that_is_over_is_taken_over_and_who_had_it_writes_nothing_more(door: Doors, holder: Callable[..., Holder]) -> None:
    first, second = door(), door()
    first.take(holder("ann"), now=100)
    second.take(holder("bob", expires=300.0), now=161)
    with pytest.raises(LeaseLost):
        first.renew(holder("ann", expires=400.0))
    first.release(holder("ann"))
    assert door().holder() == holder("bob", expires=300.0)


def test_a_renewed_lease_is_not_over(door: Doors, holder: Callable[..., Holder]) -> None:
    first = door()
    first.take(holder("ann"), now=100)
    first.renew(holder("ann", expires=500.0))
    with pytest.raises(Locked):
        door().take(holder("bob"), now=161)


def test_a_lock_that_was_let_go_or_broken_is_free(door: Doors, holder: Callable[..., Holder]) -> None:
    first = door()
    first.take(holder("ann"), now=100)
    first.release(holder("ann"))
    first.take(holder("bob"), now=100)
    assert door().unlock() == holder("bob")
    assert door().unlock() is None
    door().take(holder("cid"), now=100)


@pytest.mark.parametrize("expired", [False, True])
def test_of_two_at_the_same_moment_one_gets_it(door: Doors, holder: Callable[..., Holder], expired: bool) -> None:
    for _ in range(50):
        if expired:
            door().take(holder("dead", expires=10.0), now=0)
        together, won = Barrier(2), []

        def race(name: str, together: Barrier = together, won: list[str] = won) -> None:
            mine = door()
            together.wait()
            try:
                mine.take(holder(name), now=100)
            except Locked:
                return
            won.append(name)

        threads = [Thread(target=race, args=(name,)) for name in ("ann", "bob")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        held = door().unlock()
        assert [held and held.holder] == won


def test_entries_are_numbered_and_the_newest_comes_first(door: Doors, entry: Callable[..., Entry]) -> None:
    long = [{"code": "x" * 250_000}]
    made = [door().add(entry(note=str(n), inverse=long)) for n in range(12)]
    assert [each.number for each in made] == list(range(1, 13))
    assert [each.note for each in door().history(3)] == ["11", "10", "9"]
    assert all(each.inverse is None for each in door().history(3))
    assert door().entry(2) == replace(made[1], inverse=long)
    assert door().entry(99) is None


def test_an_entry_can_be_said_anew_and_keeps_what_a_rollback_needs(door: Doors, entry: Callable[..., Entry]) -> None:
    made = door().add(entry(inverse=[1]))
    door().amend(replace(made, note="done", inverse=None))
    found = door().entry(1)
    assert found == replace(made, note="done", inverse=[1])


def test_a_ledger_holds_its_key_and_nothing_of_its_entries(door: Doors, entry: Callable[..., Entry]) -> None:
    door().add(entry())
    assert door().read() is None
    door().write(ledger(1))
    assert json.loads(json.dumps(door().history(1)[0].outcomes)) == [["function/f", "create", "applied", ""]]
