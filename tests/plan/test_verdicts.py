"""What a hazard weighs depends on how many records it concerns."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.verdicts import Hazard


@pytest.mark.parametrize(
    ("grade", "count", "weight"),
    [
        ("losing", 1, "losing"),
        ("losing", None, "losing"),
        ("losing", 0, "safe"),
        ("risky", 1, "risky"),
        ("risky", 0, "safe"),
        ("safe", 9, "safe"),
    ],
)
def test_what_concerns_no_record_is_safe(grade: Any, count: int | None, weight: str) -> None:
    hazard = Hazard(Address("structure", "s"), (), grade, "message", count=count)
    assert (hazard.weight, hazard.losing) == (weight, grade == "losing")
