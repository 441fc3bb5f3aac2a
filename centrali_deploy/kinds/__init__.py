"""The table of kinds: every module of this package that ends in `KIND = Kind(...)` is one row of it.

A new kind is one new file here, and for the tool nothing else has to be told. (The local workspace states what the
API does with a kind on its own, and needs a row there.) The order of the table is the order of creation.
"""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from centrali_deploy.kind import Kind


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in sorted((import_module(f"{__name__}.{module.name}").KIND for module in iter_modules(__path__)), key=attrgetter("rank"))
}
"""Every kind by name."""

SECTIONS: dict[str, Kind] = {kind.section: kind for kind in KINDS.values()}
"""Every kind by the manifest section that holds it."""
