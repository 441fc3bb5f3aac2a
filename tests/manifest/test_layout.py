"""Whatever a manifest looks like: the same data, every comment, nothing left to do the second time."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.formatting import formatted

if TYPE_CHECKING:
    from collections.abc import Iterable

SCALARS = ("x", "5", "true", "null", "''", '"a # b"', "'it''s: {x}'", "a b", "http://a/b#c", "${var:a}", "!!str 5", "~")
FLOWS = ("{}", "[]", "{ b: 1,a: [x,  2] }", "[ {type: string,  name: a} ,b ]", '{"a":1}', "[a: 1]", "{a, b: 2}", "{a: , b: {c: }}", "[1,]")
LONG = ('"a\n\n    b \\\n  c"', "a\n   b\n  c", "'a\n b'", "{a: 1,\n      # in\n   b: [1,\n 2]\n}", "[\na\n]")
TEXTS = ("|", "|-", "|+", ">", ">-", ">+")
LINES = ("a", "# no comment", "", "  deeper", "   ", "- b: c", "d  ")
NAMES = ("name", "type", "id", "timeoutMs", "code", "description", "b", '"q r"', "nextStepId", "properties", "items", "conditions", "<<")
TOP = ("version", "workspace", "variables", "functions", "structures", "orchestrations", "triggers", "environments", "other")


class Messy:
    """Writes a manifest as nobody should, with a comment that nobody else has wherever one may be."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.comments = 0
        self.anchors: list[str] = []

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    def comment(self) -> str:
        self.comments += 1
        return f"#c{self.comments}."

    def between(self, indent: int) -> Iterable[str]:
        """Blank lines and comments; any indentation will do for these."""
        while self.chance(4):
            if self.chance(2):
                yield self.draw(st.sampled_from(("", "  ", " " * 12)))
            else:
                yield " " * max(0, indent + self.draw(st.integers(-4, 4))) + self.comment()

    def behind(self) -> str:
        return (
            f"{self.draw(st.sampled_from((' ', '   ')))}{self.comment()}" if self.chance(5) else self.draw(st.sampled_from(("", "", "  ")))
        )

    def anchor(self) -> str:
        if not self.chance(6):
            return ""
        self.anchors.append(f"a{self.draw(st.integers(1, 4))}")
        return f" &{self.anchors[-1]}"

    def text(self, indent: int) -> list[str]:
        """A block of text, the header first."""
        inside = indent + self.draw(st.integers(1, 5))
        said = self.draw(st.sampled_from(TEXTS))
        lines = [self.draw(st.sampled_from(LINES)) for _ in range(self.draw(st.integers(0, 4)))]
        if lines and lines[0].startswith(" "):
            said += str(inside - indent)
        return [f" {said}{self.behind()}", *(" " * inside + line if line.strip() or self.chance(2) else "" for line in lines)]

    def block(self, indent: int, depth: int) -> list[str]:
        return self.mapping(indent, depth, NAMES) if self.chance(2) else self.items(indent, depth)

    def value(self, indent: int, depth: int) -> list[str]:
        """What stands behind a colon or a dash at this indentation; the first line goes on behind it."""
        if self.anchors and self.chance(8):
            return [f" *{self.draw(st.sampled_from(self.anchors))}{self.behind()}"]
        if depth and self.chance(2):
            inside = indent + self.draw(st.integers(1, 5))
            return [self.anchor() + self.behind(), *self.between(inside), *self.block(inside, depth - 1)]
        return self.draw(st.sampled_from((self.scalar, self.below, self.braces, self.long, lambda _: [self.behind()], self.text)))(indent)

    def scalar(self, _indent: int) -> list[str]:
        return [f"{self.anchor()} {self.draw(st.sampled_from(SCALARS))}{self.behind()}"]

    def braces(self, _indent: int) -> list[str]:
        return [f"{self.anchor()} {self.draw(st.sampled_from(FLOWS))}{self.behind()}"]

    def below(self, indent: int) -> list[str]:
        return [self.behind(), " " * (indent + 2) + self.draw(st.sampled_from(SCALARS)) + self.behind()]

    def long(self, indent: int) -> list[str]:
        first, *more = self.draw(st.sampled_from(LONG)).split("\n")
        rest = [" " * (indent + 1) + line if line else "" for line in more]
        return [f" {first}", *rest[:-1], rest[-1] + self.behind()]

    def mapping(self, indent: int, depth: int, names: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for name in self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)):
            first, *more = ["", *self.mapping(indent + 2, 0, NAMES)] if name == "<<" else self.value(indent, depth)
            found += [*self.between(indent), " " * indent + name + ":" + first, *more]
        return found

    def items(self, indent: int, depth: int) -> list[str]:
        found: list[str] = []
        for _ in range(self.draw(st.integers(1, 3))):
            spaces = self.draw(st.integers(1, 3))
            if depth and self.chance(2):
                first, *more = self.block(indent + 1 + spaces, depth - 1)
                while not first.strip() or first.strip().startswith("#"):  # what is above cannot stand behind a dash
                    found.append(first)
                    first, *more = more
                first = " " * spaces + first.lstrip()
            else:
                first, *more = self.value(indent, depth)
            found += [*self.between(indent), " " * indent + "-" + first, *more]
        return found


@st.composite
def manifests(draw: st.DrawFn) -> str:
    messy = Messy(draw)
    lines = messy.mapping(0, draw(st.integers(1, 4)), TOP)
    lines += messy.between(0)
    return draw(st.sampled_from(("\n", "\r\n"))).join([*lines, *draw(st.sampled_from(([""], [], ["", ""])))])


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"#c\d+\.|# in", text))


def data_of(text: str) -> Any:
    try:
        return parse_document(text, "m").data
    except Exception:  # noqa: BLE001 -- what is no YAML is not for us
        return None


@settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")), deadline=None, database=None, derandomize=True)
@given(manifests())
def test_data_and_comments_survive_every_layout_and_once_is_enough(text: str) -> None:
    data = data_of(text)
    if data is None:
        return
    once, left = formatted(text, "m")
    if left:
        assert "below an empty text" in left.message, left
        assert once == text
        return
    assert parse_document(once, "m").data == data
    assert comments(once) == comments(text)
    assert formatted(once, "m") == (once, None)
    assert ("\r\n" in once) == ("\r\n" in text)
