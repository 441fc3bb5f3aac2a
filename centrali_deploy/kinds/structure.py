"""Structures (the vendor also says collections): the schema of records, an ordered list of typed properties.

Identity is the `recordSlug`. A `PUT` merges top-level members [D]; `properties`, when sent, replaces the whole list
[I], so it is always sent complete. Seven property types; the list of their options is published in parts only, so
unknown options pass through.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import get_close_matches
from itertools import chain, product
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from centrali_deploy.address import Address, Path
from centrali_deploy.kind import Finding, Kind, Others
from centrali_deploy.parts import OpenSpec, Place, Plain, ReferencePlace, Spec
from centrali_deploy.paths import EACH, find
from centrali_deploy.secret import Secret
from centrali_deploy.values import TYPES, complaints, is_regex, of_type

if TYPE_CHECKING:
    from collections.abc import Iterator

PropertyType = Literal["string", "number", "boolean", "datetime", "array", "object", "reference"]
Whole = Annotated[int, Field(ge=0)]
Number = float


class Property(OpenSpec):
    """What every property has, whatever its type."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    """The key of the value in a record's data."""
    description: str | None = None
    """What the value means."""
    required: bool | None = None
    """Whether a record must have it. Default: false."""
    nullable: bool | None = None
    """Whether null is allowed. Default: false."""
    isUnique: bool | None = None
    """Whether no two records may have the same value. Default: false."""
    immutable: bool | None = None
    """Whether the value stays as it was when the record was created. Default: false."""
    default: Any = None
    """The value of new records that do not have one."""
    enum: list[Any] | None = None
    """The allowed values, in order."""


class StringProperty(Property):
    """A text."""

    type: Literal["string"]
    minLength: Whole | None = None
    """Fewest characters."""
    maxLength: Whole | None = None
    """Most characters."""
    pattern: str | None = None
    """A regular expression the text must match."""
    not_: Annotated[list[str] | None, Field(alias="not")] = None
    """Values that are not allowed."""
    isSecret: bool | None = None
    """Whether the value is encrypted and shown as a mask. Not together with isUnique. Default: false."""
    renderAs: Literal["textarea", "secret", "color", "code", "html", "markdown"] | None = None
    """How the console shows it."""
    format: Literal["email", "url", "uuid", "date", "datetime"] | None = None
    """A well-known form (from an older page of the vendor)."""


class NumberProperty(Property):
    """A number, integer or decimal."""

    type: Literal["number"]
    minimum: Number | None = None
    """Smallest allowed value."""
    maximum: Number | None = None
    """Largest allowed value."""
    integer: bool | None = None
    """Whether only whole numbers are allowed."""


class BooleanProperty(Property):
    """True or false."""

    type: Literal["boolean"]


class DatetimeProperty(Property):
    """A point in time, as ISO 8601 text."""

    type: Literal["datetime"]


class ItemDefinition(OpenSpec):
    """What the items of an array are."""

    type: PropertyType
    """The type of every item."""


class ArrayProperty(Property):
    """A list."""

    type: Literal["array"]
    items: ItemDefinition | None = None
    """What every item must be."""
    minItems: Whole | None = None
    """Fewest items."""
    maxItems: Whole | None = None
    """Most items."""
    uniqueItems: bool | None = None
    """Whether no item may occur twice."""


class ObjectProperty(Property):
    """A nested object."""

    type: Literal["object"]
    properties: dict[str, Any] | list[Any] | None = None
    """The members of the object: a mapping by name, or a list like that of the structure itself."""


class ReferenceProperty(Property):
    """The id of a record of another structure."""

    type: Literal["reference"]
    target: Annotated[str, Field(min_length=1)]
    """The recordSlug of the other structure."""
    displayField: str | None = None
    """The property of the other structure that stands for its record."""
    onDelete: Literal["restrict", "set_null", "cascade"] | None = None
    """What deleting the other record does. Default: restrict."""
    isArray: bool | None = None
    """Whether it refers to many records."""


AnyProperty = Annotated[
    StringProperty | NumberProperty | BooleanProperty | DatetimeProperty | ArrayProperty | ObjectProperty | ReferenceProperty,
    Field(discriminator="type"),
]


