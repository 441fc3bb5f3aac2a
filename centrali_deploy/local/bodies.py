"""The bodies of kinds as they go over the wire, made from their models, for the specification.

Names are written as ids where the wire has ids; what the models forbid beside the documented members is not said, for the
service ignores it [I].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.local.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.local.services import Service

Schema = dict[str, Any]
_PLACE = "#/components/schemas/"


def reference(name: str) -> Schema:
    """One of the document's schemas."""
    return {"$ref": _PLACE + name}


def of(**members: Schema) -> Schema:
    """An object that must have these members, and may have others."""
    return {"type": "object", "properties": members, "required": list(members)}


def some(**members: Schema) -> Schema:
    """An object that may have these members, and others."""
    return {"type": "object", "properties": members}


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def new(service: Service) -> str:
    """The name of the schema of a kind's create."""
    return f"{service.kind.name}.new"


def changed(service: Service) -> str:
    """The name of the schema of a kind's update."""
    return f"{service.kind.name}.changed"


def schemas() -> dict[str, Schema]:
    """Every schema of every kind, by name."""
    return {name: schema for service in SERVICES.values() for name, schema in _of(service).items()}


def _of(service: Service) -> dict[str, Schema]:
    kind = service.kind
    made = kind.adapter.json_schema(ref_template=f"{_PLACE}{kind.name}.{{model}}")
    renamed = {str(place.pattern[-1]): place.wire for place in kind.references if place.wire}
    parts = {f"{kind.name}.{model}": _on_the_wire(part, renamed) for model, part in made.pop("$defs", {}).items()}
    spec = _on_the_wire(made, renamed)
    # A name that the service makes up when it is left out is not required.
    required = [kind.identity] if service.completed is dict else []
    name: Schema = {kind.identity: {"type": "string", "minLength": 1}}
    named = {"type": "object", "properties": name, "required": required}
    members = {**name, **spec.get("properties", {})}
    return {**parts, new(service): {"allOf": [named, spec]}, changed(service): {"type": "object", "properties": members}}


def _on_the_wire(schema: Any, renamed: Mapping[str, str]) -> Any:  # noqa: ANN401 -- any JSON value
    """A schema with ids for names, and without what only editors need."""
    if isinstance(schema, list):
        return [_on_the_wire(item, renamed) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {word: _on_the_wire(value, renamed) for word, value in schema.items() if not _is_for_editors(word, value)}
    if isinstance(schema.get("properties"), dict):
        found["properties"] = {renamed.get(name, name): _on_the_wire(part, renamed) for name, part in schema["properties"].items()}
        found["required"] = [renamed.get(name, name) for name in schema.get("required", [])]
    return found


def _is_for_editors(word: str, value: object) -> bool:
    return (
        (word == "title" and isinstance(value, str))
        or (word == "additionalProperties" and value is False)
        or (word == "default" and value is None)
    )
