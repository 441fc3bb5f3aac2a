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
