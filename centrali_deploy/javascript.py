"""What a function's source contains, read from its syntax tree: the door to the JavaScript parser.

Comments and texts are never mistaken for code. What depends on a value that is only known when the function runs is
reported as unknown, never guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from centrali_deploy.bindings import RECORD, compact, record_names, text_of
from centrali_deploy.broken import broken
from centrali_deploy.early_errors import early_errors, possible
from centrali_deploy.marks import Marked, markable, marked
from centrali_deploy.meanwhile import Meanwhile
from centrali_deploy.members import members, overwritten
from centrali_deploy.runtime import host_in
from centrali_deploy.scopes import Scopes
from centrali_deploy.unawaited import of_api, of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from centrali_deploy.members import Member

_LANGUAGE = Language(tree_sitter_javascript.language())
FOREIGN = ("console", "exports", "fetch", "module", "process", "require")
"""Names that other platforms have."""
_USES = re.compile(f"(?:{'|'.join((*FOREIGN, 'export', 'import'))})(?![\\w$])".encode())
_USING = {
    ("call_expression", "identifier"): "function",
    ("call_expression", "import"): "function",
    ("member_expression", "identifier"): "object",
}
_INPUTS = ("triggerParams", "executionParams")
RUN = "run"
_ASSIGNED = re.compile(rf"{RUN}\s*[-+*/%&|^?<>]*=(?![=>])")


class Spot(NamedTuple):
    """A place in the source: line and column counted from 1, in characters."""

    line: int
    column: int


class Call(NamedTuple):
    """A call of a member of `api`: which one, the structure it names, the host of its URL (None: only known when it runs).

    `same`: its first argument is the id of the record whose event the function is run for.
    """

    method: str
    slug: str | None
    spot: Spot = Spot(0, 0)
    same: bool = False
    host: str | None = None


class Use(NamedTuple):
    """Something used that other platforms have: `require`, `process`, `import`."""

    name: str
    spot: Spot


class Known(NamedTuple):
    """A member of `api` that the code counts on: its path (`("crypto", "sha256")`)."""

    path: tuple[str, ...]
    spot: Spot


class Refused(NamedTuple):
    """What keeps the code from being run although the parser takes it, or what it does not wait for: what is wrong, and what now."""

    message: str
    hint: str
    spot: Spot


class Read(NamedTuple):
    """A member of one of the inputs that the code counts on: `executionParams.recordId`, not asked for and not put there by itself."""

    source: str
    member: str
    spot: Spot


class Run(NamedTuple):
    """A top-level function named `run`."""

    is_async: bool
    parameters: int
    spot: Spot


class Facts(NamedTuple):
    """What a source contains. `errors`: where it is not JavaScript, and what is wrong there. `overwritten`: where run is replaced."""

    errors: tuple[tuple[Spot, str], ...]
    refused: tuple[Refused, ...]
    runs: tuple[Run, ...]
    calls: tuple[Call, ...]
    members: tuple[Known, ...]
    uses: tuple[Use, ...]
    reads: tuple[Read, ...]
    overwritten: tuple[Spot, ...]
    unawaited: tuple[Refused, ...]


def calls(source: str) -> tuple[Call, ...]:
    """Every call of a member of `api`, in the order of the source."""
    return facts(source).calls


@lru_cache(maxsize=4096)
def facts(source: str) -> Facts:
    """Everything that is known of a source without running it."""
    return _READ(source)


@lru_cache(maxsize=256)
def watched(source: str) -> Marked:
    """A source as it is run, with marks at the promises it makes; one that is not JavaScript stays as it is."""
    root = _parsed(source) if markable(source) else None
    return Marked(source) if root is None or root.has_error else marked(source, root, _LANGUAGE)


def read_ahead(sources: Iterable[str]) -> None:
    """Begin to read sources that are going to be asked for, in that order."""
    _READ.begin(list(dict.fromkeys(sources)))


def _facts(source: str) -> Facts:
    """What cannot be in a source is not looked for in its tree."""
    root, text = _parsed(source), source.encode()
    errors = broken(root)
    names = [name for name in ("api", *_INPUTS) if name in source]
    assigned = _ASSIGNED.search(source) is not None
    swept = Scopes(_LANGUAGE, root)
    reached = {name: members(name, root, text, swept) for name in names}
    mistakes = early_errors(swept) if not errors and possible(source, root) else []
    unawaited = list(of_api(reached.get("api", ())))
    if source.count("async") > 1 and not errors:
        unawaited += of_its_own(root, text, swept)
    return Facts(
        tuple((_spot(node, text), said) for node, said in errors),
        tuple(Refused(said, hint, _spot(node, text)) for node, said, hint in mistakes),
        tuple(_runs(root, text)),
        tuple(_calls(reached.get("api", ()), root, text)),
        tuple(Known(member.path, _spot(member.node, text)) for member in _counted_on(reached.get("api", ()))),
        tuple(_uses(root, text, swept)),
        tuple(_reads(reached, text)),
        tuple(_spot(node, text) for node in overwritten(RUN, root, text, swept)) if assigned else (),
        tuple(Refused(said, hint, _spot(node, text)) for node, said, hint in sorted(unawaited, key=lambda one: one.node.start_byte)),
    )


_READ = Meanwhile(_facts)


def _parsed(source: str) -> Node:
    return Parser(_LANGUAGE).parse(source.encode()).root_node


def _calls(reached: Sequence[Member], root: Node, text: bytes) -> Iterator[Call]:
    ids = {RECORD, *record_names(root)} if b"recordId" in text else set()
    for member in reached:
        if len(member.path) == 1 and member.arguments is not None:
            yield _call(member.path[0], member.node, member.arguments, text, ids)


def _counted_on(reached: Sequence[Member]) -> Iterator[Member]:
    """Members that the code neither asks for before it takes them, nor puts there itself."""
    doubtful = {member.path for member in reached if member.guarded or member.given}
    seen = set()
    for member in reached:
        if member.path and member.node.start_byte not in seen and () not in doubtful and member.path not in doubtful:
            seen.add(member.node.start_byte)
            yield member


def _uses(root: Node, text: bytes, scopes: Scopes) -> Iterator[Use]:
    for found in _USES.finditer(text):
        node = root.descendant_for_byte_range(*found.span())
        if node is not None and (node.start_byte, node.end_byte) == found.span() and _used(node):
            name = text_of(node)
            yield from [] if scopes.lookup(name, node.start_byte) else [Use(name, _spot(node, text))]


def _used(node: Node) -> bool:
    """Whether a name is called or a member taken of it, or a word is that of an import or export."""
    parent = node.parent
    if parent is not None and parent.type == node.type == "import":
        node, parent = parent, parent.parent
    if parent is None or parent.type == f"{node.type}_statement":
        return parent is not None
    field = _USING.get((parent.type, node.type))
    return field is not None and parent.child_by_field_name(field) == node


def _reads(reached: dict[str, list[Member]], text: bytes) -> Iterator[Read]:
    found = [(member.node.start_byte, name, member) for name in _INPUTS for member in _counted_on(reached.get(name, ()))]
    for _, name, member in sorted(found, key=lambda each: each[0]):
        if len(member.path) == 1:
            yield Read(name, member.path[0], _spot(member.node, text))


def _runs(root: Node, text: bytes) -> Iterator[Run]:
    exported = [child for node in root.named_children if node.type == "export_statement" for child in node.named_children]
    for node in (*root.named_children, *exported):
        name = node.child_by_field_name("name") if node.type in {"function_declaration", "generator_function_declaration"} else None
        if name is not None and text_of(name) == RUN:
            parameters = node.child_by_field_name("parameters")
            is_async = any(child.type == "async" for child in node.children) and node.type == "function_declaration"
            yield Run(is_async, sum(child.type != "comment" for child in parameters.named_children) if parameters else 0, _spot(name, text))


def _call(name: str, node: Node, arguments: Node, text: bytes, ids: set[str]) -> Call:
    first = next((node for node in arguments.named_children if node.type != "comment"), None)
    same = compact(first) in ids
    slug, whole = _beginning(first)
    if first is not None and first.type == "object":
        pairs = ((pair.child_by_field_name("key"), pair.child_by_field_name("value")) for pair in first.named_children)
        first = next((value for key, value in pairs if key is not None and text_of(key).strip("'\"") == "url"), None)
    return Call(name, slug if whole else None, _spot(node, text), same, host_in(*_beginning(first)))


def _beginning(node: Node | None) -> tuple[str, bool]:
    """The text that an expression is known to begin with, and whether that is all of it."""
    whole = True
    while node is not None and node.type == "binary_expression":
        node, whole = node.child_by_field_name("left"), False
    parts = node.named_children if node is not None and node.type in {"string", "template_string"} else []
    return (text_of(parts[0]), whole and len(parts) == 1) if parts and parts[0].type == "string_fragment" else ("", False)


def _spot(node: Node, text: bytes) -> Spot:
    row, column = node.start_point
    line = text[node.start_byte - column : node.start_byte]
    return Spot(row + 1, len(line.decode(errors="replace")) + 1)
