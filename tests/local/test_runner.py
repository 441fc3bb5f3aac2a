"""Working off the queue: in order for each trigger, in the background, and again after a restart."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from living import living

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from living import Living

SLOW = "const end = Date.now() + 300; while (Date.now() < end) {} return executionParams.n"


def until(there: Callable[[], bool]) -> None:
    for _ in range(400):
        if there():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


def invoked(acme: Living, trigger: str, *numbers: int) -> None:
    for number in numbers:
        acme.client.post(f"function-triggers/{trigger}/execute", json={"n": number})


def test_the_background_works_off_the_queue_in_the_order_of_each_trigger(tmp_path: Path) -> None:
    with living(str(tmp_path / "w.db")) as acme:
        acme.structure("logs")
        first = acme.trigger(acme.function("await api.createRecord('logs', {n: executionParams.n})"), "on-demand", "first")
        invoked(acme, first, *range(12))
        acme.app.state.runner.start(workers=3)
        until(lambda: len(acme.runs(status="completed", limit=100)) == 12)
        logs = acme.client.get("records/slug/logs", params={"sort": "createdAt", "pageSize": 50}).json()["data"]
        assert sorted(record["data"]["n"] for record in logs) == list(range(12))
        runs = acme.client.get("function-runs", params={"limit": 50}).json()["data"]
        assert [run["status"] for run in runs] == ["completed"] * 12


def test_different_triggers_run_beside_each_other(tmp_path: Path) -> None:
    with living(str(tmp_path / "w.db")) as acme:
        function = acme.function("const end = Date.now() + 30000; while (Date.now() < end) {}", timeoutMs=60000)
        slow = acme.trigger(function, "on-demand", "slow")
        quick = acme.trigger(acme.function("return 1", "quick"), "on-demand", "quick")
        invoked(acme, slow, 1, 2)
        invoked(acme, quick, 1)
        acme.app.state.runner.start(workers=2)
        until(lambda: [run["status"] for run in acme.runs(f"/trigger/{quick}")] == ["completed"])
        assert [run["status"] for run in acme.runs(f"/trigger/{slow}")] == ["pending", "running"]


def test_what_a_process_leaves_running_is_run_by_the_next_one(tmp_path: Path) -> None:
    database = str(tmp_path / "w.db")
    with living(database) as before:
        trigger = before.trigger(before.function(SLOW, timeoutMs=60000), "on-demand")
        invoked(before, trigger, 7)
        assert before.app.state.runner.runs.picked() is not None  # and here the process dies
    with living(database) as after:
        assert [run["status"] for run in after.runs()] == ["running"]
        after.app.state.runner.start()
        until(lambda: [run["runData"] for run in after.runs(status="completed")] == [7])


def test_a_function_that_is_gone_is_still_run_with_the_code_it_had(acme: Living) -> None:
    function = acme.function("return 5")
    trigger = acme.trigger(function, "on-demand")
    invoked(acme, trigger, 1)
    acme.client.delete(f"function-triggers/{trigger}")
    acme.client.delete(f"compute-functions/{function}")
    assert acme.drain() == 1
    assert acme.runs()[0]["runData"] == 5