class Structure(Spec):
    """The schema of one sort of records."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
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


_MODELS: dict[str, type[Spec]] = {
    "string": StringProperty,
    "number": NumberProperty,
    "boolean": BooleanProperty,
    "datetime": DatetimeProperty,
    "array": ArrayProperty,
    "object": ObjectProperty,
    "reference": ReferenceProperty,
}
SYSTEM_FIELDS = ("id", "createdAt", "updatedAt", "createdBy", "updatedBy", "status")
"""Fields of every record beside its data [D]."""
_BOUNDS = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))
_FLAGS = ("required", "nullable", "isUnique", "immutable", "isSecret", "isArray", "integer", "uniqueItems")
_HOLDERS = frozenset({"properties", "items"})
_INSIDE: tuple[Path, ...] = (("items",), ("properties", EACH))
_PROPERTIES = tuple(("properties", EACH, *chain.from_iterable(inside)) for depth in range(3) for inside in product(_INSIDE, repeat=depth))
"""Where definitions of values stand: properties, what arrays and objects hold, and once more inside those."""
_REMOVED = "what records hold there is out of reach"
_RENAMED = "what records hold under the old name stays there"
_PROPERTY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


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


def _unfit(item: Plain) -> Iterator[tuple[Path, str, str]]:
    """Values in a property's definition that its other members do not allow."""
    sort, enum, default = item.get("type"), item.get("enum"), item.get("default")
    if isinstance(item.get("pattern"), str) and not is_regex(item["pattern"]):
        yield ("pattern",), f'"{item["pattern"]}" is not a pattern.', "Look at its brackets; the form is that of JavaScript."
    if isinstance(enum, list) and not enum:
        yield ("enum",), "enum is empty, so that no value is allowed.", "List values, or leave it out."
    if isinstance(enum, list) and isinstance(sort, str) and sort in TYPES:
        for index, value in enumerate(enum):
            if value is not None and not of_type(sort, value):
                yield ("enum", index), f"{json.dumps(value)} is not {TYPES[sort][0]}.", f"The property is of type {sort}."
    if not isinstance(default, Secret):
        for said in complaints(item, default):
            yield ("default",), f"The default {said}.", "New records would not be valid."


def _check(_name: str, spec: Plain) -> Iterator[Finding]:
    found = [(path, item) for path, item in find(spec, ("properties", EACH)) if isinstance(item, dict)]
    search, names = spec.get("defaultSearchField"), [item.get("name") for _, item in found]
    if isinstance(search, str) and names and search not in names and spec.get("schemaDiscoveryMode") in (None, "strict"):
        near = get_close_matches(search, map(str, names), n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Properties are: {', '.join(map(str, names))}."
        yield Finding(("defaultSearchField",), f'There is no property "{search}".', hint)
    counts = Counter(item["name"] for _, item in found if isinstance(item.get("name"), str))
    for at, item in found:
        name = item.get("name")
        if isinstance(name, str) and counts[name] > 1:
            yield Finding((*at, "name"), f'The property "{name}" is there {counts[name]} times.', "Keep one of them.")
        if isinstance(name, str) and name and not _PROPERTY_NAME.fullmatch(name):
            hint = "Use letters, digits and underscores, not starting with a digit."
            yield Finding((*at, "name"), f'"{name}" is not a property name.', hint)
        for low, high in _BOUNDS:
            if low not in item or high not in item:
                continue
            least, most = item[low], item[high]
            if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
                yield Finding((*at, low), f"{low} {least} is above {high} {most}.", "No value can meet both.")
        yield from (Finding((*at, *path), message, hint) for path, message, hint in _unfit(item))
        if item.get("isSecret") is True and item.get("isUnique") is True:
            yield Finding((*at, "isUnique"), "A secret property cannot be unique.", "Leave out isUnique or isSecret.")


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
    service="data",
    path="collections",
    aliases=("structures",),
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
    places={"properties": Place(key="name", variant=("type",), rename_note=_RENAMED, removal_note=_REMOVED, models=_MODELS)},
    references=tuple(ReferencePlace((*at, "target"), "structure", deferrable=True) for at in _PROPERTIES),
    secret_paths=_secret_paths,
    update_sends="changed",
    canonical=_canonical,
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
