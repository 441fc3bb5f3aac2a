"""Names that a source binds, and those that stand for the record whose event it is run for."""

from __future__ import annotations

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from centrali_deploy.bindings import binders, bound_names, record_names, text_of, words_of


def root(source: str) -> Node:
    return Parser(Language(tree_sitter_javascript.language())).parse(source.encode()).root_node


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("a", ["a"]),
        ("{b, c: d, e = 2, ...f}", ["b", "d", "e", "f"]),
        ("{'g': h, [i]: j, k: {l} = {}}", ["h", "j", "l"]),
        ("[m, , [n] = o, ...p]", ["m", "n", "p"]),
        ("[]", []),
    ],
)
def test_every_name_of_a_pattern_is_known(pattern: str, names: list[str]) -> None:
    declarator = root(f"const {pattern} = x").named_children[0].named_children[0]
    bound = declarator.child_by_field_name("name")
    assert bound is not None
    assert [text_of(name) for name in bound_names(bound)] == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("const a = executionParams.recordId", {"a"}),
        ("let a = executionParams ?. recordId", {"a"}),
        ("const {recordId, data} = executionParams", {"recordId"}),
        ("const {recordId: b} = executionParams", {"b"}),
        ("const {recordId} = triggerParams", set()),
        ("let a", set()),
    ],
)
def test_names_of_the_record_are_those_that_its_id_is_bound_to(source: str, names: set[str]) -> None:
    assert set(record_names(root(source))) == names


@pytest.mark.parametrize(
    "source",
    [
        "const a = 1",
        "\nfunction a() {}",
        "f = ({a}) => 1",
        "f = a => 1",
        "import {b as a} from 'c'",
        "try {} catch (a) {}",
        "class a {}",
        "a => 1",
    ],
)
def test_what_may_bind_a_name_is_seen(source: str) -> None:
    assert binders("a", root(source))


@pytest.mark.parametrize(
    "source", ["", "a.b(a, [a], a[0], `${a}`, (a), {c: a, ...a})", "a?.b; a\n.c; x.a; /* const a */ f('a')", "const aa = a || $a"]
)
def test_what_only_uses_a_name_binds_none(source: str) -> None:
    assert not binders("a", root(source))


def test_a_name_is_found_where_it_is_a_word_of_its_own() -> None:
    assert [found.start() for found in words_of("a$").finditer(b"a$ aa$ a$a$ b.a$;a$")] == [0, 14, 17]
