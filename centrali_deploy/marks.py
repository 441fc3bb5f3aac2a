"""Marks in a source at each place where a promise is made that could be dropped, for an engine that tells nobody of those.

A mark is a call around an expression, `mark(save(item),12)`: it adds no lines, gives the value as it is, and says at which
line it was made. Promises that something waits for right there are not marked, and neither is code that only looks alike.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Query, QueryCursor

from centrali_deploy.bindings import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node

_ASYNC = ("function_declaration", "function_expression", "arrow_function", "method_definition")
_QUERY = (
    "(call_expression) @call (new_expression) @new (variable_declarator value: (identifier)) @alias"
    " [(function_declaration) (generator_function_declaration)] @plain"
    " (variable_declarator value: [(arrow_function) (function_expression)]) @plain"
) + "".join(f' ({sort} "async") @async' for sort in _ASYNC)
_NAMED = {
    "assignment_expression": ("left", "right"),
    "assignment_pattern": ("left", "right"),
    "augmented_assignment_expression": ("left", "right"),
    "field_definition": ("property", "value"),
    "object_assignment_pattern": ("left", "right"),
    "pair": ("key", "value"),
    "variable_declarator": ("name", "value"),
}
"""What gives a function its name: the part that is the name, and the part that is the function."""
_GIVING = {"call_expression": "function", "member_expression": "object", "subscript_expression": "object"}
_WAITING = {"all", "allSettled", "any", "race"}
"""Members of Promise that wait for what they are given."""
_CALLING = {"every", "filter", "find", "flatMap", "forEach", "map", "reduce", "some"}
"""Members of lists that call what they are given, whatever it answers."""
_PLAIN, _CALLED, _SETTLING = "", ",1", ",2"
_MAKING = re.compile(r"\basync\b|\bPromise\b|\brun\s*\(")
_PLACE = re.compile(r"<input>:(\d+):(\d+)")


class Marked(NamedTuple):
    """A source with marks. `mark`: the name that they call (empty: there are none).

    `added`: for each line with marks, the columns behind them, with the number of characters that were added before.
    """

    code: str
    mark: str = ""
    added: dict[int, list[tuple[int, int]]] = {}  # noqa: RUF012 -- never changed

    def unmarked(self, stack: str) -> str:
        """A stack as if there were no marks."""
        return _PLACE.sub(self._place, stack) if self.added else stack

    def _place(self, found: re.Match[str]) -> str:
        line, column = int(found[1]), int(found[2])
        added = self.added.get(line, [])
        before = bisect_left(added, (column, 0))
        return f"<input>:{line}:{max(1, column - added[before - 1][1]) if before else column}"


def markable(source: str) -> bool:
    """Whether any promise can be made but by run itself and by calls of api, which is quickly said."""
    found = _MAKING.findall(source)
    return len(found) - found.count("async") != 1 or found.count("async") != 1


def marked(source: str, root: Node, language: Language) -> Marked:
    """Mark a source that the parser could make sense of."""
    mark = "mark$"
    while mark in source:
        mark += "$"
    found = QueryCursor(_query(language)).captures(root)
    added = sorted(_Marks(found).insertions(mark))
    return Marked(_inserted(source.encode(), added), mark, _shifts(root.text or b"", added)) if added else Marked(source)


@cache
def _query(language: Language) -> Query:
    return Query(language, _QUERY)


Insertion = tuple[int, int, int, str]
"""The byte before which something is added; what comes first there: the innermost end, then the outermost beginning; the text."""


class _Marks:
    """What is to be marked, by the nodes that a query found."""

    def __init__(self, found: dict[str, list[Node]]) -> None:
        self._found = found
        self._async = [node for node in found.get("async", ()) if all(child.type != "*" for child in node.children)]
        self._names = {name for node in self._async if (name := _name(node))}
        for node in found.get("alias", ()):
            if _text(node.child_by_field_name("value")) in self._names:
                self._names.add(_text(node.child_by_field_name("name")))
        self._plain = {_text(node.child_by_field_name("name")) for node in found.get("plain", ())}

    def insertions(self, mark: str) -> Iterator[Insertion]:
        """Everything to be added."""
        targets = {node.id: (node, sort) for node, sort in self._targets()}
        for node, sort in targets.values():
            yield node.start_byte, 1, -node.end_byte, f"{mark}("
            yield node.end_byte, 0, -node.start_byte, f",{node.start_point.row + 1}{sort})"

    def _targets(self) -> Iterator[tuple[Node, str]]:
        for node in self._async:
            if node.type in {"arrow_function", "function_expression"} and self._left_to_others(node):
                yield node, _CALLED
        for node in self._found.get("new", ()):
            if _text(node.child_by_field_name("constructor")) == "Promise":
                yield node, _SETTLING
        for node in self._found.get("call", ()):
            yield from self._call(node)

    def _call(self, node: Node) -> Iterator[tuple[Node, str]]:
        function = node.child_by_field_name("function")
        if function is None or node.child_by_field_name("arguments") is None:
            return
        name = _member(function)
        if name in _CALLING and not _waited_for(node):
            arguments = node.child_by_field_name("arguments")
            first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
            if first is not None and first.type == "identifier" and text_of(first) in self._names:
                yield first, _CALLED
        if _text(function) == "Promise.race":
            yield _whole(node), _SETTLING
        elif self._may_promise(node, function, name) and not _waited_for(whole := _whole(node)):
            yield whole, _PLAIN

    def _may_promise(self, node: Node, function: Node, name: str) -> bool:
        if name and _text(function.child_by_field_name("object")) == "Promise":
            return True
        if name or function.type == "identifier":
            known = name or text_of(function)
            unknown = bool(self._names) and not name and known not in self._plain and _drops(node)
            return known in self._names or known == "fromAsync" or unknown
        inner = _inside(function)
        return (function.type == "subscript_expression" and bool(self._async)) or inner in self._async

    def _left_to_others(self, node: Node) -> bool:
        """Whether nothing says which calls run this function."""
        outer = _outside(node)
        parent = outer.parent
        if parent is None or _name(node, only_outside=True):
            return False
        if parent.type == "call_expression" and parent.child_by_field_name("function") == outer:
            return False
        given = parent.parent if parent.type == "arguments" else None
        return not (given is not None and _member(given.child_by_field_name("function")) in _CALLING and _waited_for(given))


def _name(node: Node, *, only_outside: bool = False) -> str:
    """The name of a function or of what holds it; empty when it has none."""
    own = None if only_outside else node.child_by_field_name("name")
    if own is not None:
        return text_of(own)
    outer = _outside(node)
    parent = outer.parent
    name, value = _NAMED.get(parent.type, ("", "")) if parent is not None else ("", "")
    if parent is None or not name or parent.child_by_field_name(value) != outer:
        return ""
    left = parent.child_by_field_name(name)
    return _member(left) or _text(left).strip("'\"")


def _waited_for(node: Node) -> bool:
    """Whether what is right around a promise waits for it, or hands it on to a function that is async."""
    outer = _outside(node)
    parent = outer.parent
    if parent is None:
        return False
    if parent.type in {"return_statement", "arrow_function"}:
        around: Node | None = parent
        while around is not None and around.type not in {*_ASYNC, "generator_function_declaration", "generator_function"}:
            around = around.parent
        return around is not None and any(child.type == "async" for child in around.children)
    if parent.type == "array" and parent.parent is not None:
        parent = parent.parent
    if parent.type == "arguments" and parent.parent is not None:
        function = parent.parent.child_by_field_name("function")
        return _member(function) in _WAITING and _text(function).startswith("Promise.")
    return parent.type == "await_expression"


def _drops(node: Node) -> bool:
    """Whether nothing is done with what a call gives."""
    parent = _outside(node).parent
    return parent is not None and parent.type == "expression_statement"


def _whole(node: Node) -> Node:
    """A call with what is taken of it, where a `?.` before it decides about all of that."""
    inside: Node | None = node
    while inside is not None and all(child.type != "optional_chain" for child in inside.children):
        inside = inside.child_by_field_name(_GIVING[inside.type]) if inside.type in _GIVING else None
    while inside is not None and (parent := node.parent) is not None and parent.type in _GIVING:
        if parent.child_by_field_name(_GIVING[parent.type]) != node:
            break
        node = parent
    return node


def _outside(node: Node) -> Node:
    while node.parent is not None and node.parent.type == "parenthesized_expression":
        node = node.parent
    return node


def _inside(node: Node) -> Node:
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    return node


def _member(node: Node | None) -> str:
    return _text(node.child_by_field_name("property")) if node is not None and node.type == "member_expression" else ""


def _text(node: Node | None) -> str:
    return text_of(node) if node is not None else ""


def _inserted(text: bytes, added: list[Insertion]) -> str:
    parts, done = [], 0
    for byte, _, _, more in added:
        parts += [text[done:byte], more.encode()]
        done = byte
    return b"".join([*parts, text[done:]]).decode()


def _shifts(text: bytes, added: list[Insertion]) -> dict[int, list[tuple[int, int]]]:
    """For each line with marks, the columns from which on so many characters were added."""
    shifts: dict[int, list[tuple[int, int]]] = {}
    line, start = 1, 0
    for byte, _, _, more in added:
        line += text.count(b"\n", start, byte)
        start = max(start, text.rfind(b"\n", 0, byte) + 1)
        here = shifts.setdefault(line, [])
        total = (here[-1][1] if here else 0) + len(more)
        here.append((len(text[start:byte].decode(errors="replace")) + total, total))
    return shifts
