"""Scenes drawn by hypothesis: a manifest that was applied, what became of it by hand, and the manifest that is applied next."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from commanding import WORKSPACE
from hypothesis import strategies as some

from centrali_deploy.errors import DeployError
from centrali_deploy.kinds import KINDS
from centrali_deploy.paths import find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from commanding import Commands

    from centrali_deploy.remote.client import Client

    Sections = dict[str, dict[str, Any]]

CODE = "async function run() { return %d; }"
POOL = {"allowed-domain": ("a.example.com", "b.example.com"), "structure": ("s0", "s1", "s2"), "function": ("f0", "f1", "f2"),
        "trigger": ("t0", "t1", "t2"), "orchestration": ("o0", "o1")}  # fmt: skip
FOREIGN = "theirs"
MOVED = "sums"
"""A structure with records, in which a property gets another name."""
TOTAL = {"name": "total", "type": "number"}


@dataclass(frozen=True)
class Scene:
    """`by_hand`: what somebody does to what was applied (an address, and a new description or a delete)."""

    first: Sections
    second: Sections
    by_hand: tuple[tuple[str, str, str], ...]
    made: str
    records: int
    how: Mapping[str, Any]

    def manifest(self, sections: Sections) -> str:
        return json.dumps({"version": 1, "workspace": WORKSPACE, **sections})

    def declared(self) -> set[str]:
        return {f"{kind.name}/{name}" for kind in KINDS.values() for name in self.second.get(kind.section, {})}

    @staticmethod
    def foreign() -> set[str]:
        names = dict.fromkeys(KINDS, FOREIGN) | {"allowed-domain": f"{FOREIGN}.example.com"}
        return {f"{kind}/{name}" for kind, name in names.items()}

    def values(self, commands: Commands) -> list[Any]:
        """What the records hold under the name that the property has in the end."""
        name = self.second["structures"][MOVED]["properties"][0]["name"] if self.records else ""
        rows = commands.app.state.store.select("select data from records where slug = ? order by number", (MOVED,))
        return [json.loads(data).get(name) for (data,) in rows]


@some.composite
def scenes(draw: some.DrawFn) -> Scene:
    """Two manifests of which the second has something of the first: the same, changed, renamed, or no more."""
    names = {kind: _some_of(draw, pool, least=int(kind in {"structure", "function"})) for kind, pool in POOL.items()}
    first: Sections = {KINDS[kind].section: {name: draw(specs(kind, names, 0)) for name in found} for kind, found in names.items()}
    later = {kind: _some_of(draw, pool, least=int(kind in {"structure", "function"})) for kind, pool in POOL.items()}
    second: Sections = {}
    renamed: dict[str, dict[str, str]] = {}
    for kind, found in later.items():
        gone = [name for name in names[kind] if name not in found]
        stays = [name for name in names[kind] if name in found]
        new = f"{kind[0]}new"
        renamed[kind] = {gone[0]: new} if KINDS[kind].renameable and gone and draw(some.booleans()) else {}
        if renamed[kind] and stays and draw(some.booleans()):  # a chain: one gets the name that another one gives up
            renamed[kind] = {gone[0]: stays[0], stays[0]: new}
        later[kind] = list(dict.fromkeys([*found, *renamed[kind].values()]))
    for kind, found in later.items():
        section = second[KINDS[kind].section] = {}
        for name in found:
            old = next((old for old, new in renamed[kind].items() if new == name), name)
            section[name] = _next(draw, kind, first[KINDS[kind].section].get(old), later, renamed)
            if old != name:
                section[name]["renamedFrom"] = old
    for sections in (first, second):
        _apart(sections["triggers"])
    records = draw(some.sampled_from([0, 0, 1, 5]))
    if records:
        new = draw(some.sampled_from([TOTAL, {**TOTAL, "name": "amount", "renamedFrom": "total"}]))
        first["structures"][MOVED] = {"name": "Sums", "properties": [TOTAL]}
        second["structures"][MOVED] = {"name": "Sums", "properties": [new]}
    if draw(some.sampled_from([True, False, False])):  # two that refer to each other, and go
        first["structures"] |= {name: _referring(other) for name, other in (("c0", "c1"), ("c1", "c0"))}
    own = [(kind, name) for kind, found in names.items() for name in found]
    by_hand = tuple(
        (*draw(some.sampled_from(own)), draw(some.sampled_from(["delete", "change"]))) for _ in range(draw(some.integers(0, 2)))
    )
    made = draw(some.sampled_from(["", "function"]))
    how = {
        "page_cap": draw(some.sampled_from([3, 100])),
        "envelope": draw(some.sampled_from(["bare", "data"])),
        "brief": draw(some.booleans()),
    }
    return Scene(first, second, by_hand, made, records, how)


def _referring(target: str) -> dict[str, Any]:
    return {"name": "Circle", "properties": [TOTAL, {"name": "other", "type": "reference", "target": target}]}


def _apart(triggers: dict[str, Any]) -> None:
    """Give each trigger of one manifest a path of its own; in the next manifest, another one may have it."""
    seen = set()
    for name, spec in triggers.items():
        metadata = spec["triggerMetadata"]
        while "path" in metadata and (spec["executionType"], metadata["path"]) in seen:
            metadata["path"] += f"-{name}"
        seen.add((spec["executionType"], metadata.get("path")))


def _some_of(draw: some.DrawFn, pool: tuple[str, ...], least: int) -> list[str]:
    return draw(some.lists(some.sampled_from(pool), unique=True, min_size=least))


def _next(draw: some.DrawFn, kind: str, old: Any, names: Mapping[str, list[str]], renamed: Mapping[str, Mapping[str, str]]) -> Any:
    """The next spec of something: new, as it was but for names that others have now, or with some members changed."""
    if old is None:
        return draw(specs(kind, names, 1))
    found = deepcopy(old)
    if draw(some.booleans()):
        fresh = draw(specs(kind, names, 1))
        kept = {member for member, value in old.items() if "EXAMPLE_SECRET" in json.dumps(value)}
        kept |= {"executionType"} if "triggerMetadata" in kept else set()
        found = {**fresh, **{member: found[member] for member in kept}}
    for holder, part, target in _references(kind, found):
        name = renamed[target].get(holder[part], holder[part])
        holder[part] = name if name in names[target] else names[target][0]
    return found


def _references(kind: str, spec: Any) -> Iterator[tuple[Any, Any, str]]:
    """Where a spec names something: what holds the name, under which member, and of which kind it is."""
    for place in KINDS[kind].references:
        for path, _ in find(spec, place.pattern):
            holder = spec
            for part in path[:-1]:
                holder = holder[part]
            yield holder, path[-1], place.kind


@some.composite
def specs(draw: some.DrawFn, kind: str, names: Mapping[str, list[str]], turn: int) -> Any:
    """A spec of a kind out of the members of its examples, that refers to some of these names, for the first manifest or the second."""
    if kind == "function":
        return {
            "code": CODE % draw(some.integers(0, 3)),
            **_maybe(draw, {"description": ["A", "B", None], "timeoutMs": [1000, 2000, None]}),
        }
    pairs = KINDS[kind].examples
    before, after = draw(some.sampled_from([*pairs, *(pairs[-2:] * 3 if kind == "trigger" else ())]))  # those with paths more often
    side = deepcopy(draw(some.sampled_from([before, after])))
    if kind == "structure":
        side = _structure(draw, before, after)
    elif kind == "trigger":
        side |= _maybe(draw, {"description": ["A", "B"], "enabled": [True, False]})
        metadata = side["triggerMetadata"]
        metadata |= {"path": f"p{draw(some.integers(0, 1))}"} if "path" in metadata else {}
    elif kind == "orchestration":
        status = ["active", "paused", *([] if turn else ["draft"])]
        side = {"name": side["name"], "trigger": side["trigger"], "steps": side["steps"]}
        side |= _maybe(draw, {"description": ["A", "B"], "status": status})
    for holder, part, target in _references(kind, side):
        holder[part] = draw(some.sampled_from(names[target]))
    return side


def _maybe(draw: some.DrawFn, members: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {member: draw(some.sampled_from(values)) for member, values in members.items() if draw(some.booleans())}


def _structure(draw: some.DrawFn, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    chosen = _some_of(draw, tuple(item["name"] for item in before["properties"]), 0)
    chosen += ["customer"] if "customer" not in chosen and draw(some.booleans()) else []  # what refers to others, and in circles
    sides = {name: [item for spec in (before, after) for item in spec["properties"] if item["name"] == name] for name in chosen}
    sides = {name: items[:1] if name == "note" else items for name, items in sides.items()}
    free = ("description", "status", "schemaDiscoveryMode", "enableVersioning", "retentionPolicy", "defaultTtlSeconds")
    properties = [{m: v for m, v in draw(some.sampled_from(items)).items() if m != "displayField"} for items in sides.values()]
    members = _maybe(draw, {member: [before[member], after[member]] for member in free})
    return {"name": draw(some.sampled_from(["Orders", "All orders"])), **members, "properties": deepcopy(properties)}


def set_up(commands: Commands, scene: Scene, folder: Any) -> Any:
    """A workspace in which the first manifest was applied and then something done by hand, beside what is somebody else's."""
    commands.fresh(**scene.how)
    path = folder / "workspace.json"
    path.write_text(scene.manifest(scene.first))
    with commands.hands() as client:
        for kind, body in foreign(client):
            client.create(KINDS[kind], body)
        client.request("POST", f"records/slug/{FOREIGN}", json={"data": {"a": "x"}})
        ended = commands.run("apply", "--yes", str(path))
        assert ended.code == 0, ended.said
        for kind, name, how in scene.by_hand:
            found = client.find(KINDS[kind], name)
            if found is None:
                continue
            try:
                if how == "delete":
                    hard(client, kind, str(found["id"]))
                elif KINDS[kind].update_methods:
                    client.update(KINDS[kind], str(found["id"]), {"description": "theirs now"})
            except DeployError:
                pass  # others rely on it, and so it stays
        for number in range(scene.records):
            client.request("POST", f"records/slug/{MOVED}", json={"data": {"total": number}})
        if scene.made and not client.find(KINDS["function"], "f2"):
            client.create(KINDS["function"], {"name": "f2", "code": CODE % 9})
    path.write_text(scene.manifest(scene.second))
    return path


def hard(client: Client, kind: str, id_: str) -> None:
    """Delete something for good: a structure that is deleted softly keeps its slug."""
    if kind == "structure":
        client.request("DELETE", f"{KINDS[kind].path}/{id_}", query={"hard": "true"})
    else:
        client.delete(KINDS[kind], id_)


def foreign(client: Client) -> Iterator[tuple[str, dict[str, Any]]]:
    """One of each kind that nobody manages, with what it refers to."""
    yield "allowed-domain", {"domain": f"{FOREIGN}.example.com"}
    yield "structure", {"name": "Theirs", "recordSlug": FOREIGN, "properties": [{"name": "a", "type": "string"}]}
    yield "function", {"name": FOREIGN, "code": CODE % 7}
    function = client.find(KINDS["function"], FOREIGN)["id"]
    yield "trigger", {"name": FOREIGN, "functionId": function, "executionType": "on-demand", "triggerMetadata": {"params": {}}}
    steps = [{"id": "one", "type": "compute", "functionId": function}]
    yield "orchestration", {"slug": FOREIGN, "name": "Theirs", "trigger": {"type": "on-demand"}, "steps": steps}
