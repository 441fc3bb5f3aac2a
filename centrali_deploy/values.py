"""Whether a value fits the definition of a property: type, bounds, pattern, allowed values."""

from __future__ import annotations

import json
import re
from datetime import datetime
from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import catch_warnings, simplefilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Where = tuple[str | int, ...]
"""A path into a value."""


class Complaint(NamedTuple):
    """What is wrong, in words that follow "it", and where in the value."""

    path: Where
    said: str


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
_OTHERWISE = re.compile(r"\\[AZ]|\{,")
"""What means one thing in JavaScript and another one here."""
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


def complaints(definition: Mapping[str, Any], value: Any, at: Where = ()) -> Iterator[Complaint]:  # noqa: ANN401 -- any JSON value
    """What a value, and what it holds, breaks of a property's definition."""
    sort = definition.get("type")
    if not isinstance(sort, str) or sort not in TYPES or value is None:
        return
    if not of_type(sort, value):
        yield Complaint(at, f"is not {TYPES[sort][0]}")
        return
    yield from (Complaint(at, said) for said in _sizes(definition, sort, value))
    if isinstance(value, str):
        yield from (Complaint(at, said) for said in _forms(definition, sort, value))
    if definition.get("integer") is True and isinstance(value, float) and not value.is_integer():
        yield Complaint(at, "is not a whole number")
    if isinstance(definition.get("enum"), list) and value not in definition["enum"]:
        yield Complaint(at, "is not in enum")
    if isinstance(definition.get("not"), list) and value in definition["not"]:
        yield Complaint(at, "is in not")
    if isinstance(value, list) and definition.get("uniqueItems") is True:
        yield from (Complaint((*at, index), "is there already") for index in repeated(value))
    for part, inside, held in _held(definition, value):
        yield from complaints(inside, held, (*at, part))


def repeated(values: list[Any]) -> Iterator[int]:
    """Where in a list something is that was there before; true is not 1."""
    seen = set()
    for index, value in enumerate(values):
        if (text := json.dumps(value, sort_keys=True, default=str)) in seen:
            yield index
        seen.add(text)


def _sizes(definition: Mapping[str, Any], sort: str, value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    size: float = value if sort == "number" else len(value) if sort in {"string", "array"} else nan
    for member, word, above in _BOUNDS:
        bound = definition.get(member)
        if isinstance(bound, int | float) and not isinstance(bound, bool) and (size > bound if above else size < bound):
            yield f"{word} {member} {bound}"


def _forms(definition: Mapping[str, Any], sort: str, value: str) -> Iterator[str]:
    pattern = compiled(definition.get("pattern")) if sort == "string" else None
    if pattern and not pattern.search(value):
        yield f"does not match pattern {definition['pattern']}"
    form = sort if sort == "datetime" else definition.get("format") if sort == "string" else None
    if isinstance(form, str) and form in FORMATS and not FORMATS[form][1](value):
        yield f"is not {FORMATS[form][0]}"


def _held(definition: Mapping[str, Any], value: Any) -> Iterator[tuple[str | int, Mapping[str, Any], Any]]:  # noqa: ANN401 -- any JSON value
    """What a list or a mapping holds, each with its own definition."""
    items, members = definition.get("items"), definition.get("properties")
    if isinstance(value, list) and isinstance(items, dict):
        yield from ((index, items, item) for index, item in enumerate(value))
    if isinstance(members, list):
        members = {item["name"]: item for item in members if isinstance(item, dict) and isinstance(item.get("name"), str)}
    if isinstance(value, dict) and isinstance(members, dict):
        yield from ((name, members[name], inside) for name, inside in value.items() if isinstance(members.get(name), dict))


def _is_moment(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_url(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+", text))


FORMATS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "email": ("an email address", lambda text: bool(re.fullmatch(r"[^@\s]+@[^@\s]+", text) or re.fullmatch(r'".+"@[^@\s]+', text))),
    "url": ("a URL", _is_url),
    "uuid": ("a UUID", lambda text: bool(re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text))),
    "date": ("a date", lambda text: bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)) and _is_moment(text)),
    "datetime": ("a date and time", _is_moment),
}
"""What a text of each form is called, and whether one is such a text; what is hard to tell passes."""


def compiled(pattern: object) -> re.Pattern[str] | None:
    """A JavaScript pattern as ours, or None where the two differ too much or it is none."""
    if not isinstance(pattern, str) or _OTHERWISE.search(pattern):
        return None
    try:
        with catch_warnings():
            simplefilter("ignore")
            return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern))
    except (re.error, OverflowError, RecursionError):
        return None
