"""Whatever somebody else does to a resource after it was planned is not written over, or it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import AppliedInPart, Conflict, ExitCode, Rejected, StalePlan
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply, judge
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender
from centrali_deploy.states import Recorded, RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.pipeline.plan import Planned

CODE = {"code": "async function run() {}"}
F = Address("function", "f")
FUNCTION, TRIGGER = KINDS["function"], KINDS["trigger"]
SECRET = {"params": {"key": {"value": "${env:KEY}", "encrypt": True}}}
SECRETIVE = {"function": "f", "executionType": "on-demand", "triggerMetadata": SECRET}


class Scene:
    """A workspace, what is asked of it, and somebody else who acts right before the n-th request for one resource, from 0."""

    def __init__(self, app: Any, write: Callable[..., str]) -> None:
        self.inner, self.write, self.asked, self.when = InProcess(app), write, list[str](), -1
        self.act: Callable[[], object] = bool
        self.answer: Callable[[httpx.Request], httpx.Response] = self.inner.handle_request
        account = app.state.accounts["acme-dev"]
        connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
        self.client = Client(connection, Sender(httpx.MockTransport(self.handle), sleep=lambda _seconds: None))
        self.hands = Client(connection, Sender(InProcess(app)))

    def handle(self, request: httpx.Request) -> httpx.Response:
        if {"compute-functions", "function-triggers"}.isdisjoint(request.url.path.split("/")[-3:-1]):
            return self.answer(request)
        if len(self.asked) == self.when:
            self.act()
        self.asked.append(request.method)
        return self.answer(request)

    def undated(self, request: httpx.Request) -> httpx.Response:
        """An answer that shows no versions and no times."""
        found = self.inner.handle_request(request)
        body = json.loads(found.content) if found.content else {}
        for item in [body, *body.get("data", [])]:
            for member in ("version", "updatedAt"):
                item.pop(member, None)
        return httpx.Response(found.status_code, json=body)

    def planned(self, recorded: tuple[Address, ...] = (), **sections: Any) -> Planned:
        path = self.write({"version": 1, **sections})
        known = RecordedState({each: Recorded(each) for each in recorded})
        return result_of(plan(load([path], {"KEY": "a"}), self.client, Policy(prune=True), known))

    def carry_out(self, planned: Planned) -> list[Outcome]:
        self.asked.clear()
        return [event for event in apply(planned, self.client, lambda: False) if isinstance(event, Outcome)]

    def found(self, name: str = "f", kind: Any = FUNCTION) -> dict[str, Any]:
        found = self.hands.find(kind, name)
        assert found
        return found

    def edit(self, name: str = "f", kind: Any = FUNCTION, /, **members: Any) -> None:
        self.hands.update(kind, self.found(name, kind)["id"], members)


@pytest.fixture
def scene(app: Any, manifest: Callable[..., str]) -> Scene:
    found = Scene(app, manifest)
    found.hands.create(FUNCTION, {"name": "f", **CODE, "timeoutMs": 1000})
    return found


def five(scene: Scene) -> Planned:
    return scene.planned(functions={"f": {"timeoutMs": 5000, **CODE}})


@pytest.mark.parametrize("members", [{"timeoutMs": 2000}, {"description": "theirs"}, {"name": "g"}], ids=str)
def test_what_somebody_changed_after_the_plan_is_left_as_they_made_it(members: dict[str, Any], scene: Scene) -> None:
    scene.act, scene.when = lambda: scene.edit(**members), 0
    (outcome,) = scene.carry_out(five(scene))
    assert (outcome.status, type(outcome.error), scene.asked) == (Status.FAILED, StalePlan, ["GET"])
    assert {m: scene.found(members.get("name", "f"))[m] for m in members} == members
    with pytest.raises(StalePlan) as caught:
        judge([outcome])
    assert caught.value.message == "Nothing was applied: function/f failed."
    assert caught.value.exit_code == ExitCode.CONFLICT


def test_what_somebody_writes_between_the_look_and_the_write_is_told(scene: Scene) -> None:
    scene.act, scene.when = lambda: scene.edit(timeoutMs=2000), 1
    (outcome,) = scene.carry_out(five(scene))
    assert (outcome.status, type(outcome.error), scene.asked) == (Status.FAILED, AppliedInPart, ["GET", "PUT"])
    assert outcome.error
    assert outcome.error.message == "Somebody else changed function/f at the very moment it was written: version 1 became 3."
    with pytest.raises(AppliedInPart, match="Applied in part: function/f failed"):
        judge([outcome])


def test_what_somebody_deleted_is_not_made_again_unseen(scene: Scene) -> None:
    scene.act, scene.when = lambda: scene.hands.delete(FUNCTION, scene.found()["id"]), 0
    (outcome,) = scene.carry_out(five(scene))
    assert isinstance(outcome.error, StalePlan)
    assert outcome.error.message == "Somebody else deleted function/f after it was planned."


def test_a_delete_follows_its_look_at_once_and_is_fine_with_what_is_gone(scene: Scene) -> None:
    going = scene.planned((F,), functions={"g": CODE})
    scene.act, scene.when = lambda: scene.edit(timeoutMs=2000), 0
    assert [type(outcome.error) for outcome in scene.carry_out(going)] == [type(None), StalePlan]
    again = scene.planned((F,), functions={"g": CODE})
    scene.when = -1
    assert ([outcome.error for outcome in scene.carry_out(again)], scene.asked) == ([None], ["GET", "DELETE"])
    assert ([outcome.error for outcome in scene.carry_out(again)], scene.asked) == ([None], ["GET"])


def test_a_secret_may_be_what_somebody_changed(scene: Scene) -> None:
    sections = {"functions": {"f": CODE}, "triggers": {"t": SECRETIVE}}
    scene.carry_out(scene.planned(**sections))
    found = scene.planned(**{**sections, "triggers": {"t": {**SECRETIVE, "description": "ours"}}})
    theirs = {"params": {"key": {"value": "b", "encrypt": True}}}
    scene.act, scene.when = lambda: scene.edit("t", TRIGGER, triggerMetadata=theirs), 0
    (outcome,) = scene.carry_out(found)
    assert isinstance(outcome.error, StalePlan)


def test_what_is_ours_is_no_surprise(scene: Scene) -> None:
    """An update that is sent twice because its answer is lost, and a state that is set besides."""
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        found = scene.inner.handle_request(request)
        if request.method == "PUT" and not seen:
            seen.append("once")
            raise httpx.ReadError("lost")
        return found

    sections = {"functions": {"f": CODE}, "triggers": {"t": {"function": "f", "executionType": "on-demand"}}}
    scene.carry_out(scene.planned(**sections))
    sections["triggers"]["t"] |= {"description": "ours", "enabled": False}
    found, scene.answer = scene.planned(**sections), answer
    assert ([outcome.error for outcome in scene.carry_out(found)], scene.asked) == ([None], ["GET", "PATCH", "GET", "PUT", "PUT"])
    assert seen == ["once"]


def test_without_versions_and_times_what_is_there_is_compared(scene: Scene) -> None:
    scene.answer = scene.undated
    found = five(scene)
    assert [outcome.error for outcome in scene.carry_out(found)] == [None]
    scene.edit(timeoutMs=1000)
    found = five(scene)
    scene.act, scene.when = lambda: scene.edit(timeoutMs=2000), 0
    assert [type(outcome.error) for outcome in scene.carry_out(found)] == [StalePlan]


@pytest.mark.parametrize("half", [False, True], ids=["whole", "broken-off"])
def test_an_item_under_its_old_name_is_what_the_plan_saw(half: bool, scene: Scene) -> None:
    """Without versions and times, for those would say it at once."""
    properties = [{"name": name, "type": "string"} for name in (["old", "new"] if half else ["old"])]
    scene.hands.create(KINDS["structure"], {"name": "S", "recordSlug": "s", "properties": properties})
    scene.answer = scene.undated
    found = scene.planned(structures={"s": {"name": "S", "properties": [{"name": "new", "type": "string", "renamedFrom": "old"}]}})
    assert [outcome.error for outcome in scene.carry_out(found)] == [None]
    kept = scene.hands.find(KINDS["structure"], "s") or {}
    assert [each["name"] for each in kept["properties"]] == ["new"]


def test_a_look_that_is_refused_is_told(scene: Scene) -> None:
    found = five(scene)
    scene.answer = lambda _request: httpx.Response(400, json={"message": "not today"})
    (outcome,) = scene.carry_out(found)
    assert isinstance(outcome.error, Rejected)


def test_a_look_has_no_effect(scene: Scene) -> None:
    found = five(scene)
    writing = Writing(scene.client, found.desired, found.live)
    before = writing.tried
    (change,) = found.plan.pending
    assert list(writing.write(change)) == ["update"]
    assert (writing.tried - before, scene.asked) == (1, ["GET", "PUT"])


@pytest.mark.parametrize("left", [(), ("id", "updatedAt"), ("id", "name", "updatedAt"), ("success",)], ids=str)
def test_an_answer_that_shows_little_makes_nobody_else_guilty(left: tuple[str, ...], scene: Scene) -> None:
    """A trigger is paused and then updated: what is seen before the second write is our own first one."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = scene.inner.handle_request(request)
        if request.method == "GET" or found.status_code >= 300:
            return found
        body = {"success": True, **json.loads(found.content)}
        shown = {member: body[member] for member in ("enabled", *left) if member in body}
        return httpx.Response(200, json=shown) if left else httpx.Response(204)

    sections = {"functions": {"f": CODE}, "triggers": {"t": SECRETIVE}}
    scene.carry_out(scene.planned(**sections))
    scene.answer = answer
    found = scene.planned(**{**sections, "triggers": {"t": {**SECRETIVE, "description": "ours", "enabled": False}}})
    assert ([outcome.error for outcome in scene.carry_out(found)], scene.asked) == ([None], ["GET", "PATCH", "GET", "PUT"])


