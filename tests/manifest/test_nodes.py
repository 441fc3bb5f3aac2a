"""The tree of a text: where everything stands, and which anchors are where."""

from __future__ import annotations

from centrali_deploy.manifest.documents import feed
from centrali_deploy.manifest.nodes import Node, Tree


def root(text: str) -> Node:
    tree = Tree()
    feed(tree, text)
    assert tree.root
    return tree.root


def test_every_node_knows_where_it_stands() -> None:
    found = root('a: "b"\nc:\n  - {d: 1}\n')
    assert [(entry.key.start, entry.value.start, entry.value.end) for entry in found.entries if entry.key] == [
        ((0, 0), (0, 3), (0, 6)),
        ((1, 0), (2, 2), (3, 0)),
    ]
    item = found.entries[1].value.entries[0]
    assert (item.key, item.value.start, item.value.end, item.value.flow, item.value.block) == (None, (2, 4), (2, 10), True, False)


def test_what_is_not_written_is_empty() -> None:
    assert [entry.value.empty for entry in root("a:\nb: ''\nc: &x\nd: ~\n").entries] == [True, False, False, False]


def test_anchors_and_aliases_are_known_all_the_way_up() -> None:
    a, b, c = root("a: {d: [&x 1]}\nb: {e: *x}\n&k c: 1\n").entries
    assert (a.anchors, a.aliases) == ({"x"}, set())
    assert (b.anchors, b.aliases) == (set(), {"x"})
    assert c.anchors == {"k"}
