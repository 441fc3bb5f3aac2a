"""Outcomes are in the history while an apply goes on, without making it slow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ledgers import entry, ledger

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Outcome, Started, Status, Still
from centrali_deploy.errors import LeaseLost, RemoteError
from centrali_deploy.ledger.file import FileDoor
from centrali_deploy.pipeline.owning import Owning
from centrali_deploy.pipeline.recording import recorded
from centrali_deploy.plan.model import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from centrali_deploy.apply.outcome import Event
    from centrali_deploy.ledger.model import Entry


class Slow(FileDoor):
    """Takes some seconds of a clock for each time that an entry is amended, and may fail."""

    def __init__(self, path: Path, seconds: float = 0.0, fails: bool = False) -> None:
        super().__init__(path, "default")
        self.now, self.seconds, self.fails, self.asked = 0.0, seconds, fails, 0

    def amend(self, entry: Entry) -> None:
        self.asked += 1
        self.now += self.seconds
        if self.fails:
            raise RemoteError("no")
        super().amend(entry)


def outcome(name: str) -> Outcome:
    return Outcome(Change.create(Address("function", name), "", ()), Status.APPLIED)


def told(door: FileDoor) -> str:
    """The names in the entry."""
    [found] = door.history(1)
    return "".join(address.removeprefix("function/") for address, _, _, _ in found.outcomes)


def followed(door: Slow, events: Sequence[tuple[float, Event]], of: int, allowed: Callable[[], None] = lambda: None) -> list[str]:
    """What the history knows when each of the events is over, which take so many seconds each."""

    def happening() -> Iterator[Event]:
        for seconds, event in events:
            door.now += seconds
            yield event

    own = Owning(door, "default", ledger(), door.add(entry(outcomes=())))
    found = [told(door) for _ in recorded(happening(), own, of, allowed, lambda: door.now)]
    return [*found[1:], told(door)]


def each(seconds: float, names: str) -> list[tuple[float, Event]]:
    return [(seconds, outcome(name)) for name in names]


@pytest.mark.parametrize(
    ("events", "of", "expected"),
    [
        (each(0.0, "abc"), 9, ["a", "a", "a"]),
        (each(0.4, "abcdefg"), 9, ["a", "a", "a", "abcd", "abcd", "abcd", "abcdefg"]),
        (each(0.0, "a"), 1, [""]),  # the end follows at once
        (each(2.0, "ab"), 2, ["a", "a"]),
        ([*each(0.0, "ab"), (1.0, Still())], 3, ["a", "a", "ab"]),
        ([(0.0, Started(outcome("a").change)), *each(0.0, "a")], 2, ["", "a"]),
    ],
)
def test_the_first_is_recorded_at_once_and_the_others_once_a_second(
    events: list[tuple[float, Event]], of: int, expected: list[str], tmp_path: Path
) -> None:
    assert followed(Slow(tmp_path / "ledger.json"), events, of) == expected


def test_a_slow_ledger_is_written_to_less_often(tmp_path: Path) -> None:
    door = Slow(tmp_path / "ledger.json", seconds=3.0)
    followed(door, each(1.0, "abcdefghijklmnopqrstuvwxyz" * 10), 300)
    assert door.asked == 5


@pytest.mark.parametrize("error", [LeaseLost("it is somebody else's"), None])
def test_what_cannot_be_recorded_does_no_harm_and_is_tried_again(error: LeaseLost | None, tmp_path: Path) -> None:
    door = Slow(tmp_path / "ledger.json", fails=error is None)

    def allowed() -> None:
        if error:
            raise error

    assert followed(door, each(0.6, "abc"), 9, allowed) == [""] * 3
    assert door.asked == (0 if error else 2)


def test_without_a_ledger_nothing_is_recorded() -> None:
    events = [outcome("a"), outcome("b")]
    assert list(recorded(events, Owning(None, "default"), 9)) == events
