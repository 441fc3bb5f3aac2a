"""The properties of a structure: a model for each of the seven types, with the options that are published.

The list of options is published in parts only, so unknown ones pass through. What lists and objects hold is defined in
the same words [I], objects either as a mapping by name [D] or as a list like that of the structure itself [I].
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from centrali_deploy.parts import OpenSpec, Spec

Whole = Annotated[int, Field(ge=0)]
Number = float


class Definition(OpenSpec):
    """What every value may have, whatever its type."""

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


class StringDefinition(Definition):
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


class NumberDefinition(Definition):
    """A number, integer or decimal."""

    type: Literal["number"]
    minimum: Number | None = None
    """Smallest allowed value."""
    maximum: Number | None = None
    """Largest allowed value."""
    integer: bool | None = None
    """Whether only whole numbers are allowed."""


class BooleanDefinition(Definition):
    """True or false."""

    type: Literal["boolean"]


class DatetimeDefinition(Definition):
    """A point in time, as ISO 8601 text."""

    type: Literal["datetime"]


class ArrayDefinition(Definition):
    """A list."""

    type: Literal["array"]
    items: AnyDefinition | None = None
    """What every item must be."""
    minItems: Whole | None = None
    """Fewest items."""
    maxItems: Whole | None = None
    """Most items."""
    uniqueItems: bool | None = None
    """Whether no item may occur twice."""


class ObjectDefinition(Definition):
    """A nested object."""

    type: Literal["object"]
    properties: Members | None = None
    """The members of the object: a mapping by name, or a list like that of the structure itself."""


class ReferenceDefinition(Definition):
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


class Named(OpenSpec):
    """What has a name of its own."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    """The key of the value in a record's data."""


class StringProperty(Named, StringDefinition):
    """A text with a name."""


class NumberProperty(Named, NumberDefinition):
    """A number with a name."""


class BooleanProperty(Named, BooleanDefinition):
    """True or false, with a name."""


class DatetimeProperty(Named, DatetimeDefinition):
    """A point in time with a name."""


class ArrayProperty(Named, ArrayDefinition):
    """A list with a name."""


class ObjectProperty(Named, ObjectDefinition):
    """A nested object with a name."""


class ReferenceProperty(Named, ReferenceDefinition):
    """The id of a record of another structure, with a name."""


AnyDefinition = Annotated[
    StringDefinition | NumberDefinition | BooleanDefinition | DatetimeDefinition | ArrayDefinition | ObjectDefinition | ReferenceDefinition,
    Field(discriminator="type"),
]
AnyProperty = Annotated[
    StringProperty | NumberProperty | BooleanProperty | DatetimeProperty | ArrayProperty | ObjectProperty | ReferenceProperty,
    Field(discriminator="type"),
]
Members = Annotated[
    Annotated[dict[str, AnyDefinition], Tag("{}")] | Annotated[list[AnyProperty], Tag("[]")],
    Discriminator(lambda value: "[]" if isinstance(value, list) else "{}"),
]
"""Tagged by how it is written, so that a mistake is told once."""
MODELS: dict[str, type[Spec]] = {
    "string": StringProperty,
    "number": NumberProperty,
    "boolean": BooleanProperty,
    "datetime": DatetimeProperty,
    "array": ArrayProperty,
    "object": ObjectProperty,
    "reference": ReferenceProperty,
}
"""The model of each type."""
