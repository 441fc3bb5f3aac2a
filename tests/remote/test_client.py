"""The client against the local workspace, with faults: nothing doubled, nothing lost, nothing repeated blindly."""

from __future__ import annotations

import json
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of

from centrali_deploy.errors import Conflict, DeployError, ExitCode, Rejected, RemoteError, Unauthorized, Unreachable, UsageProblem
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken, ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.observation import observe
from centrali_deploy.remote.sending import Sender
from centrali_deploy.secret import Revealed

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

FUNCTION = KINDS["function"]
BODY = {"name": "f", "code": "async function run() {}"}


def faulty(connect_to: Callable[..., Client], *faults: Fault, **parts: Any) -> Client:
    return connect_to(create_app(":memory:", workspaces=["acme-dev"], faults=faults), **parts)


def names(client: Client) -> list[str]:
    return [str(address) for address in result_of(observe(client, ())).resources]


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


def made_by(method: str, request: httpx.Request) -> bool:
    return request.method == method and request.url.path.endswith("compute-functions")


def counted(requests: list[httpx.Request], method: str) -> int:
    return sum(made_by(method, request) for request in requests)


def test_a_lost_create_that_turns_out_to_be_another_one_is_a_conflict(behind: Callable[..., Client]) -> None:
    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        if not made_by("POST", request):
            return onward(request)
        theirs = json.dumps({**json.loads(request.content), "timeoutMs": 9})
        onward(httpx.Request("POST", request.url, content=theirs, headers={"authorization": request.headers["authorization"]}))
        raise httpx.ReadError("reset")

    with behind(between) as client:
        with pytest.raises(Conflict, match="Somebody else made function/f at the same moment, with another timeoutMs") as caught:
            client.create(FUNCTION, {**BODY, "timeoutMs": 5})
        assert caught.value.exit_code == ExitCode.CONFLICT
        assert names(client) == ["function/f"]


def test_a_conflict_with_our_own_lost_create_counts_as_made_even_if_the_list_is_late(behind: Callable[..., Client]) -> None:
    sent: list[httpx.Request] = []

    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        sent.append(request)
        answer = onward(request)
        if made_by("POST", request) and counted(sent, "POST") == 1:
            raise httpx.ReadError("reset")
        stale = made_by("GET", request) and counted(sent, "GET") == 1
        return httpx.Response(200, json={"data": [], "meta": {"total": 0}}) if stale else answer

    with behind(between) as client:
        made = client.create(FUNCTION, BODY)
        assert client.get(FUNCTION, made["id"])["name"] == "f"
        assert names(client) == ["function/f"]
    assert counted(sent, "POST") == 2


def test_a_conflict_without_a_lost_create_is_one_at_once(client: Client) -> None:
    client.create(FUNCTION, BODY)
    before = client.requests_used
    with pytest.raises(Conflict, match="already exists"):
        client.create(FUNCTION, BODY)
    assert client.requests_used - before == 1


def test_a_create_that_is_never_answered_ends_with_growing_pauses_between_its_tries(behind: Callable[..., Client]) -> None:
    sent: list[httpx.Request] = []
    slept: list[float] = []

    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        sent.append(request)
        if made_by("POST", request):
            raise httpx.ReadError("reset")
        return onward(request)

    with behind(between, sleep=slept.append, chance=lambda: 1.0) as client, pytest.raises(Unreachable, match="broke before") as caught:
        client.create(FUNCTION, BODY)
    assert "not in the workspace as far as can be seen" in caught.value.hint
    assert (counted(sent, "POST"), counted(sent, "GET")) == (5, 5)
    assert slept == [1, 2, 4, 8, 16]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"id": null}', b'{"id": ""}', b'{"id": true}', b'{"data": {"ok": 1}}', b'{"message": "made"}']
)
def test_a_create_answered_without_an_id_is_looked_up(body: bytes, behind: Callable[..., Client]) -> None:
    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        answer = onward(request)
        return httpx.Response(201, content=body) if made_by("POST", request) else answer

    with behind(between) as client:
        made = client.create(FUNCTION, BODY)
        assert client.get(FUNCTION, made["id"])["name"] == "f"


def test_a_create_answered_without_an_id_of_what_is_not_there_is_an_error(behind: Callable[..., Client]) -> None:
    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        return httpx.Response(201, json={"queued": True}) if made_by("POST", request) else onward(request)

    with behind(between) as client, pytest.raises(RemoteError, match=r"no id \(queued\), and the resource is not in the list"):
        client.create(FUNCTION, BODY)


