"""Whether a value fits the definition of a property: type, bounds, pattern, allowed values."""

from __future__ import annotations

import re
from math import nan
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "string": ("a text", (str,)),
    "number": ("a number", (int, float)),
    "boolean": ("true or false", (bool,)),
    "datetime": ("a text", (str,)),
    "array": ("a list", (list,)),
    "object": ("a mapping", (dict,)),
    "reference": ("the id of a record", (str, list)),
}
"""For each type of property, what its values are called and what they are in JSON."""


_BOUNDS = (
    ("minimum", "is below", False),
    ("maximum", "is above", True),
    ("minLength", "is shorter than", False),
    ("maxLength", "is longer than", True),
    ("minItems", "has fewer items than", False),
    ("maxItems", "has more items than", True),
)


def of_type(name: str, value: object) -> bool:
    """Whether a value is of a property's type; true is no number."""
    _, types = TYPES[name]
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


def complaints(definition: Mapping[str, Any], value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    """What a value breaks of a property's definition, in words that follow "it"."""
    sort = definition.get("type")
    if not isinstance(sort, str) or sort not in TYPES or value is None:
        return
    if not of_type(sort, value):
        yield f"is not {TYPES[sort][0]}"
        return
    size: float = value if sort == "number" else len(value) if sort in {"string", "array"} else nan
    for member, word, above in _BOUNDS:
        bound = definition.get(member)
        if isinstance(bound, int | float) and not isinstance(bound, bool) and (size > bound if above else size < bound):
            yield f"{word} {member} {bound}"
    pattern = compiled(definition.get("pattern")) if sort == "string" else None
    if pattern and not pattern.search(value):
        yield f"does not match pattern {definition['pattern']}"
    if definition.get("integer") is True and isinstance(value, float) and not value.is_integer():
        yield "is not a whole number"
    if isinstance(definition.get("enum"), list) and value not in definition["enum"]:
        yield "is not in enum"
    if isinstance(definition.get("not"), list) and value in definition["not"]:
        yield "is in not"


def compiled(pattern: object) -> re.Pattern[str] | None:
    """A JavaScript pattern as ours, or None where the two differ too much or it is none."""
    if not isinstance(pattern, str):
        return None
    try:
        with catch_warnings():
            simplefilter("ignore")
            return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern))
    except (re.error, OverflowError, RecursionError):
        return None


def is_regex(pattern: str) -> bool:
    """Whether a text can be a regular expression: its brackets and groups are closed, and nothing repeats nothing."""
    depth, classed, escaped = 0, False, False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif classed:
            classed = character != "]"
        elif character == "[":
            classed = True
        else:
            depth += {"(": 1, ")": -1}.get(character, 0)
            if depth < 0:
                return False
    return not (depth or classed or escaped) and pattern[:1] not in ("*", "+", "?")
