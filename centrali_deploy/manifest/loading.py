"""Manifest files together: the desired state of one workspace, or every problem of every file.

What is referred to and not declared is no problem here, because it may be in the workspace already; it is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.documents import Document, read_document
from centrali_deploy.manifest.resolution import Surroundings
from centrali_deploy.manifest.sources import Source, find_sources
from centrali_deploy.manifest.validation import Checking
from centrali_deploy.wire import is_slug, is_uuid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from centrali_deploy.address import Address, Path, Reference
    from centrali_deploy.kind import Kind
    from centrali_deploy.states import DesiredResource, DesiredState

VERSION = 1
"""The only version of the manifest's form."""
_LATER = ("variables", "environments")
_HEAD = ("version", "workspace", "$schema", *_LATER)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the manifests say. `undeclared`: references to what is not declared here, with who refers and from where.

    `warnings`: what the API takes and is probably not meant.
    """

    workspace: str | None
    desired: DesiredState
    undeclared: tuple[tuple[Reference, Address, Position], ...]
    files: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()


def load(paths: Sequence[str], environ: Mapping[str, str]) -> Loaded:
    """Read manifests. Raises ManifestError with all problems, UsageProblem when there is no manifest to read."""
    reading = _Reading(environ)
    sources = find_sources(paths)
    for source in sources:
        reading.read(source)
    if not reading.resources and not reading.problems:
        place = Position(sources[0].name)
        reading.problems.append(Problem(place, "", "Nothing is declared here.", f"Add one of: {', '.join(SECTIONS)}."))
    if any(problem.severity == "error" for problem in reading.problems):
        raise ManifestError(reading.problems)
    return Loaded(
        next(iter(reading.workspaces), None),
        reading.resources,
        tuple(_undeclared(reading.resources)),
        tuple(source.name for source in sources),
        tuple(sorted(set(reading.problems))),
    )


@dataclass
class _Reading:
    """The files read so far."""

    environ: Mapping[str, str]
    resources: dict[Address, DesiredResource] = field(default_factory=dict)
    workspaces: dict[str, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, source: Source) -> None:
        try:
            document = read_document(source.path, source.name)
        except ManifestError as error:
            self.problems += error.problems
            return
        if not isinstance(document.data, dict):
            said = "The file is empty." if document.data is None else "A manifest is a mapping."
            self._problem(document, (), said, f"It has version: {VERSION} and one of: {', '.join(SECTIONS)}.")
            return
        self._head(document)
        around = Surroundings(self.environ, source.root, source.path.parent)
        for member, content in document.data.items():
            if member in SECTIONS:
                self._section(document, SECTIONS[member], content, around)
            elif member not in _HEAD:
                near = get_close_matches(member, [*SECTIONS, *_HEAD], n=1)
                hint = f"Did you mean {near[0]}?" if near else f"A manifest has: version, workspace, {', '.join(SECTIONS)}."
                self._problem(document, (member,), f'"{member}" is not part of a manifest.', hint)

    def _head(self, document: Document) -> None:
        data = document.data
        if "version" not in data:
            self._problem(document, (), "The version of the manifest is missing.", f"Write version: {VERSION} at its top.")
        elif data["version"] is not VERSION:
            self._problem(document, ("version",), f"{data['version']!r} is not a version of the manifest.", f"Write version: {VERSION}.")
        for member in _LATER:
            if member in data:
                self._problem(document, (member,), f"{member} are not supported by this version.", "Take them out.")
        if "workspace" in data:
            self._workspace(document, data["workspace"])

    def _workspace(self, document: Document, slug: Any) -> None:  # noqa: ANN401 -- whatever the manifest holds
        place = document.places.get(("workspace",), Position(document.file))
        if not isinstance(slug, str) or is_uuid(slug) or not is_slug(slug):
            self._problem(document, ("workspace",), f'"{slug}" is not a workspace.', "Give its slug, for example acme-dev, not its id.")
        elif self.workspaces and slug not in self.workspaces:
            other, where = next(iter(self.workspaces.items()))
            self._problem(document, ("workspace",), f'The workspace is "{slug}" here and "{other}" at {where}.', "Keep one of them.")
        else:
            self.workspaces.setdefault(slug, place)

    def _section(self, document: Document, kind: Kind, content: Any, around: Surroundings) -> None:  # noqa: ANN401 -- whatever the manifest holds
        if content is None:
            return
        if not isinstance(content, dict):
            self._problem(
                document, (kind.section,), f"{kind.section} must be a mapping by {kind.identity}.", "Put the name before a colon."
            )
            return
        inside = _by_resource(document, kind.section)
        for name, written in content.items():
            checking = Checking(kind, name, around, inside.get(name, {}), document.places.get((kind.section,), Position(document.file)))
            resource = checking.checked(written)
            self.problems += checking.problems
            known = self.resources.setdefault(resource.address, resource)
            if known is not resource:
                message = f"{resource.address} is declared twice; it is also at {known.position()}."
                self._problem(document, (kind.section, name), message, "Keep one of them.")

    def _problem(self, document: Document, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(document.places.get(path, Position(document.file)), "", message, hint))


def _by_resource(document: Document, section: str) -> dict[object, dict[Path, Position]]:
    inside: dict[object, dict[Path, Position]] = {}
    for path, place in document.places.items():
        if len(path) > 1 and path[0] == section:
            inside.setdefault(path[1], {})[path[2:]] = place
    return inside


def _undeclared(resources: DesiredState) -> Iterator[tuple[Reference, Address, Position]]:
    for address, resource in resources.items():
        for reference, _ in KINDS[address.kind].references_in(resource.spec):
            if reference.target not in resources:
                yield reference, address, resource.position(reference.path) or Position("")
