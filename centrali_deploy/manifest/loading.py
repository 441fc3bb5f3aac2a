"""Manifest files together: the desired state of one workspace, or every problem of every file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.documents import read_document
from centrali_deploy.manifest.environments import NO_OVERRIDE, is_address, is_pattern
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Head
from centrali_deploy.manifest.keeping import MEMBERS, Keeping, Keepings
from centrali_deploy.manifest.sources import find_sources
from centrali_deploy.manifest.surroundings import Surroundings, has_variables
from centrali_deploy.manifest.together import Together
from centrali_deploy.manifest.validation import Checking
from centrali_deploy.states import near_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Kind
    from centrali_deploy.manifest.documents import Document
    from centrali_deploy.manifest.head import Choice
    from centrali_deploy.manifest.sources import Source
    from centrali_deploy.manifest.together import Undeclared
    from centrali_deploy.states import DesiredResource, DesiredState

VERSION = 1
"""The only version of the manifest's form."""
_OTHER_WORDS = {kind.path: kind.section for kind in KINDS.values()} | {"automations": "orchestrations"}
_HEAD = ("version", "workspace", *MEMBERS, "protect", "variables", "environments", "$schema")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the manifests say. `undeclared`: references to what is not declared here, with who refers and from where.

    `warnings`: what the API takes and is probably not meant. `protect`: patterns of addresses that must stay as they are.
    `environment`: the chosen one. `environments`: the workspace of each that names one. `keeping`: where the ledger is.
    """

    workspace: str | None
    desired: DesiredState
    undeclared: tuple[Undeclared, ...]
    files: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()
    protect: tuple[str, ...] = ()
    environment: str | None = None
    environments: Mapping[str, str] = field(default_factory=dict)
    keeping: Keeping = field(default_factory=Keeping)


@dataclass(frozen=True, slots=True)
class Files:
    """Manifest files as they were read, whatever is chosen of them. `documents` are those that are manifests."""

    sources: Sequence[Source]
    documents: Sequence[tuple[Source, Document]]
    head: Head
    keeping: Keeping


def read_files(paths: Sequence[str]) -> Files:
    """Read manifest files; what is wrong with them stands in the head. Raises UsageProblem when there is none to read."""
    sources = find_sources(paths)
    head = Head()
    keepings = Keepings()
    documents = []
    for source in sources:
        try:
            document = read_document(source.path, source.name)
        except ManifestError as error:
            head.unreadable(error.problems)
            continue
        if head.reads(document):
            documents.append((source, document))
            head.problems += keepings.read(source, document)
    return Files(sources, documents, head, keepings.keeping)


def load(paths: Sequence[str], environ: Mapping[str, str], choice: Choice = NOTHING_CHOSEN, *, now: datetime | None = None) -> Loaded:
    """Read manifests. Raises ManifestError with all problems, UsageProblem when there is no manifest to read.

    `now`: what time it is, for what comes too late; None when that does not matter.
    """
    reading = Reading(read_files(paths), environ, choice, now=now)
    reading.check()
    if has_errors(reading.problems):
        raise ManifestError(reading.problems)
    return loaded(reading)


def loaded(reading: Reading) -> Loaded:
    """What was read; of resources only those that are right."""
    return Loaded(
        reading.layers.workspace,
        reading.together.right,
        tuple(reading.together.undeclared()),
        tuple(source.name for source in reading.files.sources),
        tuple(sorted(set(reading.problems))),
        tuple(reading.layers.protect),
        reading.environment,
        {name: found.workspace for name, (found, _) in reading.files.head.environments.items() if found.workspace},
        reading.files.keeping,
    )


class Kept(NamedTuple):
    """A resource as it was checked, and how: the same in every environment."""

    checking: Checking
    resource: DesiredResource


class Reading:
    """What files declare under one choice. After `check`, problems stand in `alone` (of each resource) and `among` (of all).

    `among` is None when files were wrong as a whole, so that nobody looked at resources together: who knows what they declare.
    """

    def __init__(
        self,
        files: Files,
        environ: Mapping[str, str],
        choice: Choice,
        kept: dict[tuple[str, Address], Kept] | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        """`kept` is shared by readings of the same files under other choices. Raises what choosing raises."""
        self.layers = files.head.chosen(choice, environ)
        self.resources: dict[Address, DesiredResource] = {}
        self.alone: list[Problem] = [*files.head.problems, *self.layers.problems]
        self.among: list[Problem] | None = None
        self.together = Together({}, {})
        self.files = files
        self._environ = environ
        self.environment = choice.environment
        self._kept = kept
        self._now = now
        self._checkings: dict[Address, Checking] = {}

    @property
    def problems(self) -> list[Problem]:
        """Every problem that was found."""
        return [*self.alone, *(self.among or ())]

    def check(self) -> None:
        """Look at each resource by itself, and at those that are right together, unless more than resources is wrong."""
        documents = [
            (document, Surroundings(self._environ, source.root, source.path.parent, self.layers.values))
            for source, document in self.files.documents
        ]
        for kind in KINDS.values():
            kind.read_ahead(chain.from_iterable(_texts(kind, document, around) for document, around in documents))
        for document, around in documents:
            self._read(document, around)
        if not self.resources and not self.alone:
            place = Position(self.files.sources[0].name)
            self.alone.append(Problem(place, "", "Nothing is declared here.", f"Add one of: {', '.join(SECTIONS)}."))
        self.alone += [*self._overridden(), *self._protected()]
        of_resources = {problem for checking in self._checkings.values() for problem in checking.problems}
        if not has_errors(set(self.alone) - of_resources - set(self.layers.problems)):
            self.together = Together(self.resources, self._checkings, self._now)
            self.among = list(self.together.problems())

    def _overridden(self) -> Iterator[Problem]:
        for address, override in self.layers.overrides.items():
            if address not in self.resources:
                hint = near_name(address, self.resources) or "Only what is declared can be overridden."
                yield Problem(override.places[()], "", f"{address} is overridden here and not declared.", hint)

    def _protected(self) -> Iterator[Problem]:
        """Protections of single resources that nobody declares, under their present name or an old one."""
        old = {Address(address.kind, resource.renamed_from) for address, resource in self.resources.items() if resource.renamed_from}
        for text, place in self.layers.protect.items():
            if is_address(text) and not is_pattern(text) and (address := Address.parse(text)) not in self.resources.keys() | old:
                hint = near_name(address, self.resources) or "What was applied from here is kept; nothing else is protected."
                yield Problem(place, "", f"{address} is protected here and not declared.", hint, "warning")

    def _read(self, document: Document, around: Surroundings) -> None:
        for member, content in document.data.items():
            if member in SECTIONS:
                self._section(document, SECTIONS[member], content, around)
            elif member not in _HEAD:
                near = [_OTHER_WORDS[member]] if member in _OTHER_WORDS else get_close_matches(member, [*SECTIONS, *_HEAD], n=1)
                hint = f"Did you mean {near[0]}?" if near else f"A manifest has: {', '.join((*_HEAD[:-1], *SECTIONS))}."
                self._problem(document, (member,), f'"{member}" is not part of a manifest.', hint)

    def _section(self, document: Document, kind: Kind, content: Any, around: Surroundings) -> None:  # noqa: ANN401 -- whatever the manifest holds
        if content is None:
            return
        if not isinstance(content, dict):
            self._problem(
                document, (kind.section,), f"{kind.section} must be a mapping by {kind.identity}.", "Put the name before a colon."
            )
            return
        for name, written in content.items():
            checking, resource = self._checked(document, Address(kind.name, name), written, around)
            self.alone.extend(checking.problems)
            self._checkings.setdefault(resource.address, checking)
            known = self.resources.setdefault(resource.address, resource)
            if known is not resource:
                message = f"{resource.address} is declared twice; it is also at {known.position()}."
                self._problem(document, (kind.section, name), message, "Keep one of them.")

    def _checked(self, document: Document, address: Address, written: Any, around: Surroundings) -> Kept:  # noqa: ANN401 -- whatever the manifest holds
        """Check a resource, unless another reading did and nothing in it depends on the choice."""
        override = self.layers.overrides.get(address, NO_OVERRIDE)
        here, kind = (document.file, address), KINDS[address.kind]
        if self._kept and override is NO_OVERRIDE and here in self._kept:
            return self._kept[here]
        checking = Checking(kind, address.name, around, override.placed(document.places.below(kind.section, address.name, document.file)))
        found = Kept(checking, checking.checked(override.laid_over(written), override.layers))
        if self._kept is not None and override is NO_OVERRIDE and not has_variables(written):
            self._kept[here] = found
        return found

    def _problem(self, document: Document, path: Path, message: str, hint: str) -> None:
        self.alone.append(Problem(document.places.nearest(path) or Position(document.file), "", message, hint))


def _texts(kind: Kind, document: Document, around: Surroundings) -> Iterator[str]:
    """The long texts of one kind that can be read, in the order in which they are going to be."""
    section = document.data.get(kind.section) if kind.text_member else None
    for written in section.values() if isinstance(section, dict) else ():
        if isinstance(written, dict):
            text, path = written.get(kind.text_member), written.get("source")
            if isinstance(path, str):
                with suppress(ValueError):  # is told when the function is checked
                    text = around.text_of(path)
            if isinstance(text, str):
                yield text


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether there is more than warnings."""
    return any(problem.severity == "error" for problem in problems)
