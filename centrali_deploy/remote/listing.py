"""A whole list from its pages: in parallel once the total is known, and again when something moved meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import ThreadPoolExecutor

    from centrali_deploy.wire import Page

MOST_PAGES = 1000
"""Of one list."""
WHOSE = "Is the URL that of the Centrali API?"
"""What to look at when an answer is none that the API gives."""
_READINGS = 3


def all_pages(section: str, page: Callable[[int], Page], pool: ThreadPoolExecutor) -> list[Page]:
    """Every page of a list; `page` gives one of them, counted from 1.

    A list whose total does not fit what was read is read again, because something may have moved between pages; two
    readings that agree are believed. Raises RemoteError when a list never settles or never ends.
    """
    before: set[str] | None = None
    for _ in range(_READINGS):
        found = list(_read(section, page, pool))
        ids = _ids(*found)
        totals = {part.total for part in found}
        if totals <= {None, len(ids)} or ids == before:
            return found
        before = ids
    raise RemoteError(f"The list of {section} changed while it was read, {_READINGS} times.", "Run again in a moment.")


def _read(section: str, page: Callable[[int], Page], pool: ThreadPoolExecutor) -> Iterator[Page]:
    first = page(1)
    yield first
    if first.total is not None:
        size = min(first.size or len(first.items), len(first.items)) or 1
        yield from pool.map(page, range(2, min(-(-first.total // size), MOST_PAGES) + 1))
        return
    seen, new = _ids(first), _ids(first)
    for number in range(2, MOST_PAGES + 2):
        if not new:
            return
        part = page(number)
        new = _ids(part) - seen
        seen |= new
        if new:
            yield part
    raise RemoteError(f"The list of {section} has no end: {MOST_PAGES:,} pages were read.", WHOSE)


def _ids(*pages: Page) -> set[str]:
    return {str(item.get("id")) for part in pages for item in part.items}
