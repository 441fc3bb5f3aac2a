"""Which names a source binds, and what some of them stand for, read from its syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

RECORD = "executionParams.recordId"
"""The id of the record whose event a function is run for."""


def bound_names(pattern: Node) -> Iterator[Node]:
    """The names that a pattern, or a list of parameters, binds; a default is no name, and neither is a key."""
    if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
        yield pattern
    elif pattern.type in {"assignment_pattern", "object_assignment_pattern"}:
        yield from (name for child in pattern.named_children[:1] for name in bound_names(child))
    elif pattern.type == "pair_pattern":
        yield from (name for child in pattern.named_children[-1:] for name in bound_names(child))
    elif pattern.type in {"object_pattern", "array_pattern", "rest_pattern", "formal_parameters"}:
        yield from (name for child in pattern.named_children for name in bound_names(child))


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
