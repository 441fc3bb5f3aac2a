"""The text of a manifest as a tree of nodes that know where they stand, so that it can be laid out anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from centrali_deploy.manifest.building import Event

Spot = tuple[int, int]
"""Line and column, counted from 0."""


class NotLaidOut(Exception):
    """Something is written in a way that is not laid out: at which line and column from 0 (None: nowhere in particular)."""

    def __init__(self, spot: Spot | None, message: str, hint: str) -> None:
        """Keep the three apart."""
        super().__init__(message)
        self.spot, self.message, self.hint = spot, message, hint


@dataclass(slots=True)
class Node:
    """A value or a key. `props`: an anchor or a tag stands before it. `anchors` and `aliases` are those in it, too."""

    sort: Literal["scalar", "alias", "mapping", "list"]
    start: Spot
    end: Spot
    text: str = ""
    style: str = ""
    flow: bool = False
    props: bool = False
    entries: list[Entry] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)

    @property
    def empty(self) -> bool:
        """Whether nothing is written where a value could be."""
        return self.sort == "scalar" and self.start == self.end

    @property
    def block(self) -> bool:
        """Whether it is a mapping or a list with its entries on lines of their own."""
        return self.sort in ("mapping", "list") and not self.flow


@dataclass(slots=True)
class Entry:
    """A member of a mapping, or an item of a list, which has no key.

    `before`, `head` and `after` are comments and blank lines: before it, between its key and what it holds, and after
    what it holds, there with how much more they are indented than itself. `rest` stands on the line of its key or dash,
    `tail` behind its value, `props` between key and block.
    """

    key: Node | None
    value: Node
    line: int = 0
    column: int = 0
    before: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    after: list[tuple[int, str]] = field(default_factory=list)
    rest: str = ""
    tail: str = ""
    props: str = ""

    @property
    def anchors(self) -> set[str]:
        """The anchors in it."""
        return self.value.anchors | (self.key.anchors if self.key else set())

    @property
    def aliases(self) -> set[str]:
        """The anchors it needs."""
        return self.value.aliases | (self.key.aliases if self.key else set())


class Tree:
    """Takes the events of a parser one by one; `root` is complete after the last one."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.root: Node | None = None
        self._stack: list[Node] = []
        self._keys: list[Node | None] = []

    def document(self, event: Event) -> None:
        """There is only one."""

    def scalar(self, event: Event) -> None:
        """A word or a text."""
        self._put(self._node("scalar", event, text=event.value, style=event.style or "", props=bool(event.anchor or event.tag)))

    def alias(self, event: Event) -> None:
        """What stood at an anchor stands here, too."""
        node = self._node("alias", event, text=event.anchor)
        node.anchors, node.aliases = set(), {event.anchor}
        self._put(node)

    def start(self, event: Event, value: Any) -> None:  # noqa: ANN401 -- a mapping or a list, empty as yet
        """A mapping or a list begins."""
        sort = "list" if isinstance(value, list) else "mapping"
        node = self._node(sort, event, flow=bool(event.flow_style), props=bool(event.anchor or event.tag))
        self._stack.append(node)
        self._keys.append(None)

    def end(self, event: Event) -> None:
        """The mapping or list that was begun last ends."""
        node = self._stack.pop()
        self._keys.pop()
        node.end = (event.end_mark.line, event.end_mark.column)
        self._put(node)

    def _node(self, sort: Any, event: Event, **more: Any) -> Node:  # noqa: ANN401 -- members of a node
        start, end = event.start_mark, event.end_mark
        return Node(sort, (start.line, start.column), (end.line, end.column), anchors={event.anchor} - {None}, **more)

    def _put(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        around = self._stack[-1]
        around.anchors |= node.anchors
        around.aliases |= node.aliases
        if around.sort == "mapping" and self._keys[-1] is None:
            self._keys[-1] = node
        else:
            around.entries.append(Entry(self._keys[-1], node))
            self._keys[-1] = None
