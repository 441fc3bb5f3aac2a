"""The client against the local workspace, with faults: nothing doubled, nothing lost, nothing repeated blindly."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.errors import Conflict, DeployError, Rejected, RemoteError, Unauthorized, Unreachable, UsageProblem
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken, ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.observation import observe
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

FUNCTION = KINDS["function"]
BODY = {"name": "f", "code": "async function run() {}"}


def faulty(connect_to: Callable[..., Client], *faults: Fault, **parts: Any) -> Client:
    return connect_to(create_app(":memory:", workspaces=["acme-dev"], faults=faults), **parts)


def names(client: Client) -> list[str]:
    steps = observe(client, ())
    while True:
        try:
            next(steps)
        except StopIteration as stopped:
            return [str(address) for address in stopped.value.resources]


@pytest.mark.parametrize("failure", ["500-before", "500-after", "lost-after"])
def test_an_ambiguous_create_is_looked_up_and_never_doubled(failure: Any, connect_to: Callable[..., Client]) -> None:
    with faulty(connect_to, Fault("POST", "compute-functions$", failure)) as client:
        assert client.create(FUNCTION, BODY)["name"] == "f"
        assert names(client) == ["function/f"]


def test_a_refused_connection_is_tried_again(connect_to: Callable[..., Client]) -> None:
    with faulty(connect_to, Fault("GET", "collections", "refuse", times=2)) as client:
        assert names(client) == []


def test_too_many_requests_waits_as_long_as_asked_and_all_workers_wait() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    app = create_app(":memory:", workspaces=["acme-dev"], faults=[Fault("GET", "collections", "429", seconds=7)])
    account = app.state.accounts["acme-dev"]
    sender = Sender(InProcess(app), clock=lambda: now[0], sleep=sleep)
    connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
    with Client(connection, sender) as client:
        assert names(client) == []
    assert max(slept) == pytest.approx(7)


def test_an_expired_token_is_renewed_once(connect_to: Callable[..., Client]) -> None:
    with faulty(connect_to, Fault("GET", "compute-functions", "401")) as client:
        assert names(client) == []
        assert client.requests_used == 7


def test_a_token_that_may_have_missed_a_change_of_groups_is_renewed_once() -> None:
    now = [0.0]
    app = create_app(":memory:", workspaces=["acme-dev"], faults=[Fault("GET", "compute-functions", "403", skip=1, times=2)])
    account = app.state.accounts["acme-dev"]
    connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
    with Client(connection, Sender(InProcess(app)), clock=lambda: now[0]) as client:
        assert names(client) == []
        with pytest.raises(Unauthorized):
            client.page(FUNCTION, 1)
        now[0] += 301
        assert client.page(FUNCTION, 1).items == []
        assert client.requests_used == 9


@pytest.mark.parametrize("envelope", ["bare", "data"])
def test_objects_are_read_bare_and_wrapped(envelope: Any, connect_to: Callable[..., Client]) -> None:
    with connect_to(create_app(":memory:", workspaces=["acme-dev"], envelope=envelope)) as client:
        made = client.create(FUNCTION, BODY)
        assert client.update(FUNCTION, made["id"], {"timeoutMs": 5})["timeoutMs"] == 5
        assert client.get(FUNCTION, made["id"])["name"] == "f"


@pytest.mark.parametrize(
    ("failure", "words"), [("html", "web page"), ("truncated", "cut short"), ("500-before", "failed with 500"), ("refuse", "broke")]
)
def test_an_answer_that_is_none_is_unreachable_and_says_why(failure: Any, words: str, connect_to: Callable[..., Client]) -> None:
    with faulty(connect_to, Fault("GET", "compute-functions", failure, times=None)) as client, pytest.raises(Unreachable, match=words):
        names(client)


def test_lists_are_paged_and_every_request_is_counted(client: Client) -> None:
    for number in range(101):
        client.create(FUNCTION, {**BODY, "name": f"f{number:03}"})
    before = client.requests_used
    assert len(names(client)) == 101
    assert client.requests_used - before == 5


def test_a_list_without_a_total_is_read_to_its_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "t", "expires_in": 60})
        page = int(request.url.params["page"])
        if not request.url.path.endswith("collections"):
            return httpx.Response(200, json=[])
        return httpx.Response(200, json=[{"id": f"{page}", "recordSlug": f"s{page}"}] if page < 4 else [])

    connection = Connection("http://localhost", "acme-dev", ServiceAccount("ci", "sk"))
    with Client(connection, Sender(httpx.MockTransport(answer))) as client:
        assert names(client) == ["structure/s1", "structure/s2", "structure/s3"]


def test_a_redirect_is_not_followed() -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(302, headers={"location": "https://elsewhere.example"}))
    with (
        Client(Connection("http://localhost", "acme-dev", BearerToken("canary")), Sender(transport)) as client,
        pytest.raises(RemoteError, match="redirected to https://elsewhere") as caught,
    ):
        client.get(FUNCTION, "x")
    assert "canary" not in str(caught.value)


def test_retirement_is_told_once() -> None:
    answer = httpx.Response(200, json={"id": "x", "name": "f"}, headers={"Deprecation": "true", "Sunset": "Thu, 29 Oct 2026 00:00:00 GMT"})
    transport = httpx.MockTransport(lambda _request: answer)
    with Client(Connection("http://localhost", "acme-dev", BearerToken("t")), Sender(transport)) as client:
        client.get(FUNCTION, "x")
        client.get(FUNCTION, "x")
        assert len(client.warnings) == 1
        assert "29 Oct 2026" in client.warnings[0]


def test_a_token_of_another_workspace_is_not_allowed_and_the_group_is_named(app: Starlette, connect_to: Callable[..., Client]) -> None:
    app.state.accounts = {"acme-dev": app.state.accounts["acme"]}
    with connect_to(app) as client, pytest.raises(Unauthorized, match="403") as caught:
        names(client)
    assert "workspace_administrators" in caught.value.hint


def test_wrong_credentials_are_not_allowed_and_not_shown(app: Starlette, connect_to: Callable[..., Client]) -> None:
    app.state.accounts = {"acme-dev": ServiceAccount("ci_wrong", "sk_canary")}
    with connect_to(app) as client, pytest.raises(Unauthorized, match="Invalid client credentials") as caught:
        names(client)
    assert "canary" not in repr(caught.value) + caught.value.hint


def test_a_workspace_is_a_slug_and_an_id_is_refused_with_a_hint() -> None:
    with pytest.raises(UsageProblem, match="is an id"):
        Client(Connection("http://localhost", "6f1f1a52-53a4-4a7e-9d0c-000000000000", BearerToken("t")))


def test_refusals_carry_the_words_of_the_api(client: Client) -> None:
    client.create(FUNCTION, BODY)
    with pytest.raises(Conflict, match="already exists"):
        client.create(FUNCTION, BODY)
    with pytest.raises(Rejected, match="code") as caught:
        client.create(FUNCTION, {"name": "g"})
    assert caught.value.fields == (("code", "is required"),)


def test_the_other_base_and_the_other_token_path_are_found() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 60})
        if request.url.path.startswith(("/orchestration/ws/", "/oidc/")):
            return httpx.Response(404, json={"message": "not found"})
        return httpx.Response(200, json={"data": [], "meta": {"total": 0}})

    connection = Connection("http://localhost", "acme-dev", ServiceAccount("ci", "sk"))
    with Client(connection, Sender(httpx.MockTransport(answer))) as client:
        assert names(client) == []
        assert names(client) == []
    assert seen.count("/oidc/token") == 1
    assert seen.count("/orchestration/ws/acme-dev/api/v1/orchestrations") == 1
    assert seen.count("/orchestration/api/v1/workspaces/acme-dev/orchestrations") == 2


def test_whoever_still_waits_when_the_run_is_over_gives_up() -> None:
    app = create_app(":memory:", workspaces=["acme-dev"], faults=[Fault("GET", "collections", "429", times=None, seconds=60)])
    account = app.state.accounts["acme-dev"]
    sender = Sender(InProcess(app))
    connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
    found: list[DeployError] = []

    def read() -> None:
        try:
            client.page(KINDS["structure"], 1)
        except DeployError as error:
            found.append(error)

    client = Client(connection, sender)
    thread = threading.Thread(target=read)
    thread.start()
    while client.requests_used < 2:
        time.sleep(0.01)
    sender.close()
    thread.join(5)
    assert [error.message for error in found] == ["The run is over."]
