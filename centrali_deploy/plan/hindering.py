"""What keeps an undoing from being carried out, one resource at a time: secrets that nobody can read back, and what is missing then.

A mask is never sent: it is nowhere documented what becomes of the secret then [I].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.address import Address, path_text
from centrali_deploy.arrangement import in_order
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.carrying import masks, replacement, update_spec
from centrali_deploy.plan.difference import differences, replaces
from centrali_deploy.plan.sides import released
from centrali_deploy.states import references

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from centrali_deploy.parts import Plain
    from centrali_deploy.states import DesiredResource, DesiredState, LiveState, RecordedState

NEVER_KEPT = "is encrypted, and its value was never kept"


def hindered(
    desired: DesiredState, going: Collection[Address], stuck: Mapping[Address, str], live: LiveState, recorded: RecordedState
) -> dict[Address, str]:
    """Why what is desired cannot be made so, and why what is going cannot go, each by its present address.

    `stuck` stays as it is, or away, for reasons that are known already.
    """
    found = dict(_unsendable(released(desired, recorded), live))
    users = {address: live.resources[address].spec for address in stuck if address in live.resources}
    for resource in desired.values():
        now = _now(resource)
        users[now] = {**(live.resources[now].spec if now in live.resources else {}), **resource.spec}
    for user, spec in users.items():
        for reference, _ in KINDS[user.kind].references_in(spec):
            if reference.target in going:
                found.setdefault(reference.target, f"{user}, which stays as it is, refers to it")
    return found


def _unsendable(desired: DesiredState, live: LiveState) -> Iterator[tuple[Address, str]]:
    for address, resource in desired.items():
        kind = KINDS[address.kind]
        secret = next(masks(in_order(kind.name, (), _sent(resource, live))), None)
        away = next((r.target for r, _ in references(resource) if r.target not in desired and r.target not in live.resources), None)
        if secret:
            yield _now(resource), f"{path_text(secret)} {NEVER_KEPT}"
        elif away:
            yield _now(resource), f"it needs {away}, which is not there"


def _sent(resource: DesiredResource, live: LiveState) -> Plain:
    """What would be sent to have it so."""
    now, kind = _now(resource), KINDS[resource.address.kind]
    if now not in live.resources:
        return resource.spec
    present = live.resources[now].spec
    if replaces(kind, resource.spec, present):
        return replacement(kind, resource.spec, present)
    members = {field.member for field in differences(kind, resource.spec, present)} | ({kind.identity} if resource.renamed_from else set())
    state = {kind.lifecycle.member} if kind.lifecycle else set()
    return update_spec(kind, resource.spec, present, members) if members - state else {}


def _now(resource: DesiredResource) -> Address:
    return Address(resource.address.kind, resource.renamed_from) if resource.renamed_from else resource.address
