"""What the local workspace refuses, and that it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.errors import UsageProblem
from centrali_deploy.local.app import create_app
from centrali_deploy.local.store import Store
from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE = "/data/workspace/acme/api/v1"


@pytest.fixture
def api() -> Iterator[httpx.Client]:
    now = [0.0]
    app = create_app(":memory:", workspaces=["acme"], clock=lambda: now[0])
    account = app.state.accounts["acme"]
    with httpx.Client(transport=InProcess(app), base_url="http://localhost") as client:
        form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
        client.headers["Authorization"] = f"Bearer {client.post('/oidc/token', data=form).json()['access_token']}"
        client.now = now  # type: ignore[attr-defined]
        yield client
    app.state.store.close()


def made(api: httpx.Client, path: str, body: dict[str, Any]) -> str:
    return str(api.post(f"{BASE}{path}", json=body).raise_for_status().json()["id"])


def looping(api: httpx.Client, code: str, event: str = "record_created") -> httpx.Response:
    made(api, "/collections", {"name": "Orders"})
    function = made(api, "/compute-functions", {"name": "f", "code": code})
    metadata = {"event": event, "recordSlug": "orders"}
    body = {"name": "t", "functionId": function, "executionType": "event-driven", "triggerMetadata": metadata}
    return api.post(f"{BASE}/function-triggers", json=body)


def test_a_trigger_that_would_fire_itself_is_refused(api: httpx.Client) -> None:
    answer = looping(api, "async function run() { await api.createRecord('orders', {}) }")
    assert (answer.status_code, answer.json()["code"]) == (409, "TRIGGER_LOOP_DETECTED")
    assert answer.json()["details"] == [{"field": "code", "message": "api.createRecord('orders')"}]


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("async function run() { await api.updateRecord('orders', {}) }", "record_created"),
        ("async function run() { await api.createRecord('others', {}) }", "record_created"),
        ("async function run() { /* api.createRecord('orders') */ }", "record_created"),
        ("async function run() { await api.createRecord('orders', {}) }", "record_restored"),
    ],
)
def test_a_trigger_that_fires_something_else_is_taken(code: str, event: str, api: httpx.Client) -> None:
    assert looping(api, code, event).status_code == 201


def test_code_that_would_close_a_loop_is_refused_and_nothing_changes(api: httpx.Client) -> None:
    function = looping(api, "async function run() {}").json()["functionId"]
    code = "async function run() { await api.createRecord('orders', {}) }"
    assert api.put(f"{BASE}/compute-functions/{function}", json={"code": code}).status_code == 409
    assert api.get(f"{BASE}/compute-functions/{function}").json()["code"] == "async function run() {}"


def test_what_is_in_use_is_not_deleted(api: httpx.Client) -> None:
    function = looping(api, "async function run() {}").json()["functionId"]
    answer = api.delete(f"{BASE}/compute-functions/{function}")
    assert (answer.status_code, answer.json()["message"]) == (409, "Function is used by triggers: t")


def test_a_deleted_structure_keeps_its_slug_until_it_is_deleted_hard(api: httpx.Client) -> None:
    id_ = made(api, "/collections", {"name": "Orders"})
    assert api.delete(f"{BASE}/collections/{id_}").status_code == 204
    assert api.get(f"{BASE}/collections/{id_}").status_code == 404
    assert "restore" in api.post(f"{BASE}/collections", json={"name": "Orders"}).json()["message"]
    assert api.post(f"{BASE}/collections/{id_}/restore").json()["recordSlug"] == "orders"
    assert api.delete(f"{BASE}/collections/{id_}?hard=true").status_code == 204
    assert api.post(f"{BASE}/collections", json={"name": "Orders"}).status_code == 201


def test_what_is_not_imitated_says_so(api: httpx.Client) -> None:
    answer = api.post(f"{BASE}/records", json={})
    assert (answer.status_code, answer.json()["message"]) == (501, f"The local workspace does not imitate POST {BASE}/records")


def test_an_old_token_has_expired(api: httpx.Client) -> None:
    api.now[0] = 25_201.0  # type: ignore[attr-defined]
    answer = api.get(f"{BASE}/collections")
    assert (answer.status_code, answer.json()["message"]) == (401, "Token expired")


def test_a_mask_sent_back_keeps_the_secret_and_is_never_shown(api: httpx.Client) -> None:
    function = made(api, "/compute-functions", {"name": "f", "code": "x"})
    params = {"key": {"value": "canary", "encrypt": True}}
    body = {"name": "t", "functionId": function, "executionType": "on-demand", "triggerMetadata": {"params": params}}
    id_ = made(api, "/function-triggers", body)
    shown = api.get(f"{BASE}/function-triggers/{id_}")
    assert "canary" not in shown.text
    again = api.put(f"{BASE}/function-triggers/{id_}", json={"triggerMetadata": shown.json()["triggerMetadata"]})
    assert again.json()["triggerMetadata"] == {"params": {"key": {"value": "********", "encrypted": True}}}


def test_a_file_that_is_something_else_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look like something else entirely\n" * 20)
    with pytest.raises(UsageProblem, match="cannot hold a local workspace"):
        Store(str(path))


def test_a_known_path_asked_for_in_the_wrong_way_says_which_ways_there_are(api: httpx.Client) -> None:
    answer = api.put(f"{BASE}/collections")
    assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (405, "GET, POST", "METHOD_NOT_ALLOWED")
    assert api.get(f"{BASE}/function-triggers/x/pause").headers["Allow"] == "PATCH, POST"


def test_a_body_that_is_not_json_or_too_deep_is_refused(api: httpx.Client) -> None:
    for content in (b"{", b"[" * 100_000, b"[]", b"\xff"):
        assert api.post(f"{BASE}/collections", content=content).status_code == 400
    assert api.post(f"{BASE}/collections", content=b" " * (10 * 1024 * 1024 + 1)).status_code == 413
