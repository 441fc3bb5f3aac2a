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
    members = [(name, about) for model in models for name, about in model.get("properties", {}).items()]
    deciding = {"const", "enum"}
    assert [name for name, about in members if "description" not in about and not deciding & about.keys()] == []


def test_no_title_is_made_up() -> None:
    assert [line for line in render().splitlines() if '"title":' in line] == ['  "title": "centrali-deploy manifest",']
