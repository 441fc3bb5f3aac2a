"""What was once wrong in talking to the API, a test each."""

from __future__ import annotations

import json
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.apply.executor import execute
from centrali_deploy.apply.outcome import Outcome
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import Conflict, RemoteError, Unauthorized
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote import observation
from centrali_deploy.remote.answer import Answer
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken, Credentials, ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.listing import all_pages
from centrali_deploy.remote.observation import observe
from centrali_deploy.remote.sending import Sender
from centrali_deploy.secret import Revealed
from centrali_deploy.wire import Page, says_exists

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTION = KINDS["function"]
PUBLISHED = [kind for kind in KINDS.values() if kind.published]
CODE = {"code": "async function run() {}"}
ACCOUNT = ServiceAccount("ci", "sk-canary")
TOKEN = BearerToken("token-canary")


def answered(answer: Callable[[httpx.Request], httpx.Response], credentials: Credentials = TOKEN, **parts: Any) -> Client:
    sender = Sender(httpx.MockTransport(answer), **{"sleep": lambda _seconds: None, **parts})
    return Client(Connection("http://localhost", "acme-dev", credentials), sender)


def planned(path: str, client: Client) -> Planned:
    return result_of(plan(load([path], {}), client, Policy()))


# 1 -- remote/sending.py: `_again_or(TRIES if answer.is_page ...)` gives up whatever the status is
@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_that_fails_once_with_its_usual_page_is_tried_again(status: int) -> None:
    answers = [
        httpx.Response(status, html="<html><h1>Bad Gateway</h1></html>"),
        httpx.Response(200, json={"data": [], "meta": {"total": 0}}),
    ]
    with answered(lambda _request: answers.pop(0)) as client:
        assert client.page(FUNCTION, 1).items == []


# 2 -- remote/credentials.py: an answer whose token is not taken is quoted whole, with the token in it
@pytest.mark.parametrize("body", [{"access_token": "token-canary\n"}, {"access_token": "token-canary-ü"}, {"accessToken": "token-canary"}])
def test_a_token_that_is_not_taken_is_not_shown(body: dict[str, str]) -> None:
    with answered(lambda _request: httpx.Response(200, json=body), ACCOUNT) as client, pytest.raises(Unauthorized) as caught:
        client.page(FUNCTION, 1)
    assert "token-canary" not in caught.value.message


# 3 -- remote/withholding.py looks for the secret as it is, wire.error_said has folded and cut the text before
@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("-----BEGIN KEY-----\ncanary\n-----END KEY-----", "bad value {}"),  # folded: newlines became blanks
        ("canary  canary  canary", "bad value {}"),
        ("canary" * 20, "x" * 150 + " {}"),  # cut in the middle
    ],
)
def test_a_secret_of_several_lines_or_at_the_cut_is_withheld_from_a_plain_text_refusal(secret: str, text: str) -> None:
    with answered(lambda _request: httpx.Response(400, text=text.format(secret))) as client, pytest.raises(RemoteError) as caught:
        client.create(KINDS["trigger"], {"name": "t", "triggerMetadata": {"params": {"key": Revealed(secret)}}})
    assert "canary" not in "".join(traceback.format_exception_only(caught.value))


# 3b -- the same when JSON (or a message that quotes the body as JSON) escapes the secret
@pytest.mark.parametrize("secret", ['can"ary', "can\nary"])
def test_a_secret_that_is_escaped_in_an_echo_of_the_body_is_withheld(secret: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"message": f"cannot take {request.content.decode()} / {json.dumps(secret)}"})

    with answered(answer) as client, pytest.raises(RemoteError) as caught:
        client.create(KINDS["trigger"], {"name": "t", "triggerMetadata": {"params": {"key": Revealed(secret)}}})
    assert json.dumps(secret)[1:-1] not in caught.value.message


# 4 -- remote/listing.py compares with the total of the last page only: a delete between pages always fits it
def test_what_slips_forward_because_something_before_it_is_deleted_is_not_lost() -> None:
    items = ["a", "b", "c", "d"]

    def page(number: int) -> Page:
        answered = Page([{"id": id_} for id_ in items[(number - 1) * 2 : number * 2]], len(items), 2)
        if number == 1 and "a" in items:
            items.remove("a")
        return answered

    with ThreadPoolExecutor(1) as pool:
        found = all_pages("things", page, pool)
    assert {item["id"] for part in found for item in part.items} == {"b", "c", "d"}


# 6 -- remote/client.create: after one lost answer every Conflict is taken for our own create, even about another thing
def test_a_conflict_about_something_else_after_a_lost_create_is_a_conflict(connect_to: Callable[..., Client]) -> None:
    fault = Fault("POST", "function-triggers$", "500-before", skip=1)
    with connect_to(create_app(":memory:", workspaces=["acme-dev"], faults=[fault])) as client:
        function = client.create(FUNCTION, {"name": "f", **CODE})
        body = {"functionId": function["id"], "executionType": "endpoint", "triggerMetadata": {"path": "taken"}}
        client.create(KINDS["trigger"], {"name": "theirs", **body})
        with pytest.raises(Conflict, match="Path 'taken' already exists"):
            client.create(KINDS["trigger"], {"name": "ours", **body})


