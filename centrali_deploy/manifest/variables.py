"""Variables of a manifest: typed, with defaults, and told apart by the layer their value came from."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.manifest.documents import parse_document, read_document
from centrali_deploy.manifest.words import article, shown
from centrali_deploy.parts import Spec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from centrali_deploy.manifest.documents import Document

Type = Literal["string", "integer", "number", "boolean", "list", "object"]
_FITS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_FORMS = {
    "string": "Put it in quotes.",
    "integer": "Write a whole number, for example 5.",
    "number": "Write a number, for example 1.5.",
    "boolean": "Write true or false.",
    "list": "Write a list, for example [a, b].",
    "object": "Write a mapping, for example {a: b}.",
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
    """What a variable stands for, and where that came from (None: it has no value). `wrong`: why it has none was told."""

    name: str
    value: Any
    layer: str | None
    wrong: bool = False

    @property
    def told(self) -> str:
        """As people read it."""
        shown = json.dumps(self.value, ensure_ascii=False)
        return f"{self.name} = {shown if len(shown) <= 60 else '...'} ({self.layer})"  # noqa: PLR2004 -- enough to recognise it


def typed(variable: Variable, value: Any) -> Any:  # noqa: ANN401 -- any plain value
    """A value as the variable's type has it; a text is read as YAML reads it. Raises ValueError, saying what is wrong.

    Anything fits a variable whose declaration is wrong: that was told where it stands.
    """
    found = value
    if isinstance(value, str) and variable.type != "string":
        found = parse_document(value, "").data
    if variable.type in _FITS and not _FITS[variable.type](found):
        msg = f"{shown(value)} is not {article(variable.type)}"
        raise ValueError(msg)
    return found


def taken(variables: Mapping[str, Variable], name: str, value: Any, layer: str, filled: Callable[[str], Any]) -> Value | tuple[str, str]:  # noqa: ANN401 -- any plain value
    """The value that a variable takes, or what is wrong with it and the way out. `filled` puts values into a text."""
    if name not in variables:
        near = get_close_matches(name, variables, n=1)
        return f'There is no variable "{name}".', f"Did you mean {near[0]}?" if near else "Declare it under variables: with a type."
    if isinstance(value, str) and "${var:" in value:
        return f"The variable {name} cannot take its value from another variable.", "Write the value, or take it from ${env:NAME}."
    try:
        found = filled(value) if isinstance(value, str) else value
        return Value(name, typed(variables[name], found), layer)
    except ValueError as error:
        said, *hint = error.args
        return f"The variable {name}: {said.rstrip('.')}.", hint[0] if hint else _FORMS.get(variables[name].type, "")
    except ManifestError:
        return f"The variable {name}: {shown(value)} cannot be read.", _FORMS.get(variables[name].type, "")


def read_values(file: str) -> Document:
    """A file of values for variables. Raises ManifestError when it is none."""
    document = read_document(Path(file), file)
    if not isinstance(document.data, dict):
        raise ManifestError([Problem(Position(file), "", "A file of values is a mapping.", "Write name: value.")])
    return document
