"""Every step is seen before the next one is taken, and what is returned is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centrali_deploy.pipeline.following import followed

if TYPE_CHECKING:
    from collections.abc import Generator


def counting(end: int) -> Generator[int, None, str]:
    yield from range(end)
    return f"{end} steps"


@pytest.mark.parametrize(("end", "steps"), [(0, []), (3, [0, 1, 2])])
def test_steps_are_seen_and_the_end_is_given(end: int, steps: list[int]) -> None:
    seen: list[int] = []
    assert followed(counting(end), seen.append) == f"{end} steps"
    assert seen == steps


def test_a_step_is_seen_before_the_next_is_taken() -> None:
    told: list[str] = []

    def telling() -> Generator[str, None, None]:
        for step in "ab":
            told.append(f"took {step}")
            yield step

    followed(telling(), lambda step: told.append(f"saw {step}"))
    assert told == ["took a", "saw a", "took b", "saw b"]
