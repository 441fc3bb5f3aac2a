"""A plan as a file: what was reviewed, and the live values it was made of, as digests. No secret and no id is in it.

Older formats stay readable; newer ones, and what is no plan at all, are refused.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address, Item
from centrali_deploy.arrangement import in_order
from centrali_deploy.errors import Position, UsageProblem
from centrali_deploy.plan.model import Action, Change, FieldChange, LeftOut, Mark, Plan, plain
from centrali_deploy.plan.verdicts import Hazard, Hint, Policy, Refusal
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from centrali_deploy.address import Path
    from centrali_deploy.states import DesiredState

SORT = "centrali-deploy plan"
FORMAT = 1
_SECRET, _MARK = "$secret", "$mark"
_NEWER = "It was written by a newer centrali-deploy: use that one."


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan that was written down, with all it takes to make it again and to see whether it is still what would happen.

    `pins`: for each address it touches, a digest of what was live there; empty where nothing was.
    """

    plan: Plan
    desired: DesiredState
    policy: Policy
    pins: Mapping[Address, str]
    made: str
    """When, in UTC."""
    tool: str
    """Which version made it."""
    environment: str | None = None
    keeping: Mapping[str, Any] = field(default_factory=dict)
    """Where the ledger is, in the manifest's own words."""
    server: str | None = None
    """Where its workspace is: the address of an API, or the file of a local workspace; None in files that do not say it."""


def pins(plan: Plan, live: LiveState) -> dict[Address, str]:
    """What is live where a plan does something."""
    found = {change.address: live.resources.get(change.address) for change in plan.pending}
    return {address: _digest(resource.spec) if resource else "" for address, resource in found.items()}


def moved(saved: Saved, now: Plan, live: LiveState) -> tuple[Address, ...]:
    """What is not as it was when the plan was saved: what it touches, or what would be touched besides."""
    others = {change.address for change in (*now.pending, *saved.plan.pending)}
    before, after = ({c.address: plain_change(c) for c in plan.pending} for plan in (saved.plan, now))
    fresh = pins(saved.plan, live)
    return tuple(sorted(a for a in others if before.get(a) != after.get(a) or saved.pins.get(a) != fresh.get(a)))


def plain_change(change: Change) -> list[Any]:
    """What a change does, in a form that can be compared across files."""
    return [change.action.value, sorted((_field(each)[:3] for each in change.fields), key=json.dumps)]


