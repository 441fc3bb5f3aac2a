"""The store under threads: nothing crashes when it is closed, and what is half done is undone."""

from __future__ import annotations

import threading

import pytest

from centrali_deploy.local.store import Store, StoreFailed


def test_closing_waits_for_what_runs_and_refuses_what_comes_after() -> None:
    store, found = Store(":memory:"), []

    def use() -> None:
        try:
            while True:
                with store.transaction():
                    store.all("acme", "function")
        except StoreFailed as error:
            found.append(str(error))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    store.close()
    for thread in threads:
        thread.join(10)
    assert found == ["Cannot operate on a closed database."] * 4


def test_what_raises_inside_a_transaction_is_undone() -> None:
    store = Store(":memory:")

    def add_twice() -> None:
        with store.transaction():
            store.add("acme", "function", "f", {"id": "1"})
            store.add("acme", "function", "f", {"id": "1"})

    with pytest.raises(StoreFailed):
        add_twice()
    assert store.all("acme", "function") == []
    store.close()
