"""What happened to one change."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.address import Address
    from centrali_deploy.errors import DeployError, Problem
    from centrali_deploy.plan.model import Change


class Status(Enum):
    """How a change ended."""

    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Started:
    """One change is being carried out now."""

    change: Change


@dataclass(frozen=True, slots=True)
class Still:
    """Nothing has ended for a second. `copied`: how many values of records so far, by structure."""

    copied: Mapping[Address, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One of the calls that carry out a change, and how it ended.

    `create`, `update`, `delete`, or one that sets a state; before an update that gives properties other names, `add` (the
    new ones beside the old) and `copy` (what records hold).
    """

    name: str
    status: Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """One change and how it ended: `error` when it failed, `culprit` when it was skipped because of another one.

    `problems` lead from the members the API refused to the lines of the manifest. `calls` were made in this order; when
    it failed, the last of them says whether it failed itself or was skipped, and those before it have taken effect.
    """

    change: Change
    status: Status
    seconds: float = 0.0
    error: DeployError | None = None
    culprit: Address | None = None
    problems: tuple[Problem, ...] = ()
    calls: tuple[Call, ...] = ()
    copied: int = 0
    """How many values of records."""


Event = Started | Still | Outcome
"""What executing a plan yields."""
