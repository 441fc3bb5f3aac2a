"""What is the same for every kind: pages, filters, orders, merges, versions, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.local.app import create_app
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = "/data/workspace/acme/api/v1"
STRUCTURES, FUNCTIONS, TRIGGERS = (f"{DATA}/{path}" for path in ("collections", "compute-functions", "function-triggers"))


def made(api: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.post(path, json=body).raise_for_status().json()
    return found


def names(api: httpx.Client, path: str, **query: str) -> list[str]:
    return [item["name"] for item in api.get(path, params=query).json()["data"]]


@pytest.fixture
def many(api: httpx.Client) -> httpx.Client:
    for name in ("b", "c", "a"):
        made(api, FUNCTIONS, name=name, code="x")
    return api


@pytest.mark.parametrize(
    ("query", "found", "size"),
    [
        ({}, "bca", 20),
        ({"limit": "2"}, "bc", 2),
        ({"pageSize": "2", "limit": "1"}, "bc", 2),
        ({"limit": "2", "page": "2"}, "a", 2),
        ({"limit": "2", "page": "3"}, "", 2),
        ({"limit": "500"}, "bca", 100),
        ({"limit": "0", "page": "0"}, "bca", 20),
        ({"limit": "-1", "page": "x"}, "bca", 20),
        ({"limit": "²", "page": "1" * 10}, "bca", 20),
        ({"order": "desc"}, "acb", 20),
        ({"sort": "name"}, "abc", 20),
        ({"sort": "name", "order": "desc", "limit": "1"}, "c", 1),
        ({"sort": "code"}, "bca", 20),
    ],
)
def test_a_list_comes_in_pages_in_the_order_asked_for(query: dict[str, str], found: str, size: int, many: httpx.Client) -> None:
    answer = many.get(FUNCTIONS, params=query).json()
    assert "".join(item["name"] for item in answer["data"]) == found
    assert (answer["meta"]["total"], answer["meta"]["pageSize"]) == (3, size)


def test_a_list_is_filtered_by_members(many: httpx.Client) -> None:
    for name in ("b", "a"):
        (id_,) = [item["id"] for item in many.get(FUNCTIONS).json()["data"] if item["name"] == name]
        for sort in ("on-demand", "endpoint"):
            made(many, TRIGGERS, name=f"{name}-{sort}", functionId=id_, executionType=sort, triggerMetadata={"path": f"{name}x"})
    assert names(many, TRIGGERS, functionId=id_) == ["a-on-demand", "a-endpoint"]
    assert names(many, TRIGGERS, functionId=id_, executionType="endpoint") == ["a-endpoint"]
    assert names(many, TRIGGERS, functionId="gone") == []
    assert many.get(TRIGGERS, params={"includeHealth": "true"}).json()["data"][0]["health"]["status"] == "unknown"
    assert "health" not in many.get(TRIGGERS).json()["data"][0]


def test_structures_are_filtered_by_status(api: httpx.Client) -> None:
    made(api, STRUCTURES, name="a")
    made(api, STRUCTURES, name="b", status="inactive")
    assert names(api, STRUCTURES, status="inactive") == ["b"]


@pytest.mark.parametrize(("brief", "shown"), [(True, False), (False, True)])
def test_a_brief_list_leaves_out_what_it_may(brief: bool, shown: bool) -> None:
    app = create_app(":memory:", workspaces=["acme"], brief=brief)
    account = app.state.accounts["acme"]
    with httpx.Client(transport=InProcess(app), base_url="http://localhost") as api:
        form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
        api.headers["Authorization"] = f"bearer {api.post('/oauth/token', data=form).json()['access_token']}"
        id_ = made(api, FUNCTIONS, name="f", code="x")["id"]
        assert ("code" in api.get(FUNCTIONS).json()["data"][0]) is shown
        assert api.get(f"{FUNCTIONS}/{id_}").json()["code"] == "x"
    app.state.store.close()


def test_a_new_object_is_complete_and_says_who_made_it_and_when(api: httpx.Client) -> None:
    found = made(api, FUNCTIONS, name="f", code="x", timeoutMs=None, unknown=1, id="mine", version=9)
    assert found["description"] is None
    assert (found["timeoutMs"], found["version"], found["workspaceSlug"]) == (30_000, 1, "acme")
    assert found["id"] != "mine"
    assert "unknown" not in found
    assert found["createdBy"] == found["updatedBy"] != ""
    assert found["createdAt"] == found["updatedAt"]
    assert re.fullmatch(r"1970-01-01T00:00:\d\d\.000Z", found["createdAt"])


def test_an_update_merges_what_was_sent_and_counts(api: httpx.Client) -> None:
    before = made(api, FUNCTIONS, name="f", code="x", description="old", timeoutMs=5)
    for method, sent, changed in (
        (api.put, {"code": "y"}, {"code": "y"}),
        (api.patch, {"description": None, "timeoutMs": None, "unknown": 1}, {"description": None, "timeoutMs": 30_000}),
    ):
        after = method(f"{FUNCTIONS}/{before['id']}", json=sent).json()
        times = {name: after[name] for name in ("updatedAt", "version")}
        assert after == {**before, **changed, **times}
        assert times["version"] == before["version"] + 1
        assert times["updatedAt"] > before["updatedAt"]
        before = after
    assert api.get(f"{FUNCTIONS}/{before['id']}").json() == before


def test_an_update_that_is_refused_changes_nothing(api: httpx.Client) -> None:
    before = made(api, FUNCTIONS, name="f", code="x")
    assert api.put(f"{FUNCTIONS}/{before['id']}", json={"code": "", "timeoutMs": 5}).status_code == 400
    assert api.get(f"{FUNCTIONS}/{before['id']}").json() == before


@pytest.mark.parametrize(
    ("path", "body", "member", "other"),
    [
        (STRUCTURES, {"name": "a"}, "recordSlug", "b"),
        (TRIGGERS, {"name": "t", "executionType": "on-demand", "triggerMetadata": {}}, "executionType", "endpoint"),
    ],
)
def test_what_is_fixed_is_not_changed(path: str, body: dict[str, Any], member: str, other: str, api: httpx.Client) -> None:
    found = made(api, path, **body, functionId=made(api, FUNCTIONS, name="f", code="x")["id"])
    answer = api.put(f"{path}/{found['id']}", json={member: other})
    assert (answer.status_code, answer.json()["details"]) == (400, [{"field": member, "message": "cannot be changed"}])
    for same in (found[member], None):
        assert api.put(f"{path}/{found['id']}", json={member: same}).json()[member] == found[member]


def test_a_name_is_there_once_and_a_rename_is_no_exception(many: httpx.Client) -> None:
    answer = many.post(FUNCTIONS, json={"name": "a", "code": "x"})
    assert (answer.status_code, answer.json()["message"]) == (409, "Function with name 'a' already exists")
    assert answer.json()["details"] == [{"field": "name", "message": "is taken"}]
    first, *_ = many.get(FUNCTIONS).json()["data"]
    assert many.put(f"{FUNCTIONS}/{first['id']}", json={"name": "a"}).status_code == 409
    assert many.put(f"{FUNCTIONS}/{first['id']}", json={"name": "d"}).json()["name"] == "d"
    assert made(many, FUNCTIONS, name="b", code="x")["name"] == "b"


@pytest.mark.parametrize("call", ["get", "put", "delete", "restore", "hard"])
def test_what_is_not_there_is_not_found(call: str, api: httpx.Client) -> None:
    calls: dict[str, Callable[[], httpx.Response]] = {
        "get": lambda: api.get(f"{STRUCTURES}/gone"),
        "put": lambda: api.put(f"{STRUCTURES}/gone", json={}),
        "delete": lambda: api.delete(f"{STRUCTURES}/gone"),
        "restore": lambda: api.post(f"{STRUCTURES}/gone/restore"),
        "hard": lambda: api.delete(f"{STRUCTURES}/gone?hard=true"),
    }
    answer = calls[call]()
    assert (answer.status_code, answer.json()["message"]) == (404, "Structure not found")


def test_names_that_are_slugs_stand_for_ids_and_others_do_not(api: httpx.Client) -> None:
    structure, function = made(api, STRUCTURES, name="a"), made(api, FUNCTIONS, name="f", code="x")
    assert api.get(f"{STRUCTURES}/a").json() == structure
    assert api.get(f"{FUNCTIONS}/f").status_code == 404
    assert api.get(f"{FUNCTIONS}/{function['id']}").json() == function


def test_a_soft_delete_is_noted_and_undone(api: httpx.Client) -> None:
    before = made(api, STRUCTURES, name="a")
    assert api.delete(f"{STRUCTURES}/a").status_code == 204
    assert names(api, STRUCTURES) == []
    after = api.post(f"{STRUCTURES}/{before['id']}/restore").json()
    assert after == {**before, "version": 2, "updatedAt": after["updatedAt"]}
    assert names(api, STRUCTURES) == ["a"]
