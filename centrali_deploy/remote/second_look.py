"""A second look at a workspace of which some was written: what cannot have changed by that is not read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.observation import Progress, lists, translated
from centrali_deploy.remote.singly import read_singly
from centrali_deploy.states import LiveState

if TYPE_CHECKING:
    from collections.abc import Collection, Generator

    from centrali_deploy.remote.client import Client


def look_again(
    client: Client, before: LiveState, updated: Collection[Address], others: Collection[Address]
) -> Generator[Progress, None, LiveState]:
    """The workspace after some of it was `updated` in place, and `others` came, went or were replaced. The rest is as it was `before`.

    Kinds of others are listed; what was updated is read by itself as long as that takes fewer requests than a list. What
    somebody else changes meanwhile is left to the next plan, which would not see it if it were taken for known here.
    Raises RemoteError and its kin.
    """
    written = {*updated, *others}
    listed = {address.kind for address in others}
    listed |= {name for name in {address.kind for address in updated} if not client.singly.get(name) or _longer(name, updated, before)}
    kinds = [kind for kind in KINDS.values() if kind.name in listed]
    read: dict[str, list[dict[str, Any]]] = yield from lists(client, kinds, written)
    found = {name: [item for item in items if Address(name, item[KINDS[name].identity]) in written] for name, items in read.items()}
    single = [address for address in updated if address.kind not in listed]
    for number, address in enumerate(single, 1):
        item = read_singly(client, KINDS[address.kind], before.resources[address].id)
        found.setdefault(address.kind, []).extend([item] if item else [])
        yield Progress("what was changed", number)
    rest = {address: resource for address, resource in before.resources.items() if address not in written}
    return translated(found, LiveState(rest, {address: ids for address, ids in before.doubles.items() if address not in written}))


def _longer(kind: str, updated: Collection[Address], before: LiveState) -> bool:
    """Whether reading one by one takes more requests than a list of this kind."""
    pages = -(-sum(address.kind == kind for address in before.resources) // KINDS[kind].page_size)
    return sum(address.kind == kind for address in updated) > pages
