"""Which changes may start: what most others wait for first, deletes last, and nothing once it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.queue import Queue
from centrali_deploy.errors import DeployError, Interrupted
from centrali_deploy.plan.model import Action, Change, Plan


def change(name: str, *needs: str, action: Action = Action.CREATE) -> Change:
    return Change(Address("structure", name), action, "", requires=tuple(Address("structure", need) for need in needs))


def names(changes: list[Change]) -> str:
    return " ".join(found.address.name for found in changes)


def order(*changes: Change) -> list[str]:
    """Rounds of what may start, when all of a round end before the next one."""
    queue, rounds = Queue(Plan("acme", changes)), []
    while found := queue.ready(16, idle=True):
        rounds.append(names(found))
        for each in found:
            queue.done(each, Outcome(each, Status.APPLIED))
    queue.check_empty()
    return rounds


def test_the_longest_chain_goes_first_and_the_rest_as_in_the_plan() -> None:
    chain = [change("a"), change("b", "a"), change("c", "b")]
    assert order(change("x"), change("y"), *chain, change("z")) == ["a x y z", "b", "c"]
    assert names(Queue(Plan("acme", (change("x"), change("y"), *chain))).ready(1, idle=True)) == "a"


def test_deletes_keep_their_order_after_everything_else() -> None:
    gone = [change("d", action=Action.DELETE), change("e", action=Action.DELETE)]
    assert order(*gone, change("a"), change("b", "a")) == ["a", "b", "d", "e"]


def test_what_opens_a_circle_comes_with_what_is_deleted_and_not_after_a_failure() -> None:
    opening = replace(change("d", action=Action.UPDATE), opening=True)
    gone = [opening, change("e", action=Action.DELETE), change("d", action=Action.DELETE)]
    assert order(*gone, change("a")) == ["a", "d", "e", "d"]
    queue = Queue(Plan("acme", (change("a"), *gone)))
    (first,) = queue.ready(16, idle=True)
    queue.done(first, Outcome(first, Status.FAILED))
    assert [outcome.change for outcome in queue.skipped()] == gone


def test_what_waits_for_a_delete_comes_after_it_and_no_other_delete_waits_for_that() -> None:
    gone = [change("d", action=Action.DELETE), change("e", action=Action.DELETE)]
    assert order(change("a"), *gone, change("late", "a", "d"), change("later", "late")) == ["a", "d", "late e", "later"]
    queue = Queue(Plan("acme", (change("a"), *gone, change("late", "d"))))
    (first,) = queue.ready(16, idle=True)
    queue.done(first, Outcome(first, Status.FAILED))
    assert {outcome.culprit for outcome in queue.skipped()} == {first.address}
    queue.check_empty()


def test_deletes_stay_one_after_the_other_while_something_late_goes_on() -> None:
    gone = [change(name, action=Action.DELETE) for name in "def"]
    queue = Queue(Plan("acme", (*gone, change("late", "d"))))
    (first,) = queue.ready(16, idle=True)
    queue.done(first, Outcome(first, Status.APPLIED))
    late, second = queue.ready(16, idle=True)
    assert (names([late, second]), queue.ready(16, idle=False)) == ("late e", [])
    queue.done(late, Outcome(late, Status.APPLIED))
    assert queue.ready(16, idle=False) == []
    queue.done(second, Outcome(second, Status.APPLIED))
    assert names(queue.ready(16, idle=True)) == "f"


def test_a_change_that_completes_its_own_create_comes_after_it() -> None:
    completing = change("a", "a", "b", action=Action.UPDATE)
    assert order(change("a"), change("b", "a"), completing) == ["a", "b", "a"]


def test_what_halts_it_first_is_raised_and_otherwise_what_is_left_is_told() -> None:
    queue = Queue(Plan("acme", (change("a"), change("b"))))
    (first,) = queue.ready(1, idle=True)
    queue.put_back(first)
    assert queue.over
    with pytest.raises(Interrupted, match="2 of the changes"):
        queue.stop()
    queue.halt(DeployError("first"))
    queue.halt(DeployError("second"))
    with pytest.raises(DeployError, match="first"):
        queue.stop()


def test_a_very_long_plan_is_ordered_and_begun_at_once() -> None:
    """Ten thousand changes in one chain: nothing is done once for each pair of them."""
    changes = [change("n0"), *(change(f"n{n}", f"n{n - 1}") for n in range(1, 10_000))]
    assert names(Queue(Plan("acme", tuple(changes))).ready(16, idle=True)) == "n0"
