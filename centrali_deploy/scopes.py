"""The scopes of a source, the names declared in each, and the jumps between them: one query over its syntax tree.

It hides how a tree is swept and how declarations are hoisted. What a name means is asked of `Scopes.lookup`.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Query, QueryCursor

from centrali_deploy.bindings import binders, bound_names, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language, Node

_PLAIN = {"function_declaration", "generator_function_declaration"}
FUNCTIONS = _PLAIN | {"function_expression", "generator_function", "arrow_function", "method_definition", "class_static_block"}
"""What has a `return`, an `await` and a `var` of its own."""
LOOPS = {"for_statement", "for_in_statement", "while_statement", "do_statement"}
_BLOCKS = {"statement_block", "switch_body", "catch_clause"}
_DECLARING = FUNCTIONS | _BLOCKS | {"program", "for_statement", "for_in_statement"}
_DECLARATIONS = {"lexical_declaration", "variable_declaration", "class_declaration", "import_statement"}
_JUMPS = {"await_expression", "return_statement", "break_statement", "continue_statement"}
_EVENTS = sorted(FUNCTIONS | LOOPS | _BLOCKS | _DECLARATIONS | _JUMPS | {"labeled_statement"})
_QUERY = "[" + " ".join(f"({sort})" for sort in _EVENTS) + '] @event (for_in_statement "await" @event)'


class Binding(NamedTuple):
    """A name where it is declared.

    `sort`: lexical, var, function, nested (in a block), parameter, catch, pattern (of a catch) or own (clashes with nothing).
    """

    sort: str
    node: Node


class Scope:
    """A part of the source, with the names that are declared in it; a body is one scope with its parameters."""

    __slots__ = ("end", "inner", "names", "node", "parent", "sort", "start")

    def __init__(self, node: Node, parent: Scope | None) -> None:
        """Open a scope inside its parent; a method begins at its parameters, for its name is computed outside."""
        self.node, self.parent, self.sort = node, parent, node.type
        inside = node.child_by_field_name("parameters") if self.sort == "method_definition" else None
        self.start, self.end = (inside or node).start_byte, node.end_byte
        self.names: dict[str, list[Binding]] = {}
        self.inner: list[Scope] = []
        if parent is not None:
            parent.inner.append(self)

    def around(self) -> Iterator[Scope]:
        """This scope and those around it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def block(self) -> Scope:
        """The innermost part that has names of its own."""
        return next(scope for scope in self.around() if scope.sort in _DECLARING or scope.parent is None)

    def function(self) -> Scope:
        """The innermost function, or the whole source."""
        return next(scope for scope in self.around() if scope.sort in FUNCTIONS or scope.parent is None)


class Scopes:
    """Everything that one sweep finds: `every` scope, the whole source first, and each jump with the scope that it stands in.

    A tree is swept when that is first asked for, and not at all for a name that nothing binds.
    """

    def __init__(self, language: Language, root: Node) -> None:
        """Know what to sweep."""
        self._language, self._root = language, root
        self._jumps: list[tuple[Node, Scope]] = []
        self._declarations: list[Node] = []
        self._binders: dict[str, list[Node]] = {}

    @cached_property
    def every(self) -> list[Scope]:
        """Sweep the tree once."""
        top = Scope(self._root, None)
        every = [top]
        for start, _, node in sorted(_events(self._language, self._root), key=lambda event: event[:2]):
            while start >= top.end and top.parent is not None:
                top = top.parent
            top = self._swept(node, top, every)
        return every

    @property
    def jumps(self) -> list[tuple[Node, Scope]]:
        """Each `await`, `return`, `break` and `continue`, with the scope that it stands in."""
        return self._jumps if self.every else []

    @property
    def declarations(self) -> list[Node]:
        """Each declaration of values or of a class, and each import."""
        return self._declarations if self.every else []

    def lookup(self, name: str, byte: int) -> list[Binding]:
        """What a name stands for at a place: its bindings in the innermost scope that has any, or nothing."""
        if not self._root.has_error:
            if name not in self._binders:
                self._binders[name] = binders(name, self._root)
            places = self._binders[name]
            part = _part(places[0]) if len(places) == 1 else None
            if part is not None or not places:
                return [Binding("lexical", places[0])] if part is not None and byte in part else []
        return next((scope.names[name] for scope in self.at(byte).around() if name in scope.names), [])

    def at(self, byte: int) -> Scope:
        """The innermost scope around a place."""
        scope = self.every[0]
        while inner := [scope.inner[at] for at in [bisect_right(scope.inner, byte, key=lambda each: each.start) - 1] if at >= 0]:
            if byte >= inner[0].end:
                break
            scope = inner[0]
        return scope

    def _swept(self, node: Node, top: Scope, every: list[Scope]) -> Scope:
        sort = node.type
        if sort in _JUMPS or sort == "await":
            self._jumps.append((node, top))
            return top
        if sort in _DECLARATIONS:
            self._declarations.append(node)
            _declare(node, top)
            return top
        if sort == "statement_block" and node.end_byte == top.end and top.sort in FUNCTIONS | {"catch_clause"}:
            return top
        if sort in _PLAIN:
            _declare_function(node, top)
        scope = Scope(node, top)
        every.append(scope)
        _declare_inside(node, scope)
        return scope


