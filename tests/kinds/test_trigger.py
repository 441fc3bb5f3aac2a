"""Triggers: what the model cannot find, other words, secrets; and no shape makes any of it fail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from shapes import of, quickly, words_in

from centrali_deploy.kinds.trigger import KIND
from centrali_deploy.metadata import LARGEST_PARAMS


def found(metadata: Any) -> list[tuple[Any, ...]]:
    return [finding.path[1:] for finding in KIND.check("t", {"triggerMetadata": metadata})]


@pytest.mark.parametrize(
    ("metadata", "paths"),
    [
        ({"event": "record_created", "cronExpression": "0 2 * * *"}, []),
        ({"event": "record.created"}, [("event",)]),
        ({"event": "something_else"}, [("event",)]),
        ({"event": 5, "cronExpression": 5}, []),
        ({"cronExpression": "every night"}, [("cronExpression",)]),
        ({"params": {"k": {"value": "x", "encrypt": True}}}, []),
        ({"params": {"k": {"value": "x", "encrypt": False}}}, [("params", "k")]),
        ({"params": {"k": {"value": "x", "encrypted": True}}}, [("params", "k")]),
        ({"params": {"k": {"value": "x"}}}, []),
        ({"params": {"k": {"value": "x", "encrypt": False, "more": 1}}}, []),
        ({"params": [{"value": "x", "encrypt": None}]}, [("params", 0)]),
        ({"params": {"k": "x" * (LARGEST_PARAMS - 9)}}, []),
        ({"params": {"k": "x" * (LARGEST_PARAMS - 8)}}, [("params",)]),
        ({"params": {"k": "é" * (LARGEST_PARAMS // 6)}}, [("params",)]),
        ([], []),
        (None, []),
    ],
)
def test_what_the_model_cannot_see_is_found_at_its_place(metadata: Any, paths: list[tuple[Any, ...]]) -> None:
    assert found(metadata) == paths


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"eventType": "e", "recordSlug": "r"}, {"event": "e", "recordSlug": "r"}),
        ({"eventType": "e", "event": "f"}, {"eventType": "e", "event": "f"}),
        ({"interval": 5}, {"scheduleType": "interval", "interval": 5}),
        ({"interval": 5, "scheduleType": "once"}, {"interval": 5, "scheduleType": "once"}),
        ("text", "text"),
    ],
)
def test_other_words_are_understood(written: Any, meant: Any) -> None:
    spec = {"function": "f", "triggerMetadata": written}
    assert KIND.canonical(spec) == {"function": "f", "triggerMetadata": meant}
    assert spec["triggerMetadata"] is written


def test_a_spec_without_metadata_stays_what_it_is() -> None:
    assert KIND.canonical({"function": "f"}) == {"function": "f"}


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ({"triggerMetadata": {"signingSecret": "canary"}}, [("triggerMetadata", "signingSecret")]),
        ({"triggerMetadata": {"signingSecret": {"value": "canary", "encrypt": True}}}, []),
        ({"triggerMetadata": {"signingSecret": None}}, []),
        ({"triggerMetadata": "text"}, []),
        ({}, []),
    ],
)
def test_a_signing_secret_in_the_clear_is_a_secret(spec: dict[str, Any], paths: list[Any]) -> None:
    assert list(KIND.secret_paths(spec)) == paths


@pytest.mark.parametrize(("one", "other", "same"), [("/a", "a", True), ("a/", "a", False), ("//a", "a", False), (5, 5, True)])
def test_a_path_is_alike_with_and_without_its_slash(one: Any, other: Any, same: bool) -> None:
    reduce = KIND.alike["triggerMetadata", "path"]
    assert (reduce(one) == reduce(other)) is same


@quickly
@given(of(words_in(KIND.examples) | {"eventType", "encrypted"}))
def test_no_shape_makes_it_fail(spec: dict[str, Any]) -> None:
    for each in (spec, {"triggerMetadata": spec}, {"triggerMetadata": {"params": spec}}):
        assert all(finding.path[0] == "triggerMetadata" and finding.message for finding in KIND.check("t", each))
        assert KIND.canonical(each).keys() == each.keys()
        assert len(list(KIND.secret_paths(each))) <= 1
        assert list(KIND.references_in(each)) == [*KIND.references_in(each)]
