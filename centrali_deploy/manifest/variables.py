"""Variables of a manifest: typed, with defaults, and told apart by the layer their value came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.words import article, shown
from centrali_deploy.parts import Spec

if TYPE_CHECKING:
    from collections.abc import Callable

Type = Literal["string", "integer", "number", "boolean", "list", "object"]
_FITS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


class Variable(Spec):
    """A value that differs between environments, written as ${var:name} where it is used."""

    type: Type = "string"
    """What it is. Default: string."""
    default: Any = Field(default=None, examples=[2])
    """Its value where nothing else gives one; without a default it must be given."""
    description: str | None = None
    """What it is for."""


class Value(NamedTuple):
    """What a variable stands for, and where that came from (None: it has no value)."""

    name: str
    value: Any
    layer: str | None

    @property
    def told(self) -> str:
        """As people read it."""
        shown = json.dumps(self.value, ensure_ascii=False)
        return f"{self.name} = {shown if len(shown) <= 60 else '...'} ({self.layer})"  # noqa: PLR2004 -- enough to recognise it


def typed(variable: Variable, value: Any) -> Any:  # noqa: ANN401 -- any plain value
    """A value as the variable's type has it; a text is read as YAML reads it. Raises ValueError, saying what is wrong."""
    found = value
    if isinstance(value, str) and variable.type != "string":
        found = parse_document(value, "").data
    if not _FITS[variable.type](found):
        msg = f"{shown(value)} is not {article(variable.type)}"
        raise ValueError(msg)
    return found
