"""What a change means for records: a danger of one resource, and how many records it concerns once somebody has counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from centrali_deploy.address import Address, Path
    from centrali_deploy.dangers import Grade


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
