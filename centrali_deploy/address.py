"""The name of a resource: a kind and a name, written `trigger/nightly-report`.

Addresses sort by kind, then name, so every listing of resources has one stable order.
"""

from __future__ import annotations

from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way from a spec to a value inside it: member names, and indexes or item keys for lists."""


class Address(NamedTuple):
    """Which resource: its kind (`trigger`) and its name (a function's `name`, a structure's `recordSlug`)."""

    kind: str
    name: str

    def __str__(self) -> str:
        """`kind/name`, the only form in which people see it."""
        return f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `kind/name`; a name may itself hold slashes. Raises ValueError when there is no slash or no name."""
        kind, slash, name = text.partition("/")
        if not (kind and slash and name):
            msg = f'"{text}" is not an address: write kind/name, for example trigger/nightly-report'
            raise ValueError(msg)
        return cls(kind, name)


class Reference(NamedTuple):
    """One spec naming another resource: from where inside the spec, to which address."""

    path: Path
    target: Address


class Item(str):
    """Which item of a list, by the member that names it: `email` in `properties[email]`."""

    __slots__ = ()


EACH_ITEM_ORDER = Item("order")
"""Stands at the end of a path for the order of a list's items."""


def path_text(path: Path) -> str:
    """`properties[email].maxLength`: members joined by dots, items of a list in brackets."""
    text = ""
    for part in path:
        if isinstance(part, Item | int) or not _plain(part):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def _plain(member: str) -> bool:
    return member.replace("_", "a").replace("$", "a").replace("-", "a").isalnum()
