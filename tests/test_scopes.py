"""What a name stands for at a place, and where the jumps of a source stand."""

from __future__ import annotations

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Parser

from centrali_deploy.scopes import Scopes

LANGUAGE = Language(tree_sitter_javascript.language())


def swept(source: str) -> Scopes:
    return Scopes(LANGUAGE, Parser(LANGUAGE).parse(source.encode()).root_node)


@pytest.mark.parametrize(
    ("source", "sorts"),
    [
        ("HERE", []),
        ("const a = HERE", ["lexical"]),
        ("var b, {a} = HERE", ["var"]),
        ("{ let a } HERE", []),
        ("{ var a } HERE", ["var"]),
        ("function a() { HERE }", ["function"]),
        ("{ function* a() { HERE } }", ["nested"]),
        ("{ function a() {} } HERE", ["own"]),
        ("if (b) function a() {} HERE", ["function"]),
        ("f = function a() { HERE }", ["own"]),
        ("class a { m() { HERE } }", ["lexical"]),
        ("import a from 'b'; HERE", ["lexical"]),
        ("import {b as a} from 'b'; HERE", ["lexical"]),
        ("import * as a from 'b'; HERE", ["lexical"]),
        ("f = a => HERE", ["parameter"]),
        ("f = ({b: [a]}, ...c) => { HERE }", ["parameter"]),
        ("f = { m(a) { return () => HERE } }", ["parameter"]),
        ("f = { a() { HERE } }", []),
        ("for (const a of b) HERE", ["lexical"]),
        ("for (var a in b) ; HERE", ["var"]),
        ("for (a of b) HERE", []),
        ("for (let a = 0; ;) { HERE }", ["lexical"]),
        ("try {} catch (a) { HERE }", ["catch"]),
        ("try {} catch ([a]) { HERE }", ["pattern"]),
        ("try {} catch (a) {} HERE", []),
        ("var a; f = (a) => { let a; HERE }", ["parameter", "lexical"]),
    ],
)
def test_a_name_stands_for_the_innermost_thing_of_that_name(source: str, sorts: list[str]) -> None:
    assert [binding.sort for binding in swept(source).lookup("a", source.index("HERE"))] == sorts


def test_jumps_are_known_with_the_function_that_they_stand_in() -> None:
    source = "async function f() { for await (const x of y) { await x; break } return () => { while (1) continue } }"
    assert [(node.type, scope.sort, scope.function().sort) for node, scope in swept(source).jumps] == [
        ("await", "for_in_statement", "function_declaration"),
        ("await_expression", "statement_block", "function_declaration"),
        ("break_statement", "statement_block", "function_declaration"),
        ("return_statement", "function_declaration", "function_declaration"),
        ("continue_statement", "while_statement", "arrow_function"),
    ]
