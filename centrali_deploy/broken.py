"""Where a source is not JavaScript: one place for each thing that is broken, and none for what only follows from it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from centrali_deploy.bindings import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_CLOSERS = {"(": ")", "[": "]", "{": "}", "${": "}"}
_HOLDERS = {"program", "statement_block", "switch_case", "switch_default", "class_body"}
_QUOTES = {"'", '"', "`", "/"}
_LONGEST = 40
_BEGINS = re.compile(rb"[ \t{}]*(?:async[ \t]+)?(?P<word>[a-z]{4,9})[ \t]+[\w$'\"`{\[]")
"""A line that begins with a word and something that a value or a name begins with."""
_WORDS = ("return", "const", "await", "async", "function", "throw", "class", "while", "delete")


def broken(root: Node) -> list[tuple[Node, str]]:
    """Where, and what is wrong there, in the order of the source; behind a line end the way out, where it is known."""
    if not root.has_error:
        return []
    errors = list(_errors(root))
    misspelt = list(_misspelt(root, [node for node, _ in errors]))
    rest = _apart([(node, said) for node, said in errors if not any(_follows(node, word, end) for word, _, end in misspelt)])
    found = sorted([*((node, said) for node, said, _ in misspelt), *rest], key=lambda each: each[0].start_byte)
    first = found[0][0]
    if misspelt and first.id == misspelt[0][0].id:
        return found
    opener = None if text_of(first).lstrip()[:1] in _QUOTES else _unclosed(root, missing=first.is_missing)
    if opener is None or (not first.is_missing and opener.start_point.row < _statement(first).start_point.row):
        return found
    return [(opener, f'"{text_of(opener)}" is not closed')]


def _errors(root: Node) -> Iterator[tuple[Node, str]]:
    """The outermost places the parser could not make sense of."""
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        if node.is_missing:
            yield node, f'"{node.type}" is missing here'
        elif node.type == "ERROR":
            inside = next((child for child in node.children if child.is_error or child.is_missing), None)
            if inside is None:
                yield node, f"this makes no sense here: {_excerpt(node)}"
            else:
                waiting.insert(0, inside)
        else:
            waiting[:0] = [child for child in node.children if child.has_error or child.is_missing]


def _misspelt(root: Node, errors: list[Node]) -> Iterator[tuple[Node, str, int]]:
    """Words that are nearly those a statement begins with, on lines with an error, and up to which byte nothing else is known."""
    source, end = b" " * root.start_byte + (root.text or b""), 0
    for error in errors:
        begins = source.rfind(b"\n", 0, error.start_byte) + 1
        found = _BEGINS.match(source, begins) if error.start_byte >= end else None
        word = found["word"].decode() if found else ""
        near = get_close_matches(word, _WORDS, n=1, cutoff=0.7) if word not in _WORDS else []
        node = root.descendant_for_byte_range(found.start("word"), found.end("word")) if found and near else None
        if found and node:
            end = _closed(source, found.end() - 1)
            yield node, f"this makes no sense here: {word}\nDid you mean {near[0]}?", end


def _closed(source: bytes, start: int) -> int:
    """The end of the line on which what begins here is closed."""
    depth = 0
    for place in range(start, len(source)):
        character = source[place : place + 1]
        depth += (character in b"([{") - (character in b")]}")
        if depth < 0 or (depth == 0 and character == b"\n"):
            return place
    return len(source)


def _follows(error: Node, word: Node, end: int) -> bool:
    return word.start_byte <= error.start_byte <= end


def _apart(found: list[tuple[Node, str]]) -> Iterator[tuple[Node, str]]:
    """The first of each statement; what stands right behind a statement that makes no sense, or closes it, follows from it."""
    statements: set[int] = set()
    unbalanced = False
    for node, said in found:
        statement, closes = _statement(node), _closes(node)
        before = statement.prev_named_sibling
        follows = before is not None and before.id in statements and "ERROR" in {before.type, statement.type}
        if statement.id not in statements and not follows and not (closes and unbalanced):
            yield node, said
        statements.add(statement.id)
        unbalanced = unbalanced or not closes


def _closes(node: Node) -> bool:
    """Whether this is a closing bracket that is missing or one too many, and nothing else."""
    return (node.type if node.is_missing else text_of(node).strip()) in _CLOSERS.values()


def _statement(node: Node) -> Node:
    while node.parent is not None and node.parent.type not in _HOLDERS:
        node = node.parent
    return node


def _unclosed(root: Node, *, missing: bool) -> Node | None:
    """The bracket that is open where one around it is closed; or, at the end of the source, the one that another's partner closed.

    That is seen by the indentation. `missing`: the parser knows of one that is missing, and where, which is better than a guess.
    """
    lines = (b"\n" * root.start_point.row + (root.text or b"")).split(b"\n")
    waiting: list[Node] = []
    strange: list[Node] = []
    for leaf in _leaves(root):
        if leaf.type in _CLOSERS:
            waiting.append(leaf)
        elif leaf.type in _CLOSERS.values() and not leaf.is_missing:
            if waiting and _CLOSERS[waiting[-1].type] == leaf.type:
                opener = waiting.pop()
                strange += [opener] if _indentation(lines, opener) != _indentation(lines, leaf) else []
            elif missing or all(_CLOSERS[each.type] != leaf.type for each in waiting):
                return None
            else:
                return waiting[-1]
    return next(iter(strange), None if missing else waiting[-1]) if waiting else None


def _indentation(lines: list[bytes], bracket: Node) -> int:
    line = lines[bracket.start_point.row]
    return len(line) - len(line.lstrip(b" \t"))


def _leaves(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        children = node.children
        waiting += reversed(children)
        if not children:
            yield node


def _excerpt(node: Node) -> str:
    line = text_of(node).strip().split("\n")[0]
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
