"""Masks: shown instead of a secret, and a secret again when they come back."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.local.masking import kept, shown

MASK = "********"
SECRET = {"value": "canary", "encrypt": True}
MASKED = {"value": MASK, "encrypted": True}


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        (SECRET, MASKED),
        ({"params": {"key": SECRET, "n": 1}}, {"params": {"key": MASKED, "n": 1}}),
        ([{"id": "a", "encryptedParams": {"k": SECRET}}, "x", None], [{"id": "a", "encryptedParams": {"k": MASKED}}, "x", None]),
        ({"signingSecret": "canary"}, {"signingSecret": MASK}),
        ({"signingSecret": SECRET}, {"signingSecret": MASKED}),
        ({"name": "p", "isSecret": True, "default": "canary"}, {"name": "p", "isSecret": True, "default": MASK}),
        ({"name": "p", "isSecret": True, "default": 0}, {"name": "p", "isSecret": True, "default": MASK}),
    ],
)
def test_a_secret_is_shown_as_a_mask_wherever_it_is(stored: Any, seen: Any) -> None:
    assert shown(stored) == seen


@pytest.mark.parametrize(
    "value",
    [
        {"value": "x", "encrypt": False},
        {"value": "x", "encrypt": "true"},
        {"encrypt": True},
        {"isSecret": True, "default": None},
        {"isSecret": True},
        {"isSecret": False, "default": "x"},
        {"signingSecret": None},
        {"signingSecret": 5},
        "canary",
        None,
        [[]],
    ],
)
def test_what_is_no_secret_is_shown_as_it_is(value: Any) -> None:
    assert shown(value) == value


@pytest.mark.parametrize(
    ("sent", "stored", "result"),
    [
        ({"key": MASKED}, {"key": SECRET}, {"key": SECRET}),
        ({"key": {"value": MASK, "encrypt": True}}, {"key": SECRET}, {"key": SECRET}),
        ({"key": {"value": "new", "encrypt": True}}, {"key": SECRET}, {"key": {"value": "new", "encrypt": True}}),
        ({"other": MASKED}, {"key": SECRET}, {"other": MASKED}),
        ({"signingSecret": MASK, "path": "p"}, {"signingSecret": "canary", "path": "q"}, {"signingSecret": "canary", "path": "p"}),
        ({"signingSecret": MASK}, None, {"signingSecret": None}),
        ({"description": MASK}, {"description": "old"}, {"description": MASK}),
        ([], [SECRET], []),
        ("text", {"a": 1}, "text"),
        ([{"id": "a"}], "not a list", [{"id": "a"}]),
    ],
)
def test_a_mask_that_comes_back_keeps_what_is_stored_and_nothing_else_does(sent: Any, stored: Any, result: Any) -> None:
    assert kept(sent, stored) == result


@pytest.mark.parametrize("label", ["id", "name"])
def test_items_find_their_own_secret_in_any_order(label: str) -> None:
    stored = [{label: "a", "k": {"value": "canary-a", "encrypt": True}}, {label: "b", "k": {"value": "canary-b", "encrypt": True}}]
    sent = [{label: "new"}, {label: "b", "k": MASKED}, {label: "a", "k": MASKED}]
    assert kept(sent, stored) == [{label: "new"}, stored[1], stored[0]]


def test_the_default_of_a_secret_property_is_kept_by_its_mask() -> None:
    stored = [{"name": "p", "isSecret": True, "default": "canary"}]
    assert kept(shown(stored), stored) == stored
    assert kept([{"name": "p", "isSecret": False, "default": MASK}], stored) == [{"name": "p", "isSecret": False, "default": MASK}]
