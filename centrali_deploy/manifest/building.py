"""One YAML document built from the events of a parser: plain data, and where everything in it stands.

Duplicate keys, unknown tags, aliases that grow without end and what is nested too deeply are found on the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.manifest.malformed import QUOTE_STAR
from centrali_deploy.manifest.scalars import plain_value

if TYPE_CHECKING:
    from centrali_deploy.address import Path

DEEPEST = 100
TOO_DEEP = (f"This is nested more than {DEEPEST} levels deep.", "No manifest needs that.")
MOST_NODES = 500_000
"""Counted after aliases are followed, so that a few lines cannot grow into millions of values."""
BLOCK = "|"
"""Ends a path that leads to the first line of a block of text."""
_MERGE = "<<"
_QUOTES = {"'", '"'}
_ROOT: Path = ()
_TAGS = {"tag:yaml.org,2002:str", "!"}
Event = Any
"""An event of the parser, with its mark, and what it holds."""


@dataclass(slots=True)
class _Open:
    """A mapping or a list that is being read. A mapping has a `key` while its value is being read."""

    value: Any
    path: Path
    anchor: str | None
    is_list: bool
    key: Any = None
    has_key: bool = False
    events: dict[str, Event] = field(default_factory=dict)
    merges: list[Any] = field(default_factory=list)


class Builder:
    """Takes events one by one. `data`, `places` and `problems` are complete after the last one."""

    def __init__(self, name: str, text: str | None = None) -> None:
        """Places are only worked out when the `text` is given."""
        self._placing = text is not None
        self._lines = text.split("\n") if text is not None else []
        self.data: Any = None
        self.places: dict[Path, Position] = {}
        self.problems: list[Problem] = []
        self.quoted: Event = None
        """The last text in quotes."""
        self._name = name
        self._stack: list[_Open] = []
        self._top: _Open | None = None
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0
        self._documents = 0

    def document(self, event: Event) -> None:
        """A document begins. Raises ManifestError at the second one."""
        self._documents += 1
        if self._documents > 1:
            self._stop(event, "A second document starts here.", "Put it into a file of its own.")

    def scalar(self, event: Event) -> None:
        """A word or a text."""
        value, top = event.value, self._top
        if event.style in _QUOTES:
            self.quoted = event
        if event.tag is not None:
            if event.tag not in _TAGS:
                self._unknown_tag(event)
        elif not event.style and (top is None or top.is_list or top.has_key):  # a key is text as it is written
            try:
                value = plain_value(value)
            except ValueError as wrong:
                self._problem(event, *wrong.args)
        path = self._place(event, value, event.value)
        if self._placing and event.style == BLOCK:  # lines of a folded one are not lines of the text
            self.places[(*path, BLOCK)] = self._inside(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)

    def start(self, event: Event, value: Any) -> None:  # noqa: ANN401 -- a mapping or a list, empty as yet
        """A mapping or a list begins."""
        if len(self._stack) >= DEEPEST:
            self._stop(event, *TOO_DEEP)
        if event.tag is not None and event.tag != "!" and not event.implicit:
            self._unknown_tag(event)
        path = self._place(event, value, None)
        self._top = _Open(value, path, event.anchor, isinstance(value, list))
        self._stack.append(self._top)

    def end(self, _event: Event) -> None:
        """The mapping or list that was begun last ends."""
        ended = self._stack.pop()
        self._top = self._stack[-1] if self._stack else None
        for merged in ended.merges:
            for source in merged if isinstance(merged, list) else [merged]:
                self._merge(ended, source)
        if ended.anchor:
            self._anchors[ended.anchor] = (ended.value, _size(ended.value))

    def alias(self, event: Event) -> None:
        """What stood at an anchor stands here, too."""
        if event.anchor not in self._anchors:
            inside = any(opened.anchor == event.anchor for opened in self._stack)
            message = f"*{event.anchor} is part of itself." if inside else f"There is no anchor &{event.anchor} before this."
            self._stop(event, message, QUOTE_STAR)
        value, size = self._anchors[event.anchor]
        self._nodes += size
        self._place(event, value, None if isinstance(value, dict | list) else str(value))

    def _place(self, event: Event, value: Any, word: str | None) -> Path:  # noqa: ANN401 -- any plain value
        """Put a value where it belongs; as a key, it is the `word` as it is written. The path of the value."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._stop(event, f"This stands for more than {MOST_NODES:,} values.", "Aliases that repeat aliases grow too fast.")
        top, path = self._top, _ROOT
        if top is None:
            self.data = value
        elif top.is_list:
            path = (*top.path, len(top.value)) if self._placing else ()
            top.value.append(value)
        elif not top.has_key:
            self._key(event, top, word)
            return ()
        else:
            top.has_key = False
            if top.key == _MERGE:
                top.merges.append(value)
            elif top.key is not None:
                top.value[top.key] = value
            return (*top.path, top.key) if self._placing else ()
        if self._placing:
            self.places[path] = self._position(event)
        return path

    def _key(self, event: Event, top: _Open, key: str | None) -> None:
        if key is None:
            self._stop(event, "A key must be a word, not a list or a mapping.", "Quote it if it is meant as text.")
        top.has_key, top.key = True, key
        if key in top.events and key != _MERGE:
            before = self._position(top.events[key]).line
            self._problem(event, f'"{key}" is there twice; it is also at line {before}.', "Keep one of them.")
            top.key = None
        else:
            top.events[key] = event
            if self._placing and key != _MERGE:
                self.places[(*top.path, key)] = self._position(event)

    def _merge(self, into: _Open, source: object) -> None:
        event = into.events[_MERGE]
        if not isinstance(source, dict):
            self._problem(event, "<< takes a mapping, or a list of mappings.", "Use an alias: <<: *name.")
            return
        for key, value in source.items():
            into.value.setdefault(key, value)
            if self._placing:
                self.places.setdefault((*into.path, key), self._position(event))

    def _inside(self, event: Event) -> Position:
        """Where the first line of a block of text begins."""
        line = event.start_mark.line + 1
        first = next((text for text in self._lines[line:] if text.strip()), "")
        said = re.match(r"[|>][-+]?([1-9])", self._lines[line - 1][event.start_mark.column :])
        above = self._lines[line - 1]
        indent = len(above) - len(above.lstrip(" ")) + int(said[1]) if said else len(first) - len(first.lstrip(" "))
        return Position(self._name, line + 1, indent + 1)

    def _position(self, event: Event) -> Position:
        mark = event.start_mark
        return Position(self._name, mark.line + 1, mark.column + 1)

    def _unknown_tag(self, event: Event) -> None:
        self._problem(event, f"The tag {event.tag} is not known.", "Leave it out: only plain data is read.")

    def _problem(self, event: Event, message: str, hint: str) -> None:
        self.problems.append(Problem(self._position(event), "", message, hint))

    def _stop(self, event: Event, message: str, hint: str) -> NoReturn:
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
