"""Names that a source binds, and those that stand for the record whose event it is run for."""

from __future__ import annotations

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from centrali_deploy.bindings import bound_names, record_names, text_of


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
