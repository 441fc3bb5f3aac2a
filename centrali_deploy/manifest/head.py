"""The head of manifests: version, workspace, variables and environments, of all files together, and what is chosen of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import ValidationError

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError, Position, Problem, UsageProblem
from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.documents import read_document
from centrali_deploy.manifest.environments import Environment, Override
from centrali_deploy.manifest.surroundings import Surroundings
from centrali_deploy.manifest.variables import Value, Variable, typed
from centrali_deploy.manifest.wording import not_one_of
from centrali_deploy.manifest.words import near_member, shown
from centrali_deploy.parts import Spec
from centrali_deploy.wire import is_slug, is_uuid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.manifest.documents import Document

VERSION = 1
"""The only version of the manifest's form."""
S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person running the tool chose: an environment, values (`name=value`), and files of values."""

    environment: str | None = None
    values: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


NOTHING_CHOSEN = Choice()


@dataclass(frozen=True, slots=True)
class Layers:
    """What holds for this run: the workspace, the values of variables, overrides and protections."""

    workspace: str | None
    values: Mapping[str, Value]
    overrides: Mapping[Address, Override]
    protect: tuple[str, ...]


class _Given(NamedTuple):
    """A value for a variable, from which layer, and where that stands."""

    name: str
    value: Any
    layer: str
    document: Document | None = None
    path: Path = ()


@dataclass
class Head:
    """The heads read so far."""

    problems: list[Problem] = field(default_factory=list)
    workspaces: dict[str, Document] = field(default_factory=dict)
    variables: dict[str, tuple[Variable, Document]] = field(default_factory=dict)
    environments: dict[str, tuple[Environment, Document]] = field(default_factory=dict)

    def reads(self, document: Document) -> bool:
        """Read one file's head. Whether the file is a manifest at all."""
        data = document.data
        if not isinstance(data, dict):
            said = "The file is empty." if data is None else "A manifest is a mapping."
            self._problem(document, (), said, f"It has version: {VERSION} and one of: {', '.join(SECTIONS)}.")
            return False
        if "version" not in data:
            self._problem(document, (), "The version of the manifest is missing.", f"Write version: {VERSION} at its top.")
        elif data["version"] is not VERSION:
            self._problem(
                document, ("version",), f"{shown(data['version'])} is not a version of the manifest.", f"Write version: {VERSION}."
            )
        if "workspace" in data:
            self._workspace(document, data["workspace"])
        for name, variable in self._section(document, "variables", Variable):
            self.variables.setdefault(name, (variable, document))
        for name, environment in self._section(document, "environments", Environment):
            self.environments.setdefault(name, (environment, document))
            self._check_environment(name, environment, document)
        return True

    def chosen(self, choice: Choice, environ: Mapping[str, str]) -> Layers:
        """What holds, given what was chosen. Raises UsageProblem for what does not exist."""
        environment, document = self._environment(choice.environment)
        around = Surroundings(environ, FilePath(), FilePath())
        values = {name: Value(name, None, None) for name in self.variables}
        for name, (variable, where) in self.variables.items():
            if variable.default is not None:
                self._give(values, _Given(name, variable.default, "default", where, ("variables", name, "default")), around)
        for name, value in (environment.variables or {}).items():
            path = ("environments", str(choice.environment), "variables", name)
            self._give(values, _Given(name, value, f"environment {choice.environment}", document, path), around)
        for file in choice.files:
            given = _values_of(file)
            for name, value in given.data.items():
                self._give(values, _Given(name, value, file, given, (name,)), around)
        for text in choice.values:
            name, equals, value = text.partition("=")
            if not equals:
                raise UsageProblem(f'"{text}" is not a value.', "Write --var name=value.")
            self._give(values, _Given(name, value, "--var"), around)
        workspace = environment.workspace or next(iter(self.workspaces), None)
        overrides = dict(self._overrides(environment, document, str(choice.environment)))
        return Layers(workspace, values, overrides, tuple(environment.protect or ()))

    def _environment(self, name: str | None) -> tuple[Environment, Document | None]:
        if name is None:
            return Environment(), None
        if name not in self.environments and self.problems:
            raise ManifestError(self.problems)
        if name not in self.environments:
            near = get_close_matches(name, self.environments, n=1)
            known = f"There are: {', '.join(self.environments)}." if self.environments else "Declare it under environments:."
            raise UsageProblem(f'There is no environment "{name}".', f"Did you mean {near[0]}?" if near else known)
        return self.environments[name]

    def _give(self, values: dict[str, Value], given: _Given, around: Surroundings) -> None:
        problem = self._taken(values, given, around)
        if problem and given.document is None:
            raise UsageProblem(*problem)
        if problem and given.document:
            self._problem(given.document, given.path, *problem)

    def _taken(self, values: dict[str, Value], given: _Given, around: Surroundings) -> tuple[str, str] | None:
        """Give a variable a value; what is wrong with it, if anything."""
        name, value = given.name, given.value
        if name not in self.variables:
            near = get_close_matches(name, self.variables, n=1)
            return f'There is no variable "{name}".', f"Did you mean {near[0]}?" if near else "Declare it under variables: with a type."
        if isinstance(value, str) and "${var:" in value:
            return f"The variable {name} cannot take its value from another variable.", "Write the value, or take it from ${env:NAME}."
        try:
            found = around.filled(value) if isinstance(value, str) else value
            values[name] = Value(name, typed(self.variables[name][0], found), given.layer)
        except ValueError as error:
            said, *hint = error.args
            return f"The variable {name}: {said.rstrip('.')}.", hint[0] if hint else f"It comes from: {given.layer}."
        except ManifestError:
            return f"The variable {name}: {value!r} cannot be read.", f"It comes from: {given.layer}."
        return None

    def _overrides(self, environment: Environment, document: Document | None, name: str) -> Iterator[tuple[Address, Override]]:
        for text, spec in (environment.overrides or {}).items():
            if not _is_address(text):
                continue  # told already
            at: Path = ("environments", name, "overrides", text)
            places = {path[len(at) :]: place for path, place in (document.places if document else {}).items() if path[: len(at)] == at}
            yield Address.parse(text), Override(spec, places, name)

    def _section(self, document: Document, section: str, model: type[S]) -> Iterator[tuple[str, S]]:
        content = document.data.get(section)
        if content is not None and not isinstance(content, dict):
            self._problem(document, (section,), f"{section} must be a mapping by name.", "Put the name before a colon.")
            return
        for name, written in (content or {}).items():
            if name in getattr(self, section):
                self._problem(document, (section, name), f"{name} is declared in another file, too.", "Keep one of them.")
            try:
                yield name, model.model_validate(written if written is not None else {})
            except ValidationError as error:
                for detail in error.errors(include_url=False, include_input=True):
                    at, message, hint = _worded(model, detail)
                    self._problem(document, (section, name, *at), message, hint)

    def _check_environment(self, name: str, environment: Environment, document: Document) -> None:
        at: Path = ("environments", name)
        if environment.workspace is not None and (is_uuid(environment.workspace) or not is_slug(environment.workspace)):
            self._problem(
                document, (*at, "workspace"), f'"{environment.workspace}" is not a workspace.', "Give its slug, for example acme."
            )
        for member, texts in (("overrides", environment.overrides or {}), ("protect", environment.protect or [])):
            for index, text in enumerate(texts):
                if not _is_address(text):
                    path = (*at, member, text if member == "overrides" else index)
                    self._problem(document, path, f'"{text}" is not an address.', "Write kind/name, for example trigger/nightly-report.")

    def _workspace(self, document: Document, slug: Any) -> None:  # noqa: ANN401 -- whatever the manifest holds
        if not isinstance(slug, str) or is_uuid(slug) or not is_slug(slug):
            self._problem(document, ("workspace",), f"{shown(slug)} is not a workspace.", "Give its slug, for example acme-dev.")
        elif self.workspaces and slug not in self.workspaces:
            other, first = next(iter(self.workspaces.items()))
            where = first.places.nearest(("workspace",))
            self._problem(document, ("workspace",), f'The workspace is "{slug}" here and "{other}" at {where}.', "Keep one of them.")
        else:
            self.workspaces.setdefault(slug, document)

    def _problem(self, document: Document, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(document.places.nearest(path) or Position(document.file), "", message, hint))


def _worded(model: type[Spec], detail: Any) -> tuple[Path, str, str]:  # noqa: ANN401 -- pydantic's own mapping
    """What is wrong with a variable or an environment."""
    path, members = tuple(detail["loc"]), f"Members are: {', '.join(model.model_fields)}."
    if detail["type"] == "extra_forbidden":
        near = near_member(str(path[-1]), model.model_fields)
        return path, f'"{path[-1]}" is not a member of this.', f"Did you mean {near}?" if near else members
    if detail["type"] == "literal_error":
        return path, *not_one_of(path, detail["input"], detail["ctx"]["expected"])[1:3]
    wanted = {"string_type": "a text", "list_type": "a list"}.get(detail["type"], "a mapping")
    return path, f"{shown(detail['input'])} stands where {wanted} is expected.", members if not path else "Look at the indentation."


def _is_address(text: str) -> bool:
    kind, _, name = text.partition("/")
    return kind in (*KINDS, "*") and bool(name)


def _values_of(file: str) -> Document:
    document = read_document(FilePath(file), file)
    if not isinstance(document.data, dict):
        raise ManifestError([Problem(Position(file), "", "A file of values is a mapping.", "Write name: value.")])
    return document
