"""Members of a spec have one order at every depth, whatever order they were found in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.address import Item
from centrali_deploy.arrangement import arranged, in_order, members_at
from centrali_deploy.kinds import KINDS

if TYPE_CHECKING:
    from centrali_deploy.address import Path


@pytest.mark.parametrize(
    ("kind", "path", "members"),
    [
        ("structure", (), "name description status schemaDiscoveryMode properties other"),
        ("structure", ("properties", 0), "name type description required enum minLength other"),
        ("structure", ("properties", Item("total")), "name type required maximum"),
        ("structure", ("properties", 0, "items", "properties", "p"), "name type minLength"),
        ("structure", ("properties", 0, "properties"), "a name type z"),
        ("structure", ("properties", 0, "default"), "a name type z"),
        ("structure", ("retentionPolicy",), "days maxVersions name"),
        ("function", (), "description timeoutMs code"),
        ("trigger", ("triggerMetadata",), "event recordSlug params"),
        ("trigger", ("triggerMetadata",), "path signatureHeader allowedMethods other params"),
        ("trigger", ("triggerMetadata", "params"), "a name params type z"),
        ("trigger", ("triggerMetadata", "params", "key"), "value encrypt"),
        ("trigger", ("triggerMetadata", "params", "key"), "encrypt other value"),
        ("orchestration", ("steps", Item("pay")), "id name type function encryptedParams aOther zOther nextStepId"),
        ("orchestration", ("steps", Item("pay"), "encryptedParams"), "A B"),
        ("orchestration", ("nothing", "known"), "a b"),
    ],
)
def test_documented_members_come_in_the_order_of_the_models_and_others_by_the_alphabet(kind: str, path: Path, members: str) -> None:
    expected = members.split()
    assert arranged(kind, path, reversed(expected)) == expected
    assert arranged(kind, path, sorted(expected, key=lambda member: member[::-1])) == expected


def test_what_stands_there_twice_is_there_once() -> None:
    assert arranged("function", (), ["code", "timeoutMs", "code"]) == ["timeoutMs", "code"]


def test_a_value_is_put_in_order_at_every_depth_and_its_lists_stay() -> None:
    value: Any = {"z": [{"b": 1, "a": [3, 1, 2]}, 5], "a": {"d": None, "c": "x"}}
    found = in_order("trigger", ("triggerMetadata", "params"), value)
    assert found == value
    assert str(found) == str({"a": {"c": "x", "d": None}, "z": [{"a": [3, 1, 2], "b": 1}, 5]})


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_documented_member_of_a_resource_has_its_place(kind: Any) -> None:
    assert set(kind.members) <= set(members_at(kind.name, ()))
