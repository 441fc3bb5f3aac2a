"""To which entry of a manifest every comment and every blank line belongs, and what stands on an entry's own lines.

A comment belongs to the entry below it; one that is indented more than that belongs to what is above it. What stands at
the top of a block with a blank line below it belongs to the block.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from centrali_deploy.manifest.nodes import NotLaidOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centrali_deploy.manifest.nodes import Entry, Node

HEADER = re.compile(r"(?:[&!]\S*[ \t]+)*[|>]([-+0-9]*)")
"""How a block of text begins."""
PROPS = re.compile(r"[&!]\S*(?:[ \t]+[&!]\S*)?")
"""An anchor, a tag, or both."""
_COLON = re.compile(r"[ \t]*:(?=[ \t]|$)")
_REST = re.compile(r"\s*(?:#.*)?")
_SCHEMA = "# yaml-language-server:"
_Remark = tuple[int, str]
"""The column and the text of a comment; a blank line has no text."""


class Comments:
    """Reads a manifest from top to bottom. `head` and `tail` are what stands before and after all its entries."""

    def __init__(self, lines: Sequence[str]) -> None:
        """The lines of the text, without their ends."""
        self.head: list[str] = []
        self.tail: list[str] = []
        self._lines = lines
        self._done = -1
        self._open: list[Entry] = []

    def read(self, root: Node) -> None:
        """Fill in every entry of a block. Raises NotLaidOut."""
        self._block(root, 0, self.head)
        remarks = self._remarks(len(self._lines))
        split = self._split(remarks, 0)
        self._leave(remarks[:split], 0)
        self.tail = _squeezed(text for _, text in remarks[split:])

    def _block(self, node: Node, depth: int, head: list[str]) -> None:
        for index, entry in enumerate(node.entries):
            entry.line, entry.column = entry.key.start if entry.key else self._dash(node, index)
            fresh = entry.line > self._done
            indentation = self._lines[entry.line][: entry.column]
            if not re.fullmatch(r" *" if fresh else r"[-\s]*", indentation):
                raise self._asked(entry.line, entry.column) if "?" in indentation else self._odd(entry.line)
            if fresh and index == 0:
                self._first(entry, head)
            elif fresh:
                remarks = self._remarks(entry.line)
                split = self._split(remarks, entry.column)
                self._leave(remarks[:split], depth)
                entry.before = _squeezed(text for _, text in remarks[split:])
            del self._open[depth:]
            self._open.append(entry)
            self._value(entry, depth)

    def _dash(self, node: Node, index: int) -> tuple[int, int]:
        """Where an item begins."""
        if index == 0 and not node.props:
            return node.start
        line = self._done + 1
        while line < len(self._lines) and re.fullmatch(r"\s*(#.*)?", self._lines[line]):
            line += 1
        column = len(self._lines[line]) - len(self._lines[line].lstrip(" "))
        if self._lines[line][column : column + 1] != "-":
            raise self._odd(line)
        return line, column

    def _first(self, entry: Entry, head: list[str]) -> None:
        """What is above the first entry of a block: right above it is its own, the rest is the block's."""
        remarks = self._remarks(entry.line, heading=not self._open)
        split = 0
        for index, (_, text) in enumerate(remarks):
            if not text or not text.startswith("#") or text.startswith(_SCHEMA):
                split = index + 1
        head += _squeezed(text for _, text in remarks[:split]) if any(text for _, text in remarks[:split]) else []
        entry.before = [text for _, text in remarks[split:]]

    def _value(self, entry: Entry, depth: int) -> None:
        value, column = entry.value, entry.column + 1
        self._done = entry.line
        if entry.key:
            column = entry.key.end[1]
            colon = _COLON.match(self._lines[entry.line], column)
            if not colon or entry.key.end[0] > entry.line:
                raise self._asked(*entry.key.start)
            column = colon.end()
        if value.empty:
            entry.rest = self._rest(entry.line, column)
        elif value.block:
            column = self._properties(entry, column)
            inside = value.entries[0].key
            beside = (inside.start if inside else value.start)[0] == self._done and not entry.props
            entry.rest = "" if beside else self._rest(self._done, column)
            self._block(value, depth + 1, entry.head)
        else:
            self._leaf(entry, column)

    def _properties(self, entry: Entry, column: int) -> int:
        """The anchor or tag of a block, and where what stands behind it begins."""
        value = entry.value
        line, begin = value.start
        found = PROPS.match(self._lines[line], begin) if value.props else None
        if not found:
            return column
        between = self._lines[self._done][column:] + "".join(self._lines[self._done + 1 : line])
        if line > self._done and between.strip():
            raise self._odd(line)
        entry.props, self._done = found[0], line
        return found.end()

    def _leaf(self, entry: Entry, column: int) -> None:
        """A single value, an alias, or a mapping or list in braces."""
        value = entry.value
        line, begin = value.start
        if line > self._done:
            entry.rest = self._rest(self._done, column)
            entry.head = [text for _, text in self._remarks(line) if text]
            if self._lines[line][:begin].strip():
                raise self._odd(line)
        if value.style in ("|", ">"):
            self._done = last_line(self._lines, entry)
        else:
            self._done = value.end[0]
            entry.tail = self._rest(*value.end)

    def _remarks(self, end: int, *, heading: bool = False) -> list[_Remark]:
        """The comments and blank lines from what was read last up to a line."""
        found = []
        for line in range(self._done + 1, end):
            text = self._lines[line].strip()
            if text and not text.startswith("#") and not (heading and re.match(r"%|---(\s+#|$)", text)):
                raise self._odd(line)
            found.append((len(self._lines[line]) - len(self._lines[line].lstrip(" ")), text))
        return found

    def _split(self, remarks: list[_Remark], column: int) -> int:
        """Where what belongs to the entry below begins, whose column this is: with the blank lines above it."""
        split = next((index for index, (at, text) in enumerate(remarks) if text and at <= column), len(remarks))
        while split and not remarks[split - 1][1]:
            split -= 1
        return split

    def _leave(self, remarks: list[_Remark], depth: int) -> None:
        """Give comments to what is above them: to the innermost entry that they are not indented less than."""
        innermost, blank = len(self._open) - 1, False
        for column, text in remarks:
            if not text:
                blank = True
                continue
            while innermost > depth and self._open[innermost].column > column:
                innermost -= 1
            entry = self._open[innermost]
            entry.after += [(0, "")] if blank else []
            entry.after.append((self._step(entry) if column > entry.column else 0, text))
            blank = False

    def _step(self, entry: Entry) -> int:
        """How much more a comment below what an entry holds is indented: below a text less, or it would be part of it."""
        if entry.value.style not in ("|", ">"):
            return 2
        if not entry.value.text.strip("\n"):
            raise NotLaidOut(entry.value.start, "An indented comment below an empty text is not laid out.", 'Write the text as "".')
        return 1

    def _rest(self, line: int, column: int) -> str:
        text = self._lines[line][column:].rstrip()
        if not _REST.fullmatch(text):
            raise self._odd(line)
        return text

    def _asked(self, line: int, column: int) -> NotLaidOut:
        return NotLaidOut((line, column), "A key that is written with ? is not laid out.", "Write it as key: value.")

    def _odd(self, line: int) -> NotLaidOut:
        return NotLaidOut((line, 0), "This line is written in a way that is not laid out.", "Write one key or item on each line.")


