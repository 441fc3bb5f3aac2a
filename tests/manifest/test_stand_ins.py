"""What may stand for a value in a schema, and what a secret must come from; the whole schema is tried in test_json_schema.py."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft7Validator

from centrali_deploy.firing import EVENTS
from centrali_deploy.manifest.stand_ins import VALUE, with_secrets, with_stand_ins


def takes(schema: Any, value: Any) -> bool:
    return Draft7Validator({**with_stand_ins(schema), "$defs": VALUE}).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, 5),
        ({"type": "number"}, 1.5),
        ({"type": "boolean"}, True),
        ({"type": "array", "items": {"type": "string"}}, ["a"]),
        ({"type": "object", "additionalProperties": True}, {"a": 1}),
        ({"type": ["object", "array"]}, {}),
        ({"type": "string", "enum": ["a"]}, "a"),
        ({"enum": ["a"]}, "a"),
        ({"type": "string", "pattern": "^a$"}, "a"),
        ({"type": "string", "examples": list(EVENTS)}, "record_created"),
    ],
)
def test_a_variable_may_stand_for_a_value_and_a_word_may_not(schema: Any, value: Any) -> None:
    assert takes(schema, value)
    assert takes(schema, "${var:x}")
    assert takes(schema, "${env:X}")
    assert not takes(schema, "x")
    assert not takes(schema, "${x}")


def test_a_constant_and_a_plain_text_stay_as_they_are() -> None:
    for schema in ({"const": "a"}, {"const": True, "type": "boolean"}, {"type": "string"}, {"properties": {"type": {"const": "a"}}}):
        assert with_stand_ins(schema) == schema


@pytest.mark.parametrize("inside", [lambda secret: secret, lambda secret: {"a": secret}, lambda secret: [{"a": [secret]}]])
def test_a_secret_in_the_open_is_refused_at_any_depth(inside: Any) -> None:
    schema = {"type": "object", "additionalProperties": True}
    for value, taken in (
        ("${env:X}", True),
        ("Bearer ${file:x}", True),
        (None, True),
        ("hunter2", False),
        ("a${env:X}", False),
        (5, False),
    ):
        assert takes(schema, {"k": inside({"value": value, "encrypt": True})}) is taken
        assert takes(schema, {"k": inside({"value": value, "encrypt": False})})


def test_only_models_with_secrets_are_changed() -> None:
    model = {"type": "object", "properties": {"value": {}, "default": {}}}
    with_secrets(model)
    assert model == {"type": "object", "properties": {"value": {}, "default": {}}}
