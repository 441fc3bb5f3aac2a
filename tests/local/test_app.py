"""What the local workspace refuses, and that it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.errors import UsageProblem
from centrali_deploy.local.app import create_app
from centrali_deploy.local.store import Store
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.wire import is_uuid

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
        client.store = app.state.store  # type: ignore[attr-defined]
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
    answer = api.post(f"{BASE}/saved-queries", json={})
    assert (answer.status_code, answer.json()["message"]) == (501, f"The local workspace does not imitate POST {BASE}/saved-queries")


@pytest.mark.parametrize("path", ["/endpoint/a%0Ab", "/records/%0Ab"])
def test_a_path_with_a_line_break_is_answered_as_every_other(path: str, api: httpx.Client) -> None:
    answer = api.get(BASE + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


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


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic x.y.z", "Bearer a.b.c", "Bearer é"])
def test_without_a_token_of_ours_nothing_is_shown(authorization: str, api: httpx.Client) -> None:
    answer = api.get(f"{BASE}/collections", headers={"Authorization": authorization.encode()})
    assert (answer.status_code, answer.json()["message"]) == (401, "Missing or invalid token")


@pytest.mark.parametrize(
    ("form", "status", "message"),
    [
        ({}, 400, "grant_type must be client_credentials"),
        ({"grant_type": "password"}, 400, "grant_type must be client_credentials"),
        ({"grant_type": "client_credentials"}, 401, "Invalid client credentials"),
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}, 401, "Invalid client credentials"),
    ],
)
@pytest.mark.parametrize("path", ["/oidc/token", "/oauth/token"])
def test_a_token_is_given_for_good_credentials_only(path: str, form: dict[str, str], status: int, message: str, api: httpx.Client) -> None:
    answer = api.post(path, data=form)
    assert (answer.status_code, answer.json()["message"]) == (status, message)


def test_a_token_is_good_for_its_own_workspace_alone() -> None:
    app = create_app(":memory:", workspaces=["acme", "other"])
    account = app.state.accounts["acme"]
    form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
    with httpx.Client(transport=InProcess(app), base_url="http://localhost") as client:
        said = client.post("/oidc/token", data=form).json()
        assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 25_200, "openid")
        client.headers["Authorization"] = f"Bearer {said['access_token']}"
        assert client.get(f"{BASE}/collections").status_code == 200
        answer = client.get(f"{BASE.replace('acme', 'other')}/collections")
        assert (answer.status_code, answer.json()["message"]) == (403, "The token belongs to workspace 'acme', not to 'other'")
    app.state.store.close()


def test_every_published_base_and_name_leads_to_the_same_objects(api: httpx.Client) -> None:
    made(api, "/structures", {"name": "Orders"})
    for base in (BASE, "/workspace/acme/api/v1"):
        for name in ("collections", "structures"):
            assert len(api.get(f"{base}/{name}").json()["data"]) == 1
    for base in ("/orchestration/ws/acme/api/v1", "/orchestration/api/v1/workspaces/acme"):
        assert api.get(f"{base}/orchestrations").json()["meta"]["total"] == 0
        assert api.get(f"{base}/collections").status_code == 501


def test_an_error_has_every_published_member(api: httpx.Client) -> None:
    answer = api.post(f"{BASE}/compute-functions", json={"name": "f"})
    said = answer.json()
    assert said.pop("requestId").startswith("req_")
    assert said == {
        "error": "Validation Failed", "code": "VALIDATION_ERROR", "message": "code: is required", "status": 400,
        "timestamp": "1970-01-01T00:00:00Z", "path": f"{BASE}/compute-functions", "details": [{"field": "code", "message": "is required"}],
    }  # fmt: skip


def test_every_answer_says_how_many_requests_are_left(api: httpx.Client) -> None:
    left = [int(api.get(f"{BASE}/{path}").headers["X-RateLimit-Remaining"]) for path in ("collections", "collections", "x")]
    assert left[0] - left[1] == 1
    assert left[2] == 9_999  # what is not imitated belongs to no workspace


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_no_route_has_is_answered_like_any_other(method: str, api: httpx.Client) -> None:
    answer = api.request(method, f"{BASE}/collections/x")
    status = {"HEAD": 404}.get(method, 405)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_a_database_that_fails_is_answered_with_its_words(api: httpx.Client) -> None:
    api.store.close()  # type: ignore[attr-defined]
    answer = api.get(f"{BASE}/collections")
    said = "The database of the local workspace failed: Cannot operate on a closed database."
    assert (answer.status_code, answer.json()["message"]) == (500, said)


def test_a_disk_that_is_full_says_so_and_what_was_there_can_still_be_read(api: httpx.Client) -> None:
    api.post(f"{BASE}/collections", json={"name": "a"})
    api.store.ready("pragma max_page_count = 1")  # type: ignore[attr-defined]
    answer = api.post(f"{BASE}/compute-functions", json={"name": "f", "code": "// " + "x" * 100_000})
    said = "There is no room left for the database of the local workspace: database or disk is full"
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (507, "NO_ROOM", said)
    assert [row["name"] for row in api.get(f"{BASE}/collections").json()["data"]] == ["a"]
    assert api.get(f"{BASE}/compute-functions").json()["data"] == []


def test_somebody_who_leaves_before_the_body_is_whole_is_no_mistake_of_the_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(":memory:", workspaces=["acme"])

    async def leaving(scope: Any, _receive: Any, send: Any) -> None:
        parts = iter([{"type": "http.request", "body": b'{"na', "more_body": True}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            return next(parts)

        await app(scope, receive, send)

    with httpx.Client(transport=InProcess(leaving), base_url="http://localhost") as client, pytest.raises(httpx.ReadError, match="left"):
        client.post(f"{BASE}/collections", json={"name": "a"})
    app.state.store.close()
    assert capsys.readouterr().err == ""


def test_a_mistake_of_its_own_is_answered_and_shown_to_whoever_runs_it(capsys: pytest.CaptureFixture[str]) -> None:
    def ids() -> str:
        raise ZeroDivisionError("no ids today")

    app = create_app(":memory:", workspaces=["acme"], ids=ids)
    account = app.state.accounts["acme"]
    form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
    with httpx.Client(transport=InProcess(app), base_url="http://localhost") as client:
        client.headers["Authorization"] = f"Bearer {client.post('/oidc/token', data=form).json()['access_token']}"
        answer = client.post(f"{BASE}/collections", json={"name": "a"})
        assert (answer.status_code, answer.json()["message"]) == (500, "The local workspace made a mistake")
        assert client.get(f"{BASE}/collections").json()["data"] == []
    assert "no ids today" in capsys.readouterr().err
    app.state.store.close()


def test_new_ids_are_uuids(api: httpx.Client) -> None:
    assert is_uuid(made(api, "/collections", {"name": "a"}))
