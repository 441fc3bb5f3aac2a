"""Events of records and the triggers they set off; loops are stopped where they close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from living import Living


def test_a_trigger_gets_the_event_and_its_params_in_the_clear(acme: Living) -> None:
    acme.structure("orders", "title")
    params = {"key": {"value": "canary", "encrypt": True}, "size": 5}
    function = acme.function("return {got: executionParams, params: triggerParams}")
    trigger = acme.trigger(function, "event-driven", event="record_created", recordSlug="orders", params=params)
    record = acme.record("orders", title="A")
    assert acme.drain() == 1
    (run,) = acme.runs(f"/trigger/{trigger}")
    got = run["runData"]["got"]
    assert (got["event"], got["workspaceSlug"], got["recordSlug"], got["recordId"]) == ("record_created", "acme", "orders", record["id"])
    assert (got["data"], run["runData"]["params"]) == ({"title": "A"}, {"key": "canary", "size": 5})
    assert (run["status"], run["executionSource"], run["triggerType"]) == ("completed", "trigger", "event-driven")


@pytest.mark.parametrize(
    ("event", "slug", "paused"),
    [("record_updated", "orders", False), ("record_created", "others", False), ("record_created", "orders", True)],
)
def test_a_trigger_hears_its_own_event_of_its_own_structure_while_it_is_not_paused(
    event: str, slug: str, paused: bool, acme: Living
) -> None:
    acme.structure("orders")
    acme.structure("others")
    trigger = acme.trigger(acme.function("return 1"), "event-driven", event=event, recordSlug=slug)
    if paused:
        acme.client.patch(f"function-triggers/{trigger}/pause")
    acme.record("orders", a=1)
    assert acme.drain() == 0


def test_what_a_function_writes_sets_off_the_next(acme: Living) -> None:
    for slug in ("a", "b", "c"):
        acme.structure(slug)
    for number, (of, to) in enumerate((("a", "b"), ("b", "c"))):
        function = acme.function(f"await api.createRecord('{to}', {{from: executionParams.recordSlug}})", f"f{number}")
        acme.trigger(function, "event-driven", f"t{number}", event="record_created", recordSlug=of)
    acme.record("a", n=1)
    assert acme.drain() == 2
    assert [record["data"] for record in acme.client.get("records/slug/c").json()["data"]] == [{"from": "b"}]


def test_a_circle_is_stopped_and_says_so(acme: Living) -> None:
    for slug in ("a", "b"):
        acme.structure(slug)
    for number, (of, to) in enumerate((("a", "b"), ("b", "a"))):
        function = acme.function(f"await api.createRecord('{to}', {{}})", f"f{number}")
        acme.trigger(function, "event-driven", f"t{number}", event="record_created", recordSlug=of)
    acme.record("a")
    assert acme.drain() == 2
    last, *others = acme.runs()
    assert (last["status"], last["errorCode"]) == ("failure", "TRIGGER_LOOP_DETECTED")
    assert last["errorMessage"] == "Trigger loop detected: t0 set itself off again"
    assert [run["status"] for run in others] == ["completed", "completed"]


def test_nothing_is_queued_for_a_write_that_is_undone(acme: Living) -> None:
    acme.structure("orders", "title")
    acme.trigger(acme.function("return 1"), "event-driven", event="records_bulk_created", recordSlug="orders")
    answer = acme.client.post("records/bulk", json={"recordSlug": "orders", "records": [{"title": "A"}, {"title": 5}]})
    assert answer.status_code == 400
    assert acme.drain() == 0
