"""What is written as JavaScript and is none: what stands in the wrong place, and names that are declared again.

The parser takes these; what runs the code refuses all of it before the first line runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from centrali_deploy.bindings import text_of
from centrali_deploy.scopes import FUNCTIONS, LOOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from centrali_deploy.scopes import Binding, Scope, Scopes

_INTO_RUN = "Move it into run, or look for a } too many before it."
_RARE = ("await", "break", "catch", "class", "continue", "import", "let", "return", "var")
_CONST = re.compile(r"const\s+([\w$]+)\s*=")
_FUNCTION = re.compile(r"function\s+([\w$]+)\s*\(")
_MORE = tuple(map(re.compile, (r",\s*[\w$]+\s*=(?![=>])", r"\}\s*=(?![=>])", r"\]\s*=(?![=>])", r"\)\s*\)\s*(?:=>|\{)")))
"""What may be a second name after a `const`, or a pattern, or parameters with brackets in them."""
_HEADS = (re.compile(r"=>"), re.compile(r"\)\s*\{"))
_LONGEST = 80
_WORD = re.compile(r"[\w$]+")


class Mistake(NamedTuple):
    """Something that keeps the code from being run at all: where, what, and what now."""

    node: Node
    message: str
    hint: str


def possible(source: str) -> bool:
    """Whether the text is such that there may be any: no tree is swept for code that only declares each name once."""
    names = _CONST.findall(source) + _FUNCTION.findall(source)
    if any(word in source for word in _RARE) or any(more.search(source) for more in _MORE) or len(set(names)) < len(names):
        return True
    if source.count("const") + source.count("function") > len(names):
        return True
    return any(len(set(words)) < len(words) or not set(words).isdisjoint(names) for words in _parameters(source))


def _parameters(source: str) -> list[list[str]]:
    """The words of what may be lists of parameters, as the text goes."""
    texts = set()
    for head in (found.start() for pattern in _HEADS for found in pattern.finditer(source)):
        before = source[max(0, head - _LONGEST) : head + 1].rstrip("= ")
        texts.add(source[source.rfind("(", 0, head) : head] if before.endswith(")") else before.rpartition(" ")[2])
    return [_WORD.findall(text) for text in texts]


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
