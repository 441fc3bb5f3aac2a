"""What is said about a plan beside its changes: what refuses it, what it means for records, what is probably not meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from centrali_deploy.address import Address, Path
    from centrali_deploy.dangers import Grade


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan must not be applied as it is: which rule, about what, and what would pass it.

    `whole`: nothing of the plan is applied; otherwise the change of this address alone is left out.
    """

    rule: str
    address: Address
    message: str
    hint: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Hazard:
    """What a change means for the records that are there, as far as nobody has counted them: values are copied, at risk or lost.

    `where` finds the records concerned (None: no query does), `fate` says what becomes of each. `count` of `total` are;
    None when that is not known, and `unknown` says why.
    """

    address: Address
    path: Path
    grade: Grade
    message: str
    where: Any = field(default=None, compare=False)
    fate: str = ""
    count: int | None = field(default=None, compare=False)
    total: int | None = field(default=None, compare=False)
    unknown: str = field(default="", compare=False)

    @property
    def losing(self) -> bool:
        """Whether values are lost of the records concerned."""
        return self.grade == "losing"

    @property
    def weight(self) -> Grade | Literal["safe"]:
        """What it is once they are counted: safe when there are none."""
        return "safe" if self.count == 0 else self.grade


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
