"""What must not matter does not: how manifests are laid out, how lists come, who applies between which two requests."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from commanding import EXAMPLES, WORKSPACE, Commands, commands, rarely, told
from ending import result_of
from hypothesis import given
from hypothesis import strategies as some
from killing import standing
from scenes import FOREIGN, Scene, scenes, set_up
from striking import Striking

from centrali_deploy.address import Address
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.observation import observe
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from pathlib import Path

    from centrali_deploy.remote.client import Client

__all__ = ["commands"]
SEEDS = some.integers(0, 2**32 - 1)
ALL = ("--prune", "--allow-mass-delete")
PLAN, APPLY = ("plan", *ALL), ("apply", "--yes", *ALL)


def without_places(value: Any) -> Any:
    """A plan without the lines of manifests, which are where they are."""
    if isinstance(value, dict):
        return {member: without_places(inside) for member, inside in value.items() if member != "position"}
    return [without_places(item) for item in value] if isinstance(value, list) else value


def plan_of(commands: Commands, path: Path, **how: Any) -> str:
    ended = commands.run(*PLAN, "-o", "json", str(path), way=Striking(commands.app, **how))
    assert ended.code == 0, ended.said
    return json.dumps(without_places(ended.answer["plan"]))


def laid_out(scene: Scene, folder: Path, chance: Random) -> None:
    """The second manifest in up to four files, in which sections and resources come in any order."""
    files: list[dict[str, Any]] = [{} for _ in range(chance.randrange(1, 5))]
    resources = [(section, name, spec) for section, specs in scene.second.items() for name, spec in specs.items()]
    chance.shuffle(resources)
    for section, name, spec in resources:
        chance.choice(files).setdefault(section, {})[name] = spec
    for number, sections in enumerate(files):
        (folder / f"{chance.randrange(10**6)}-{number}.yaml").write_text(json.dumps({"version": 1, "workspace": WORKSPACE, **sections}))


def test_a_plan_is_the_same_however_manifests_are_laid_out_and_lists_come(commands: Commands, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @rarely
    @given(scenes(), SEEDS)
    def every(scene: Scene, seed: int) -> None:
        path, chance = set_up(commands, replace(scene, how={**scene.how, "page_cap": 100}), tmp_path), Random(seed)  # noqa: S311
        expected = plan_of(commands, path)
        assert plan_of(commands, path, order=seed) == expected
        folder = tmp_path / "laid-out"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        laid_out(scene, folder, chance)
        assert plan_of(commands, folder) == expected
        seen["examples"] += 1

    every()
    told("Orders", seen)


def test_the_same_manifest_makes_the_same_everywhere(commands: Commands, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @rarely
    @given(scenes())
    def every(scene: Scene) -> None:
        found = []
        path = tmp_path / "workspace.json"
        path.write_text(scene.manifest(scene.first))
        for how in (scene.how, {}):
            commands.fresh(**how)
            ended = commands.run(*APPLY, str(path))
            assert ended.code == 0, ended.said
            with commands.hands() as client:
                found.append({address: row for address, row in standing(client).items() if not address.endswith("ledger")})
        assert found[0].keys() == found[1].keys()
        if not scene.how["brief"]:
            assert found[0] == found[1]
        seen["examples"] += 1

    every()
    told("Workspaces", seen)


def read_out(client: Client) -> dict[str, Any]:
    """A manifest of everything that is live, where secrets come from the environment."""
    listed = [Address(kind.name, item[kind.identity]) for kind in KINDS.values() for item in client.items(kind)]
    live = result_of(observe(client, listed)).resources
    sections: dict[str, Any] = {}
    for address, resource in sorted(live.items()):
        sections.setdefault(KINDS[address.kind].section, {})[address.name] = resource.spec
    text = json.dumps({"version": 1, "workspace": WORKSPACE, **sections}, sort_keys=True)
    return dict(json.loads(text.replace(json.dumps(MASK), '"${env:EXAMPLE_SECRET}"')))


def test_what_is_read_out_of_a_workspace_is_no_change_to_it_and_makes_another_one_like_it(commands: Commands, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @rarely
    @given(scenes())
    def every(scene: Scene) -> None:
        path, found = tmp_path / "workspace.json", []
        path.write_text(scene.manifest(scene.first))
        for _ in range(2):
            commands.fresh(**scene.how)
            ended = commands.run(*APPLY, str(path))
            assert ended.code == 0, ended.said
            with commands.hands() as client:
                found.append(json.dumps(read_out(client)))
            path.write_text(found[-1])
            ended = commands.run("plan", "--detailed-exitcode", str(path))
            assert ended.code == 0, ended.said
        assert found[0] == found[1]
        seen["examples"] += 1

    every()
    told("Read out", seen)


def test_more_than_the_fuse_lets_through_writes_nothing_at_all(commands: Commands, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @rarely
    @given(scenes(), some.booleans())
    def every(scene: Scene, prune: bool) -> None:
        path = set_up(commands, replace(scene, by_hand=(), records=0), tmp_path)
        function = {"code": "async function run() {}"}
        path.write_text(scene.manifest({"functions": {"other": function}}))
        own, before = sum(map(len, scene.first.values())), commands.exactly()
        ended = commands.run("apply", "--yes", *(["--prune"] if prune else []), str(path))
        seen["blown" if own > 3 else "left alone"] += 1
        if own > 3:
            assert (ended.code, commands.exactly()) == (8, before), ended.said

    every()
    told("Fuse", seen)
    assert seen["blown"] > seen["left alone"]


def test_an_apply_between_two_requests_of_another_comes_before_it_or_after_it(commands: Commands, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    @rarely
    @given(scenes(), SEEDS)
    def every(scene: Scene, seed: int) -> None:
        chance, scene = Random(f"{seed} {scene}"), replace(scene, by_hand=(), records=0)  # noqa: S311
        one, other = set_up(commands, scene, tmp_path), tmp_path / "other.json"
        structures = "structures"  # one that was deleted keeps its slug, and cannot be made again
        one.write_text(scene.manifest({**scene.second, structures: {**scene.first[structures], **scene.second[structures]}}))
        elsewhere = scene.manifest({**scene.first, structures: {**scene.second[structures], **scene.first[structures]}})
        other.write_text(elsewhere.replace('"path": "p', '"path": "other'))  # what is deleted last keeps its path until then
        theirs, at, inner = commands.of(FOREIGN), chance.randrange(80), []

        def meanwhile(number: int) -> None:
            if number == at and not inner:
                dying = chance.randrange(60) if chance.random() < 1 / 4 else -1
                inner.append(Striking(commands.app, at=dying))
                inner.append(commands.run(*APPLY, str(other), way=inner[0]))

        first = commands.run(*APPLY, str(one), way=Striking(commands.app, meanwhile=meanwhile))
        second = inner[1] if inner else commands.run(*APPLY, str(other))
        seen[f"{first.code} and {second.code}"] += 1
        ends = [commands.run(*PLAN, "--detailed-exitcode", str(path)).code for path in (one, other)]
        assert 0 in ends, (first.said, second.said)
        exchanging = {3} if "they exchange what they have" in first.said else set()  # paths, after what the other one did
        assert {first.code, second.code} <= {0, 6, 8, None} | exchanging, (first.said, second.said)
        if second.code == 6:
            assert (ends[0], second.way.effects) == (0, []), (first.said, second.said)
        if second.code != 0:
            assert (first.code, ends[0]) == (0, 0), (first.said, second.said)
        assert commands.of(FOREIGN) == theirs

    every()
    told("Pairs", seen)
    assert seen.keys() >= {"0 and 0", "0 and 6"} or EXAMPLES < 100
