"""A move: values of records that go along when what holds them gets another name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """An item of a list, under the name that records have its values under and under its new one.

    `begun`: both are there, since an apply broke off in between. `hindered`: why values cannot go along.
    """

    member: str
    old: str
    new: str
    begun: bool = False
    hindered: str = ""
