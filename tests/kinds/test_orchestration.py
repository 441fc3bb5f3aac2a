"""Orchestrations: what the model cannot find, the older word, secrets; and no shape makes any of it fail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from shapes import of, quickly, words_in

from centrali_deploy.kinds.orchestration import KIND

A = {"id": "a", "type": "compute", "function": "f"}


@pytest.mark.parametrize(
    ("steps", "paths"),
    [
        ([A, {**A, "id": "b", "nextStepId": "a"}], []),
        ([A, A], [(0, "id"), (1, "id")]),
        ([{**A, "nextStepId": "gone"}], [(0, "nextStepId")]),
        ([{**A, "nextStepId": ""}, "text"], []),
        ([{**A, "nextStepId": 5}], []),
        ([{**A, "defaultNextStepId": "gone"}], [(0, "defaultNextStepId")]),
        ([{**A, "cases": [{"nextStepId": "a"}, {"nextStepId": "gone"}, "x"]}], [(0, "cases", 1, "nextStepId")]),
        ([{**A, "encryptedParams": {}}], []),
        ([{**A, "type": "delay", "encryptedParams": {}}], [(0, "encryptedParams")]),
        ([{**A, "type": "decision", "encryptedParams": None}], [(0, "encryptedParams")]),
        ([{**A, "type": {}, "encryptedParams": {}}], []),
        ([{"id": []}, {"id": []}], []),
    ],
)
def test_steps_that_lead_nowhere_are_found_at_their_place(steps: list[Any], paths: list[tuple[Any, ...]]) -> None:
    found = [finding.path[1:] for finding in KIND.check("o", {"steps": steps}) if finding.severity == "error"]
    assert found == paths


@pytest.mark.parametrize(
    ("trigger", "paths"),
    [
        ({"eventType": "record_created"}, []),
        ({"eventType": "record.created"}, [("trigger", "eventType")]),
        ({"cronExpression": "every night"}, [("trigger", "cronExpression")]),
        ({"eventType": 5, "cronExpression": 5}, []),
        *(
            ({"scheduleType": sort, other: None}, [("trigger",)])
            for sort, other in (("interval", "interval"), ("cron", "cronExpression"), ("once", "interval"))
        ),
        ({"scheduleType": "interval", "interval": 5}, []),
        ({"scheduleType": "cron", "cronExpression": "0 2 * * *"}, []),
        ({"scheduleType": "once", "scheduledAt": "2030-01-31T08:00:00Z"}, []),
        ({"scheduleType": "often"}, []),
        ({"scheduleType": []}, []),
        ("text", []),
    ],
)
def test_a_trigger_that_cannot_fire_is_found_at_its_place(trigger: Any, paths: list[tuple[Any, ...]]) -> None:
    assert [finding.path for finding in KIND.check("o", {"trigger": trigger})] == paths


def test_the_words_name_the_steps_there_are() -> None:
    (finding,) = (
        found for found in KIND.check("o", {"steps": [{**A, "nextStepId": "gone"}, {**A, "id": "b"}]}) if found.severity == "error"
    )
    assert (finding.message, finding.hint) == ('There is no step "gone".', "Steps are: a, b.")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"isActive": True, "name": "O"}, {"status": "active", "name": "O"}),
        ({"isActive": False}, {"status": "paused"}),
        ({"isActive": True, "status": "draft"}, {"status": "draft"}),
        ({"isActive": 1}, {"isActive": 1}),
        ({}, {}),
    ],
)
def test_the_older_word_for_the_status_is_understood(written: dict[str, Any], meant: dict[str, Any]) -> None:
    assert KIND.canonical(written) == meant


def test_encrypted_params_are_secrets_whatever_else_they_hold() -> None:
    params = {"k": {"value": "canary", "encrypt": True}, "l": {"value": "x"}, "m": "text", "n": {}}
    spec = {"steps": [{"id": "a"}, {"encryptedParams": params}, "text", {"encryptedParams": "text"}]}
    assert list(KIND.secret_paths(spec)) == [("steps", 1, "encryptedParams", name, "value") for name in ("k", "l")]


def test_an_event_is_alike_with_a_dot_and_with_an_underscore() -> None:
    reduce = KIND.alike["trigger", "eventType"]
    assert reduce("record.created") == reduce("record_created")
    assert reduce("record_created") != reduce("record_deleted")
    assert reduce(5) == 5


def test_both_bodies_of_a_change_of_status_say_the_same() -> None:
    assert KIND.lifecycle is not None
    assert KIND.lifecycle.bodies("active") == ({"status": "active"}, {"isActive": True})
    assert KIND.lifecycle.bodies("paused") == ({"status": "paused"}, {"isActive": False})


@quickly
@given(of(words_in(KIND.examples) | {"isActive"}))
def test_no_shape_makes_it_fail(spec: dict[str, Any]) -> None:
    for each in (spec, {"trigger": spec, "steps": [spec, spec]}, {"steps": [{"encryptedParams": spec, "cases": [spec]}]}):
        assert all(finding.path and finding.message for finding in KIND.check("o", each))
        assert "isActive" not in KIND.canonical(each) or not isinstance(each["isActive"], bool)
        assert all(path[-1] == "value" for path in KIND.secret_paths(each))
        assert all(reference.target.kind in {"function", "structure"} for reference, _ in KIND.references_in(each))
