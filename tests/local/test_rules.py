"""Each rule of the local workspace with a body that breaks it: the member it names, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from shapes import of, quickly, words_in

from centrali_deploy.javascript import Call
from centrali_deploy.local import rules

if TYPE_CHECKING:
    from collections.abc import Callable

STRUCTURE = {"name": "Orders", "recordSlug": "orders", "schemaDiscoveryMode": "strict", "status": "active", "properties": []}
FUNCTION = {"name": "f", "code": "x", "timeoutMs": 1}
TRIGGER = {"name": "t", "executionType": "on-demand", "enabled": True, "triggerMetadata": {}}
DELAY = {"id": "w", "type": "delay", "delayMs": 5}
COMPUTE = {"id": "c", "type": "compute", "functionId": "1"}
DECISION = {"id": "d", "type": "decision", "cases": [{"conditions": [{"path": "x", "op": "eq"}], "nextStepId": "d"}]}
FLOW = {"name": "Flow", "slug": "flow", "trigger": {"type": "on-demand"}, "steps": [DELAY]}


def members(rule: Callable[[dict[str, Any]], Any], row: dict[str, Any]) -> list[str]:
    return [member for member, _ in rule(row)]


def without(row: dict[str, Any], member: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != member}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"name": "x" * 255},
        {"recordSlug": "a1-b_2"},
        {"recordSlug": "a" * 100},
        {"schemaDiscoveryMode": "schemaless"},
        {"schemaDiscoveryMode": "auto-evolving"},
        {"status": "inactive"},
        {"defaultTtlSeconds": None},
        {"defaultTtlSeconds": 1},
    ],
)
def test_a_good_structure_is_taken(change: dict[str, Any]) -> None:
    assert members(rules.structure, {**STRUCTURE, **change}) == []


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"recordSlug": None}, "recordSlug"),
        ({"recordSlug": "Orders"}, "recordSlug"),
        ({"recordSlug": "a--b"}, "recordSlug"),
        ({"recordSlug": "orders\n"}, "recordSlug"),
        ({"recordSlug": "a" * 101}, "recordSlug"),
        ({"schemaDiscoveryMode": "strct"}, "schemaDiscoveryMode"),
        ({"schemaDiscoveryMode": []}, "schemaDiscoveryMode"),
        ({"status": "draft"}, "status"),
        ({"description": {}}, "description"),
        ({"enableVersioning": "yes"}, "enableVersioning"),
        ({"retentionPolicy": 5}, "retentionPolicy"),
        ({"defaultSearchField": ["title"]}, "defaultSearchField"),
        ({"defaultTtlSeconds": 0}, "defaultTtlSeconds"),
        ({"defaultTtlSeconds": True}, "defaultTtlSeconds"),
        ({"defaultTtlSeconds": 1.5}, "defaultTtlSeconds"),
        ({"properties": None}, "properties"),
        ({"properties": {}}, "properties"),
    ],
)
def test_a_structure_that_breaks_a_rule_names_the_member(change: dict[str, Any], member: str) -> None:
    assert members(rules.structure, {**STRUCTURE, **change}) == [member]


@pytest.mark.parametrize(
    "item",
    [
        *({"name": "a", "type": sort} for sort in ("string", "number", "boolean", "datetime", "array", "object")),
        {"name": "_a1", "type": "reference", "target": "others"},
        {"name": "a", "type": "string", "enum": ["x"]},
        {"name": "a", "type": "string", "enum": None},
        {"name": "a", "type": "string", "isSecret": True},
        {"name": "a", "type": "number", "isSecret": False, "isUnique": True},
        {"name": "a", "type": "string", "minLength": 2, "maxLength": 2},
        {"name": "a", "type": "number", "minimum": 0, "maximum": 0.5},
        {"name": "a", "type": "array", "minItems": 3, "maxItems": "2"},
    ],
)
def test_a_good_property_is_taken(item: dict[str, Any]) -> None:
    assert members(rules.structure, {**STRUCTURE, "properties": [item]}) == []


@pytest.mark.parametrize(
    ("item", "member"),
    [
        ("text", "name"),
        ({"type": "string"}, "name"),
        ({"name": 5, "type": "string"}, "name"),
        ({"name": "1a", "type": "string"}, "name"),
        ({"name": "a-b", "type": "string"}, "name"),
        ({"name": "é", "type": "string"}, "name"),
        ({"name": "ok", "type": "string"}, "name"),
        ({"name": "a"}, "type"),
        ({"name": "a", "type": "text"}, "type"),
        ({"name": "a", "type": {}}, "type"),
        ({"name": "a", "type": "reference"}, "target"),
        ({"name": "a", "type": "reference", "target": ""}, "target"),
        ({"name": "a", "type": "reference", "target": 5}, "target"),
        ({"name": "a", "type": "string", "enum": []}, "enum"),
        ({"name": "a", "type": "string", "enum": "x"}, "enum"),
        ({"name": "a", "type": "number", "isSecret": True}, "isSecret"),
        ({"name": "a", "type": "string", "isSecret": True, "isUnique": True}, "isSecret"),
        ({"name": "a", "type": "string", "minLength": 3, "maxLength": 2}, "minLength"),
        ({"name": "a", "type": "number", "minimum": 0.5, "maximum": 0}, "minimum"),
        ({"name": "a", "type": "array", "minItems": 3, "maxItems": 2}, "minItems"),
    ],
)
def test_a_property_that_breaks_a_rule_names_its_place(item: Any, member: str) -> None:
    first = {"name": "ok", "type": "string"}
    assert members(rules.structure, {**STRUCTURE, "properties": [first, item]}) == [f"properties[1].{member}"]


@pytest.mark.parametrize("change", [{}, {"timeoutMs": None}, {"timeoutMs": 300_000}, {"code": "x" * (5 * 1024 * 1024)}])
def test_a_good_function_is_taken(change: dict[str, Any]) -> None:
    assert members(rules.function, {**FUNCTION, **change}) == []


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"name": ""}, "name"),
        ({"code": None}, "code"),
        ({"code": " \n"}, "code"),
        ({"code": 5}, "code"),
        ({"code": "é" * (5 * 512 * 1024 + 1)}, "code"),
        ({"timeoutMs": 0}, "timeoutMs"),
        ({"timeoutMs": 300_001}, "timeoutMs"),
        ({"timeoutMs": "5"}, "timeoutMs"),
        ({"timeoutMs": True}, "timeoutMs"),
    ],
)
def test_a_function_that_breaks_a_rule_names_the_member(change: dict[str, Any], member: str) -> None:
    assert members(rules.function, {**FUNCTION, **change}) == [member]


SCHEDULES = [
    {"scheduleType": "interval", "interval": 1},
    {"scheduleType": "cron", "cronExpression": "0 2 * * *"},
    {"scheduleType": "once", "scheduledAt": "2030-01-31T08:00:00Z"},
]
BAD_SCHEDULES = [
    ({}, "scheduleType"),
    ({"scheduleType": "often"}, "scheduleType"),
    ({"scheduleType": ["cron"]}, "scheduleType"),
    ({"scheduleType": "interval"}, "interval"),
    ({"scheduleType": "interval", "interval": -1}, "interval"),
    ({"scheduleType": "interval", "interval": "60"}, "interval"),
    ({"scheduleType": "interval", "interval": 10**400}, "interval"),
    ({"scheduleType": "cron"}, "cronExpression"),
    ({"scheduleType": "cron", "cronExpression": "every night"}, "cronExpression"),
    ({"scheduleType": "once"}, "scheduledAt"),
]


@pytest.mark.parametrize(
    ("sort", "metadata"),
    [
        ("on-demand", {"params": {"x": "y" * 60_000}}),
        ("on-demand", {"params": None}),
        ("event-driven", {"event": "record_created", "recordSlug": "orders"}),
        ("http-trigger", {"path": "hook"}),
        ("endpoint", {"path": "hook"}),
        *(("scheduled", schedule) for schedule in SCHEDULES),
    ],
)
def test_a_good_trigger_is_taken(sort: str, metadata: dict[str, Any]) -> None:
    assert members(rules.trigger, {**TRIGGER, "executionType": sort, "triggerMetadata": metadata}) == []


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"name": None}, "name"),
        ({"executionType": "sometimes"}, "executionType"),
        ({"executionType": []}, "executionType"),
        ({"enabled": None}, "enabled"),
        ({"enabled": 1}, "enabled"),
        ({"triggerMetadata": None}, "triggerMetadata"),
        ({"triggerMetadata": []}, "triggerMetadata"),
        ({"triggerMetadata": {"params": {"x": "y" * 65_536}}}, "triggerMetadata.params"),
    ],
)
def test_a_trigger_that_breaks_a_rule_names_the_member(change: dict[str, Any], member: str) -> None:
    assert members(rules.trigger, {**TRIGGER, **change}) == [member]


@pytest.mark.parametrize(
    ("sort", "metadata", "member"),
    [
        ("event-driven", {"recordSlug": "orders"}, "event"),
        ("event-driven", {"event": "", "recordSlug": "orders"}, "event"),
        ("event-driven", {"event": "record.created", "recordSlug": "orders"}, "event"),
        ("event-driven", {"event": "record_created"}, "recordSlug"),
        ("event-driven", {"event": "record_created", "recordSlug": 5}, "recordSlug"),
        ("http-trigger", {}, "path"),
        ("endpoint", {"path": ""}, "path"),
        *(("scheduled", schedule, member) for schedule, member in BAD_SCHEDULES),
    ],
)
def test_metadata_that_does_not_fit_its_type_is_named(sort: str, metadata: dict[str, Any], member: str) -> None:
    row = {**TRIGGER, "executionType": sort, "triggerMetadata": metadata}
    assert members(rules.trigger, row) == [f"triggerMetadata.{member}"]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"trigger": {"type": "http-trigger"}},
        {"trigger": {"type": "event-driven", "eventType": "record.created", "structureSlug": "orders"}},
        *({"trigger": {"type": "scheduled", **schedule}} for schedule in SCHEDULES),
        {"steps": [{**COMPUTE, "encryptedParams": {}, "nextStepId": "d"}, DECISION, {**DELAY, "nextStepId": "c"}]},
        {"steps": [{**DECISION, "defaultNextStepId": "d"}]},
        *({"steps": [{**DECISION, "cases": [{"conditions": [{"op": op}]}]}]} for op in ("neq", "gt", "gte", "lt", "lte", "exists", "in")),
    ],
)
def test_a_good_orchestration_is_taken(change: dict[str, Any]) -> None:
    assert members(rules.orchestration, {**FLOW, **change}) == []


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"name": ""}, "name"),
        ({"slug": "Flow"}, "slug"),
        ({"slug": None}, "slug"),
        ({"trigger": None}, "trigger.type"),
        ({"trigger": {}}, "trigger.type"),
        ({"trigger": {"type": "endpoint"}}, "trigger.type"),
        ({"trigger": {"type": "event-driven", "structureSlug": "orders"}}, "trigger.eventType"),
        ({"trigger": {"type": "event-driven", "eventType": "record_created"}}, "trigger.structureSlug"),
        *(({"trigger": {"type": "scheduled", **schedule}}, f"trigger.{member}") for schedule, member in BAD_SCHEDULES),
        ({"steps": None}, "steps"),
        ({"steps": []}, "steps"),
        ({"steps": ["x"]}, "steps"),
        ({"steps": [{"type": "delay", "delayMs": 5}]}, "steps"),
        ({"steps": [{**DELAY, "id": ""}]}, "steps"),
    ],
)
def test_an_orchestration_that_breaks_a_rule_names_the_member(change: dict[str, Any], member: str) -> None:
    assert members(rules.orchestration, {**FLOW, **change}) == [member]


@pytest.mark.parametrize(
    ("step", "member"),
    [
        (without(COMPUTE, "type"), "type"),
        ({**COMPUTE, "type": "loop"}, "type"),
        (without(COMPUTE, "functionId"), "functionId"),
        ({**COMPUTE, "functionId": {}}, "functionId"),
        (without(DECISION, "cases"), "cases"),
        ({**DECISION, "cases": []}, "cases"),
        ({**DECISION, "cases": "x"}, "cases"),
        ({**DECISION, "cases": ["x"]}, "cases[0].conditions"),
        ({**DECISION, "cases": [{}]}, "cases[0].conditions"),
        ({**DECISION, "cases": [{"conditions": []}]}, "cases[0].conditions"),
        ({**DECISION, "cases": [{"conditions": ["x"]}]}, "cases[0].conditions"),
        ({**DECISION, "cases": [{"conditions": [{"op": "like"}]}]}, "cases[0].conditions"),
        ({**DECISION, "cases": [{"conditions": [{"op": "eq"}, {}]}]}, "cases[0].conditions"),
        ({**DECISION, "encryptedParams": {}}, "encryptedParams"),
        ({**DELAY, "id": "d", "encryptedParams": {}}, "encryptedParams"),
        ({**DELAY, "id": "d", "delayMs": None}, "delayMs"),
        ({**DELAY, "id": "d", "delayMs": 1.5}, "delayMs"),
        ({**DELAY, "id": "d", "delayMs": True}, "delayMs"),
        ({**DELAY, "id": "d", "nextStepId": "gone"}, "nextStepId"),
        ({**DECISION, "defaultNextStepId": "gone"}, "nextStepId"),
        ({**DECISION, "cases": [{"conditions": [{"op": "eq"}], "nextStepId": "gone"}]}, "nextStepId"),
        ({**DELAY, "id": "d", "nextStepId": {}}, "nextStepId"),
    ],
)
def test_a_step_that_breaks_a_rule_names_its_place(step: dict[str, Any], member: str) -> None:
    assert members(rules.orchestration, {**FLOW, "steps": [DELAY, step]}) == [f"steps[1].{member}"]


def test_two_steps_of_one_id_are_both_named() -> None:
    assert members(rules.orchestration, {**FLOW, "steps": [DELAY, COMPUTE, DELAY]}) == ["steps[0].id", "steps[2].id"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert members(rules.structure, {}) == ["name", "recordSlug", "schemaDiscoveryMode", "status", "properties"]
    assert members(rules.function, {}) == ["name", "code"]
    assert members(rules.trigger, {}) == ["name", "executionType", "enabled", "triggerMetadata"]
    assert members(rules.orchestration, {}) == ["name", "slug", "trigger.type", "steps"]


LOOPING = [(event, method) for event, methods in rules.LOOPS.items() for method in sorted(methods)]


@pytest.mark.parametrize(("event", "method"), LOOPING)
def test_a_call_that_fires_its_own_event_again_is_found_in_its_own_structure_only(event: str, method: str) -> None:
    found = (Call(method, "orders"), Call(method, "others"), Call(method, None), Call("getRecord", "orders"))
    assert rules.looping({"event": event, "recordSlug": "orders"}, found) == [f"api.{method}('orders')"]
    assert rules.looping({"event": "record_expired", "recordSlug": "orders"}, found) == []


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (rules.structure, [STRUCTURE, {"name": "a", "type": "reference", "target": "b", "enum": [], "minLength": 1, "maxLength": 1}]),
        (rules.function, [FUNCTION]),
        (rules.trigger, [TRIGGER, *SCHEDULES, {"event": "record.created", "recordSlug": "x", "path": "endpoint"}, "event-driven"]),
        (rules.orchestration, [FLOW, COMPUTE, DECISION, *SCHEDULES, {"eventType": "event-driven", "structureSlug": "scheduled"}]),
    ],
)
def test_a_body_of_any_shape_is_answered_with_reasons(rule: Callable[[dict[str, Any]], Any], good: list[Any]) -> None:
    @quickly
    @given(of(words_in(good)))
    def try_it(row: dict[str, Any]) -> None:
        assert all(isinstance(member, str) and message for member, message in rule({**good[0], **row}))

    try_it()
