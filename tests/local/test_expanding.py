"""References are followed, each level on its own, at most three."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from recording import RECORDS, declared, kept, said

if TYPE_CHECKING:
    import httpx


@pytest.fixture
def ids(api: httpx.Client) -> dict[str, str]:
    """A person in a country, orders of that person, a basket of those orders."""
    declared(api, "countries", {"name": "n", "type": "string"}, {"name": "pin", "type": "string", "isSecret": True})
    declared(api, "people", {"name": "country", "type": "reference", "target": "countries"})
    declared(api, "orders", {"name": "person", "type": "reference", "target": "people", "nullable": True})
    declared(api, "baskets", {"name": "orders", "type": "reference", "target": "orders", "isArray": True})
    country = kept(api, "countries", n="NZ", pin="canary")
    person = kept(api, "people", country=country)
    first, second = kept(api, "orders", person=person), kept(api, "orders", person=None)
    basket = kept(api, "baskets", orders=[second, first])
    return {"country": country, "person": person, "first": first, "second": second, "basket": basket}


def expanded(api: httpx.Client, id_: str, expand: str) -> Any:
    return api.get(f"{RECORDS}/{id_}", params={"expand": expand}).raise_for_status().json()["data"]["_expanded"]


def test_a_reference_is_followed(ids: dict[str, str], api: httpx.Client) -> None:
    assert expanded(api, ids["first"], "person") == {"person": {"id": ids["person"], "data": {"country": ids["country"]}}}


def test_three_levels_are_followed_and_secrets_stay_masked(ids: dict[str, str], api: httpx.Client) -> None:
    found = expanded(api, ids["basket"], "orders,orders.person.country")["orders"]
    assert [order["id"] for order in found] == [ids["second"], ids["first"]]
    assert found[0]["data"] == {"person": None, "_expanded": {"person": None}}
    country = found[1]["data"]["_expanded"]["person"]["data"]["_expanded"]["country"]
    assert country == {"id": ids["country"], "data": {"n": "NZ", "pin": "********"}}


def test_lists_and_queries_expand_too_and_keep_what_is_expanded(ids: dict[str, str], api: httpx.Client) -> None:
    listed = api.get(f"{RECORDS}/slug/orders", params={"expand": "person"}).json()["data"]
    query = {"resource": "orders", "include": [{"relation": "data.person"}], "select": {"fields": ["id"]}}
    queried = api.post(f"{RECORDS}/query", json=query).json()["data"]
    for first, second in (listed, queried):
        assert first["data"]["_expanded"]["person"]["id"] == ids["person"]
        assert second["data"]["_expanded"] == {"person": None}


def test_what_is_gone_is_not_expanded(ids: dict[str, str], api: httpx.Client, now: list[float]) -> None:
    short = api.post(f"{RECORDS}/slug/people?ttlSeconds=10", json={"data": {}}).json()["id"]
    order = kept(api, "orders", person=short)
    basket = kept(api, "baskets", orders=[order, ids["first"]])
    now[0] += 100
    assert expanded(api, order, "person") == {"person": None}
    assert expanded(api, basket, "orders.person")["orders"][0]["data"]["_expanded"] == {"person": None}


@pytest.mark.parametrize(
    ("expand", "message"),
    [
        ("data", "'data' is not a reference"),
        ("person.n", "'n' is not a reference"),
        ("person.country.n", "'n' is not a reference"),
        ("person.country.a.b", "'person.country.a.b' goes too deep"),
        (".", "'' is not a reference"),
    ],
)
def test_what_is_no_reference_is_refused(expand: str, message: str, ids: dict[str, str], api: httpx.Client) -> None:
    answer = api.get(f"{RECORDS}/{ids['first']}", params={"expand": expand})
    assert said(answer) == (400, [("expand", message)])
