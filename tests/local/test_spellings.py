"""Other spellings: each turned into the one that is stored, and never over what is spelt right."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.local import spellings


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"slug": "a"}, {"recordSlug": "a"}),
        ({"slug": "a", "recordSlug": "b"}, {"recordSlug": "b"}),
        ({"isStrict": True}, {"isStrict": True, "schemaDiscoveryMode": "strict"}),
        ({"isStrict": False}, {"isStrict": False, "schemaDiscoveryMode": "schemaless"}),
        ({"isStrict": False, "schemaDiscoveryMode": "strict"}, {"isStrict": False, "schemaDiscoveryMode": "strict"}),
        ({"isStrict": "yes"}, {"isStrict": "yes"}),
        ({}, {}),
    ],
)
def test_a_structure_has_older_words(sent: dict[str, Any], stored: dict[str, Any]) -> None:
    assert spellings.structure(sent) == stored


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"name": " Job Logs (2)!"}, "job-logs-2"),
        ({"name": "Ünïcode"}, "n-code"),
        ({"name": "x", "recordSlug": "y"}, "y"),
        ({"name": 5}, None),
        ({}, None),
    ],
)
def test_a_structure_without_a_slug_gets_one_from_its_name(sent: dict[str, Any], stored: str | None) -> None:
    assert spellings.with_slug(sent).get("recordSlug") == stored


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"eventType": "e"}, {"event": "e"}),
        ({"eventType": "e", "event": "f"}, {"event": "f"}),
        ({"interval": 5}, {"interval": 5, "scheduleType": "interval"}),
        ({"interval": 5, "scheduleType": "cron"}, {"interval": 5, "scheduleType": "cron"}),
        ([], []),
        (None, None),
    ],
)
def test_a_trigger_has_another_word_for_the_event_and_an_interval_needs_no_type(sent: Any, stored: Any) -> None:
    body = {"name": "t", "triggerMetadata": sent}
    assert spellings.trigger(body) == {"name": "t", "triggerMetadata": stored}
    assert body == {"name": "t", "triggerMetadata": sent}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"status": "active"}, "active"),
        ({"status": "paused", "isActive": True}, "paused"),
        ({"isActive": True}, "active"),
        ({"isActive": False}, "paused"),
        ({"status": "draft"}, None),
        ({"status": "draft", "isActive": False}, "paused"),
        ({"status": [], "isActive": "yes"}, None),
        ({}, None),
    ],
)
def test_an_orchestration_has_an_older_word_for_the_status(sent: dict[str, Any], status: str | None) -> None:
    assert spellings.orchestration(sent) == ({"status": status} if status else {})


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"durationMs": 5}, {"delayMs": 5}),
        ({"duration": 5}, {"delayMs": 5}),
        ({"durationMs": 5, "delayMs": 6}, {"delayMs": 6}),
        ({"delaySeconds": 1.5}, {"delayMs": 1500}),
        ({"delaySeconds": "5"}, {"delaySeconds": "5"}),
        ({"delaySeconds": True}, {"delaySeconds": True}),
        ({"default": "x"}, {"defaultNextStepId": "x"}),
        ({"defaultNextStepId": {"nextStepId": "x"}}, {"defaultNextStepId": "x"}),
        ({"cases": [{"then": "x"}, {"goto": "y"}, "z"]}, {"cases": [{"nextStepId": "x"}, {"nextStepId": "y"}, "z"]}),
        ({"cases": [{"condition": {"op": "eq"}}]}, {"cases": [{"conditions": [{"op": "eq"}]}]}),
        (
            {"cases": [{"conditions": [{"field": "a", "operator": "eq", "right": 1}, {"left": "b"}, "c"]}]},
            {"cases": [{"conditions": [{"path": "a", "op": "eq", "value": 1}, {"path": "b"}, "c"]}]},
        ),
        ({"cases": [{"conditions": "x"}]}, {"cases": [{"conditions": "x"}]}),
        ({"cases": "x"}, {"cases": "x"}),
    ],
)
def test_a_step_is_understood_in_every_likely_spelling(sent: dict[str, Any], stored: dict[str, Any]) -> None:
    assert spellings.orchestration({"steps": [sent, "text"]}) == {"steps": [stored, "text"]}


def test_steps_that_are_no_list_stay_what_they_are() -> None:
    assert spellings.orchestration({"steps": "x"}) == {"steps": "x"}