@pytest.mark.parametrize(("failure", "requests"), [("truncated", 4), ("500-before", 5)])
def test_a_truncated_create_is_looked_up_and_a_truncated_list_read_again(
    failure: Any, requests: int, connect_to: Callable[..., Client]
) -> None:
    with faulty(connect_to, Fault("POST", "compute-functions$", failure), Fault("GET", "compute-functions$", "truncated")) as client:
        assert client.create(FUNCTION, BODY)["name"] == "f"
        assert client.requests_used == requests
        assert names(client) == ["function/f"]


def test_a_web_page_instead_of_a_list_is_refused_at_once(connect_to: Callable[..., Client]) -> None:
    with faulty(connect_to, Fault("GET", "compute-functions$", "html")) as client:
        with pytest.raises(Unreachable, match="web page"):
            client.page(FUNCTION, 1)
        assert client.requests_used == 2
        assert client.page(FUNCTION, 1).items == []


class Routes:
    """An API that has only some routes; answers the body it was sent, or one it is given."""

    def __init__(self, *known: str, status: int = 405, answer: dict[str, Any] | None = None, accepted: int = 200) -> None:
        self.known = known
        self.status = status
        self.answer = answer
        self.accepted = accepted
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked = f"{request.method} {request.url.path.rpartition('/')[2]}{f' {json.dumps(body)}' if body else ''}"
        self.asked.append(asked)
        if asked not in self.known:
            return httpx.Response(self.status, text="no such thing")
        if self.accepted == 204:
            return httpx.Response(204)
        return httpx.Response(self.accepted, json={"id": "x", **(body or {}), **(self.answer or {})})


@pytest.mark.parametrize("status", [404, 405, 501])
def test_the_verb_of_an_update_is_found_and_remembered(status: int, answered_by: Callable[..., Client]) -> None:
    routes = Routes('PATCH x {"timeoutMs": 5}', status=status)
    with answered_by(routes) as client:
        for _ in range(2):
            assert client.update(FUNCTION, "x", {"timeoutMs": 5})["timeoutMs"] == 5
    assert [asked.partition(" ")[0] for asked in routes.asked] == ["PUT", "PATCH", "PATCH"]


def test_a_verb_that_works_is_the_only_one_tried_and_a_refusal_is_no_missing_route(answered_by: Callable[..., Client]) -> None:
    routes = Routes('PUT x {"timeoutMs": 5}')
    with answered_by(routes) as client:
        client.update(FUNCTION, "x", {"timeoutMs": 5})
        with pytest.raises(Rejected, match="no such thing"):
            client.update(FUNCTION, "x", {"timeoutMs": 6})
    assert [asked.partition(" ")[0] for asked in routes.asked] == ["PUT", "PUT"]
    routes = Routes(status=400)
    with answered_by(routes) as client, pytest.raises(Rejected, match="400"):
        client.update(FUNCTION, "x", {"timeoutMs": 5})
    assert len(routes.asked) == 1


