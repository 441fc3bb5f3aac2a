"""Names that a source binds, and those that stand for the record whose event it is run for."""

from __future__ import annotations

import pytest
import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from centrali_deploy.bindings import declared, record_names


def root(source: str) -> Node:
    return Parser(Language(tree_sitter_javascript.language())).parse(source.encode()).root_node


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("const a = 1, {b, c: d, e = 2, ...f} = x", {"a", "b", "d", "e", "f"}),
        ("function g(h, [i], {j} = {}) {}", {"g", "h", "i", "j"}),
        ("class K {}", {"K"}),
        ("for (const l of m) {}", {"l"}),
        ("try {} catch (n) {}", {"n"}),
        ("x(o => o)", {"o"}),
    ],
)
def test_every_way_to_bind_a_name_is_known(source: str, names: set[str]) -> None:
    assert set(declared(root(source))) == names


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
