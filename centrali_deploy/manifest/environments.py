"""Environments of a manifest: which workspace, which values, which overrides, which protections."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import Field

from centrali_deploy.kinds import KINDS, SECTIONS
from centrali_deploy.manifest.places import Places
from centrali_deploy.parts import Spec
from centrali_deploy.wire import is_slug, is_uuid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.errors import Position


class Environment(Spec):
    """Settings that hold when it is chosen with -e."""

    workspace: str | None = Field(default=None, examples=["acme"])
    """The slug of its workspace."""
    variables: dict[str, Any] | None = Field(default=None, examples=[{"reportHour": 4}])
    """Values of variables here."""
    overrides: dict[str, dict[str, Any]] | None = Field(default=None, examples=[{"trigger/nightly": {"enabled": False}}])
    """Members that differ here, by address; a mapping is merged, anything else takes the place of what was written."""
    protect: list[str] | None = Field(default=None, examples=[["structure/*"]])
    """Addresses, or patterns of them, that must not be changed, replaced or deleted here."""


def complaints(environment: Environment) -> Iterator[tuple[Path, str, str]]:
    """What is wrong with an environment that its model does not see: where, what, and the way out."""
    workspace = environment.workspace
    if workspace is not None and (is_uuid(workspace) or not is_slug(workspace)):
        yield ("workspace",), f'"{workspace}" is not a workspace.', "Give its slug, for example acme."
    places: list[tuple[Path, str]] = [(("overrides", text), text) for text in environment.overrides or {}]
    places += [(("protect", index), text) for index, text in enumerate(environment.protect or [])]
    for path, text in places:
        if not is_address(text):
            yield path, *no_address(text)


def no_address(text: str) -> tuple[str, str]:
    """What is said of a text that stands where an address should, and the way out."""
    return f'"{text}" is not an address.', f"{_meant(text)}Write kind/name, for example trigger/nightly-report."


def _meant(text: str) -> str:
    """The address that a text nearly is, as a question: its kind may be misspelt, or be the name of a section."""
    first, slash, name = text.partition("/")
    kinds = {**{section: kind.name for section, kind in SECTIONS.items()}, **{kind: kind for kind in KINDS}}
    near = get_close_matches(first.lower(), kinds, n=1)
    return f"Did you mean {kinds[near[0]]}/{name}? " if near and slash and name else ""


def is_address(text: str) -> bool:
    """Whether a text is an address, or a pattern of addresses."""
    kind, _, name = text.partition("/")
    return kind in (*KINDS, "*") and bool(name)


def is_pattern(text: str) -> bool:
    """Whether a text has a wildcard, so that it may name many addresses, or as yet none."""
    return any(character in text for character in "*?[")


def merged(written: Any, override: Any) -> Any:  # noqa: ANN401 -- any plain values
    """What is written with an override laid over it."""
    if isinstance(written, dict) and isinstance(override, dict):
        return {**written, **{member: merged(written.get(member), value) for member, value in override.items()}}
    return override


@dataclass(frozen=True, slots=True)
class Override:
    """What an environment lays over one resource, with the places it stands at."""

    spec: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[Path, Position] = field(default_factory=dict)
    environment: str = ""

    def laid_over(self, written: Any) -> Any:  # noqa: ANN401 -- whatever the manifest holds
        """The resource as it is written, with this over it."""
        return merged(written, dict(self.spec)) if isinstance(written, dict) else written

    def placed(self, places: Mapping[Path, Position]) -> Mapping[Path, Position]:
        """The places of a resource, with those of this over them; the resource itself stays where it is."""
        return Places(lambda: self._placed(places)) if self.spec else places

    def _placed(self, places: Mapping[Path, Position]) -> Mapping[Path, Position]:
        own = {path: place for path, place in self.places.items() if path}
        leaves = own.keys() - {path[:-1] for path in own}
        rest = {path: place for path, place in places.items() if not any(path[: len(leaf)] == leaf for leaf in leaves)}
        return {**rest, **own}

    @property
    def layers(self) -> dict[Path, str]:
        """Which values are this environment's."""
        return dict.fromkeys(_paths(self.spec), f"override of {self.environment}")


def _paths(value: Any, at: Path = ()) -> Iterator[Path]:  # noqa: ANN401 -- any plain value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for member, inside in members:
        yield (*at, member)
        yield from _paths(inside, (*at, member))


NO_OVERRIDE = Override()
