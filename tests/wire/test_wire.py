"""The published exchanges, both ways: the local workspace produces them, and the client reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from exchanges import EXCHANGES, Exchange, matches

from centrali_deploy.errors import DeployError
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender
from centrali_deploy.wire import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.kind import Kind

BASE = "http://localhost"
DATA = "/data/workspace/acme/api/v1"


@pytest.fixture
def workspace() -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    app = create_app(":memory:", workspaces=["acme", "other"])
    account = app.state.accounts["acme"]
    names = {"workspace": "acme", "client_id": account.client_id, "client_secret": account.client_secret}
    with httpx.Client(transport=InProcess(app), base_url=BASE) as client:
        form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
        names["token"] = client.post("/oidc/token", data=form).json()["access_token"]
        bearer = {"Authorization": f"Bearer {names['token']}"}

        def made(path: str, body: dict[str, Any]) -> str:
            return str(client.post(path, json=body, headers=bearer).raise_for_status().json()["id"])

        names["function"] = made(f"{DATA}/compute-functions", {"name": "process-item", "code": "async function run() {}"})
        names["structure"] = made(f"{DATA}/collections", {"name": "Processed Items", "recordSlug": "processed-items"})
        body = {"name": "first", "functionId": names["function"], "executionType": "on-demand", "triggerMetadata": {"params": {}}}
        names["trigger"] = made(f"{DATA}/function-triggers", body)
        steps = [{"id": "only", "type": "compute", "functionId": names["function"]}]
        body = {"slug": "first", "name": "First", "trigger": {"type": "on-demand"}, "steps": steps}
        names["orchestration"] = made("/orchestration/ws/acme/api/v1/orchestrations", body)
        yield client, names
    app.state.store.close()


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, dict):
        return {member: filled(inside, names) for member, inside in value.items()}
    return [filled(item, names) for item in value] if isinstance(value, list) else value


def sent(exchange: Exchange, client: httpx.Client, names: dict[str, str]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {names['token']}"} if exchange.token else {}
    path, body = filled(exchange.path, names), filled(exchange.body, names)
    if exchange.name == "a structure is made":
        client.delete(f"{DATA}/collections/{names['structure']}?hard=true", headers=headers).raise_for_status()
    if exchange.method == "FORM":
        return client.post(path, data=body)
    return client.request(exchange.method, path, json=body, headers=headers)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.name)
def test_the_local_workspace_produces_what_is_published(exchange: Exchange, workspace: tuple[httpx.Client, dict[str, str]]) -> None:
    client, names = workspace
    answer = sent(exchange, client, names)
    assert answer.status_code == exchange.status, answer.text
    found = answer.json() if answer.content else None
    assert exchange.answer is None or matches(filled(exchange.answer, names), found), found
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= {
        name.title().replace("Ratelimit", "RateLimit") for name in answer.headers
    }


READ = [exchange for exchange in EXCHANGES if exchange.method != "FORM"]


def asked(client: Client, exchange: Exchange, kind: Kind, published: Any) -> Any:
    """What the client's own call for such an exchange gives."""
    id_ = str(published["id"]) if isinstance(published, dict) and "id" in published else "x"
    if exchange.method == "GET":
        return client.page(kind, 1) if "data" in (published or {}) else client.get(kind, id_)
    if exchange.method == "DELETE":
        return client.delete(kind, id_)
    if exchange.method == "POST" and exchange.body is not None:
        return client.create(kind, {kind.identity: "x", **exchange.body})
    if exchange.body is not None:
        return client.update(kind, id_, exchange.body)
    life = kind.lifecycle
    assert life
    (state,) = (value for value, call in life.calls.items() if exchange.path.endswith(f"/{call}"))
    return client.set_state(kind, id_, state)


@pytest.mark.parametrize("exchange", READ, ids=lambda exchange: exchange.name)
def test_the_client_sends_and_reads_what_is_published(exchange: Exchange) -> None:
    text = json.dumps(exchange.answer).replace("<none>", "").replace("<not found>", "Not found")
    published = json.loads(text) if exchange.answer else None
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(exchange.status, json=published) if published else httpx.Response(exchange.status)

    names = {name: kind for kind in KINDS.values() for name in (kind.path, *kind.aliases)}
    kind = next((kind for name, kind in names.items() if f"/{name}" in exchange.path), KINDS["structure"])
    if exchange.status < 300 and published and "data" not in published:
        published = {"id": "x1", kind.identity: "x", **published}  # the pages leave out some of what is always there
    with Client(Connection(BASE, "acme", BearerToken("t")), Sender(httpx.MockTransport(answer))) as client:
        if exchange.status >= 400:
            with pytest.raises(DeployError) as caught:
                asked(client, exchange, kind, published)
            assert (published or {}).get("message", str(exchange.status)) in caught.value.message
            return
        found = asked(client, exchange, kind, published)
    assert [request.method for request in sent] == [exchange.method]
    if exchange.body is not None:
        assert json.loads(sent[0].content).items() >= exchange.body.items()
    if isinstance(found, Page):
        assert found.items == published["data"]
        assert found.total == published.get("meta", {}).get("total")
    elif found is not None:
        assert found == published


def test_there_are_enough_of_them_and_each_says_where_it_comes_from() -> None:
    assert len(EXCHANGES) >= 25
    assert {exchange.mark for exchange in EXCHANGES} <= {"D", "S", "T"}
