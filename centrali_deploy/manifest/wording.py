"""What a model says is wrong with a spec, in the words of a person: at which place, what, and what now."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from centrali_deploy.address import path_text
from centrali_deploy.kind import Finding
from centrali_deploy.manifest.ways_out import way_out
from centrali_deploy.manifest.words import article, near_member, shown
from centrali_deploy.parts import PRINTED
from centrali_deploy.paths import find, is_within

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Place

_TYPES = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BRANCHES = {"dict[str,any]", "list[any]"}
"""What pydantic calls the branches of a union that has no tag."""
_LIMITS = {
    "less_than_equal": ("at most", "le"),
    "greater_than_equal": ("at least", "ge"),
    "string_too_long": ("at most so many characters:", "max_length"),
}


def findings(
    kind: Kind, spec: Mapping[str, Any], written: Mapping[str, Any] | None = None, unknown: Collection[Path] = ()
) -> Iterator[Finding]:
    """Everything the model of a kind refuses in a spec, and members that are nearly documented ones.

    Values are quoted as they are `written`: what stands for them may be nobody's business. Of those that are `unknown`
    only one thing can be said: what comes from the environment or a file will be a text.
    """
    quoted = spec if written is None else written
    try:
        kind.adapter.validate_python(spec)
    except ValidationError as error:
        for detail in _merged(error.errors(include_url=False, include_input=False)):
            found = _worded(kind, spec, quoted, detail)
            if not is_within(found.path, unknown) or (detail["type"] in _TYPES and "${var:" not in str(_value_at(quoted, found.path))):
                yield found
    for member, place in kind.places.items():
        value = spec.get(member)
        items = enumerate(value) if place.key and isinstance(value, list) else ((None, value),)
        for index, item in items:
            if isinstance(item, dict):
                yield from _nearly(kind, place, (member,) if index is None else (member, index), item)


def _nearly(kind: Kind, place: Place, at: Path, item: Mapping[str, Any]) -> Iterator[Finding]:
    """Members of an item, and of those inside it, that are nearly documented ones."""
    if strange := item.keys() - place.members(item) - place.apart.get(str(item.get(place.variant[0])), frozenset()):
        known = place.members(item) | _of_wire(kind).keys() | {"renamedFrom"}
        yield from (_misspelt(at, key, near) for key in item if key in strange - known and (near := near_member(key, known)))
    for pattern in place.inside:
        if pattern[0] in item:
            for path, inside in find(item, pattern):
                if isinstance(inside, dict):
                    yield from _nearly(kind, place, (*at, *path), inside)


def _worded(kind: Kind, spec: Any, written: Any, detail: Any) -> Finding:  # noqa: ANN401, PLR0911 -- pydantic's own mapping; one return a sort of mistake
    path, sort, context = _walk(kind, spec, detail["loc"]), detail["type"], detail.get("ctx", {})
    value = _tellable(spec, written, path)
    what = f'"{path_text(path)}"' if path else f"A {kind.name}"
    if sort == "extra_forbidden":
        return _unknown(kind, path)
    if sort == "union_tag_not_found":
        member = context["discriminator"].strip("'")
        return _missing(kind, _value_at(spec, path), (*path, member), f"It is one of {', '.join(_tags(kind, path, member))}.")
    if sort == "union_tag_invalid":
        member = context["discriminator"].strip("'")
        return not_one_of((*path, member), _tellable(spec, written, (*path, member)), context["expected_tags"])
    if sort == "literal_error":
        return not_one_of(path, value, context["expected"])
    if sort == "missing":
        is_function = path[-1] == "function"
        return _missing(kind, _value_at(spec, path[:-1]), path, "It is the name of a function." if is_function else "Add it.")
    if sort in _TYPES:
        wanted = " or ".join(_TYPES[each] for each in detail.get("types", (sort,)))
        said = str(_value_at(written, path))
        hint = way_out(wanted, value, said, path)
        return Finding(path, f"{what} must be {wanted}, not {shown(value)}.", hint)
    return _out_of_bounds(path, what, value, detail)


def _out_of_bounds(path: Path, what: str, value: object, detail: Any) -> Finding:  # noqa: ANN401 -- pydantic's own mapping
    sort, context = detail["type"], detail.get("ctx", {})
    if sort in {"string_too_short", "too_short"}:
        return Finding(path, f"{what} must not be empty.", "Write something, or leave it out.")
    if sort in _LIMITS:
        words, limit = _LIMITS[sort]
        return Finding(path, f"{what} is {shown(value)}.", f"It may be {words} {context[limit]}.")
    if sort == "string_pattern_mismatch" and context["pattern"] == PRINTED:
        return Finding(path, f"{what} is {shown(value)}, which holds a control character.", "A name is one line of text.")
    if sort == "string_pattern_mismatch":
        return Finding(path, f"{what} is {shown(value)}.", f"It must match {context['pattern']}.")
    return Finding(path, f"{what}: {detail['msg'][:1].lower()}{detail['msg'][1:]}.")


def _merged(details: Iterable[Any]) -> Iterator[Any]:
    """One mistake of type a place, even if several types would do."""
    found: dict[Any, Any] = {}
    for detail in details:
        place = tuple(part for part in detail["loc"] if part not in _BRANCHES)
        if detail["type"] in _TYPES and place in found:
            found[place]["types"].append(detail["type"])
        elif detail["type"] in _TYPES:
            found[place] = {**detail, "types": [detail["type"]]}
        else:
            found[object()] = detail
    yield from found.values()


def _unknown(kind: Kind, path: Path) -> Finding:
    key = str(path[-1])
    if key in (kind.identity, "id") and len(path) == 1:
        return Finding(path, f'"{key}" does not belong here.', "The name is the mapping key.")
    if member := _of_wire(kind).get(key):
        return _by_id(path, member)
    if len(path) > 1:
        return Finding(path, f'"{key}" is not a member of this.', "Take it out.")
    if kind.members and (near := near_member(key, known_members(kind) | {"renamedFrom"})):
        return _misspelt(path[:-1], key, near)
    return Finding(path, f'"{key}" is not a member of {article(kind.name)}.', members_are(kind))


def known_members(kind: Kind) -> frozenset[str]:
    """The members a manifest may have for this kind."""
    return frozenset(kind.members) | ({"source"} if kind.text_member else frozenset())


def members_are(kind: Kind) -> str:
    """What may be written of this kind."""
    known = sorted(known_members(kind))
    return f"Members are: {', '.join(known)}." if known else "Write the name and its colon, and nothing more."


def _missing(kind: Kind, holder: Any, path: Path, hint: str) -> Finding:  # noqa: ANN401 -- any plain value
    """A member that is not there, unless it is there under a name that is nearly its own."""
    member = str(path[-1])
    for key, renamed in _of_wire(kind).items():
        if renamed == member and isinstance(holder, dict) and key in holder:
            return _by_id((*path[:-1], key), member)
    place = kind.places.get(str(path[0])) if len(path) > 1 else None
    known = place.members(holder) if place and isinstance(holder, dict) else kind.members
    for key in holder if isinstance(holder, dict) else ():
        if key not in known and (near_member(key, (member,)) or (member.startswith(key) and len(path) > 1)):
            return _misspelt(path[:-1], key, member)
    return Finding(path[:-1], f'"{path_text(path)}" is missing.', hint)


def _of_wire(kind: Kind) -> dict[str, str]:
    """Members that carry ids on the wire, and the ones that carry names instead in a manifest."""
    return {place.wire: str(place.pattern[-1]) for place in kind.references if place.wire}


def _by_id(path: Path, member: str) -> Finding:
    return Finding(path, f'"{path[-1]}" does not belong here: ids differ between workspaces.', f"Write {member}: and its name.")


def _misspelt(at: Path, key: str, near: str) -> Finding:
    return Finding((*at, key), f'"{key}" is not a member of this.', f"Did you mean {near}?")


def not_one_of(path: Path, value: Any, valid: str) -> Finding:  # noqa: ANN401 -- any plain value
    """A value that is none of the few there are."""
    valid = valid.replace("'", "").replace("True", "true")
    if " or " not in valid:
        valid = " or ".join(valid.rsplit(", ", 1))
    near = get_close_matches(str(value), re.split(", | or ", valid), n=1)
    return Finding(path, f"{shown(value)} is not {article(str(path[-1]))}.", f"{f'Did you mean {near[0]}? ' if near else ''}It is {valid}.")


def _walk(kind: Kind, spec: Any, location: tuple[Any, ...]) -> Path:  # noqa: ANN401 -- any plain value
    """A path from pydantic's location, in which names of union branches stand that are not in the data."""
    deciding = kind.fixed.union(*(place.variant for place in kind.places.values()))
    path: list[str | int] = []
    value, tagged = spec, False
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if not tagged and not last and isinstance(value, dict) and any(value.get(member) == part for member in deciding):
            tagged = True
        elif isinstance(value, dict) and (part in value or last):
            path.append(part)
            value, tagged = value.get(part), False
        elif isinstance(value, list) and isinstance(part, int):
            path.append(part)
            value, tagged = (value[part] if part < len(value) else None), False
    return tuple(path)


def _value_at(spec: Any, path: Path) -> Any:  # noqa: ANN401 -- any plain value
    for part in path:
        known = isinstance(spec, list) or (isinstance(spec, dict) and part in spec)
        spec = spec[part] if known else None
    return spec


def _tellable(spec: Any, written: Any, path: Path) -> Any:  # noqa: ANN401 -- any plain value
    """A value, or how it is written where it comes from outside: that may be nobody's business."""
    value = _value_at(written, path)
    outside = isinstance(value, str) and ("${env:" in value or "${file:" in value)
    return value if outside else _value_at(spec, path)


def _tags(kind: Kind, path: Path, member: str) -> list[str]:
    """The values that a deciding member may have."""
    if path:
        return list(kind.places[str(path[0])].models)
    try:
        kind.adapter.validate_python({member: ""})
    except ValidationError as error:
        return [tag.strip("'") for tag in error.errors()[0]["ctx"]["expected_tags"].split(", ")]
    return []
