"""What the tool believes of functions that run, each as a scenario that any workspace can be asked: see facts.py."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from api import FUNCTIONS, TRIGGERS

from centrali_deploy.runtime import API
from centrali_deploy.wire import ENDPOINT_PATHS, EXECUTE_CALLS, HTTP_TRIGGER_PATHS, JOB_PATHS, RUNS_PATH, TEST_PATH, one, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from api import Api

SECONDS = 60
DOCUMENTED = {"event", "workspaceSlug", "recordSlug", "recordId", "data", "timestamp"}


def tried(api: Api, body: str, **params: Any) -> Any:
    """What a function of this body returns when it is tried."""
    answer = api.send("POST", TEST_PATH, json={"code": f"async function run() {{ {body} }}", "params": params}).raise_for_status().json()
    assert not answer.get("error"), answer
    return answer["output"]


def ended(api: Api, job: str) -> Any:
    """The state of a job, when it has ended."""
    for _ in range(SECONDS * 5):
        found = api.send("GET", JOB_PATHS[0].format(job=job)).json()
        if found["state"] in {"completed", "failed"}:
            return found
        api.wait()
        time.sleep(0.2)
    raise AssertionError(f"{job} did not end within {SECONDS} s")


def given(api: Api, slug: str, event: str, cause: Callable[[], Any]) -> dict[str, Any]:
    """The `executionParams` of a function that this event of this structure sets off, when `cause` is done."""
    function = api.function(code="async function run() { return executionParams }")
    trigger = api.trigger(function, executionType="event-driven", triggerMetadata={"event": event, "recordSlug": slug})
    cause()
    return first_run(api, trigger)


def first_run(api: Api, trigger: dict[str, Any]) -> dict[str, Any]:
    """What the first run of a trigger gave, when it has ended."""
    for _ in range(SECONDS * 5):
        api.wait()
        if runs := page(api.send("GET", f"{RUNS_PATH}", f"/trigger/{trigger['id']}?status=completed").json()).items:
            return dict(runs[-1]["runData"])
        time.sleep(0.2)
    raise AssertionError(f"{trigger['id']} did not run within {SECONDS} s")


def test_code_is_tried_without_being_saved(api: Api) -> None:
    assert tried(api, "return { sum: executionParams.a + executionParams.b }", a=1, b=2) == {"sum": 3}
    failed = api.send("POST", TEST_PATH, json={"code": "async function run() { throw new Error('verify') }"}).json()
    assert "verify" in str(failed.get("error"))


def test_a_function_sees_the_published_names(api: Api) -> None:
    there = tried(api, f"return {sorted(API)!r}.filter((name) => typeof api[name] === 'undefined')")
    assert there == []
    code = "return ['console', 'fetch', 'require', 'process', 'module'].filter((name) => typeof globalThis[name] === 'function')"
    assert tried(api, code) == []


def test_a_record_carries_its_id_twice(api: Api) -> None:
    slug = api.structure(schemaDiscoveryMode="schemaless")["recordSlug"]
    code = f"""
        const made = await api.createRecord('{slug}', {{title: 'a'}});
        const found = await api.fetchRecord(made.id);
        const changed = await api.updateRecord(made.id, {{title: 'b'}});
        await api.deleteRecord(made.id, true);
        return [made.id === made.data.id, found.data.title, changed.data.title];
    """
    assert tried(api, code) == [True, "a", "b"]


def test_records_are_upserted_and_counted(api: Api) -> None:
    slug = api.structure(schemaDiscoveryMode="schemaless")["recordSlug"]
    code = f"""
        const first = await api.upsertRecord('{slug}', {{match: {{title: 'a'}}, data: {{title: 'a', size: 1}}}});
        const second = await api.upsertRecord('{slug}', {{match: {{title: 'a'}}, data: {{size: 2}}}});
        const {{items, total}} = await api.queryRecords('{slug}', {{filter: {{'data.title': 'a'}}, includeTotal: true}});
        await api.incrementField(items[0].id, 'size', 5);
        const found = await api.fetchRecord(items[0].id);
        await api.deleteRecord(items[0].id, true);
        return [first.operation, second.operation, total, found.data.size];
    """
    assert tried(api, code) == ["created", "updated", 1, 7]


def test_records_are_made_in_bulk(api: Api) -> None:
    slug = api.structure(schemaDiscoveryMode="schemaless")["recordSlug"]
    code = f"""
        await api.bulkCreateRecords('{slug}', [{{title: 'a'}}, {{title: 'b'}}]);
        const {{data}} = await api.queryRecords('{slug}', {{sort: [{{field: 'data.title', direction: 'asc'}}], page: {{limit: 10}}}});
        await api.bulkDeleteRecords(data.map((record) => record.id));
        return data.map((record) => record.data.title);
    """
    assert tried(api, code) == ["a", "b"]


def test_texts_are_hashed(api: Api) -> None:
    assert tried(api, "return await api.crypto.sha256('a')") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


def test_small_members_give_what_is_expected(api: Api) -> None:
    assert tried(api, "return [api.base64.encode('a'), api.chunk([1, 2, 3], 2)]") == ["YQ==", [[1, 2], [3]]]


def test_numbers_do_not_depend_on_a_place(api: Api) -> None:
    assert tried(api, "return [(1234.5).toLocaleString(), (1e6).toLocaleString()]") == ["1234.5", "1000000"]


def test_a_call_nobody_waits_for_is_carried_out(api: Api) -> None:
    slug = api.structure(schemaDiscoveryMode="schemaless")["recordSlug"]
    assert tried(api, f"api.createRecord('{slug}', {{title: 'left'}}); return 1") == 1
    code = f"""
        const {{data}} = await api.queryRecords('{slug}', {{page: {{limit: 1}}}});
        await api.deleteRecord(data[0].id, true);
        return data[0].data.title;
    """
    assert tried(api, code) == "left"


@pytest.mark.parametrize(
    ("code", "status", "state"), [("return executionParams.n", "completed", "completed"), ("throw new Error('x')", "failure", "failed")]
)
def test_an_invoked_trigger_leaves_a_run(code: str, status: str, state: str, api: Api) -> None:
    function = api.function(code=f"async function run() {{ {code} }}")
    trigger = api.trigger(function)
    job = api.send("POST", TRIGGERS, f"/{trigger['id']}/{EXECUTE_CALLS[0]}", json={"payload": {"n": 5}}).raise_for_status().json()
    assert ended(api, job)["state"] == state
    for where in (f"trigger/{trigger['id']}", f"function/{function['id']}"):
        run = page(api.send("GET", RUNS_PATH, f"/{where}?limit=1").json()).items[0]
        assert (run["jobId"], run["status"]) == (job, status)
    assert one(api.send("GET", RUNS_PATH, f"/{run['id']}").json())["runData"] == (5 if state == "completed" else None)


def test_a_run_is_run_again(api: Api) -> None:
    function = api.function(code="async function run() { return [executionParams.a, executionParams.b] }")
    trigger = api.trigger(function)
    ended(api, api.send("POST", TRIGGERS, f"/{trigger['id']}/{EXECUTE_CALLS[0]}", json={"payload": {"a": 1, "b": 2}}).json())
    run = page(api.send("GET", RUNS_PATH, f"/trigger/{trigger['id']}?limit=1").json()).items[0]
    again = api.send("POST", RUNS_PATH, f"/{run['id']}/rerun", json={"overrideParams": {"b": 3}}).raise_for_status().json()
    assert ended(api, again["jobId"])["returnValue"] == [1, 3]


def test_an_endpoint_answers_what_its_function_returns(api: Api) -> None:
    path = api.name("e")
    function = api.function(code="async function run() { return {got: executionParams.payload} }")
    api.trigger(function, executionType="endpoint", triggerMetadata={"path": f"/{path}"})
    assert api.send("POST", ENDPOINT_PATHS[0], f"/{path}", json={"a": 1}).json() == {"got": {"a": 1}}
    assert FUNCTIONS


def test_an_event_has_the_documented_members(api: Api) -> None:
    slug = str(api.structure(schemaDiscoveryMode="schemaless")["recordSlug"])
    told = given(api, slug, "record_created", lambda: api.send("POST", f"records/slug/{slug}", json={"data": {"title": "a"}}))
    assert set(told) >= DOCUMENTED
    assert (told["event"], told["workspaceSlug"], told["recordSlug"]) == ("record_created", api.workspace, slug)
    assert told["data"]["title"] == "a"
    assert one(api.send("GET", "records", f"/{told['recordId']}").json())["data"]["title"] == "a"
    assert datetime.fromisoformat(told["timestamp"]).tzinfo


def test_an_event_of_many_has_their_ids_and_how_many(api: Api) -> None:
    slug = str(api.structure(schemaDiscoveryMode="schemaless")["recordSlug"])
    body = {"recordSlug": slug, "records": [{"title": "a"}, {"title": "b"}]}
    told = given(api, slug, "records_bulk_created", lambda: api.send("POST", "records/bulk", json=body))
    assert (told["event"], told["recordSlug"], told["count"]) == ("records_bulk_created", slug, 2)
    found = page(api.send("GET", f"records/slug/{slug}").json()).items
    assert sorted(told["recordIds"]) == sorted(each["id"] for each in found)


@pytest.mark.parametrize("segment", HTTP_TRIGGER_PATHS)
def test_an_http_trigger_answers_at_once_and_hands_on_what_it_was_sent(segment: str, api: Api) -> None:
    path = api.name("hook")
    function = api.function(code="async function run() { return executionParams }")
    trigger = api.trigger(function, executionType="http-trigger", triggerMetadata={"path": f"/{path}"})
    answer = api.http.post(api.url(segment, f"/{path}"), json={"order": 7}, headers={"X-Verify": "yes"})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    told = first_run(api, trigger)
    assert told["payload"] == {"order": 7}
    assert {name.lower(): value for name, value in told["headers"].items()}["x-verify"] == "yes"


@pytest.mark.parametrize("call", ["httpRequest({url, method: 'GET'})", "httpFetch(url, {method: 'GET'})", "httpPost(url, {})"])
def test_what_is_not_allowed_is_not_asked(call: str, api: Api) -> None:
    code = f"const url = 'https://example.net/'; try {{ await api.{call} }} catch (error) {{ return error.message }} return 'it was asked'"
    assert re.search(r"domain|allow", tried(api, code), re.IGNORECASE)


def test_what_comes_once_is_switched_off_after_it(api: Api) -> None:
    function = api.function(code="async function run() { return {ran: true} }")
    at = (datetime.now(UTC) + timedelta(seconds=20)).isoformat()
    trigger = api.trigger(function, executionType="scheduled", triggerMetadata={"scheduleType": "once", "scheduledAt": at})
    assert api.read(TRIGGERS, trigger)["enabled"] is True
    api.later(25)
    assert first_run(api, trigger) == {"ran": True}
    assert api.read(TRIGGERS, trigger)["enabled"] is False