# 7 -- remote/client._looked_up compares raw values: what the rows call the same is "another" one
@pytest.mark.parametrize(
    ("sent", "kept"),
    [({"description": ""}, {"description": None}), ({"code": CODE["code"] + "\n"}, CODE), ({"code": "a\r\nb"}, {"code": "a\nb"})],
)
def test_our_own_lost_create_is_known_again_where_the_api_spells_it_differently(sent: dict[str, Any], kept: dict[str, Any]) -> None:
    made: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            made.append({"id": "x", **json.loads(request.content), **kept})
            raise httpx.ReadError("reset")
        return httpx.Response(200, json={"data": made, "meta": {"total": len(made)}})

    with answered(answer) as client:
        assert client.create(FUNCTION, {"name": "f", **CODE, **sent})["id"] == "x"


# 8 -- `id_ in ("", True, False)`: 1 == True and 0 == False, so that the numbers 1 and 0 are no ids (client, observation)
@pytest.mark.parametrize("id_", [0, 1])
def test_a_number_is_an_id(id_: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        rows = [{"id": id_, "name": "f", **CODE}] if request.url.path.endswith("compute-functions") else []
        return httpx.Response(200, json={"data": rows, "meta": {"total": len(rows)}})

    with answered(answer) as client:
        assert len(list(observe(client, ()))) >= len(PUBLISHED)


# 9 -- remote/observation._complete tells nothing while details are slow, though Progress "comes at least once a second"
def test_progress_comes_while_details_are_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation, "_TICK", 0.01)
    seen, app = threading.Event(), create_app(":memory:", workspaces=["acme-dev"], brief=True)
    account, inner = app.state.accounts["acme-dev"], InProcess(app)
    waited: list[bool] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path.rpartition("/")[0].endswith("compute-functions"):
            waited.append(seen.wait(0.5))
        return inner.handle_request(request)

    with answered(answer, ServiceAccount(account.client_id, account.client_secret)) as client:
        client.create(FUNCTION, {"name": "f", **CODE})
        done: set[str] = set()
        for progress in observe(client, [Address("function", "f")]):
            if done == {kind.section for kind in PUBLISHED}:
                seen.set()
            done.add(progress.section)
    assert waited == [True]


# 10 -- remote/answer.py: `null` is JSON, and is called cut short
@pytest.mark.parametrize("call", ["update", "delete"])
def test_null_is_an_answer_to_an_update_and_a_delete(call: str) -> None:
    with answered(lambda _request: httpx.Response(200, content=b"null")) as client:
        calls: dict[str, Callable[[], object]] = {
            "update": lambda: client.update(FUNCTION, "x", {"timeoutMs": 5}),
            "delete": lambda: client.delete(FUNCTION, "x"),
        }
        calls[call]()
        assert client.requests_used == 1


# 11 -- remote/answer.retry_after: OverflowError out of parsedate_to_datetime
@pytest.mark.parametrize("text", ["Thu, 29 Oct 99999999999 00:00:00 GMT", "Thu, 99999999999999999999 Oct 2026 00:00:00 GMT"])
def test_a_wait_until_a_date_that_is_none_is_no_crash(text: str) -> None:
    assert Answer.read(429, b"", {"Retry-After": text}).retry_after(60) == 60


# 12 -- wire.says_exists: "does not exist" holds "exist"
@pytest.mark.parametrize("words", ["Structure 'orders' does not exist", "functionId doesn't exist", "No such function exists"])
def test_what_does_not_exist_is_no_conflict(words: str) -> None:
    assert not says_exists(400, words)


# 13 -- remote/credentials: an empty access_token is taken for a token
def test_an_empty_token_is_none() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": ""} if request.url.path.endswith("/token") else [])

    with answered(answer, ACCOUNT) as client, pytest.raises(Unauthorized):
        client.page(FUNCTION, 1)


# 14 -- apply/executor: of several postponed changes the first is tried again before the others are done
def test_a_chain_of_paths_that_free_one_another_is_done_in_one_run(client: Client, manifest: Callable[..., str]) -> None:
    def written(**paths: str) -> str:
        triggers = {name: {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": path}} for name, path in paths.items()}
        return manifest({"version": 1, "functions": {"f": CODE}, "triggers": triggers})

    path = written(a="one", b="two", c="three")
    list(execute(planned(path, client).plan, Writing(client, load([path], {}).desired, planned(path, client).live), 1))
    path = written(a="two", b="three", c="four")
    found = planned(path, client)
    events = execute(found.plan, Writing(client, load([path], {}).desired, found.live), 1)
    assert [event.error for event in events if isinstance(event, Outcome) and event.error] == []


# 15 -- remote/client.create: after a Conflict with its own lost create nothing waits, so that a late list is asked five times at once
def test_a_list_that_is_late_is_asked_again_after_a_pause() -> None:
    slept: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"data": [], "meta": {"total": 0}})
        if not slept:
            raise httpx.ReadError("reset")
        return httpx.Response(409, json={"message": "already exists"})

    with answered(answer, sleep=slept.append, chance=lambda: 1.0) as client, pytest.raises(RemoteError):
        client.create(FUNCTION, {"name": "f", **CODE})
    assert slept == sorted(slept)
    assert len(slept) >= 4
