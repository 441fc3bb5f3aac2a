r"""JavaScript's regular expressions: whether a text is one, and why not.

What either of JavaScript's ways of reading takes is taken, with the `u` flag or without: which one the API uses is not
published. So is what only the newest engines take: `(?i:x)`, and the name of a group again in another alternative.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      (?P<class>\[(?:\\.|[^\]\\])*\])
    | (?P<opening>\((?:\?(?::|<?[=!]|<(?P<name>[^>]*)>|(?P<flags>[a-z-]+):))?)
    | (?P<closing>\))
    | (?P<quantifier>(?:[*+?]|\{(?P<least>\d+)(?:,(?P<most>\d*))?\})\??)
    | (?P<bar>\|)
    | (?P<anchor>[\^$]|\\[bB])
    | (?P<single>\\u\{[0-9A-Fa-f]+\}|\\[pP]\{[\w=]+\}|\\k(?:<(?P<again>[^>]*)>)?|\\.|[^\\\[])
    """,
    re.DOTALL | re.VERBOSE | re.ASCII,
)
_OF_CLASS = re.compile(r"\\u\{[0-9A-Fa-f]+\}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\c[A-Za-z]|\\[pP]\{[\w=]+\}|\\.|[^\\]", re.DOTALL)
_CONTROLS = {"b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_FLAGS = re.compile(r"(?!-?$)(?!.*([ims]).*\1)[ims]*(?:-[ims]*)?")
_ESCAPED = re.compile(r"\\u(?:\{0*([0-9A-Fa-f]{1,5})\}|([0-9A-Fa-f]{4}))")
_FOREIGN = (
    (re.compile(r"\(\?P<(\w*)>"), "A group with a name begins with (?<{0}>, without the P."),
    (re.compile(r"\(\?P=(\w*)"), r"What a group matched is written \k<{0}>."),
    (re.compile(r"\(\?[aiLmsux]+\)"), "Flags cannot stand inside: write both cases, for example [Aa]."),
    (re.compile(r"\(\?#"), "Comments cannot stand inside: take it out."),
)
"""What other languages have, and what is said of it."""


class _Group(NamedTuple):
    """A group that is open: whether it may be repeated, and the names in it before and after its last bar."""

    repeats: bool
    before: set[str]
    names: set[str]


def fault(pattern: str) -> str | None:
    """Why JavaScript does not take a pattern, in a sentence; None when it does."""
    reading, place = _Reading(), 0
    while place < len(pattern):
        token = _TOKEN.match(pattern, place)
        if token is None:
            return "It ends in a backslash." if pattern[place] == "\\" else "A [ is never closed."
        if said := reading.fault(token):
            return next((words.format(*found.groups()) for form, words in _FOREIGN if (found := form.match(pattern, place))), said)
        place = token.end()
    return reading.fault_at_end()


class _Reading:
    """How far a pattern was read: the groups that are open, whether a quantifier may follow, and names of groups."""

    def __init__(self) -> None:
        self._open = [_Group(repeats=False, before=set(), names=set())]
        self._repeats = False
        self._named: set[str] = set()
        self._again: list[str | None] = []

    def fault(self, token: re.Match[str]) -> str | None:
        """Read one token; what is wrong with it."""
        if token["quantifier"]:
            return self._quantifier(token)
        if token["opening"]:
            return self._opening(token)
        if token["closing"]:
            return self._closing()
        if token["bar"]:
            self._open[-1].before.update(self._open[-1].names)
            self._open[-1].names.clear()
        if token["single"] and token[0].startswith("\\k"):
            self._again.append(token["again"])
        self._repeats = not (token["bar"] or token["anchor"])
        return _backwards(token["class"]) if token["class"] else None

    def fault_at_end(self) -> str | None:
        """What is wrong once everything is read."""
        if len(self._open) > 1:
            return "A ( is never closed."
        lost = [name for name in self._again if name is None or _plain(name) not in self._named]
        return f'There is no group "{lost[0] or ""}".' if lost and self._named else None

    def _quantifier(self, token: re.Match[str]) -> str | None:
        if not self._repeats:
            return f'"{token[0]}" repeats nothing.'
        if token["most"] and _size(token["least"]) > _size(token["most"]):
            return f'"{token[0]}" goes backwards.'
        self._repeats = False
        return None

    def _opening(self, token: re.Match[str]) -> str | None:
        self._open.append(_Group(token[0] not in {"(?<=", "(?<!"}, set(), set()))
        self._repeats = False
        if token["flags"] and not _FLAGS.fullmatch(token["flags"]):
            return f'"{token[0]}" is not known.'
        if token["name"] is None:
            return f'"{token.string[token.start() : token.start() + 3]}" is not known.' if token.string[token.end() :][:1] == "?" else None
        name = _plain(token["name"])
        if not name.replace("$", "_").isidentifier():
            return f'"{token["name"]}" is not the name of a group.'
        if any(name in group.names for group in self._open):
            return f'The group "{name}" is there twice.'
        self._open[-1].names.add(name)
        self._named.add(name)
        return None

    def _closing(self) -> str | None:
        if len(self._open) == 1:
            return "A ) closes nothing."
        group = self._open.pop()
        inside = group.before | group.names
        if inside & self._open[-1].names:
            return f'The group "{min(inside & self._open[-1].names)}" is there twice.'
        self._open[-1].names.update(inside)
        self._repeats = group.repeats
        return None


def _size(digits: str) -> tuple[int, str]:
    """What a number of any length is compared by."""
    digits = digits.lstrip("0")
    return len(digits), digits


def _plain(name: str) -> str:
    """The name of a group without escapes."""
    return _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), name)


def _backwards(text: str) -> str | None:
    """A range in a class whose first character comes after its last; where a class stands in it, the hyphen is one."""
    inside = text[2:-1] if text[1] == "^" else text[1:-1]
    parts, place = _OF_CLASS.findall(inside), 0
    while place + 2 < len(parts):
        if parts[place + 1] != "-":
            place += 1
            continue
        first, last = _character(parts[place]), _character(parts[place + 2])
        if first is not None and last is not None and first > last:
            return f'"{parts[place]}-{parts[place + 2]}" goes backwards.'
        place += 3
    return None


def _character(part: str) -> int | None:
    """The number of the character that a part of a class is; None for one that is many."""
    if part[0] != "\\":
        return ord(part)
    if part[1] in "dDwWsSpP":
        return None
    if part[1] == "c":
        return ord(part[2]) % 32 if len(part) > 2 else None  # noqa: PLR2004 -- a letter follows
    if part[1] in "ux" and len(part) > 2:  # noqa: PLR2004 -- digits follow
        return int(part[2:].strip("{}"), 16)
    return _CONTROLS.get(part[1], None if part[1].isdecimal() else ord(part[1]))
