"""The canonical form of a manifest: sections and members in one order, one blank line between sections, comments kept.

Lines are moved, never rewritten, so that quotes, layouts and comments stay as their author chose them. What is written
before a member, at its own indentation, moves with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from centrali_deploy.kinds import SECTIONS
from centrali_deploy.manifest.documents import parse_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from centrali_deploy.address import Path
    from centrali_deploy.errors import Position
    from centrali_deploy.kind import Kind

_FIRST = ("renamedFrom", "name", "description")
_SECTIONS = ("version", "workspace", "variables", "environments", *SECTIONS)


def formatted(text: str, name: str) -> str:
    """The text in its canonical form. Raises ManifestError when it is not YAML."""
    document = parse_document(text, name)
    if not isinstance(document.data, dict):
        return text
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    for section, kind in SECTIONS.items():
        resources = document.data.get(section)
        for resource, spec in resources.items() if isinstance(resources, dict) else ():
            if isinstance(spec, dict):
                lines = _ordered(lines, document.places, (section, resource), spec, _order(kind))
    # Moving members inside resources changes no line of a section's beginning.
    whole = _spaced(_ordered(lines, document.places, (), document.data, _SECTIONS), list(document.data))
    result = "\n".join(whole) + "\n"
    return result if parse_document(result, name).data == document.data else text


def _order(kind: Kind) -> tuple[str, ...]:
    """Names first, then single values, then what is long: the text, lists, settings."""
    short = ["source" if member == kind.text_member else member for member in kind.members if member not in kind.places]
    return tuple(dict.fromkeys((*_FIRST, *short, str(kind.text_member), *kind.places)))


def _ordered(lines: list[str], places: Mapping[Path, Position], at: Path, members: Mapping[str, Any], order: Sequence[str]) -> list[str]:
    """The lines with the members of one mapping in order; as they are where it is not written one member a line."""
    begins = [places[(*at, member)].line - 1 if (*at, member) in places else -1 for member in members]
    column = places[(*at, next(iter(members)))].column - 1 if members and begins[0] >= 0 else 0
    if not begins or sorted(set(begins)) != begins or begins[:1] == [-1] or (at and begins[0] <= places[at].line - 1):
        return lines
    starts = [_with_comments(lines, line, column) for line in begins]
    end = _end(lines, begins[-1], column)
    chunks = {member: lines[start:stop] for member, start, stop in zip(members, starts, [*starts[1:], end], strict=True)}
    ranks = {member: index for index, member in enumerate(order)}
    wanted = sorted(members, key=lambda member: ranks.get(member, len(ranks)))
    return [*lines[: starts[0]], *(line for member in wanted for line in chunks[member]), *lines[end:]]


def _with_comments(lines: list[str], line: int, column: int) -> int:
    """Where what belongs to a member begins: with the comments at its own indentation right above it."""
    while line > 0 and re.match(rf" {{{column}}}#(?! yaml-language-server:)", lines[line - 1]):
        line -= 1
    return line


def _end(lines: list[str], line: int, column: int) -> int:
    """Where the last member ends: behind its last line that is indented more than what comes after it."""
    last = line
    for index in range(line + 1, len(lines)):
        text = lines[index]
        if text.strip() and len(text) - len(text.lstrip(" ")) < max(column, 1):
            break
        if text.strip():
            last = index
    return last + 1


def _spaced(lines: list[str], sections: list[str]) -> list[str]:
    """One blank line before each section that is a mapping, none at the end of the file."""
    found: list[str] = []
    for line in lines:
        starts = any(line.startswith(f"{section}:") for section in sections if section in SECTIONS or section in _SECTIONS[2:4])
        if starts:
            comments = []
            while found and found[-1].startswith("#"):
                comments.append(found.pop())
            while found and not found[-1].strip():
                found.pop()
            found += ["", *reversed(comments)] if found else list(reversed(comments))
        found.append(line)
    while found and not found[-1].strip():
        found.pop()
    return found
