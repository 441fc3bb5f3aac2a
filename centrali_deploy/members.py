"""What is reached from one of the platform's own names: `api.crypto.sha256`, however it is spelt and whatever it is called.

Names of the function's own that only look alike are left out, and so is what is only known when the function runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from centrali_deploy.bindings import text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from centrali_deploy.scopes import Scopes

_DEEPEST = 2
_WORDS = {"identifier", "shorthand_property_identifier"}
_EITHER = {"||", "??"}
_SAME = {"===", "==", "!==", "!="}
_NOTHING = {"undefined", "null"}
_CONDITIONS = {"if_statement", "while_statement", "do_statement", "ternary_expression", "for_statement"}


class Member(NamedTuple):
    """A member that is reached: its path without the name it begins with (none: the name itself), and the node that names it.

    `arguments`: of a call of it. `guarded`: it may be absent, says the code. `given`: the code puts it there itself.
    """

    path: tuple[str, ...]
    node: Node
    arguments: Node | None = None
    guarded: bool = False
    given: bool = False


class _Reached:
    def __init__(self, root: Node, text: bytes, scopes: Scopes) -> None:
        self.root, self.text, self.scopes = root, text, scopes
        self.seen: set[int] = set()
        self.waiting: list[tuple[Node, tuple[str, ...], Node]] = []
        """Expressions that are still to be followed, what each stands for, and the node that names it."""

    def references(self, name: str, bound: Node | None = None) -> list[Node]:
        """Where a name stands for what this node binds (None: what the platform gives)."""
        found = []
        for match in words_of(name).finditer(self.text):
            node = self.root.descendant_for_byte_range(*match.span())
            if node is None or node.type not in _WORDS or (node.start_byte, node.end_byte) != match.span():
                continue
            binding = self.scopes.lookup(name, match.start())
            if (not binding and bound is None) or (len(binding) == 1 and binding[0].node == bound and node != bound):
                found.append(node)
        return found

    def everything(self, name: str) -> Iterator[Member]:
        """Every member that is reached from a name."""
        self.waiting = [(node, (), node) for node in self.references(name)]
        while self.waiting:
            yield from self._follow(*self.waiting.pop())

    def _follow(self, node: Node, path: tuple[str, ...], named: Node) -> Iterator[Member]:
        """What is reached right from an expression, which stands for what the path leads to."""
        inner = _outside(node)
        parent = inner.parent
        if parent is None:
            return
        match parent.type, _field(parent, inner):
            case (("member_expression" | "subscript_expression"), "object"):
                yield from self._member(parent, path)
            case "call_expression", "function":
                arguments = parent.child_by_field_name("arguments")
                yield Member(path, named, arguments if arguments is not None and arguments.type == "arguments" else None)
            case ("variable_declarator", "value") | ("assignment_expression", "right"):
                yield from self._bind(parent.child_by_field_name("name") or _pattern(parent.child_by_field_name("left")), path)
            case (("assignment_expression" | "augmented_assignment_expression"), "left"):
                yield Member(path, named, given=True)
            case "binary_expression", side:
                yield from self._beside(parent, side, path)
            case "arguments", _:
                yield from self._passed(parent, inner, path, named)

    def _beside(self, node: Node, side: str, path: tuple[str, ...]) -> Iterator[Member]:
        """What a default follows stands for the same; what is asked for with `in` may be absent."""
        if side == "left" and _operator(node) in _EITHER:
            self.waiting.append((node, path, node))
        elif side == "right" and _operator(node) == "in" and (key := _key(node.child_by_field_name("left"))) is not None:
            yield Member((*path, text_of(key)), key, guarded=True)

    def _member(self, node: Node, path: tuple[str, ...]) -> Iterator[Member]:
        key = node.child_by_field_name("property") or _key(node.child_by_field_name("index"))
        if key is None:
            yield from [Member(path, node, given=True)] if _assigned(node) else []
        elif len(path) < _DEEPEST and key.type != "private_property_identifier":
            reached = (*path, text_of(key))
            yield Member(reached, key, guarded=_guarded(_outside(node)))
            self.waiting.append((node, reached, key))

    def _passed(self, arguments: Node, node: Node, path: tuple[str, ...], named: Node) -> Iterator[Member]:
        """What is passed to a function of every object that asks for a member, or that adds some."""
        function = arguments.parent.child_by_field_name("function") if arguments.parent is not None else None
        given = [child for child in arguments.named_children if child.type != "comment"]
        called = text_of(function) if function is not None else ""
        if called in {"Object.assign", "Object.defineProperty", "Object.defineProperties"} and given[0] == node:
            yield Member(path, named, given=True)
        elif called == "Object.hasOwn" and len(given) > 1 and (key := _key(given[1])) is not None:
            yield Member((*path, text_of(key)), key, guarded=True)

    def _bind(self, pattern: Node | None, path: tuple[str, ...]) -> Iterator[Member]:
        """The members that a pattern names, and whatever is reached from the names that it binds."""
        if pattern is None or pattern.id in self.seen:
            return
        self.seen.add(pattern.id)
        if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
            references = self.references(text_of(pattern), pattern)
            if not any(map(_assigned, references)):
                yield from (Member(path, each, guarded=True) for each in references if path and _guarded(_outside(each)))
                self.waiting += ((each, path, each) for each in references)
        elif pattern.type == "assignment_pattern":
            yield from self._bind(pattern.child_by_field_name("left"), path)
        elif pattern.type == "object_pattern" and len(path) < _DEEPEST:
            for child in pattern.named_children:
                yield from self._taken(child, path)

    def _taken(self, child: Node, path: tuple[str, ...]) -> Iterator[Member]:
        key: Node | None = child
        value: Node | None = child
        if child.type == "pair_pattern":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            key = key if key is not None and key.type == "property_identifier" else _key(key)
        elif child.type == "object_assignment_pattern":
            key = value = child.child_by_field_name("left")
        if key is not None and key.type in {"shorthand_property_identifier_pattern", "property_identifier", "string_fragment"}:
            reached = (*path, text_of(key))
            yield Member(reached, key)
            yield from self._bind(value, reached)


def members(name: str, root: Node, text: bytes, scopes: Scopes) -> list[Member]:
    """Everything that is reached from a name of the platform, in the order of the source."""
    reached = _Reached(root, text, scopes)
    found = list(reached.everything(name))
    for member in [each for each in found if each.path[-1:] == ("hasOwnProperty",) and each.arguments is not None]:
        for key in map(_key, (member.arguments or member.node).named_children):
            found += [Member((*member.path[:-1], text_of(key)), key, guarded=True)] if key is not None else []
    return sorted(found, key=lambda member: member.node.start_byte)


def overwritten(name: str, root: Node, text: bytes, scopes: Scopes) -> Iterator[Node]:
    """Where something is assigned to a function that is declared at the top."""
    for binding in scopes.every[0].names.get(name, ()):
        for node in _Reached(root, text, scopes).references(name, binding.node) if binding.sort == "function" else ():
            yield from [node] if _assigned(node) else []


def _key(node: Node | None) -> Node | None:
    """The text of a string that is written out."""
    inside = node.named_children if node is not None and node.type == "string" else []
    return inside[0] if len(inside) == 1 and inside[0].type == "string_fragment" else None


def _outside(node: Node) -> Node:
    """An expression with the brackets around it."""
    while node.parent is not None and node.parent.type == "parenthesized_expression" and node.parent.parent is not None:
        if node.parent.parent.type in _CONDITIONS and _field(node.parent.parent, node.parent) == "condition":
            break
        node = node.parent
    return node


def _field(parent: Node | None, node: Node) -> str:
    """Which part of its parent a node is."""
    for at, child in enumerate(parent.children if parent is not None else ()):
        if child == node and parent is not None:
            return parent.field_name_for_child(at) or ""
    return ""


def _pattern(node: Node | None) -> Node | None:
    return node if node is not None and node.type == "object_pattern" else None


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return operator.type if operator is not None else ""


def _assigned(node: Node) -> bool:
    """Whether something is assigned to this."""
    sort = node.parent.type if node.parent is not None else ""
    return sort in {"assignment_expression", "augmented_assignment_expression"} and _field(node.parent, node) == "left"


def _guarded(node: Node) -> bool:
    """Whether the code asks if this is there: before a `?.` or `??`, in a condition, or beside nothing."""
    while (parent := node.parent) is not None:
        asked = _asks(parent, node)
        if asked is not None:
            return asked
        node = parent
    return False


def _asks(parent: Node, node: Node) -> bool | None:
    """The same by what is right around it; None: what is around that decides."""
    field, operator = _field(parent, node), _operator(parent)
    asked: bool | None = False
    match parent.type:
        case "member_expression" | "subscript_expression" | "call_expression":
            asked = field in {"object", "function"} and any(child.type == "optional_chain" for child in parent.children)
        case "unary_expression":
            asked = operator in {"!", "typeof", "delete", "void"}
        case "augmented_assignment_expression":
            asked = field == "left" and operator in {"||=", "??=", "&&="}
        case "binary_expression" if operator in _SAME:
            other = parent.child_by_field_name("left" if field == "right" else "right")
            asked = other is not None and text_of(other) in _NOTHING
        case "binary_expression" if operator in {*_EITHER, "&&"}:
            asked = True if field == "left" else None
        case "parenthesized_expression":
            asked = None
        case sort if sort in _CONDITIONS:
            asked = field == "condition"
    return asked
