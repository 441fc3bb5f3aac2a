"""What the API refuses of one value in a record: whatever breaks the definition of its property.

The seven types and the options of text are from vendor code [S], bounds of numbers and formats from older pages [D]; the
options of lists and objects, and `exclusiveMinimum`, `exclusiveMaximum` and `multipleOf`, are inferred [I]. An option that is
no option (a bound that is a text, a pattern that does not compile) is passed over, as the published list is incomplete.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Any, TypeGuard
from uuid import UUID

from centrali_deploy.local import moments
from centrali_deploy.values import compiled, of_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.local.store import Row

    Wrong = Iterator[tuple[str, str]]

_CALLED = {
    "string": "a string",
    "number": "a number",
    "boolean": "a boolean",
    "datetime": "a string",
    "array": "an array",
    "object": "an object",
    "reference": "a record id",
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#]+[^\s]*", re.IGNORECASE)


def wrong(definition: Row, value: Any, at: str, *, strict: bool) -> Wrong:  # noqa: ANN401 -- any JSON value
    """What is wrong with a value, as (place, message) pairs; `at` is its place, `strict` refuses unknown members of objects."""
    sort = definition.get("type")
    if value is None:
        if definition.get("nullable") is not True:
            yield at, "must not be null"
        return
    if not isinstance(sort, str) or sort not in _CALLED:
        return
    if sort == "reference":
        yield from _reference(definition, value, at)
    elif not of_type(sort, value):
        yield at, f"must be {_CALLED[sort]}"
        return
    elif sort in _MORE:
        yield from _MORE[sort](definition, value, at)
    enum = definition.get("enum")
    if isinstance(enum, list) and enum and not _among(value, enum):
        yield at, f"must be one of {', '.join(map(_shown, enum))}"
    if sort == "array":
        yield from _items(definition, value, at, strict=strict)
    elif sort == "object":
        yield from _members(definition, value, at, strict=strict)


def nested(definition: Row) -> dict[str, Row]:
    """The definitions inside an object's one, by name, whether they stand in a mapping [D, older] or in a list [I]."""
    inside = definition.get("properties")
    if isinstance(inside, dict):
        return {name: item for name, item in inside.items() if isinstance(item, dict)}
    items = inside if isinstance(inside, list) else []
    return {item["name"]: item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)}


def is_number(value: object) -> TypeGuard[float]:
    """Whether a JSON value is a number; true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _string(definition: Row, value: str, at: str) -> Wrong:
    least, most, refused = definition.get("minLength"), definition.get("maxLength"), definition.get("not")
    if is_number(least) and len(value) < least:
        yield at, f"must be at least {least} characters"
    if is_number(most) and len(value) > most:
        yield at, f"must be at most {most} characters"
    if isinstance(definition.get("pattern"), str) and not _fits(definition["pattern"], value):
        yield at, f"must match pattern {definition['pattern']}"
    if isinstance(refused, list) and value in refused:
        yield at, f"must not be {_shown(value)}"
    form = definition.get("format")
    if isinstance(form, str) and form in _FORMATS and not _FORMATS[form](value):
        yield at, f"Invalid {form} format"


def _number(definition: Row, value: float, at: str) -> Wrong:
    for member, words, fits in _BOUNDS:
        bound = definition.get(member)
        if is_number(bound) and not fits(value, bound):
            yield at, f"Must be {words} {bound}"
    if definition.get("integer") is True and value != value // 1:
        yield at, "must be an integer"
    step = definition.get("multipleOf")
    if is_number(step) and step and Fraction(str(value)) % Fraction(str(step)):
        yield at, f"must be a multiple of {step}"


def _datetime(_definition: Row, value: str, at: str) -> Wrong:
    if moments.read(value) is None:
        yield at, "Invalid datetime format"


def _reference(definition: Row, value: Any, at: str) -> Wrong:  # noqa: ANN401 -- any JSON value
    many = definition.get("isArray") is True
    ids = value if many and isinstance(value, list) else [value]
    if (many and not isinstance(value, list)) or not all(isinstance(id_, str) for id_ in ids):
        yield at, "must be an array of record ids" if many else "must be a record id"


def _items(definition: Row, value: list[Any], at: str, *, strict: bool) -> Wrong:
    least, most, inside = definition.get("minItems"), definition.get("maxItems"), definition.get("items")
    if is_number(least) and len(value) < least:
        yield at, f"must have at least {least} items"
    if is_number(most) and len(value) > most:
        yield at, f"must have at most {most} items"
    if definition.get("uniqueItems") is True and len({json.dumps(item, sort_keys=True) for item in value}) < len(value):
        yield at, "must not have the same item twice"
    if isinstance(inside, dict):
        for index, item in enumerate(value):
            yield from wrong(inside, item, f"{at}[{index}]", strict=strict)


def _members(definition: Row, value: Row, at: str, *, strict: bool) -> Wrong:
    """Unknown members are refused where a structure is strict and the object's members are declared [I]."""
    known, required = nested(definition), definition.get("required")
    needed = set(map(str, required)) if isinstance(required, list) else set()
    for name, item in known.items():
        if name in value:
            yield from wrong(item, value[name], f"{at}.{name}", strict=strict)
        elif item.get("required") is True or name in needed:
            yield f"{at}.{name}", "is required"
    for name in value if strict and known else ():
        if name not in known:
            yield f"{at}.{name}", "is not a property"


def _among(value: object, allowed: list[Any]) -> bool:
    return any(value == item and isinstance(value, bool) == isinstance(item, bool) for item in allowed)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    return compiled(text)


def _fits(pattern: str, value: str) -> bool:
    found = _pattern(pattern)
    return found is None or found.search(value) is not None


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


_BOUNDS: tuple[tuple[str, str, Callable[[float, float], bool]], ...] = (
    ("minimum", "greater than or equal to", ge),
    ("maximum", "less than or equal to", le),
    ("exclusiveMinimum", "greater than", gt),
    ("exclusiveMaximum", "less than", lt),
)
_FORMATS: dict[str, Callable[[str], bool]] = {
    "email": lambda value: _EMAIL.fullmatch(value) is not None,
    "url": lambda value: _URL.fullmatch(value) is not None,
    "uuid": _is_uuid,
    "date": lambda value: "T" not in value and moments.read(value) is not None,
    "datetime": lambda value: "T" in value and moments.read(value) is not None,
}
_MORE: dict[str, Callable[[Row, Any, str], Wrong]] = {"string": _string, "number": _number, "datetime": _datetime}
