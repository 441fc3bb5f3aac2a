"""What is wrong with the definitions of a structure's values that their models do not see, at every depth.

An error: the API refuses it or could not mean it. A warning: it takes it, and it is probably not meant.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import path_text
from centrali_deploy.kind import Finding
from centrali_deploy.patterns import fault
from centrali_deploy.properties import MODELS, Definition, Named
from centrali_deploy.secret import Secret
from centrali_deploy.values import FORMATS, TYPES, complaints, of_type, repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Path
    from centrali_deploy.errors import Severity
    from centrali_deploy.parts import Plain

_COMMON = frozenset({*Definition.model_fields, *Named.model_fields, "type"})
OPTIONS = {sort: frozenset(field.alias or name for name, field in model.model_fields.items()) - _COMMON for sort, model in MODELS.items()}
"""The options that each type has beside what all have."""
FOREIGN = {sort: frozenset().union(*OPTIONS.values()) - own for sort, own in OPTIONS.items()}
"""The options that others have. Which bounds a datetime has is not published."""
FOREIGN["datetime"] -= {"minimum", "maximum"}
_BOUNDS = (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"))
_LOOKED_AT = frozenset({"default", "enum", "pattern", "isSecret", "items", "properties", "minLength", "minimum", "minItems", "onDelete"})
_QUIET = {sort: frozenset({*own, *_COMMON} - _LOOKED_AT) for sort, own in OPTIONS.items()}
"""Members of which none can be wrong by itself; most definitions have no others."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME_HINT = "Use letters, digits and underscores, not starting with a digit."
_NUMBER = re.compile(r"[-+]?(\d[\d_]*)?\.?\d[\d_]*")
_INVALID = "New records would not be valid."


def check(held: Any, at: Path, severity: Severity = "error") -> Iterator[Finding]:  # noqa: ANN401 -- whatever stands there
    """What is wrong with a list of properties, or with definitions by name, and with all that they hold. Never fails."""
    if isinstance(held, list):
        yield from _names(held, at, severity)
    entries = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ()
    for key, item in entries:
        if isinstance(item, dict):
            yield from _definition(item, (*at, key))


def _names(held: list[Any], at: Path, severity: Severity) -> Iterator[Finding]:
    names = [item["name"] if isinstance(item, dict) and isinstance(item.get("name"), str) else None for item in held]
    counts = Counter(names)
    for index, name in enumerate(names):
        if name and counts[name] > 1:
            yield Finding((*at, index, "name"), f'The property "{name}" is there {counts[name]} times.', "Keep one of them.")
        if name and not _NAME.fullmatch(name):
            yield Finding((*at, index, "name"), f'"{name}" is not a property name.', _NAME_HINT, severity)


def _definition(item: Plain, at: Path) -> Iterator[Finding]:
    sort = str(item.get("type"))
    if item.keys() <= _QUIET.get(sort, frozenset()):
        return
    yield from _foreign(item, sort, at)
    yield from _bounds(item, at)
    yield from _pattern(item, at)
    yield from _enum(item, sort, at)
    yield from _default(item, sort, at)
    yield from _together(item, sort, at)
    if isinstance(item.get("items"), dict):
        yield from _definition(item["items"], (*at, "items"))
    yield from check(item.get("properties"), (*at, "properties"), "warning")


def _foreign(item: Plain, sort: str, at: Path) -> Iterator[Finding]:
    """Options of other types."""
    for member in item:
        if member in FOREIGN.get(sort, ()) and not (member == "isSecret" and item[member] is True):
            whose = " or ".join(other for other, own in OPTIONS.items() if member in own)
            hint = f"Leave it out: this is of type {sort}."
            yield Finding((*at, member), f"{member} is an option of type {whose}.", hint, "warning")


def _bounds(item: Plain, at: Path) -> Iterator[Finding]:
    for low, high in _BOUNDS:
        if low not in item or high not in item:
            continue
        least, most = item[low], item[high]
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield Finding((*at, low), f"{low} {least} is above {high} {most}.", "No value can meet both.")


def _pattern(item: Plain, at: Path) -> Iterator[Finding]:
    pattern = item.get("pattern")
    if isinstance(pattern, str) and (said := fault(pattern)):
        yield Finding((*at, "pattern"), f'"{pattern}" is not a pattern.', f"{said} The form is that of JavaScript.")


def _enum(item: Plain, sort: str, at: Path) -> Iterator[Finding]:
    enum = item.get("enum")
    if not isinstance(enum, list):
        return
    if not enum:
        yield Finding((*at, "enum"), "enum is empty, so that no value is allowed.", "List values, or leave it out.")
    for index in repeated(enum):
        yield Finding((*at, "enum", index), f"{_shown(enum[index])} is there already.", "Keep one of them.", "warning")
    alone = {member: value for member, value in item.items() if member not in ("enum", "default")}
    for index, value in enumerate(enum):
        place = (*at, "enum", index)
        if sort in TYPES and value is not None and not of_type(sort, value):
            yield Finding(place, f"{_shown(value)} is not {TYPES[sort][0]}.", f"The property is of type {sort}.{_way_out(sort, value)}")
            continue
        for path, said in complaints(alone, value):
            yield Finding((*place, *path), f"{path_text(('enum', index, *path))} {said}.", "No value can be it.", "warning")


def _default(item: Plain, sort: str, at: Path) -> Iterator[Finding]:
    default = item.get("default")
    if isinstance(default, Secret) or sort not in TYPES:
        return
    for path, said in complaints(item, default):
        what = path_text(("default", *path)) if path else "The default"
        hint = _INVALID + ("" if path else _way_out(sort, default))
        yield Finding((*at, "default", *path), f"{what} {said}.", hint)


def _together(item: Plain, sort: str, at: Path) -> Iterator[Finding]:
    """Members that exclude each other."""
    if item.get("isSecret") is True and sort in TYPES and sort != "string":
        yield Finding(
            (*at, "isSecret"), f"Only a string can be secret, and this is of type {sort}.", "Leave out isSecret, or make it a string."
        )
    if item.get("isSecret") is True and item.get("isUnique") is True:
        yield Finding((*at, "isUnique"), "A secret property cannot be unique.", "Leave out isUnique or isSecret.")
    if sort == "reference" and item.get("onDelete") == "set_null" and item.get("required") is True:
        hint = "Let onDelete be restrict or cascade, or leave out required."
        yield Finding((*at, "onDelete"), "A required reference cannot become null.", hint, "warning")


def _way_out(sort: str, value: object) -> str:
    """How to write what was probably meant; empty when nobody can tell."""
    if sort == "string" and isinstance(value, int | float):
        return " Put it in quotes."
    if sort == "datetime" and not (isinstance(value, str) and FORMATS[sort][1](value)):
        return " Write it like 2030-01-31T08:00:00Z."
    if not isinstance(value, str):
        return ""
    word = value.lower()
    if sort == "boolean":
        flags = {"true": " Leave out the quotes.", "false": " Leave out the quotes."}
        return flags.get(word, {"yes": " Write true.", "on": " Write true.", "no": " Write false.", "off": " Write false."}.get(word, ""))
    if sort == "number" and _NUMBER.fullmatch(value):
        return f" Write {value.replace('_', '')}." if "_" in value else " Leave out the quotes."
    return ""


def _shown(value: object) -> str:
    return json.dumps(value, default=repr)
