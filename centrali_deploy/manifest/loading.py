"""Manifest files together: the desired state of one workspace, or every problem of every file.

What is referred to and not declared is no problem here, because it may be in the workspace already; it is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address, Reference
from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kind import Others
from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.documents import read_document
from centrali_deploy.manifest.environments import NO_OVERRIDE
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Head
from centrali_deploy.manifest.sources import find_sources
from centrali_deploy.manifest.surroundings import Surroundings
from centrali_deploy.manifest.validation import Checking
from centrali_deploy.states import near_name, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.manifest.documents import Document
    from centrali_deploy.manifest.head import Choice, Layers
    from centrali_deploy.manifest.sources import Source
    from centrali_deploy.states import DesiredResource, DesiredState

VERSION = 1
"""The only version of the manifest's form."""
_OTHER_WORDS = {kind.path: kind.section for kind in KINDS.values()} | {"automations": "orchestrations"}
_HEAD = ("version", "workspace", "variables", "environments", "$schema")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the manifests say. `undeclared`: references to what is not declared here, with who refers and from where.

    `warnings`: what the API takes and is probably not meant. `protect`: patterns of addresses that must stay as they are.
    `environment`: the chosen one. `environments`: the workspace of each that names one.
    """

    workspace: str | None
    desired: DesiredState
    undeclared: tuple[tuple[Reference, Address, Position], ...]
    files: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()
    protect: tuple[str, ...] = ()
    environment: str | None = None
    environments: Mapping[str, str] = field(default_factory=dict)


def load(paths: Sequence[str], environ: Mapping[str, str], choice: Choice = NOTHING_CHOSEN) -> Loaded:
    """Read manifests. Raises ManifestError with all problems, UsageProblem when there is no manifest to read."""
    sources = find_sources(paths)
    head = Head()
    documents = []
    for source in sources:
        try:
            document = read_document(source.path, source.name)
        except ManifestError as error:
            head.problems += error.problems
            continue
        if head.reads(document):
            documents.append((source, document))
    reading = _Reading(environ, head, head.chosen(choice, environ))
    for source, document in documents:
        reading.read(source, document)
    reading.finish(sources)
    return Loaded(
        reading.layers.workspace,
        reading.resources,
        tuple(reading.undeclared()),
        tuple(source.name for source in sources),
        tuple(sorted(set(reading.problems))),
        reading.layers.protect,
        choice.environment,
        {name: found.workspace for name, (found, _) in head.environments.items() if found.workspace},
    )


@dataclass
class _Reading:
    """The files read so far."""

    environ: Mapping[str, str]
    head: Head
    layers: Layers
    resources: dict[Address, DesiredResource] = field(default_factory=dict)
    checkings: dict[Address, Checking] = field(default_factory=dict)
    references: dict[Address, tuple[Reference, ...]] = field(default_factory=dict)

    @property
    def problems(self) -> list[Problem]:
        """Every problem so far, those of the heads included."""
        return self.head.problems

    def read(self, source: Source, document: Document) -> None:
        around = Surroundings(self.environ, source.root, source.path.parent, self.layers.values)
        for member, content in document.data.items():
            if member in SECTIONS:
                self._section(document, SECTIONS[member], content, around)
            elif member not in _HEAD:
                near = [_OTHER_WORDS[member]] if member in _OTHER_WORDS else get_close_matches(member, [*SECTIONS, *_HEAD], n=1)
                hint = f"Did you mean {near[0]}?" if near else f"A manifest has: {', '.join((*_HEAD[:-1], *SECTIONS))}."
                self._problem(document, (member,), f'"{member}" is not part of a manifest.', hint)

    def finish(self, sources: Sequence[Source]) -> None:
        """Raise ManifestError when anything is wrong with what was read."""
        if not self.resources and not self.problems:
            place = Position(sources[0].name)
            self.problems.append(Problem(place, "", "Nothing is declared here.", f"Add one of: {', '.join(SECTIONS)}."))
        for address, override in self.layers.overrides.items():
            if address not in self.resources:
                hint = near_name(address, self.resources) or "Only what is declared can be overridden."
                self.problems.append(Problem(override.places[()], "", f"{address} is overridden here and not declared.", hint))
        if any(problem.severity == "error" for problem in self.problems):
            raise ManifestError(self.problems)
        users: dict[Address, tuple[Address, ...]] = {}
        for address, resource in self.resources.items():
            self.references[address] = tuple(reference for reference, _ in references(resource))
            for target in dict.fromkeys(reference.target for reference in self.references[address]):
                users[target] = (*users.get(target, ()), address)
        others = Others({address: resource.spec for address, resource in self.resources.items()}, users)
        for checking in self.checkings.values():
            self.problems.extend(checking.among(others))
        if any(problem.severity == "error" for problem in self.problems):
            raise ManifestError(self.problems)

    def undeclared(self) -> Iterator[tuple[Reference, Address, Position]]:
        """What is referred to or mentioned and not declared, after `finish`."""
        for address, resource in self.resources.items():
            for reference in self.references[address]:
                if reference.target not in self.resources:
                    yield reference, address, resource.position(reference.path) or Position("")
            kind = KINDS[address.kind]
            for target in dict.fromkeys(target for target, _ in kind.mentions(resource.spec)):
                if target not in self.resources:
                    path = (str(kind.text_member),)
                    yield Reference(path, target), address, resource.position(path) or Position("")

    def _section(self, document: Document, kind: Kind, content: Any, around: Surroundings) -> None:  # noqa: ANN401 -- whatever the manifest holds
        if content is None:
            return
        if not isinstance(content, dict):
            self._problem(
                document, (kind.section,), f"{kind.section} must be a mapping by {kind.identity}.", "Put the name before a colon."
            )
            return
        for name, written in content.items():
            override = self.layers.overrides.get(Address(kind.name, name), NO_OVERRIDE)
            checking = Checking(kind, name, around, override.placed(document.places.below(kind.section, name, document.file)))
            resource = checking.checked(override.laid_over(written), override.layers)
            self.problems.extend(checking.problems)
            self.checkings.setdefault(resource.address, checking)
            known = self.resources.setdefault(resource.address, resource)
            if known is not resource:
                message = f"{resource.address} is declared twice; it is also at {known.position()}."
                self._problem(document, (kind.section, name), message, "Keep one of them.")

    def _problem(self, document: Document, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(document.places.nearest(path) or Position(document.file), "", message, hint))
