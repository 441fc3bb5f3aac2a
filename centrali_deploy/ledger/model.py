"""The values of a ledger, and the form in which they are written down. Older forms are read, newer ones refused.

Nothing secret gets into that form: a spec with a secret that is not sealed is refused.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address
from centrali_deploy.errors import Unreadable
from centrali_deploy.kinds import KINDS
from centrali_deploy.ledger.processes import is_gone
from centrali_deploy.secret import Revealed, Secret
from centrali_deploy.states import Meant, Recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Migrations = Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]

FORMAT = 1
MIGRATIONS: Migrations = MappingProxyType({})
"""From each older format, how a ledger of it becomes one of the next. There has been only one format so far."""
UNKNOWN = "unknown"
"""In place of how a change ended, when the apply broke off: it may have taken effect or not."""
_KEY_BYTES = 32
_LATEST = 1e11
"""Unix seconds: a moment that no clock shows."""
_NEWER = "It was written by a newer centrali-deploy: use that one."


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one deployment applied last. `key` seals it; `serial` counts how often it was written; `tool`: by which version."""

    deployment: str
    key: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY_BYTES), repr=False)
    serial: int = 0
    resources: Mapping[Address, Recorded] = field(default_factory=dict)
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: what they do, where, since when and until when (seconds since 1970, unless it is renewed)."""

    holder: str
    host: str
    job: str
    """The address of the job in CI; empty elsewhere."""
    doing: str
    id: str
    started: float
    expires: float
    process: str = ""
    """Which process it is, for others on the same machine; empty when that is not known."""

    def over(self, now: float) -> bool:
        """Whether nobody holds it any more: the lease is over, or the process is gone."""
        return self.expires <= now or is_gone(self.process)


@dataclass(frozen=True, slots=True)
class Entry:
    """One apply in the history. Times are ISO 8601, in UTC; `outcomes`: address, action, how it ended, and what went wrong.

    `inverse` is what a rollback needs; a list of entries leaves it out.
    """

    number: int
    started: str
    ended: str
    actor: str
    host: str
    job: str
    commit: str
    tool: str
    digest: str
    doing: str
    outcomes: tuple[tuple[str, str, str, str], ...] = ()
    inverse: Any = None
    note: str = ""


def goes_on(entry: Entry, holder: Holder | None, now: float) -> bool:
    """Whether an apply still goes on: it has not ended, and began under the lock that is held. Otherwise it broke off."""
    if entry.ended or holder is None or holder.over(now):
        return False
    return datetime.fromisoformat(entry.started) >= datetime.fromtimestamp(int(holder.started), UTC)


def unknown(entry: Entry) -> tuple[tuple[str, str, str, str], ...]:
    """The changes of an apply that has not ended of which nobody recorded how they ended, in the form of outcomes.

    Raises ValueError when what a rollback needs is not what this tool writes.
    """
    if entry.ended:
        return ()
    told = {(address, action) for address, action, _, _ in entry.outcomes}
    try:
        left = [(str(said["address"]), str(said["action"])) for said in entry.inverse or ()]
    except (KeyError, TypeError) as error:
        raise ValueError(str(error)) from error
    return tuple((*each, UNKNOWN, "") for each in left if each not in told)


def written(ledger: Ledger) -> dict[str, Any]:
    """A ledger as JSON. Raises TypeError when it holds a secret that is not sealed: that is our own mistake."""
    for recorded in ledger.resources.values():
        _refuse_open([recorded.spec, recorded.meant and recorded.meant.spec])
    meant = {str(a): [r.meant.spec, r.meant.name, r.meant.gone] for a, r in sorted(ledger.resources.items()) if r.meant}
    return {
        "format": FORMAT,
        "deployment": ledger.deployment,
        "key": ledger.key.hex(),
        "serial": ledger.serial,
        "tool": ledger.tool,
        "resources": {str(a): [r.id, r.mark, r.spec] for a, r in sorted(ledger.resources.items())},
        **({"meant": meant} if meant else {}),
    }


def read(said: Any, where: str, migrations: Migrations = MIGRATIONS) -> Ledger:  # noqa: ANN401 -- whatever is there
    """A ledger as it was written, `where` it was. Raises Unreadable when it is newer than this tool, or damaged."""
    said = present(said, where, migrations)
    try:
        resources = {}
        meant = {
            text: Meant(spec if spec is None else dict(spec), str(name), gone is True)
            for text, (spec, name, gone) in said.get("meant", {}).items()
        }
        for text, (id_, mark, spec) in said["resources"].items():
            address = Address.parse(text)
            if address.kind not in KINDS:
                raise Unreadable(f"What is recorded in {where} speaks of {address}, and there is no such kind.", _NEWER)
            resources[address] = Recorded(address, str(id_), spec if spec is None else dict(spec), str(mark), meant.get(text))
        return Ledger(str(said["deployment"]), bytes.fromhex(said["key"]), int(said["serial"]), resources, str(said["tool"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(where) from error


def written_entry(entry: Entry) -> dict[str, Any]:
    """An entry as JSON, without its inverse."""
    return {"format": FORMAT, **asdict(replace(entry, inverse=None))}


def read_entry(said: Any, where: str) -> Entry:  # noqa: ANN401 -- whatever is there
    """An entry as it was written. Raises Unreadable."""
    said = present(said, where)
    try:
        outcomes = tuple((str(a), str(b), str(c), str(d)) for a, b, c, d in said["outcomes"])
        texts = {member: str(said[member]) for member in Entry.__slots__ if member not in {"number", "outcomes", "inverse"}}
        return Entry(number=int(said["number"]), outcomes=outcomes, inverse=said["inverse"], **texts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(where) from error


def read_holder(said: Any, where: str) -> Holder:  # noqa: ANN401 -- whatever is there
    """Who holds a lock. Raises Unreadable."""
    try:
        texts = {member: str(said[member]) for member in ("holder", "host", "job", "doing", "id", "process")}
        found = Holder(**texts, started=float(said["started"]), expires=float(said["expires"]))
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(where) from error
    if not 0 <= found.started <= found.expires < _LATEST:
        raise damaged(where)
    return found


def damaged(where: str) -> Unreadable:
    """What is there is not what this tool writes."""
    return Unreadable(
        f"What is recorded in {where} is damaged.",
        "Nothing was written. Take a copy of it, mend or delete it, then plan again: what is live is adopted.",
    )


def present(said: Any, where: str, migrations: Migrations = MIGRATIONS) -> dict[str, Any]:  # noqa: ANN401 -- whatever is there
    """What is there in the present format. Raises Unreadable when it is in one that is not known, or in none."""
    found = said.get("format") if isinstance(said, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise damaged(where)
    if found > FORMAT:
        raise Unreadable(f"What is recorded in {where} has format {found}, and {FORMAT} is the newest that is known.", _NEWER)
    for number in range(found, FORMAT):
        if number not in migrations:
            raise damaged(where)
        said = migrations[number](said)
    return dict(said)


def _refuse_open(value: object) -> None:
    if isinstance(value, Secret | Revealed):
        msg = "A secret is not sealed"
        raise TypeError(msg)
    for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_open(inside)
