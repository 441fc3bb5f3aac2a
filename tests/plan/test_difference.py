"""What is a difference and what is none, a row each."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Item, path_text
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.difference import differences, identical, replaces, shown, varies
from centrali_deploy.plan.model import Mark
from centrali_deploy.secret import Secret
from centrali_deploy.wire import MASK

ABSENT, HIDDEN = Mark.ABSENT, Mark.SECRET
SECRET = Secret("${env:KEY}", lambda: "canary")
ENCRYPTED = {"value": SECRET, "encrypt": True}
MASKED = {"value": MASK, "encrypt": True}
SHOWN = {"value": HIDDEN, "encrypt": True}


def rows(kind: str, declared: Any, live: Any, *, resend: bool = False) -> list[tuple[str, Any, Any]]:
    found = list(differences(KINDS[kind], declared, live, resend_secrets=resend))
    assert "canary" not in repr(found)
    assert MASK not in repr(found)
    return [(path_text(field.path), field.before, field.after) for field in found]


def prop(**members: Any) -> dict[str, Any]:
    return {"properties": [{"name": "p", "type": "string", **members}]}


def obj(inside: Any) -> dict[str, Any]:
    return prop(type="object", properties=inside)


def params(value: Any) -> dict[str, Any]:
    return {"triggerMetadata": {"params": value}}


def steps(*names: str, **members: Any) -> dict[str, Any]:
    return {"steps": [{"id": name, "type": "delay", "delayMs": 1, **members} for name in names]}


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, True, False),
        (0, False, False),
        (1, 1.0, True),
        (True, 1.0, False),
        (1, "1", False),
        ([1], [True], False),
        ({"a": [1]}, {"a": [True]}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1.0}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        (None, False, False),
        ("", None, False),
        ([], {}, False),
    ],
)
def test_equality_keeps_the_sorts_of_json_apart(left: Any, right: Any, same: bool) -> None:
    assert identical(left, right) is same
    assert identical(right, left) is same


@pytest.mark.parametrize(
    ("kind", "declared", "live", "found"),
    [
        # numbers and flags
        ("structure", prop(default=1), prop(default=True), [("properties[p].default", True, 1)]),
        ("structure", prop(default=True), prop(default=1.0), [("properties[p].default", 1.0, True)]),
        ("structure", prop(default=1), prop(default=1.0), []),
        ("structure", prop(default="1"), prop(default=1), [("properties[p].default", 1, "1")]),
        ("structure", prop(default={"a": 1}), prop(default={"a": True}), [("properties[p].default.a", True, 1)]),
        # absent, null and published defaults
        ("structure", {"description": None}, {}, []),
        ("structure", {"description": ""}, {}, []),
        ("structure", {}, {"description": "theirs"}, []),
        ("structure", {"description": None}, {"description": "theirs"}, [("description", "theirs", ABSENT)]),
        ("structure", {"status": "active", "enableVersioning": False, "schemaDiscoveryMode": "strict"}, {}, []),
        ("structure", {"status": "inactive"}, {}, [("status", ABSENT, "inactive")]),
        ("structure", {"properties": []}, {}, []),
        ("structure", {"properties": None}, {"properties": []}, []),
        ("structure", {"properties": None}, prop(), [("properties", prop()["properties"], ABSENT)]),
        ("structure", prop(required=False, isSecret=None, description=""), prop(), []),
        ("structure", prop(), prop(required=True), []),
        ("structure", prop(required=None), prop(required=True), [("properties[p].required", True, ABSENT)]),
        ("structure", prop(required=False), prop(required=True), [("properties[p].required", True, False)]),
        ("structure", prop(minLength=0), prop(), [("properties[p].minLength", ABSENT, 0)]),
        ("structure", prop(enum=[]), prop(), [("properties[p].enum", ABSENT, [])]),
        ("trigger", {"enabled": True}, {}, []),
        ("trigger", {"enabled": None}, {"enabled": True}, []),
        ("trigger", {"enabled": None}, {"enabled": False}, [("enabled", False, ABSENT)]),
        ("trigger", params({}), {"triggerMetadata": {}}, []),
        ("trigger", {"triggerMetadata": {"params": None}}, params({}), []),
        ("trigger", {"triggerMetadata": {"timezone": "UTC"}}, {"triggerMetadata": {}}, []),
        ("orchestration", {"status": "draft"}, {}, []),
        ("orchestration", {"status": None}, {"status": "active"}, [("status", "active", ABSENT)]),
        ("orchestration", steps("s", encryptedParams={}, name=""), steps("s"), []),
        # a default nobody published: what null resets to, and no more
        ("function", {"timeoutMs": 30000}, {}, [("timeoutMs", ABSENT, 30000)]),
        ("function", {"timeoutMs": None}, {}, []),
        ("function", {"timeoutMs": None}, {"timeoutMs": 30000}, []),
        ("function", {"timeoutMs": None}, {"timeoutMs": 9}, [("timeoutMs", 9, ABSENT)]),
        ("function", {"timeoutMs": 30000}, {"timeoutMs": 30000}, []),
        ("orchestration", steps("s", timeoutMs=30000), steps("s"), [("steps[s].timeoutMs", ABSENT, 30000)]),
        ("orchestration", steps("s", timeoutMs=None), steps("s", timeoutMs=30000), []),
        # what is the same to the API
        ("function", {"code": "a\nb"}, {"code": "a\r\nb\n"}, []),
        ("function", {"code": "a\n\n"}, {"code": "a"}, [("code", "a", "a\n\n")]),
        ("trigger", {"triggerMetadata": {"path": "/a"}}, {"triggerMetadata": {"path": "a"}}, []),
        ("trigger", {"triggerMetadata": {"path": "a/"}}, {"triggerMetadata": {"path": "a"}}, [("triggerMetadata.path", "a", "a/")]),
        ("orchestration", {"trigger": {"eventType": "record.created"}}, {"trigger": {"eventType": "record_created"}}, []),
        # what the server adds inside values
        ("structure", obj({"a": {"type": "string"}}), obj({"a": {"type": "string", "id": "x", "required": False, "isSecret": False}}), []),
        (
            "structure",
            prop(type="object", properties=[{"name": "a", "type": "string"}]),
            prop(type="object", properties=[{"name": "a", "type": "string", "id": "x", "createdAt": "now", "nullable": False}]),
            [],
        ),
        ("structure", prop(type="array", items={"type": "number"}), prop(type="array", items={"type": "number", "integer": False}), []),
        (
            "structure",
            obj({"a": {"type": "string"}}),
            obj({"a": {"type": "string", "required": True}}),
            [("properties[p].properties.a.required", True, ABSENT)],
        ),
        ("structure", obj({"a": {}}), obj({"a": {}, "b": {"x": 1}}), [("properties[p].properties.b", {"x": 1}, ABSENT)]),
        ("structure", {"retentionPolicy": {"a": 1}}, {"retentionPolicy": {"a": 1, "b": 2}}, [("retentionPolicy.b", 2, ABSENT)]),
        # lists of scalars
        ("structure", prop(enum=["a", "b", "c"]), prop(enum=["a", "c"]), [("properties[p].enum[1]", ABSENT, "b")]),
        ("structure", prop(enum=["a", "c"]), prop(enum=["a", "b", "c"]), [("properties[p].enum[1]", "b", ABSENT)]),
        (
            "structure",
            prop(enum=["b", "a"]),
            prop(enum=["a", "b"]),
            [("properties[p].enum[0]", "a", "b"), ("properties[p].enum[1]", "b", "a")],
        ),
        ("structure", prop(enum=["a"]), prop(enum=[]), [("properties[p].enum", [], ["a"])]),
        ("structure", prop(enum=None), prop(enum=["a"]), [("properties[p].enum", ["a"], ABSENT)]),
        ("structure", prop(enum=["a"]), prop(enum="a"), [("properties[p].enum", "a", ["a"])]),
        ("structure", prop(enum=[1, 2]), prop(enum=[1.0, 3]), [("properties[p].enum[1]", 3, 2)]),
        # lists of mappings
        ("trigger", params({"l": [{"a": 1}, {"b": 2}]}), params({"l": [{"a": 1}, {"b": 3}]}), [("triggerMetadata.params.l[1].b", 3, 2)]),
        ("trigger", params({"l": [{"a": 1}]}), params({"l": [{"a": 1, "id": "x"}]}), [("triggerMetadata.params.l[0].id", "x", ABSENT)]),
        ("trigger", params({"l": [[1, 2], [3]]}), params({"l": [[1, 2], [4]]}), [("triggerMetadata.params.l[1][0]", 4, 3)]),
        ("trigger", params({"l": [{"a": 1}, {"b": 2}]}), params({"l": [{"a": 1}]}), [("triggerMetadata.params.l[1]", ABSENT, {"b": 2})]),
        ("trigger", params({"l": [{"a": 1}]}), params({"l": ["a"]}), [("triggerMetadata.params.l[0]", "a", {"a": 1})]),
        # items with a name
        ("structure", prop(), {"properties": []}, [("properties[p]", ABSENT, prop()["properties"][0])]),
        ("structure", {"properties": []}, prop(), [("properties[p]", prop()["properties"][0], ABSENT)]),
        ("orchestration", steps("a", "b"), steps("b", "a"), [("steps[order]", ["b", "a"], ["a", "b"])]),
        ("orchestration", steps("a", "b", "c"), steps("a", "c"), [("steps[b]", ABSENT, steps("b")["steps"][0])]),
        ("orchestration", steps("s"), {"steps": "theirs"}, [("steps", "theirs", steps("s")["steps"])]),
        # what decides which others make sense
        (
            "structure",
            prop(type="number"),
            prop(maxLength=5),
            [("properties[p].type", "string", "number"), ("properties[p].maxLength", 5, ABSENT)],
        ),
        ("structure", prop(type="number"), prop(required=False), [("properties[p].type", "string", "number")]),
        (
            "trigger",
            {"triggerMetadata": {"scheduleType": "interval", "interval": 5}},
            {"triggerMetadata": {"scheduleType": "cron", "cronExpression": "* * * * *", "params": {"a": 1}}},
            [
                ("triggerMetadata.scheduleType", "cron", "interval"),
                ("triggerMetadata.interval", ABSENT, 5),
                ("triggerMetadata.cronExpression", "* * * * *", ABSENT),
            ],
        ),
        (
            "trigger",
            {"executionType": "on-demand", "triggerMetadata": {}},
            {"executionType": "endpoint", "triggerMetadata": {"path": "x", "params": {"a": 1}}},
            [("executionType", "endpoint", "on-demand"), ("triggerMetadata.path", "x", ABSENT)],
        ),
    ],
)
def test_what_differs_and_what_does_not(kind: str, declared: Any, live: Any, found: Any) -> None:
    assert rows(kind, declared, live) == found


@pytest.mark.parametrize(
    ("kind", "declared", "live", "found"),
    [
        ("trigger", params({"k": ENCRYPTED}), params({"k": MASKED}), []),
        ("trigger", params({"k": ENCRYPTED}), params({}), [("triggerMetadata.params.k", ABSENT, SHOWN)]),
        ("trigger", params({"k": ENCRYPTED}), params({"k": "canary"}), [("triggerMetadata.params.k", HIDDEN, SHOWN)]),
        (
            "trigger",
            params({"k": ENCRYPTED}),
            params({"k": {"value": "canary"}}),
            [("triggerMetadata.params.k.value", HIDDEN, HIDDEN), ("triggerMetadata.params.k.encrypt", ABSENT, True)],
        ),
        ("trigger", params({}), params({"k": MASKED}), [("triggerMetadata.params.k", SHOWN, ABSENT)]),
        ("trigger", params({"k": "now plain"}), params({"k": MASKED}), [("triggerMetadata.params.k", SHOWN, "now plain")]),
        ("trigger", params({"l": [ENCRYPTED]}), params({"l": [MASKED]}), []),
        ("trigger", params({"l": [ENCRYPTED]}), params({"l": ["canary"]}), [("triggerMetadata.params.l[0]", HIDDEN, SHOWN)]),
        ("trigger", params({"l": [ENCRYPTED, "a"]}), params({"l": ["canary"]}), [("triggerMetadata.params.l", HIDDEN, [SHOWN, "a"])]),
        ("trigger", params({"l": ["a"]}), params({"l": ["a", MASKED]}), [("triggerMetadata.params.l[1]", SHOWN, ABSENT)]),
        ("trigger", params({"l": [[ENCRYPTED]]}), params({"l": [["canary"]]}), [("triggerMetadata.params.l[0][0]", HIDDEN, SHOWN)]),
        ("structure", prop(isSecret=True, default=SECRET), prop(isSecret=True, default=MASK), []),
        ("structure", prop(default=SECRET), prop(), [("properties[p].default", ABSENT, HIDDEN)]),
        ("structure", prop(default=SECRET), prop(default=None), [("properties[p].default", ABSENT, HIDDEN)]),
        ("structure", prop(default=SECRET), prop(default="canary"), [("properties[p].default", HIDDEN, HIDDEN)]),
        ("structure", prop(default=None), prop(default=MASK), [("properties[p].default", HIDDEN, ABSENT)]),
        ("structure", {"properties": []}, prop(default=MASK), [("properties[p]", {**prop()["properties"][0], "default": HIDDEN}, ABSENT)]),
    ],
)
def test_a_secret_is_compared_by_presence_wherever_it_stands(kind: str, declared: Any, live: Any, found: Any) -> None:
    assert rows(kind, declared, live) == found


@pytest.mark.parametrize(
    ("declared", "live", "path"),
    [
        (params({"k": ENCRYPTED}), params({"k": MASKED}), "triggerMetadata.params.k.value"),
        (params({"l": [1, ENCRYPTED]}), params({"l": [1, MASKED]}), "triggerMetadata.params.l[1].value"),
        ({"triggerMetadata": {"signingSecret": SECRET}}, {"triggerMetadata": {"signingSecret": MASK}}, "triggerMetadata.signingSecret"),
    ],
)
def test_a_secret_is_sent_again_when_it_is_asked_for(declared: Any, live: Any, path: str) -> None:
    assert rows("trigger", declared, live, resend=True) == [(path, HIDDEN, HIDDEN)]
    assert [field.note for field in differences(KINDS["trigger"], declared, live, resend_secrets=True)] == ["sent again"]
    assert rows("trigger", declared, live) == []


def test_differences_come_in_one_order_whatever_is_written_first() -> None:
    declared = {"code": "c", "timeoutMs": 1, "description": "b"}
    live = {"code": "x", "description": "x", "timeoutMs": 9}
    assert [path for path, _, _ in rows("function", declared, live)] == ["description", "timeoutMs", "code"]


def test_only_a_fixed_member_that_is_written_replaces() -> None:
    kind = KINDS["trigger"]
    assert replaces(kind, {"executionType": "endpoint"}, {"executionType": "on-demand"})
    assert replaces(kind, {"executionType": "endpoint"}, {})
    assert not replaces(kind, {"executionType": "endpoint", "function": "a"}, {"executionType": "endpoint", "function": "b"})
    assert not replaces(kind, {"function": "a"}, {"executionType": "on-demand"})


def test_a_deciding_member_varies_only_when_both_have_it() -> None:
    place = KINDS["orchestration"].places["trigger"]
    assert varies(place, {"type": "scheduled", "scheduleType": "cron"}, {"type": "scheduled", "scheduleType": "once"})
    assert not varies(place, {"type": "scheduled", "scheduleType": "cron"}, {"type": "scheduled"})
    assert not varies(place, {}, {"type": "scheduled"})


def test_what_a_plan_shows_holds_no_secret_and_no_mask() -> None:
    value = {"a": SECRET, "b": [MASK, {"c": SECRET}], "d": f"{MASK} and more", Item("e"): None}
    assert shown(KINDS["trigger"], ("triggerMetadata",), value) == {
        "a": HIDDEN,
        "b": [HIDDEN, {"c": HIDDEN}],
        "d": f"{MASK} and more",
        "e": None,
    }