def _digest(spec: Any) -> str:  # noqa: ANN401 -- any JSON value
    return hashlib.sha256(json.dumps(spec, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:32]


def dump(saved: Saved) -> str:
    """The file as text, the same for the same plan."""
    plan = saved.plan
    document = {
        "sort": SORT,
        "format": FORMAT,
        "tool": saved.tool,
        "made": saved.made,
        "workspace": plan.workspace,
        "server": saved.server,
        "environment": saved.environment,
        "keeping": dict(saved.keeping),
        "digest": plan.digest,
        "policy": asdict(saved.policy),
        "changes": [_change(change) for change in plan.changes],
        "refusals": [{**asdict(each), "address": str(each.address)} for each in plan.refusals],
        "hints": [{**asdict(each), "address": str(each.address)} for each in plan.hints],
        "unmanaged": [str(address) for address in plan.unmanaged],
        "hazards": [{**asdict(each), "address": str(each.address), "path": _path(each.path)} for each in plan.hazards],
        "leftOut": [[_change(each.change), str(each.because)] for each in plan.left_out],
        "pins": {str(address): pin for address, pin in sorted(saved.pins.items())},
        "desired": {str(address): _desired(resource) for address, resource in sorted(saved.desired.items())},
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def is_plan(text: str) -> bool:
    """Whether a file is a saved plan, as far as its beginning tells."""
    return f'"sort": "{SORT}"' in text[:200]


def read(text: str, name: str, secret: Callable[[str, Address], Secret]) -> Saved:
    """A saved plan; `secret` finds a secret by its origin. Raises UsageProblem when it cannot be read."""
    try:
        document = json.loads(text)
        if document["sort"] != SORT or not isinstance(document["format"], int):
            raise ValueError  # noqa: TRY301 -- like any other text that is no plan
        if document["format"] > FORMAT:
            raise UsageProblem(f"{name} is a plan of format {document['format']}, and {FORMAT} is the newest that is known.", _NEWER)
        saved, digest = _saved(document, secret), document["digest"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageProblem(f"{name} is not a saved plan, or it is damaged.", "Make one: centrali-deploy plan --out FILE.") from error
    if saved.plan.digest != digest:
        raise UsageProblem(f"{name} was changed after it was saved.", "Make a new one: centrali-deploy plan --out FILE.")
    return saved


def _saved(document: dict[str, Any], secret: Callable[[str, Address], Secret]) -> Saved:
    plan = Plan(
        document["workspace"],
        tuple(map(_read_change, document["changes"])),
        tuple(Refusal(**{**each, "address": Address.parse(each["address"])}) for each in document["refusals"]),
        tuple(map(Address.parse, document["unmanaged"])),
        tuple(Hint(Address.parse(each["address"]), each["message"], tuple(each["lines"])) for each in document["hints"]),
        tuple(map(_read_hazard, document.get("hazards", ()))),
        tuple(LeftOut(_read_change(change), Address.parse(text)) for change, text in document.get("leftOut", ())),
    )
    known = {each.name for each in fields(Policy)}
    policy: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document["policy"].items() if name in known
    }
    desired = {}
    for text, each in document["desired"].items():
        address = Address.parse(text)
        desired[address] = _read_desired(address, each, partial(_of, secret, address))
    pinned = {Address.parse(text): str(pin) for text, pin in document["pins"].items()}
    made, tool = str(document["made"]), str(document["tool"])
    environment, keeping, server = document["environment"], document["keeping"], document.get("server")
    return Saved(plan, desired, Policy(**policy), pinned, made, tool, environment, keeping, server)


def _of(secret: Callable[[str, Address], Secret], address: Address, origin: str) -> Secret:
    return secret(origin, address)


def _change(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "action": change.action.value,
        "reason": change.reason,
        "fields": [_field(each) for each in change.fields],
        "requires": list(map(str, change.requires)),
        "deferred": list(map(_path, change.deferred)),
        "adopting": change.adopting,
        "undeclared": change.undeclared,
        "position": _position(change.position),
        "opening": change.opening,
    }


def _read_change(said: dict[str, Any]) -> Change:
    return Change(
        Address.parse(said["address"]),
        Action(said["action"]),
        said["reason"],
        tuple(map(_read_field, said["fields"])),
        tuple(map(Address.parse, said["requires"])),
        tuple(map(_read_path, said["deferred"])),
        bool(said["adopting"]),
        bool(said["undeclared"]),
        _read_position(said["position"]),
        opening=bool(said.get("opening")),
    )


def _read_hazard(said: dict[str, Any]) -> Hazard:
    known = {each.name for each in fields(Hazard)}
    parts = {name: value for name, value in said.items() if name in known}
    return Hazard(**{**parts, "address": Address.parse(said["address"]), "path": _read_path(said["path"])})


def _field(each: FieldChange) -> list[Any]:
    return [_path(each.path), plain(each.before), plain(each.after), each.note, each.layer, each.side, _position(each.position)]


def _read_field(said: list[Any]) -> FieldChange:
    path, before, after, note, layer, side, position = said
    return FieldChange(_read_path(path), _marked(before), _marked(after), note, _read_position(position), layer, side)


def _marked(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        return Mark(value[_MARK]) if value.keys() == {_MARK} else {member: _marked(inside) for member, inside in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


def _path(path: Path) -> list[Any]:
    return [{"item": str(part)} if isinstance(part, Item) else part for part in path]


def _read_path(parts: list[Any]) -> Path:
    return tuple(Item(part["item"]) if isinstance(part, dict) else part for part in parts)


def _position(place: Position | None) -> list[Any] | None:
    return [place.file, place.line, place.column] if place else None


def _read_position(said: list[Any] | None) -> Position | None:
    return Position(*said) if said else None


def _desired(resource: DesiredResource) -> dict[str, Any]:
    renamed = [[member, new, old] for (member, new), old in sorted(resource.renamed_items.items())]
    return {
        "spec": _hidden(in_order(resource.address.kind, (), resource.spec)),
        "renamedFrom": resource.renamed_from,
        "renamedItems": renamed,
    }


def _read_desired(address: Address, said: dict[str, Any], secret: Callable[[str], Secret]) -> DesiredResource:
    renamed = {(member, new): old for member, new, old in said["renamedItems"]}
    return DesiredResource(address, _found(said["spec"], secret), renamed_from=said["renamedFrom"], renamed_items=renamed)


def _hidden(value: Any) -> Any:  # noqa: ANN401 -- any JSON value, or a secret
    if isinstance(value, dict):
        return {member: _hidden(inside) for member, inside in value.items()}
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return {_SECRET: value.origin} if isinstance(value, Secret) else value


def _found(value: Any, secret: Callable[[str], Secret]) -> Any:  # noqa: ANN401 -- any JSON value, or a secret
    if isinstance(value, dict):
        if value.keys() == {_SECRET}:
            return secret(value[_SECRET])
        return {member: _found(inside, secret) for member, inside in value.items()}
    return [_found(item, secret) for item in value] if isinstance(value, list) else value
