"""What deleting a record does to those that refer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from recording import RECORDS, declared, kept, said

if TYPE_CHECKING:
    import httpx


def refers(name: str = "to", **options: Any) -> dict[str, Any]:
    return {"name": name, "type": "reference", "target": "a", **options}


def status(api: httpx.Client, id_: str) -> int:
    return api.get(f"{RECORDS}/{id_}").status_code


@pytest.mark.parametrize(
    ("options", "answered", "left"),
    [
        ({}, 409, {"to": "ID"}),
        ({"onDelete": "restrict"}, 409, {"to": "ID"}),
        ({"onDelete": "set_null", "required": True}, 409, {"to": "ID"}),
        ({"onDelete": "set_null"}, 204, {}),
        ({"onDelete": "set_null", "nullable": True}, 204, {"to": None}),
        ({"onDelete": "cascade"}, 204, None),
    ],
)
@pytest.mark.parametrize("hard", ["false", "true"])
def test_a_reference_says_what_deleting_does(options: dict[str, Any], answered: int, left: Any, hard: str, api: httpx.Client) -> None:
    declared(api, "a")
    declared(api, "b", refers(**options))
    target = kept(api, "a")
    user = kept(api, "b", to=target)
    answer = api.delete(f"{RECORDS}/{target}", params={"hard": hard})
    assert answer.status_code == answered
    if answered == 409:
        assert said(answer) == (409, [("b.to", "refers to it")])
    assert status(api, target) == (200 if answered == 409 else 404)
    found = api.get(f"{RECORDS}/{user}")
    assert (found.json()["data"] if found.status_code == 200 else None) == ({"to": target} if left == {"to": "ID"} else left)


@pytest.mark.parametrize(
    "many", [refers(isArray=True, onDelete="set_null"), {"name": "to", "type": "array", "items": refers(), "onDelete": "set_null"}]
)
def test_a_list_of_references_loses_the_one_that_goes(many: dict[str, Any], api: httpx.Client, told: list[dict[str, Any]]) -> None:
    declared(api, "a")
    declared(api, "b", many)
    first, second = kept(api, "a"), kept(api, "a")
    user = kept(api, "b", to=[first, second])
    api.delete(f"{RECORDS}/{first}").raise_for_status()
    assert api.get(f"{RECORDS}/{user}").json()["data"] == {"to": [second]}
    assert [(event["event"], event["recordId"]) for event in told[-2:]] == [("record_deleted", first), ("record_updated", user)]
    assert (told[-1]["before"], told[-1]["after"]) == ({"to": [first, second]}, {"to": [second]})


def test_a_cascade_goes_on_in_circles_too(api: httpx.Client, told: list[dict[str, Any]]) -> None:
    declared(api, "a", refers(onDelete="cascade"))
    declared(api, "b", refers(onDelete="cascade"))
    first = kept(api, "a")
    second = kept(api, "a", to=first)
    third = kept(api, "b", to=second)
    api.patch(f"{RECORDS}/{first}", json={"data": {"to": second}}).raise_for_status()
    api.delete(f"{RECORDS}/{first}").raise_for_status()
    assert [status(api, id_) for id_ in (first, second, third)] == [404, 404, 404]
    assert [event["recordId"] for event in told if event["event"] == "record_deleted"] == [first, second, third]


def test_what_goes_too_forbids_nothing_and_is_not_cleared(api: httpx.Client) -> None:
    declared(api, "a", refers("keeps"), refers("follows", onDelete="cascade"))
    first = kept(api, "a")
    second = kept(api, "a", follows=first, keeps=first)
    api.delete(f"{RECORDS}/{first}").raise_for_status()
    assert status(api, second) == 404


def test_a_refused_delete_changes_nothing(api: httpx.Client, told: list[dict[str, Any]]) -> None:
    declared(api, "a")
    declared(api, "b", refers(onDelete="cascade"))
    declared(api, "c", refers(target="b"))
    first = kept(api, "a")
    second = kept(api, "b", to=first)
    third = kept(api, "c", to=second)
    before = len(told)
    assert api.delete(f"{RECORDS}/{first}").status_code == 409
    assert [status(api, id_) for id_ in (first, second, third)] == [200, 200, 200]
    assert [payload["event"] for payload in told[before:]] == ["record_deleted_failed"]


def test_what_is_deleted_or_unchecked_forbids_nothing(api: httpx.Client) -> None:
    declared(api, "a")
    declared(api, "b", refers())
    declared(api, "loose", refers(), schemaDiscoveryMode="schemaless")
    target = kept(api, "a")
    user = kept(api, "b", to=target)
    kept(api, "loose", to=target)
    api.delete(f"{RECORDS}/{user}").raise_for_status()
    assert api.delete(f"{RECORDS}/{target}").status_code == 204


def test_two_fields_of_one_record_are_both_cleared(api: httpx.Client) -> None:
    declared(api, "a")
    declared(api, "b", refers("one", onDelete="set_null"), refers("two", onDelete="set_null"), {"name": "n", "type": "number"})
    target = kept(api, "a")
    user = kept(api, "b", one=target, two=target, n=1)
    api.delete(f"{RECORDS}/{target}").raise_for_status()
    found = api.get(f"{RECORDS}/{user}").json()
    assert (found["data"], found["version"]) == ({"n": 1}, 2)
