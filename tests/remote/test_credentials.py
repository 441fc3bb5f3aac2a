"""Tokens: fetched in time, renewed once, taken from either path, and never shown."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import httpx
import pytest

from centrali_deploy.errors import ExitCode, Unauthorized, UsageProblem
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.credentials import EARLY, BearerToken, ServiceAccount, Tokens
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.remote.client import Client

ACCOUNT = ServiceAccount("ci_1", "secret-canary")
UNSENDABLE = ["two\nlines", "tab\there", "sp ace", "schlüssel", "nul\0", "carriage\r"]


class Giving:
    """Gives tokens t1, t2, ... at one path, after answers of its own, and notes what was asked."""

    def __init__(self, *first: httpx.Response, path: str = "/oidc/token", **members: Any) -> None:
        self.first = list(first)
        self.path = path
        self.members = members
        self.asked: list[str] = []
        self.given = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path != self.path and request.url.path.endswith("/token"):
            return httpx.Response(404, text="<html>no such page</html>")
        if self.first:
            return self.first.pop(0)
        self.given += 1
        return httpx.Response(200, json={"access_token": f"t{self.given}", "expires_in": 3600, **self.members})


def tokens(giving: Callable[[httpx.Request], httpx.Response], clock: Callable[[], float] = lambda: 0.0) -> Tokens:
    return Tokens(ACCOUNT, "http://localhost", Sender(httpx.MockTransport(giving), sleep=lambda _seconds: None), clock)


def test_the_account_is_sent_as_a_form_with_the_published_scope() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"access_token": "t"})

    assert tokens(answer).current() == "t"
    form = {member: values[0] for member, values in parse_qs(sent[0].content.decode()).items()}
    assert form == {"grant_type": "client_credentials", "client_id": "ci_1", "client_secret": "secret-canary", "scope": "openid"}


@pytest.mark.parametrize(
    ("members", "renewed_at"),
    [
        ({"expires_in": 3600}, 3600 - EARLY),
        ({"expires_in": 400}, 200),
        ({"expires_in": 1.5}, 0.75),
        *[({"expires_in": odd}, 25_200 - EARLY) for odd in (None, "3600", 0, -5, 10**30, [])],
    ],
)
def test_a_token_is_renewed_before_it_ends_without_being_refused(members: dict[str, Any], renewed_at: float) -> None:
    now = [50.0]
    giving = Giving(**members)
    found = tokens(giving, lambda: now[0])
    assert found.current() == "t1"
    now[0] += renewed_at - 0.25
    assert found.current() == "t1"
    now[0] += 0.25
    assert found.current() == "t2"
    assert EARLY == 300


def test_no_request_is_refused_when_a_token_ends_between_two_of_them(behind: Callable[..., Client]) -> None:
    now, statuses = [0.0], []

    def noted(request: httpx.Request, onward: Any) -> httpx.Response:
        answer = onward(request)
        statuses.append((request.url.path.rpartition("/")[2], answer.status_code))
        return answer

    with behind(noted, clock=lambda: now[0]) as client:
        client.page(KINDS["function"], 1)
        now[0] += 25_200 - EARLY
        client.page(KINDS["function"], 1)
    assert statuses == [("token", 200), ("compute-functions", 200)] * 2


def test_a_refused_token_is_renewed_once_and_not_twice(answered_by: Callable[..., Client]) -> None:
    giving, refused = Giving(), []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return giving(request)
        refused.append(request.headers["authorization"])
        return httpx.Response(401, text="no entry")

    with answered_by(answer, ACCOUNT) as client, pytest.raises(Unauthorized, match="no entry") as caught:
        client.page(KINDS["function"], 1)
    assert caught.value.exit_code == ExitCode.NOT_ALLOWED
    assert refused == ["Bearer t1", "Bearer t2"]
    assert giving.given == 2


def test_a_token_somebody_gave_us_is_not_renewed(answered_by: Callable[..., Client]) -> None:
    with answered_by(lambda _request: httpx.Response(401, json={"message": "expired"})) as client:
        with pytest.raises(Unauthorized, match="expired"):
            client.page(KINDS["function"], 1)
        assert client.requests_used == 1


def test_a_token_that_another_thread_renewed_meanwhile_is_taken() -> None:
    giving = Giving()
    found = tokens(giving)
    first = found.current()
    assert [found.renew(first), found.renew(first), found.renew(first)] == ["t2", "t2", "t2"]
    assert giving.given == 2


def test_of_many_threads_that_need_a_token_one_fetches_it() -> None:
    giving, taken = Giving(), []
    threads: list[threading.Thread] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if not threads:
            threads.extend(threading.Thread(target=lambda: taken.append(found.current())) for _ in range(3))
            for thread in threads:
                thread.start()
            threads[0].join(0.05)  # long enough for one that does not wait for us
        return giving(request)

    found = tokens(answer)
    taken.append(found.current())
    for thread in threads:
        thread.join(5)
    assert taken == ["t1"] * 4
    assert giving.given == 1


def test_when_the_first_path_is_none_the_second_is_taken_and_remembered() -> None:
    giving = Giving(path="/oauth/token")
    found = tokens(giving)
    assert (found.current(), found.renew("t1")) == ("t1", "t2")
    assert giving.asked == ["/oidc/token", "/oauth/token", "/oauth/token"]


@pytest.mark.parametrize("body", [{"text": "Not found"}, {"html": "<html>no</html>"}, {"json": {"message": "no"}}, {}])
def test_a_path_is_none_whatever_the_404_says(body: dict[str, Any]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, **body) if request.url.path == "/oidc/token" else httpx.Response(200, json={"access_token": "t"})

    assert tokens(answer).current() == "t"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(401, text="who are you"), "who are you"),
        (httpx.Response(400, json={"error": "invalid_client", "error_description": "Unknown client"}), "Unknown client"),
        (httpx.Response(200, json=[]), "holds no token"),
        (httpx.Response(204), "holds no token"),
        (httpx.Response(401, json={"message": "bad secret-canary"}), "repeats a secret"),
        (httpx.Response(401, text="bad secret-canary"), "repeats a secret"),
    ],
)
def test_a_refused_account_is_named_in_the_words_of_the_api_without_its_secret(answer: httpx.Response, words: str) -> None:
    with pytest.raises(Unauthorized, match=rf"ci_1 was refused: .*{words}") as caught:
        tokens(lambda _request: answer).current()
    assert caught.value.exit_code == ExitCode.NOT_ALLOWED
    assert "canary" not in repr(vars(caught.value)) + repr(caught.value)


@pytest.mark.parametrize("token", UNSENDABLE)
def test_a_token_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(UsageProblem, match="characters that no token has") as caught:
        BearerToken(token)
    assert token not in caught.value.message + caught.value.hint
    with pytest.raises(Unauthorized):
        tokens(Giving(access_token=token)).current()


def test_credentials_can_be_printed() -> None:
    assert "canary" not in repr(ACCOUNT) + repr(BearerToken("canary"))
    assert "ci_1" in repr(ACCOUNT)
