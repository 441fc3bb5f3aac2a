"""One place for each thing that is broken, near the one where a JavaScript engine would complain."""

from __future__ import annotations

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Parser

from centrali_deploy.broken import broken


def told(*lines: str) -> list[tuple[int, int, str]]:
    source = "async function run() {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"
    root = Parser(Language(tree_sitter_javascript.language())).parse(source.encode()).root_node
    return [(node.start_point.row + 1, node.start_point.column + 1, said) for node, said in broken(root)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["const x = [1, 2", "await api.log(x)"], (2, 13, '"[" is not closed')),
        (["const x = [1, 2", "const y = 3", "return y"], (2, 13, '"[" is not closed')),
        (["const x = {a: 1, b: 2", "await api.log(x)"], (2, 13, '"{" is not closed')),
        (["await api.log({message: 'x'}", "return 1"], (2, 16, '"(" is not closed')),
        (["await api.log({message: 'x')", "return 1"], (2, 30, '"}" is missing here')),
        (["[1].map(x => { return x + 1 )", "return 2"], (2, 16, '"{" is not closed')),
        (["if (a {", "  b()", "}"], (2, 8, '")" is missing here')),
        (["for (const x of y {", "}"], (2, 20, '")" is missing here')),
        (["if (a) {", "  b()", "return 1"], (2, 10, '"{" is not closed')),
        (["return `${f(`"], (2, 14, '"(" is not closed')),
        (["const s = 'abc", "return s"], (2, 13, "this makes no sense here: 'abc")),
        (["const f = (x) = > x", "return f(1)"], (2, 17, "this makes no sense here: =")),
        (["return {a: 1 b: 2}"], (2, 16, "this makes no sense here: b: 2")),
        (["f('a', )", "for await const x of y) {", "}", "return x"], (3, 3, "this makes no sense here: for await const x of y)")),
        (["const page = await api.queryRecords'orders', {", "  page: 1,", "});"], (2, 38, '";" is missing here')),
        (["return (1));"], (2, 13, "this makes no sense here: )")),
    ],
)
def test_a_broken_statement_is_told_once(lines: list[str], expected: tuple[int, int, str]) -> None:
    assert told(*lines) == [expected]


@pytest.mark.parametrize(
    ("lines", "word", "meant"),
    [
        (["retrun {", "  a,", "  b,", "};"], "retrun", "return"),
        (["retrun {", "  a: 1,", "  'b': [2],", "  ...c", "};"], "retrun", "return"),
        (["retrun { a: 1 };"], "retrun", "return"),
        (["retrun x;"], "retrun", "return"),
        (["cosnt {a, b} = x;", "return a;"], "cosnt", "const"),
        (["cosnt a = {", "  b: 1,", "};", "return a;"], "cosnt", "const"),
        (["thorw new Error('x');"], "thorw", "throw"),
        (["awiat api.log('x');"], "awiat", "await"),
        (["  fucntion inner() { return 1; }"], "fucntion", "function"),
        (["async funtion inner() { return 1; }"], "funtion", "function"),
    ],
)
def test_a_misspelt_word_is_told_alone_with_the_one_that_is_meant(lines: list[str], word: str, meant: str) -> None:
    column = lines[0].index(word) + 3
    assert told(*lines) == [(2, column, f"this makes no sense here: {word}\nDid you mean {meant}?")]


def test_what_is_wrong_after_a_misspelt_word_is_told_too() -> None:
    assert [line for line, _, _ in told("retrun {", "  a,", "};", "x = 1 2;", "if (a) {", "  retrun { b, c };", "}")] == [2, 5, 7]


def test_a_name_that_is_only_like_a_word_of_the_language_is_not_told_to_be_one() -> None:
    assert told("returned = [1, 2", "return 1") == [(2, 14, '"[" is not closed')]
    assert [said for _, _, said in told("value 5")] == ["this makes no sense here: 5"]


def test_two_statements_that_are_broken_are_two_problems() -> None:
    assert [line for line, _, _ in told("return a b", "x = 1", "return c d")] == [2, 4]


def test_what_is_whole_is_not_broken() -> None:
    assert told("return [1, {a: (2)}]") == []
