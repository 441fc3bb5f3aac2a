"""Checking one declared resource: does its spec say something the API could mean?

Everything wrong with it is found in one go, in the words of a person, at the place where it is written.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from centrali_deploy.address import Address, path_text
from centrali_deploy.errors import Position, Problem
from centrali_deploy.manifest.resolution import Resolution
from centrali_deploy.states import DesiredResource
from centrali_deploy.wire import is_slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.manifest.resolution import Surroundings

_LONGEST_NAME = 255
_NEAR = 0.8
_RENAMED = "renamedFrom"
_WORDS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


class Checking:
    """Checks one resource and keeps what is wrong with it."""

    def __init__(self, kind: Kind, name: str, around: Surroundings, places: Mapping[Path, Position]) -> None:
        """`places` leads from paths in the spec to positions; `()` is the resource's key."""
        self.kind = kind
        self.address = Address(kind.name, name)
        self.problems: list[Problem] = []
        self._around = around
        self._places = places

    def checked(self, written: Any) -> DesiredResource:  # noqa: ANN401 -- whatever the manifest holds
        """The resource as declared. Only meaningful when `problems` is empty."""
        self._check_name()
        if not isinstance(written, dict):
            self._problem((), f"{self.address} must be a mapping, not {_called(written)}.", f"Members are: {_listed(self.kind.members)}.")
            return DesiredResource(self.address, {}, self._places)
        spec = self.kind.canonical(self._with_source(dict(written)))
        resolution = Resolution(self.kind, self._around, self._at, str(self.address))
        spec = resolution.resolve(spec)
        self.problems += resolution.problems
        self._check_reserved(spec)
        try:
            self.kind.adapter.validate_python(spec)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                self._translate(spec, detail)
        else:
            for path, message, hint in self.kind.check(self.address.name, spec):
                self._problem(path, message, hint)
        self._check_near_misses(spec)
        return DesiredResource(self.address, spec, self._places)

    def _check_name(self) -> None:
        name = self.address.name
        if self.kind.slug and not is_slug(name):
            self._problem((), f'"{name}" is not a slug.', "Use lowercase letters, digits and hyphens, for example job-logs.")
        elif not name or len(name) > _LONGEST_NAME or not name.isprintable():
            self._problem((), f'"{name[:40]}" is not a name.', f"Use 1 to {_LONGEST_NAME} printable characters.")

    def _with_source(self, spec: dict[str, Any]) -> dict[str, Any]:
        member = self.kind.text_member
        if member is None:
            return spec
        if "source" not in spec:
            if member not in spec:
                self._problem((), f"{self.address} has no {member}.", f"Name a file with source:, or write {member}: | and the text.")
                spec[member] = " "
            return spec
        path = spec.pop("source")
        if member in spec:
            self._problem(("source",), f"{self.address} has both source and {member}.", "Keep one of them.")
        elif not isinstance(path, str):
            self._problem(("source",), f"source must be a path, not {_called(path)}.", "For example source: functions/process-item.js")
        else:
            try:
                spec[member] = self._around.text_of(path)
            except ValueError as error:
                self._problem(("source",), *error.args)
        if not spec.get(member):
            if not self.problems:
                self._problem(("source",), f'"{path}" is empty.', "A function needs async function run().")
            spec[member] = " "
        return spec

    def _check_reserved(self, spec: Mapping[str, Any]) -> None:
        holders: list[tuple[Path, Any]] = [((), spec)]
        for member in self.kind.places:
            items = spec.get(member)
            holders += [((member, index), item) for index, item in enumerate(items)] if isinstance(items, list) else []
        for path, holder in holders:
            if isinstance(holder, dict) and _RENAMED in holder:
                self._problem((*path, _RENAMED), "Renames are not supported by this version.", f"Leave {_RENAMED} out.")

    def _check_near_misses(self, spec: Mapping[str, Any]) -> None:
        for member, place in self.kind.places.items():
            value = spec.get(member)
            items: Iterable[tuple[Path, Any]] = enumerate_at(member, value) if place.key else [((member,), value)]
            for path, item in items:
                if isinstance(item, dict):
                    known = place.members(item)
                    for key in item.keys() - known:
                        if near := get_close_matches(key, known, n=1, cutoff=_NEAR):
                            self._problem((*path, key), f'"{key}" is not a member of this.', f"Did you mean {near[0]}?")

    def _translate(self, spec: Any, detail: Any) -> None:  # noqa: ANN401 -- any plain value, and pydantic's own mapping
        path, kind, context = _walk(spec, detail["loc"]), detail["type"], detail.get("ctx", {})
        what = f'"{path_text(path)}"' if path else str(self.address)
        if kind == "extra_forbidden":
            self._unknown(path)
        elif kind in {"union_tag_not_found", "union_tag_invalid"}:
            member = context["discriminator"].strip("'")
            at = (*path, member) if kind == "union_tag_invalid" else path
            said = f'"{context["tag"]}" is not a {member}.' if kind == "union_tag_invalid" else f"{what} has no {member}."
            valid = context.get("expected_tags") or ", ".join(_tags(self.kind, path, member))
            self._problem(at, said, f"It is one of {valid.replace(chr(39), '')}.")
        elif kind == "literal_error":
            self._not_one_of(path, _value_at(spec, path), context["expected"].replace("'", ""))
        elif kind == "missing":
            missing = str(detail["loc"][-1])
            hint = "It is the name of a function." if missing == "function" else "Add it."
            self._problem(path[:-1], f'"{path_text(path)}" is missing.', hint)
        elif kind in _WORDS:
            self._problem(path, f"{what} {_WORDS[kind]}.", "Quotes make a text; no quotes, a number or a flag." if "type" in kind else "")
        else:
            self._problem(path, f"{what}: {detail['msg'][:1].lower()}{detail['msg'][1:]}.", "")

    def _not_one_of(self, path: Path, value: Any, valid: str) -> None:  # noqa: ANN401 -- any plain value
        near = get_close_matches(str(value), re.split(", | or ", valid), n=1)
        said = f'"{value}"' if isinstance(value, str) else _called(value).capitalize()
        self._problem(path, f"{said} is not a {path[-1]}.", f"{f'Did you mean {near[0]}? ' if near else ''}It is {valid}.")

    def _unknown(self, path: Path) -> None:
        key = str(path[-1])
        if key in (self.kind.identity, "id") and len(path) == 1:
            self._problem(path, f'"{key}" does not belong here.', f"The name is the mapping key: {self.address.name}.")
            return
        renamed = {place.wire: str(place.pattern[-1]) for place in self.kind.references if place.wire}
        if key in renamed:
            self._problem(path, f'"{key}" does not belong here: ids differ between workspaces.', f"Write {renamed[key]}: and its name.")
        elif key != _RENAMED:
            known = [*self.kind.members, "source"] if self.kind.text_member else list(self.kind.members)
            near = get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Members are: {_listed(known)}."
            self._problem(path, f'"{key}" is not a member of a {self.kind.name}.', hint)

    def _at(self, path: Path) -> Position:
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, Position(""))

    def _problem(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(self._at(path), str(self.address), message, hint))


def enumerate_at(member: str, value: object) -> Iterator[tuple[Path, Any]]:
    """The items of a list with their paths; nothing for what is not a list."""
    yield from (((member, index), item) for index, item in enumerate(value)) if isinstance(value, list) else ()


def _walk(spec: Any, location: tuple[Any, ...]) -> Path:  # noqa: ANN401 -- any plain value
    """A path from pydantic's location: names of union branches, which are not in the data, are left out."""
    path: list[str | int] = []
    value = spec
    for index, part in enumerate(location):
        last = index == len(location) - 1
        if isinstance(value, dict) and (part in value or last):
            path.append(part)
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            path.append(part)
            value = value[part] if part < len(value) else None
    return tuple(path)


def _value_at(spec: Any, path: Path) -> Any:  # noqa: ANN401 -- any plain value
    for part in path:
        spec = spec[part]
    return spec


def _tags(kind: Kind, path: Path, member: str) -> list[str]:
    place = kind.places.get(str(path[0])) if path else None
    return list(place.models) if place and member in place.variant else []


def _called(value: object) -> str:
    if value is None:
        return "nothing"
    return {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list"}.get(type(value), "a mapping")


def _listed(members: Iterable[str]) -> str:
    return ", ".join(sorted(members))
