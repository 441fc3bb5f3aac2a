"""To whom comments and blank lines belong."""

from __future__ import annotations

import pytest

from centrali_deploy.manifest.comments import Comments
from centrali_deploy.manifest.documents import feed
from centrali_deploy.manifest.nodes import NotLaidOut, Tree

TEXT = """\
# licence

# of a
a: # on the line of a
  # of the block

  # of b
  b: 1 # behind b
    # deeper than b
  # at the end of b

# free, before c

c: |
  text
   # text, too
 # behind c
# the end
"""


def read(text: str) -> tuple[Comments, Tree]:
    tree, comments = Tree(), Comments(text.removesuffix("\n").split("\n"))
    feed(tree, text)
    assert tree.root
    comments.read(tree.root)
    return comments, tree


def test_every_comment_belongs_to_what_is_below_it_or_to_what_it_is_indented_under() -> None:
    comments, tree = read(TEXT)
    assert tree.root
    a, c = tree.root.entries
    b = a.value.entries[0]
    assert (comments.head, comments.tail) == (["# licence", ""], ["# the end"])
    assert (a.before, a.rest, a.head) == (["# of a"], " # on the line of a", ["# of the block", ""])
    assert (b.before, b.tail, b.after) == (["# of b"], " # behind b", [(2, "# deeper than b"), (0, "# at the end of b")])
    assert (c.before, c.after) == (["", "# free, before c", ""], [(1, "# behind c")])


def test_the_line_for_editors_stays_at_the_top() -> None:
    comments, tree = read("# yaml-language-server: $schema=x\n# of a\na: 1\n")
    assert tree.root
    assert (comments.head, tree.root.entries[0].before) == (["# yaml-language-server: $schema=x"], ["# of a"])


@pytest.mark.parametrize(("text", "spot"), [("? a\n: 1\n", (0, 2)), ("a: 1\n...\n# b\n", (1, 0)), ("--- # x\n&b\na: 1\n", (1, 0))])
def test_what_is_neither_an_entry_nor_a_comment_is_refused_with_its_place(text: str, spot: tuple[int, int]) -> None:
    with pytest.raises(NotLaidOut) as refused:
        read(text)
    assert refused.value.spot == spot
