"""What changes of a structure mean for the records that are there."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.dangers import EVERY, of_changing, of_deleting


def structure(*properties: Any, **rest: Any) -> dict[str, Any]:
    return {"properties": [{"name": "p", "type": "string", **each} for each in properties], **rest}


STRING, NUMBER = {"type": "string"}, {"type": "number"}
OBJECT = {"type": "object", "properties": {"a": STRING, "b": STRING}}
LISTED = {"type": "object", "properties": [{"name": "a", **STRING}]}
ARRAY = {"type": "array", "items": STRING}
KEPT = {"enableVersioning": True, "retentionPolicy": {"maxVersions": 5}}
SET = {"data.p": {"exists": True}}


@pytest.mark.parametrize(
    ("before", "after", "losing", "words", "where"),
    [
        (structure({}), structure(), True, "out of reach", SET),
        (structure({}), structure({"type": "number"}), True, "are string and must be number", SET),
        (structure({}), structure({"required": True}), False, "without it", {"data.p": {"exists": False}}),
        (structure(), structure({"required": True}), False, "records do not have it", EVERY),
        (structure({}), structure({"isUnique": True}), False, "there twice", None),
        (structure({"nullable": True}), structure({}), False, "null is no longer right", None),
        (structure({"type": "reference", "target": "a"}), structure({"type": "reference", "target": "b"}), True, "must lead to b", SET),
        (structure({"type": "reference", "isArray": True}), structure({"type": "reference"}), True, "not the same", SET),
        (structure({}), structure({"isSecret": True}), False, "read back", SET),
        (structure({"isSecret": True}), structure({}), False, "no longer encrypted", None),
        (structure({"not": ["a"]}), structure({"not": ["a", "b"]}), False, "these values", {"data.p": {"in": ["b"]}}),
        (structure(NUMBER), structure({**NUMBER, "exclusiveMinimum": 3}), False, "beyond it", {"data.p": {"lte": 3}}),
        (structure(NUMBER), structure({**NUMBER, "exclusiveMaximum": 3}), False, "beyond it", {"data.p": {"gte": 3}}),
        (structure(NUMBER), structure({**NUMBER, "multipleOf": 3}), False, "another form", None),
        (structure(OBJECT), structure({**OBJECT, "properties": {"b": STRING}}), True, "out of reach", {"data.p.a": {"exists": True}}),
        (structure(LISTED), structure({**OBJECT, "properties": {"a": NUMBER}}), True, "must be number", {"data.p.a": {"exists": True}}),
        (
            structure(OBJECT),
            structure({**OBJECT, "properties": {"a": {**STRING, "enum": ["x"]}, "b": STRING}}),
            False,
            "other values",
            {"and": [{"data.p.a": {"exists": True}}, {"data.p.a": {"nin": ["x"]}}]},
        ),
        (structure(ARRAY), structure({**ARRAY, "items": NUMBER}), True, "must be number", SET),
        (structure(ARRAY), structure({**ARRAY, "items": {**STRING, "enum": ["x"]}}), False, "other values", None),
        (structure({}, schemaDiscoveryMode="schemaless"), structure({}, schemaDiscoveryMode="auto-evolving"), False, "are checked", EVERY),
        (structure({}), structure({"enum": ["a"]}), False, "other values", {"and": [SET, {"data.p": {"nin": ["a"]}}]}),
        (structure({"enum": ["a", "b"]}), structure({"enum": ["a"]}), False, "other values", {"and": [SET, {"data.p": {"nin": ["a"]}}]}),
        (structure({"type": "number"}), structure({"type": "number", "minimum": 3}), False, "beyond it", {"data.p": {"lt": 3}}),
        (
            structure({"type": "number", "maximum": 9}),
            structure({"type": "number", "maximum": 8}),
            False,
            "beyond it",
            {"data.p": {"gt": 8}},
        ),
        (structure(**KEPT), structure(**KEPT | {"enableVersioning": False}), False, "no more versions", EVERY),
        (structure(**KEPT), structure(enableVersioning=None), False, "no more versions", EVERY),
        (structure(**KEPT), structure(**KEPT | {"retentionPolicy": {"maxVersions": 4}}), False, "older versions may be deleted", None),
        (structure(**KEPT), structure(**KEPT | {"retentionPolicy": {"maxVersions": 5, "maxAgeDays": 9}}), False, "older versions", None),
        (structure(enableVersioning=True), structure(**KEPT), False, "older versions", None),
        (structure(**KEPT), structure(**KEPT | {"retentionPolicy": {"maxVersions": "few"}}), False, "older versions", None),
        (structure(), structure(defaultTtlSeconds=60), False, "deleted after 60 s, and it was never", EVERY),
        (structure(defaultTtlSeconds=9000), structure(defaultTtlSeconds=60), False, "after 60 s, and it was 9,000 s", EVERY),
        (structure({"maxLength": 9}), structure({"maxLength": 8}), False, "beyond it", None),
        (structure({}), structure({"pattern": "^a"}), False, "another form", None),
        (structure({}, schemaDiscoveryMode="schemaless"), structure({}, schemaDiscoveryMode="strict"), False, "not declared", EVERY),
    ],
)
def test_a_narrower_structure_is_a_danger(before: Any, after: Any, losing: bool, words: str, where: Any) -> None:
    (danger,) = of_changing(before, after)
    assert (danger.losing, danger.where, words in danger.message) == (losing, where, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (structure(), structure({})),
        (structure(), structure({"required": True, "default": "x"})),
        (structure({"required": True}), structure({})),
        (structure({"isUnique": True}), structure({})),
        (structure({"enum": ["a"]}), structure({"enum": ["a", "b"]})),
        (structure({"enum": ["a"]}), structure({})),
        (structure({"maxLength": 8}), structure({"maxLength": 9})),
        (structure({"pattern": "^a"}), structure({})),
        (structure({"not": ["a"]}), structure({"not": []})),
        (structure({}), structure({"minLength": 0})),
        (structure(OBJECT), structure({"type": "object"})),
        (structure(ARRAY), structure({"type": "array"})),
        (structure({}), structure({"required": True, "enum": ["a"]}, schemaDiscoveryMode="schemaless")),
        (structure(enableVersioning=False), structure(**KEPT)),
        (structure(**KEPT), structure(**KEPT)),
        (structure(**KEPT), structure(**KEPT | {"retentionPolicy": {"maxVersions": 6}})),
        (structure(**KEPT), structure(enableVersioning=True, retentionPolicy=None)),
        (structure(**KEPT), structure(enableVersioning=True, retentionPolicy={})),
        (structure(retentionPolicy={"maxVersions": 5}), structure(retentionPolicy={"maxVersions": 4})),
        (structure(defaultTtlSeconds=60), structure(defaultTtlSeconds=60)),
        (structure(defaultTtlSeconds=60), structure(defaultTtlSeconds=61)),
        (structure(defaultTtlSeconds=60), structure(defaultTtlSeconds=None)),
        (structure({}, name="a"), structure({}, name="b")),
        (structure({}, schemaDiscoveryMode="strict"), structure({}, schemaDiscoveryMode="schemaless")),
    ],
)
def test_a_wider_structure_is_none(before: Any, after: Any) -> None:
    assert list(of_changing(before, after)) == []


def test_with_a_structure_its_records_go() -> None:
    assert [(danger.losing, danger.where) for danger in of_deleting({})] == [(True, EVERY)]


def test_values_are_looked_for_under_the_name_that_records_have_them_under() -> None:
    (danger,) = of_changing(structure(NUMBER), structure({**NUMBER, "maximum": 5}), {"p": "old"})
    assert (danger.path, danger.where) == (("properties", "p", "maximum"), {"data.old": {"gt": 5}})
