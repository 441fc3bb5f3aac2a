"""The routes of records: which there are, what their bodies may be, and that no body of any shape is a mistake of ours."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from recording import DATA, RECORDS, declared, kept, said
from shapes import of, quickly

from centrali_deploy.local.app import create_app
from centrali_deploy.local.conditions import OPERATORS
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

PROPERTIES = (
    {"name": "n", "type": "number", "minimum": 0, "multipleOf": 0.5, "isUnique": True},
    {"name": "t", "type": "string", "pattern": "^x", "format": "email"},
    {"name": "o", "type": "object", "properties": {"n": {"type": "number"}, "key": {"type": "string", "isSecret": True}}},
    {"name": "l", "type": "array", "items": {"type": "datetime"}, "uniqueItems": True, "isUnique": True},
    {"name": "r", "type": "reference", "target": "s", "isArray": True, "onDelete": "set_null"},
    {"name": "key", "type": "string", "isSecret": True},
)


@contextmanager
def spoken(*workspaces: str, **options: Any) -> Iterator[httpx.Client]:
    """Speaks to the first of some workspaces; `X-Other` holds the token of the last one."""
    app = create_app(":memory:", workspaces=workspaces, **options)
    with httpx.Client(transport=InProcess(app), base_url="http://localhost") as client:
        for header, slug in (("X-Other", workspaces[-1]), ("Authorization", workspaces[0])):
            account = app.state.accounts[slug]
            form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
            client.headers[header] = f"Bearer {client.post('/oidc/token', data=form).json()['access_token']}"
        yield client
    app.state.store.close()


@pytest.fixture
def structure(api: httpx.Client) -> str:
    return declared(api, "s", {"name": "n", "type": "number"})


@pytest.mark.parametrize("member", ["structureId", "collectionId", "recordSlug", "slug as structureId"])
def test_a_record_is_created_below_its_structure_in_any_word(member: str, structure: str, api: httpx.Client) -> None:
    named = {"slug as structureId": {"structureId": "s"}, "recordSlug": {"recordSlug": "s"}}.get(member, {member: structure})
    answer = api.post(RECORDS, json={**named, "data": {"n": 1}, "metadata": {"a": 1}}, params={"ttlSeconds": "9"})
    assert (answer.status_code, answer.json()["recordSlug"], answer.json()["metadata"]) == (201, "s", {"a": 1})
    assert "expiresAt" in answer.json()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "structureId"),
        ({"structureId": 5, "data": {}}, 400, "structureId"),
        ({"structureId": "", "data": {}}, 400, "structureId"),
        ({"structureId": "gone", "data": {}}, 404, None),
        ({"recordSlug": "gone", "data": {}}, 404, None),
        ({"recordSlug": "s"}, 400, "data"),
        ({"recordSlug": "s", "data": []}, 400, "data"),
        ({"recordSlug": "s", "data": {}, "metadata": []}, 400, "metadata"),
        ({"recordSlug": "s", "data": {}, "ttlSeconds": []}, 400, "ttlSeconds"),
        ({"recordSlug": "s", "data": {}, "expiresAt": 5}, 400, "expiresAt"),
    ],
)
def test_a_create_that_is_none_is_refused(body: dict[str, Any], status: int, field: str | None, structure: str, api: httpx.Client) -> None:
    assert structure
    answered, wrong = said(api.post(RECORDS, json=body))
    assert (answered, [name for name, _ in wrong]) == (status, [field] if field else [])


def test_a_record_is_found_by_its_id_alone_and_below_its_slug(structure: str, api: httpx.Client) -> None:
    assert structure
    declared(api, "other")
    id_ = kept(api, "s", n=1)
    for path in (f"{RECORDS}/{id_}", f"{RECORDS}/slug/s/{id_}", f"/workspace/acme/api/v1/records/{id_}"):
        assert api.get(path).json()["data"] == {"n": 1}
        assert api.patch(path, json={"data": {"n": 1}}).status_code == 200
    for method, status in (("GET", 404), ("PATCH", 404), ("DELETE", 404)):
        assert api.request(method, f"{RECORDS}/slug/other/{id_}", json={"data": {}}).status_code == status
    assert api.delete(f"{RECORDS}/slug/s/{id_}").status_code == 204
    assert api.delete(f"{RECORDS}/slug/other/{id_}?hard=true").status_code == 404
    assert api.delete(f"{RECORDS}/slug/s/{id_}?hard=true").status_code == 204


def test_an_update_may_leave_out_the_word_data(structure: str, api: httpx.Client) -> None:
    assert structure
    id_ = kept(api, "s", n=1)
    assert api.patch(f"{RECORDS}/{id_}", json={"n": 2, "metadata": {"a": 1}}).json()["data"] == {"n": 2}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/bulk", 5),
        ("POST", "/bulk", [5]),
        ("POST", "/bulk", {"recordSlug": "s"}),
        ("POST", "/bulk", {"records": []}),
        ("POST", "/bulk", []),
        ("POST", "/bulk", [{"recordSlug": "s", "data": {}}, {"recordSlug": "t", "data": {}}]),
        ("POST", "/bulk", {"recordSlug": "s", "records": [{"data": 5}]}),
        ("PATCH", "/batch", {"records": {}}),
        ("PATCH", "/batch", [{"data": {}}]),
        ("DELETE", "/batch", {}),
        ("DELETE", "/bulk", [5]),
        ("POST", "/query", []),
        ("POST", "/slug/s/upsert", []),
    ],
)
def test_a_body_that_does_not_fit_is_refused(method: str, path: str, body: Any, structure: str, api: httpx.Client) -> None:
    assert structure
    assert api.request(method, f"{RECORDS}{path}", json=body).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/slug/s", "GET, POST"),
        ("GET", "", "POST"),
        ("GET", "/x/restore", "POST"),
    ],
)
def test_a_known_path_asked_for_in_the_wrong_way_says_so(method: str, path: str, allowed: str, api: httpx.Client) -> None:
    answer = api.request(method, f"{RECORDS}{path}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def test_records_belong_to_whoever_has_a_token(structure: str, api: httpx.Client) -> None:
    assert structure
    id_ = kept(api, "s", n=1)
    del api.headers["Authorization"]
    assert api.get(f"{RECORDS}/{id_}").status_code == api.post(f"{RECORDS}/query", json={}).status_code == 401


def test_single_records_are_wrapped_where_it_is_said() -> None:
    with spoken("acme", envelope="data") as api:
        api.post(f"{DATA}/collections", json={"name": "s", "schemaDiscoveryMode": "schemaless"}).raise_for_status()
        made = api.post(f"{RECORDS}/slug/s", json={"data": {"n": 1}}).json()
        assert (list(made), made["data"]["data"]) == (["data"], {"n": 1})
        assert api.get(f"{RECORDS}/{made['data']['id']}").json() == made
        assert api.get(f"{RECORDS}/slug/s").json()["data"] == [made["data"]]


def test_records_of_two_workspaces_do_not_meet() -> None:
    with spoken("acme", "other") as api:
        other = {"Authorization": api.headers["X-Other"]}
        for path, headers in ((DATA, {}), (DATA.replace("acme", "other"), other)):
            api.post(f"{path}/collections", json={"name": "s"}, headers=headers).raise_for_status()
        id_ = kept(api, "s")
        theirs = DATA.replace("acme", "other")
        assert api.get(f"{theirs}/records/{id_}", headers=other).status_code == 404
        assert api.get(f"{theirs}/records/slug/s", headers=other).json()["data"] == []


@pytest.fixture(scope="module")
def any_shape() -> Iterator[tuple[httpx.Client, str]]:
    """A workspace with one record of everything, and the id of that record."""
    with spoken("acme") as api:
        declared(api, "s", *PROPERTIES, schemaDiscoveryMode="auto-evolving")
        declared(api, "loose", schemaDiscoveryMode="schemaless")
        yield api, kept(api, "s", n=1, o={"n": 1, "key": "k"}, l=["2026-01-01"], key="k")


WORDS = [
    *(
        "data",
        "match",
        "records",
        "ids",
        "id",
        "structureId",
        "collectionId",
        "recordSlug",
        "metadata",
        "version",
        "ttlSeconds",
        "expiresAt",
    ),
    *("resource", "where", "text", "sort", "page", "select", "include", "includeTotal", "includeArchived", "query", "fields", "field"),
    *(
        "direction",
        "asc",
        "desc",
        "limit",
        "offset",
        "relation",
        "and",
        "or",
        "not",
        "s",
        "loose",
        "n",
        "t",
        "o",
        "l",
        "r",
        "key",
        "data.n",
    ),
    *("data.t", "data.o.n", "data.l", "data.r", "data.key", "createdAt", "status", "********", "2026-01-01", "data.n[gte]", "joins"),
]
CALLS = (
    *(
        ("POST", f"{RECORDS}{path}")
        for path in ("", "/query", "/bulk", "/batch", "/slug/s", "/slug/loose", "/slug/s/upsert", "/slug/loose/upsert")
    ),
    *(("POST", f"{RECORDS}/ID/{call}") for call in ("revert", "restore")),
    *((method, f"{RECORDS}{path}") for method in ("PATCH", "PUT") for path in ("/ID", "/bulk", "/batch")),
    *(("DELETE", f"{RECORDS}{path}") for path in ("/bulk", "/batch")),
)


@quickly
@given(some.data())
def test_no_body_of_any_shape_is_a_mistake_of_ours(any_shape: tuple[httpx.Client, str], data: some.DataObject) -> None:
    api, id_ = any_shape
    method, path = data.draw(some.sampled_from(CALLS))
    shape = of([*WORDS, *OPERATORS, id_])
    body = data.draw(shape)
    for member in ("data", "match", "where", "records"):
        if data.draw(some.booleans()):
            body[member] = [data.draw(shape)] if member == "records" else data.draw(shape)
    named = {"resource": "s"} if path.endswith("query") else {"recordSlug": "s"} if path.endswith(("records", "bulk", "batch")) else {}
    content = json.dumps({**body, **named}).encode()  # with NaN and Infinity, as Python writes them
    answer = api.request(method, path.replace("ID", id_), content=content)
    assert answer.status_code in {200, 201, 204, 400, 404, 409, 501}, answer.text
    assert answer.status_code != 501 or "joins" in body


@quickly
@given(
    some.dictionaries(
        some.sampled_from(
            [*WORDS, *(f"data.n[{word}]" for word in OPERATORS), "search", "searchField", "expand", "pageSize", "hard", "data.[x]"]
        ),
        some.sampled_from([*WORDS, "", "-1", "1e999", "x" * 40, "9" * 40, "true", "null", "1,2,x", "-data.n", "0", "\0", "%"]),
        max_size=4,
    )
)
def test_no_parameters_are_a_mistake_of_ours(any_shape: tuple[httpx.Client, str], query: dict[str, str]) -> None:
    api, id_ = any_shape
    for path in (f"{RECORDS}/slug/s", f"{RECORDS}/{id_}"):
        assert api.get(path, params=query).status_code in {200, 400}
    assert api.post(f"{RECORDS}/slug/loose", json={"data": {}}, params=query).status_code in {201, 400}


def test_what_a_record_holds_under_a_name_that_is_gone_is_not_in_the_way_of_an_update(api: httpx.Client) -> None:
    id_ = declared(api, "s", {"name": "a", "type": "number"}, {"name": "b", "type": "number"})
    record = api.post(f"{RECORDS}/slug/s", json={"data": {"a": 1, "b": 2}}).json()["id"]
    api.put(f"{DATA}/collections/{id_}", json={"properties": [{"name": "a", "type": "number"}]}).raise_for_status()
    assert api.patch(f"{RECORDS}/{record}", json={"data": {"a": 3}}).status_code == 200
    assert api.patch(f"{RECORDS}/{record}", json={"data": {"b": 3}}).status_code == 400
