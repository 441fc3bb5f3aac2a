"""What is checked when a record is kept, beside each value: uniqueness, references, size, and how long it lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from recording import DATA, RECORDS, declared, found, kept, said

if TYPE_CHECKING:
    import httpx

GONE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def created(api: httpx.Client, slug: str, data: dict[str, Any], **query: str) -> httpx.Response:
    return api.post(f"{RECORDS}/slug/{slug}", json={"data": data}, params=query)


@pytest.mark.parametrize(
    ("sort", "value", "other", "words"),
    [
        ("string", "a", "A", '"a"'),
        ("string", "1", "2", '"1"'),
        ("string", "ä'\"\\", "", '"ä\'\\"\\\\"'),
        ("number", 1, 2, "1"),
        ("number", 1.5, 1, "1.5"),
        ("number", 10**30, 10**31, "1000000000000000000000000000000"),
        ("boolean", True, False, "true"),
        ("datetime", "2026-05-14", "2026-05-15", '"2026-05-14"'),
        ("array", [1, "a"], [1], '[1,"a"]'),
        ("object", {"x": 1}, {"x": 2}, '{"x":1}'),
    ],
)
def test_a_unique_value_is_there_once(sort: str, value: Any, other: Any, words: str, api: httpx.Client) -> None:
    declared(api, "s", {"name": "u", "type": sort, "isUnique": True, "nullable": True})
    first = kept(api, "s", u=value)
    assert said(created(api, "s", {"u": value})) == (409, [("u", f"must be unique: {words} is taken")])
    second = kept(api, "s", u=other)
    assert said(api.patch(f"{RECORDS}/{second}", json={"data": {"u": value}}))[0] == 409
    assert api.patch(f"{RECORDS}/{first}", json={"data": {"u": value}}).status_code == 200
    for _ in range(2):
        assert created(api, "s", {"u": None}).status_code == created(api, "s", {}).status_code == 201


def test_only_active_records_of_the_same_structure_take_a_value(api: httpx.Client, now: list[float]) -> None:
    for slug in ("s", "t"):
        declared(api, slug, {"name": "u", "type": "string", "isUnique": True})
    kept(api, "t", u="a")
    deleted = kept(api, "s", u="a")
    api.delete(f"{RECORDS}/{deleted}").raise_for_status()
    assert created(api, "s", {"u": "a"}, ttlSeconds="50").status_code == 201
    assert said(api.post(f"{RECORDS}/{deleted}/restore")) == (409, [("u", 'must be unique: "a" is taken')])
    now[0] += 100
    assert api.post(f"{RECORDS}/{deleted}/restore").status_code == 200
    assert created(api, "s", {"u": "a"}).status_code == 409


def test_a_rule_made_later_is_enforced_on_the_next_write(api: httpx.Client) -> None:
    id_ = declared(api, "s", {"name": "u", "type": "string"}, {"name": "n", "type": "number"})
    first, _ = kept(api, "s", u="a"), kept(api, "s", u="a")
    properties = [{"name": "u", "type": "string", "isUnique": True, "required": True}, {"name": "n", "type": "number", "required": True}]
    api.put(f"{DATA}/collections/{id_}", json={"properties": properties}).raise_for_status()
    assert said(api.patch(f"{RECORDS}/{first}", json={"data": {"u": "a"}})) == (400, [("n", "is required")])
    assert said(api.patch(f"{RECORDS}/{first}", json={"data": {"u": "a", "n": 1}}))[0] == 409
    assert api.patch(f"{RECORDS}/{first}", json={"data": {"n": 1}}).status_code == 200


def test_what_is_referred_to_must_be_there(api: httpx.Client) -> None:
    declared(api, "a")
    declared(api, "other")
    options = {"type": "reference", "target": "a"}
    declared(api, "b", {"name": "one", **options, "onDelete": "set_null"}, {"name": "many", **options, "isArray": True})
    target, stranger, deleted = kept(api, "a"), kept(api, "other"), kept(api, "a")
    api.delete(f"{RECORDS}/{deleted}").raise_for_status()
    user = kept(api, "b", one=target, many=[target, target])
    for id_ in (GONE, stranger, deleted, ""):
        message = f"Referenced record '{id_}' not found in 'a'"
        assert said(created(api, "b", {"one": id_})) == (400, [("one", message)])
        answer = api.patch(f"{RECORDS}/{user}", json={"data": {"many": [target, id_]}})
        assert said(answer) == (400, [("many", message)])
        assert answer.json()["message"] == "Reference validation failed"


def test_only_references_that_are_sent_are_looked_up(api: httpx.Client, now: list[float]) -> None:
    declared(api, "a")
    declared(api, "b", {"name": "one", "type": "reference", "target": "a"}, {"name": "n", "type": "number"})
    target = created(api, "a", {}, ttlSeconds="50").json()["id"]
    user = kept(api, "b", one=target)
    now[0] += 100
    assert api.patch(f"{RECORDS}/{user}", json={"data": {"n": 1}}).status_code == 200
    assert api.patch(f"{RECORDS}/{user}", json={"data": {"one": target}}).status_code == 400


def test_a_schemaless_structure_checks_nothing(api: httpx.Client) -> None:
    options = {"isUnique": True, "default": "x", "immutable": True}
    declared(api, "a")
    declared(
        api,
        "s",
        {"name": "u", "type": "string", **options},
        {"name": "r", "type": "reference", "target": "a"},
        schemaDiscoveryMode="schemaless",
    )
    for _ in range(2):
        id_ = kept(api, "s", u="a", r=GONE)
    assert api.patch(f"{RECORDS}/{id_}", json={"data": {"u": 5}}).json()["data"] == {"u": 5, "r": GONE}
    assert created(api, "s", {}).json()["data"] == {}


@pytest.mark.parametrize(("text", "status"), [("x" * 1_048_000, 201), ("x" * 1_048_577, 413), ("é" * 500_000, 201), ("é" * 524_288, 413)])
def test_a_record_is_at_most_one_megabyte(text: str, status: int, api: httpx.Client) -> None:
    declared(api, "s", {"name": "t", "type": "string"})
    assert created(api, "s", {"t": text}).status_code == status


@pytest.mark.parametrize("data", [{"a": "x\0"}, {"a\0": 1}, {"a": [{"b": "\0"}]}])
def test_a_null_character_is_refused_wherever_it_is(data: dict[str, Any], api: httpx.Client) -> None:
    declared(api, "s", schemaDiscoveryMode="schemaless")
    assert said(created(api, "s", data)) == (400, [("data", "must not hold the character U+0000")])
    assert created(api, "s", {"a": "\\u0000"}).json()["data"] == {"a": "\\u0000"}


@pytest.mark.parametrize(
    ("query", "own", "expires"),
    [
        ({}, None, None),
        ({}, 60, "1970-01-01T00:01:"),
        ({"ttlSeconds": "3600"}, 60, "1970-01-01T01:00:"),
        ({"ttlSeconds": "0.5"}, None, "1970-01-01T00:00:"),
        ({"ttlSeconds": "3600", "expiresAt": "1970-01-03"}, 60, "1970-01-03T00:00:00.000Z"),
        ({"expiresAt": "1970-01-03T00:00:00+01:00"}, None, "1970-01-02T23:00:00.000Z"),
    ],
)
def test_a_record_expires_when_it_is_said(query: dict[str, str], own: int | None, expires: str | None, api: httpx.Client) -> None:
    declared(api, "s", defaultTtlSeconds=own)
    record = created(api, "s", {}, **query).json()
    assert str(record.get("expiresAt"))[: len(expires or "None")] == str(expires)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"ttlSeconds": "0"}, "ttlSeconds"),
        ({"ttlSeconds": "-1"}, "ttlSeconds"),
        ({"ttlSeconds": "soon"}, "ttlSeconds"),
        ({"ttlSeconds": "nan"}, "ttlSeconds"),
        ({"ttlSeconds": "inf"}, "ttlSeconds"),
        ({"ttlSeconds": "1e300"}, "ttlSeconds"),
        ({"expiresAt": "soon"}, "expiresAt"),
        ({"expiresAt": "1970-01-01"}, "expiresAt"),
    ],
)
def test_a_life_that_is_none_is_refused(query: dict[str, str], field: str, api: httpx.Client) -> None:
    declared(api, "s")
    status, wrong = said(created(api, "s", {}, **query))
    assert (status, [name for name, _ in wrong]) == (400, [field])


def test_what_has_expired_is_not_there_before_it_is_swept_away(api: httpx.Client, now: list[float]) -> None:
    declared(api, "s", {"name": "n", "type": "number"})
    id_ = created(api, "s", {"n": 1}, ttlSeconds="50").json()["id"]
    kept(api, "s", n=2)
    assert found(api, "s") == [1, 2]
    assert api.patch(f"{RECORDS}/{id_}?ttlSeconds=500", json={"data": {}}).status_code == 200
    now[0] += 100
    assert found(api, "s") == [1, 2]
    now[0] += 500
    assert found(api, "s") == found(api, "s", includeArchived="true") == [2]
    for call in (api.get, api.delete):
        assert call(f"{RECORDS}/{id_}").status_code == 404
    assert api.patch(f"{RECORDS}/{id_}", json={"data": {}}).status_code == 404
