"""Calls whose promise is dropped: statements that call what answers later, without `await`.

Only what is certain is told: a promise that is kept, handed on, marked with `void` or given a `catch` is somebody's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from centrali_deploy.bindings import text_of, words_of
from centrali_deploy.runtime import API, API_MEMBERS, AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from centrali_deploy.members import Member
    from centrali_deploy.scopes import Scopes

_ASYNC = re.compile(rb"\basync\b(?:\s+function\s+([\w$]+))?")
_ASSIGNED = re.compile(rb"([\w$]+)\s*=\s*$")
_LONGEST = 60
"""Bytes before `async` among which the name is looked for that its function is given."""
_FUNCTIONS = {"arrow_function", "function_declaration", "function_expression"}
_AWAIT = "Write await before it: if it fails, nobody learns of it, and the run may end before it is done."
_LOOP = "Write for (const each of list) { await ... }, or await Promise.all(list.map(...)): nobody learns of its failures."


class Dropped(NamedTuple):
    """A promise that nobody waits for: where it is made, what is said of it, and what now."""

    node: Node
    message: str
    hint: str


def of_api(reached: Iterable[Member]) -> Iterator[Dropped]:
    """Calls of members of `api` that answer later."""
    for member in reached:
        if member.arguments is not None and _answers_later(member.path) and _stands_alone(member.arguments.parent):
            yield _called(member.node, f"api.{'.'.join(member.path)}")


def of_its_own(root: Node, text: bytes, scopes: Scopes) -> Iterator[Dropped]:
    """Calls of async functions that the source itself declares, and `forEach` with one of them."""
    for found in _ASYNC.finditer(text):
        start = found.start()
        name = found[1] or next(iter(_ASSIGNED.findall(text, max(0, start - _LONGEST), start)), b"")
        if name and _always_awaited(name, text):
            continue
        word = root.descendant_for_byte_range(start, start + len(b"async"))
        function = word.parent if word is not None and word.type == "async" else None
        if function is not None and function.type in _FUNCTIONS:
            yield from _dropped(function, root, text, scopes)


def _answers_later(path: tuple[str, ...]) -> bool:
    if len(path) == 1:
        return path[0] in API - AT_ONCE - API_MEMBERS.keys()
    return len(path) > 1 and path[1] in API_MEMBERS.get(path[0], ())


def _always_awaited(name: bytes, text: bytes) -> bool:
    """Whether a name stands only where it is declared and behind `await`, which is quickly said."""
    return text.count(name) == 1 + text.count(b"await " + name)


def _dropped(function: Node, root: Node, text: bytes, scopes: Scopes) -> Iterator[Dropped]:
    outer = _outside(function)
    around = outer.parent
    if function.type == "function_declaration":
        yield from _references(function.child_by_field_name("name"), root, text, scopes)
    elif around is None:
        return
    elif around.type == "variable_declarator":
        yield from _references(around.child_by_field_name("name"), root, text, scopes)
    elif around.type == "call_expression" and _stands_alone(around):
        yield _called(function, "This async function")
    elif around.type == "arguments" and around.parent is not None and _is_for_each(around.parent):
        yield Dropped(function, "forEach does not wait for an async function.", _LOOP)


def _references(name: Node | None, root: Node, text: bytes, scopes: Scopes) -> Iterator[Dropped]:
    if name is None or name.type != "identifier":
        return
    for found in words_of(text_of(name)).finditer(text):
        node = root.descendant_for_byte_range(*found.span())
        around = node.parent if node is not None else None
        if node is None or around is None or node.type != "identifier" or node == name:
            continue
        by_name = around.type == "call_expression" and around.child_by_field_name("function") == node and _stands_alone(around)
        for_each = (
            around.type == "arguments" and around.parent is not None and around.named_children[0] == node and _is_for_each(around.parent)
        )
        if (by_name or for_each) and [binding.node for binding in scopes.lookup(text_of(name), node.start_byte)] == [name]:
            yield _called(node, text_of(name)) if by_name else Dropped(node, "forEach does not wait for an async function.", _LOOP)


def _called(node: Node, name: str) -> Dropped:
    return Dropped(node, f"{name} is called without await.", _AWAIT)


def _stands_alone(node: Node | None) -> bool:
    """Whether an expression is a statement, so that nothing is done with its value."""
    around = _outside(node).parent if node is not None else None
    return around is not None and around.type == "expression_statement"


def _is_for_each(call: Node) -> bool:
    function = call.child_by_field_name("function")
    key = function.child_by_field_name("property") if function is not None else None
    return key is not None and text_of(key) == "forEach"


def _outside(node: Node) -> Node:
    while node.parent is not None and node.parent.type == "parenthesized_expression":
        node = node.parent
    return node