def _part(name: Node) -> range | None:
    """The part of the source in which a name is known that a `let` or `const` declares; None: something else binds it."""
    node = name.parent
    while node is not None and node.type in {"object_pattern", "array_pattern", "pair_pattern"}:
        name, node = node, node.parent
    if node is None or node.type != "variable_declarator" or node.child_by_field_name("name") != name:
        return None
    around = node.parent
    if around is None or around.type != "lexical_declaration":
        return None
    while around.parent is not None and around.type not in _DECLARING:
        around = around.parent
    return _extent(around) if around.type in _BLOCKS | {"program"} else None


def _extent(node: Node) -> range:
    """Where a block begins and ends; a body is one with its parameters."""
    around = node.parent
    if around is None:
        return range(sys.maxsize)
    if node.type == "statement_block" and around.type in FUNCTIONS | {"catch_clause"} and node.end_byte == around.end_byte:
        inside = around.child_by_field_name("parameters") if around.type == "method_definition" else None
        return range((inside or around).start_byte, around.end_byte)
    return range(node.start_byte, node.end_byte)


@cache
def _query(language: Language) -> Query:
    return Query(language, _QUERY)  # takes several milliseconds


def _events(language: Language, root: Node) -> Iterator[tuple[int, int, Node]]:
    for node in QueryCursor(_query(language)).captures(root).get("event", ()):
        inside = node.child_by_field_name("parameters") if node.type == "method_definition" else None
        yield (inside or node).start_byte, -node.end_byte, node


def _add(scope: Scope, sort: str, pattern: Node | None) -> None:
    for name in bound_names(pattern) if pattern is not None else ():
        scope.names.setdefault(text_of(name), []).append(Binding(sort, name))


def _declare(node: Node, top: Scope) -> None:
    """A declaration of values or of a class, or an import."""
    block = top.block()
    if node.type == "variable_declaration":
        for declarator in node.named_children:
            _hoist(top, declarator.child_by_field_name("name"))
    elif node.type == "lexical_declaration":
        for declarator in node.named_children:
            _add(block, "lexical", declarator.child_by_field_name("name"))
    elif node.type == "class_declaration":
        _add(block, "lexical", node.child_by_field_name("name"))
    else:
        for name in _imported(node):
            _add(block, "lexical", name)


def _hoist(top: Scope, pattern: Node | None) -> None:
    """A `var` belongs to the function, and clashes with what is declared in any block on its way there."""
    for scope in top.around():
        if scope.sort in _DECLARING or scope.parent is None:
            _add(scope, "var", pattern)
        if scope.sort in FUNCTIONS:
            break


def _declare_function(node: Node, top: Scope) -> None:
    """One in a block belongs to the block; outside of it the name is there too, but clashes with nothing."""
    block, name = top.block(), node.child_by_field_name("name")
    if block == block.function():
        _add(block, "function", name)
    else:
        _add(block, "nested", name)
        _add(block.function(), "own", name)


def _declare_inside(node: Node, scope: Scope) -> None:
    """What a function, a loop or a catch declares for its own body."""
    sort = scope.sort
    if sort in FUNCTIONS:
        if sort not in _PLAIN and sort != "method_definition":
            _add(scope, "own", node.child_by_field_name("name"))
        _add(scope, "parameter", node.child_by_field_name("parameters") or node.child_by_field_name("parameter"))
    elif sort == "catch_clause":
        caught = node.child_by_field_name("parameter")
        _add(scope, "catch" if caught is None or caught.type == "identifier" else "pattern", caught)
    elif sort == "for_in_statement" and (kind := node.child_by_field_name("kind")) is not None:
        left = node.child_by_field_name("left")
        if kind.type == "var":
            _hoist(scope, left)
        else:
            _add(scope, "lexical", left)


def _imported(node: Node) -> Iterator[Node]:
    for clause in node.named_children if node.type == "import_statement" else ():
        for each in clause.named_children if clause.type == "import_clause" else ():
            specifiers = each.named_children if each.type == "named_imports" else [each]
            yield from (specifier.named_children[-1] if specifier.named_children else specifier for specifier in specifiers)
