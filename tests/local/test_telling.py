"""What is told of records that were refused; what is told of the others, test_events.py and test_lots.py say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from living import Living


@pytest.mark.parametrize(
    ("event", "method", "path", "body", "more"),
    [
        ("record_created_failed", "POST", "records/slug/orders", {"data": {"code": "a"}}, {"recordId": None, "data": {"code": "a"}}),
        ("record_created_failed", "POST", "records/slug/orders/upsert", {"match": {"title": "X"}, "data": {"code": "a"}},
         {"recordId": None, "data": {"title": "X", "code": "a"}}),
        ("record_created_failed", "POST", "records/batch", {"recordSlug": "orders", "records": [{"code": "a"}]},
         {"recordId": None, "data": {"code": "a"}}),
        ("record_updated_failed", "PATCH", "records/{two}", {"data": {"code": "a"}}, {"recordId": "{two}", "data": {"code": "a"}}),
        ("record_updated_failed", "POST", "records/slug/orders/upsert", {"match": {"code": "b"}, "data": {"code": "a"}},
         {"recordId": "{two}", "data": {"code": "a"}}),
        ("record_updated_failed", "PATCH", "records/batch", {"records": [{"id": "{two}", "data": {"code": "a"}}]},
         {"recordId": "{two}", "data": {"code": "a"}}),
        ("record_deleted_failed", "DELETE", "records/{one}", None, {"recordId": "{one}", "data": {"code": "a"}, "hardDelete": False}),
        ("record_deleted_failed", "DELETE", "records/batch?hard=true", {"ids": ["{one}"]},
         {"recordId": "{one}", "data": {"code": "a"}, "hardDelete": True}),
        ("records_bulk_created_failed", "POST", "records/bulk", {"recordSlug": "orders", "records": [{"code": "c"}, {"code": "a"}]},
         {"recordIds": [], "count": 2}),
        ("records_bulk_updated_failed", "PATCH", "records/bulk", {"records": [{"id": "{two}", "data": {"code": "a"}}]},
         {"recordIds": ["{two}"], "count": 1}),
        ("records_bulk_deleted_failed", "DELETE", "records/bulk", {"ids": ["{one}", "{two}"]},
         {"recordIds": ["{one}", "{two}"], "count": 2}),
    ],
)  # fmt: skip
def test_what_is_refused_sets_off_a_trigger_that_is_told_why(
    event: str, method: str, path: str, body: Any, more: dict[str, Any], acme: Living
) -> None:
    properties = [{"name": "code", "type": "string", "isUnique": True}, {"name": "title", "type": "string"}]
    acme.made("collections", {"name": "orders", "recordSlug": "orders", "schemaDiscoveryMode": "strict", "properties": properties})
    lines = [{"name": "order", "type": "reference", "target": "orders"}]
    acme.made("collections", {"name": "lines", "recordSlug": "lines", "schemaDiscoveryMode": "strict", "properties": lines})
    ids = {code: acme.record("orders", code=code)["id"] for code in "ab"}
    acme.record("lines", order=ids["a"])

    def filled(value: Any) -> Any:
        return json.loads(json.dumps(value).replace("{one}", ids["a"]).replace("{two}", ids["b"]))

    trigger = acme.trigger(acme.function("return executionParams"), "event-driven", event=event, recordSlug="orders")
    answer = acme.client.request(method, filled(path), json=filled(body))
    assert answer.status_code in {400, 409}
    assert acme.drain() == 1
    (run,) = acme.runs(f"/trigger/{trigger}")
    assert run["runData"] == {
        "event": event,
        "workspaceSlug": "acme",
        "recordSlug": "orders",
        "timestamp": "2027-01-15T08:00:00.000Z",
        "error": answer.json()["message"],
        **filled(more),
    }


def test_a_call_of_a_function_that_is_refused_is_told_and_a_circle_of_it_is_stopped(acme: Living) -> None:
    acme.structure("orders", "title")
    function = acme.function("await api.createRecord('orders', {title: 5})")
    acme.trigger(function, "event-driven", event="record_created_failed", recordSlug="orders")
    acme.client.post("records/slug/orders", json={"data": {"title": 5}})
    assert acme.drain() == 1
    assert [run["errorCode"] for run in acme.runs()] == ["TRIGGER_LOOP_DETECTED", "CODE_ERROR"]


@pytest.mark.parametrize("body", [{"data": 5}, [], {}])
def test_a_request_that_is_not_understood_is_told_to_nobody(body: Any, acme: Living) -> None:
    acme.structure("orders")
    acme.trigger(acme.function("return 1"), "event-driven", event="record_created_failed", recordSlug="orders")
    assert acme.client.post("records/slug/orders", json=body).status_code == 400
    assert acme.drain() == 0


def test_a_secret_is_masked_in_what_failed(acme: Living) -> None:
    properties = [{"name": "key", "type": "string", "isSecret": True}, {"name": "n", "type": "number"}]
    acme.made("collections", {"name": "k", "recordSlug": "k", "schemaDiscoveryMode": "strict", "properties": properties})
    acme.trigger(acme.function("return executionParams.data"), "event-driven", event="record_created_failed", recordSlug="k")
    acme.client.post("records/slug/k", json={"data": {"key": "canary", "n": "x"}})
    acme.drain()
    assert [run["runData"] for run in acme.runs()] == [{"key": "********", "n": "x"}]
