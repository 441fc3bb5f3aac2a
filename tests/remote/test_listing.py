"""Whole lists from pages whose totals and sizes may lie: nothing lost, nothing endless."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from centrali_deploy.errors import ExitCode, RemoteError
from centrali_deploy.remote.listing import MOST_PAGES, all_pages
from centrali_deploy.wire import Page

if TYPE_CHECKING:
    from collections.abc import Callable


def paged(count: int, cap: int, total: int | None, size: int | None = None) -> Callable[[int], Page]:
    """A list of so many items, in pages of at most `cap`, that says its total and its page size as given."""
    items = [{"id": f"i{number}"} for number in range(count)]
    return lambda number: Page([*items[(number - 1) * cap : number * cap]], total, size)


def read(page: Callable[[int], Page]) -> tuple[list[str], list[int]]:
    """The ids found, and the pages asked for."""
    asked: list[int] = []

    def noted(number: int) -> Page:
        asked.append(number)
        return page(number)

    with ThreadPoolExecutor(1) as pool:
        found = all_pages("things", noted, pool)
    return sorted({str(item["id"]) for part in found for item in part.items}), sorted(asked)


@pytest.mark.parametrize(
    ("page", "count", "asked"),
    [
        pytest.param(paged(0, 100, 0), 0, [1], id="empty"),
        pytest.param(paged(250, 100, 250, 100), 250, [1, 2, 3], id="the truth"),
        pytest.param(paged(200, 100, 200, 100), 200, [1, 2], id="an exact multiple"),
        pytest.param(paged(250, 100, 250), 250, [1, 2, 3], id="no size"),
        pytest.param(paged(50, 20, 50, 100), 50, [1, 2, 3], id="a size echoed too large"),
        pytest.param(paged(3, 100, 9, 100), 3, [1, 1, 2, 2, 3, 3], id="a total too high is read twice and believed to be wrong"),
        pytest.param(paged(3, 100, 1, 100), 3, [1, 1], id="a total too low is read twice and believed to be wrong"),
        pytest.param(paged(250, 100, None), 250, [1, 2, 3, 4], id="no total"),
        pytest.param(paged(0, 100, None), 0, [1], id="no total and nothing there"),
        pytest.param(lambda _number: Page([{"id": "same"}], None, None), 1, [1, 2], id="every page is the same"),
    ],
)
def test_a_list_is_read_whole_with_as_few_pages_as_can_be(page: Callable[[int], Page], count: int, asked: list[int]) -> None:
    ids, numbers = read(page)
    assert (len(ids), numbers) == (count, asked)


def test_a_huge_total_costs_a_bounded_number_of_pages() -> None:
    ids, numbers = read(paged(1, 1, 10**12))
    assert ids == ["i0"]
    assert max(numbers) == MOST_PAGES
    assert len(numbers) == 2 * MOST_PAGES


def test_pages_without_end_are_an_error_after_a_bounded_number() -> None:
    asked: list[int] = []

    def endless(number: int) -> Page:
        asked.append(number)
        return Page([{"id": str(number)}], None, None)

    with pytest.raises(RemoteError, match="list of things has no end: 1,000 pages") as caught:
        read(endless)
    assert caught.value.exit_code == ExitCode.UNAVAILABLE
    assert len(asked) <= MOST_PAGES + 1


def test_what_slipped_from_one_page_to_another_is_found_by_reading_again() -> None:
    items = ["a", "b", "c", "d"]

    def page(number: int) -> Page:
        part = [{"id": id_} for id_ in items[(number - 1) * 2 : number * 2]]
        answered = Page(part, len(items), 2)
        if "new" not in items:
            items.insert(0, "new")  # so that b moves to the page that is read next, and d to one that nobody expects
        return answered

    ids, numbers = read(page)
    assert ids == ["a", "b", "c", "d", "new"]
    assert numbers == [1, 1, 2, 2, 3]


def test_a_list_that_never_settles_is_an_error_that_names_it() -> None:
    made = 0

    def page(_number: int) -> Page:
        nonlocal made
        made += 2
        return Page([{"id": str(made)}, {"id": str(made + 1)}], 5, 2)

    with pytest.raises(RemoteError, match="list of things changed while it was read, 3 times"):
        read(page)
