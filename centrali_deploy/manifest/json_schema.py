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
from centrali_deploy.manifest.stand_ins import VALUE, with_secrets, with_stand_ins
from centrali_deploy.manifest.variables import Variable
from centrali_deploy.parts import Spec

if TYPE_CHECKING:
    from pydantic_core import core_schema

    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Place

    Schema = dict[str, Any]

_SLUG = "^[a-z0-9]+([-_][a-z0-9]+)*$"
_OLD_NAME = "renamedFrom"
_ENCRYPTED = "encryptedParams"
"""Secrets of one sort of step: on another they would be kept in the open."""


class _Generator(GenerateJsonSchema):
    """Variants as if/then, and no titles made up from member names."""

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> Schema:
        discriminator = schema["discriminator"]
        if callable(discriminator):  # a list or a mapping: what is said of the one does not concern the other
            mapping, listed = map(self.generate_inner, schema["choices"].values())
            return {**mapping, **listed, "type": ["object", "array"]}
        discriminator = str(discriminator)
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
    definitions: Schema = dict(VALUE)
    sections = {section: _section(kind, definitions) for section, kind in SECTIONS.items()}
    environments = _by_name(Environment, "Named settings, chosen with -e.")
    environments["additionalProperties"]["properties"]["overrides"] |= _overrides(sections, definitions)
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
            "deployment": {
                "type": "string",
                "pattern": _SLUG,
                "default": "default",
                "description": "A name for what these manifests apply, when several share one workspace.",
                "examples": ["billing"],
            },
            "ledger": {
                "description": "Where it is kept what was applied: in the workspace, in a file of the project, or nowhere.",
                "anyOf": [
                    {"enum": ["workspace", "none"]},
                    {
                        "type": "object",
                        "required": ["file"],
                        "additionalProperties": False,
                        "properties": {"file": {"type": "string", "minLength": 1, "examples": ["ledger.json"]}},
                    },
                ],
                "default": "workspace",
            },
            "protect": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Addresses, or patterns of them, that must not be changed, replaced or deleted in any environment.",
                "examples": [["structure/*"]],
            },
            "variables": _by_name(Variable, "Values that differ between environments, written as ${var:name}."),
            "environments": environments,
            **sections,
        },
        "$defs": dict(sorted(definitions.items())),
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
    """The schema of a section; what it refers to is added to the definitions."""
    made = _without_titles(kind.adapter.json_schema(schema_generator=_Generator, ref_template="#/$defs/{model}"))
    own: Schema = made.pop("$defs", {})
    if kind.text_member:
        _with_source(made, kind.text_member)
    for place in kind.places.values():
        _with_variants(place, own)
    if kind.members:
        _with_old_names(kind, made, own)
    else:
        made["type"] = ["object", "null"]
    for model in own.values():
        with_secrets(model)
    shared: Schema = {}
    own = {name: _sharing(model, shared) for name, model in own.items()}
    made = {member: inside if member == "allOf" else _sharing(inside, shared) for member, inside in made.items()}
    definitions |= with_stand_ins(own | shared)
    pattern = _SLUG if kind.slug else kind.name_pattern
    names = {"pattern": pattern} if pattern else {"minLength": 1, "maxLength": 255}
    about = f"Every {kind.name}, by its {kind.identity}."
    resource = {member: with_stand_ins(inside) for member, inside in made.items()}
    return {"description": about, "type": ["object", "null"], "propertyNames": names, "additionalProperties": resource}


def _with_variants(place: Place, definitions: Schema) -> None:
    """Models of a place that extend others refer to them, and members of other models alone are refused."""
    for tag, model in place.models.items():
        parent = next((base.__name__ for base in model.__mro__[1:] if base.__name__ in definitions), None)
        made = definitions[model.__name__]
        strange = place.apart.get(tag, frozenset())
        if place.key and any(_ENCRYPTED in _members(other) for other in place.models.values()):
            strange |= {_ENCRYPTED} - _members(model)
        definitions[parent or model.__name__]["properties"] |= dict.fromkeys(sorted(strange), False)
        if parent:
            known = definitions[parent]
            made["properties"] = {name: about for name, about in made["properties"].items() if name not in known["properties"]}
            made["required"] = [name for name in made["required"] if name not in known["required"]]
            made["allOf"] = [{"$ref": f"#/$defs/{parent}"}]


def _members(model: type[Spec]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _sharing(value: Any, shared: Schema) -> Any:  # noqa: ANN401 -- any JSON value
    """A schema in which each choice between models refers to one that is shared, named by what their names end in."""
    if isinstance(value, list):
        return [_sharing(item, shared) for item in value]
    if not isinstance(value, dict):
        return value
    branches = value.get("allOf")
    if not branches or "if" not in branches[0]:
        return {member: _sharing(inside, shared) for member, inside in value.items()}
    name = _common_end([branch["then"]["$ref"] for branch in branches])
    shared[name] = {member: inside for member, inside in value.items() if member != "description"}
    return {"$ref": f"#/$defs/{name}"} | ({"description": value["description"]} if "description" in value else {})


def _common_end(texts: list[str]) -> str:
    """What all texts end in: of ComputeStep and DelayStep, Step."""
    length = next(size for size in range(1, len(texts[0])) if len({text[-size:] for text in texts}) > 1) - 1
    return texts[0][-length:]


def _overrides(sections: Schema, definitions: Schema) -> Schema:
    """What may stand under overrides: members of the kind that the address begins with, and what is in them in part."""
    patterns = {f"^{kind.name}/.": _part(kind, sections[section], definitions) for section, kind in SECTIONS.items()}
    return {"type": ["object", "null"], "additionalProperties": False, "patternProperties": patterns}


def _part(kind: Kind, section: Schema, definitions: Schema) -> Schema:
    resource = section["additionalProperties"]
    holders = {f"#/properties/{kind.section}/additionalProperties": resource}
    holders |= {branch["then"]["$ref"]: definitions[branch["then"]["$ref"].rpartition("/")[2]] for branch in resource.get("allOf", ())}
    found: Schema = {}
    for at, holder in holders.items():
        for member in holder["properties"]:
            place = kind.places.get(member)
            whole = {"$ref": f"{at}/properties/{member}"}
            found.setdefault(member, {"type": ["object", "string", "null"]} if place and not place.key else whole)
    return {"type": "object", "additionalProperties": False, "properties": found}


def _with_old_names(kind: Kind, made: Schema, definitions: Schema) -> None:
    """Every resource, and every item that has a name, may say which name it had before."""
    variants = [branch["then"]["$ref"].rpartition("/")[2] for branch in made.get("allOf", ())]
    items = [model.__name__ for place in kind.places.values() if place.key for model in place.models.values()]
    for holder in ([] if variants else [made]) + [definitions[name] for name in (*variants, *items)]:
        holder["properties"][_OLD_NAME] = {"type": "string", "description": "The name it had before, so that it is renamed in place."}


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


def _without_titles(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        return {member: _without_titles(inside) for member, inside in value.items() if not (member == "title" and isinstance(inside, str))}
    return [_without_titles(item) for item in value] if isinstance(value, list) else value
