"""What each sort of mistake is called, where it is said to be, and the way out."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.wording import findings, known_members
from centrali_deploy.manifest.words import called

TRIGGER = {"function": "f", "executionType": "on-demand"}
ORCHESTRATION = {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", "type": "delay", "delayMs": 1}]}


def steps(**members: Any) -> dict[str, Any]:
    return {**ORCHESTRATION, "steps": [{"id": "s", **members}]}


def prop(**members: Any) -> dict[str, Any]:
    return {"name": "S", "properties": [{"name": "p", **members}]}


def scheduled(**members: Any) -> dict[str, Any]:
    return {"function": "f", "executionType": "scheduled", "triggerMetadata": members}


@pytest.mark.parametrize(
    ("kind", "spec", "found"),
    [
        ("function", {"code": 5}, [(("code",), '"code" must be a text, not 5.', "Put it in quotes, as it is written.")]),
        ("function", {"code": True}, [(("code",), '"code" must be a text, not true.', "Put it in quotes, as it is written.")]),
        ("function", {"code": ""}, [(("code",), '"code" must not be empty.', "Write something, or leave it out.")]),
        (
            "function",
            {"code": "c", "timeoutMs": "30"},
            [(("timeoutMs",), '"timeoutMs" must be a whole number, not "30".', "Leave out the quotes.")],
        ),
        (
            "function",
            {"code": "c", "timeoutMs": "thirty"},
            [(("timeoutMs",), '"timeoutMs" must be a whole number, not "thirty".', "Write digits only.")],
        ),
        ("function", {"code": "c", "timeoutMs": 1.5}, [(("timeoutMs",), '"timeoutMs" must be a whole number, not 1.5.', "")]),
        ("function", {"code": "c", "timeoutMs": True}, [(("timeoutMs",), '"timeoutMs" must be a whole number, not true.', "")]),
        ("function", {"code": "c", "timeoutMs": 0}, [(("timeoutMs",), '"timeoutMs" is 0.', "It may be at least 1.")]),
        ("function", {"code": "c", "timeoutMs": 300001}, [(("timeoutMs",), '"timeoutMs" is 300001.', "It may be at most 300000.")]),
        ("function", {"code": "c", "timeoutMS": 5}, [(("timeoutMS",), '"timeoutMS" is not a member of this.', "Did you mean timeoutMs?")]),
        (
            "function",
            {"code": "c", "zzz": 5},
            [(("zzz",), '"zzz" is not a member of a function.', "Members are: code, description, source, timeoutMs.")],
        ),
        ("function", {"code": "c", "name": "x"}, [(("name",), '"name" does not belong here.', "The name is the mapping key.")]),
        ("function", {"code": "c", "id": "x"}, [(("id",), '"id" does not belong here.', "The name is the mapping key.")]),
        ("function", {"code": "c", "sorce": "x"}, [(("sorce",), '"sorce" is not a member of this.', "Did you mean source?")]),
        (
            "function",
            {"code": "c", "description": ["a"]},
            [(("description",), '"description" must be a text, not a list.', "Write a text, or leave it out.")],
        ),
        (
            "function",
            {"code": "c", "description": {"a": 1}},
            [(("description",), '"description" must be a text, not a mapping.', "Write a text, or leave it out.")],
        ),
        ("structure", {}, [((), '"name" is missing.', "Add it.")]),
        ("structure", {"naem": "x"}, [(("naem",), '"naem" is not a member of this.', "Did you mean name?")]),
        ("structure", {"name": "x" * 256}, [(("name",), '"name" is a long text.', "It may be at most so many characters: 255.")]),
        (
            "structure",
            {"name": "S", "status": "aktive"},
            [(("status",), '"aktive" is not a status.', "Did you mean active? It is active or inactive.")],
        ),
        ("structure", {"name": "S", "status": "x"}, [(("status",), '"x" is not a status.', "It is active or inactive.")]),
        ("structure", {"name": "S", "status": 5}, [(("status",), "5 is not a status.", "It is active or inactive.")]),
        (
            "structure",
            {"name": "S", "schemaDiscoveryMode": "strct"},
            [
                (
                    ("schemaDiscoveryMode",),
                    '"strct" is not a schemaDiscoveryMode.',
                    "Did you mean strict? It is strict, schemaless or auto-evolving.",
                )
            ],
        ),
        (
            "structure",
            {"name": "S", "enableVersioning": "yes"},
            [(("enableVersioning",), '"enableVersioning" must be true or false, not "yes".', "Write true.")],
        ),
        (
            "structure",
            {"name": "S", "enableVersioning": "Off"},
            [(("enableVersioning",), '"enableVersioning" must be true or false, not "Off".', "Write false.")],
        ),
        (
            "structure",
            {"name": "S", "enableVersioning": 1},
            [(("enableVersioning",), '"enableVersioning" must be true or false, not 1.', "")],
        ),
        (
            "structure",
            {"name": "S", "properties": {"a": 1}},
            [(("properties",), '"properties" must be a list, not a mapping.', 'Put each item on a line of its own that begins with "- ".')],
        ),
        (
            "structure",
            {"name": "S", "properties": ["a"]},
            [(("properties", 0), '"properties[0]" must be a mapping, not "a".', 'Write its members below it, each as "member: value".')],
        ),
        (
            "structure",
            {"name": "S", "properties": [{"name": "p"}]},
            [
                (
                    ("properties", 0),
                    '"properties[0].type" is missing.',
                    "It is one of string, number, boolean, datetime, array, object, reference.",
                )
            ],
        ),
        (
            "structure",
            {"name": "S", "properties": [{"name": "p", "typ": "string"}]},
            [(("properties", 0, "typ"), '"typ" is not a member of this.', "Did you mean type?")],
        ),
        (
            "structure",
            prop(type="text"),
            [(("properties", 0, "type"), '"text" is not a type.', "It is string, number, boolean, datetime, array, object or reference.")],
        ),
        (
            "structure",
            prop(type="strng"),
            [
                (
                    ("properties", 0, "type"),
                    '"strng" is not a type.',
                    "Did you mean string? It is string, number, boolean, datetime, array, object or reference.",
                )
            ],
        ),
        (
            "structure",
            prop(type=5),
            [(("properties", 0, "type"), "5 is not a type.", "It is string, number, boolean, datetime, array, object or reference.")],
        ),
        (
            "structure",
            prop(type="string", requird=True),
            [(("properties", 0, "requird"), '"requird" is not a member of this.', "Did you mean required?")],
        ),
        ("structure", prop(type="string", vendorOption=True), []),
        (
            "structure",
            prop(type="string", maxLength=-1),
            [(("properties", 0, "maxLength"), '"properties[0].maxLength" is -1.', "It may be at least 0.")],
        ),
        (
            "structure",
            prop(type="string", maxLength="5"),
            [(("properties", 0, "maxLength"), '"properties[0].maxLength" must be a whole number, not "5".', "Leave out the quotes.")],
        ),
        (
            "structure",
            prop(type="string", required="no"),
            [(("properties", 0, "required"), '"properties[0].required" must be true or false, not "no".', "Write false.")],
        ),
        (
            "structure",
            prop(type="string", **{"not": "x"}),
            [
                (
                    ("properties", 0, "not"),
                    '"properties[0].not" must be a list, not "x".',
                    'Put each item on a line of its own that begins with "- ".',
                )
            ],
        ),
        (
            "structure",
            prop(type="string", format="mail"),
            [(("properties", 0, "format"), '"mail" is not a format.', "Did you mean email? It is email, url, uuid, date or datetime.")],
        ),
        ("structure", prop(type="reference"), [(("properties", 0), '"properties[0].target" is missing.', "Add it.")]),
        (
            "structure",
            prop(type="reference", targt="x"),
            [(("properties", 0, "targt"), '"targt" is not a member of this.', "Did you mean target?")],
        ),
        (
            "structure",
            prop(type="array", items="string"),
            [
                (
                    ("properties", 0, "items"),
                    '"properties[0].items" must be a mapping, not "string".',
                    'Write its members below it, each as "member: value".',
                )
            ],
        ),
        (
            "structure",
            prop(type="array", items={"type": "text"}),
            [
                (
                    ("properties", 0, "items", "type"),
                    '"text" is not a type.',
                    "It is string, number, boolean, datetime, array, object or reference.",
                )
            ],
        ),
        (
            "structure",
            prop(type="array", items={}),
            [
                (
                    ("properties", 0, "items"),
                    '"properties[0].items.type" is missing.',
                    "It is one of string, number, boolean, datetime, array, object, reference.",
                )
            ],
        ),
        (
            "structure",
            {"name": "S", "properties": [{"type": "string"}]},
            [(("properties", 0), '"properties[0].name" is missing.', "Add it.")],
        ),
        (
            "structure",
            {"name": "S", "recordSlug": "s"},
            [(("recordSlug",), '"recordSlug" does not belong here.', "The name is the mapping key.")],
        ),
        (
            "structure",
            {"name": "S", "retentionPolicy": 5},
            [(("retentionPolicy",), '"retentionPolicy" must be a mapping, not 5.', 'Write its members below it, each as "member: value".')],
        ),
        (
            "structure",
            {"name": "S", "defaultTtlSeconds": 0},
            [(("defaultTtlSeconds",), '"defaultTtlSeconds" is 0.', "It may be at least 1.")],
        ),
        ("trigger", {}, [((), '"executionType" is missing.', "It is one of on-demand, event-driven, scheduled, http-trigger, endpoint.")]),
        (
            "trigger",
            {"function": "f"},
            [((), '"executionType" is missing.', "It is one of on-demand, event-driven, scheduled, http-trigger, endpoint.")],
        ),
        (
            "trigger",
            {"function": "f", "executiontype": "on-demand"},
            [(("executiontype",), '"executiontype" is not a member of this.', "Did you mean executionType?")],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "webhook"},
            [
                (
                    ("executionType",),
                    '"webhook" is not an executionType.',
                    "It is on-demand, event-driven, scheduled, http-trigger or endpoint.",
                )
            ],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "endpint"},
            [
                (
                    ("executionType",),
                    '"endpint" is not an executionType.',
                    "Did you mean endpoint? It is on-demand, event-driven, scheduled, http-trigger or endpoint.",
                )
            ],
        ),
        ("trigger", {"executionType": "on-demand"}, [((), '"function" is missing.', "It is the name of a function.")]),
        (
            "trigger",
            {"functionId": "f", "executionType": "on-demand"},
            [(("functionId",), '"functionId" does not belong here: ids differ between workspaces.', "Write function: and its name.")],
        ),
        (
            "trigger",
            {"funktion": "f", "executionType": "on-demand"},
            [(("funktion",), '"funktion" is not a member of this.', "Did you mean function?")],
        ),
        (
            "trigger",
            {"function": "", "executionType": "on-demand"},
            [(("function",), '"function" must not be empty.', "Write something, or leave it out.")],
        ),
        ("trigger", {"function": "f", "executionType": "endpoint"}, [((), '"triggerMetadata" is missing.', "Add it.")]),
        (
            "trigger",
            {"function": "f", "executionType": "endpoint", "triggerMetadata": {}},
            [(("triggerMetadata",), '"triggerMetadata.path" is missing.', "Add it.")],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "a b"}},
            [(("triggerMetadata", "path"), '"triggerMetadata.path" is "a b".', "It must match ^[A-Za-z0-9/_-]+$.")],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "endpoint", "triggerMetadata": None},
            [
                (
                    ("triggerMetadata",),
                    '"triggerMetadata" must be a mapping, not nothing.',
                    'Write its members below it, each as "member: value".',
                )
            ],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "endpoint", "triggerMetadata": "x"},
            [
                (
                    ("triggerMetadata",),
                    '"triggerMetadata" must be a mapping, not "x".',
                    'Write its members below it, each as "member: value".',
                )
            ],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "event-driven", "triggerMetadata": {"event": "record_created"}},
            [(("triggerMetadata",), '"triggerMetadata.recordSlug" is missing.', "Add it.")],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "event-driven", "triggerMetadata": {"event": "record_created", "recordslug": "x"}},
            [(("triggerMetadata", "recordslug"), '"recordslug" is not a member of this.', "Did you mean recordSlug?")],
        ),
        (
            "trigger",
            scheduled(),
            [(("triggerMetadata",), '"triggerMetadata.scheduleType" is missing.', "It is one of interval, cron, once.")],
        ),
        (
            "trigger",
            scheduled(scheduleType="hourly"),
            [(("triggerMetadata", "scheduleType"), '"hourly" is not a scheduleType.', "It is interval, cron or once.")],
        ),
        ("trigger", scheduled(scheduleType="interval"), [(("triggerMetadata",), '"triggerMetadata.interval" is missing.', "Add it.")]),
        (
            "trigger",
            scheduled(scheduleType="interval", interval="60"),
            [(("triggerMetadata", "interval"), '"triggerMetadata.interval" must be a whole number, not "60".', "Leave out the quotes.")],
        ),
        (
            "trigger",
            scheduled(scheduleType="interval", interval=0),
            [(("triggerMetadata", "interval"), '"triggerMetadata.interval" is 0.', "It may be at least 1.")],
        ),
        (
            "trigger",
            scheduled(scheduleType="cron", cron="* * * * *"),
            [(("triggerMetadata", "cron"), '"cron" is not a member of this.', "Did you mean cronExpression?")],
        ),
        (
            "trigger",
            scheduled(scheduleType="cron", cronExpression="* * * * *", timzone="UTC"),
            [(("triggerMetadata", "timzone"), '"timzone" is not a member of this.', "Did you mean timezone?")],
        ),
        (
            "trigger",
            {**TRIGGER, "triggerMetadata": {"params": 5}},
            [
                (
                    ("triggerMetadata", "params"),
                    '"triggerMetadata.params" must be a mapping, not 5.',
                    'Write its members below it, each as "member: value".',
                )
            ],
        ),
        ("trigger", {**TRIGGER, "enabled": "on"}, [(("enabled",), '"enabled" must be true or false, not "on".', "Write true.")]),
        (
            "orchestration",
            {},
            [((), '"name" is missing.', "Add it."), ((), '"trigger" is missing.', "Add it."), ((), '"steps" is missing.', "Add it.")],
        ),
        (
            "orchestration",
            {**ORCHESTRATION, "steps": []},
            [(("steps",), '"steps" must not be empty.', "Write something, or leave it out.")],
        ),
        (
            "orchestration",
            {**ORCHESTRATION, "trigger": {}},
            [(("trigger",), '"trigger.type" is missing.', "It is one of event-driven, scheduled, on-demand, http-trigger.")],
        ),
        (
            "orchestration",
            {**ORCHESTRATION, "trigger": {"type": "webhook"}},
            [(("trigger", "type"), '"webhook" is not a type.', "It is event-driven, scheduled, on-demand or http-trigger.")],
        ),
        (
            "orchestration",
            {**ORCHESTRATION, "trigger": None},
            [(("trigger",), '"trigger" must be a mapping, not nothing.', 'Write its members below it, each as "member: value".')],
        ),
        (
            "orchestration",
            {**ORCHESTRATION, "trigger": {"type": "event-driven", "eventType": "record_created"}},
            [(("trigger",), '"trigger.structureSlug" is missing.', "Add it.")],
        ),
        (
            "orchestration",
            {**ORCHESTRATION, "trigger": {"type": "scheduled"}},
            [(("trigger",), '"trigger.scheduleType" is missing.', "Add it.")],
        ),
        ("orchestration", steps(), [(("steps", 0), '"steps[0].type" is missing.', "It is one of compute, decision, delay.")]),
        ("orchestration", steps(type="compute"), [(("steps", 0), '"steps[0].function" is missing.', "It is the name of a function.")]),
        ("orchestration", steps(type="delay"), [(("steps", 0), '"steps[0].delayMs" is missing.', "Add it.")]),
        (
            "orchestration",
            steps(type="delay", delayMS=5),
            [(("steps", 0, "delayMS"), '"delayMS" is not a member of this.', "Did you mean delayMs?")],
        ),
        (
            "orchestration",
            steps(type="dealy", delayMs=1),
            [(("steps", 0, "type"), '"dealy" is not a type.', "Did you mean delay? It is compute, decision or delay.")],
        ),
        (
            "orchestration",
            steps(type="decision", cases=[]),
            [(("steps", 0, "cases"), '"steps[0].cases" must not be empty.', "Write something, or leave it out.")],
        ),
        (
            "orchestration",
            steps(type="decision", cases=[{"conditions": [], "nextStepId": "s"}]),
            [
                (
                    ("steps", 0, "cases", 0, "conditions"),
                    '"steps[0].cases[0].conditions" must not be empty.',
                    "Write something, or leave it out.",
                )
            ],
        ),
        (
            "orchestration",
            steps(type="decision", cases=[{"conditions": [{"path": "a", "op": "equals"}], "nextStepId": "s"}]),
            [
                (
                    ("steps", 0, "cases", 0, "conditions", 0, "op"),
                    '"equals" is not an op.',
                    "It is eq, neq, gt, gte, lt, lte, exists, notExists, in or notIn.",
                )
            ],
        ),
        (
            "orchestration",
            steps(type="decision", cases=[{"conditions": [{"path": "a", "op": "eq"}]}]),
            [(("steps", 0, "cases", 0), '"steps[0].cases[0].nextStepId" is missing.', "Add it.")],
        ),
        (
            "orchestration",
            steps(type="compute", function="f", encryptedParams={"K": "x"}),
            [
                (
                    ("steps", 0, "encryptedParams", "K"),
                    '"steps[0].encryptedParams.K" must be a mapping, not "x".',
                    'Write {value: "${env:NAME}", encrypt: true}.',
                )
            ],
        ),
        (
            "orchestration",
            steps(type="compute", function="f", encryptedParams={"K": {"value": "x"}}),
            [(("steps", 0, "encryptedParams", "K"), '"steps[0].encryptedParams.K.encrypt" is missing.', "Add it.")],
        ),
        (
            "orchestration",
            {**ORCHESTRATION, "status": "running"},
            [(("status",), '"running" is not a status.', "It is draft, active or paused.")],
        ),
        ("orchestration", {**ORCHESTRATION, "slug": "x"}, [(("slug",), '"slug" does not belong here.', "The name is the mapping key.")]),
        (
            "orchestration",
            {**ORCHESTRATION, "steps": [{"type": "delay", "delayMs": 1}]},
            [(("steps", 0), '"steps[0].id" is missing.', "Add it.")],
        ),
    ],
)
def test_each_mistake_has_its_words(kind: str, spec: Any, found: Any) -> None:
    assert list(dict.fromkeys(finding[:3] for finding in findings(KINDS[kind], spec))) == found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_the_examples_are_without_mistakes(kind: Any) -> None:
    assert [finding for pair in kind.examples for spec in pair for finding in findings(kind, spec)] == []


def test_several_mistakes_are_told_each_at_its_place() -> None:
    spec = {"name": 5, "properties": [{"name": "a", "type": "text"}, {"name": "b", "type": "string", "maxLength": -1}]}
    assert [finding.path for finding in findings(KINDS["structure"], spec)] == [
        ("name",),
        ("properties", 0, "type"),
        ("properties", 1, "maxLength"),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "nothing"), ("a", "a text"), (True, "true or false"), (1, "a number"), (1.5, "a number"), ([], "a list"), ({}, "a mapping")],
)
def test_what_a_value_is_called(value: Any, words: str) -> None:
    assert called(value) == words


def test_a_source_is_a_member_where_there_is_text() -> None:
    assert known_members(KINDS["function"]) == {"code", "description", "timeoutMs", "source"}
    assert known_members(KINDS["trigger"]) == frozenset(KINDS["trigger"].members)
