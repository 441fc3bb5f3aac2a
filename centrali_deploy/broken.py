"""Where a source is not JavaScript: one place for each thing that is broken, and none for what only follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.bindings import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_CLOSERS = {"(": ")", "[": "]", "{": "}", "${": "}"}
_HOLDERS = {"program", "statement_block", "switch_case", "switch_default", "class_body"}
_QUOTES = {"'", '"', "`", "/"}
_LONGEST = 40


def broken(root: Node) -> list[tuple[Node, str]]:
    """Where, and what is wrong there, in the order of the source."""
    if not root.has_error:
        return []
    found = list(_apart(list(_errors(root))))
    first = found[0][0]
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
