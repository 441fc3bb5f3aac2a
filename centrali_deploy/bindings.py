"""Which names a source binds, and what some of them stand for, read from its syntax tree."""

from __future__ import annotations

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


def bound_names(pattern: Node) -> Iterator[Node]:
    """The names that a pattern, or a list of parameters, binds; a default is no name, and neither is a key."""
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        if node.type in {"identifier", "shorthand_property_identifier_pattern"}:
            yield node
        elif node.type in _PARTS:
            waiting += reversed(node.named_children[_PARTS[node.type]])


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
