"""What a structure does with the data of its records, by its mode and by what every property has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from recording import DATA, RECORDS, declared, kept, said

if TYPE_CHECKING:
    import httpx

MASK = "********"


def data(api: httpx.Client, id_: str) -> Any:
    return api.get(f"{RECORDS}/{id_}").json()["data"]


@pytest.mark.parametrize(
    ("mode", "sent", "status"),
    [
        ("strict", {"n": 1}, 201),
        ("strict", {"n": 1, "x": 1}, 400),
        ("strict", {"n": "1"}, 400),
        ("auto-evolving", {"n": 1, "x": 1}, 201),
        ("auto-evolving", {"n": "1"}, 400),
        ("auto-evolving", {"x": 1}, 400),
        ("schemaless", {"n": "1", "x": [None, {"a b": 1}]}, 201),
        ("schemaless", {}, 201),
    ],
)
def test_the_mode_says_what_is_checked(mode: str, sent: dict[str, Any], status: int, api: httpx.Client) -> None:
    declared(api, "s", {"name": "n", "type": "number", "required": True}, schemaDiscoveryMode=mode)
    answer = api.post(f"{RECORDS}/slug/s", json={"data": sent})
    assert answer.status_code == status
    if status == 201:
        assert data(api, answer.json()["id"]) == sent


def test_everything_wrong_is_said_at_once(api: httpx.Client) -> None:
    declared(api, "s", {"name": "a", "type": "string", "required": True}, {"name": "b", "type": "number", "minimum": 0})
    answer = api.post(f"{RECORDS}/slug/s", json={"data": {"b": -1, "c": 1}})
    wrong = [("a", "is required"), ("b", "Must be greater than or equal to 0"), ("c", "is not a property")]
    assert said(answer) == (400, wrong)
    assert answer.json()["message"] == "a: is required; b: Must be greater than or equal to 0; c: is not a property"


def test_defaults_are_filled_in_on_create_only(api: httpx.Client) -> None:
    declared(api, "s", {"name": "a", "type": "string", "default": "x"}, {"name": "b", "type": "number", "default": 0})
    id_ = kept(api, "s", b=5)
    assert data(api, id_) == {"a": "x", "b": 5}
    api.patch(f"{RECORDS}/{id_}", json={"data": {"a": None}}).raise_for_status()
    assert data(api, id_) == {"b": 5}
    api.patch(f"{RECORDS}/{id_}", json={"data": {"b": 6}}).raise_for_status()
    assert data(api, id_) == {"b": 6}


def test_a_default_that_is_not_allowed_is_refused_when_it_is_used(api: httpx.Client) -> None:
    declared(api, "s", {"name": "a", "type": "string", "default": 5})
    assert said(api.post(f"{RECORDS}/slug/s", json={"data": {}})) == (400, [("a", "must be a string")])


@pytest.mark.parametrize(
    ("options", "status", "after"),
    [({"nullable": True}, 200, {"a": None}), ({"nullable": False}, 200, {}), ({"required": True}, 400, {"a": "x"})],
)
def test_null_clears_what_need_not_be_there(options: dict[str, Any], status: int, after: Any, api: httpx.Client) -> None:
    declared(api, "s", {"name": "a", "type": "string", **options})
    id_ = kept(api, "s", a="x")
    assert api.patch(f"{RECORDS}/{id_}", json={"data": {"a": None}}).status_code == status
    assert data(api, id_) == after
    assert api.post(f"{RECORDS}/slug/s", json={"data": {"a": None}}).status_code == (201 if options.get("nullable") else 400)


def test_what_is_immutable_may_be_set_once(api: httpx.Client) -> None:
    declared(api, "s", {"name": "a", "type": "string", "immutable": True}, {"name": "n", "type": "number"})
    set_, unset = kept(api, "s", a="x"), kept(api, "s")
    for change in ({"a": "y"}, {"a": None}):
        assert said(api.patch(f"{RECORDS}/{set_}", json={"data": change})) == (400, [("a", "cannot be changed")])
    assert api.patch(f"{RECORDS}/{set_}", json={"data": {"a": "x", "n": 1}}).status_code == 200
    assert api.patch(f"{RECORDS}/{unset}", json={"data": {"a": "y"}}).status_code == 200
    assert data(api, set_) == {"a": "x", "n": 1}


SECRETS = (
    {"name": "key", "type": "string", "isSecret": True, "minLength": 3},
    {"name": "n", "type": "number"},
    {"name": "inner", "type": "object", "properties": {"pin": {"type": "string", "isSecret": True}, "open": {"type": "string"}}},
    {"name": "keys", "type": "array", "items": {"type": "string", "isSecret": True}},
)


def stored(api: httpx.Client, id_: str) -> Any:
    """What stands behind the masks: a structure without secrets shows it."""
    structure = api.get(f"{DATA}/collections/s").json()
    plain = [{"name": "key", "type": "string"}, {"name": "n", "type": "number"}, {"name": "inner", "type": "object"}]
    api.put(f"{DATA}/collections/s", json={"properties": [*plain, {"name": "keys", "type": "array"}]}).raise_for_status()
    found = data(api, id_)
    api.put(f"{DATA}/collections/s", json={"properties": structure["properties"]}).raise_for_status()
    return found


def test_a_secret_is_never_shown_and_a_mask_sent_back_keeps_it(api: httpx.Client, told: list[dict[str, Any]]) -> None:
    declared(api, "s", *SECRETS)
    sent = {"key": "canary", "inner": {"pin": "canary", "open": "o"}, "keys": ["canary-1", "canary-2"]}
    id_ = kept(api, "s", **sent)
    masked = {"key": MASK, "inner": {"pin": MASK, "open": "o"}, "keys": [MASK, MASK]}
    assert data(api, id_) == masked
    api.patch(f"{RECORDS}/{id_}", json={"data": {**masked, "n": 5}}).raise_for_status()
    api.patch(f"{RECORDS}/{id_}", json={"data": {"n": 6}}).raise_for_status()
    assert stored(api, id_) == {**sent, "n": 6}
    for answer in (api.get(f"{RECORDS}/slug/s"), api.get(f"{RECORDS}/{id_}/versions")):
        assert "canary" not in answer.text
    assert "canary" not in str(told)
    api.patch(f"{RECORDS}/{id_}", json={"data": {"key": "other", "keys": [MASK]}}).raise_for_status()
    assert stored(api, id_) == {**sent, "n": 6, "key": "other", "keys": ["canary-1"]}


def test_a_mask_without_a_secret_behind_it_is_nothing(api: httpx.Client) -> None:
    declared(api, "s", {**SECRETS[0], "required": True})
    assert said(api.post(f"{RECORDS}/slug/s", json={"data": {"key": MASK}})) == (400, [("key", "is required")])
    assert said(api.post(f"{RECORDS}/slug/s", json={"data": {"key": "ab"}})) == (400, [("key", "must be at least 3 characters")])


@pytest.mark.parametrize(
    "query", [{"where": {"data.key": "canary"}}, {"sort": [{"field": "data.key"}]}, {"text": {"query": "c", "fields": ["key"]}}]
)
def test_a_secret_is_not_queried(query: dict[str, Any], api: httpx.Client) -> None:
    declared(api, "s", *SECRETS)
    assert said(api.post(f"{RECORDS}/query", json={"resource": "s", **query})) == (400, [("data.key", "is secret")])
