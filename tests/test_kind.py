"""A row of the table at work: to the wire and back, with names for ids, masks for secrets, and defaults for what is absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from shapes import of, quickly, words_in

from centrali_deploy.address import Address
from centrali_deploy.kind import is_encrypted
from centrali_deploy.kinds import KINDS
from centrali_deploy.secret import Revealed, Secret

if TYPE_CHECKING:
    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind

STRUCTURE, TRIGGER, FLOW = (KINDS[name] for name in ("structure", "trigger", "orchestration"))
MASKED = {"value": "********", "encrypt": True}


@pytest.mark.parametrize(
    ("kind", "path", "assumed", "value"),
    [
        (STRUCTURE, ("status",), False, "active"),
        (STRUCTURE, ("properties", 3, "required"), False, False),
        (STRUCTURE, ("properties", 3, "pattern"), False, None),
        (KINDS["function"], ("timeoutMs",), False, None),
        (KINDS["function"], ("timeoutMs",), True, 30_000),
        (KINDS["function"], ("description",), True, ""),
        (FLOW, ("steps", 0, "timeoutMs"), True, 30_000),
    ],
)
def test_a_default_is_found_by_its_pattern(kind: Kind, path: Path, assumed: bool, value: Any) -> None:
    assert kind.default(path, assumed=assumed) == value


def test_a_live_object_is_put_into_the_language_of_manifests() -> None:
    raw = {
        "id": "1", "slug": "o", "version": 3, "name": "O", "description": None, "isActive": True, "isNew": 1,
        "steps": [{"id": "a", "functionId": "f-id", "encryptedParams": {"k": {"value": "********", "encrypted": True}}},
                  {"id": "b", "functionId": None}],
    }  # fmt: skip
    assert FLOW.from_wire(raw, lambda kind, id_: f"{kind} of {id_}") == {
        "name": "O", "status": "active", "isNew": 1,
        "steps": [{"id": "a", "function": "function of f-id", "encryptedParams": {"k": MASKED}},
                  {"id": "b", "functionId": None}],
    }  # fmt: skip
    assert raw["steps"][0]["functionId"] == "f-id"


def test_a_secret_that_the_api_shows_is_masked() -> None:
    raw = {"triggerMetadata": {"signingSecret": "canary"}}
    assert TRIGGER.from_wire(raw, lambda _kind, id_: id_) == {"triggerMetadata": {"signingSecret": "********"}}


def test_a_body_holds_ids_and_revealed_secrets() -> None:
    secret = Secret("${env:K}", lambda: "canary")
    spec = {"function": "f", "triggerMetadata": {"recordSlug": "orders", "params": {"k": [secret]}}}
    body = TRIGGER.to_wire("t", spec, lambda address: f"id of {address}")
    assert body == {
        "name": "t", "functionId": "id of function/f", "triggerMetadata": {"recordSlug": "orders", "params": {"k": ["canary"]}},
    }  # fmt: skip
    assert isinstance(body["triggerMetadata"]["params"]["k"][0], Revealed)
    assert spec["function"] == "f"


def test_references_come_with_where_they_are() -> None:
    spec = {"steps": [{"function": "f"}, {"function": 5}], "trigger": {"structureSlug": "orders"}}
    assert [reference for reference, _ in FLOW.references_in(spec)] == [
        (("steps", 0, "function"), Address("function", "f")),
        (("trigger", "structureSlug"), Address("structure", "orders")),
    ]


def test_a_place_knows_the_members_of_each_variant() -> None:
    steps, metadata = FLOW.places["steps"], TRIGGER.places["triggerMetadata"]
    assert "delayMs" in steps.members({"type": "delay"})
    assert "delayMs" not in steps.members({"type": "compute"})
    assert {"delayMs", "function", "cases"} <= steps.members({}) & steps.members({"type": []})
    assert "interval" in metadata.members({"scheduleType": "interval"})
    assert "not" in STRUCTURE.places["properties"].members({"type": "string"})


@pytest.mark.parametrize(
    ("value", "encrypted"),
    [
        ({"value": "x", "encrypt": True}, True),
        ({"value": "x", "encrypted": True}, True),
        ({"value": "x", "encrypt": "true"}, False),
        ({"value": "x"}, False),
        ({"encrypt": True}, False),
        ("x", False),
    ],
)
def test_an_encrypted_value_is_known_by_its_form(value: Any, encrypted: bool) -> None:
    assert is_encrypted(value) is encrypted


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_no_answer_of_the_api_makes_it_fail(kind: Kind) -> None:
    @quickly
    @given(of(words_in(kind.examples) | {"id", "functionId", "encrypted", "isActive"}))
    def try_it(raw: dict[str, Any]) -> None:
        before = repr(raw)
        spec = kind.from_wire(raw, lambda _kind, id_: id_)
        assert not spec.keys() & (kind.server_owned | {kind.identity})
        kind.to_wire("x", spec, str)
        assert repr(raw) == before

    try_it()


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("structure", {"properties": [{"name": "p", "isSecret": True, "default": "canary"}]}),
        ("structure", {"properties": [{"name": "p", "type": "array", "items": {"isSecret": True, "default": ["canary"]}}]}),
        ("orchestration", {"steps": [{"id": "a", "encryptedParams": {"k": {"value": "canary", "encrypt": True}}}]}),
    ],
)
def test_a_secret_in_a_list_that_the_api_shows_is_masked(kind: str, raw: dict[str, Any]) -> None:
    assert "canary" not in repr(KINDS[kind].from_wire(raw, lambda _kind, id_: id_))


def test_a_member_named_by_a_star_is_no_pattern() -> None:
    secret = {"value": "canary", "encrypt": True}
    found = KINDS["trigger"].from_wire({"triggerMetadata": {"params": {"*": secret, "a": "text"}}}, lambda _kind, id_: id_)
    assert (found["triggerMetadata"]["params"]["a"], "canary" in repr(found)) == ("text", False)
