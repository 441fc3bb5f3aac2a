"""The schema editors use says of a manifest what loading it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

from centrali_deploy.errors import ManifestError
from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.json_schema import render, workspace_schema
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError

SCHEMA = workspace_schema()
VALIDATOR = Draft7Validator(SCHEMA)
EXAMPLES = [(kind, spec) for kind in KINDS.values() for pair in kind.examples for spec in pair]

CODE = "async function run() {}"


def resource(kind: str, spec: Any, name: str = "x") -> dict[str, Any]:
    return {"version": 1, KINDS[kind].section: {name: spec}}


def prop(**members: Any) -> dict[str, Any]:
    return {"name": "S", "properties": [{"name": "p", **members}]}


def step(**members: Any) -> dict[str, Any]:
    return {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", **members}]}


def loads(path: str) -> bool:
    try:
        load([path], {"EXAMPLE_SECRET": "x"})
    except ManifestError:
        return False
    return True


def test_the_schema_is_one_that_validators_understand() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert json.loads(render()) == SCHEMA
    assert render() == render()
    assert render().endswith("}\n")


@pytest.mark.parametrize(("kind", "spec"), EXAMPLES)
def test_every_example_is_valid(kind: Any, spec: Any) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(resource(kind.name, spec))] == []


@pytest.mark.parametrize(
    ("document", "valid"),
    [
        ({"version": 1, "functions": {"f": {"code": CODE}}}, True),
        ({"version": 1, "workspace": "acme-dev", "functions": {"f": {"code": CODE}}, "triggers": None}, True),
        ({"functions": {"f": {"code": CODE}}}, False),
        ({"version": 2, "functions": {"f": {"code": CODE}}}, False),
        ({"version": 1, "workspace": "Acme", "functions": {"f": {"code": CODE}}}, False),
        ({"version": 1, "function": {}, "functions": {"f": {"code": CODE}}}, False),
        ({"version": 1, "functions": []}, False),
        (resource("function", {}), False),
        (resource("function", {"code": CODE, "source": "f.js"}), False),
        (resource("function", {"code": CODE, "timeoutMs": "5"}), False),
        (resource("function", {"code": CODE, "timeoutMs": 300001}), False),
        (resource("function", {"code": CODE, "timeoutMs": None}), True),
        (resource("function", {"code": CODE, "timeoutMS": 5}), False),
        (resource("function", {"code": CODE}, "a" * 256), False),
        (resource("function", {"code": CODE}, ""), False),
        (resource("structure", {"name": "S"}, "No Slug"), False),
        (resource("structure", {"name": ""}), False),
        (resource("structure", prop(type="text")), False),
        (resource("structure", prop(type="string", maxLength=-1)), False),
        (resource("structure", prop(type="string", vendorOption=1)), True),
        (resource("structure", prop(type="number", minimum=1.5)), True),
        (resource("structure", prop(type="reference")), False),
        (resource("structure", prop(type="string", **{"not": ["a"]})), True),
        (resource("structure", prop(type="string", **{"not": "a"})), False),
        (resource("trigger", {"function": "f", "executionType": "webhook"}), False),
        (resource("trigger", {"function": "f", "executionType": "on-demand"}), True),
        (resource("trigger", {"function": "f", "executionType": "endpoint"}), False),
        (resource("trigger", {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "a b"}}), False),
        (resource("trigger", {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "a", "x": 1}}), True),
        (resource("trigger", {"function": "f", "executionType": "scheduled", "triggerMetadata": {"scheduleType": "cron"}}), False),
        (resource("trigger", {"functionId": "f", "executionType": "on-demand"}), False),
        (resource("orchestration", step(type="delay", delayMs=1)), True),
        (resource("orchestration", step(type="delay")), False),
        (resource("orchestration", step(type="sleep", delayMs=1)), False),
        (resource("orchestration", step(type="compute", function="f", encryptedParams={"k": "v"})), False),
        (resource("orchestration", {**step(type="delay", delayMs=1), "steps": []}), False),
        (resource("orchestration", {**step(type="delay", delayMs=1), "trigger": {"type": "scheduled"}}), False),
    ],
)
def test_it_accepts_what_can_be_loaded_and_nothing_else(document: Any, valid: bool, manifest: Callable[..., str]) -> None:
    assert VALIDATOR.is_valid(document) is valid
    assert loads(manifest(document)) is valid


VARIABLES = {
    "s": {"type": "string", "default": "string"},
    "event": {"type": "string", "default": "event-driven"},
    "n": {"type": "integer", "default": 5},
    "f": {"type": "number", "default": 1.5},
    "b": {"type": "boolean", "default": True},
    "l": {"type": "list", "default": [{"name": "p", "type": "string"}]},
    "words": {"type": "list", "default": ["a"]},
    "o": {"type": "object", "default": {"type": "string"}},
    "d": {"type": "object", "default": {"id": "s", "type": "delay", "delayMs": 1}},
    "t": {"type": "object", "default": {"type": "on-demand"}},
    "e": {"type": "object", "default": {"event": "record_created", "recordSlug": "s"}},
}
EVENT = {"event": "record_created", "recordSlug": "s"}
CASE = {"conditions": [{"path": "input.a", "op": "${env:OP}", "value": 1}], "nextStepId": "t"}


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("structure", prop(type="${var:s}", minLength="${var:n}")),
        ("structure", prop(type="string", required="${var:b}", renderAs="${env:CODE}", enum="${var:words}")),
        ("structure", prop(type="number", minimum="${var:f}", integer="${var:b}")),
        ("structure", prop(type="array", items="${var:o}", minItems="${var:n}")),
        ("structure", prop(type="array", items={"type": "${var:s}"})),
        ("structure", prop(type="object", properties="${var:l}")),
        ("structure", prop(type="object", properties={"x": "${var:o}"})),
        ("structure", {"name": "${var:s}", "properties": "${var:l}", "status": "${env:STATUS}", "defaultTtlSeconds": "${var:n}"}),
        ("structure", {"name": "S", "retentionPolicy": "${var:o}", "enableVersioning": "${var:b}"}),
        ("function", {"code": CODE, "timeoutMs": "${var:n}", "description": "${var:s}"}),
        ("trigger", {"function": "f", "executionType": "${var:event}", "triggerMetadata": EVENT}),
        ("trigger", {"function": "f", "executionType": "event-driven", "triggerMetadata": "${var:e}"}),
        ("trigger", {"function": "f", "executionType": "event-driven", "triggerMetadata": {**EVENT, "event": "record_${env:WHAT}"}}),
        ("trigger", {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "/${env:WHAT}", "params": "${var:o}"}}),
        (
            "trigger",
            {"function": "f", "executionType": "on-demand", "enabled": "${var:b}", "triggerMetadata": {"params": {"a": "${var:l}"}}},
        ),
        ("orchestration", {"name": "O", "trigger": "${var:t}", "steps": ["${var:d}"]}),
        ("orchestration", {**step(type="delay", delayMs="${var:n}"), "status": "${env:DRAFT}"}),
        (
            "orchestration",
            {
                "name": "O",
                "trigger": {"type": "on-demand"},
                "steps": [{"id": "s", "type": "decision", "cases": [CASE]}, {"id": "t", "type": "delay", "delayMs": 1}],
            },
        ),
    ],
)
def test_a_variable_may_stand_for_any_value(kind: str, spec: Any, manifest: Callable[..., str]) -> None:
    document = {**resource(kind, spec), "variables": VARIABLES}
    if kind == "trigger":
        document["functions"] = {"f": {"code": CODE}}
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    load([manifest(document)], {"CODE": "code", "STATUS": "active", "WHAT": "created", "DRAFT": "draft", "OP": "eq"})


ENCRYPTED = {"value": "hunter2", "encrypt": True}


@pytest.mark.parametrize(
    ("kind", "spec", "at"),
    [
        ("structure", prop(type="object", properties=[{"type": "string"}]), 0),
        ("structure", prop(type="object", properties={"x": {"type": "strng"}}), "type"),
        ("structure", prop(type="object", properties={"x": {}}), "x"),
        ("structure", prop(type="string", isSecret=True, default="hunter2"), "default"),
        ("structure", prop(type="string", isSecret=True, default="pre-${env:EXAMPLE_SECRET}"), "default"),
        ("structure", prop(type="array", items={"type": "string", "isSecret": True, "default": "hunter2"}), "default"),
        ("orchestration", step(type="compute", function="f", encryptedParams={"k": ENCRYPTED}), "value"),
        ("orchestration", {**step(type="delay", delayMs=1), "trigger": {"type": "on-demand", "params": {"k": ENCRYPTED}}}, "value"),
        ("trigger", {"function": "f", "executionType": "on-demand", "triggerMetadata": {"params": {"a": [{"k": ENCRYPTED}]}}}, "value"),
        ("trigger", {"function": "f", "executionType": "event-driven", "triggerMetadata": {**EVENT, "event": "record.created"}}, "event"),
        ("trigger", {"function": "f", "executionType": "event-driven", "triggerMetadata": {**EVENT, "event": "record_creatd"}}, "event"),
    ],
)
def test_what_cannot_be_meant_is_flagged_at_its_place(kind: str, spec: Any, at: Any) -> None:
    (error,) = VALIDATOR.iter_errors(resource(kind, spec))
    assert at in [list(each.absolute_path)[-1] for each in leaves_of(error) if each.validator_value != "null"]


@pytest.mark.parametrize(
    ("definition", "member"),
    [
        ({"type": "boolean"}, {"minLength": 3}),
        ({"type": "boolean"}, {"target": "o"}),
        ({"type": "string"}, {"items": {"type": "string"}}),
        ({"type": "number"}, {"isSecret": True}),
        ({"type": "array"}, {"properties": {}}),
        ({"type": "object"}, {"maxItems": 3}),
        ({"type": "datetime"}, {"pattern": "x"}),
        ({"type": "reference", "target": "o"}, {"format": "url"}),
    ],
)
def test_an_option_of_another_type_is_flagged_at_every_depth(definition: Any, member: Any) -> None:
    for of in (
        lambda each: prop(**each),
        lambda each: prop(type="array", items=each),
        lambda each: prop(type="object", properties={"x": each}),
        lambda each: prop(type="object", properties=[{"name": "x", "type": "array", "items": each}]),
    ):
        assert VALIDATOR.is_valid(resource("structure", of(definition)))
        assert not VALIDATOR.is_valid(resource("structure", of({**definition, **member})))


@pytest.mark.parametrize("members", [{"type": "delay", "delayMs": 1}, {"type": "decision", "cases": [CASE]}])
def test_secrets_of_a_step_that_runs_no_function_are_flagged(members: Any) -> None:
    assert VALIDATOR.is_valid(resource("orchestration", step(**members)))
    assert not VALIDATOR.is_valid(resource("orchestration", step(**members, encryptedParams={})))


@pytest.mark.parametrize(
    "spec",
    [
        prop(type="string", isSecret=True, default="${env:EXAMPLE_SECRET}"),
        prop(type="string", isSecret=True, default="Bearer ${env:EXAMPLE_SECRET}"),
        prop(type="string", isSecret=True, default="${env:EXAMPLE_SECRET}:${env:EXAMPLE_SECRET}"),
        prop(type="string", isSecret=True, default=None),
        prop(type="string", isSecret=False, default="open"),
        prop(type="datetime", minimum="2030-01-01"),
        prop(type="boolean", vendorOption=1),
        prop(type="array", items={"type": "string", "vendorOption": 1}),
        prop(type="object", properties={"zip-code": {"type": "array", "items": {"type": "string", "minLength": 1}}}),
    ],
)
def test_what_can_be_meant_is_not_flagged(spec: Any, manifest: Callable[..., str]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(resource("structure", spec))] == []
    load([manifest(resource("structure", spec))], {"EXAMPLE_SECRET": "x"})


@pytest.mark.parametrize(
    ("overrides", "valid"),
    [
        ({"trigger/t": {"enabled": False}}, True),
        ({"trigger/t": {"triggerMetadata": {"cronExpression": "0 4 * * *"}}}, True),
        ({"function/f": {"timeoutMs": 5, "description": None, "renamedFrom": "g"}}, True),
        ({"function/f": {"source": "f.js"}}, True),
        ({"function/f": {"code": CODE}}, True),
        ({"structure/s": {"properties": [{"name": "a", "type": "string"}]}}, True),
        ({"orchestration/o": {"trigger": {"cronExpression": "0 4 * * *"}, "status": "paused"}}, True),
        ({"orchestration/o": {"trigger": "${var:t}", "steps": "${var:l}"}}, True),
        (None, True),
        ({"trigger/t": {"timeoutMs": 5}}, False),
        ({"function/f": {"enabled": False}}, False),
        ({"function/f": {"timeoutMs": "fast"}}, False),
        ({"structure/s": {"properties": [{"name": "a", "type": "strng"}]}}, False),
        ({"triggers/t": {"enabled": False}}, False),
        ({"function/": {"timeoutMs": 5}}, False),
        ({"f": {"timeoutMs": 5}}, False),
    ],
)
def test_an_override_has_members_of_its_kind(overrides: Any, valid: bool) -> None:
    document = {"version": 1, "environments": {"prod": {"overrides": overrides}}}
    assert VALIDATOR.is_valid(document) is valid


def test_a_source_stands_for_the_text() -> None:
    assert VALIDATOR.is_valid(resource("function", {"source": "f.js"}))
    about = SCHEMA["properties"]["functions"]["additionalProperties"]
    assert about["properties"]["source"]["description"] == "A file beside the manifest that holds the code."
    assert about["oneOf"] == [{"required": ["source"]}, {"required": ["code"]}]


@pytest.mark.parametrize(
    ("document", "at"),
    [
        (resource("structure", prop(type="string", maxLength=-1)), ["structures", "x", "properties", 0, "maxLength"]),
        (resource("trigger", {"function": "f", "executionType": "webhook"}), ["triggers", "x", "executionType"]),
        (resource("orchestration", step(type="delay", delayMs="1")), ["orchestrations", "x", "steps", 0, "delayMs"]),
    ],
)
def test_one_mistake_is_one_error_at_its_place_and_not_one_a_variant(document: Any, at: Any) -> None:
    (error,) = VALIDATOR.iter_errors(document)
    leaves = [each for each in leaves_of(error) if each.validator_value != "null"]
    assert [list(each.absolute_path) for each in leaves] == [at]


def leaves_of(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that an editor shows: those without others inside."""
    if not error.context:
        yield error
    for inside in error.context or ():
        yield from leaves_of(inside)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_member_says_what_it_is(section: str) -> None:
    made = SCHEMA["properties"][section]
    assert made["description"].startswith("Every ")
    models = [made["additionalProperties"], *SCHEMA["$defs"].values()]
    members = [(name, about) for model in models for name, about in model.get("properties", {}).items() if about is not False]
    deciding = {"const", "else"}
    assert [name for name, about in members if "description" not in about and not deciding & about.keys()] == []


def test_no_title_is_made_up() -> None:
    assert [line for line in render().splitlines() if '"title":' in line] == ['  "title": "centrali-deploy manifest",']
