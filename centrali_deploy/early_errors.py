"""What is written as JavaScript and is none: what stands in the wrong place, and names that are declared again.

The parser takes these; what runs the code refuses all of it before the first line runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from centrali_deploy.bindings import text_of
from centrali_deploy.outline import twice
from centrali_deploy.scopes import FUNCTIONS, LOOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from centrali_deploy.scopes import Binding, Scope, Scopes

_INTO_RUN = "Move it into run, or look for a } too many before it."
_JUMP = re.compile(rb"await\b|break\b|continue\b")
_ENDS = {"await": FUNCTIONS, "break": FUNCTIONS | LOOPS | {"switch_body"}, "continue": FUNCTIONS | LOOPS}
"""Where the search for what a word belongs to ends."""
_SETTLED = {"class_declaration", "comment", "expression_statement", "function_declaration", "lexical_declaration", "variable_declaration"}


class Mistake(NamedTuple):
    """Something that keeps the code from being run at all: where, what, and what now."""

    node: Node
    message: str
    hint: str


def possible(source: str, root: Node) -> bool:
    """Whether there may be any, which is quickly said: most code is never swept. Told of a tree that the parser could make sense of."""
    return _unsettled(source, root) or any(_unplaced(*found.span(), root) for found in _JUMP.finditer(source.encode())) or twice(source)


def _unsettled(source: str, root: Node) -> bool:
    """Whether a `return` may stand outside of every function: in statements of these sorts none does."""
    return "return" in source and ("static" in source or any(node.type not in _SETTLED for node in root.named_children))


def _unplaced(start: int, end: int, root: Node) -> bool:
    """Whether what a word belongs to may not be around it."""
    word = root.descendant_for_byte_range(start, end)
    if word is None or word.type not in _ENDS or (around := word.parent) is None:
        return False
    ends, labelled = _ENDS[word.type], word.type != "await" and around.named_child_count > 0
    found: Node | None = around if around.type == "for_in_statement" else around.parent
    while found is not None and found.type not in ends:
        found = found.parent
    if found is None or labelled or found.type in {"class_static_block", "method_definition"}:
        return True
    return found.type in FUNCTIONS and (word.type != "await" or all(child.type != "async" for child in found.children))


def early_errors(scopes: Scopes) -> list[Mistake]:
    """Every mistake, in the order of the source; told of a tree that the parser could make sense of."""
    found = [mistake for node, scope in scopes.jumps for mistake in _misplaced(node, scope)]
    found += (mistake for scope in scopes.every for mistake in _again(scope))
    found += (mistake for node in scopes.declarations for mistake in _empty(node))
    first = {mistake.node.start_byte: mistake for mistake in reversed(found)}
    return [first[byte] for byte in sorted(first)]


def _misplaced(node: Node, scope: Scope) -> Iterator[Mistake]:
    word = node.type.partition("_")[0]
    function = scope.function()
    if word == "await" and function.sort in FUNCTIONS - {"class_static_block"}:
        if all(child.type != "async" for child in function.node.children):
            line = function.node.start_point.row + 1
            hint = f"Make the function at line {line} of the code async, or use for (const ... of ...) instead of a callback."
            yield Mistake(node, "await stands in a function that is not async.", hint)
    elif word in {"await", "return"} and function.sort not in FUNCTIONS - {"class_static_block"}:
        yield Mistake(node, f"{word} stands outside of every function.", _INTO_RUN)
    elif word in {"break", "continue"}:
        yield from _astray(node, word, scope)


def _astray(node: Node, word: str, scope: Scope) -> Iterator[Mistake]:
    """A break or continue with nothing around it that it could end or go on with."""
    around = []
    for each in scope.around():
        if each.sort in FUNCTIONS:
            break
        around.append(each)
    label = node.child_by_field_name("label")
    if label is not None:
        labels = {text_of(name) for each in around if (name := each.node.child_by_field_name("label")) and each.sort == "labeled_statement"}
        if text_of(label) not in labels:
            yield Mistake(
                label, f"There is no label {text_of(label)} around this.", f"Leave the label out, or write {text_of(label)}: before a loop."
            )
    elif not any(each.sort in LOOPS or (each.sort == "switch_body" and word == "break") for each in around):
        outside = "loop" if word == "continue" else "loop and switch"
        yield Mistake(
            node, f"{word} stands outside of every {outside}.", "Write return, or use for (const ... of ...) instead of a callback."
        )


def _again(scope: Scope) -> Iterator[Mistake]:
    for name, bindings in scope.names.items():
        if len(bindings) == 1 or {binding.sort for binding in bindings} <= {"var", "function", "own"}:
            continue
        bindings.sort(key=lambda binding: binding.node.start_byte)
        for at, binding in enumerate(bindings):
            first = next((earlier for earlier in bindings[:at] if _clash(earlier, binding, scope)), None)
            if first is not None:
                line = first.node.start_point.row + 1
                yield Mistake(
                    binding.node, f"{name} is declared again.", f"It is also at line {line} of the code: keep one, or rename one."
                )


def _clash(one: Binding, other: Binding, scope: Scope) -> bool:
    sorts = {one.sort, other.sort}
    if "own" in sorts:
        return False
    if sorts == {"nested"}:
        return not (_plain(one) and _plain(other))
    if sorts == {"parameter"}:
        return scope.sort in {"arrow_function", "method_definition"} or not _simple(scope)
    return bool(sorts & {"lexical", "nested"}) or (sorts >= {"pattern"})


def _plain(binding: Binding) -> bool:
    """Whether this is a function that may be declared again in the same block, as the oldest code did."""
    node = binding.node.parent
    return node is not None and node.type == "function_declaration" and node.children[0].type == "function"


def _simple(scope: Scope) -> bool:
    parameters = scope.node.child_by_field_name("parameters")
    return parameters is not None and all(child.type in {"identifier", "comment"} for child in parameters.named_children)


def _empty(node: Node) -> Iterator[Mistake]:
    kind = node.child_by_field_name("kind") if node.type == "lexical_declaration" else None
    for declarator in node.named_children if kind is not None and kind.type == "const" else ():
        name = declarator.child_by_field_name("name")
        if name is not None and declarator.child_by_field_name("value") is None:
            yield Mistake(name, f"const {text_of(name)} has no value.", "Give it one, or declare it with let.")
