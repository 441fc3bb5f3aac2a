"""The queue of runs is as fast after many runs as after few: what has ended is never read to find what is next."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.local.runs import Runs
from centrali_deploy.local.store import Store


class Watched(Store):
    """A store that remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        self.asked: list[str] = []

    def select(self, query: str, values: Any = ()) -> list[tuple[Any, ...]]:
        self.asked.append(query)
        return super().select(query, values)


def test_what_is_next_is_found_without_reading_what_has_ended() -> None:
    store = Watched()
    runs = Runs(store, lambda: 0.0, str)
    assert runs.picked() is None
    runs.cut_short()
    plans = [detail for query in tuple(store.asked) for *_, detail in store.select(f"explain query plan {query}")]
    store.close()
    read = [detail for detail in plans if "runs" in detail]
    assert len(read) == 3
    assert all("runs_pending" in detail or "runs_running" in detail for detail in read), read


@pytest.mark.parametrize(
    ("where", "index"),
    [
        ({}, "runs_by_workspace (workspace=?)"),
        ({"status": "failure"}, "runs_by_status (workspace=? AND status=?)"),
        ({"function": "f"}, "runs_by_function (workspace=? AND function=?)"),
        ({"trigger": "t"}, "runs_by_trigger (workspace=? AND trigger=?)"),
    ],
)
def test_a_page_of_runs_is_found_without_reading_or_sorting_all_of_them(where: dict[str, str], index: str) -> None:
    store = Watched()
    assert Runs(store, lambda: 0.0, str).listed("acme", where, 0, 20) == ([], 0)
    counted, page = tuple(store.asked)
    (plan,) = [str(row[-1]) for row in store.select(f"explain query plan {page}", ("acme", *where.values(), 20, 0))]
    counting = [str(row[-1]) for row in store.select(f"explain query plan {counted}", ("acme", *where.values()))]
    store.close()
    assert plan == f"SEARCH runs USING INDEX {index}"
    assert all("COVERING INDEX" in step for step in counting), counting


def test_the_reruns_of_a_run_are_found_without_reading_any_other_run() -> None:
    store = Watched()
    assert Runs(store, lambda: 0.0, str).repeats("acme", {"id": "1", "functionId": "f"}) == []
    (query,) = tuple(store.asked)
    plan = [str(row[-1]) for row in store.select(f"explain query plan {query}", ("acme", "1"))]
    store.close()
    assert plan == ["SEARCH runs USING INDEX runs_by_original (workspace=? AND <expr>=?)"]
