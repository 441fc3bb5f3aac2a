"""From manifests and a live workspace to a plan; nothing is written on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ending import ended_and_told

from centrali_deploy.address import Address
from centrali_deploy.errors import LiveConflict, ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import Recorded, RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress

CODE = "async function run() {}"
PUBLISHED = [kind for kind in KINDS.values() if kind.published]


def planned(path: str, client: Client, policy: Policy) -> tuple[Planned, list[Progress]]:
    return ended_and_told(plan(load([path], {"KEY": "canary"}), client, policy))


def test_a_plan_tells_what_is_read_knows_what_is_live_and_writes_nothing(client: Client, manifest: Callable[..., str]) -> None:
    client.create(KINDS["function"], {"name": "f", "code": CODE, "timeoutMs": 5})
    client.create(KINDS["function"], {"name": "theirs", "code": CODE})
    path = manifest({"version": 1, "functions": {"f": {"code": CODE, "timeoutMs": 6}, "g": {"code": CODE}}})
    before = client.requests_used
    found, told = planned(path, client, Policy())
    assert client.requests_used - before == len(PUBLISHED)
    assert {(progress.section, progress.read) for progress in told} >= {("functions", 2), ("triggers", 0)}
    assert {str(change.address): change.action for change in found.plan.pending} == {
        "function/f": Action.UPDATE,
        "function/g": Action.CREATE,
    }
    assert found.plan.workspace == "acme-dev"
    assert [str(address) for address in found.plan.unmanaged] == ["function/theirs"]
    assert sorted(map(str, found.live.resources)) == ["function/f", "function/theirs"]
    again, _ = planned(path, client, Policy())
    assert again.plan == found.plan


def test_nothing_is_recorded_so_nothing_that_is_not_declared_goes(client: Client, manifest: Callable[..., str]) -> None:
    client.create(KINDS["function"], {"name": "theirs", "code": CODE})
    found, _ = planned(manifest({"version": 1, "functions": {"f": {"code": CODE}}}), client, Policy(prune=True))
    assert [change.action for change in found.plan.pending] == [Action.CREATE]


def test_what_is_ours_and_of_a_kind_of_which_nothing_is_declared_any_more_is_looked_for(
    client: Client, manifest: Callable[..., str]
) -> None:
    domain = client.create(KINDS["allowed-domain"], {"domain": "api.example.com"})
    address, gone = Address("allowed-domain", "api.example.com"), Address("allowed-domain", "gone.example.com")
    recorded = RecordedState({address: Recorded(address, domain["id"], {}), gone: Recorded(gone, "x", {})})
    path = manifest({"version": 1, "functions": {"f": {"code": CODE}}})
    for prune, action in ((False, Action.NO_OP), (True, Action.DELETE)):
        found = ended_and_told(plan(load([path], {}), client, Policy(prune=prune), recorded))[0].plan
        actions = {change.address: change.action for change in found.changes}
        assert (actions[address], actions[gone]) == (action, Action.FORGET)
    assert ended_and_told(plan(load([path], {}), client, Policy(), recorded))[0].plan.kept == (address,)


def test_what_was_decided_beforehand_decides(client: Client, manifest: Callable[..., str]) -> None:
    function = client.create(KINDS["function"], {"name": "f", "code": CODE})
    params = {"key": {"value": "canary", "encrypt": True}}
    body = {"name": "t", "functionId": function["id"], "executionType": "on-demand", "triggerMetadata": {"params": params}}
    client.create(KINDS["trigger"], body)
    metadata = {"params": {"key": {"value": "${env:KEY}", "encrypt": True}}}
    trigger = {"function": "f", "executionType": "on-demand", "triggerMetadata": metadata}
    path = manifest({"version": 1, "triggers": {"t": trigger}})
    assert planned(path, client, Policy())[0].plan.empty
    (change,) = planned(path, client, Policy(resend_secrets=True))[0].plan.pending
    assert change.reason == "secrets are sent again"


def test_only_what_is_declared_is_read_in_full(connect_to: Callable[..., Client], manifest: Callable[..., str]) -> None:
    with connect_to(create_app(":memory:", workspaces=["acme-dev"], brief=True)) as client:
        for name in ("f", "theirs"):
            client.create(KINDS["function"], {"name": name, "code": CODE})
        before = client.requests_used
        found, _ = planned(manifest({"version": 1, "functions": {"f": {"code": CODE}}}), client, Policy())
        assert found.plan.empty
        assert client.requests_used - before == len(PUBLISHED) + 1


@pytest.mark.parametrize(("trigger", "words"), [("nowhere", "function/nowhere, which is neither declared nor in the workspace")])
def test_a_reference_that_leads_nowhere_is_refused(trigger: str, words: str, client: Client, manifest: Callable[..., str]) -> None:
    path = manifest({"version": 1, "triggers": {"t": {"function": trigger, "executionType": "on-demand"}}})
    with pytest.raises(ManifestError, match=words):
        planned(path, client, Policy())


def test_two_live_ones_of_a_declared_name_are_refused(client: Client, manifest: Callable[..., str], monkeypatch: Any) -> None:
    client.create(KINDS["function"], {"name": "f", "code": CODE})
    client.create(KINDS["function"], {"name": "g", "code": CODE})
    read = client.pages

    def pages(kind: Any, pool: Any) -> Any:
        found = read(kind, pool)
        for item in [item for part in found for item in part.items if item.get("name") == "g"]:
            item["name"] = "f"
        return found

    monkeypatch.setattr(client, "pages", pages)
    with pytest.raises(LiveConflict, match="More than one live resource answers to one name: function/f"):
        planned(manifest({"version": 1, "functions": {"f": {"code": CODE}}}), client, Policy())
