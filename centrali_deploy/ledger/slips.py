"""The slips of a lock as leaves of a shelf."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import Conflict, Unreadable
from centrali_deploy.ledger.locking import Slip, Taken
from centrali_deploy.ledger.model import read_holder
from centrali_deploy.ledger.packing import compact, unpacked
from centrali_deploy.ledger.shelf import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from centrali_deploy.ledger.model import Holder
    from centrali_deploy.ledger.shelf import Shelf

_FREE = "free"
"""What a slip says that nobody holds; the record stays, so that its number is not used again."""


class LeafSlips:
    """The lock of one deployment."""

    def __init__(self, shelf: Shelf, deployment: str) -> None:
        """Nothing is asked yet."""
        self._shelf = shelf
        self._deployment = deployment
        self.part = f"lock/{deployment}"

    def all(self) -> list[Slip]:
        """Every slip."""
        return self.among(self._shelf.find(self.part))

    def among(self, leaves: Iterable[Leaf]) -> list[Slip]:
        """Every slip that is one of these leaves."""
        return [Slip(leaf.number, holder_of(leaf.text, self._shelf.where), leaf.id) for leaf in leaves if leaf.part == self.part]

    def put(self, number: int, holder: Holder | None) -> Slip:
        """A new one. Raises Taken."""
        try:
            return Slip(number, holder, self._shelf.add(self._leaf(number, text_of(holder))).id)
        except Conflict as error:
            raise Taken from error

    def change(self, slip: Slip, holder: Holder | None) -> bool:
        """Write another holder on it. Whether it is still there."""
        return self._shelf.change(self._leaf(slip.number, "", slip.id), text_of(holder))

    def drop(self, slip: Slip) -> None:
        """Take it away, if it is still there."""
        self._shelf.drop(self._leaf(slip.number, "", slip.id))

    def _leaf(self, number: int, text: str, id_: str = "") -> Leaf:
        return Leaf(f"{self.part}/{number}", self.part, self._deployment, number, text, id_)


def text_of(holder: Holder | None) -> str:
    """What a slip says."""
    return compact(asdict(holder) if holder else {_FREE: True})


def holder_of(text: str, where: str) -> Holder | Unreadable | None:
    """Who holds a slip that says this; an error when nobody can tell."""
    try:
        said: Any = unpacked(text)
        return None if said == {_FREE: True} else read_holder(said, where)
    except (ValueError, Unreadable):
        hint = "A newer centrali-deploy took it, or somebody edited it: centrali-deploy unlock breaks it."
        return Unreadable(f"The lock in {where} cannot be read.", hint)
