"""What runs the code refuses although the parser takes it, and what only looks like it."""

from __future__ import annotations

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from centrali_deploy.early_errors import early_errors, possible
from centrali_deploy.scopes import Scopes

LANGUAGE = Language(tree_sitter_javascript.language())
IN_SYNC = "await stands in a function that is not async."
REFUSED = {
    "f = x => { await y }": IN_SYNC,
    "f = x => await y": IN_SYNC,
    "function f() { for await (const x of y) ; }": IN_SYNC,
    "function* f() { await x }": IN_SYNC,
    "async function f() { class A { m() { await x } } }": IN_SYNC,
    "async function f() { return { get a() { await x } } }": IN_SYNC,
    "async function f() { [1].map(function () { return await x }) }": IN_SYNC,
    "if (x) { await y }": "await stands outside of every function.",
    "for await (const x of y) ;": "await stands outside of every function.",
    "async function f() { class A { static { await x } } }": "await stands outside of every function.",
    "if (x) return": "return stands outside of every function.",
    "break": "break stands outside of every loop and switch.",
    "if (x) { break }": "break stands outside of every loop and switch.",
    "for (;;) { f(() => { break }) }": "break stands outside of every loop and switch.",
    "switch (x) { case 1: continue }": "continue stands outside of every loop.",
    "l: for (;;) { f(() => { for (;;) break l }) }": "There is no label l around this.",
    "const a = 1; const a = 2": "a is declared again.",
    "let a, a": "a is declared again.",
    "const a = 1, a = 2": "a is declared again.",
    "const {a, b: a} = c": "a is declared again.",
    "const {a = 1} = b; const a = 2": "a is declared again.",
    "const [a, ...b] = c; let b": "b is declared again.",
    "let a; var a": "a is declared again.",
    "var a; let a": "a is declared again.",
    "let a; { var a }": "a is declared again.",
    "let a; for (var a of b) ;": "a is declared again.",
    "for (let a of b) { var a }": "a is declared again.",
    "function a() {} const a = 1": "a is declared again.",
    "const a = 1; function a() {}": "a is declared again.",
    "const a = 1; class a {}": "a is declared again.",
    "class a {} class a {}": "a is declared again.",
    "import a from 'b'; import {c as a} from 'd'": "a is declared again.",
    "function f(a) { let a }": "a is declared again.",
    "function f({b: [a]}) { const a = 1 }": "a is declared again.",
    "f = a => { const a = 1 }": "a is declared again.",
    "f = (b, a = 1) => { const a = 1 }": "a is declared again.",
    "f = (b, a = g()) => { const a = 1 }": "a is declared again.",
    "f = (a, a) => 1": "a is declared again.",
    "f = { m(a) { const a = 1 } }": "a is declared again.",
    "f = { m(a, a) {} }": "a is declared again.",
    "function f({a}, a) {}": "a is declared again.",
    "try {} catch (a) { let a }": "a is declared again.",
    "try {} catch ({a}) { var a }": "a is declared again.",
    "try {} catch (a) { function a() {} }": "a is declared again.",
    "switch (x) { case 1: let a; default: let a }": "a is declared again.",
    "{ async function a() {} function a() {} }": "a is declared again.",
    "{ function a() {} var a }": "a is declared again.",
    "const a": "const a has no value.",
}
FINE = [
    "var a; var a",
    "var a; for (var a of b) ; { var a }",
    "function a() {} function a() {} var a",
    "{ function a() {} function a() {} }",
    "const a = 1; { const a = 2 }",
    "{ const a = 1 } { const a = 2 }",
    "if (x) { const a = 1 } else { const a = 2 }",
    "const a = 1; function f() { const a = 2 }",
    "const a = 1; f = a => a",
    "const a = 1; f = (a, b) => a + b",
    "const a = 1; for (const a of b) ;",
    "for (const a of b) { const a = 1 }",
    "for (let a = 0;;) { let a = 1 }",
    "for (const a of b) ; for (const a in b) ;",
    "function f(a) { var a }",
    "function f(a) { function a() {} }",
    "function f(a) { if (a) { let a } }",
    "function f(a, a) {}",
    "f = function a() { let a }",
    "const a = function a() {}",
    "const a = class a {}",
    "const a = class { a() {} static a = 1 }",
    "try {} catch (a) { var a }",
    "try {} catch (a) {} try {} catch (a) {}",
    "try {} catch (a) { if (a) { let a } }",
    "switch (x) { case 1: { let a } default: { let a } }",
    "const a = {a: 1}; f({a}); const b = [a, a]",
    "const {a: b} = c; const a = 1",
    "let x; const a = '; let x'; // let x",
    "function f() { return } f = () => { return }",
    "class A { get a() { return 1 } static m() { return 2 } }",
    "async function f() { await x; for await (const y of z) await y }",
    "f = async x => await x; g = async () => { await y }",
    "x = { async m() { await y }, async *n() { await y } }",
    "async function* f() { await x }",
    "async function f() { class A { [await x]() {} } }",
    "while (1) break; do { continue } while (1)",
    "for (const a of b) { if (a) continue; switch (a) { case 1: break; case 2: continue } }",
    "l: for (;;) { for (;;) { continue l } } m: { break m }",
    "for (let a; ;) ; for (const a of b) ;",
]


def parsed(source: str) -> Node:
    return Parser(LANGUAGE).parse(source.encode()).root_node


def told(source: str) -> list[str]:
    root = parsed(source)
    return [] if root.has_error else [mistake.message for mistake in early_errors(Scopes(LANGUAGE, root))]


@pytest.mark.parametrize(("source", "message"), REFUSED.items())
def test_what_cannot_be_run_is_told_once(source: str, message: str) -> None:
    assert told(source) == [message]
    assert possible(source, parsed(source))


@pytest.mark.parametrize("source", FINE)
def test_what_can_be_run_is_fine(source: str) -> None:
    assert told(source) == []


def test_every_mistake_comes_in_the_order_of_the_source() -> None:
    source = "const a = 1; break; const a = 2; f = () => { await a; return }; let a"
    assert told(source) == ["break stands outside of every loop and switch.", "a is declared again.", IN_SYNC, "a is declared again."]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "const a = b.filter((c) => c.d === 1).length",
        "const a = 1;\nconst b = a;\nfunction f(c, d) { g(c, d) }",
        "async function run() { f((x) => x) }",
        "async function run() { for (const a of await b()) { if (a) continue; const c = await a; } return 1 }\nfunction f(a) { return a }",
        "const f = async () => { while (1) { break } return { async m() { return 1 } } }; f(() => { return 1 })",
    ],
)
def test_code_that_declares_each_name_once_is_not_swept(source: str) -> None:
    assert not possible(source, parsed(source))
