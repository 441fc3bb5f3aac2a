"""What every door promises, wherever the ledger is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from ledgers import F, T, entry, holder, ledger, together

from centrali_deploy.errors import LeaseLost, LedgerError, LedgerMoved, Locked
from centrali_deploy.ledger.door import Door
from centrali_deploy.ledger.file import FileDoor
from centrali_deploy.ledger.processes import process
from centrali_deploy.ledger.workspace import WorkspaceDoor
from centrali_deploy.states import Recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    Opened = Callable[..., Door]


def test_nothing_is_recorded_at_first(opened: Opened) -> None:
    door = opened()
    assert (door.read(), dict(door.elsewhere()), door.holder(), door.unlock(), door.history(9), door.entry(1)) == (
        None,
        {},
        None,
        None,
        [],
        None,
    )


def test_what_is_written_is_read(opened: Opened) -> None:
    whole = replace(ledger(), resources={F: Recorded(F, "1", {"a": [None, {"$secret": "ff"}]}, "m"), T: Recorded(T)})
    opened().write(whole)
    assert opened().read() == whole


def test_a_ledger_takes_the_place_of_the_one_before(opened: Opened) -> None:
    door = opened()
    for serial in (1, 2, 3):
        door.write(ledger(serial, f"f{serial}"))
    assert [door.read(), opened().read()] == [ledger(3, "f3")] * 2


@pytest.mark.parametrize("read_first", [True, False])
def test_only_one_of_two_writers_gets_a_serial(opened: Opened, read_first: bool) -> None:
    first, second = opened(), opened()
    first.write(ledger(1, "old"))
    if read_first:
        second.read()
    first.write(ledger(2, "first"))
    with pytest.raises(LedgerMoved):
        second.write(ledger(2, "second"))
    assert opened().read() == ledger(2, "first")


def test_two_deployments_know_what_the_other_one_owns(opened: Opened) -> None:
    opened().write(ledger(1, "f", "g"))
    opened("billing").write(ledger(7, "h", deployment="billing"))
    one, other = opened(), opened("billing")
    assert (one.read(), other.read()) == (ledger(1, "f", "g"), ledger(7, "h", deployment="billing"))
    assert {str(address): name for address, name in one.elsewhere().items()} == {"function/h": "billing"}
    assert {str(address): name for address, name in other.elsewhere().items()} == {"function/f": "default", "function/g": "default"}


def test_deployments_have_locks_and_histories_of_their_own(opened: Opened) -> None:
    one, other = opened(), opened("billing")
    one.take(holder("ann"), 1000)
    other.take(holder("bob"), 1000)
    assert [one.add(entry()).number, other.add(entry()).number, one.add(entry()).number] == [1, 1, 2]
    assert (one.holder(), other.holder()) == (holder("ann"), holder("bob"))


def test_who_comes_second_is_told_who_is_first(opened: Opened) -> None:
    opened().take(holder("ann"), 1000)
    with pytest.raises(Locked) as caught:
        opened().take(holder("bob", 1050), 1050)
    assert caught.value.message == "ann on ci-7, https://ci.example/7 is doing apply since 50 s."
    assert caught.value.hint == (
        "Wait with --lock-timeout 10m. If that run was killed, it is free at 00:17:40 UTC, or at once by centrali-deploy unlock."
    )
    assert opened().holder() == holder("ann")


def test_a_lock_that_was_let_go_is_free(opened: Opened) -> None:
    for name in ("ann", "bob", "ann"):
        door = opened()
        door.take(holder(name), 1000)
        door.release(holder(name))
        assert door.holder() is None


def test_the_lock_of_a_killed_holder_is_free_when_its_lease_is_over(opened: Opened) -> None:
    opened().take(holder("ann", 1000), 1000)
    with pytest.raises(Locked):
        opened().take(holder("bob", 1059.9), 1059.9)
    opened().take(holder("bob", 1060), 1060)
    assert opened().holder() == holder("bob", 1060)


@pytest.mark.skipif(not process(), reason="what became of a process is known on Linux alone")
def test_the_lock_of_a_process_that_is_gone_on_this_machine_is_free_at_once(opened: Opened) -> None:
    machine, _, begun = process().rpartition(" ")
    opened().take(replace(holder("ann"), process=f"{machine} {int(begun) + 1}"), 1000)
    opened().take(replace(holder("bob"), process=process()), 1001)
    with pytest.raises(Locked):
        opened().take(holder("cid"), 1001)


def test_a_renewed_lock_lasts_longer(opened: Opened) -> None:
    door = opened()
    door.take(holder("ann", 1000), 1000)
    door.renew(holder("ann", 1020))
    with pytest.raises(Locked):
        opened().take(holder("bob", 1070), 1070)
    assert opened().holder() == holder("ann", 1020)


@pytest.mark.parametrize("how", ["taken over", "broken", "broken and taken"])
def test_who_lost_the_lock_is_told_and_leaves_nothing_behind(opened: Opened, how: str) -> None:
    door = opened()
    door.take(holder("ann", 1000), 1000)
    if how != "taken over":
        assert opened().unlock() == holder("ann", 1000)
    if how != "broken":
        opened().take(holder("bob", 1060), 1060)
    with pytest.raises(LeaseLost):
        door.renew(holder("ann", 1061))
    door.release(holder("ann", 1061))
    assert opened().holder() == (None if how == "broken" else holder("bob", 1060))


def test_the_lock_is_renewed_and_let_go_through_another_door(opened: Opened) -> None:
    opened().take(holder("ann", 1000), 1000)
    opened().renew(holder("ann", 1020))
    opened().release(holder("bob"))
    assert opened().holder() == holder("ann", 1020)
    opened().release(holder("ann"))
    assert opened().holder() is None


def test_of_two_who_take_it_at_the_same_moment_one_wins_each_time(opened: Opened) -> None:
    doors = [opened(), opened()]
    for number in range(200):
        now = 1000.0 + number
        found = together(2, lambda index, now=now: doors[index].take(holder(str(index), now), now))  # type: ignore[misc]
        assert sorted(type(each).__name__ for each in found) == ["Locked", "NoneType"]
        winner = found.index(None)
        assert doors[1 - winner].holder() == holder(str(winner), now)
        doors[winner].release(holder(str(winner), now))


def test_of_two_who_take_over_a_lease_that_ended_one_wins_each_time(opened: Opened) -> None:
    doors = [opened(), opened()]
    for number in range(50):
        now = 1000.0 + 60 * number
        found = together(2, lambda index, now=now: doors[index].take(holder(f"{index} {now}", now), now))  # type: ignore[misc]
        assert sorted(type(each).__name__ for each in found) == ["Locked", "NoneType"]


def test_two_who_add_to_the_history_get_two_numbers(opened: Opened) -> None:
    doors = [opened(), opened()]
    numbers = [each.number for _ in range(10) for each in together(2, lambda index: doors[index].add(entry(str(index))))]
    assert sorted(numbers) == list(range(1, 21))


def test_the_history_is_told_from_its_end(opened: Opened) -> None:
    door = opened()
    added = [door.add(entry(digest)) for digest in "abc"]
    assert [each.number for each in added] == [1, 2, 3]
    without = [replace(each, inverse=None) for each in reversed(added)]
    assert (opened().history(9), opened().history(2)) == (without, without[:2])
    assert [opened().entry(number) for number in (1, 3, 4)] == [added[0], added[2], None]


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("same_door", [False, True])
def test_an_amended_entry_keeps_what_a_rollback_needs(opened: Opened, same_door: bool, long: bool) -> None:
    door = opened()
    added = door.add(entry(inverse=[str(number**7) for number in range(60_000 if long else 1)]))
    after = replace(added, ended="2026-01-01T00:01:00Z", note="done")
    (door if same_door else opened()).amend(replace(after, inverse=None))
    assert opened().entry(1) == after
    assert opened().history(1) == [replace(after, inverse=None)]
    with pytest.raises(LedgerError, match="no entry 5"):
        door.amend(replace(after, number=5))


@pytest.mark.parametrize("kind", [WorkspaceDoor, FileDoor])
def test_every_door_has_every_member_of_a_door(kind: type) -> None:
    assert {name for name in vars(Door) if not name.startswith("_")} - {"where"} <= set(dir(kind))