def last_line(lines: Sequence[str], entry: Entry) -> int:
    """The last line of an entry's block of text; trailing blank lines are part of it where they are kept."""
    line = entry.value.start[0]
    base, last = base_of(lines, entry), line
    for index in range(line + 1, len(lines)):
        text = lines[index]
        if text.strip(" ") and len(text) - len(text.lstrip(" ")) < base:
            break
        if text.strip(" ") or len(text) > base or "+" in said_of(lines, entry):
            last = index
    return last


def said_of(lines: Sequence[str], entry: Entry) -> str:
    """What is said behind the | or > of an entry: its indentation, and what becomes of its last line ends."""
    line, column = entry.value.start
    found = HEADER.match(lines[line], column)
    if not found:
        raise NotLaidOut((line, column), "An anchor on a line of its own above a text is not laid out.", "Put it before the | or >.")
    return found[1]


def base_of(lines: Sequence[str], entry: Entry) -> int:
    """The column at which the lines of an entry's block of text begin."""
    if digits := said_of(lines, entry).strip("+-"):
        return entry.column + int(digits)
    base = entry.column + 1
    for text in lines[entry.value.start[0] + 1 :]:  # up to the first line with something on it
        base = max(base, len(text) - len(text.lstrip(" ")))
        if text.strip(" "):
            break
    return base


def _squeezed(texts: Iterable[str]) -> list[str]:
    """At most one blank line in a row."""
    found: list[str] = []
    for text in texts:
        if text or not found or found[-1]:
            found.append(text)
    return found