def test_a_change_that_is_tried_again_after_a_conflict_knows_its_own_first_half(scene: Scene) -> None:
    """A trigger is paused, then its name is taken for a while."""

    def answer(request: httpx.Request) -> httpx.Response:
        taken = request.method == "PUT" and scene.asked.count("PUT") == 1
        return httpx.Response(409, json={"message": "taken"}) if taken else scene.inner.handle_request(request)

    sections = {"functions": {"f": CODE}, "triggers": {"t": SECRETIVE}}
    scene.carry_out(scene.planned(**sections))
    found = scene.planned(**{**sections, "triggers": {"t": {**SECRETIVE, "description": "ours", "enabled": False}}})
    writing, (change,) = Writing(scene.client, found.desired, found.live), found.plan.pending
    scene.asked.clear()
    scene.answer = answer
    with pytest.raises(Conflict):
        list(writing.write(change))
    list(writing.write(change))
    assert (scene.found("t", TRIGGER)["enabled"], scene.found("t", TRIGGER)["description"]) == (False, "ours")


@pytest.mark.parametrize("missing", [("version",), ("version", "updatedAt"), ("code",), ("code", "version", "updatedAt")], ids=str)
def test_what_lists_leave_out_is_no_change_of_somebody_else(missing: tuple[str, ...], scene: Scene) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        found = scene.inner.handle_request(request)
        body = json.loads(found.content) if found.content else {}
        for item in body.get("data", []) if request.method == "GET" else []:
            for member in missing:
                item.pop(member, None)
        return httpx.Response(found.status_code, json=body)

    scene.answer = answer
    assert [outcome.error for outcome in scene.carry_out(five(scene))] == [None]
    assert [outcome.error for outcome in scene.carry_out(scene.planned((F,), functions={"g": CODE}))] == [None, None]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_where_nothing_is_given_by_itself_nothing_is_said_to_be_gone(status: int, scene: Scene) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        single = request.method == "GET" and request.url.path.split("/")[-2] == "compute-functions"
        return httpx.Response(status, json={"message": "no"}) if single else scene.inner.handle_request(request)

    found, going = five(scene), scene.planned((F,), functions={"g": CODE})
    scene.answer = answer
    assert ([outcome.error for outcome in scene.carry_out(found)], scene.asked) == ([None], ["GET", "PUT"])
    assert ([outcome.error for outcome in scene.carry_out(going)], scene.asked) == ([None, None], ["DELETE"])
    assert scene.hands.find(FUNCTION, "f") is None
