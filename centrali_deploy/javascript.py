"""What a function's source contains, read from its syntax tree: the door to the JavaScript parser.

Comments and texts are never mistaken for code. What depends on a value that is only known when the function runs is
reported as unknown, never guessed.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from centrali_deploy.bindings import RECORD, compact, declared, record_names, text_of
from centrali_deploy.runtime import host_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_LANGUAGE = Language(tree_sitter_javascript.language())
_CALLS = """
    (call_expression
      function: [(member_expression object: (identifier) @object property: (property_identifier) @method)
                 (subscript_expression object: (identifier) @object index: (string (string_fragment) @method))]
      arguments: (arguments) @arguments
      (#eq? @object "api"))
"""
FOREIGN = ("console", "exports", "fetch", "module", "process", "require")
"""Names that other platforms have."""
_ANY = '(#any-of? @name "' + '" "'.join(FOREIGN) + '")'
_USES = f"""
    ((member_expression object: (identifier) @name) {_ANY})
    ((call_expression function: (identifier) @name) {_ANY})
    [(call_expression function: (import) @statement)
     (import_statement "import" @statement)
     (export_statement "export" @statement)]
"""
_PATTERN = """
    (object_pattern [(shorthand_property_identifier_pattern) @member
                     (object_assignment_pattern left: (shorthand_property_identifier_pattern) @member)
                     (pair_pattern key: (property_identifier) @member)
                     (pair_pattern key: (string (string_fragment) @member))])
"""
_READS = f"""
    [(member_expression object: (identifier) @object property: (property_identifier) @member)
     (subscript_expression object: (identifier) @object index: (string (string_fragment) @member))
     (variable_declarator name: {_PATTERN} value: (identifier) @object)
     (assignment_expression left: {_PATTERN} right: (identifier) @object)]
"""
_INPUTS = {"executionParams", "triggerParams"}
RUN = "run"


class Spot(NamedTuple):
    """A place in the source: line and column counted from 1, in characters."""

    line: int
    column: int


class Call(NamedTuple):
    """A call of a member of `api`: which one, the structure it names, the host of its URL (None: only known when it runs).

    `same`: its first argument is the id of the record whose event the function is run for.
    """

    method: str
    slug: str | None
    spot: Spot = Spot(0, 0)
    same: bool = False
    host: str | None = None


class Use(NamedTuple):
    """Something used that other platforms have: `require`, `process`, `import`."""

    name: str
    spot: Spot


class Read(NamedTuple):
    """A member read from one of the inputs: `executionParams.recordId`."""

    source: str
    member: str
    spot: Spot


class Run(NamedTuple):
    """A top-level function named `run`."""

    is_async: bool
    parameters: int
    spot: Spot


class Facts(NamedTuple):
    """What a source contains. `errors`: where it is not JavaScript, and what is wrong there."""

    errors: tuple[tuple[Spot, str], ...]
    runs: tuple[Run, ...]
    calls: tuple[Call, ...]
    uses: tuple[Use, ...]
    reads: tuple[Read, ...]


def calls(source: str) -> tuple[Call, ...]:
    """Every call of a member of `api`, in the order of the source."""
    root = _parsed(source)
    return _calls(root, source.encode())


@lru_cache(maxsize=4096)
def facts(source: str) -> Facts:
    """Everything that is known of a source without running it. What cannot be in it is not looked for in its tree."""
    root, text = _parsed(source), source.encode()
    return Facts(
        tuple((_spot(node, text), said) for node, said in _errors(root)),
        tuple(_runs(root, text)),
        _calls(root, text) if "api" in source else (),
        tuple(_uses(root, text)) if any(name in source for name in (*FOREIGN, "import", "export")) else (),
        tuple(_reads(root, text)) if any(name in source for name in _INPUTS) else (),
    )


def _parsed(source: str) -> Node:
    return Parser(_LANGUAGE).parse(source.encode()).root_node


@cache
def _query(text: str) -> Query:
    return Query(_LANGUAGE, text)  # takes several milliseconds


def _matches(query: str, root: Node, first: str) -> Iterator[dict[str, list[Node]]]:
    found = [captures for _, captures in QueryCursor(_query(query)).matches(root)]
    return iter(sorted(found, key=lambda captures: captures[first][0].start_byte))


def _calls(root: Node, text: bytes) -> tuple[Call, ...]:
    ids = {RECORD, *record_names(root)} if b"recordId" in text else set()
    found = ((captures["method"][0], captures["arguments"][0]) for captures in _matches(_CALLS, root, "method"))
    return tuple(_call(method, arguments, text, ids) for method, arguments in found)


def _uses(root: Node, text: bytes) -> Iterator[Use]:
    found = sorted(
        (node for nodes in QueryCursor(_query(_USES)).captures(root).values() for node in nodes), key=lambda node: node.start_byte
    )
    bound = set(declared(root)) if found else set()
    yield from (Use(text_of(node), _spot(node, text)) for node in found if text_of(node) not in bound)


def _reads(root: Node, text: bytes) -> Iterator[Read]:
    for captures in _matches(_READS, root, "object"):
        source = text_of(captures["object"][0])
        if source in _INPUTS:
            yield from (Read(source, text_of(member), _spot(member, text)) for member in captures["member"])


def _runs(root: Node, text: bytes) -> Iterator[Run]:
    exported = [child for node in root.named_children if node.type == "export_statement" for child in node.named_children]
    for node in (*root.named_children, *exported):
        name = node.child_by_field_name("name")
        if node.type in {"function_declaration", "generator_function_declaration"} and name is not None and text_of(name) == RUN:
            parameters = node.child_by_field_name("parameters")
            is_async = any(child.type == "async" for child in node.children) and node.type == "function_declaration"
            yield Run(is_async, sum(child.type != "comment" for child in parameters.named_children) if parameters else 0, _spot(name, text))


def _errors(root: Node) -> Iterator[tuple[Node, str]]:
    """The outermost places the parser could not make sense of."""
    waiting = [root] if root.has_error else []
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


def _excerpt(node: Node) -> str:
    line = text_of(node).strip().split("\n")[0]
    return line if len(line) <= 40 else f"{line[:40]}..."  # noqa: PLR2004 -- enough to recognise it


def _call(method: Node, arguments: Node, text: bytes, ids: set[str]) -> Call:
    first = next((node for node in arguments.named_children if node.type != "comment"), None)
    same = compact(first) in ids
    slug, whole = _beginning(first)
    if first is not None and first.type == "object":
        pairs = ((pair.child_by_field_name("key"), pair.child_by_field_name("value")) for pair in first.named_children)
        first = next((value for key, value in pairs if key is not None and text_of(key).strip("'\"") == "url"), None)
    return Call(text_of(method), slug if whole else None, _spot(method, text), same, host_in(*_beginning(first)))


def _beginning(node: Node | None) -> tuple[str, bool]:
    """The text that an expression is known to begin with, and whether that is all of it."""
    whole = True
    while node is not None and node.type == "binary_expression":
        node, whole = node.child_by_field_name("left"), False
    parts = node.named_children if node is not None and node.type in {"string", "template_string"} else []
    return (text_of(parts[0]), whole and len(parts) == 1) if parts and parts[0].type == "string_fragment" else ("", False)


def _spot(node: Node, text: bytes) -> Spot:
    row, column = node.start_point
    line = text.split(b"\n")[row]
    return Spot(row + 1, len(line[:column].decode(errors="replace")) + 1)
