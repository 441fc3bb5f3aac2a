"""What is said about a plan beside its changes: what refuses it, what it means for records, what is probably not meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from centrali_deploy.address import Address, Path

PROTECTED = "protected"
"""The rule that keeps one resource as it is, while the rest of a plan is carried out."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan must not be applied as it is: which rule, about what, and what would pass it."""

    rule: str
    address: Address
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a change means for the records that are there. `losing`: stored values are lost; otherwise it is risky, or copies.

    `where` finds the records concerned (None: no query does); `count` of `total` are, None when that is not known.
    """

    address: Address
    path: Path
    losing: bool
    message: str
    where: Any = field(default=None, compare=False)
    copies: bool = False
    count: int | None = field(default=None, compare=False)
    total: int | None = field(default=None, compare=False)

    @property
    def sort(self) -> str:
        """`safe` when no record is concerned; otherwise `losing`, `copy` or `risky`."""
        if self.count == 0:
            return "safe"
        return "losing" if self.losing else "copy" if self.copies else "risky"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something about a change that is probably not meant, and lines to paste into the manifest."""

    address: Address
    message: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What the person running the plan has decided beforehand."""

    resend_secrets: bool = False
    prune: bool = False
    allow_mass_delete: bool = False
    allow_loss: tuple[str, ...] = ()
    """Resources, or properties of them (`structure/orders.total`), whose stored values may be lost."""
    protect: tuple[str, ...] = ()
    """Patterns of addresses that must not be changed, replaced or deleted."""
