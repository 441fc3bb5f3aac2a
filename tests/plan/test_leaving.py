"""What goes, in an order in which nothing is in the way of anything: end to end, and what a plan says of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from commanding import WORKSPACE, Commands, commands
from striking import Strike, Striking

from centrali_deploy.address import Address, Item
from centrali_deploy.kinds import KINDS
from centrali_deploy.plan.leaving import leaving, opened
from centrali_deploy.plan.model import Change, FieldChange, Mark
from centrali_deploy.states import LiveResource, LiveState
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["commands"]
PRUNE = ("--prune", "--allow-mass-delete", "--yes")


def to(*targets: str) -> dict[str, Any]:
    return {"name": "S", "properties": [{"name": f"to_{target}", "type": "reference", "target": target} for target in targets]}


def live(**specs: Any) -> LiveState:
    found = {Address("structure", name): spec for name, spec in specs.items()}
    return LiveState({address: LiveResource(address, address.name, spec) for address, spec in found.items()})


def gone(**specs: Any) -> list[str]:
    present = live(**specs)
    found = leaving([Change.delete(address, "") for address in present.resources], present)
    return [f"{change.action.value} {change.address.name}{''.join(f' -{field.path[1]}' for field in change.fields)}" for change in found]


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ({"a": to("b"), "b": to()}, ["delete a", "delete b"]),
        ({"a": to(), "b": to("a")}, ["delete b", "delete a"]),
        ({"a": to("a")}, ["delete a"]),
        ({"a": to("b"), "b": to("a")}, ["update a -to_b", "delete b", "delete a"]),
        ({"a": to("b"), "b": to("c"), "c": to("a")}, ["update a -to_b", "delete b", "delete c", "delete a"]),
        ({"a": to("b", "c"), "b": to("a"), "c": to("a")}, ["update a -to_b -to_c", "delete c", "delete b", "delete a"]),
        ({"a": to("b"), "b": to("a"), "c": to("a"), "d": to()}, ["update a -to_b", "delete d", "delete c", "delete b", "delete a"]),
        (
            {"a": to("b"), "b": to("a"), "c": to("d"), "d": to("c")},
            ["update a -to_b", "update c -to_d", "delete d", "delete b", "delete c", "delete a"],
        ),
    ],
)
def test_circles_are_opened_and_nothing_else_is(specs: Any, expected: list[str]) -> None:
    assert gone(**specs) == expected
    assert gone(**dict(reversed(specs.items()))) == expected


def test_what_is_kept_opens_nothing() -> None:
    present = live(a=to("b"), b=to("a"))
    kept = [Change.kept(address) for address in present.resources]
    assert [change.opening for change in leaving(kept, present)] == [False, False]


def test_what_cannot_be_read_back_is_not_sent() -> None:
    secret = {"name": "key", "type": "string", "isSecret": True, "default": MASK}
    change = Change.open(Address("structure", "a"), "", [FieldChange(("properties", Item("to_b")), {}, Mark.ABSENT)])
    spec = {"properties": [*to("b")["properties"], secret], "name": "S"}
    assert opened(KINDS["structure"], spec, change) == {"properties": [{"name": "key", "type": "string", "isSecret": True}]}


class Place:
    """A workspace, and a manifest that is written anew for each apply."""

    def __init__(self, commands: Commands, folder: Path) -> None:
        commands.fresh()
        self.commands, self.path = commands, folder / "workspace.json"

    def run(self, *words: str, **sections: Any) -> Any:
        self.path.write_text(json.dumps({"version": 1, "workspace": WORKSPACE, **sections}))
        return self.commands.run(*words, "-o", "json", str(self.path))

    def applied(self, *words: str, **sections: Any) -> Any:
        ended = self.run("apply", "--yes", *words, **sections)
        assert ended.code == 0, ended.said
        then = self.run("plan", "--detailed-exitcode", *words, **sections)
        assert then.code == 0, then.said
        return ended


@pytest.fixture
def place(commands: Commands, tmp_path: Path) -> Place:
    return Place(commands, tmp_path)


@pytest.mark.parametrize(
    "before",
    [{"a": to("b"), "b": to("a")}, {"a": to("b", "a"), "b": to("c"), "c": to("a")}, {"a": to("b", "c"), "b": to("a"), "c": to("ab")}],
)
@pytest.mark.parametrize("way", ["prune", "destroy"])
def test_structures_in_a_circle_are_deleted(before: dict[str, Any], way: str, place: Place) -> None:
    before = {name: {**spec, "properties": [p for p in spec["properties"] if len(p["target"]) == 1]} for name, spec in before.items()}
    place.applied(structures={"keep": to(), **before})
    if way == "prune":
        ended = place.applied(*PRUNE[:2], structures={"keep": to()})
        assert place.commands.live() == {"structure/keep"}
    else:
        ended = place.run("destroy", "--yes", structures={"keep": to(), **before})
        assert place.commands.live() == set()
    assert ended.code == 0, ended.said
    assert {outcome["status"] for outcome in ended.answer["outcomes"]} == {"applied"}


def test_an_opening_is_told_and_needs_no_consent_of_its_own(place: Place) -> None:
    place.applied(structures={"keep": to(), "a": to("b"), "b": to("a")})
    with place.commands.hands() as client:
        client.request("POST", "records/slug/a", json={"data": {}})
    refused = place.run("plan", *PRUNE[:2], structures={"keep": to()}).answer["plan"]
    assert [(refusal["rule"], refusal["hint"]) for refusal in refused["refusals"]] == [
        ("data-loss", "If that is meant, pass --allow-data-loss structure/a.")
    ]
    plan = place.run("plan", *PRUNE[:2], "--allow-data-loss", "structure/a", structures={"keep": to()}).answer["plan"]
    first = plan["changes"][1]
    assert (first["address"], first["action"], [(f["path"], f["after"]) for f in first["fields"]]) == (
        "structure/a", "update", [("properties[to_b]", {"$mark": "absent"})],
    )  # fmt: skip
    assert first["reason"] == "takes to_b out before all of a circle is deleted: its values go with the delete"
    assert (plan["summary"]["update"], plan["summary"]["delete"], plan["refusals"]) == (0, 2, [])
    assert place.run("apply", *PRUNE, "--allow-data-loss", "structure/a", structures={"keep": to()}).code == 0
    assert place.commands.live() == {"structure/keep"}


def test_what_something_that_stays_refers_to_is_refused_beforehand(place: Place) -> None:
    place.applied(structures={"a": to("b"), "b": to(), "c": to()})
    ended = place.run("apply", *PRUNE, structures={"a": to("b")})
    (refusal,) = ended.answer["plan"]["refusals"]
    assert (ended.code, refusal["rule"], refusal["address"]) == (8, "still-referred-to", "structure/b")
    assert "structure/a (properties[0].target)" in refusal["message"]
    place.applied(*PRUNE[:2], structures={"a": to()})
    assert place.commands.live() == {"structure/a"}


def test_what_somebody_else_made_refer_to_it_is_refused_beforehand(place: Place) -> None:
    place.applied(structures={"b": to(), "c": to()})
    with place.commands.hands() as client:
        client.create(KINDS["structure"], {"recordSlug": "theirs", **to("b")})
    ended = place.run("destroy", "--yes", structures={"b": to(), "c": to()})
    assert (ended.code, [r["rule"] for r in ended.answer["plan"]["refusals"]]) == (8, ["still-referred-to"])
    assert place.commands.live() == {"structure/b", "structure/c", "structure/theirs"}


@pytest.mark.parametrize("at", range(9, 16))
def test_what_breaks_off_between_an_opening_and_its_delete_is_carried_on(at: int, place: Place) -> None:
    place.applied(structures={"keep": to(), "a": to("b"), "b": to("a")})
    place.path.write_text(json.dumps({"version": 1, "workspace": WORKSPACE, "structures": {"keep": to()}}))
    way = Striking(place.commands.app, [Strike(at, "refused")])
    place.commands.run("apply", *PRUNE, "-o", "json", str(place.path), way=way)
    place.applied(*PRUNE[:2], structures={"keep": to()})
    assert place.commands.live() == {"structure/keep"}


@pytest.mark.parametrize("way", ["restore", "for good"])
def test_a_slug_that_is_still_taken_is_told_before_and_after_with_what_to_do(way: str, place: Place) -> None:
    place.applied(structures={"keep": to(), "a": to()})
    with place.commands.hands() as client:
        id_ = client.find(KINDS["structure"], "a")["id"]
        pruned = place.applied(*PRUNE[:2], structures={"keep": to()})
        (change,) = [change for change in pruned.answer["plan"]["changes"] if change["action"] == "delete"]
        assert change["reason"] == "no longer declared; its recordSlug stays taken until it is deleted for good in the console"
        again = {"keep": to(), "a": {**to(), "description": "again"}}
        failed = place.run("apply", "--yes", structures=again)
        (outcome,) = failed.answer["outcomes"]
        assert (failed.code, outcome["error"]["type"], outcome["error"]["status"]) == (5, "conflict", 409)
        assert outcome["error"]["hint"] == (
            "No structure of that recordSlug is to be seen, so a deleted one still has it: restore it in the console and run again, "
            "and it is adopted; or delete it there for good, and run again."
        )
        assert "restore it in the console" in place.commands.run("apply", "--yes", str(place.path)).out
        if way == "restore":
            client.request("POST", f"collections/{id_}/restore")
        else:
            client.request("DELETE", f"collections/{id_}", query={"hard": "true"})
        done = place.applied(structures=again)
        actions = [change["action"] for change in done.answer["plan"]["changes"] if change["address"] == "structure/a"]
        assert actions == ["update" if way == "restore" else "create"]
        assert client.find(KINDS["structure"], "a")["description"] == "again"
