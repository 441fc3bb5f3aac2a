"""Flat parameters and the runtime's older options mean what the canonical query means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from keeping_records import workspace
from recording import RECORDS, declared, found, kept, said

from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from centrali_deploy.local.records import Records

PROPERTIES = (
    {"name": "n", "type": "number"},
    {"name": "status", "type": "string"},
    {"name": "done", "type": "boolean"},
    {"name": "tags", "type": "array", "items": {"type": "string"}},
    {"name": "sizes", "type": "array", "items": {"type": "number"}},
)
ROWS: tuple[dict[str, Any], ...] = (
    {"n": 1, "status": "new", "done": True, "tags": ["a", "b"], "loose": 5},
    {"n": 2, "status": "2", "done": False, "tags": ["b"], "loose": "5"},
    {"n": 30, "status": "paid", "sizes": [1, 2], "loose": True},
    {"n": 4.5, "status": "true", "loose": "07"},
)


@pytest.fixture
def filled(api: httpx.Client) -> httpx.Client:
    declared(api, "s", *PROPERTIES, schemaDiscoveryMode="auto-evolving", defaultSearchField="status")
    for row in ROWS:
        kept(api, "s", **row)
    return api


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"data.n": "1"}, [1]),
        ({"data.n": "4.5"}, [4.5]),
        ({"data.n": "x"}, []),
        ({"data.n[eq]": "30.0"}, [30]),
        ({"data.n[ne]": "1"}, [2, 30, 4.5]),
        ({"data.n[gt]": "4.5"}, [30]),
        ({"data.n[gte]": "4.5"}, [30, 4.5]),
        ({"data.n[lt]": "3e0"}, [1, 2]),
        ({"data.n[lte]": "2"}, [1, 2]),
        ({"data.n[gt]": "1", "data.n[lt]": "5"}, [2, 4.5]),
        ({"data.n[in]": "1,30"}, [1, 30]),
        ({"data.n[nin]": "1,30"}, [2, 4.5]),
        ({"data.status": "2"}, [2]),
        ({"data.status": "true"}, [4.5]),
        ({"data.status[in]": "new,paid"}, [1, 30]),
        ({"data.status[contains]": "ai"}, [30]),
        ({"data.status[startsWith]": "n"}, [1]),
        ({"data.status[endsWith]": "d"}, [30]),
        ({"data.done": "true"}, [1]),
        ({"data.done": "false"}, [2]),
        ({"data.done[exists]": "true"}, [1, 2]),
        ({"data.done[exists]": "false"}, [30, 4.5]),
        ({"data.tags[hasAny]": "a,x"}, [1]),
        ({"data.tags[hasAll]": "a,b"}, [1]),
        ({"data.tags[contains]": "b"}, [1, 2]),
        ({"data.sizes[hasAny]": "2"}, [30]),
        ({"data.loose": "5"}, [1, 2]),
        ({"data.loose": "true"}, [30]),
        ({"data.loose": "07"}, [4.5]),
        ({"data.loose[ne]": "5"}, [30, 4.5]),
        ({"data.loose[in]": "5,07"}, [1, 2, 4.5]),
        ({"data.loose[gt]": "4"}, [1, 2]),
        ({"data.loose": "null"}, []),
        ({"version": "1", "data.n": "1"}, [1]),
        ({"version": "x"}, []),
        ({"createdAt[lt]": "1970-01-01"}, []),
        ({"createdAt[gte]": "1970-01-01", "data.n": "1"}, [1]),
        ({"search": "NEW"}, [1]),
        ({"search": "a", "searchField": "status"}, [30]),
        ({"search": "a", "searchFields": "data.status, data.loose"}, [30]),
        ({"search": ""}, [1, 2, 30, 4.5]),
        ({"sort": "-data.n"}, [30, 4.5, 2, 1]),
        ({"sort": "data.n"}, [1, 2, 4.5, 30]),
        ({"sort": "version,-createdAt"}, [4.5, 30, 2, 1]),
        ({"sort": ""}, [1, 2, 30, 4.5]),
        ({"page": "2", "pageSize": "3"}, [4.5]),
        ({"page": "2", "limit": "1"}, [2]),
        ({"page": "0", "pageSize": "-1"}, [1, 2, 30, 4.5]),
        ({"page": "x", "pageSize": ""}, [1, 2, 30, 4.5]),
    ],
)
def test_flat_parameters_find(query: dict[str, str], expected: list[float], filled: httpx.Client) -> None:
    assert found(filled, "s", **query) == expected


@pytest.mark.parametrize(
    ("query", "meta"),
    [
        ({}, {"page": 1, "pageSize": 50}),
        ({"page": "2", "pageSize": "3", "includeTotal": "true"}, {"page": 2, "pageSize": 3, "total": 4}),
        ({"page": "3", "pageSize": "9999", "includeTotal": "false"}, {"page": 3, "pageSize": 500}),
    ],
)
def test_a_list_tells_its_page(query: dict[str, str], meta: dict[str, int], filled: httpx.Client) -> None:
    assert filled.get(f"{RECORDS}/slug/s", params=query).json()["meta"] == meta


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"status": "x", "n": "1"}, "n", "is not a parameter"),
        ({"stauts": "new"}, "stauts", "is not a parameter"),
        ({"data.n[like]": "1"}, "data.n", "'like' is not an operator"),
        ({"data.n[gte": "1"}, "data.n[gte", "is not a parameter"),
        ({"data.n[exists]": "yes"}, "data.n", "is not a value for exists"),
        ({"sort": "n"}, "n", "must be written data.n"),
        ({"expand": "n"}, "expand", "'n' is not a reference"),
    ],
)
def test_flat_parameters_that_are_none_are_refused(query: dict[str, str], field: str, message: str, filled: httpx.Client) -> None:
    assert said(filled.get(f"{RECORDS}/slug/s", params=query)) == (400, [(field, message)])


def test_archived_records_are_listed_when_it_is_asked(filled: httpx.Client) -> None:
    first = filled.get(f"{RECORDS}/slug/s").json()["data"][0]["id"]
    filled.delete(f"{RECORDS}/{first}").raise_for_status()
    assert found(filled, "s") == [2, 30, 4.5]
    assert found(filled, "s", includeArchived="true") == [1, 2, 30, 4.5]


@pytest.fixture
def records() -> Iterator[Records]:
    with workspace("auto-evolving", *PROPERTIES) as records:
        records.bulk_create("s", ROWS)
        yield records


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"filter": {"data.status": "paid"}, "pageSize": 1, "includeTotal": True}, [30]),
        ({"filter": {"data.n": {"gte": 2, "lt": 30}}}, [2, 4.5]),
        ({"filter": {"data.n[gte]": 30}}, [30]),
        ({"filter": {"data.n": [1, 2]}}, [1, 2]),
        ({"filter": {"data.status[in]": "new,paid"}}, [1, 30]),
        ({"filter": {"or": [{"data.n": 1}, {"data.n": 30}]}}, [1, 30]),
        ({"filter": {}}, [1, 2, 30, 4.5]),
        ({"filter": None, "pageSize": 2, "page": 2}, [30, 4.5]),
        ({"limit": "1"}, [1]),
        ({"data.status": "new"}, [1]),
        ({"data.n[gt]": 4}, [30, 4.5]),
        ({"pageSize": 2, "sort": "-data.n"}, [30, 4.5]),
        ({"pageSize": 2, "sort": ["-data.n"]}, [30, 4.5]),
        ({"sort": {"data.n": "desc"}}, [30, 4.5, 2, 1]),
        ({"pageSize": 9, "sort": [{"field": "data.n", "direction": "desc"}]}, [30, 4.5, 2, 1]),
        ({"pageSize": 9, "sort": {"field": "data.n"}}, [1, 2, 4.5, 30]),
        ({"page": 2}, []),
        ({"search": "pai", "searchField": "status"}, [30]),
        ({"dateWindow": {"field": "createdAt", "to": "1970-01-01T00:00:00Z"}}, []),
        ({"dateWindow": {"field": "createdAt", "from": "1970-01-01T00:00:00Z", "to": "1970-01-01T00:00:01Z"}}, [1, 2, 30, 4.5]),
        ({"dateWindow": {"field": "data.status", "from": "o"}}, [30, 4.5]),
        ({"dateWindow": None, "includeTotal": True}, [1, 2, 30, 4.5]),
    ],
)
def test_the_older_options_of_functions_find_items(options: dict[str, Any], expected: list[float], records: Records) -> None:
    answer = records.queried("s", options)
    assert [item["data"]["n"] for item in answer["items"]] == expected
    assert set(answer) == {"items", "total"}


def test_the_total_counts_every_page(records: Records) -> None:
    assert records.queried("s", {"filter": {"data.n": {"gt": 1}}, "pageSize": 1})["total"] == 3


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"where": {"data.n": 1}},
        {"where": {"data.n": 1}, "includeTotal": True},
        {"page": {"limit": 1}},
        {"sort": [{"field": "data.n", "direction": "asc"}]},
        {"select": {"fields": ["data.n"]}},
    ],
)
def test_the_canonical_options_of_functions_find_data(options: dict[str, Any], records: Records) -> None:
    answer = records.queried("s", options)
    assert answer["data"][0]["data"]["n"] == 1
    assert set(answer) == {"data", "meta"}


@pytest.mark.parametrize(
    "options",
    [
        {"filter": []},
        {"filter": {"status": {"like": 1}}},
        {"filter": {"n": 1}},
        {"pageSize": 1, "unknown": 1},
        {"dateWindow": "today"},
        {"dateWindow": {}},
        {"dateWindow": {"field": 1}},
        {"sort": {"n": "asc"}},
        {"sort": {"data.n": "up"}},
        {"pageSize": 1, "sort": 5},
        {"pageSize": 1, "sort": [5]},
        {"search": 5},
        {"pageSize": 1, "includeArchived": "yes"},
    ],
)
def test_options_that_are_none_are_refused(options: dict[str, Any], records: Records) -> None:
    with pytest.raises(Refused) as caught:
        records.queried("s", options)
    assert caught.value.status == 400
