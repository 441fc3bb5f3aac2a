"""A manifest written anew: two spaces for each level, members in their order, comments where they belong.

Keys, texts, anchors and what is in braces over several lines are taken over as they are written.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from centrali_deploy.kinds import SECTIONS
from centrali_deploy.manifest.comments import HEADER, PROPS, base_of, last_line, said_of
from centrali_deploy.manifest.order import arranged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.manifest.comments import Comments
    from centrali_deploy.manifest.nodes import Entry, Node

_STEP = 2
_SPACED = ("variables", "environments", *SECTIONS)


class _Mark(Enum):
    BLANK = 1
    """A blank line, unless there is one already."""
    KEPT = 2
    """Ends a text that keeps its blank lines: another one would be part of it."""


_Line = str | _Mark


class Layout:
    """Writes the nodes of one text. `ended`: whether its last line has an end."""

    def __init__(self, lines: Sequence[str], *, ended: bool) -> None:
        """The lines of the text, without their ends."""
        self._lines = lines
        self._ended = ended

    def document(self, root: Node, comments: Comments) -> list[str]:
        """The lines of a manifest whose comments were read."""
        found = _remarks(comments.head, 0)
        entries = arranged(root.entries, ())
        moved = entries != root.entries
        spaced = False
        for entry in entries:
            name = entry.key.text if entry.key else ""
            spaced = name in _SPACED or entry.value.block
            found += [_Mark.BLANK] if spaced and entry is not entries[0] else []
            found += self._around(entry, 0, (name,), bare=moved or entry is entries[0])
        found += [_Mark.BLANK] if spaced and any(comments.tail) else []
        return _settled([*found, *_remarks(comments.tail, 0)])

    def flow(self, node: Node, path: Path = ()) -> str | None:
        """What stands in braces on one line, with its members in order and one space where one belongs; None if it cannot be."""
        begin, end = node.start[1], node.end[1]
        line = self._lines[node.start[0]]
        if not node.flow:
            return line[begin:end] or None
        props = PROPS.match(line, begin) if node.props else None
        if line[props.end() if props else begin :].lstrip()[:1] not in ("[", "{"):
            return None
        parts = []
        for index, entry in enumerate(node.entries if node.sort == "list" else arranged(node.entries, path)):
            part = self.flow(entry.value, (*path, entry.key.text if entry.key else index))
            if part is None or (entry.key and (entry.key.sort != "scalar" or not self._colon(entry))):
                return None
            parts.append(f"{line[entry.key.start[1] : entry.key.end[1]]}: {part}" if entry.key else part)
        inside = ", ".join(parts)
        return (f"{props[0]} " if props else "") + (f"[{inside}]" if node.sort == "list" else f"{{{inside}}}")

    def _colon(self, entry: Entry) -> bool:
        key = entry.key
        between = self._lines[entry.value.start[0]][key.end[1] : entry.value.start[1]] if key and not key.empty else ""
        return between.strip() == ":"

    def _block(self, node: Node, indent: int, path: Path) -> list[_Line]:
        entries = arranged(node.entries, path) if node.sort == "mapping" else node.entries
        moved = entries != node.entries
        found: list[_Line] = []
        for index, entry in enumerate(entries):
            part = entry.key.text if entry.key else index
            found += self._around(entry, indent, (*path, part), bare=moved or not index)
        return found

    def _around(self, entry: Entry, indent: int, path: Path, *, bare: bool) -> list[_Line]:
        """An entry with the comments that belong to it; `bare`: without the blank line above it."""
        before = entry.before[1:] if bare and entry.before[:1] == [""] else entry.before
        after = [line for more, text in entry.after for line in _remarks([text], indent + more)]
        return [*_remarks(before, indent), *self._entry(entry, indent, path), *after]

    def _entry(self, entry: Entry, indent: int, path: Path) -> list[_Line]:
        value, begins = entry.value, " " * indent + self._begin(entry)
        if value.empty:
            return [begins + entry.rest]
        head = _remarks(entry.head, indent + _STEP)
        if not value.block:
            first, *more = self._leaf(entry, indent, path)
            if entry.rest or head:
                return [begins + entry.rest, *head, " " * (indent + _STEP) + str(first), *more]
            return [f"{begins} {first}", *more]
        inside = self._block(value, indent + _STEP, path)
        if entry.key or entry.props:
            return [begins + (f" {entry.props}" if entry.props else "") + entry.rest, *head, *inside]
        rest = [entry.rest.strip()] if entry.rest else []
        return _on_a_dash([*_remarks(rest, indent), *head, *inside], indent)

    def _begin(self, entry: Entry) -> str:
        if entry.key is None:
            return "-"
        written = self._lines[entry.line][entry.key.start[1] : entry.key.end[1]]
        return f"{written} :" if entry.key.sort == "alias" else f"{written}:"

    def _leaf(self, entry: Entry, indent: int, path: Path) -> list[_Line]:
        """The lines of a value, the first one without its indentation."""
        value = entry.value
        (line, begin), (last, end) = value.start, value.end
        if value.style in ("|", ">"):
            return self._text(entry, indent)
        if line == last:
            return [((self.flow(value, path) if value.flow else None) or self._lines[line][begin:end]) + entry.tail]
        least = indent if value.flow else indent + _STEP
        found = [self._lines[line][begin:]]
        for index in range(line + 1, last + 1):
            text = self._lines[index] if index < last else self._lines[index][:end]
            inside = text.lstrip(" ")
            found.append(" " * max(len(text) - len(inside) + indent - entry.column, least) + inside if inside else "")
        found[-1] += entry.tail
        return list(found)

    def _text(self, entry: Entry, indent: int) -> list[_Line]:
        """A block of text: what is in it stays as it is, at the indentation of its place."""
        line, begin = entry.value.start
        said, base, last = said_of(self._lines, entry), base_of(self._lines, entry), last_line(self._lines, entry)
        header = self._lines[line][begin:].rstrip()
        kept = "+" in said
        if last == len(self._lines) - 1 and not self._ended and not self._lines[last][base:] and not self._lines[last].strip(" "):
            last -= 1  # spaces without a line end are no line
        elif last == len(self._lines) - 1 and not self._ended and "-" not in said:
            end = HEADER.match(header)
            header = f"{header[: end.start(1)]}{said.replace('+', '')}-{header[end.end() :]}" if end else header
            kept = False
        digits = said.strip("+-")
        new = indent + (int(digits) if digits else _STEP)
        texts = self._lines[line + 1 : last + 1]
        inside = [" " * new + text[base:] if text.strip(" ") or len(text) > base else "" for text in texts]
        return [header, *inside, *([_Mark.KEPT] if kept else [])]


def _on_a_dash(lines: list[_Line], indent: int) -> list[_Line]:
    """The lines of a block with a dash before its first entry; comments above that stand above the dash."""
    first = next(index for index, line in enumerate(lines) if isinstance(line, str) and not re.match(r" *#", line))
    above = [" " * indent + line.lstrip(" ") if isinstance(line, str) else line for line in lines[:first]]
    return [*above, " " * indent + "- " + str(lines[first])[indent + _STEP :], *lines[first + 1 :]]


def _remarks(texts: Iterable[str], indent: int) -> list[_Line]:
    return [" " * indent + text if text else _Mark.BLANK for text in texts]


def _settled(lines: Iterable[_Line]) -> list[str]:
    """Marks turned into blank lines: none at the beginning, at the end, twice, or where it would be part of a text."""
    found: list[str] = []
    blank, closed = False, True
    for line in lines:
        if line is _Mark.BLANK:
            blank = not closed
        elif line is _Mark.KEPT:
            closed = True
        elif isinstance(line, str):
            found += ["", line] if blank else [line]
            blank = closed = False
    return found
