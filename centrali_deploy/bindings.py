"""Which names a source binds, and what some of them stand for, read from its syntax tree."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

RECORD = "executionParams.recordId"
"""The id of the record whose event a function is run for."""
_LIST, _FIRST, _LAST = slice(None), slice(0, 1), slice(-1, None)
_PARTS = {
    "formal_parameters": _LIST,
    "object_pattern": _LIST,
    "array_pattern": _LIST,
    "rest_pattern": _LIST,
    "assignment_pattern": _FIRST,
    "object_assignment_pattern": _FIRST,
    "pair_pattern": _LAST,
}
"""Which parts of a pattern bind names."""
_USING = {
    "arguments",
    "array",
    "assignment_expression",
    "augmented_assignment_expression",
    "await_expression",
    "binary_expression",
    "call_expression",
    "expression_statement",
    "member_expression",
    "new_expression",
    "pair",
    "parenthesized_expression",
    "return_statement",
    "spread_element",
    "subscript_expression",
    "template_substitution",
    "ternary_expression",
    "unary_expression",
}
"""What a name stands right in without being bound by it."""
_TAKEN = re.compile(rb"\s*(?:\?\.|\.(?!\.))")


@lru_cache(maxsize=256)
def words_of(name: str) -> re.Pattern[bytes]:
    """What finds a name in a text, and no other name that it is part of; it begins with the name, so that the search is quick."""
    word = re.escape(name.encode())
    return re.compile(word + rb"(?<![\w$]" + word + rb")(?![\w$])")


def bound_names(pattern: Node) -> Iterator[Node]:
    """The names that a pattern, or a list of parameters, binds; a default is no name, and neither is a key."""
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        if node.type in {"identifier", "shorthand_property_identifier_pattern"}:
            yield node
        elif node.type in _PARTS:
            waiting += reversed(node.named_children[_PARTS[node.type]])


def binders(name: str, root: Node) -> list[Node]:
    """Where a source that the parser could make sense of may bind a name; what a member is taken of binds nothing."""
    text, offset = root.text or b"", root.start_byte
    found = []
    for word in words_of(name).finditer(text):
        node = None if _TAKEN.match(text, word.end()) else root.descendant_for_byte_range(word.start() + offset, word.end() + offset)
        if node is None or node.type not in {"identifier", "shorthand_property_identifier_pattern"}:
            continue
        if node.type != "identifier" or node.parent is None or node.parent.type not in _USING:
            found.append(node)
    return found


def record_names(root: Node) -> Iterator[str]:
    """Names that stand for the id of the record whose event the function is run for."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += node.named_children
        name, value = (
            (node.child_by_field_name(field) for field in ("name", "value")) if node.type == "variable_declarator" else (None, None)
        )
        if name is None or value is None:
            continue
        if name.type == "identifier" and compact(value) == RECORD:
            yield text_of(name)
        for child in name.named_children if name.type == "object_pattern" and compact(value) == "executionParams" else ():
            key, _, bound = compact(child).partition(":")
            if key == "recordId":
                yield bound or key


def compact(node: Node | None) -> str:
    """The text of a node without spaces, with every way to reach a member spelt alike."""
    return "".join(text_of(node).replace("?.", ".").split()) if node else ""


def text_of(node: Node) -> str:
    """The text of a node."""
    return (node.text or b"").decode(errors="replace")
