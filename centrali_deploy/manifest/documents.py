"""YAML text as plain data, with the place of every key and value: the door to the YAML parser.

Built from the parser's events, because its composer can crash on deep nesting and forgets places and duplicate keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import yaml

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.manifest.building import TOO_DEEP, Builder
from centrali_deploy.manifest.malformed import malformed
from centrali_deploy.manifest.places import Places
from centrali_deploy.manifest.sources import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path as FilePath

    from centrali_deploy.address import Path
    from centrali_deploy.manifest.building import Event

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest file: its data, and where each path of it stands. The place of a mapping's member is its key's."""

    file: str
    data: Any
    places: Places


class Reader(Protocol):
    """Whoever takes the parser's events, each with its marks."""

    def document(self, event: Event) -> None:
        """A document begins."""

    def scalar(self, event: Event) -> None:
        """A word or a text."""

    def start(self, event: Event, value: Any) -> None:  # noqa: ANN401 -- a mapping or a list, empty as yet
        """A mapping or a list begins."""

    def end(self, event: Event) -> None:
        """What was begun last ends."""

    def alias(self, event: Event) -> None:
        """What stood at an anchor stands here, too."""


def read_document(path: FilePath, name: str) -> Document:
    """Read a file; `name` is how the user called it. Raises ManifestError with every problem found."""
    return parse_document(read_text(path, name), name)


def parse_document(text: str, name: str) -> Document:
    """Read YAML text. Raises ManifestError with every problem found."""
    builder = Builder(name)
    try:
        feed(builder, text)
    except yaml.MarkedYAMLError as error:
        line, column, message, hint = malformed(error, text, builder.quoted)
        if "nesting depth" in str(error.problem):  # the parser's own limit, which newer ones reach before ours
            message, hint = TOO_DEEP
        raise ManifestError([*builder.problems, Problem(Position(name, line, column), "", message, hint)]) from error
    except yaml.reader.ReaderError as error:
        place = _place_at(text, error.position, name)
        raise ManifestError(
            [Problem(place, "", "There is a control character here.", "Delete it, or write it as an escape in quotes.")]
        ) from error
    if builder.problems:
        raise ManifestError(builder.problems)
    return Document(name, builder.data, Places(lambda: _places(text, name)))


def _places(text: str, name: str) -> Mapping[Path, Position]:
    """Read the text again, this time to see where everything stands."""
    builder = Builder(name, text)
    feed(builder, text)
    return builder.places


def feed(builder: Reader, text: str) -> None:
    """Tell a reader every event of a text that was read before, so that nothing is wrong with it."""
    loader = _LOADER(text)
    for event in iter(loader.get_event, None):
        sort = type(event)
        if sort is yaml.ScalarEvent:
            builder.scalar(event)
        elif sort is yaml.MappingStartEvent:
            builder.start(event, {})
        elif sort is yaml.SequenceStartEvent:
            builder.start(event, [])
        elif sort is yaml.MappingEndEvent or sort is yaml.SequenceEndEvent:
            builder.end(event)
        elif sort is yaml.AliasEvent:
            builder.alias(event)
        elif sort is yaml.DocumentStartEvent:
            builder.document(event)


def _place_at(text: str, offset: int, name: str) -> Position:
    """The parser counts bytes."""
    before = text.encode()[:offset].decode(errors="ignore")
    return Position(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
