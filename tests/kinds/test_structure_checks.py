"""What is wrong with a structure that its model does not see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable


def told(*properties: Any, **members: Any) -> list[tuple[Any, str, str]]:
    spec = {"name": "S", "properties": list(properties), **members}
    return [(finding.path, finding.message, finding.hint) for finding in KINDS["structure"].check("s", spec)]


def said(**members: Any) -> list[tuple[Any, str]]:
    """What is said of one property: the rest of the path in it, and the message."""
    return [(path[2:], message) for path, message, _ in told({"name": "p", **members})]


def test_the_examples_have_nothing_wrong() -> None:
    for pair in KINDS["structure"].examples:
        for spec in pair:
            assert list(KINDS["structure"].check("s", spec)) == []


@pytest.mark.parametrize("name", ["a", "_", "A1", "snake_case", "camelCase"])
def test_a_name_of_letters_digits_and_underscores_is_a_property_name(name: str) -> None:
    assert told({"name": name, "type": "string"}) == []


@pytest.mark.parametrize("name", ["1st", "a-b", "a b", "a.b", "\u00e9", "a\n", "$a"])
def test_any_other_name_is_none(name: str) -> None:
    ((path, message, hint),) = told({"name": name, "type": "string"})
    assert (path, message) == (("properties", 0, "name"), f'"{name}" is not a property name.')
    assert hint == "Use letters, digits and underscores, not starting with a digit."


def test_a_property_that_is_there_more_than_once_is_told_at_each_place() -> None:
    one = {"name": "a", "type": "string"}
    found = told(one, {"name": "b", "type": "string"}, one, one)
    assert [(path, message) for path, message, _ in found] == [
        (("properties", index, "name"), 'The property "a" is there 3 times.') for index in (0, 2, 3)
    ]


@pytest.mark.parametrize(
    ("low", "high", "sort"), [("minLength", "maxLength", "string"), ("minimum", "maximum", "number"), ("minItems", "maxItems", "array")]
)
def test_a_least_above_a_most_is_told_and_an_equal_one_is_not(low: str, high: str, sort: str) -> None:
    assert said(type=sort, **{low: 3, high: 2}) == [((low,), f"{low} 3 is above {high} 2.")]
    assert said(type=sort, **{low: 2, high: 2}) == said(type=sort, **{low: 5}) == said(type=sort, **{high: 0}) == []


@pytest.mark.parametrize(
    ("members", "place", "message"),
    [
        ({"type": "string", "pattern": "["}, ("pattern",), '"[" is not a pattern.'),
        ({"type": "string", "enum": []}, ("enum",), "enum is empty, so that no value is allowed."),
        ({"type": "string", "enum": ["a", 5, None]}, ("enum", 1), "5 is not a text."),
        ({"type": "number", "enum": [1, True]}, ("enum", 1), "true is not a number."),
        ({"type": "string", "default": 5}, ("default",), "The default is not a text."),
        ({"type": "boolean", "default": "true"}, ("default",), "The default is not true or false."),
        ({"type": "array", "default": "a"}, ("default",), "The default is not a list."),
        ({"type": "object", "default": [1]}, ("default",), "The default is not a mapping."),
        ({"type": "datetime", "default": 5}, ("default",), "The default is not a text."),
        ({"type": "number", "default": 9, "maximum": 5}, ("default",), "The default is above maximum 5."),
        ({"type": "number", "default": 1.5, "integer": True}, ("default",), "The default is not a whole number."),
        ({"type": "string", "default": "ab", "pattern": "^(?<x>a)$"}, ("default",), "The default does not match pattern ^(?<x>a)$."),
        ({"type": "string", "default": "c", "enum": ["a"]}, ("default",), "The default is not in enum."),
        ({"type": "string", "default": "c", "not": ["c"]}, ("default",), "The default is in not."),
        ({"type": "string", "isSecret": True, "isUnique": True}, ("isUnique",), "A secret property cannot be unique."),
    ],
)
def test_members_of_a_property_that_do_not_go_together_are_told(members: Any, place: Any, message: str) -> None:
    assert said(**members) == [(place, message)]


@pytest.mark.parametrize(
    "members",
    [
        {"type": "string", "pattern": r"^(?<year>\d{4})$", "default": "2030"},
        {"type": "string", "enum": ["a", None], "default": None},
        {"type": "number", "minimum": 0, "maximum": 9.5, "default": 9.5},
        {"type": "number", "integer": True, "default": 2},
        {"type": "string", "isSecret": True, "isUnique": False},
        {"type": "string", "isUnique": True},
        {"type": "reference", "target": "x", "default": ["id"]},
        {"type": "text", "enum": [5], "default": 5},
        {"type": None, "default": 5, "pattern": None, "enum": None},
    ],
)
def test_members_of_a_property_that_go_together_are_not(members: Any) -> None:
    assert said(**members) == []


WRONG = [
    ({"type": "datetime", "default": "2024-02-30"}, ("default",), "The default is not a date and time."),
    ({"type": "number", "isSecret": True}, ("isSecret",), "Only a string can be secret, and this is of type number."),
    ({"type": "string", "enum": ["a", "a"]}, ("enum", 1), '"a" is there already.'),
    ({"type": "string", "enum": ["abc"], "maxLength": 2}, ("enum", 0), "enum[0] is longer than maxLength 2."),
    ({"type": "string", "enum": ["a"], "not": ["a"]}, ("enum", 0), "enum[0] is in not."),
    ({"type": "string", "pattern": "(?i)a"}, ("pattern",), '"(?i)a" is not a pattern.'),
    ({"type": "boolean", "minLength": 3}, ("minLength",), "minLength is an option of type string."),
    ({"type": "boolean", "isSecret": False}, ("isSecret",), "isSecret is an option of type string."),
    ({"type": "string", "minimum": 3}, ("minimum",), "minimum is an option of type number."),
    ({"type": "array", "uniqueItems": True, "default": ["a", 1, "a"]}, ("default", 2), "default[2] is there already."),
    ({"type": "reference", "onDelete": "set_null", "required": True}, ("onDelete",), "A required reference cannot become null."),
]


@pytest.mark.parametrize(("members", "place", "message"), WRONG)
def test_what_is_wrong_with_a_definition_is_told_at_every_depth(members: Any, place: Any, message: str) -> None:
    assert said(**members) == [(place, message)]
    assert said(type="array", items=members) == [(("items", *place), message)]
    assert said(type="object", properties={"x": members}) == [(("properties", "x", *place), message)]
    assert said(type="object", properties=[{"name": "x", **members}]) == [(("properties", 0, *place), message)]
    deep = {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "array", "items": members}}}}
    assert said(**deep) == [(("items", "properties", "x", "items", *place), message)]


@pytest.mark.parametrize(
    "members",
    [
        {"type": "datetime", "minimum": "2030-01-01", "maximum": "2031-01-01"},
        {"type": "datetime", "default": "2030-01-31T08:00:00+01:00"},
        {"type": "number", "multipleOf": 5, "exclusiveMinimum": 5, "default": 5},
        {"type": "reference", "target": "x", "onDelete": "set_null", "required": False},
        {"type": "reference", "target": "x", "onDelete": "restrict", "required": True},
        {"type": "array", "items": {"type": "reference", "target": "x"}, "uniqueItems": False, "default": ["a", "a"]},
        {"type": "array", "uniqueItems": True, "default": [1, True, "1"]},
        {"type": "object", "properties": {"x": {"type": "number"}}, "default": {"x": 1, "y": "a"}},
        {"type": "object", "properties": {"zip-code": {"type": "string"}}},
        {"type": "array", "items": {"vendorOption": True}},
        {"type": "string", "enum": ["1", "true"], "pattern": "^.+$"},
    ],
)
def test_what_may_be_meant_is_not_told(members: Any) -> None:
    assert said(**members) == []


@pytest.mark.parametrize(
    ("members", "hint"),
    [
        ({"type": "string", "default": 1.1}, "Put it in quotes."),
        ({"type": "string", "default": True}, "Put it in quotes."),
        ({"type": "string", "enum": [1.1]}, "Put it in quotes."),
        ({"type": "boolean", "default": "true"}, "Leave out the quotes."),
        ({"type": "boolean", "default": "no"}, "Write false."),
        ({"type": "number", "default": "1.5"}, "Leave out the quotes."),
        ({"type": "number", "default": "1_000"}, "Write 1000."),
        ({"type": "datetime", "default": 2030}, "Write it like 2030-01-31T08:00:00Z."),
        ({"type": "datetime", "default": "2030"}, "Write it like 2030-01-31T08:00:00Z."),
    ],
)
def test_a_value_of_another_type_comes_with_how_to_write_it(members: Any, hint: str) -> None:
    ((_, _, found),) = told({"name": "p", **members})
    assert found.endswith(f". {hint}")


@pytest.mark.parametrize(
    "members", [{"type": "string", "default": ["a"]}, {"type": "boolean", "default": "x"}, {"type": "number", "enum": ["x"]}]
)
def test_nothing_is_added_where_nobody_can_tell_what_was_meant(members: Any) -> None:
    ((_, _, found),) = told({"name": "p", **members})
    assert found in {"New records would not be valid.", "The property is of type number."}


def test_what_the_api_may_take_is_a_warning() -> None:
    properties = [{"name": "p", "type": "boolean", "target": "o"}, {"name": "q", "type": "object", "properties": [{"name": "x y"}]}]
    found = list(KINDS["structure"].check("s", {"properties": properties}))
    assert [finding.severity for finding in found] == ["warning", "warning"]


def test_a_secret_default_is_not_looked_at(manifest: Callable[..., str]) -> None:
    secret = {"name": "p", "type": "string", "isSecret": True, "default": "${env:KEY}", "maxLength": 1}
    assert load([manifest({"version": 1, "structures": {"s": {"name": "S", "properties": [secret]}}})], {"KEY": "long"}).warnings == ()


@pytest.mark.parametrize(
    ("members", "hint"),
    [
        ({"defaultSearchField": "numbr"}, "Did you mean number?"),
        ({"defaultSearchField": "zzz"}, "Properties are: number, total."),
        ({"defaultSearchField": "zzz", "schemaDiscoveryMode": "strict"}, "Properties are: number, total."),
        ({"defaultSearchField": "number"}, None),
        ({"defaultSearchField": "zzz", "schemaDiscoveryMode": "schemaless"}, None),
        ({"defaultSearchField": "zzz", "schemaDiscoveryMode": "auto-evolving"}, None),
        ({"defaultSearchField": None}, None),
    ],
)
def test_a_search_field_is_a_declared_property_where_others_cannot_be(members: Any, hint: str | None) -> None:
    found = told({"name": "number", "type": "string"}, {"name": "total", "type": "number"}, **members)
    assert found == ([(("defaultSearchField",), f'There is no property "{members["defaultSearchField"]}".', hint)] if hint else [])


@pytest.mark.parametrize("odd", [None, 5, "x", {}, [None], [5], [[]], [{}], [{"name": 5}], [{"name": ""}], [{"name": None, "enum": 5}]])
def test_a_spec_of_any_shape_does_not_make_it_fail(odd: object) -> None:
    assert list(KINDS["structure"].check("s", {"properties": odd})) == []
    assert all(finding.path == ("defaultSearchField",) for finding in KINDS["structure"].check("s", {"defaultSearchField": odd}))


def among(manifest: Callable[..., str], reference: Any, **customers: Any) -> list[tuple[str, str]]:
    orders = {"name": "Orders", "properties": [{"name": "by", "type": "reference", "target": "customers", **reference}]}
    content = {"version": 1, "structures": {"orders": orders, **({"customers": {"name": "C", **customers}} if customers else {})}}
    return [(f"{each.severity} {each.message}", each.hint) for each in load([manifest(content)], {}).warnings]


EMAIL = [{"name": "email", "type": "string"}, {"name": "phone", "type": "string"}]


@pytest.mark.parametrize(
    ("field", "hint"),
    [("emial", "Did you mean email?"), ("zzz", "Properties are: email, phone."), ("email", None), ("createdAt", None), ("id", None)],
)
def test_a_display_field_is_a_property_of_the_other_structure_or_one_of_every_record(
    field: str, hint: str | None, manifest: Callable[..., str]
) -> None:
    found = among(manifest, {"displayField": field}, properties=EMAIL)
    assert found == ([(f'warning customers has no property "{field}".', hint)] if hint else [])


def test_a_display_field_of_what_is_not_declared_or_has_no_declared_properties_is_not_checked(manifest: Callable[..., str]) -> None:
    assert among(manifest, {"displayField": "zzz"}) == []
    assert among(manifest, {"displayField": "zzz"}, description="no properties") == []
    assert among(manifest, {}, properties=EMAIL) == []
    assert among(manifest, {"displayField": None}, properties=EMAIL) == []
