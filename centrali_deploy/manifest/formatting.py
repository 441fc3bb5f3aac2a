"""The canonical form of a manifest: one order at every depth, two spaces for each level, comments kept.

The text is read as a tree of nodes and written anew; values are taken over as they are written. Data never changes:
what would say something else afterwards is left as it is, with the reason.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import NamedTuple

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.manifest.comments import Comments
from centrali_deploy.manifest.documents import feed, parse_document
from centrali_deploy.manifest.layout import Layout
from centrali_deploy.manifest.nodes import NotLaidOut, Tree

_ODD_END = re.compile(r"\r(?!\n)|[\x85\u2028\u2029]")


class Formatted(NamedTuple):
    """A text in its canonical form, or as it was, and then why."""

    text: str
    left: Problem | None = None


def formatted(text: str, name: str) -> Formatted:
    """The canonical form of a text that a user calls `name`; line ends stay what they are. Raises ManifestError when it is not YAML."""
    data = parse_document(text, name).data
    if not isinstance(data, dict) or not data:
        return Formatted(text)
    try:
        return Formatted(_saying(data, _laid_out(text)))
    except NotLaidOut as reason:
        line, column = (reason.spot[0] + 1, reason.spot[1] + 1) if reason.spot else (0, 0)
        return Formatted(text, Problem(Position(name, line, column), "", reason.message, reason.hint, "warning"))


def _laid_out(text: str) -> str:
    if odd := _ODD_END.search(text):
        before = text[: odd.start()]
        spot = (before.count("\n"), len(before) - before.rfind("\n") - 1)
        raise NotLaidOut(spot, "A line ends here with neither LF nor CRLF.", "Write it as an escape in double quotes.")
    end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    whole = text.replace("\r\n", "\n")
    lines = whole.removesuffix("\n").split("\n")
    tree = Tree()
    feed(tree, whole)
    root = tree.root
    if root is None:
        return text
    layout = Layout(lines, ended=whole.endswith("\n"))
    if root.block:
        comments = Comments(lines)
        comments.read(root)
        lines = layout.document(root, comments)
    elif root.start[0] == root.end[0] and (flow := layout.flow(root)):
        line = root.start[0]
        lines[line] = lines[line][: root.start[1]] + flow + lines[line][root.end[1] :]
    return end.join([*lines, ""])


def _saying(data: object, written: str) -> str:
    """The text, if it says what it should: nobody's manifest becomes another one through a mistake of ours."""
    with suppress(ManifestError):
        if parse_document(written, "").data == data:
            return written
    raise NotLaidOut(None, "It would not say the same afterwards.", "This is a mistake of fmt: please report it.")
