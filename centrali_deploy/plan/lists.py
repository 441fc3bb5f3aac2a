"""Differences between two ordered lists, found by deepdiff: an insertion is one difference, not a shift of everything.

Loaded only when two lists differ, because the library takes longer to load than a plan without changes takes to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deepdiff import DeepDiff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Path

_KINDS = (
    "values_changed",
    "type_changes",
    "iterable_item_added",
    "iterable_item_removed",
    "dictionary_item_added",
    "dictionary_item_removed",
)


def list_differences(before: list[Any], after: list[Any], absent: object) -> Iterator[tuple[Path, Any, Any]]:
    """Every difference as (path, before, after), in the order of the paths; `absent` stands where there is nothing."""
    found = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0, ignore_order=False, ignore_private_variables=False)
    rows = [
        (
            tuple(level.path(output_format="list")),
            absent if kind.endswith("_added") else level.t1,
            absent if kind.endswith("_removed") else level.t2,
        )
        for kind in _KINDS
        for level in found.get(kind, ())
    ]
    yield from sorted(rows, key=lambda row: [str(part).rjust(8, "0") for part in row[0]])
