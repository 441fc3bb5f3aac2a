"""Values that pass from one to another end where they should, end to end; and those that cannot are told before anything is done."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from commanding import WORKSPACE, Commands, commands

from centrali_deploy.address import Address
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["commands"]
CODE = {"f": {"code": "async function run() {}"}}
PRUNE = ("--prune", "--allow-mass-delete")


def called(path: str, sort: str = "http-trigger", **members: Any) -> dict[str, Any]:
    return {"function": "f", "executionType": sort, "triggerMetadata": {"path": path}, **members}


def event() -> dict[str, Any]:
    return {"function": "f", "executionType": "on-demand"}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (called("/p/"), ["http-trigger p"]),
        (called("p/q", "endpoint"), ["endpoint p/q"]),
        (called("/"), []),
        (called("p", "scheduled"), []),
        (event(), []),
        ({"executionType": "endpoint", "triggerMetadata": "p"}, []),
        ({"triggerMetadata": {"path": 5}, "executionType": "endpoint"}, []),
    ],
)
def test_what_no_two_triggers_may_have(spec: Any, expected: list[str]) -> None:
    assert [value for _, value in KINDS["trigger"].unique(spec)] == expected


def test_the_order_is_the_same_however_the_states_are_ordered() -> None:
    before = {"a": called("p"), "b": called("q"), "c": called("r"), "g": called("s")}
    after = {"a": called("q"), "b": called("r"), "c": called("s"), "n": called("p")}
    plans = set()
    for turn in permutations("abcgn"):
        names = [Address("trigger", name) for name in turn]
        live = {a: LiveResource(a, a.name, before[a.name]) for a in names if a.name in before}
        function = Address("function", "f")
        live[function] = LiveResource(function, "f", CODE["f"])
        desired = {a: DesiredResource(a, after[a.name]) for a in names if a.name in after}
        recorded = RecordedState({a: Recorded(a, a.name) for a in names if a.name in before})
        plan = make_plan("w", desired, LiveState(live), recorded, Policy(prune=True))
        plans.add(" ".join(f"{change.address.name}({' '.join(each.name for each in change.requires)})" for change in plan.changes))
    assert plans == {"g() c(g) b(c) a(b) n(a)"}


class Place:
    """A workspace with what a manifest made, and another manifest for it."""

    def __init__(self, commands: Commands, folder: Path) -> None:
        commands.fresh()
        self.commands, self.path = commands, folder / "workspace.json"

    def run(self, *words: str, **sections: Any) -> Any:
        text = {"version": 1, "workspace": WORKSPACE, **sections}
        self.path.write_text(json.dumps(text))
        return self.commands.run(*words, "-o", "json", str(self.path))

    def triggers(self, *words: str, **triggers: Any) -> Any:
        return self.run(*words, functions=CODE, triggers=triggers)

    def paths(self) -> dict[str, str]:
        with self.commands.hands() as client:
            return {item["name"]: item["triggerMetadata"].get("path", "") for item in client.items(KINDS["trigger"])}


@pytest.fixture
def place(commands: Commands, tmp_path: Path) -> Place:
    return Place(commands, tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"b": called("p")}, {"a": called("p")}),  # from one that goes to one that comes
        ({"a": called("p")}, {"b": called("p")}),
        ({"a": called("p")}, {"b": called("/p/")}),
        ({"a": called("p"), "b": called("q")}, {"b": called("p")}),  # to one that changes
        ({"a": called("p")}, {"a": called("q"), "b": called("p")}),  # from one that changes
        ({"b": called("p")}, {"b": called("q"), "a": called("p")}),
        ({"b": called("p")}, {"b": event(), "a": called("p")}),  # from one that is replaced
        ({"b": event(), "a": called("p")}, {"b": called("p"), "a": called("q")}),  # to one that is replaced
        ({"a": called("p"), "b": called("q"), "c": called("r")}, {"a": called("q"), "b": called("r"), "c": called("s")}),  # a chain
        ({"a": called("p"), "b": called("q"), "c": called("r")}, {"a": called("q"), "b": called("r"), "d": called("p")}),
        ({"a": called("p"), "b": called("q")}, {"n": called("p", renamedFrom="a"), "b": called("q")}),  # nothing passes
        ({"a": called("p"), "b": called("q")}, {"n": called("r", renamedFrom="a"), "b": called("p")}),  # with a new name
        ({"a": called("p"), "b": called("q")}, {"b": called("p", renamedFrom="a"), "c": called("q", renamedFrom="b")}),
        ({"a": called("p"), "b": called("p", "endpoint")}, {"c": called("p"), "b": called("p", "endpoint")}),  # each type by itself
    ],
)
def test_a_path_passes_to_whoever_gets_it_in_one_apply(before: dict[str, Any], after: dict[str, Any], place: Place) -> None:
    assert place.triggers("apply", "--yes", **before).code == 0
    done = place.triggers("apply", "--yes", *PRUNE, **after)
    assert done.code == 0, done.said
    assert place.triggers("plan", "--detailed-exitcode", *PRUNE, **after).code == 0
    wanted = {name: spec.get("triggerMetadata", {}).get("path", "") for name, spec in after.items()}
    assert {name: path.strip("/") for name, path in place.paths().items()} == {name: path.strip("/") for name, path in wanted.items()}


def test_what_waits_for_a_delete_is_not_begun_when_that_is_skipped(place: Place) -> None:
    place.triggers("apply", "--yes", old=called("p"))
    plan = place.triggers("plan", *PRUNE, new=called("p"), x=event()).answer["plan"]
    order = [(change["address"], change["action"]) for change in plan["changes"]]
    assert order[-2:] == [("trigger/old", "delete"), ("trigger/new", "create")]
    assert plan["changes"][-1]["requires"] == ["function/f", "trigger/old"]
    with place.commands.hands() as client:
        client.create(KINDS["structure"], {"recordSlug": "s", "name": "S"})
        client.request("DELETE", f"collections/{client.find(KINDS['structure'], 's')['id']}")
    broken = place.run("apply", "--yes", *PRUNE, functions=CODE, triggers={"new": called("p")}, structures={"s": {"name": "S"}})
    said = {outcome["address"]: (outcome["status"], outcome["culprit"]) for outcome in broken.answer["outcomes"]}
    assert said == {
        "structure/s": ("failed", None), "trigger/old": ("skipped", "structure/s"), "trigger/new": ("skipped", "structure/s"),
    }  # fmt: skip
    assert place.paths() == {"old": "p"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": called("p"), "b": called("q")}, {"a": called("q"), "b": called("p")}),
        ({"a": called("p"), "b": called("q"), "c": called("r")}, {"a": called("q"), "b": called("r"), "c": called("p")}),
        ({"a": called("p"), "b": called("q")}, {"b": called("q", renamedFrom="a"), "c": called("p", renamedFrom="b")}),
    ],
)
def test_paths_that_are_exchanged_are_refused_with_their_place(before: dict[str, Any], after: dict[str, Any], place: Place) -> None:
    assert place.triggers("apply", "--yes", **before).code == 0
    refused = place.triggers("apply", "--yes", *PRUNE, **after)
    assert refused.code == 3, refused.said
    problems = refused.answer["error"]["problems"]
    assert len(problems) >= 2
    assert all("they exchange what they have" in problem["message"] and problem["line"] for problem in problems)
    assert all(problem["hint"] == "Give one of them a third value, apply, and then what it is to have." for problem in problems)
    assert place.paths() == {name: spec["triggerMetadata"]["path"] for name, spec in before.items()}


def test_a_path_that_nobody_gives_up_is_told_beforehand(place: Place) -> None:
    place.triggers("apply", "--yes", ours=called("p"))
    with place.commands.hands() as client:
        function = client.find(KINDS["function"], "f")["id"]
        client.create(KINDS["trigger"], {"name": "theirs", **called("q"), "functionId": function})
    for path, why in (("p", "trigger/ours, which is no longer declared, and kept: pass --prune to delete it"),
                      ("q", "trigger/theirs, which is in the workspace and not declared")):  # fmt: skip
        ended = place.triggers("apply", "--yes", new=called(path))
        (refusal,) = ended.answer["plan"]["refusals"]
        assert (ended.code, refusal["rule"], refusal["message"]) == (8, "already-taken", f"triggerMetadata.path is that of {why}.")
    assert place.triggers("apply", "--yes", ours=called("p"), x=called("z")).code == 0


F, G, H = ({"code": f"async function run() {{ return {number} }}"} for number in range(3))


@pytest.mark.parametrize(
    ("before", "after", "renamed"),
    [
        ("abc", {"b": "a", "c": "b"}, {}),  # onto a name that is there: all are updated in place
        ("ab", {"b": "a", "c": "b"}, {"a": "b", "b": "c"}),
        ("ab", {"b": "a"}, {}),  # onto the name of one that goes
    ],
)
@pytest.mark.parametrize("kind", ["function", "trigger"])
def test_names_pass_in_one_apply(kind: str, before: str, after: dict[str, str], renamed: dict[str, str], place: Place) -> None:
    """`after`: what each is renamed from. What is live under a new name that nothing gives up stays, and is updated in place."""
    codes = {"a": F, "b": G, "c": H}

    def sections(names: dict[str, str]) -> Any:
        specs = {name: ({"renamedFrom": old} if old != name else {}) for name, old in names.items()}
        if kind == "function":
            return {"functions": {name: {**codes[names[name]], **spec} for name, spec in specs.items()}}
        return {"functions": CODE, "triggers": {name: {**event(), "description": names[name], **spec} for name, spec in specs.items()}}

    assert place.run("apply", "--yes", **sections({name: name for name in before})).code == 0
    with place.commands.hands() as client:
        ids = {item["name"]: item["id"] for item in client.items(KINDS[kind])}
        done = place.run("apply", "--yes", *PRUNE, **sections(after))
        assert done.code == 0, done.said
        assert [hint["message"] for hint in done.answer["plan"]["hints"]] == [
            f"{kind}/{new} is in the workspace beside {kind}/{old}, which its renamedFrom names: nothing is renamed."
            for new, old in after.items()
            if old not in after and old not in renamed
        ]
        assert place.run("plan", "--detailed-exitcode", *PRUNE, **sections(after)).code == 0
        now = {item["name"]: item for item in client.items(KINDS[kind])}
    assert now.keys() - {"f"} == after.keys()
    member = {name: item["code"] if kind == "function" else item["description"] for name, item in now.items() if name in after}
    assert member == {name: codes[old]["code"] if kind == "function" else old for name, old in after.items()}
    assert {old: new for old, new in renamed.items() if now[new]["id"] == ids[old]} == renamed
