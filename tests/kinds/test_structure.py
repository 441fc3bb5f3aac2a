"""Structures: what the model cannot find, older words, secrets at any depth; and no shape makes any of it fail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from shapes import of, quickly, words_in

from centrali_deploy.kinds.structure import KIND

TEXT = {"name": "a", "type": "string"}


def found(*properties: Any) -> list[tuple[Any, ...]]:
    return [finding.path[1:] for finding in KIND.check("s", {"properties": list(properties)})]


@pytest.mark.parametrize(
    ("properties", "paths"),
    [
        ([TEXT], []),
        ([TEXT, {**TEXT, "name": "b"}, TEXT], [(0, "name"), (2, "name")]),
        ([{**TEXT, "name": "a-b"}], [(0, "name")]),
        ([{**TEXT, "name": "1a"}], [(0, "name")]),
        ([{**TEXT, "name": "_a1"}], []),
        ([{**TEXT, "name": ""}], []),
        ([{"name": 5}, "text", None], []),
        ([{**TEXT, "minLength": 3, "maxLength": 2}], [(0, "minLength")]),
        ([{**TEXT, "minLength": 2, "maxLength": 2}], []),
        ([{"name": "n", "minimum": 0.5, "maximum": 0}], [(0, "minimum")]),
        ([{"name": "n", "minItems": 1, "maxItems": 0}], [(0, "minItems")]),
        ([{"name": "n", "minItems": "1", "maxItems": 0}], []),
        ([{**TEXT, "isSecret": True, "isUnique": True}], [(0, "isUnique")]),
        ([{**TEXT, "isSecret": True, "isUnique": False}], []),
    ],
)
def test_what_the_model_cannot_see_is_found_at_its_place(properties: list[Any], paths: list[tuple[Any, ...]]) -> None:
    assert found(*properties) == paths


def test_the_words_name_what_is_wrong_and_the_way_out() -> None:
    (first, _) = KIND.check("s", {"properties": [TEXT, TEXT]})
    assert (first.message, first.hint) == ('The property "a" is there 2 times.', "Keep one of them.")
    (bounds,) = KIND.check("s", {"properties": [{**TEXT, "minLength": 3, "maxLength": 2}]})
    assert bounds.message == "minLength 3 is above maxLength 2."


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"isStrict": True, "name": "S"}, {"schemaDiscoveryMode": "strict", "name": "S"}),
        ({"isStrict": False}, {"schemaDiscoveryMode": "schemaless"}),
        ({"isStrict": True, "schemaDiscoveryMode": "auto-evolving"}, {"schemaDiscoveryMode": "auto-evolving"}),
        ({"isStrict": "yes"}, {"isStrict": "yes"}),
        ({}, {}),
    ],
)
def test_the_older_word_for_the_mode_is_understood(written: dict[str, Any], meant: dict[str, Any]) -> None:
    assert KIND.canonical(written) == meant


def test_defaults_of_secret_properties_are_secrets_at_any_depth() -> None:
    secret = {"isSecret": True, "default": "canary"}
    spec = {
        "properties": [
            {**TEXT, **secret},
            {**TEXT, "isSecret": True},
            {**TEXT, "isSecret": True, "default": None},
            {**TEXT, "isSecret": False, "default": "x"},
            {"name": "o", "type": "object", "properties": {"in": secret}},
            {"name": "l", "type": "array", "items": {"type": "object", "properties": [secret]}},
            {"name": "m", "type": "array", "items": secret},
            "text",
        ]
    }
    assert list(KIND.secret_paths(spec)) == [
        ("properties", 0, "default"),
        ("properties", 4, "properties", "in", "default"),
        ("properties", 5, "items", "properties", 0, "default"),
        ("properties", 6, "items", "default"),
    ]


def test_references_are_found_at_every_published_depth() -> None:
    to = {"type": "reference", "target": "orders"}
    spec = {"properties": [to, {"items": to}, {"properties": {"x": to, "y": {"items": to}}}, {"items": {"properties": {"x": to}}}]}
    assert len(list(KIND.references_in(spec))) == 5
    assert all(place.deferrable for _, place in KIND.references_in(spec))


@quickly
@given(of(words_in(KIND.examples) | {"isStrict"}))
def test_no_shape_makes_it_fail(spec: dict[str, Any]) -> None:
    assert all(finding.path and finding.message for finding in KIND.check("s", spec))
    assert "isStrict" not in KIND.canonical(spec) or not isinstance(spec["isStrict"], bool)
    assert all(path[-1] == "default" for path in KIND.secret_paths(spec))
    assert all(reference.target.kind == "structure" for reference, _ in KIND.references_in(spec))
