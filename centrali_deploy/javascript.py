"""What a function's source contains, read from its syntax tree: the door to the JavaScript parser.

Comments and texts are never mistaken for code. What depends on a value that is only known when the function runs is
reported as unknown, never guessed.
"""

from __future__ import annotations

from typing import NamedTuple

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

_LANGUAGE = Language(tree_sitter_javascript.language())
_CALLS = Query(
    _LANGUAGE,
    """
    (call_expression
      function: [(member_expression object: (identifier) @object property: (property_identifier) @method)
                 (subscript_expression object: (identifier) @object index: (string (string_fragment) @method))]
      arguments: (arguments) @arguments
      (#eq? @object "api"))
    """,
)


class Call(NamedTuple):
    """A call of a member of `api`: which one, and the structure it names (None: only known when it runs)."""

    method: str
    slug: str | None


def calls(source: str) -> tuple[Call, ...]:
    """Every call of a member of `api`, in the order of the source."""
    tree = Parser(_LANGUAGE).parse(source.encode())
    found = [captures for _, captures in QueryCursor(_CALLS).matches(tree.root_node)]
    found.sort(key=lambda captures: captures["method"][0].start_byte)
    return tuple(Call(_text(captures["method"][0]), _slug(captures["arguments"][0])) for captures in found)


def _slug(arguments: Node) -> str | None:
    first = next((node for node in arguments.named_children if node.type != "comment"), None)
    if first is None or first.type not in {"string", "template_string"}:
        return None
    parts = first.named_children
    return _text(parts[0]) if len(parts) == 1 and parts[0].type == "string_fragment" else None


def _text(node: Node) -> str:
    return (node.text or b"").decode()
