"""What is told of runs, and running them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from living import Living

MEMBERS = {
    "id", "createdBy", "functionId", "workspaceSlug", "jobId", "status", "runData", "startedAt", "endedAt", "createdAt", "updatedAt",
    "executionId", "triggerId", "triggerType", "orchestrationRunId", "orchestrationStepId", "originalRunId", "isRerun", "rerunCount",
    "rerunBy", "rerunReason", "functionCodeHash", "functionVersion", "executionSource", "memoryUsageBytes", "cpuUsageSeconds",
    "memoryUsage", "cpuUsage", "errorCode", "errorMessage", "dataStrippedAt", "archiveStorageAddress", "archivedAt",
}  # fmt: skip


def test_a_run_has_every_published_member_and_nothing_of_the_inside(acme: Living) -> None:
    trigger = acme.trigger(acme.function("return 1"), "on-demand")
    acme.client.post(f"function-triggers/{trigger}/execute")
    acme.drain()
    (run,) = acme.runs()
    assert acme.client.get(f"function-runs/{run['id']}").json() == run
    assert run.keys() >= MEMBERS
    assert not [member for member in run if member.startswith("_")]
    assert acme.client.get("function-runs/gone").status_code == 404
    assert acme.client.get("jobs/gone/status").status_code == 404


def test_runs_are_listed_by_trigger_and_function_most_recent_first(acme: Living) -> None:
    good, bad = acme.function("return executionParams.n"), acme.function("throw 1", "bad")
    first, second = acme.trigger(good, "on-demand", "first"), acme.trigger(bad, "on-demand", "second")
    for number in range(5):
        acme.client.post(f"function-triggers/{first}/execute", json={"payload": {"n": number}})
    acme.client.post(f"function-triggers/{second}/execute")
    assert [run["status"] for run in acme.runs(status="pending")] == ["pending"] * 6
    acme.drain()
    assert [run["runData"] for run in acme.runs(f"/trigger/{first}", limit=2, page=2)] == [2, 1]
    assert acme.client.get(f"function-runs/function/{good}", params={"limit": 2}).json()["meta"] == {"page": 1, "pageSize": 2, "total": 5}
    assert [run["status"] for run in acme.runs(f"/function/{bad}")] == ["failure"]
    assert (len(acme.runs(status="failure")), len(acme.runs(f"/trigger/{first}", status="failure"))) == (1, 0)
    assert acme.client.get("function-runs", params={"status": "odd"}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "result"),
    [
        (None, ["old", 1, 2]),
        ({"useLatestCode": True}, ["new", 1, 2]),
        ({"overrideParams": {"b": 3}}, ["old", 1, 3]),
        ({"useLatestCode": True, "overrideParams": {"a": 5}, "reason": "again"}, ["new", 5, 2]),
    ],
)
def test_a_run_is_run_again_with_its_own_code_and_params_unless_asked_otherwise(asked: object, result: object, acme: Living) -> None:
    function = acme.function("return ['old', executionParams.a, executionParams.b]")
    trigger = acme.trigger(function, "on-demand")
    acme.client.post(f"function-triggers/{trigger}/execute", json={"a": 1, "b": 2})
    acme.drain()
    acme.client.put(
        f"compute-functions/{function}", json={"code": "async function run() { return ['new', executionParams.a, executionParams.b] }"}
    )
    original = acme.runs()[0]
    answer = acme.client.post(f"function-runs/{original['id']}/rerun", **({} if asked is None else {"json": asked})).json()
    assert answer["message"] == f"Re-run successfully queued. Original run {original['id']} has been re-executed."
    acme.drain()
    again = acme.client.get(f"jobs/{answer['jobId']}/status").json()
    assert again["returnValue"] == result
    history = acme.client.get(f"function-runs/{original['id']}/rerun-history").json()
    assert (history["originalRunId"], history["rerunCount"]) == (original["id"], 1)
    (run,) = history["reruns"]
    assert (run["isRerun"], run["originalRunId"], run["executionSource"]) == (True, original["id"], "rerun")
    assert run["rerunReason"] == (asked or {}).get("reason")  # type: ignore[attr-defined]
    assert (run["functionCodeHash"] == original["functionCodeHash"]) is not bool((asked or {}).get("useLatestCode"))  # type: ignore[attr-defined]
    assert acme.client.get(f"function-runs/{original['id']}").json()["rerunCount"] == 1


def test_what_cannot_be_run_again_is_refused(acme: Living) -> None:
    trigger = acme.trigger(acme.function("return 1"), "on-demand")
    acme.client.post(f"function-triggers/{trigger}/execute")
    acme.drain()
    (run,) = acme.runs()
    assert acme.client.post(f"function-runs/{run['id']}/rerun", json={"overrideParams": 5}).status_code == 400
    assert acme.client.post("function-runs/gone/rerun").status_code == 404
