"""What the text alone tells of names that are declared twice: certain where it says that none is, and quick for most code."""

from __future__ import annotations

import pytest

from centrali_deploy.outline import twice

CERTAIN = [
    "",
    "const a = 1; const b = a; let c = 2; let d;",
    "const { a, b: c } = await api.x(); const [d, e = 1] = f;",
    "function a(b, c) { const d = b / c; return `${d} it's` }\nfunction e(b, c) { const d = 1 }",
    "const a = b.filter((c) => c.d).map((c) => c.e).reduce((c, d) => c + d, 0);",
    "for (const a of b) { const c = 1; } for (const a of b) { const c = 1; }",
    "for (const [a, b] of Object.entries(c)) { const d = a; } for (let a = 0; a < 1; a++) { let b = a; }",
    "if (a.b && a.c) { const d = 1; } else { const d = 2; }",
    "try { const a = 1; } catch (b) { const a = b; } try { a() } catch (b) { a() }",
    "const a = async (b) => { const c = await b; }; const d = e => { const c = e; };",
    "// const a = 1; don't\nconst a = 'const a = 1'; /* const a = `1 */ const b = \"it's\";",
    "const a = b.replace(/['\"{]/g, '').split(/[/`]/);",
    "class A { #b = 1; c(d) { const e = d; } get f() { return { g: 1, h(d) { return d } } } }",
    "switch (a) { case 1: { const b = 1; break; } default: { const b = 2; } }",
]
DOUBTFUL = [
    "const a = 1; const a = 2",
    "const a = 1, a = 2",
    "const a = 1, [a] = 2",
    "let a = 1, // it's\na;",
    "let a\nlet a",
    "const /* b */ a = 1; const a = 2",
    "const { a, b: { a } } = c",
    "const { a, b: a } = c",
    "const a",
    "var a; let a",
    "import a from 'b'; const a = 1",
    "function /* b */ a() {} const a = 1",
    "function f(a) { const a = 1 }",
    "function f(a) /* b */ { const a = 1 }",
    "function f(a = (1)) { const a = 1 }",
    "f = (a, a) => 1",
    "f = ([a], a) => 1",
    "f = a => { const a = 1 }",
    "f = a => // b\n { const a = 1 }",
    "f = { m(a) { let a = 1; } }",
    "try {} catch ({ a }) { const a = 1 }",
    "for (const a of b) const a = 1",
    "for (var a of b) ;",
    "f = `${(a, a) => 1}`",
    "f = <b>it's</b>; const a = '; const a = '",
    "f = <!-- it's\nconst a = 1; const a = '2'",
    "if (a) /'/.test(b); const c = 1; const c = '2'",
    "const a = 1 // b\rconst a = 2",
]


@pytest.mark.parametrize("source", CERTAIN)
def test_of_most_code_the_text_tells_that_no_name_is_declared_twice(source: str) -> None:
    assert not twice(source)


@pytest.mark.parametrize("source", DOUBTFUL)
def test_where_one_is_or_the_text_does_not_tell_there_is_doubt(source: str) -> None:
    assert twice(source)
