"""Writing one change: which requests, in which order, and what nobody declared stays as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of

from centrali_deploy.apply.executor import check_secrets
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import ManifestError, RemoteError
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Action, Change, Plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from centrali_deploy.address import Address
    from centrali_deploy.states import LiveResource

CODE = {"code": "async function run() {}"}
SECRET = {"value": "${env:KEY}", "encrypt": True}
ENVIRON = {"KEY": "canary"}
ON_DEMAND = {"function": "f", "executionType": "on-demand"}
HTTP = {"function": "f", "executionType": "http-trigger", "triggerMetadata": {"path": "hook"}}
STEPS = [{"id": "only", "type": "compute", "function": "f"}]
FLOW = {"name": "O", "trigger": {"type": "on-demand"}, "steps": STEPS}


class Workspace:
    """A local workspace that notes every write, and may refuse some."""

    def __init__(self, app: Starlette, write: Callable[..., str]) -> None:
        self.writes: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.refuses: Callable[[str, dict[str, Any]], bool] = lambda _asked, _body: False
        self._inner = InProcess(app)
        self._manifest = write
        account = app.state.accounts["acme-dev"]
        connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
        self.client = Client(connection, Sender(httpx.MockTransport(self._answer), sleep=lambda _seconds: None))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" or request.url.path.endswith("/token"):
            return self._inner.handle_request(request)
        *_, before, last = request.url.path.split("/")
        call = last if last in {"pause", "resume", "activate"} else last if request.method == "POST" else before
        asked, body = f"{request.method} {call}", json.loads(request.content) if request.content else {}
        self.writes.append(asked)
        self.bodies.append(body)
        if self.refuses(asked, body):
            return httpx.Response(400, json={"message": "not this one"})
        return self._inner.handle_request(request)

    def manifest(self, **sections: Any) -> str:
        return self._manifest({"version": 1, "functions": {"f": CODE}, **sections})

    def planned(self, path: str, environ: dict[str, str] = ENVIRON) -> Planned:
        return result_of(plan(load([path], environ), self.client, Policy()))

    def applied(self, environ: dict[str, str] = ENVIRON, **sections: Any) -> list[Outcome]:
        """Apply a manifest; notes anew what is written."""
        path = self.manifest(**sections)
        found = self.planned(path, environ)
        self.writes, self.bodies = [], []
        return [e for e in apply(found, self.client, lambda: False) if isinstance(e, Outcome)]

    def live(self, **sections: Any) -> dict[str, LiveResource]:
        resources = self.planned(self.manifest(**sections)).live.resources
        return {str(address): resource for address, resource in resources.items()}


@pytest.fixture
def workspace(app: Starlette, manifest: Callable[..., str]) -> Workspace:
    return Workspace(app, manifest)


def failed(outcomes: list[Outcome]) -> list[RemoteError]:
    return [o.error for o in outcomes if o.status is Status.FAILED and isinstance(o.error, RemoteError)]


def test_a_replace_keeps_what_nobody_declared(workspace: Workspace) -> None:
    metadata = {"params": {"limit": 5}}
    workspace.applied(triggers={"t": {**ON_DEMAND, "description": "theirs", "enabled": False, "triggerMetadata": metadata}})
    workspace.applied(triggers={"t": HTTP})
    assert workspace.writes == ["DELETE function-triggers", "POST function-triggers"]
    spec = workspace.live()["trigger/t"].spec
    assert spec == {**HTTP, "description": "theirs", "enabled": False, "triggerMetadata": {"params": {"limit": 5}, "path": "hook"}}


def test_a_refused_replacement_gives_way_to_the_old_one(workspace: Workspace) -> None:
    old = {**ON_DEMAND, "description": "ours", "enabled": False, "triggerMetadata": {"params": {"limit": 5}}}
    workspace.applied(triggers={"t": old})
    workspace.refuses = lambda asked, body: asked.startswith("POST") and body["executionType"] == "http-trigger"
    (error,) = failed(workspace.applied(triggers={"t": HTTP}))
    assert workspace.writes == ["DELETE function-triggers", "POST function-triggers", "POST function-triggers"]
    assert "not this one" in error.message
    assert error.hint.startswith("The old one was made again. ")
    assert workspace.live()["trigger/t"].spec == old
    workspace.refuses = lambda _asked, _body: False
    assert failed(workspace.applied(triggers={"t": HTTP})) == []


def test_an_old_one_with_secrets_cannot_be_put_back_and_neither_can_one_the_api_refuses(workspace: Workspace) -> None:
    sealed = {**ON_DEMAND, "triggerMetadata": {"params": {"key": SECRET}}}
    workspace.applied(triggers={"t": sealed, "u": ON_DEMAND})
    workspace.refuses = lambda asked, _body: asked.startswith("POST")
    new = {**HTTP, "triggerMetadata": {"path": "hook", "params": {"key": SECRET}}}
    (error,) = failed(workspace.applied(triggers={"t": new, "u": ON_DEMAND}))
    assert workspace.writes == ["DELETE function-triggers", "POST function-triggers"]
    assert error.hint.startswith("trigger/t is deleted now: mend the manifest and run again")
    (error,) = failed(workspace.applied(triggers={"u": HTTP}))
    assert workspace.writes == ["DELETE function-triggers", "POST function-triggers", "POST function-triggers"]
    assert error.hint.startswith("trigger/u is deleted now")
    assert "********" not in repr(workspace.bodies)


def test_a_pause_goes_before_other_changes_and_a_resume_after_them(workspace: Workspace) -> None:
    workspace.applied(triggers={"t": {**ON_DEMAND, "enabled": True}})
    workspace.applied(triggers={"t": {**ON_DEMAND, "enabled": False, "description": "a"}})
    assert workspace.writes == ["PATCH pause", "PUT function-triggers"]
    assert "enabled" not in workspace.bodies[1]
    workspace.applied(triggers={"t": {**ON_DEMAND, "enabled": True, "description": "b"}})
    assert workspace.writes == ["PUT function-triggers", "PATCH resume"]
    assert "enabled" not in workspace.bodies[0]


def test_an_orchestration_is_made_a_draft_and_then_set_and_paused_before_it_is_changed(workspace: Workspace) -> None:
    workspace.applied(orchestrations={"o": {**FLOW, "status": "active"}})
    assert workspace.writes == ["POST compute-functions", "POST orchestrations", "POST activate"]
    assert "status" not in workspace.bodies[1]
    workspace.applied(orchestrations={"o": {**FLOW, "status": "paused", "name": "P"}})
    assert workspace.writes == ["POST pause", "PUT orchestrations"]
    workspace.applied(orchestrations={"o": {**FLOW, "status": "active", "name": "Q"}})
    assert workspace.writes == ["PUT orchestrations", "POST activate"]
    assert "status" not in workspace.bodies[0]


@pytest.mark.parametrize(
    ("status", "writes"), [(None, []), ("draft", []), ("active", ["POST activate"]), ("paused", ["POST pause"])], ids=str
)
def test_a_new_one_is_set_to_any_state_but_the_one_it_has(status: str | None, writes: list[str], workspace: Workspace) -> None:
    workspace.applied(orchestrations={"o": {**FLOW, "status": status}})
    assert workspace.writes == ["POST compute-functions", "POST orchestrations", *writes]
    assert "status" not in workspace.bodies[1]


def test_null_sets_a_state_back_to_the_one_of_a_new_one(workspace: Workspace) -> None:
    workspace.applied(triggers={"t": {**ON_DEMAND, "enabled": False}})
    workspace.applied(triggers={"t": {**ON_DEMAND, "enabled": None}})
    assert workspace.writes == ["PATCH resume"]
    assert workspace.live()["trigger/t"].spec["enabled"] is True
    workspace.applied(triggers={"t": {**ON_DEMAND, "enabled": None, "description": "new"}})
    assert workspace.writes == ["PUT function-triggers"]


def test_a_member_written_as_null_is_left_out_of_a_create(workspace: Workspace) -> None:
    workspace.applied(triggers={"t": {**ON_DEMAND, "description": None}})
    assert workspace.bodies[1].keys() == {"name", "functionId", "executionType", "triggerMetadata"}
    assert workspace.bodies[1]["triggerMetadata"] == {"params": {}}


def removed(workspace: Workspace, address: Address) -> None:
    path = workspace.manifest()
    writing = Writing(workspace.client, load([path], {}).desired, workspace.planned(path).live)
    workspace.writes = []
    list(writing.write(Change.delete(address, "no longer declared")))


@pytest.mark.parametrize(("status", "writes"), [("draft", []), ("paused", []), ("active", ["POST pause"])])
def test_an_active_orchestration_is_paused_before_it_is_deleted(status: str, writes: list[str], workspace: Workspace) -> None:
    workspace.applied(orchestrations={"o": {**FLOW, "status": status}})
    (address,) = load([workspace.manifest(orchestrations={"o": FLOW})], {}).desired.keys() - load([workspace.manifest()], {}).desired.keys()
    removed(workspace, address)
    assert workspace.writes == [*writes, "DELETE orchestrations"]
    assert "orchestration/o" not in workspace.live()


def test_a_trigger_is_deleted_at_once(workspace: Workspace) -> None:
    workspace.applied(triggers={"t": ON_DEMAND})
    (address,) = load([workspace.manifest(triggers={"t": ON_DEMAND})], {}).desired.keys() - load([workspace.manifest()], {}).desired.keys()
    removed(workspace, address)
    assert workspace.writes == ["DELETE function-triggers"]


def test_what_is_only_forgotten_or_the_same_is_not_written(workspace: Workspace) -> None:
    workspace.applied()
    path = workspace.manifest()
    writing = Writing(workspace.client, load([path], {}).desired, workspace.planned(path).live)
    workspace.writes = []
    (address,) = load([path], {}).desired
    assert [*writing.write(Change.forget(address, "already gone")), *writing.write(Change.no_op(address, "same"))] == []
    assert workspace.writes == []


def test_an_update_sends_only_what_changed_where_members_merge_and_everything_writable_elsewhere(workspace: Workspace) -> None:
    trigger = {**ON_DEMAND, "description": "d", "triggerMetadata": {"params": {"limit": 5}}}
    workspace.applied(triggers={"t": trigger})
    workspace.applied(functions={"f": {**CODE, "timeoutMs": 5}}, triggers={"t": {**ON_DEMAND, "description": "e"}})
    assert workspace.writes == ["PUT compute-functions", "PUT function-triggers"]
    assert workspace.bodies[0] == {"timeoutMs": 5}
    function_id = workspace.live()["function/f"].id
    assert workspace.bodies[1] == {
        "name": "t",
        "description": "e",
        "functionId": function_id,
        "executionType": "on-demand",
        "triggerMetadata": {"params": {"limit": 5}},
    }


def test_a_change_of_the_state_alone_needs_no_secret_and_sends_none(workspace: Workspace) -> None:
    sealed = {**ON_DEMAND, "triggerMetadata": {"params": {"key": SECRET}}}
    workspace.applied(triggers={"t": sealed})
    outcomes = workspace.applied({}, triggers={"t": {**sealed, "enabled": False}})
    assert [outcome.status for outcome in outcomes] == [Status.APPLIED]
    assert workspace.writes == ["PATCH pause"]
    with pytest.raises(ManifestError, match="KEY"):
        workspace.applied({}, triggers={"t": {**sealed, "enabled": True, "description": "more"}})
    assert workspace.writes == []


def test_every_secret_that_is_missing_is_told_at_once(workspace: Workspace) -> None:
    triggers = {
        name: {**ON_DEMAND, "triggerMetadata": {"params": {"key": {**SECRET, "value": f"${{env:{name}}}"}}}} for name in ("ONE", "TWO")
    }
    path = workspace.manifest(triggers=triggers)
    found = workspace.planned(path, {"TWO": ""})
    writing = Writing(workspace.client, load([path], {"TWO": ""}).desired, found.live)
    with pytest.raises(ManifestError) as caught:
        check_secrets(found.plan, writing)
    assert len(caught.value.problems) == 2
    assert "ONE is not set" in str(caught.value)
    assert "TWO} is empty" in str(caught.value)
    nothing = Plan("acme-dev", tuple(change for change in found.plan.changes if change.action is not Action.CREATE))
    check_secrets(nothing, writing)


def test_ids_learnt_from_creates_are_sent_by_what_comes_later(workspace: Workspace) -> None:
    workspace.applied(triggers={"t": ON_DEMAND}, orchestrations={"o": FLOW})
    function_id = workspace.live()["function/f"].id
    sent = dict(zip(workspace.writes, workspace.bodies, strict=True))
    assert sent["POST function-triggers"]["functionId"] == function_id
    assert sent["POST orchestrations"]["steps"] == [{"id": "only", "type": "compute", "functionId": function_id}]
    assert KINDS["orchestration"].references[0].wire == "functionId"
