"""What a kind is: a model for its specs and one row that says everything else the tool needs to know about it.

Loading, JSON Schema, observing, comparing, ordering, applying and the local workspace read the row; none of them
names a kind. The uncertain facts of the API that concern one kind stand in its row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from centrali_deploy.address import Address, Path, Reference
from centrali_deploy.paths import find, matches
from centrali_deploy.secret import Secret
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import TypeAdapter

    from centrali_deploy.dangers import Danger
    from centrali_deploy.errors import Severity
    from centrali_deploy.parts import Lifecycle, Place, Plain, ReferencePlace


class Finding(NamedTuple):
    """Something wrong inside one spec: where, what, and the way out. `spot`: line and column inside a text."""

    path: Path
    message: str
    hint: str = ""
    severity: Severity = "error"
    spot: tuple[int, int] | None = None


def _unchanged(spec: Plain) -> Plain:
    return spec


def _no_paths(_spec: Plain) -> Iterator[Path]:
    return iter(())


def _nothing_unique(_spec: Plain) -> Iterator[tuple[Path, str]]:
    return iter(())


def _no_mentions(_spec: Plain) -> Iterator[tuple[Address, int]]:
    return iter(())


def _no_dangers(*_specs: object) -> Iterator[Danger]:
    return iter(())


def _nothing_ahead(_texts: Iterable[str]) -> None:
    """Nothing is worth reading ahead."""


def _no_findings(_name: str, _spec: Plain) -> Iterator[Finding]:
    return iter(())


class Others(NamedTuple):
    """What is declared: every spec that is right by itself and who refers to what in those; the `names` of all; what time it is.

    `now` is None when nobody asks about time.
    """

    specs: Mapping[Address, Plain]
    users: Mapping[Address, tuple[Address, ...]]
    names: Collection[Address]
    now: datetime | None = None


def _no_findings_among(_name: str, _spec: Plain, _others: Others) -> Iterator[Finding]:
    return iter(())


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One row of the table of kinds. Patterns are paths in which EACH stands for every item or member."""

    name: str
    rank: int
    """Kinds are listed, and where nothing else decides created, in this order."""
    section: str
    """The manifest section that holds resources of this kind."""
    adapter: TypeAdapter[Any]
    """Validates one spec, and gives its JSON Schema."""
    members: tuple[str, ...]
    """The documented top-level members of a spec, in the order in which they are written. None: nothing needs to be written."""
    identity: str
    """The member that carries the name on the wire, and is the mapping key in a manifest."""
    slug: bool
    """Whether names are slugs; otherwise any printable text up to 255 characters."""
    reserved: frozenset[str] = frozenset()
    """Names that the tool keeps for itself: never listed, and nobody declares them."""
    name_pattern: str | None = None
    """What every name looks like, for editors; `check` says what is wrong with one that does not."""
    service: Literal["data", "orchestration"]
    path: str
    """The last segment of the list's path."""
    aliases: tuple[str, ...] = ()
    """Other names of that segment, which the local workspace serves too."""
    published: bool = True
    """Whether the route is; one that is not is asked only when something of the kind is declared."""
    renameable: bool = False
    """Whether an update can change the name [I]."""
    keeps_names: bool = False
    """Whether the name of something that is deleted stays taken, until it is deleted for good [I]."""
    server_owned: frozenset[str]
    """Members the API sets and nobody declares."""
    opaque: frozenset[str] = frozenset()
    """Members whose insides are people's own: whatever is in there counts, whatever it is called."""
    fixed: frozenset[str] = frozenset()
    """Members that cannot be updated in place, so that a change replaces the resource."""
    defaults: Mapping[Path, Any] = field(default_factory=dict)
    """Values that mean the same as an absent member, by pattern."""
    assumed: Mapping[Path, Any] = field(default_factory=dict)
    """Defaults nobody published, by pattern: what null resets a member to [I]; a declared one is compared all the same."""
    sent_on_create: Plain = field(default_factory=dict)
    """Members that a create must send even if nobody declares them."""
    places: Mapping[str, Place] = field(default_factory=dict)
    references: tuple[ReferencePlace, ...] = ()
    unique: Callable[[Plain], Iterator[tuple[Path, str]]] = _nothing_unique
    """Values beside the name that no two of the kind may have, each with its place; what is compared, in a spec of any shape."""
    secret_paths: Callable[[Plain], Iterator[Path]] = _no_paths
    """Values the API masks beside `{value, encrypt: true}`, in a spec of any shape. Never fails."""
    text_member: str | None = None
    """A member holding long text, shown as a unified diff; `source` in a manifest reads it from a file."""
    read_ahead: Callable[[Iterable[str]], None] = _nothing_ahead
    """Told all long texts before the first is checked, in their order."""
    listed_without: str | None = None
    """A member that lists may leave out, so that a resource must be read by itself."""
    page_size: int = 100
    page_parameters: tuple[str, ...] = ("limit",)
    update_methods: tuple[str, ...] = ("PUT", "PATCH")
    """The verbs of an update, tried in turn when one is not allowed [I]; none: it is created and deleted, never updated."""
    update_sends: Literal["changed", "whole"] = "whole"
    """`changed`: top-level members merge [D], so only changed ones go. `whole`: unknown, so every writable one goes."""
    lifecycle: Lifecycle | None = None
    canonical: Callable[[Plain], Plain] = _unchanged
    """Turns other spellings of a spec, of any shape, into the one that is checked, compared and sent. Never fails."""
    alike: Mapping[Path, Callable[[Any], Any]] = field(default_factory=dict)
    """For comparison only, by pattern: what a value is reduced to before it is compared."""
    mentions: Callable[[Plain], Iterator[tuple[Address, int]]] = _no_mentions
    """What a valid spec, or a part of one, names inside its text, where nothing checks it, each with its line."""
    check: Callable[[str, Plain], Iterator[Finding]] = _no_findings
    """Finds what the model cannot: called with the name and a spec of any shape. Never fails."""
    check_among: Callable[[str, Plain, Others], Iterator[Finding]] = _no_findings_among
    """Finds what is wrong with a valid spec beside everything that is declared, itself included."""
    dangers_of_deleting: Callable[[Plain], Iterator[Danger]] = _no_dangers
    """What a delete means for what is stored, given the live spec."""
    dangers_of_changing: Callable[[Plain, Plain, Mapping[str, str]], Iterator[Danger]] = _no_dangers
    """What an update means for what is stored, given the spec before and after it."""
    examples: tuple[tuple[Plain, Plain], ...]
    """Pairs, as written in a manifest: a spec, and the same one changed. Together they hold every documented member."""

    def default(self, path: Path, *, assumed: bool = False) -> Any:  # noqa: ANN401 -- any JSON value
        """The value that means the same as an absent member at this path; None when there is none."""
        known = [*self.defaults.items(), *(self.assumed.items() if assumed else ())]
        return next((value for pattern, value in known if matches(pattern, path)), None)

    def agree(self, member: str, sent: Any, found: Any) -> bool:  # noqa: ANN401 -- any JSON value
        """Whether a single value that was sent and one that is there may be the same, however the API wrote it down."""
        if isinstance(sent, dict | list) or isinstance(found, dict | list):
            return True
        simplest = self.alike.get((member,), lambda value: value)
        left, right = (simplest(self.default((member,)) if value in (None, "") else value) for value in (sent, found))
        return bool(left == right or left in (None, "") or right in (None, ""))

    def references_in(self, spec: Plain) -> Iterator[tuple[Reference, ReferencePlace]]:
        """Every reference of a spec, in the order of the row."""
        for place in self.references:
            for path, value in find(spec, place.pattern):
                if isinstance(value, str):
                    yield Reference(path, Address(place.kind, value)), place

    def from_wire(self, raw: Plain, name_of: Callable[[str, str], str]) -> Plain:
        """A live resource in the manifest's language: server-owned members dropped, ids turned into names.

        `name_of(kind, id)` gives the name of a live resource. Secrets arrive as the mask, whatever their form, even
        if the API shows them; null means absent.
        """
        spec = {
            member: _masked(value)
            for member, value in raw.items()
            if member not in self.server_owned and member != self.identity and value is not None
        }
        for place in self.references:
            if place.wire:
                _rename(spec, place.pattern, place.wire, place.pattern[-1], partial(name_of, place.kind))
        for path in list(self.secret_paths(spec)):
            holder, last = reduce(_inside, path[:-1], spec), cast("Any", path[-1])
            if isinstance(holder, dict | list):
                holder[last] = MASK
        return self.canonical(spec)

    def to_wire(self, name: str, spec: Plain, id_of: Callable[[Address], str]) -> dict[str, Any]:
        """A request body: names turned into ids, secrets revealed. Raises ManifestError for a secret that is not set."""
        body: dict[str, Any] = {self.identity: name, **_revealed(spec)}
        for place in self.references:
            if place.wire:
                _rename(body, place.pattern, place.pattern[-1], place.wire, partial(_id_of, id_of, place.kind))
        return body


def _inside(value: Any, part: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """What a member or an item holds; nothing below what is masked already."""
    return value[part] if isinstance(value, dict | list) else None


def is_encrypted(value: object) -> bool:
    """Whether a value is an encrypted one: `{value, encrypt: true}` as written, or `encrypted` as read [D]."""
    return isinstance(value, dict) and "value" in value and (value.get("encrypt") is True or value.get("encrypted") is True)


def _masked(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        if is_encrypted(value):
            return {"value": MASK, "encrypt": True}
        return {member: _masked(inside) for member, inside in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _revealed(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {member: _revealed(inside) for member, inside in value.items()}
    return [_revealed(item) for item in value] if isinstance(value, list) else value


def _id_of(id_of: Callable[[Address], str], kind: str, name: str) -> str:
    return id_of(Address(kind, name))


def _rename(spec: dict[str, Any], pattern: Path, old: object, new: object, change: Callable[[str], str]) -> None:
    for _, holder in find(spec, pattern[:-1]):
        if isinstance(holder, dict) and isinstance(holder.get(old), str):
            holder[new] = change(holder.pop(old))