def test_what_is_not_there_is_told_though_another_thread_finds_the_verb_meanwhile(answered_by: Callable[..., Client]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            client.update(FUNCTION, "there", {"timeoutMs": 5})
        there = request.url.path.endswith("/there")
        return httpx.Response(200, json={"id": "there"}) if there else httpx.Response(404, json={"message": "no such thing"})

    with answered_by(answer) as client, pytest.raises(Rejected, match="no such thing"):
        client.update(FUNCTION, "gone", {"timeoutMs": 5})


ORCHESTRATION = [
    "POST activate",
    "PATCH activate",
    'PUT x {"status": "active"}',
    'PATCH x {"status": "active"}',
    'PUT x {"isActive": true}',
]
ORCHESTRATION += ['PATCH x {"isActive": true}']
TRIGGER = ["PATCH pause", "POST pause", 'PUT x {"enabled": false}', 'PATCH x {"enabled": false}']
STATES = [("orchestration", "active", ORCHESTRATION), ("trigger", False, TRIGGER)]
WAYS = [pytest.param(kind, value, ways, number, id=f"{kind}-{ways[number]}") for kind, value, ways in STATES for number in range(len(ways))]


@pytest.mark.parametrize(("kind", "value", "ways", "number"), WAYS)
def test_a_state_is_set_by_the_first_way_there_is_and_the_way_is_remembered(
    kind: str, value: Any, ways: list[str], number: int, answered_by: Callable[..., Client]
) -> None:
    routes = Routes(ways[number])
    with answered_by(routes) as client:
        client.set_state(KINDS[kind], "x", value)
        assert routes.asked == ways[: number + 1]
        client.set_state(KINDS[kind], "x", value)
    assert routes.asked[-1] == ways[number]
    assert len(routes.asked) < 2 * (number + 1) or number in {0, 2, 4}


@pytest.mark.parametrize(("kind", "value", "ways"), STATES)
def test_a_state_without_any_way_is_refused_in_the_words_of_the_api(
    kind: str, value: Any, ways: list[str], answered_by: Callable[..., Client]
) -> None:
    routes = Routes(status=404)
    with answered_by(routes) as client, pytest.raises(Rejected, match="no such thing"):
        client.set_state(KINDS[kind], "x", value)
    assert routes.asked == ways
    routes = Routes(status=400)
    with answered_by(routes) as client, pytest.raises(Rejected, match="no such thing"):
        client.set_state(KINDS[kind], "x", value)
    assert routes.asked == ways[:1]


@pytest.mark.parametrize(
    ("kind", "value", "ways", "left"),
    [
        ("orchestration", "active", ORCHESTRATION[::2], {"status": "draft", "isActive": False}),
        ("trigger", False, TRIGGER[::2], {"enabled": True}),
    ],
)
def test_a_state_the_api_takes_and_leaves_as_it_is_is_an_error(
    kind: str, value: Any, ways: list[str], left: dict[str, Any], answered_by: Callable[..., Client]
) -> None:
    routes = Routes(*ways, answer=left)
    with answered_by(routes) as client, pytest.raises(RemoteError, match=f"becomes {value} and left it as it is") as caught:
        client.set_state(KINDS[kind], "x", value)
    assert routes.asked == ways
    assert caught.value.exit_code == ExitCode.UNAVAILABLE


def test_updates_and_states_may_be_answered_with_nothing(answered_by: Callable[..., Client]) -> None:
    routes = Routes("PATCH pause", 'PUT x {"timeoutMs": 5}', accepted=204)
    with answered_by(routes) as client:
        client.set_state(KINDS["trigger"], "x", value=False)
        assert client.update(FUNCTION, "x", {"timeoutMs": 5}) == {}
    assert len(routes.asked) == 2


def test_a_kind_without_a_state_has_none_to_set(client: Client) -> None:
    with pytest.raises(UsageProblem, match="no state of its own"):
        client.set_state(FUNCTION, "x", value=True)


@pytest.mark.parametrize("body", [{"json": {"message": "no"}}, {"text": "no"}, {"html": "<html>no</html>"}])
def test_what_is_gone_already_is_deleted(body: dict[str, Any], answered_by: Callable[..., Client]) -> None:
    with answered_by(lambda _request: httpx.Response(404, **body)) as client:
        client.delete(FUNCTION, "x")
        assert client.requests_used == 1


def test_a_delete_that_is_refused_is_an_error_and_a_lost_one_is_sent_again(client: Client, connect_to: Callable[..., Client]) -> None:
    made = client.create(FUNCTION, BODY)
    client.create(KINDS["trigger"], {"name": "t", "functionId": made["id"], "executionType": "on-demand", "triggerMetadata": {}})
    with pytest.raises(Conflict, match="used by triggers: t"):
        client.delete(FUNCTION, made["id"])
    with faulty(connect_to, Fault("DELETE", "compute-functions", "lost-after")) as other:
        other.delete(FUNCTION, other.create(FUNCTION, BODY)["id"])
        assert names(other) == []


def test_an_id_is_one_part_of_a_path_whatever_it_holds(answered_by: Callable[..., Client]) -> None:
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.rpartition(b"compute-functions/")[2])
        return httpx.Response(204)

    with answered_by(answer) as client:
        client.delete(FUNCTION, "../a?b#c")
    assert seen == [b"..%2Fa%3Fb%23c"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"id": "y", "name": "f"}, "not the resource of this id"),
        ({"id": "x"}, "not the resource of this id"),
        ({"data": {"id": "y", "name": "f"}}, "not the resource of this id"),
        ([], "not an object"),
    ],
)
def test_another_resource_than_the_one_asked_for_is_an_error(answer: Any, words: str, answered_by: Callable[..., Client]) -> None:
    with answered_by(lambda _request: httpx.Response(200, json=answer)) as client, pytest.raises(RemoteError, match=words):
        client.get(FUNCTION, "x")


