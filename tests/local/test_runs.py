"""The queue of runs is as fast after many runs as after few: what has ended is never read to find what is next."""

from __future__ import annotations

from typing import Any

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
