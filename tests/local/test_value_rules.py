"""Every option of every type of property, with a value that it takes and one that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.local.value_rules import nested, wrong

UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
TABLE: list[tuple[dict[str, Any], Any, Any, str]] = [
    ({"type": "string"}, "a", 1, "must be a string"),
    ({"type": "string"}, "", ["a"], "must be a string"),
    ({"type": "string", "minLength": 2}, "ab", "a", "must be at least 2 characters"),
    ({"type": "string", "maxLength": 2}, "ab", "abc", "must be at most 2 characters"),
    ({"type": "string", "pattern": "^[A-Z]"}, "A", "a", "must match pattern ^[A-Z]"),
    ({"type": "string", "pattern": "(?<year>[0-9]{4})"}, "in 2026", "x", "must match pattern (?<year>[0-9]{4})"),
    ({"type": "string", "enum": ["a", "b"]}, "b", "c", "must be one of a, b"),
    ({"type": "string", "not": ["NONE"]}, "SOME", "NONE", "must not be NONE"),
    ({"type": "string", "format": "email"}, "a@b.example", "a@b", "Invalid email format"),
    ({"type": "string", "format": "url"}, "https://a.example/x?y=1", "a.example", "Invalid url format"),
    ({"type": "string", "format": "uuid"}, UUID, "3f2504e0", "Invalid uuid format"),
    ({"type": "string", "format": "uuid"}, UUID.upper(), UUID.replace("-", ""), "Invalid uuid format"),
    ({"type": "string", "format": "date"}, "2026-02-28", "2026-02-30", "Invalid date format"),
    ({"type": "string", "format": "datetime"}, "2026-02-28T10:00:00Z", "2026-02-28", "Invalid datetime format"),
    ({"type": "string", "nullable": True}, None, 0, "must be a string"),
    ({"type": "string", "nullable": False}, "x", None, "must not be null"),
    ({"type": "number"}, 1.5, "1", "must be a number"),
    ({"type": "number"}, 0, True, "must be a number"),
    ({"type": "number", "minimum": 0}, 0, -0.1, "Must be greater than or equal to 0"),
    ({"type": "number", "maximum": 9.5}, 9.5, 10, "Must be less than or equal to 9.5"),
    ({"type": "number", "exclusiveMinimum": 0}, 0.1, 0, "Must be greater than 0"),
    ({"type": "number", "exclusiveMaximum": 9}, 8.9, 9, "Must be less than 9"),
    ({"type": "number", "integer": True}, 2.0, 2.5, "must be an integer"),
    ({"type": "number", "multipleOf": 0.1}, 0.3, 0.35, "must be a multiple of 0.1"),
    ({"type": "number", "enum": [0, 2]}, 2, 3, "must be one of 0, 2"),
    ({"type": "boolean"}, False, 0, "must be a boolean"),
    ({"type": "boolean", "enum": [True]}, True, False, "must be one of true"),
    ({"type": "datetime"}, "2026-05-14T14:00:00.000Z", "yesterday", "Invalid datetime format"),
    ({"type": "datetime"}, "2026-05-14", "2026-13-01", "Invalid datetime format"),
    ({"type": "datetime"}, "2026-05-14T14:00:00+02:00", "2026-05-14T25:00:00Z", "Invalid datetime format"),
    ({"type": "datetime"}, "2026-05-14T14:00Z", 5, "must be a string"),
    ({"type": "array"}, [1, "a", None], {}, "must be an array"),
    ({"type": "array", "minItems": 1}, [1], [], "must have at least 1 items"),
    ({"type": "array", "maxItems": 1}, [1], [1, 2], "must have at most 1 items"),
    (
        {"type": "array", "uniqueItems": True},
        [1, {"a": 1}, True],
        [{"a": 1, "b": 2}, {"b": 2, "a": 1}],
        "must not have the same item twice",
    ),
    ({"type": "array", "enum": [[1], [2]]}, [2], [3], "must be one of [1], [2]"),
    ({"type": "object"}, {"any": 1}, [], "must be an object"),
    ({"type": "reference", "target": "t"}, "id", 5, "must be a record id"),
    ({"type": "reference", "target": "t"}, "id", ["id"], "must be a record id"),
    ({"type": "reference", "target": "t", "isArray": True}, ["a", "b"], "a", "must be an array of record ids"),
    ({"type": "reference", "target": "t", "isArray": True}, [], [1], "must be an array of record ids"),
]


@pytest.mark.parametrize(("definition", "good", "bad", "message"), TABLE)
def test_an_option_takes_one_value_and_refuses_another(definition: dict[str, Any], good: Any, bad: Any, message: str) -> None:
    assert list(wrong(definition, good, "at", strict=True)) == []
    assert list(wrong(definition, bad, "at", strict=True)) == [("at", message)]


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "string", "minLength": "x", "maxLength": None, "pattern": "(", "not": 1, "enum": [], "format": "colour"},
        {"type": "string", "pattern": 5, "format": {}, "enum": "a"},
        {"type": "colour"},
        {"type": {}},
        {},
    ],
)
def test_an_option_that_is_none_is_passed_over(definition: dict[str, Any]) -> None:
    assert list(wrong(definition, "a", "at", strict=True)) == []


@pytest.mark.parametrize("option", ["minimum", "maximum", "multipleOf", "integer"])
@pytest.mark.parametrize("value", ["x", None, True, 0])
def test_a_bound_that_is_none_is_passed_over(option: str, value: Any) -> None:
    assert list(wrong({"type": "number", option: value if option == "multipleOf" or value != 0 else None}, 2, "at", strict=True)) == []


def test_items_are_checked_each_at_its_place() -> None:
    definition = {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "number"}}}}
    value = [{"n": 1}, {"n": "x"}, 5]
    assert list(wrong(definition, value, "list", strict=True)) == [("list[1].n", "must be a number"), ("list[2]", "must be an object")]
    assert list(wrong({"type": "array", "items": 5}, [1], "list", strict=True)) == []


@pytest.mark.parametrize(
    "properties",
    [
        {"street": {"type": "string", "required": True}, "number": {"type": "number"}},
        [{"name": "street", "type": "string", "required": True}, {"name": "number", "type": "number"}],
    ],
)
def test_members_of_objects_are_declared_in_a_mapping_or_a_list(properties: Any) -> None:
    definition = {"type": "object", "properties": properties}
    assert list(wrong(definition, {"street": "a", "number": 1}, "at", strict=True)) == []
    assert list(wrong(definition, {"number": "1"}, "at", strict=True)) == [("at.street", "is required"), ("at.number", "must be a number")]
    assert list(wrong(definition, {"street": "a", "x": 1}, "at", strict=True)) == [("at.x", "is not a property")]
    assert list(wrong(definition, {"street": "a", "x": 1}, "at", strict=False)) == []


def test_members_of_objects_may_be_required_by_a_list() -> None:
    definition = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    assert list(wrong(definition, {}, "at", strict=True)) == [("at.a", "is required")]


def test_what_is_no_definition_inside_an_object_is_passed_over() -> None:
    assert nested({"properties": {"a": 1, "b": {"type": "string"}}}) == {"b": {"type": "string"}}
    assert nested({"properties": [1, {"type": "string"}, {"name": 5}]}) == nested({"properties": 5}) == nested({}) == {}
