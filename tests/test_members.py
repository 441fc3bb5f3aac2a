"""What is reached from a name of the platform: the path, how it is called, and what is doubted."""

from __future__ import annotations

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Parser

from centrali_deploy.members import members, overwritten
from centrali_deploy.scopes import Scopes

LANGUAGE = Language(tree_sitter_javascript.language())


def reached(source: str) -> list[tuple[str, str]]:
    root = Parser(LANGUAGE).parse(source.encode()).root_node
    found = members("a", root, source.encode(), Scopes(LANGUAGE, root))
    marks = {"called": lambda each: each.arguments is not None, "guarded": lambda each: each.guarded, "given": lambda each: each.given}
    return [(".".join(each.path), " ".join(word for word, holds in marks.items() if holds(each))) for each in found]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a", []),
        ("a.b", [("b", "")]),
        ("a['b']", [("b", "")]),
        ("a[b]", []),
        ("x.a.b", []),
        ("x = {a: 1}; y = {a}", []),
        ("$a.b; a$.b; aa.b", []),
        ("a.b()", [("b", ""), ("b", "called")]),
        ("a.b`x`", [("b", ""), ("b", "")]),
        ("a.b.c.d", [("b", ""), ("b.c", "")]),
        ("(a).b", [("b", "")]),
        ("a.b ||= 1", [("b", "guarded"), ("b", "given")]),
        ("a = 1", [("", "given")]),
        ("a[b] = 1", [("", "given")]),
        ("'b' in a", [("b", "guarded")]),
        ("b in a", []),
        ("a.hasOwnProperty('b')", [("hasOwnProperty", ""), ("hasOwnProperty", "called"), ("b", "guarded")]),
        ("Object.hasOwn(a, 'b')", [("b", "guarded")]),
        ("Object.assign(a, b)", [("", "given")]),
        ("Object.assign(b, a)", []),
        ("const { b = 1, ['c']: d } = a", [("b", "")]),
        ("const b = a.b; b ?? 1; b()", [("b", ""), ("b", "guarded"), ("b", "called")]),
        ("const b = a; const c = b; c.d", [("d", "")]),
        ("let b = a; b = c; b.d", []),
        ("var b = a; var b = c; b.d", []),
        ("{ const b = a } b.c", []),
        ("const a = a; a.b", []),
        ("class B { #a = a.#b }", []),
    ],
)
def test_members_are_reached_however_they_are_written(source: str, found: list[tuple[str, str]]) -> None:
    assert reached(source) == found


def test_names_for_names_are_followed_without_end() -> None:
    names = [f"const b{n} = {f'b{n - 1}' if n else 'a'};" for n in range(300)]
    assert reached("".join(names) + "b299.c; (a" + " || x" * 1500 + ").d") == [("c", ""), ("d", "")]


@pytest.mark.parametrize(
    ("source", "columns"),
    [("function f() {} f = 1; f += 2", [17, 24]), ("let f; f = 1", []), ("function f() {} (f) => { f = 1 }", []), ("f = 1", [])],
)
def test_a_function_is_overwritten_where_something_is_assigned_to_it(source: str, columns: list[int]) -> None:
    root = Parser(LANGUAGE).parse(source.encode()).root_node
    assert [node.start_point.column + 1 for node in overwritten("f", root, source.encode(), Scopes(LANGUAGE, root))] == columns
