"""Text that is not YAML: what the parser says of it, in the words of a person, at the place where it can be mended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN_DATA = "Leave it out: only plain data is read."
_CODE = re.compile(r"[;{}()]\s*$")
QUOTE_STAR = 'If * is meant as text, quote it: "* * * * *".'
"""The way out where an alias was hardly meant."""


class Malformed(NamedTuple):
    """Line and column counted from 1, what is wrong there, and the way out."""

    line: int
    column: int
    message: str
    hint: str


class _Said(NamedTuple):
    """What the parser said. `begun` is the line in which that began of which it spoke; marks count from 0."""

    what: str
    around: str
    lines: list[str]
    line: int
    column: int
    begun: int

    @property
    def before(self) -> str:
        """What stands before the place in its line."""
        return self.lines[self.line][: self.column]

    @property
    def after(self) -> str:
        """What stands from the place on in its line."""
        return self.lines[self.line][self.column :]


def malformed(error: Any, text: str, quoted: Any = None) -> Malformed:  # noqa: ANN401 -- the parser's own error and event
    """The first thing that is wrong with a text. `quoted`: the last text in quotes before it, with its marks."""
    said, begin = str(error.problem or ""), error.context_mark
    at = error.problem_mark or begin
    if quoted and at and quoted.start_mark.line < quoted.end_mark.line == at.line:
        place = quoted.start_mark  # a quote that was forgotten is closed by the next one, wherever that is
        message = f"This quote is closed only at line {quoted.end_mark.line + 1}."
        return Malformed(place.line + 1, place.column + 1, message, "Close it where the text ends.")
    lines = [*text.split("\n"), ""]
    line, column = (min(at.line, len(lines) - 1), at.column) if at else (0, 0)
    found = _Said(said, str(error.context or ""), lines, line, column, begin.line + 1 if begin else 1)
    for what, around, moved, worded in _WORDED:
        if what in found.what and around in found.around:
            message, hint = worded(found)
            place = begin if moved and begin else at
            return Malformed(place.line + 1, place.column + 1, message, hint)
    return Malformed(
        line + 1, column + 1, f"This is not YAML: {said or found.around}.", "Check the indentation and the quotes around here."
    )


def _unclosed(said: _Said) -> tuple[str, str]:
    if "quoted" in said.around:
        return "This quote is never closed.", "Close it, or take it away."
    opening, closing = ("{", "}") if "mapping" in said.around else ("[", "]")
    if re.search(r"\$\{", "".join(said.lines[said.begun - 1 : said.line + 1])):
        return f"This {opening} is not closed as it should be.", 'Inside { } a ${...} must be quoted: {key: "${env:NAME}"}.'
    hint = f'"," or "{closing}" is expected at line {said.line + 1}, column {said.column + 1}; quote text that has one of {{ }} [ ] in it.'
    return f"This {opening} is not closed.", hint


def _key(said: _Said) -> tuple[str, str]:
    """A colon where no key can be: a second one in a line, or one below something that takes no members."""
    if ": " in said.before:
        return 'A value cannot have ": " in it.', "Quote it, or put each key on a line of its own."
    above = _above(said)
    if above is not None and _CODE.search(said.lines[above]):
        return "A key cannot stand here.", 'If this is code, write "code: |" above it.'
    hint = "Check the indentation of this line."
    if above is not None and re.search(r":(\s|$)", said.lines[above]):
        hint = f"Line {above + 1} has a value already: take it away, or indent this line as that one is."
    elif above is not None:
        hint = f'Line {above + 1} has no ": " after its key.'
    return "A key cannot stand here.", hint


def _above(said: _Said) -> int | None:
    """The nearest line above that says something, counted from 0."""
    return next((number for number in range(said.line - 1, -1, -1) if said.lines[number].split("#")[0].strip()), None)


def _no_colon(said: _Said) -> tuple[str, str]:
    moved = said._replace(line=said.begun - 1)
    above = _above(moved)
    if above is not None and re.search(r"[|>][-+]?\s*$", said.lines[above]):
        return "This line is no part of the text above it.", f"Indent the text that begins at line {above + 1}."
    return 'This line has no ": " after its key.', "Write the key, a colon, a space and the value."


def _unfit(said: _Said) -> tuple[str, str]:
    """A line that belongs to nothing around it."""
    if said.before.strip():
        return "Nothing can follow the value here.", "Quote the whole value, or begin a new line."
    if "mapping" in said.around:
        return f"This line does not fit into the mapping that begins at line {said.begun}.", "Indent it as the keys beside it are."
    return f"This line does not fit into the list that begins at line {said.begun}.", 'Begin it with "- ", indented as the other items are.'


def _beginning(said: _Said) -> tuple[str, str]:
    if said.after.startswith("\t"):
        return "There is a tab where a line begins.", "Indent with spaces, not with tabs."
    return f'A value cannot begin with "{said.after[:1]}".', "Quote the whole value."


def _empty(said: _Said) -> tuple[str, str]:
    if not said.after:
        return "The text ends before this is closed.", "Close every { and [."
    return f'A value is missing before "{said.after[0]}".', "Write the value, or quote what is meant as text."


def _escape(said: _Said) -> tuple[str, str]:
    found = re.search(r"\\.?", said.before[-2:] + said.after)
    return f'"{found[0] if found else "This"}" is not an escape.', "Write two backslashes for one, or put the text in single quotes."


def _name(said: _Said) -> tuple[str, str]:
    mark = "*" if "alias" in said.around else "&"
    return f'A name is expected after "{mark}".', QUOTE_STAR if mark == "*" else "If & is meant as text, quote the whole value."


def _always(message: str, hint: str) -> Callable[[_Said], tuple[str, str]]:
    return lambda _said: (message, hint)


_WORDED: tuple[tuple[str, str, bool, Callable[[_Said], tuple[str, str]]], ...] = (
    ("end of stream", "quoted", True, _unclosed),
    ("',' or '", "flow", True, _unclosed),
    ("mapping values are not allowed", "", False, _key),
    ("expected key", "block", False, _unfit),
    ("'-' indicator", "block", False, _unfit),
    ("expected ':'", "simple key", True, _no_colon),
    ("cannot start any token", "", False, _beginning),
    ("tab character", "", False, _always("There is a tab where a line begins.", "Indent with spaces, not with tabs.")),
    ("sequence entries are not allowed", "", False, _always("A list cannot begin in the line of its key.", 'Put "- " on the next line.')),
    ("expected node content", "", False, _empty),
    ("escape", "quoted", False, _escape),
    ("hexdecimal", "quoted", False, _escape),
    ("alphabetic or numeric", "", True, _name),
    ("tag handle", "", False, _always("This tag is not known.", _PLAIN_DATA)),
    ("", "scanning a tag", True, _always("This tag is not known.", _PLAIN_DATA)),
    ("comment or line break", "block scalar", True, _always("The text cannot begin in this line.", "Begin it on the line below | or >.")),
    (
        "<document start>",
        "",
        False,
        _always("This does not belong to what stands above it.", 'Begin each line at the margin with a key, ": " and its value.'),
    ),
    ("directive", "", False, _always("A line that begins with % is not needed here.", "Take it out.")),
    ("incompatible YAML document", "", False, _always("A line that begins with % is not needed here.", "Take it out.")),
)
"""Words of the parser, words of what it was doing, whether it is mended where that began, and how a person says it."""
