"""The JSON Schema of manifests, made from the kinds' models, so that an editor completes and checks every member.

Where a member decides which others there are, the schema says so with if/then: editors then name the one thing that is
wrong, instead of every variant that does not fit.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from centrali_deploy.kinds import SECTIONS
from centrali_deploy.manifest.environments import Environment
from centrali_deploy.manifest.head import VERSION
from centrali_deploy.manifest.variables import Variable
from centrali_deploy.parts import Spec

if TYPE_CHECKING:
    from pydantic_core import core_schema

    from centrali_deploy.kind import Kind

    Schema = dict[str, Any]

_PLAIN = {"integer": "A whole number", "number": "A number", "boolean": "true or false"}
_STANDS_FOR = r"^\$\{(var|env|file):.+\}$"
_SLUG = "^[a-z0-9]+([-_][a-z0-9]+)*$"


class _Generator(GenerateJsonSchema):
    """Variants as if/then, and no titles made up from member names."""

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> Schema:
        discriminator = str(schema["discriminator"])
        variants = {str(tag): self.generate_inner(choice) for tag, choice in schema["choices"].items()}
        return {
            "type": "object",
            "required": [discriminator],
            "properties": {discriminator: {"enum": list(variants)}},
            "allOf": [
                {"if": {"properties": {discriminator: {"const": tag}}, "required": [discriminator]}, "then": variant}
                for tag, variant in variants.items()
            ],
        }

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        made = super().model_schema(schema)
        members = {field.alias or name: name for name, field in schema["cls"].model_fields.items()}
        texts = _texts(schema["cls"])
        for member, about in made.get("properties", {}).items():
            if text := texts.get(members[member]):
                about["description"] = text
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 -- the interface of pydantic
        return False


def workspace_schema() -> Schema:
    """The schema of one manifest file, draft 7."""
    definitions: Schema = {}
    sections = {section: _section(kind, definitions) for section, kind in SECTIONS.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "centrali-deploy manifest",
        "description": "Structures, allowed domains, functions, triggers and orchestrations of a Centrali workspace.",
        "type": "object",
        "required": ["version"],
        "additionalProperties": False,
        "properties": {
            "$schema": {"type": "string", "description": "Where this schema is, for editors that look here."},
            "version": {"const": VERSION, "description": "The version of the manifest's form."},
            "workspace": {"type": "string", "pattern": _SLUG, "description": "The slug of the workspace.", "examples": ["acme-dev"]},
            "variables": _by_name(Variable, "Values that differ between environments, written as ${var:name}."),
            "environments": _by_name(Environment, "Named settings, chosen with -e."),
            **_with_values(sections),
        },
        "$defs": _with_values(dict(sorted(definitions.items()))),
    }


def render() -> str:
    """The schema as text, the same for the same models."""
    return json.dumps(workspace_schema(), indent=2) + "\n"


def _texts(model: type) -> dict[str, str]:
    """What stands in quotes below each member of a model, its parents' included."""
    found: dict[str, str] = {}
    for each in reversed([parent for parent in model.__mro__ if issubclass(parent, Spec)]):
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        for member, text in pairwise(getattr(tree, "body", ())):
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name) and isinstance(text, ast.Expr):
                found[member.target.id] = inspect.cleandoc(ast.literal_eval(text.value))
    return found


def _section(kind: Kind, definitions: Schema) -> Schema:
    made = _without_titles(kind.adapter.json_schema(schema_generator=_Generator, ref_template="#/$defs/{model}"))
    definitions |= made.pop("$defs", {})
    if kind.text_member:
        _with_source(made, kind.text_member)
    if kind.members:
        _with_old_names(kind, made, definitions)
    else:
        made["type"] = ["object", "null"]
    pattern = _SLUG if kind.slug else kind.name_pattern
    names = {"pattern": pattern} if pattern else {"minLength": 1, "maxLength": 255}
    about = f"Every {kind.name}, by its {kind.identity}."
    return {"description": about, "type": ["object", "null"], "propertyNames": names, "additionalProperties": made}


def _with_old_names(kind: Kind, made: Schema, definitions: Schema) -> None:
    """Every resource, and every item that has a name, may say which name it had before."""
    variants = [branch["then"]["$ref"].rpartition("/")[2] for branch in made.get("allOf", ())]
    items = [model.__name__ for place in kind.places.values() if place.key for model in place.models.values()]
    for holder in ([] if variants else [made]) + [definitions[name] for name in (*variants, *items)]:
        holder["properties"]["renamedFrom"] = {"type": "string", "description": "The name it had before, so that it is renamed in place."}


def _by_name(model: type[Spec], about: str) -> Schema:
    made = _without_titles(TypeAdapter(model).json_schema(schema_generator=_Generator))
    return {"description": about, "type": ["object", "null"], "additionalProperties": made}


def _with_source(made: Schema, member: str) -> None:
    made["properties"]["source"] = {
        "type": "string",
        "description": f"A file beside the manifest that holds the {member}.",
        "examples": ["functions/process-item.js"],
    }
    made["required"] = [name for name in made.get("required", []) if name != member]
    made["oneOf"] = [{"required": ["source"]}, {"required": [member]}]


def _with_values(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Where a number or a flag is expected, `${var:name}` may stand for it."""
    if isinstance(value, list):
        return [_with_values(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {member: _with_values(inside) for member, inside in value.items()}
    if word := _PLAIN.get(str(value.get("type"))):
        found |= {"type": [value["type"], "string"], "pattern": _STANDS_FOR, "patternErrorMessage": f"{word}, or ${{var:name}}."}
    return found


def _without_titles(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        return {member: _without_titles(inside) for member, inside in value.items() if not (member == "title" and isinstance(inside, str))}
    return [_without_titles(item) for item in value] if isinstance(value, list) else value
