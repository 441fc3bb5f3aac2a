"""Records come, change and go, and every change is told as an event in the words that are documented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from keeping_records import workspace
from recording import DATA, RECORDS, declared, found, kept, said

from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

N = {"name": "n", "type": "number"}


@pytest.fixture
def structure(api: httpx.Client) -> str:
    return declared(api, "s", N, {"name": "u", "type": "string", "isUnique": True}, {"name": "t", "type": "string"})


def test_a_new_record_is_complete(structure: str, api: httpx.Client) -> None:
    answer = api.post(f"{RECORDS}/slug/s", json={"data": {"n": 1}, "metadata": {"from": "here"}})
    record = answer.json()
    times = {name: record[name] for name in ("createdAt", "updatedAt", "createdBy", "updatedBy")}
    assert answer.status_code == 201
    assert record == {
        "id": record["id"],
        "structureId": structure,
        "collectionId": structure,
        "workspaceSlug": "acme",
        "recordSlug": "s",
        "data": {"n": 1},
        "metadata": {"from": "here"},
        "version": 1,
        **times,
    }
    assert times["createdAt"] == times["updatedAt"]
    assert times["createdBy"] == times["updatedBy"] != ""
    assert api.get(f"{RECORDS}/{record['id']}").json() == record


def test_an_update_merges_and_counts(structure: str, api: httpx.Client) -> None:
    assert structure
    before = api.post(f"{RECORDS}/slug/s", json={"data": {"n": 1, "t": "x"}, "metadata": {"a": 1}}).json()
    after = api.patch(f"{RECORDS}/{before['id']}", json={"data": {"n": 2}}).json()
    assert after == {**before, "data": {"n": 2, "t": "x"}, "version": 2, "updatedAt": after["updatedAt"]}
    assert after["updatedAt"] > before["updatedAt"]
    again = api.put(f"{RECORDS}/{before['id']}", json={"data": {}, "metadata": {"b": 1}}).json()
    assert (again["data"], again["metadata"], again["version"]) == ({"n": 2, "t": "x"}, {"b": 1}, 3)


def test_a_refused_update_changes_nothing_and_tells_that_it_failed(structure: str, api: httpx.Client, told: list[dict[str, Any]]) -> None:
    assert structure
    kept(api, "s", u="a")
    id_ = kept(api, "s", u="b", n=1)
    before, count = api.get(f"{RECORDS}/{id_}").json(), len(told)
    for data in ({"n": "x"}, {"u": "a"}, {"unknown": 1}):
        assert api.patch(f"{RECORDS}/{id_}", json={"data": data}).status_code in {400, 409}
    assert api.get(f"{RECORDS}/{id_}").json() == before
    assert [payload["event"] for payload in told[count:]] == ["record_updated_failed"] * 3


def test_every_change_is_told(structure: str, api: httpx.Client, told: list[dict[str, Any]]) -> None:
    assert structure
    id_ = kept(api, "s", n=1)
    api.patch(f"{RECORDS}/{id_}", json={"data": {"n": 2}}).raise_for_status()
    api.post(f"{RECORDS}/{id_}/revert", json={"version": 1}).raise_for_status()
    api.delete(f"{RECORDS}/{id_}").raise_for_status()
    api.post(f"{RECORDS}/{id_}/restore").raise_for_status()
    api.delete(f"{RECORDS}/{id_}?hard=true").raise_for_status()
    base = {"workspaceSlug": "acme", "recordSlug": "s", "recordId": id_}
    one, two = {"n": 1}, {"n": 2}
    assert [{name: value for name, value in payload.items() if name != "timestamp"} for payload in told] == [
        {"event": "record_created", **base, "data": one},
        {"event": "record_updated", **base, "data": two, "before": one, "after": two},
        {"event": "record_reverted", **base, "data": one, "before": two, "after": one},
        {"event": "record_deleted", **base, "data": one, "hardDelete": False},
        {"event": "record_restored", **base, "data": one},
        {"event": "record_deleted", **base, "data": one, "hardDelete": True},
    ]
    assert sorted(payload["timestamp"] for payload in told) == [payload["timestamp"] for payload in told]
    assert told[0]["timestamp"].endswith(".000Z")


def test_a_soft_delete_is_undone_and_a_hard_one_is_not(structure: str, api: httpx.Client) -> None:
    assert structure
    id_ = kept(api, "s", n=1)
    assert said(api.post(f"{RECORDS}/{id_}/restore")) == (409, [])
    api.delete(f"{RECORDS}/{id_}").raise_for_status()
    assert found(api, "s") == []
    assert api.delete(f"{RECORDS}/{id_}").status_code == 404
    assert api.post(f"{RECORDS}/{id_}/restore").json()["version"] == 2
    assert found(api, "s") == [1]
    api.delete(f"{RECORDS}/{id_}").raise_for_status()
    assert api.delete(f"{RECORDS}/{id_}?hard=true").status_code == 204
    assert api.post(f"{RECORDS}/{id_}/restore").status_code == 404


def test_versions_are_kept_and_brought_back_as_new_ones(structure: str, api: httpx.Client) -> None:
    assert structure
    id_ = kept(api, "s", n=1)
    for n in (2, 3):
        api.patch(f"{RECORDS}/{id_}", json={"data": {"n": n}}).raise_for_status()
    api.delete(f"{RECORDS}/{id_}").raise_for_status()
    api.post(f"{RECORDS}/{id_}/restore").raise_for_status()
    assert api.post(f"{RECORDS}/{id_}/revert", json={"version": 2}).json()["data"] == {"n": 2}
    versions = api.get(f"{RECORDS}/{id_}/versions").json()["data"]
    assert [(row["version"], row["data"]["n"]) for row in versions] == [(1, 1), (2, 2), (3, 3), (4, 3), (5, 2)]
    assert sorted(row["updatedAt"] for row in versions) == [row["updatedAt"] for row in versions]
    for version, status in ((5, 404), (9, 404), (10**30, 404), ("1", 400), (True, 400)):
        assert api.post(f"{RECORDS}/{id_}/revert", json={"version": version}).status_code == status


def test_an_upsert_makes_or_changes(structure: str, api: httpx.Client, told: list[dict[str, Any]]) -> None:
    assert structure
    body = {"match": {"u": "a"}, "data": {"n": 1}}
    first = api.post(f"{RECORDS}/slug/s/upsert", json=body)
    second = api.post(f"{RECORDS}/slug/s/upsert", json={"match": {"data.u": "a"}, "data": {"t": "x"}})
    assert (first.status_code, first.json()["operation"], first.json()["data"]["data"]) == (201, "created", {"u": "a", "n": 1})
    assert (second.status_code, second.json()["operation"]) == (200, "updated")
    assert (second.json()["data"]["id"], second.json()["data"]["data"]) == (first.json()["data"]["id"], {"u": "a", "n": 1, "t": "x"})
    assert [payload["event"] for payload in told] == ["record_created", "record_updated"]
    api.delete(f"{RECORDS}/{first.json()['data']['id']}").raise_for_status()
    assert api.post(f"{RECORDS}/slug/s/upsert", json=body).json()["operation"] == "created"


@pytest.mark.parametrize(
    "body", [{}, {"match": {}, "data": {}}, {"match": {"a'b": 1}, "data": {}}, {"match": [], "data": {}}, {"match": {"n": 1}}]
)
def test_an_upsert_needs_fields_to_match(body: dict[str, Any], structure: str, api: httpx.Client) -> None:
    assert structure
    assert api.post(f"{RECORDS}/slug/s/upsert", json=body).status_code == 400


def test_an_increment_adds(now: list[float]) -> None:
    assert now
    with workspace("strict", {**N, "maximum": 5}, {"name": "t", "type": "string"}) as records:
        id_ = records.create("s", {"t": "x"})["id"]
        assert [records.increment(id_, field, by)["data"]["n"] for field, by in (("n", 2), ("data.n", 0.5), ("n", -1))] == [2, 2.5, 1.5]
        for field, by in (("t", 1), ("n", "1"), ("n", True), ("n", 9), ("unknown", 1)):
            with pytest.raises(Refused) as caught:
                records.increment(id_, field, by)  # type: ignore[arg-type]
            assert caught.value.status == 400
        assert records.get(id_)["version"] == 4


def test_what_has_expired_is_swept_away_and_told() -> None:
    told: list[dict[str, Any]] = []
    with workspace() as records:
        listening = type(records)(records.store, "acme", records.clock, records.ids, "me", lambda _, payload: told.append(payload))
        late = type(records)(records.store, "acme", lambda: 100.0, records.ids, "me", lambda _, payload: told.append(payload))
        first = listening.create("s", {"n": 1}, ttl_seconds=5)["id"]
        deleted = listening.create("s", {"n": 2}, ttl_seconds=5)["id"]
        listening.create("s", {"n": 3}, ttl_seconds=500)
        listening.delete(deleted)
        told.clear()
        assert (listening.expire(), told) == (0, [])
        assert (late.expire(), late.expire()) == (1, 0)
        assert told == [
            {"event": "record_expired", "workspaceSlug": "acme", "recordSlug": "s", "recordId": first, "data": {"n": 1},
             "timestamp": "1970-01-01T00:01:40.000Z"}
        ]  # fmt: skip
        assert records.listed("s", {"includeTotal": "true"})["meta"]["total"] == 1


def test_what_raises_while_it_is_told_is_undone() -> None:
    def fail(_event: str, _payload: dict[str, Any]) -> None:
        raise Refused(409, "no")

    with workspace() as records:
        failing = type(records)(records.store, "acme", records.clock, records.ids, "me", fail)
        with records.store.transaction():
            records.create("s", {"n": 1})
            with pytest.raises(Refused):
                failing.create("s", {"n": 2})
        assert [row["data"]["n"] for row in records.query({"resource": "s"})["data"]] == [1]


@pytest.mark.parametrize("call", ["get", "patch", "delete", "restore", "revert", "versions", "list", "create", "upsert"])
def test_records_of_a_deleted_structure_are_hidden_until_it_is_restored(call: str, structure: str, api: httpx.Client) -> None:
    id_ = kept(api, "s", n=1)
    calls: dict[str, Callable[[], httpx.Response]] = {
        "get": lambda: api.get(f"{RECORDS}/{id_}"),
        "patch": lambda: api.patch(f"{RECORDS}/{id_}", json={"data": {}}),
        "delete": lambda: api.delete(f"{RECORDS}/{id_}"),
        "restore": lambda: api.post(f"{RECORDS}/{id_}/restore"),
        "revert": lambda: api.post(f"{RECORDS}/{id_}/revert", json={"version": 1}),
        "versions": lambda: api.get(f"{RECORDS}/{id_}/versions"),
        "list": lambda: api.get(f"{RECORDS}/slug/s"),
        "create": lambda: api.post(f"{RECORDS}/slug/s", json={"data": {}}),
        "upsert": lambda: api.post(f"{RECORDS}/slug/s/upsert", json={"match": {"n": 1}, "data": {}}),
    }
    api.delete(f"{DATA}/collections/{structure}").raise_for_status()
    assert calls[call]().status_code == 404
    api.post(f"{DATA}/collections/{structure}/restore").raise_for_status()
    assert found(api, "s") == [1]


def test_records_of_a_structure_that_is_deleted_hard_are_gone(structure: str, api: httpx.Client) -> None:
    id_ = kept(api, "s", n=1)
    declared(api, "other", N)
    kept(api, "other", n=2)
    api.delete(f"{DATA}/collections/{structure}").raise_for_status()
    api.delete(f"{DATA}/collections/{structure}?hard=true").raise_for_status()
    declared(api, "s", N)
    assert (found(api, "s", includeArchived="true"), found(api, "other")) == ([], [2])
    assert api.get(f"{RECORDS}/{id_}").status_code == 404
