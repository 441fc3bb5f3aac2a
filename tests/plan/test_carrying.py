"""What an update sends beside what is declared, so that nothing is lost that nobody manages."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.carrying import masks, replacement, update_spec
from centrali_deploy.wire import MASK

MASKED = {"value": MASK, "encrypt": True}
TRIGGER = {
    "function": "f",
    "executionType": "on-demand",
    "triggerMetadata": {"params": {"a": 1}},
    "description": "theirs",
    "enabled": False,
}


def prop(**members: Any) -> dict[str, Any]:
    return {"name": "p", "type": "string", **members}


def step(**members: Any) -> dict[str, Any]:
    return {"id": "s", "type": "compute", "function": "f", **members}


@pytest.mark.parametrize(
    ("kind", "declared", "live", "changed", "sent"),
    [
        # only what changed, where the API merges
        ("function", {"code": "a", "timeoutMs": 5}, {"code": "b", "timeoutMs": 5, "description": "theirs"}, {"code"}, {"code": "a"}),
        ("function", {"code": "a", "description": None}, {"code": "a", "description": "x"}, {"description"}, {"description": None}),
        ("structure", {"name": "S", "status": "inactive"}, {"name": "T", "properties": [prop()]}, {"name"}, {"name": "S"}),
        # everything that may be written, where it may not merge; the state is set by calls of its own
        (
            "trigger",
            {"function": "g", "executionType": "on-demand"},
            TRIGGER,
            {"function"},
            {"function": "g", "executionType": "on-demand", "triggerMetadata": {"params": {"a": 1}}, "description": "theirs"},
        ),
        # members that are not documented are not sent back
        ("trigger", {"function": "g"}, {"function": "f", "health": {}, "nextRunAt": "soon"}, {"function"}, {"function": "g"}),
        (
            "orchestration",
            {"name": "O"},
            {"name": "P", "status": "active", "steps": [step()], "isValid": True},
            {"name"},
            {"name": "O", "steps": [step()]},
        ),
        # what others keep in a list or an object that is replaced whole
        (
            "structure",
            {"properties": [prop(maxLength=2), {"name": "new", "type": "number"}]},
            {"properties": [prop(maxLength=1, description="theirs", vendorOption=True), {"name": "gone", "type": "number"}]},
            {"properties"},
            {"properties": [prop(maxLength=2, description="theirs", vendorOption=True), {"name": "new", "type": "number"}]},
        ),
        (
            "structure",
            {"properties": [prop(description=None)]},
            {"properties": [prop(description="theirs")]},
            {"properties"},
            {"properties": [prop(description=None)]},
        ),
        (
            "trigger",
            {"triggerMetadata": {"path": "b"}},
            {"triggerMetadata": {"path": "a", "signatureHeader": "x", "params": {"a": 1}}},
            {"triggerMetadata"},
            {"triggerMetadata": {"path": "b", "signatureHeader": "x", "params": {"a": 1}}},
        ),
        (
            "trigger",
            {"triggerMetadata": {"params": {"b": 2}}},
            {"triggerMetadata": {"params": {"a": 1}}},
            {"triggerMetadata"},
            {"triggerMetadata": {"params": {"b": 2}}},
        ),
        # a mask is sent along only to be found and refused
        (
            "orchestration",
            {"steps": [step(timeoutMs=5)]},
            {"steps": [step(encryptedParams={"K": MASKED})]},
            {"steps"},
            {"steps": [step(timeoutMs=5, encryptedParams={"K": MASKED})]},
        ),
        # what makes no sense any more stays behind
        (
            "structure",
            {"properties": [prop(type="number")]},
            {"properties": [prop(maxLength=5, required=True)]},
            {"properties"},
            {"properties": [prop(type="number")]},
        ),
        (
            "trigger",
            {"triggerMetadata": {"scheduleType": "interval", "interval": 5}},
            {"triggerMetadata": {"scheduleType": "cron", "cronExpression": "* * * * *", "params": {"a": 1}}},
            {"triggerMetadata"},
            {"triggerMetadata": {"scheduleType": "interval", "interval": 5, "params": {"a": 1}}},
        ),
        (
            "orchestration",
            {"trigger": {"type": "on-demand"}},
            {"trigger": {"type": "http-trigger", "path": "x", "params": {"a": 1}}},
            {"trigger"},
            {"trigger": {"type": "on-demand", "params": {"a": 1}}},
        ),
        # what is not what was expected is sent as it is declared
        ("structure", {"properties": None}, {"properties": [prop()]}, {"properties"}, {"properties": None}),
        ("structure", {"properties": [prop()]}, {"properties": None}, {"properties"}, {"properties": [prop()]}),
        ("trigger", {"triggerMetadata": {"path": "b"}}, {"triggerMetadata": "theirs"}, set(), {"triggerMetadata": {"path": "b"}}),
    ],
)  # fmt: skip
def test_what_an_update_sends(kind: str, declared: Any, live: Any, changed: set[str], sent: Any) -> None:
    assert update_spec(KINDS[kind], declared, live, changed) == sent


@pytest.mark.parametrize(
    ("declared", "live", "sent"),
    [
        ({"executionType": "endpoint", "triggerMetadata": {"path": "x"}}, TRIGGER, {**TRIGGER, "executionType": "endpoint",
         "triggerMetadata": {"path": "x", "params": {"a": 1}}}),
        (
            {"executionType": "on-demand", "triggerMetadata": {}},
            {"executionType": "endpoint", "triggerMetadata": {"path": "x", "allowedMethods": ["GET"]}, "health": {}},
            {"executionType": "on-demand", "triggerMetadata": {}},
        ),
        ({**TRIGGER, "executionType": "endpoint", "description": None}, TRIGGER,
         {m: v for m, v in {**TRIGGER, "executionType": "endpoint"}.items() if m != "description"}),
    ],
)  # fmt: skip
def test_what_takes_the_place_of_another_one(declared: Any, live: Any, sent: Any) -> None:
    assert replacement(KINDS["trigger"], declared, live) == sent


def test_what_is_live_and_what_is_declared_stay_as_they_are() -> None:
    declared, live = {"triggerMetadata": {"path": "b"}}, {"triggerMetadata": {"path": "a", "x": 1}, "description": "theirs"}
    update_spec(KINDS["trigger"], declared, live, {"triggerMetadata"})
    replacement(KINDS["trigger"], declared, live)
    assert (declared, live["triggerMetadata"]) == ({"triggerMetadata": {"path": "b"}}, {"path": "a", "x": 1})


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        (MASK, [()]),
        (f"{MASK}*", []),
        ({"a": MASK, "b": [1, {"c": MASK}], "d": {}}, [("a",), ("b", 1, "c")]),
        ([[MASK], MASK], [(0, 0), (1,)]),
        (None, []),
        (8, []),
    ],
)
def test_every_mask_is_found(value: Any, paths: Any) -> None:
    assert list(masks(value)) == paths
