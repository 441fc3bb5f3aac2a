"""What the tool believes of records, each as a scenario that any workspace can be asked: see facts.py."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from api import STRUCTURES, TRIGGERS

from centrali_deploy.wire import MASK, RUNS_PATH, one, page

if TYPE_CHECKING:
    from api import Api

RECORDS = "records"
TEXT: dict[str, Any] = {"name": "title", "type": "string"}


def structure(api: Api, *properties: dict[str, Any], **members: Any) -> str:
    return str(api.structure(properties=[TEXT, *properties], **members)["recordSlug"])


def record(api: Api, slug: str, **data: Any) -> Any:
    return api.send("POST", RECORDS, f"/slug/{slug}", json={"data": data})


def made(api: Api, slug: str, **data: Any) -> dict[str, Any]:
    return one(record(api, slug, **data).raise_for_status().json())


def test_a_record_is_made_found_changed_and_removed(api: Api) -> None:
    slug = structure(api)
    first = made(api, slug, title="a")
    assert (first["data"], first["version"]) == ({"title": "a"}, 1)
    assert [each["id"] for each in page(api.send("GET", RECORDS, f"/slug/{slug}?data.title=a").json()).items] == [first["id"]]
    found = api.send("POST", RECORDS, "/query", json={"resource": slug, "where": {"data.title": {"eq": "a"}}}).json()
    assert [each["id"] for each in page(found).items] == [first["id"]]
    changed = one(api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"title": "b"}}).json())
    assert changed["data"] == {"title": "b"}
    assert api.send("DELETE", RECORDS, f"/{first['id']}?hard=true").status_code == 204
    assert api.send("GET", RECORDS, f"/{first['id']}").status_code == 404


def test_many_records_at_once(api: Api) -> None:
    slug = structure(api)
    bad = {"recordSlug": slug, "records": [{"title": "a"}, {"title": 5}]}
    for way in ("bulk", "batch"):
        assert api.send("POST", RECORDS, f"/{way}", json=bad).status_code == 400
    assert page(api.send("GET", RECORDS, f"/slug/{slug}").json()).items == []
    good = {"recordSlug": slug, "records": [{"title": "a"}, {"title": "b"}]}
    assert len(page(api.send("POST", RECORDS, "/bulk", json=good).json()).items) == 2


def test_a_record_is_restored_and_has_versions(api: Api) -> None:
    slug = structure(api)
    upsert = f"/slug/{slug}/upsert"
    first = api.send("POST", RECORDS, upsert, json={"match": {"title": "a"}, "data": {"title": "a"}})
    second = api.send("POST", RECORDS, upsert, json={"match": {"title": "a"}, "data": {"title": "b"}})
    assert [(answer.status_code, answer.json()["operation"]) for answer in (first, second)] == [(201, "created"), (200, "updated")]
    id_ = first.json()["data"]["id"]
    assert api.send("DELETE", RECORDS, f"/{id_}").status_code == 204
    assert api.send("POST", RECORDS, f"/{id_}/restore").status_code == 200
    versions = api.send("GET", RECORDS, f"/{id_}/versions").json()
    assert {each["data"]["title"] for each in page(versions).items} >= {"a"}


@pytest.mark.parametrize(
    ("definition", "good", "bad"),
    [
        ({"type": "string", "maxLength": 2}, "ab", "abc"),
        ({"type": "number", "minimum": 1}, 1, 0),
        ({"type": "boolean"}, True, "yes"),
        ({"type": "datetime"}, "2026-01-01T00:00:00Z", "soon"),
        ({"type": "array", "items": {"type": "string"}}, ["a"], [1]),
        ({"type": "string", "enum": ["a"]}, "a", "b"),
    ],
)
def test_a_strict_structure_checks(definition: dict[str, Any], good: Any, bad: Any, api: Api) -> None:
    slug = structure(api, {"name": "x", **definition})
    assert record(api, slug, x=good).status_code == 201
    assert [record(api, slug, **data).status_code for data in ({"x": bad}, {"unknown": 1})] == [400, 400]


def test_a_value_under_a_name_that_is_gone_stays_out_of_the_way(api: Api) -> None:
    made_of = api.structure(properties=[TEXT, {"name": "gone", "type": "number"}])
    first = made(api, str(made_of["recordSlug"]), title="a", gone=1)
    assert api.change(STRUCTURES, made_of, properties=[TEXT]).status_code == 200
    assert api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"title": "b"}}).status_code == 200
    assert api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"gone": 2}}).status_code == 400


def test_defaults_and_immutable_values(api: Api) -> None:
    slug = structure(api, {"name": "a", "type": "string", "default": "d"}, {"name": "b", "type": "string", "immutable": True})
    first = made(api, slug, b="x")
    assert first["data"] == {"a": "d", "b": "x"}
    assert one(api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"a": None}}).json())["data"].get("a") is None
    assert api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"b": "y"}}).status_code == 400


def test_a_secret_is_masked(api: Api) -> None:
    slug = structure(api, {"name": "pin", "type": "string", "isSecret": True})
    assert made(api, slug, pin="verify-canary")["data"]["pin"] == MASK
    assert api.send("GET", RECORDS, f"/slug/{slug}?data.pin=verify-canary").status_code == 400


def test_a_unique_value_is_there_once(api: Api) -> None:
    slug = structure(api, {"name": "n", "type": "string", "isUnique": True})
    first = made(api, slug, n="1")
    assert record(api, slug, n="1").status_code == 409
    api.send("DELETE", RECORDS, f"/{first['id']}")
    assert [record(api, slug, **data).status_code for data in ({"n": "1"}, {}, {})] == [201, 201, 201]


def test_of_two_who_take_a_unique_value_at_the_same_moment_one_gets_it(api: Api) -> None:
    slug = structure(api, {"name": "n", "type": "string", "isUnique": True})
    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            pair = [pool.submit(record, api, slug, n=str(number)) for _ in range(2)]
            assert sorted(each.result().status_code for each in pair) == [201, 409]


def test_what_was_written_is_read_at_once(api: Api) -> None:
    slug = structure(api)
    for number in range(10):
        first = made(api, slug, title=str(number))
        api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"title": f"{number} again"}})
        found = page(api.send("GET", RECORDS, f"/slug/{slug}?sort=-createdAt").json()).items
        assert [each["data"] for each in found if each["id"] == first["id"]] == [{"title": f"{number} again"}]


def test_a_list_is_filtered_by_several_values(api: Api) -> None:
    slug = structure(api, {"name": "n", "type": "number"})
    for number, title in enumerate(("a", "b/x", "b/x", "c")):
        made(api, slug, title=title, n=number)
    answer = page(api.send("GET", RECORDS, f"/slug/{slug}?data.title[in]=a,b/x&sort=-data.n&pageSize=2&includeTotal=true").json())
    assert ([each["data"]["n"] for each in answer.items], answer.total) == ([2, 1], 3)


def test_a_record_that_is_referred_to_stays(api: Api) -> None:
    people = structure(api)
    orders = str(
        api.structure(name=api.name("o"), recordSlug=api.name("o"), properties=[{"name": "of", "type": "reference", "target": people}])[
            "recordSlug"
        ]
    )
    person = made(api, people, title="a")
    made(api, orders, of=person["id"])
    assert api.send("DELETE", RECORDS, f"/{person['id']}").status_code in {400, 409}
    assert record(api, orders, of="00000000-0000-4000-a000-000000000000").status_code == 400


def test_an_update_tells_before_and_after(api: Api) -> None:
    slug = structure(api)
    function = api.function(code="async function run() { return [executionParams.before.title, executionParams.after.title] }")
    trigger = api.trigger(function, executionType="event-driven", triggerMetadata={"event": "record_updated", "recordSlug": slug})
    first = made(api, slug, title="a")
    api.send("PATCH", RECORDS, f"/{first['id']}", json={"data": {"title": "b"}})
    api.wait()
    assert page(api.send("GET", RUNS_PATH, f"/trigger/{trigger['id']}").json()).items[0]["runData"] == ["a", "b"]
    assert TRIGGERS


def test_what_is_refused_is_told_with_its_reason(api: Api) -> None:
    slug = structure(api)
    code = "const e = executionParams\nreturn [e.event, e.recordSlug, e.data.title, typeof e.error, e.recordId]"
    function = api.function(code=f"async function run() {{ {code} }}")
    metadata = {"event": "record_created_failed", "recordSlug": slug}
    trigger = api.trigger(function, executionType="event-driven", triggerMetadata=metadata)
    assert record(api, slug, title=5).status_code == 400
    api.wait()
    ran = page(api.send("GET", RUNS_PATH, f"/trigger/{trigger['id']}").json()).items[0]["runData"]
    assert ran == ["record_created_failed", slug, 5, "string", None]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"data.n": {"gte": 2}}, ["b", "c"]),
        ({"or": [{"data.title": {"startsWith": "a"}}, {"data.n": {"eq": 3}}]}, ["a", "c"]),
        ({"not": [{"data.title": {"in": ["a", "b"]}}]}, ["c", "d"]),
        ({"data.n": {"ne": 1}}, ["b", "c", "d"]),
        ({"data.n": {"exists": False}}, ["d"]),
        ({"data.title": {"contains": "B"}}, []),
    ],
)
def test_a_query_has_the_published_operators(where: dict[str, Any], found: list[str], api: Api) -> None:
    slug = structure(api, {"name": "n", "type": "number"})
    for title, number in (("a", 1), ("b", 2), ("c", 3)):
        made(api, slug, title=title, n=number)
    made(api, slug, title="d")
    sort = [{"field": "data.title", "direction": "asc"}]
    answer = api.send("POST", RECORDS, "/query", json={"resource": slug, "where": where, "sort": sort})
    assert [each["data"]["title"] for each in page(answer.json()).items] == found
    assert api.send("POST", RECORDS, "/query", json={"resource": slug, "where": {"title": {"eq": "a"}}}).status_code == 400


def test_a_page_of_records_has_an_end(api: Api) -> None:
    slug = structure(api)
    api.send("POST", RECORDS, "/bulk", json={"recordSlug": slug, "records": [{"title": str(n)} for n in range(60)]}).raise_for_status()
    first = api.send("GET", RECORDS, f"/slug/{slug}").json()
    assert (len(first["data"]), "total" in first["meta"]) == (50, False)
    assert api.send("GET", RECORDS, f"/slug/{slug}?includeTotal=true&pageSize=5").json()["meta"]["total"] == 60
