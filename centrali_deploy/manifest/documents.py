"""YAML text as plain data, with the place of every key and value: the door to the YAML parser.

Built from the parser's events, because its composer can crash on deep nesting and forgets places and duplicate keys.
Plain words are read by the rules of YAML 1.2, so that `no`, `on` and `12:30` stay the text people mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

import yaml

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.manifest.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path as FilePath

    from centrali_deploy.address import Path

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes."""
DEEPEST = 100
MOST_NODES = 500_000
"""Counted after aliases are followed, so that a few lines cannot grow into millions of values."""

LONGEST_NUMBER = 300
"""Characters; JSON numbers are no longer."""
BLOCK = "|"
"""Ends a path that leads to the first line of a block of text."""
_BLOCKS = {"|"}  # lines of a folded one are not lines of the text
_TOO_DEEP = (f"This is nested more than {DEEPEST} levels deep.", "No manifest needs that.")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(rf"{_WHOLE.pattern}|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAGS = {"tag:yaml.org,2002:str", "!"}


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest file: its data, and where each path of it stands. The place of a mapping's member is its key's."""

    file: str
    data: Any
    places: Places


def read_document(path: FilePath, name: str) -> Document:
    """Read a file; `name` is how the user called it. Raises ManifestError with every problem found."""
    return parse_document(read_text(path, name), name)


def parse_document(text: str, name: str) -> Document:
    """Read YAML text. Raises ManifestError with every problem found."""
    builder = _Builder(name, text)
    try:
        builder.feed(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Position(name, mark.line + 1, mark.column + 1) if mark else Position(name)
        if "nesting depth" in str(error.problem):  # the parser's own limit, which newer ones reach before ours
            raise ManifestError([*builder.problems, Problem(place, "", *_TOO_DEEP)]) from error
        problem = Problem(place, "", f"This is not YAML: {error.problem or error.context}.", _hint(text, mark.line if mark else 0))
        raise ManifestError([*builder.problems, problem]) from error
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
    builder = _Builder(name, text, placing=True)
    builder.feed(yaml.parse(text, Loader=_LOADER))
    return builder.places


def read_text(path: FilePath, name: str) -> str:
    """A file's text. Raises ManifestError when it cannot be read."""

    def refuse(message: str, hint: str) -> ManifestError:
        return ManifestError([Problem(Position(name), "", message, hint)])

    try:
        size = path.stat().st_size
        if not path.is_file():
            raise refuse("This is not a file that can be read as text.", "Name a regular file.")
        if size > LARGEST_FILE:
            raise refuse(
                f"The file is {size:,} bytes long.", f"At most {LARGEST_FILE:,} are read: split it, and keep code in files of its own."
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(f"The file is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}.", "Save it as UTF-8.") from error
    except OSError as error:
        raise refuse(f"The file cannot be read: {error.strerror}.", "Check the path and its permissions.") from error


def _place_at(text: str, offset: int, name: str) -> Position:
    """The parser counts bytes."""
    before = text.encode()[:offset].decode(errors="ignore")
    return Position(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _hint(text: str, line: int) -> str:
    lines = text.split("\n")
    around = lines[line] if line < len(lines) else ""
    if "\t" in around[: len(around) - len(around.lstrip())] or around.lstrip(" ").startswith("\t"):
        return "Indent with spaces, not with tabs."
    if re.search(r":\s+\*\s", around):
        return 'A value that starts with * must be quoted: "* * * * *".'
    if "${" in around and "{" in around.replace("${", ""):
        return 'Inside { } a ${...} must be quoted: {key: "${env:NAME}"}.'
    return "Check the indentation and the quotes around here."


@dataclass
class _Open:
    """A mapping or a list that is being read."""

    value: Any
    path: Path
    anchor: str | None
    key: Any = None
    has_key: bool = False
    lines: dict[Any, Any] = field(default_factory=dict)
    merges: list[Any] = field(default_factory=list)


class _Builder:
    """Turns the parser's events into one document."""

    def __init__(self, name: str, text: str, *, placing: bool = False) -> None:
        self._lines = text.split("\n") if placing else []
        self._placing = placing
        self.data: Any = None
        self.places: dict[Path, Position] = {}
        self.problems: list[Problem] = []
        self._name = name
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0
        self._documents = 0

    def feed(self, events: Iterator[Any]) -> None:
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._start(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end()
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    self._stop(event, "A second document starts here.", "Put it into a file of its own.")

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 -- an event of the parser
        value: Any = event.value
        if event.tag is not None and event.tag not in _TAGS:
            self._problem(event, f"The tag {event.tag} is not known.", "Leave it out: only plain data is read.")
        elif event.tag is None and not event.style:
            value = self._word(event, value)
        path = self._place(event, value, self._expecting_key())
        if self._placing and event.style in _BLOCKS:
            self.places[(*path, BLOCK)] = self._inside(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)

    def _inside(self, event: Any) -> Position:  # noqa: ANN401 -- an event of the parser
        """Where the first line of a block of text begins."""
        line = event.start_mark.line + 1
        first = next((text for text in self._lines[line:] if text.strip()), "")
        said = re.match(r"[|>][-+]?([1-9])", self._lines[line - 1][event.start_mark.column :])
        above = self._lines[line - 1]
        indent = len(above) - len(above.lstrip(" ")) + int(said[1]) if said else len(first) - len(first.lstrip(" "))
        return Position(self._name, line + 1, indent + 1)

    def _word(self, event: Any, text: str) -> Any:  # noqa: ANN401 -- any plain value
        if text in _WORDS:
            return _WORDS[text]
        first = text[0]
        if not (first.isdigit() or first in "+-."):
            return text
        if not _NUMBER.fullmatch(text):
            return text
        if len(text) > LONGEST_NUMBER:
            self._problem(event, f"This number has {len(text):,} digits.", "If it is meant as text, quote it.")
        elif _LEADING_ZERO.fullmatch(text):
            self._problem(
                event, f"{text} starts with a zero: a text, or a number?", f'Write "{text}" for the text, {int(text)} for the number.'
            )
        elif "." not in text and _WHOLE.fullmatch(text):
            return int(text, 0)
        else:
            return self._float(event, text)
        return text

    def _float(self, event: Any, text: str) -> float:  # noqa: ANN401 -- an event of the parser
        number = float(text)
        if not isfinite(number):
            self._problem(event, f"{text} is larger than any number can be.", "If it is meant as text, quote it.")
        return number

    def _start(self, event: Any) -> None:  # noqa: ANN401 -- an event of the parser
        if len(self._stack) >= DEEPEST:
            self._stop(event, *_TOO_DEEP)
        if self._expecting_key():
            self._stop(event, "A key must be a word, not a list or a mapping.", "Quote it if it is meant as text.")
        if event.tag is not None and event.tag != "!" and not event.implicit:
            self._problem(event, f"The tag {event.tag} is not known.", "Leave it out: only plain data is read.")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._place(event, value, key=False)
        self._stack.append(_Open(value, path, event.anchor))

    def _end(self) -> None:
        ended = self._stack.pop()
        for merged in ended.merges:
            for source in merged if isinstance(merged, list) else [merged]:
                if not isinstance(source, dict):
                    self._problem(ended.lines["<<"], "<< takes a mapping, or a list of mappings.", "Use an alias: <<: *name.")
                    continue
                for key, value in source.items():
                    ended.value.setdefault(key, value)
                    if self._placing:
                        self.places.setdefault((*ended.path, key), self._position(ended.lines["<<"]))
        if ended.anchor:
            self._anchors[ended.anchor] = (ended.value, _size(ended.value))

    def _alias(self, event: Any) -> None:  # noqa: ANN401 -- an event of the parser
        if event.anchor not in self._anchors:
            inside = any(opened.anchor == event.anchor for opened in self._stack)
            message = f"*{event.anchor} is part of itself." if inside else f"There is no anchor &{event.anchor} before this."
            self._stop(event, message, 'If * is meant as text, quote it: "* * * * *".')
        value, size = self._anchors[event.anchor]
        if self._expecting_key() and isinstance(value, dict | list):
            self._stop(event, "A key must be a word, not a list or a mapping.", "Write the word.")
        self._nodes += size
        self._place(event, value, self._expecting_key())

    def _expecting_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].value, dict) and not self._stack[-1].has_key

    def _place(self, event: Any, value: Any, key: bool) -> Path:  # noqa: ANN401, FBT001 -- an event and any value
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._stop(event, f"This stands for more than {MOST_NODES:,} values.", "Aliases that repeat aliases grow too fast.")
        if not self._stack:
            self.data = value
            if self._placing:
                self.places[()] = self._position(event)
            return ()
        top = self._stack[-1]
        if key:
            self._key(event, top, value)
            return ()
        if isinstance(top.value, list):
            path = (*top.path, len(top.value)) if self._placing else ()
            top.value.append(value)
            if self._placing:
                self.places[path] = self._position(event)
            return path
        top.has_key = False
        if top.key == "<<":
            top.merges.append(value)
        elif top.key is not None:
            top.value[top.key] = value
        return (*top.path, top.key) if self._placing else ()

    def _key(self, event: Any, top: _Open, key: Any) -> None:  # noqa: ANN401 -- an event and any value
        key = key if isinstance(key, str) else event.value if isinstance(event, yaml.ScalarEvent) else str(key)
        top.has_key, top.key = True, key
        if key in top.lines and key != "<<":
            self._problem(event, f'"{key}" is there twice; it is also at line {self._position(top.lines[key]).line}.', "Keep one of them.")
            top.key = None
        else:
            top.lines[key] = event
            if self._placing and key != "<<":
                self.places[(*top.path, key)] = self._position(event)

    def _position(self, event: Any) -> Position:  # noqa: ANN401 -- an event of the parser
        mark = event.start_mark
        return Position(self._name, mark.line + 1, mark.column + 1)

    def _problem(self, event: Any, message: str, hint: str) -> None:  # noqa: ANN401 -- an event of the parser
        self.problems.append(Problem(self._position(event), "", message, hint))

    def _stop(self, event: Any, message: str, hint: str) -> None:  # noqa: ANN401 -- an event of the parser
        self._problem(event, message, hint)
        raise ManifestError(self.problems)


def _size(value: Any) -> int:  # noqa: ANN401 -- any plain value
    """How many values there are, with every alias followed; stops counting where it no longer matters."""
    count, waiting = 0, [value]
    while waiting and count <= MOST_NODES:
        item = waiting.pop()
        count += 1
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return count
