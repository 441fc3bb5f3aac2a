"""Many records at once: all or none, and one event for all of them or one for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from recording import RECORDS, declared, found, kept, said

if TYPE_CHECKING:
    import httpx

WAYS = pytest.mark.parametrize("way", ["bulk", "batch"])


@pytest.fixture
def structure(api: httpx.Client) -> str:
    unique = {"name": "u", "type": "string", "isUnique": True}
    return declared(api, "s", {"name": "n", "type": "number"}, unique, {"name": "to", "type": "reference", "target": "s"})


def events(told: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Name, structure, and the record or the records of every event."""
    return [(payload["event"], payload["recordSlug"], payload.get("recordId", payload.get("recordIds"))) for payload in told]


def done(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that say that something happened, and not that it failed."""
    return [payload for payload in told if not payload["event"].endswith("_failed")]


def test_a_bulk_create_is_told_once_and_a_batch_create_for_each(structure: str, api: httpx.Client, told: list[dict[str, Any]]) -> None:
    for way in ("bulk", "batch"):
        answer = api.post(f"{RECORDS}/{way}", json={"structureId": structure, "records": [{"data": {"n": 1}}, {"n": 2}]})
        assert (answer.status_code, answer.json()["meta"]["total"]) == (201, 2)
        ids = [record["id"] for record in answer.json()["data"]]
        if way == "bulk":
            assert events(told) == [("records_bulk_created", "s", ids)]
            assert told[0]["count"] == 2
            assert told[0].keys() == {"event", "workspaceSlug", "recordSlug", "recordIds", "count", "timestamp"}
            told.clear()
        else:
            assert events(told) == [("record_created", "s", id_) for id_ in ids]
            assert told[1]["data"] == {"n": 2}
    assert found(api, "s") == [1, 2, 1, 2]


@WAYS
def test_records_are_created_in_any_likely_spelling(way: str, structure: str, api: httpx.Client) -> None:
    for body in (
        {"recordSlug": "s", "records": [{"data": {"n": 1}}]},
        {"collectionId": structure, "records": [{"n": 2}]},
        [{"structureId": structure, "data": {"n": 3}}, {"recordSlug": "s", "data": {"n": 4}}],
    ):
        assert api.post(f"{RECORDS}/{way}", json=body).status_code == 201
    assert found(api, "s") == [1, 2, 3, 4]


@WAYS
@pytest.mark.parametrize(
    ("records", "status", "wrong"),
    [
        ([{"n": 1}, {"n": "x"}, {"x": 1}], 400, [("records[1].n", "must be a number"), ("records[2].x", "is not a property")]),
        ([{"u": "a"}, {"u": "b"}, {"u": "a"}], 409, [(f"records[{at}].u", 'must be unique: "a" is taken') for at in (0, 2)]),
        ([{"n": 1}, {"u": "taken"}], 409, [("records[1].u", 'must be unique: "taken" is taken')]),
        ([{"to": "gone"}], 400, [("records[0].to", "Referenced record 'gone' not found in 's'")]),
    ],
)
def test_one_that_is_wrong_keeps_all_from_being_created(
    way: str, records: Any, status: int, wrong: Any, structure: str, api: httpx.Client, told: list[dict[str, Any]]
) -> None:
    kept(api, "s", u="taken", n=0)
    answer = api.post(f"{RECORDS}/{way}", json={"structureId": structure, "records": records})
    assert said(answer) == (status, wrong)
    assert found(api, "s") == [0]
    assert len(done(told)) == 1


@WAYS
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_at_most_a_thousand_go_at_once(way: str, method: str, structure: str, api: httpx.Client) -> None:
    body: Any = ["x"] * 1001 if method == "DELETE" else {"structureId": structure, "records": [{"id": "x", "data": {}}] * 1001}
    answer = api.request(method, f"{RECORDS}/{way}", json=body)
    assert (answer.status_code, answer.json()["message"]) == (400, "Maximum 1,000 records per bulk operation")


@WAYS
def test_records_are_changed_together(way: str, structure: str, api: httpx.Client, told: list[dict[str, Any]]) -> None:
    assert structure
    declared(api, "t", {"name": "n", "type": "number"})
    one, two, other = kept(api, "s", n=1, u="a"), kept(api, "s", n=2, u="b"), kept(api, "t", n=3)
    told.clear()
    changes = [{"id": one, "data": {"u": "b"}}, {"id": other, "data": {"n": 30}}, {"id": two, "data": {"u": "a"}}]
    answer = api.patch(f"{RECORDS}/{way}", json={"records": changes}).raise_for_status()
    assert [record["data"] for record in answer.json()["data"]] == [{"n": 1, "u": "b"}, {"n": 30}, {"n": 2, "u": "a"}]
    if way == "bulk":
        assert events(told) == [("records_bulk_updated", "s", [one, two]), ("records_bulk_updated", "t", [other])]
    else:
        assert sorted(events(told)) == sorted(("record_updated", slug, id_) for slug, id_ in (("s", one), ("s", two), ("t", other)))
        assert (told[0]["before"], told[0]["after"]) == ({"n": 1, "u": "a"}, {"n": 1, "u": "b"})


@WAYS
@pytest.mark.parametrize(
    ("second", "status"),
    [({"data": {"n": "x"}}, 400), ({"data": {"u": "a"}}, 409), ({"id": "gone", "data": {}}, 404), ({"id": None}, 400), ({"data": 1}, 400)],
)
def test_one_that_is_wrong_keeps_all_from_being_changed(
    way: str, second: dict[str, Any], status: int, structure: str, api: httpx.Client, told: list[dict[str, Any]]
) -> None:
    assert structure
    one, two = kept(api, "s", n=1, u="a"), kept(api, "s", n=2, u="b")
    answer = api.patch(f"{RECORDS}/{way}", json=[{"id": one, "data": {"n": 5}}, {"id": two, **second}])
    assert answer.status_code == status
    assert found(api, "s") == [1, 2]
    assert len(done(told)) == 2


@WAYS
def test_a_record_is_changed_once_at_a_time(way: str, structure: str, api: httpx.Client) -> None:
    assert structure
    id_ = kept(api, "s", n=1)
    answer = api.put(f"{RECORDS}/{way}", json=[{"id": id_, "data": {"n": 2}}, {"id": id_, "data": {"n": 3}}])
    assert said(answer) == (400, [("records", "must not name a record twice")])


@WAYS
@pytest.mark.parametrize("hard", ["false", "true"])
def test_records_are_deleted_together(way: str, hard: str, structure: str, api: httpx.Client, told: list[dict[str, Any]]) -> None:
    assert structure
    one = kept(api, "s", n=1)
    two = kept(api, "s", n=2, to=one)
    told.clear()
    assert api.request("DELETE", f"{RECORDS}/{way}", json={"ids": [one, "gone"]}, params={"hard": hard}).status_code == 404
    assert api.request("DELETE", f"{RECORDS}/{way}", json={"ids": [one]}, params={"hard": hard}).status_code == 409
    failed = "records_bulk_deleted_failed" if way == "bulk" else "record_deleted_failed"
    assert (found(api, "s"), events(told)) == ([1, 2], [(failed, "s", [one] if way == "bulk" else one)] * 2)
    told.clear()
    assert api.request("DELETE", f"{RECORDS}/{way}", json=[one, two], params={"hard": hard}).status_code == 204
    if way == "bulk":
        assert events(told) == [("records_bulk_deleted", "s", [one, two])]
    else:
        assert events(told) == [("record_deleted", "s", one), ("record_deleted", "s", two)]
        assert [payload["hardDelete"] for payload in told] == [hard == "true"] * 2
    assert found(api, "s", includeArchived="true") == ([] if hard == "true" else [1, 2])


@WAYS
def test_nothing_at_all_is_done_and_told_for_nobody(way: str, structure: str, api: httpx.Client, told: list[dict[str, Any]]) -> None:
    assert api.post(f"{RECORDS}/{way}", json={"structureId": structure, "records": []}).json()["data"] == []
    assert api.patch(f"{RECORDS}/{way}", json=[]).json()["data"] == []
    assert api.request("DELETE", f"{RECORDS}/{way}", json=[]).status_code == 204
    assert told == []
