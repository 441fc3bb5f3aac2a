"""Whether what is about to be written still is what the plan saw of it, and whether nobody wrote at the same moment.

The API has no write that depends on a version [D: none is published], so each resource is read once more right before each
of its writes, and the version that is answered tells whether somebody else's write came in between. Of what is deleted no
version is answered, and kinds that are never updated have nothing that could be written over. What the API does not show
cannot be compared, and stands in nobody's way.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import AppliedInPart, StalePlan
from centrali_deploy.plan.carrying import masks
from centrali_deploy.plan.model import Action
from centrali_deploy.remote.observation import mark
from centrali_deploy.remote.singly import NoRoute, read_singly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from centrali_deploy.address import Address
    from centrali_deploy.kind import Kind
    from centrali_deploy.parts import Plain
    from centrali_deploy.plan.model import Change
    from centrali_deploy.remote.client import Client
    from centrali_deploy.states import LiveState

    Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Sight:
    """A resource when it was last seen: its name, its spec in the manifest's language, its mark and its version.

    `members`: all that was shown of it, when it was not a plan that saw it.
    """

    name: str
    spec: Callable[[], Plain]
    mark: str
    version: int | None = None
    members: frozenset[str] | None = None


class Standing:
    """What was last seen of each resource, by a plan or in an answer. May be used from several threads, each with its own resources."""

    def __init__(self, client: Client, live: LiveState, ids: Mapping[Address, str]) -> None:
        """`live` is what the plan was made of; `ids` are those known by now."""
        self._client = client
        self._live = live
        self._ids = ids
        self._sights: dict[Address, _Sight] = {}
        self._own = threading.local()

    @property
    def looks(self) -> int:
        """How many requests of this thread were looks, which have no effect."""
        looks: int = getattr(self._own, "looks", 0)
        return looks

    def look(self, kind: Kind, change: Change) -> bool:
        """Look at a resource right before it is written; gives whether it is there, as far as that can be seen.

        Raises StalePlan when somebody changed it since it was last seen, RemoteError when it cannot be read.
        """
        if not kind.update_methods:
            return True
        address, tried = change.address, self._client.pace.tried
        try:
            raw = read_singly(self._client, kind, self._ids[address])
        except NoRoute:
            return True
        finally:
            self._own.looks = self.looks + self._client.pace.tried - tried
        if raw is None:
            return False
        before, now = self._sights.get(address) or self._planned(change), self._sight(kind, raw)
        if before and not _same(kind, before, now):
            raise StalePlan(
                f"Somebody else changed {address} after it was planned.", "It was left as they made it: run again and look at the plan."
            )
        self._sights[address] = now
        return True

    def write(self, kind: Kind, change: Change, writes: Callable[[], Raw]) -> Raw:
        """Write what was looked at, and keep what is answered. Raises AppliedInPart when somebody else wrote in between."""
        address, tried, before = change.address, self._client.pace.tried, self._sights.get(change.address)
        answered = writes()
        now = self._sights[address] = self._sight(kind, answered)
        tried = self._client.pace.tried - tried
        if before and before.version is not None and now.version is not None and now.version > before.version + tried:
            raise AppliedInPart(
                f"Somebody else changed {address} at the very moment it was written: version {before.version} became {now.version}.",
                "What they wrote may be written over: ask them, and run again.",
            )
        return answered

    def made(self, kind: Kind, address: Address, answered: Raw) -> None:
        """Keep what a create answered."""
        self._sights[address] = self._sight(kind, answered)

    def _planned(self, change: Change) -> _Sight | None:
        """What the plan saw; None of what was made since."""
        seen = self._live.resources.get(change.address)
        old = () if change.action is Action.DELETE else change.old_names  # what goes has the name of its address already
        return _Sight(next(iter(old), change.address).name, lambda: seen.seen or seen.spec, seen.mark) if seen else None

    def _sight(self, kind: Kind, raw: Raw) -> _Sight:
        version, shown = raw.get("version"), frozenset(member for member, value in raw.items() if value is not None)
        known = version if isinstance(version, int) else None
        return _Sight(str(raw.get(kind.identity, "")), lambda: self._spec(kind, raw), mark(raw), known, shown)

    def _spec(self, kind: Kind, raw: Raw) -> Plain:
        names = {(address.kind, id_): address.name for address, id_ in list(self._ids.items())}
        return kind.from_wire(raw, lambda name, id_: names.get((name, id_), f"(deleted {name})"))


def _same(kind: Kind, before: _Sight, now: _Sight) -> bool:
    """Whether nothing changed, as far as can be told; with a secret in it, whether nobody wrote it, for that may have been what changed."""
    was, is_now = set(before.mark.split()), set(now.mark.split())
    if was and is_now and (was <= is_now or is_now <= was):
        return True  # what shows less of a resource has less of its mark, too
    if before.members is not None and now.members is not None and not now.members <= before.members:
        return True  # our own write was answered with too little to compare
    if before.name != now.name or (was and is_now and any(masks(now.spec()))):
        return False
    unlisted = {kind.listed_without} - before.spec().keys()
    return before.spec() == {member: value for member, value in now.spec().items() if member not in unlisted}
