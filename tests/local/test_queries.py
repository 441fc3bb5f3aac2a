"""The canonical query: text, sort, page, select, include; each with what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from recording import RECORDS, declared, kept, said

if TYPE_CHECKING:
    import httpx


@pytest.fixture
def filled(api: httpx.Client) -> httpx.Client:
    """Five records; the text of the second is missing, and its number is a text."""
    names = ({"name": name, "type": "string"} for name in ("title", "body"))
    declared(api, "s", *names, {"name": "n", "type": "number"}, schemaDiscoveryMode="auto-evolving", defaultSearchField="title")
    for n, title in enumerate(("Pear", None, "apple", "Äpfel", "pear tree"), 1):
        kept(api, "s", n=n, **({"title": title, "body": f"Body {n}"} if title else {}), size={"w": n % 2})
    return api


def asked(api: httpx.Client, **query: Any) -> Any:
    return api.post(f"{RECORDS}/query", json={"resource": "s", **query}).raise_for_status().json()


def numbers(api: httpx.Client, **query: Any) -> list[int]:
    return [record["data"]["n"] for record in asked(api, **query)["data"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"where": None, "sort": None, "page": None, "select": None, "include": None, "text": None}, [1, 2, 3, 4, 5]),
        ({"text": {"query": "PEAR"}}, [1, 5]),
        ({"text": {"query": "äpfel"}}, [4]),
        ({"text": {"query": "body"}}, []),
        ({"text": {"query": "body 3", "fields": ["title", "data.body"]}}, [3]),
        ({"text": {"query": ""}}, [1, 3, 4, 5]),
        ({"text": {"query": "%"}}, []),
        ({"text": {"query": "pear"}, "where": {"data.n": {"gt": 1}}}, [5]),
        ({"sort": [{"field": "data.n", "direction": "desc"}]}, [5, 4, 3, 2, 1]),
        ({"sort": [{"field": "data.title"}]}, [1, 3, 5, 4, 2]),
        ({"sort": [{"field": "data.title", "direction": "desc"}]}, [2, 4, 5, 3, 1]),
        ({"sort": [{"field": "data.size.w"}, {"field": "data.n", "direction": "desc"}]}, [4, 2, 5, 3, 1]),
        ({"sort": [{"field": "createdAt", "direction": "desc"}]}, [5, 4, 3, 2, 1]),
        ({"sort": [{"field": "version"}]}, [1, 2, 3, 4, 5]),
        ({"page": {"limit": 2}}, [1, 2]),
        ({"page": {"limit": 2, "offset": 3}}, [4, 5]),
        ({"page": {"offset": 5}}, []),
    ],
)
def test_a_query_finds(query: dict[str, Any], expected: list[int], filled: httpx.Client) -> None:
    assert numbers(filled, **query) == expected


@pytest.mark.parametrize(
    ("query", "meta"),
    [
        ({}, {"limit": 50, "offset": 0}),
        ({"page": {"limit": 2, "offset": 1}, "includeTotal": True}, {"limit": 2, "offset": 1, "total": 5}),
        ({"page": {"limit": 9999}, "where": {"data.n": 1}, "includeTotal": True}, {"limit": 500, "offset": 0, "total": 1}),
    ],
)
def test_the_page_is_told_and_the_total_when_it_is_asked(query: dict[str, Any], meta: dict[str, int], filled: httpx.Client) -> None:
    assert asked(filled, **query)["meta"] == meta


def test_only_selected_fields_are_shown(filled: httpx.Client) -> None:
    query = {"where": {"data.n": 1}, "select": {"fields": ["createdAt", "data.n", "data.size.w", "data.title.x", "data.none"]}}
    (found,) = asked(filled, **query)["data"]
    assert found == {"id": found["id"], "createdAt": found["createdAt"], "data": {"n": 1, "size": {"w": 1}}}


def test_what_is_deleted_is_found_only_when_it_is_asked(filled: httpx.Client) -> None:
    id_ = asked(filled)["data"][2]["id"]
    filled.delete(f"{RECORDS}/{id_}").raise_for_status()
    assert numbers(filled) == [1, 2, 4, 5]
    assert numbers(filled, includeArchived=True) == [1, 2, 3, 4, 5]
    (found,) = asked(filled, includeArchived=True, where={"status": "archived"})["data"]
    assert (found["id"], found["isDeleted"], bool(found["deletedAt"])) == (id_, True, True)


def test_without_a_search_field_every_text_is_searched(api: httpx.Client) -> None:
    secret = {"name": "key", "type": "string", "isSecret": True}
    declared(api, "s", {"name": "a", "type": "string"}, {"name": "b", "type": "string"}, {"name": "n", "type": "number"}, secret)
    kept(api, "s", n=1, a="x", key="yes")
    kept(api, "s", n=2, b="yes")
    assert numbers(api, text={"query": "yes"}) == [2]
    declared(api, "none")
    answer = api.post(f"{RECORDS}/query", json={"resource": "none", "text": {"query": "x"}})
    assert said(answer) == (400, [("text.fields", "is needed: the structure has no text to search")])


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"wher": {}}, "wher", "is not a member of a query"),
        ({"text": "x"}, "text.query", "must be a text"),
        ({"text": {"query": 1}}, "text.query", "must be a text"),
        ({"text": {"query": "x", "fields": "title"}}, "text.fields", "must be a list of fields"),
        ({"text": {"query": "x", "fields": [1]}}, "text.fields", "must be a list of fields"),
        ({"sort": "data.n"}, "sort", "must be a list of {field, direction}"),
        ({"sort": ["data.n"]}, "sort", "must be a list of {field, direction}"),
        ({"sort": [{"field": "version"}] * 21}, "sort", "must be a list of {field, direction}"),
        ({"sort": [{}]}, "sort.field", "must be a text"),
        ({"sort": [{"field": "data.n", "direction": "up"}]}, "sort.direction", "must be asc or desc"),
        ({"sort": [{"field": "data.n", "direction": []}]}, "sort.direction", "must be asc or desc"),
        ({"sort": [{"field": "n"}]}, "n", "must be written data.n"),
        ({"page": 2}, "page", "must be an object of limit and offset"),
        ({"page": {"limit": 0}}, "page.limit", "must be a whole number from 1"),
        ({"page": {"limit": "5"}}, "page.limit", "must be a whole number from 1"),
        ({"page": {"limit": True}}, "page.limit", "must be a whole number from 1"),
        ({"page": {"offset": -1}}, "page.offset", "must be a whole number from 0"),
        ({"page": {"offset": 10**30}}, "page.offset", "must be a whole number from 0"),
        ({"select": {}}, "select.fields", "must be a list of fields"),
        ({"select": {"fields": [1]}}, "select.fields", "must be a list of fields"),
        ({"select": {"fields": ["n"]}}, "n", "must be written data.n"),
        ({"include": {}}, "include", "must be a list of {relation}"),
        ({"include": ["a"]}, "include", "must be a list of {relation}"),
        ({"include": [{}]}, "include", "must be a list of {relation}"),
        ({"include": [{"relation": "n"}]}, "expand", "'n' is not a reference"),
        ({"includeTotal": 1}, "includeTotal", "must be true or false"),
        ({"includeArchived": "yes"}, "includeArchived", "must be true or false"),
    ],
)
def test_a_query_that_is_none_is_refused(query: dict[str, Any], field: str, message: str, filled: httpx.Client) -> None:
    assert said(filled.post(f"{RECORDS}/query", json={"resource": "s", **query})) == (400, [(field, message)])


@pytest.mark.parametrize(
    ("query", "status"), [({}, 400), ({"resource": 1}, 400), ({"resource": "gone"}, 404), ({"resource": "s", "joins": []}, 501)]
)
def test_a_query_names_a_structure_and_joins_are_not_imitated(query: dict[str, Any], status: int, filled: httpx.Client) -> None:
    assert filled.post(f"{RECORDS}/query", json=query).status_code == status
