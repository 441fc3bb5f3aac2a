"""Observing: every kind listed once and translated into the manifest's language.

A kind whose route is not published is listed only when one of it is wanted: a guess must not stand in anybody's way.
Objects are read by themselves only where a list leaves out what must be compared, and only those somebody declared.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address
from centrali_deploy.errors import Rejected, RemoteError
from centrali_deploy.kinds import KINDS
from centrali_deploy.states import LiveResource, LiveState
from centrali_deploy.wire import is_id

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Mapping, Sequence

    from centrali_deploy.kind import Kind
    from centrali_deploy.remote.client import Client

    Raw = dict[str, Any]

PAGES = 8
"""How many pages, or resources by themselves, are read at the same time."""
_TICK = 1.0
NOTHING_KNOWN = LiveState()


@dataclass(frozen=True, slots=True)
class Unread:
    """What need not be read again of a resource: a member that lists leave out, as long as its id and its mark are these.

    `others`: ids, by kind, that it relies on; when one of them is gone, it is read all the same.
    """

    id: str
    mark: str
    value: Any
    others: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Progress:
    """What was read so far: how many of which section. Comes at least once a second."""

    section: str
    read: int


def observe(
    client: Client, wanted: Collection[Address], unread: Mapping[Address, Unread] = MappingProxyType({})
) -> Generator[Progress, None, LiveState]:
    """Read the workspace. `wanted` are the addresses whose every member is needed. Raises RemoteError and its kin."""
    kinds = [kind for kind in KINDS.values() if kind.published or any(address.kind == kind.name for address in wanted)]
    return translated((yield from lists(client, kinds, wanted, unread)))


def lists(
    client: Client, kinds: Sequence[Kind], wanted: Collection[Address], unread: Mapping[Address, Unread] = MappingProxyType({})
) -> Generator[Progress, None, dict[str, list[Raw]]]:
    """Everything of some kinds as the API gives it, what is wanted in full."""
    listed: dict[str, list[Raw]] = {}
    lists, pages = ThreadPoolExecutor(len(KINDS)), ThreadPoolExecutor(PAGES)
    try:
        running = {lists.submit(_list, client, kind, pages): kind for kind in kinds}
        while running:
            ended, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            for done in ended:
                kind = running.pop(done)
                listed[kind.name] = done.result()
                yield Progress(kind.section, len(listed[kind.name]))
            if not ended:
                yield Progress(", ".join(kind.section for kind in running.values()), 0)
        for kind in kinds:
            if kind.listed_without:
                _fill(kind, listed, unread)
                yield from _complete(client, kind, listed[kind.name], wanted, pages)
    finally:
        for pool in (lists, pages):
            pool.shutdown(wait=False, cancel_futures=True)  # somebody who interrupts us does not wait for answers
    return listed


def _list(client: Client, kind: Kind, pool: ThreadPoolExecutor) -> list[Raw]:
    found: dict[str, Raw] = {}
    for part in client.pages(kind, pool):
        for item in part.items:
            if not is_id(item.get("id")) or not isinstance(item.get(kind.identity), str):
                message = f"The list of {kind.section} holds something without an id or a {kind.identity}."
                raise RemoteError(message, "Look for it in the console.", path=f"/{kind.path}")
            if item[kind.identity] not in kind.reserved:
                found[str(item["id"])] = item
    return list(found.values())


def _fill(kind: Kind, listed: dict[str, list[Raw]], unread: Mapping[Address, Unread]) -> None:
    """Put what is known already where lists leave it out."""
    if not unread:
        return
    ids = {(name, str(item["id"])) for name, items in listed.items() for item in items}
    for item in listed[kind.name]:
        known = unread.get(Address(kind.name, item[kind.identity]))
        same = known and (known.id, known.mark) == (str(item["id"]), mark(item)) and known.mark
        if known and same and known.others <= ids and kind.listed_without:
            item.setdefault(kind.listed_without, known.value)


def _complete(
    client: Client, kind: Kind, items: list[Raw], wanted: Collection[Address], pool: ThreadPoolExecutor
) -> Generator[Progress, None, None]:
    needed = [
        index for index, item in enumerate(items) if kind.listed_without not in item and Address(kind.name, item[kind.identity]) in wanted
    ]
    running = {pool.submit(client.get, kind, str(items[index]["id"])): index for index in needed}
    gone: list[int] = []
    while running:
        ended, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
        for done in ended:
            index = running.pop(done)
            try:
                items[index] = done.result()
            except Rejected as error:
                if not _is_gone(client, kind, items[index], error):
                    raise
                gone.append(index)
        yield Progress(f"{kind.section} in full", len(needed) - len(running))
    for index in sorted(gone, reverse=True):
        del items[index]


def _is_gone(client: Client, kind: Kind, item: Raw, error: Rejected) -> bool:
    """Whether it was deleted since it was listed: then the list says so, too."""
    return error.status == 404 and all(item["id"] != other.get("id") for other in client.items(kind))  # noqa: PLR2004 -- an HTTP status


def translated(listed: Mapping[str, Sequence[Raw]], known: LiveState = NOTHING_KNOWN) -> LiveState:
    """What was read of some kinds in the manifest's language, beside what is `known` of others."""
    names = {(address.kind, resource.id): address.name for address, resource in known.resources.items()}
    names |= {(kind, str(item["id"])): item[KINDS[kind].identity] for kind, items in listed.items() for item in items}

    def name_of(kind: str, id_: str) -> str:
        return names.get((kind, id_), f"(deleted {kind})")

    resources, doubles = dict(known.resources), dict(known.doubles)
    for name, items in listed.items():
        kind = KINDS[name]
        for item in sorted(items, key=lambda item: str(item["id"])):  # of two of one name, the same one whatever came first
            address, id_ = Address(name, item[kind.identity]), str(item["id"])
            if address in resources:
                doubles[address] = (*doubles.get(address, (resources[address].id,)), id_)
            resources[address] = LiveResource(address, id_, kind.from_wire(item, name_of), mark(item))
    return LiveState(resources, doubles)


def mark(item: Mapping[str, Any]) -> str:
    """What changes with every change of a resource: its version and its update time, as far as it has them."""
    return " ".join(str(item[member]) for member in ("version", "updatedAt") if item.get(member))
