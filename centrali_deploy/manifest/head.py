"""The head of manifests: version, workspace, variables and environments, of all files together, and what is chosen of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from itertools import takewhile
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from pydantic import ValidationError

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError, Position, Problem, UsageProblem
from centrali_deploy.kinds import SECTIONS
from centrali_deploy.manifest.environments import Environment, Override, complaints, is_address, no_address
from centrali_deploy.manifest.given import Given, Giving
from centrali_deploy.manifest.places import Places
from centrali_deploy.manifest.surroundings import Surroundings
from centrali_deploy.manifest.variables import Variable
from centrali_deploy.manifest.wording import not_one_of
from centrali_deploy.manifest.words import near_member, shown
from centrali_deploy.parts import Spec
from centrali_deploy.wire import is_slug, is_uuid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.manifest.documents import Document
    from centrali_deploy.manifest.variables import Value

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
    """What holds for this run: the workspace, the values of variables, overrides, and protections with their places."""

    workspace: str | None
    values: Mapping[str, Value]
    overrides: Mapping[Address, Override]
    protect: Mapping[str, Position]
    problems: tuple[Problem, ...] = ()


@dataclass
class Head:
    """The heads read so far."""

    problems: list[Problem] = field(default_factory=list)
    workspaces: dict[str, Document] = field(default_factory=dict)
    variables: dict[str, tuple[Variable, Document]] = field(default_factory=dict)
    environments: dict[str, tuple[Environment, Document]] = field(default_factory=dict)
    protected: dict[str, Position] = field(default_factory=dict)
    """What is protected in every environment."""
    whole: bool = True
    """Whether everything could be read, so that what was not found is not there."""

    def unreadable(self, problems: Iterable[Problem]) -> None:
        """Remember what is wrong with a file that could not be read."""
        self.problems += problems
        self.whole = False

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
        if data.get("protect") is not None:
            self._protect(document, data["protect"])
        for name, variable in self._section(document, "variables", Variable):
            self.variables.setdefault(name, (variable, document))
        for name, environment in self._section(document, "environments", Environment):
            self.environments.setdefault(name, (environment, document))
            for path, message, hint in complaints(environment):
                self._problem(document, ("environments", name, *path), message, hint)
        return True

    def chosen(self, choice: Choice, environ: Mapping[str, str]) -> Layers:
        """What holds, given what was chosen. Raises UsageProblem if there is no such environment, ManifestError if more is wrong."""
        environment, document = self.environments.get(choice.environment or "", (Environment(), None))
        filled = Surroundings(environ, FilePath(), FilePath()).filled
        giving = Giving({name: variable for name, (variable, _) in self.variables.items()}, filled, whole=self.whole)
        giving.take(self._given(str(choice.environment), environment, document))
        for file in choice.files:
            giving.take_file(file)
        for text in choice.values:
            giving.take_text(text)
        if choice.environment is not None and document is None:
            self._missing(choice.environment, giving.problems)
        workspace = environment.workspace or next(iter(self.workspaces), None)
        overrides = dict(_overrides(environment, document, str(choice.environment)))
        at = ("environments", str(choice.environment), "protect")
        here = {text: _place(document, (*at, index)) for index, text in enumerate(environment.protect or ()) if document}
        return Layers(workspace, giving.values, overrides, {**self.protected, **here}, tuple(giving.problems))

    def _missing(self, name: str, problems: Sequence[Problem]) -> NoReturn:
        """Refuse an environment that is not there, together with the other problems there are."""
        near = get_close_matches(name, self.environments, n=1)
        known = f"There are: {', '.join(self.environments)}." if self.environments else "Declare it under environments:."
        said = f'There is no environment "{name}".', f"Did you mean {near[0]}?" if near else known
        problems = [*self.problems, *problems]
        if not problems:
            raise UsageProblem(*said)
        where = next((found.places.nearest(("environments",)) for _, found in self.environments.values()), None)
        more = [Problem(where or Position(problems[0].position.file), "", *said)] if self.whole else []
        raise ManifestError([*problems, *more])

    def _given(self, name: str, environment: Environment, document: Document | None) -> Iterator[Given]:
        """Every value that manifests give, the nearest layer last."""
        for variable, (its, where) in self.variables.items():
            if its.default is not None:
                yield Given(variable, its.default, "default", where, ("variables", variable, "default"))
        if document:
            for variable, value in (environment.variables or {}).items():
                yield Given(variable, value, f"environment {name}", document, ("environments", name, "variables", variable))

    def _section(self, document: Document, section: str, model: type[S]) -> Iterator[tuple[str, S]]:
        content = document.data.get(section)
        if content is not None and not isinstance(content, dict):
            self._problem(document, (section,), f"{section} must be a mapping by name.", "Put the name before a colon.")
            self.whole = False
            return
        for name, written in (content or {}).items():
            if name in getattr(self, section):
                self._problem(document, (section, name), f"{name} is declared in another file, too.", "Keep one of them.")
            try:
                yield name, model.model_validate(written if written is not None else {})
            except ValidationError as error:
                details = error.errors(include_url=False, include_input=True)
                for detail in details:
                    at, message, hint = _worded(model, detail)
                    self._problem(document, (section, name, *at), message, hint)
                wrong = {tuple(takewhile(lambda part: isinstance(part, str), detail["loc"])) for detail in details}
                yield name, _rest(model, written, wrong)

    def _workspace(self, document: Document, slug: Any) -> None:  # noqa: ANN401 -- whatever the manifest holds
        if not isinstance(slug, str) or is_uuid(slug) or not is_slug(slug):
            self._problem(document, ("workspace",), f"{shown(slug)} is not a workspace.", "Give its slug, for example acme-dev.")
        elif self.workspaces and slug not in self.workspaces:
            other, first = next(iter(self.workspaces.items()))
            where = first.places.nearest(("workspace",))
            self._problem(document, ("workspace",), f'The workspace is "{slug}" here and "{other}" at {where}.', "Keep one of them.")
        else:
            self.workspaces.setdefault(slug, document)

    def _protect(self, document: Document, patterns: Any) -> None:  # noqa: ANN401 -- whatever the manifest holds
        if not isinstance(patterns, list):
            hint = f"Write [{patterns}]." if isinstance(patterns, str) else "Write a list of addresses, for example [structure/*]."
            self._problem(document, ("protect",), f"{shown(patterns)} stands where a list is expected.", hint)
            return
        for index, text in enumerate(patterns):
            if isinstance(text, str) and is_address(text):
                self.protected.setdefault(text, _place(document, ("protect", index)))
            else:
                self._problem(document, ("protect", index), *no_address(str(text)))

    def _problem(self, document: Document, path: Path, message: str, hint: str) -> None:
        self.problems.append(_placed(document, path, message, hint))


def _placed(document: Document, path: Path, message: str, hint: str) -> Problem:
    return Problem(_place(document, path), "", message, hint)


def _place(document: Document, path: Path) -> Position:
    return document.places.nearest(path) or Position(document.file)


def _overrides(environment: Environment, document: Document | None, name: str) -> Iterator[tuple[Address, Override]]:
    for text, spec in (environment.overrides or {}).items():
        if document and is_address(text):  # anything else is told already
            places = partial(_inside, document.places, ("environments", name, "overrides", text))
            yield Address.parse(text), Override(spec, Places(places), name)


def _inside(places: Mapping[Path, Position], at: Path) -> Mapping[Path, Position]:
    """The places below a path, seen from there."""
    return {path[len(at) :]: place for path, place in places.items() if path[: len(at)] == at}


def _rest(model: type[S], written: Any, wrong: set[Path]) -> S:  # noqa: ANN401 -- whatever the manifest holds
    """What is right about a variable or an environment, so that nothing else seems wrong because of it; a type may be None."""
    right = _without(written, wrong, ()) if isinstance(written, dict) else {}
    return cast("S", model.model_construct(**{"type": None, **right}))


def _without(written: Any, wrong: set[Path], at: Path) -> Any:  # noqa: ANN401 -- whatever the manifest holds
    if not isinstance(written, dict):
        return written
    return {member: _without(value, wrong, (*at, member)) for member, value in written.items() if (*at, member) not in wrong}


def _worded(model: type[Spec], detail: Any) -> tuple[Path, str, str]:  # noqa: ANN401 -- pydantic's own mapping
    """What is wrong with a variable or an environment."""
    path, members = tuple(detail["loc"]), f"Members are: {', '.join(model.model_fields)}."
    if detail["type"] == "extra_forbidden":
        near = near_member(str(path[-1]), model.model_fields)
        return path, f'"{path[-1]}" is not a member of this.', f"Did you mean {near}?" if near else members
    if detail["type"] == "literal_error":
        return path, *not_one_of(path, detail["input"], detail["ctx"]["expected"])[1:3]
    wanted = {"string_type": "a text", "list_type": "a list"}.get(detail["type"], "a mapping")
    hint = f"Write [{detail['input']}]." if wanted == "a list" and isinstance(detail["input"], str) else "Look at the indentation."
    return path, f"{shown(detail['input'])} stands where {wanted} is expected.", members if not path else hint
