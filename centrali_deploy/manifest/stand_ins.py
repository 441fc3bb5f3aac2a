"""What may stand for a value in the JSON Schema: `${var:name}` for one of any type, and what a secret must come from."""

from __future__ import annotations

from typing import Any

from centrali_deploy.firing import EVENTS
from centrali_deploy.manifest.resolution import BESIDE_SECRETS

Schema = dict[str, Any]

_TYPES = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list", "object": "a mapping"}
_ALONE = r"^\$\{(var|env|file):.+\}$"
_INSIDE: Schema = {"type": "string", "pattern": r"\$\{(var|env|file):"}
_SECRET: Schema = {
    "type": ["string", "null"],
    "pattern": rf"^{BESIDE_SECRETS}\$\{{(env|file):",
    "patternErrorMessage": 'A secret comes from outside: "${env:NAME}" or "${file:path}".',
}
_EVENTS = list(EVENTS)
_ANY = "Value"
_ENCRYPTED: Schema = {"type": "object", "required": ["value", "encrypt"], "properties": {"encrypt": {"const": True}}}
VALUE: Schema = {
    _ANY: {
        "description": 'Any value; a secret is {value: "${env:NAME}", encrypt: true}.',
        "if": _ENCRYPTED,
        "then": {"properties": {"value": _SECRET}},
        "else": {"additionalProperties": {"$ref": f"#/$defs/{_ANY}"}, "items": {"$ref": f"#/$defs/{_ANY}"}},
    }
}
"""A definition: a value of people's own, in which secrets may stand at any depth."""


def with_stand_ins(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A schema in which `${...}` may stand for every value that is no plain text already."""
    if isinstance(value, list):
        return [with_stand_ins(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {member: inside if member in ("if", "examples") else with_stand_ins(inside) for member, inside in value.items()}
    if value.get("additionalProperties") is True and "properties" not in value:
        found["additionalProperties"] = {"$ref": f"#/$defs/{_ANY}"}
    sort = value.get("type", "string")
    sorts = sort if isinstance(sort, list) else [sort]
    if "const" not in value and all(isinstance(each, str) and each in _TYPES for each in sorts):
        words = " or ".join(_TYPES[each] for each in sorts)
        found |= {
            "type": [*sorts, "string"],
            "pattern": _ALONE,
            "patternErrorMessage": f"{words[:1].upper()}{words[1:]}, or ${{var:name}}.",
        }
    if value.get("examples") == _EVENTS:
        found["enum"] = _EVENTS
    if isinstance(found.get("enum"), list):
        found["examples"] = found["enum"]  # what editors offer: they do not look below else
    limits = {member: found.pop(member) for member in ("enum", "pattern") if sort == "string" and isinstance(found.get(member), list | str)}
    return {**found, "if": _INSIDE, "else": limits} if limits else found


def with_secrets(model: Schema) -> None:
    """Let a model refuse secrets in the open: the value beside `encrypt`, and the default of what `isSecret`."""
    members = model.get("properties", {})
    if {"encrypt", "value"} <= members.keys():
        members["value"] |= _SECRET
    if {"isSecret", "default"} <= members.keys():
        model["if"] = {"required": ["isSecret"], "properties": {"isSecret": {"const": True}}}
        model["then"] = {"properties": {"default": _SECRET}}
