"""Checking one declared resource: does its spec say something the API could mean?

Everything wrong with it is found in one go, in the words of a person, at the place where it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address
from centrali_deploy.errors import Position, Problem
from centrali_deploy.manifest.building import BLOCK
from centrali_deploy.manifest.old_names import CIRCLE_HINT, circles
from centrali_deploy.manifest.resolution import Resolution
from centrali_deploy.manifest.wording import findings, members_are
from centrali_deploy.manifest.words import called, near_member
from centrali_deploy.paths import is_within
from centrali_deploy.states import DesiredResource
from centrali_deploy.wire import is_slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Finding, Kind, Others
    from centrali_deploy.manifest.surroundings import Surroundings
    from centrali_deploy.parts import Plain

_LONGEST_NAME = 255
_RENAMED = "renamedFrom"


class Checking:
    """Checks one resource and keeps what is wrong with it."""

    def __init__(self, kind: Kind, name: str, around: Surroundings, places: Mapping[Path, Position]) -> None:
        """`places` leads from paths in the spec to positions; `()` is the resource's key."""
        self.kind = kind
        self.address = Address(kind.name, name)
        self.problems: list[Problem] = []
        self._around = around
        self._places = places
        self._text_file = ""
        self._unknown = False
        self._spec: Plain = {}

    def checked(self, written: Any, layers: Mapping[Path, str]) -> DesiredResource:  # noqa: ANN401 -- whatever the manifest holds
        """The resource as declared; `layers` says what an environment laid over it. Only meaningful without errors."""
        self._check_name()
        if written is None and not self.kind.members:
            written = {}  # a name with nothing behind its colon is all there is to write
        if not isinstance(written, dict):
            self._problem(
                (),
                f"{self.address} must be a mapping, not {called(written)}.",
                members_are(self.kind),
            )
            return DesiredResource(self.address, {}, self._places)
        spec = written = self.kind.canonical(self._with_source(dict(written)))
        resolution = Resolution(self.kind, self._around, self._at, str(self.address))
        spec = resolution.resolve(spec)
        self.problems += resolution.problems
        self._unknown = bool(resolution.unknown)
        layers = {**resolution.layers, **layers}
        spec, old, items = self._renames(spec)
        found = (each for each in self.kind.check(self.address.name, spec) if not is_within(each.path, resolution.unknown))
        self.problems += map(self._placed, (*findings(self.kind, spec, written, resolution.unknown), *found))
        self._spec = spec
        return DesiredResource(self.address, spec, self._places, layers, old, items)

    @property
    def wrong(self) -> bool:
        """Whether there is more than warnings, or something in it is not known."""
        return self._unknown or any(problem.severity == "error" for problem in self.problems)

    def among(self, others: Others) -> Iterator[Problem]:
        """What is wrong with it beside everything else that is declared."""
        yield from map(self._placed, self.kind.check_among(self.address.name, self._spec, others))

    def _placed(self, finding: Finding) -> Problem:
        place, hint = self._at(finding.path), finding.hint
        if finding.spot:
            line, column = finding.spot
            exact = self._in_text(line, column)
            place = exact or place
            if not exact and line > 1:  # quoted or folded: only the text knows its own lines
                hint = f"It is at line {line}, column {column} of the {self.kind.text_member}. {hint}"
        return Problem(place, str(self.address), finding.message, hint, finding.severity)

    def _check_name(self) -> None:
        name = self.address.name
        if name in self.kind.reserved:
            self._problem((), f'"{name}" is the name under which this tool keeps what it applied.', "Choose another one.")
        elif self.kind.slug and not is_slug(name):
            self._problem((), f'"{name}" is not a slug.', "Use lowercase letters, digits and hyphens, for example job-logs.")
        elif not name or len(name) > _LONGEST_NAME or not name.isprintable():
            self._problem((), f'"{name[:40]}" is not a name.', f"Use 1 to {_LONGEST_NAME} printable characters.")

    def _with_source(self, spec: dict[str, Any]) -> dict[str, Any]:
        member = self.kind.text_member
        if member is None:
            return spec
        if "source" not in spec:
            if isinstance(spec.get(member), str) and spec[member] and not spec[member].strip():
                self._problem((member,), f"{self.address} has an empty {member}.", "Write async function run() { ... }.")
            if member not in spec and not any(near_member(key, (member, "source")) for key in spec):
                self._problem((), f"{self.address} has no {member}.", f"Name a file with source:, or write {member}: | and the text.")
                spec.setdefault(member, " ")
            return spec
        path = spec.pop("source")
        if member in spec:
            self._problem(("source",), f"{self.address} has both source and {member}.", "Keep one of them.")
        elif not isinstance(path, str) or not path:
            self._problem(("source",), f"source must be a path, not {called(path)}.", "For example source: functions/process-item.js")
        else:
            try:
                spec[member] = self._around.text_of(path)
                self._text_file = self._around.name_of(path)
            except ValueError as error:
                self._problem(("source",), *error.args)
        if not spec.get(member):
            if not self.problems:
                self._problem(("source",), f'"{path}" is empty.', "A function needs async function run().")
            spec[member] = " "
        return spec

    def _renames(self, spec: dict[str, Any]) -> tuple[dict[str, Any], str | None, dict[tuple[str, str], str]]:
        """A spec without what it says of old names, and what it says."""
        if not self.kind.members:
            return spec, None, {}  # a name is all there is, so another one is another resource
        spec = dict(spec)
        old = self._old((_RENAMED,), spec.pop(_RENAMED, None), self.address.name)
        items: dict[tuple[str, str], str] = {}
        for member, place in self.kind.places.items():
            value = spec.get(member)
            if not place.key or not isinstance(value, list) or not any(isinstance(item, dict) and _RENAMED in item for item in value):
                continue
            spec[member] = [dict(item) if isinstance(item, dict) else item for item in value]
            for index, item in enumerate(spec[member]):
                name = item.get(place.key) if isinstance(item, dict) else None
                before = self._old((member, index, _RENAMED), item.pop(_RENAMED, None), name) if isinstance(item, dict) else None
                if before and isinstance(name, str):
                    items[member, name] = before
            self._old_items(member, [item.get(place.key) for item in spec[member] if isinstance(item, dict)], items)
        return spec, old, items

    def _old_items(self, member: str, names: list[Any], olds: Mapping[tuple[str, str], str]) -> None:
        first: dict[str, str] = {}
        for index, name in enumerate(names):
            old = olds.get((member, name)) if isinstance(name, str) else None
            if old and first.setdefault(old, name) != name:
                message, hint = f"{name} and {first[old]} both say that they were called {old}.", "Take renamedFrom out of one of them."
                self._problem((member, index, _RENAMED), message, hint)
        for name, message in circles({name: olds[member, name] for name in names if isinstance(name, str) and (member, name) in olds}):
            self._problem((member, names.index(name), _RENAMED), message, CIRCLE_HINT)

    def _old(self, path: Path, old: object, new: object) -> str | None:
        if old is None:
            return None
        if not isinstance(old, str) or not old or old == new:
            self._problem(path, f"{_RENAMED} must be the old name.", "Leave it out when nothing was renamed.")
            return None
        return old

    def _in_text(self, line: int, column: int) -> Position | None:
        """A place inside the text, which stands in a file of its own or in the manifest; None if it is not written line by line."""
        if self._text_file:
            return Position(self._text_file, line, column)
        begins = self._places.get((str(self.kind.text_member), BLOCK))
        return Position(begins.file, begins.line + line - 1, begins.column + column - 1) if begins else None

    def _at(self, path: Path) -> Position:
        while path and path not in self._places:
            path = path[:-1]
        return self._places[path]

    def _problem(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(self._at(path), str(self.address), message, hint))
