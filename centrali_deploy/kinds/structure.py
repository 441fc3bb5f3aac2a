"""Structures (the vendor also says collections): the schema of records, an ordered list of typed properties.

Identity is the `recordSlug`. A `PUT` merges top-level members [D]; `properties`, when sent, replaces the whole list
[I], so it is always sent complete. Seven property types; the list of their options is published in parts only, so
unknown options pass through.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import chain, product
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from centrali_deploy import dangers, definitions
from centrali_deploy.address import Address, Path
from centrali_deploy.kind import Finding, Kind, Others
from centrali_deploy.parts import Label, Place, Plain, ReferencePlace, Spec
from centrali_deploy.paths import EACH, find
from centrali_deploy.properties import MODELS, AnyProperty
from centrali_deploy.wire import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator


class Structure(Spec):
    """The schema of one sort of records."""

    name: Label
    """A name for people."""
    description: str | None = None
    """What the records are."""
    properties: list[AnyProperty] | None = None
    """The fields of a record, complete and in order: a property left out of the list is removed."""
    status: Literal["active", "inactive"] | None = None
    """Whether the structure is in use. Default: active."""
    schemaDiscoveryMode: Literal["strict", "schemaless", "auto-evolving"] | None = None
    """What happens to fields that are not declared: refused, taken as they are, or taken and suggested. Default: strict."""
    enableVersioning: bool | None = None
    """Whether versions of the structure are kept. Default: false."""
    retentionPolicy: dict[str, Any] | None = None
    """How long versions are kept; passed through as written."""
    defaultSearchField: str | None = None
    """The property that a search looks in when it names none."""
    defaultTtlSeconds: Annotated[int, Field(ge=1, examples=[86400])] | None = None
    """How long new records live, in seconds; null: for ever."""


SYSTEM_FIELDS = ("id", "createdAt", "updatedAt", "createdBy", "updatedBy", "status")
"""Fields of every record beside its data [D]."""
_FLAGS = ("required", "nullable", "isUnique", "immutable", "isSecret", "isArray", "integer", "uniqueItems")
_HOLDERS = frozenset({"properties", "items"})
_INSIDE: tuple[Path, ...] = (("items",), ("properties", EACH))
_PROPERTIES = tuple(("properties", EACH, *chain.from_iterable(inside)) for depth in range(3) for inside in product(_INSIDE, repeat=depth))
"""Where definitions of values stand: properties, what arrays and objects hold, and once more inside those."""
_REMOVED = "what records hold there is out of reach"


def _canonical(spec: Plain) -> Plain:
    """`isStrict` is the older word for two of the modes [D]."""
    strict = spec.get("isStrict")
    if not isinstance(strict, bool):
        return spec
    rest = {member: value for member, value in spec.items() if member != "isStrict"}
    return {"schemaDiscoveryMode": "strict" if strict else "schemaless", **rest}


def _secret_paths(spec: Any, at: Path = ()) -> Iterator[Path]:  # noqa: ANN401 -- a spec, or a property at any depth
    for member in _HOLDERS & spec.keys():
        for path, item in find(spec, (member, EACH) if member == "properties" else (member,)):
            if isinstance(item, dict):
                if item.get("isSecret") is True and item.get("default") is not None:
                    yield *at, *path, "default"
                yield from _secret_paths(item, (*at, *path))


def _check(_name: str, spec: Plain) -> Iterator[Finding]:
    properties = spec.get("properties")
    if not isinstance(properties, list):
        properties = []
    search, names = spec.get("defaultSearchField"), [item.get("name") for item in properties if isinstance(item, dict)]
    if isinstance(search, str) and names and search not in names and spec.get("schemaDiscoveryMode") in (None, "strict"):
        near = get_close_matches(search, map(str, names), n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Properties are: {', '.join(map(str, names))}."
        yield Finding(("defaultSearchField",), f'There is no property "{search}".', hint)
    yield from definitions.check(properties, ("properties",))


def _check_among(_name: str, spec: Plain, others: Others) -> Iterator[Finding]:
    for path, item in find(spec, ("properties", EACH)):
        other = others.specs.get(Address("structure", str(item.get("target"))), {})
        names = [each["name"] for each in other.get("properties") or ()]
        field = item.get("displayField")
        if field is not None and names and field not in names and field not in SYSTEM_FIELDS:
            near = get_close_matches(field, names, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Properties are: {', '.join(names)}."
            yield Finding((*path, "displayField"), f'{item["target"]} has no property "{field}".', hint, "warning")


KIND = Kind(
    name="structure",
    rank=10,
    section="structures",
    adapter=TypeAdapter(Structure),
    members=tuple(Structure.model_fields),
    identity="recordSlug",
    slug=True,
    reserved=frozenset({RESERVED}),
    service="data",
    path="collections",
    aliases=("structures",),
    keeps_names=True,
    server_owned=frozenset(
        {"id", "workspaceSlug", "createdBy", "updatedBy", "createdAt", "updatedAt", "version", "isDeleted", "deletedAt", "recordCount"}
    ),
    opaque=frozenset({"retentionPolicy"}),
    defaults={
        ("description",): "",
        ("properties",): [],
        ("status",): "active",
        ("schemaDiscoveryMode",): "strict",
        ("enableVersioning",): False,
        **{(*at, flag): False for at in _PROPERTIES for flag in _FLAGS},
        **{(*at, "onDelete"): "restrict" for at in _PROPERTIES},
        **{(*at, "description"): "" for at in _PROPERTIES},
    },
    places={
        "properties": Place(
            key="name",
            variant=("type",),
            carried=True,
            removal_note=_REMOVED,
            models=MODELS,
            apart=definitions.FOREIGN,
            inside=_INSIDE,
        )
    },
    references=tuple(ReferencePlace((*at, "target"), "structure", deferrable=True) for at in _PROPERTIES),
    secret_paths=_secret_paths,
    update_sends="changed",
    canonical=_canonical,
    dangers_of_deleting=dangers.of_deleting,
    dangers_of_changing=dangers.of_changing,
    check=_check,
    check_among=_check_among,
    examples=(
        (
            {
                "name": "Orders",
                "description": "What customers bought",
                "status": "active",
                "schemaDiscoveryMode": "auto-evolving",
                "enableVersioning": True,
                "retentionPolicy": {"maxVersions": 5},
                "defaultSearchField": "number",
                "defaultTtlSeconds": 86400,
                "properties": [
                    {"name": "number", "type": "string", "description": "Shown to people", "required": True, "nullable": False,
                     "isUnique": True, "immutable": True, "minLength": 3, "maxLength": 32, "pattern": "^[A-Z]", "not": ["NONE"]},
                    {"name": "status", "type": "string", "enum": ["new", "paid"], "default": "new", "renderAs": "markdown"},
                    {"name": "contact", "type": "string", "format": "email"},
                    {"name": "note", "type": "string", "isSecret": True, "default": "${env:EXAMPLE_SECRET}"},
                    {"name": "total", "type": "number", "minimum": 0, "maximum": 9.5, "integer": False},
                    {"name": "gift", "type": "boolean", "default": False},
                    {"name": "placedAt", "type": "datetime", "nullable": True},
                    {"name": "tags", "type": "array", "items": {"type": "string"}, "minItems": 0, "maxItems": 9, "uniqueItems": True},
                    {"name": "address", "type": "object", "properties": {"street": {"type": "string"}}},
                    {"name": "customer", "type": "reference", "target": "customers", "displayField": "number", "onDelete": "set_null",
                     "isArray": True},
                ],
            },
            {
                "name": "All orders",
                "description": "What customers bought and returned",
                "status": "inactive",
                "schemaDiscoveryMode": "schemaless",
                "enableVersioning": False,
                "retentionPolicy": {"maxVersions": 6},
                "defaultSearchField": "status",
                "defaultTtlSeconds": 3600,
                "properties": [
                    {"name": "status", "type": "string", "enum": ["new", "paid", "sent"], "default": "paid", "renderAs": "code"},
                    {"name": "number", "type": "string", "description": "Printed", "required": False, "nullable": True,
                     "isUnique": False, "immutable": False, "minLength": 2, "maxLength": 64, "pattern": "^[a-z]", "not": ["none"]},
                    {"name": "contact", "type": "string", "format": "url"},
                    {"name": "note", "type": "string", "isSecret": False},
                    {"name": "total", "type": "number", "minimum": -1, "maximum": 10, "integer": True},
                    {"name": "gift", "type": "boolean", "default": True},
                    {"name": "placedAt", "type": "datetime", "nullable": False},
                    {"name": "tags", "type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 8, "uniqueItems": False},
                    {"name": "address", "type": "object", "properties": {"city": {"type": "string"}}},
                    {"name": "customer", "type": "reference", "target": "people", "displayField": "status", "onDelete": "cascade",
                     "isArray": False},
                ],
            },
        ),
    ),
)  # fmt: skip