@pytest.mark.parametrize("answer", [{"message": "fine"}, {"data": None}, ["a"], [[]], "text", 5])
def test_what_is_no_list_is_an_error_that_asks_whose_url_it_is(answer: Any, answered_by: Callable[..., Client]) -> None:
    with answered_by(lambda _request: httpx.Response(200, json=answer)) as client, pytest.raises(RemoteError) as caught:
        client.page(FUNCTION, 1)
    assert caught.value.hint == "Is the URL that of the Centrali API?"


@pytest.mark.parametrize("body", [{"html": "<html>no</html>"}, {"text": "no"}, {"json": {"message": "no"}}, {}])
def test_whatever_the_404_of_the_first_base_says_the_second_is_tried(body: dict[str, Any], answered_by: Callable[..., Client]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/orchestration/ws/"):
            return httpx.Response(404, **body)
        return httpx.Response(200, json={"data": [{"id": "o1", "slug": "o"}], "meta": {"total": 1}})

    flow = KINDS["orchestration"]
    with answered_by(answer) as client:
        assert len(client.page(flow, 1).items) == 1
        client.delete(flow, "o1")  # by the base that was found
        assert client.requests_used == 3


def test_when_no_base_is_there_the_last_refusal_is_told(answered_by: Callable[..., Client]) -> None:
    with answered_by(lambda _request: httpx.Response(404, text="nothing here")) as client:
        with pytest.raises(Rejected, match="nothing here") as caught:
            client.page(KINDS["orchestration"], 1)
        assert '"acme-dev"' in caught.value.hint
        assert client.requests_used == 2


SECRETS = {"a secret that was sent": "sent-canary", "the client secret": "account-canary", "the token": "token-canary"}
ECHOES: dict[str, Callable[[str], dict[str, Any]]] = {
    "message": lambda secret: {"json": {"message": f"bad value {secret}"}},
    "code": lambda secret: {"json": {"message": "bad", "code": secret}},
    "field": lambda secret: {"json": {"message": "bad", "details": [{"field": "key", "message": f"not {secret}"}]}},
    "request id": lambda secret: {"json": {"message": "bad", "requestId": secret}},
    "text": lambda secret: {"text": f"we do not like {secret}"},
    "other shape": lambda secret: {"json": {"received": {"key": secret}}},
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("status", [400, 401, 403, 409])
def test_a_refusal_that_repeats_a_secret_shows_none(
    secret: str, echo: Callable[[str], dict[str, Any]], status: int, answered_by: Callable[..., Client]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "token-canary", "expires_in": 3600})
        return httpx.Response(status, **echo(secret))

    params = {"key": {"value": Revealed("sent-canary"), "encrypt": True}}
    body = {"name": "t", "triggerMetadata": {"params": params, "more": [Revealed("sent-canary")]}}
    with answered_by(answer, ServiceAccount("ci", "account-canary")) as client, pytest.raises(RemoteError) as caught:
        client.create(KINDS["trigger"], body)
    error = caught.value
    shown = repr(vars(error)) + repr(error) + "".join(traceback.format_exception_only(error))
    assert "canary" not in shown
    assert "repeats a secret" in error.message


@pytest.mark.parametrize("call", ["update", "delete", "page"])
def test_a_token_that_is_repeated_is_shown_by_no_call(call: str, answered_by: Callable[..., Client]) -> None:
    with answered_by(lambda _request: httpx.Response(400, json={"message": "bad token-canary"})) as client:
        calls = {
            "update": lambda: client.update(FUNCTION, "x", {}),
            "delete": lambda: client.delete(FUNCTION, "x"),
            "page": lambda: client.page(FUNCTION, 1),
        }
        with pytest.raises(Rejected, match="repeats a secret") as caught:
            calls[call]()
    assert "canary" not in repr(vars(caught.value))


def test_a_client_says_which_workspace_it_speaks_to() -> None:
    token = BearerToken("t")
    assert Client(Connection("https://centrali.io", "acme-dev", token)).where == "acme-dev at https://api.centrali.io"
    assert Client(Connection("http://localhost", "acme-dev", token, name="here")).where == "acme-dev at here"
