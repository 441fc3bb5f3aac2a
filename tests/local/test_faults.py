"""Faults on purpose: which requests they strike, how often, and what comes of it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.remote.in_process import InProcess

TOKENS = "/oidc/token"


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault("GET", "x", "400"), [1, 0, 0, 0]),
        (Fault("GET", "x", "400", times=2), [1, 1, 0, 0]),
        (Fault("GET", "x", "400", times=None), [1, 1, 1, 1]),
        (Fault("GET", "x", "400", times=0), [0, 0, 0, 0]),
        (Fault("GET", "x", "400", skip=2), [0, 0, 1, 0]),
        (Fault("GET", "x", "400", times=None, skip=3), [0, 0, 0, 1]),
        (Fault("*", "^/x$", "400"), [1, 0, 0, 0]),
        (Fault("POST", "x", "400"), [0, 0, 0, 0]),
        (Fault("GET", "^x", "400"), [0, 0, 0, 0]),
    ],
)
def test_a_fault_strikes_what_it_names_as_often_as_it_says(fault: Fault, struck: list[int]) -> None:
    assert [fault.strikes("GET", "/x") for _ in struck] == [bool(each) for each in struck]


def test_what_it_does_not_name_is_not_counted() -> None:
    fault = Fault("GET", "x", "400")
    assert [fault.strikes(*each) for each in (("POST", "/x"), ("GET", "/y"), ("GET", "/x"))] == [False, False, True]


def test_many_threads_are_struck_exactly_as_often_as_it_says() -> None:
    fault = Fault("GET", "x", "400", times=50, skip=25)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: fault.strikes("GET", "/x"), range(400))) == 50


def asked(fault: Fault) -> httpx.Response:
    app = create_app(":memory:", workspaces=["acme"], faults=[fault], clock=lambda: 0.0)
    account = app.state.accounts["acme"]
    form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
    try:
        with httpx.Client(transport=InProcess(app), base_url="http://localhost") as client:
            return client.post(TOKENS, data=form)
    finally:
        app.state.store.close()


@pytest.mark.parametrize(
    ("failure", "status", "message"),
    [
        ("429", 429, "Rate limit exceeded"),
        ("500-before", 500, "failed on purpose"),
        ("500-after", 500, "failed on purpose, after the effect"),
        ("400", 400, "refused on purpose"),
        ("401", 401, "Token expired"),
        ("403", 403, "Insufficient permissions"),
    ],
)
def test_a_refusal_on_purpose_looks_like_any_other(failure: Any, status: int, message: str) -> None:
    answer = asked(Fault("POST", TOKENS, failure))
    assert (answer.status_code, answer.json()["status"], answer.json()["message"]) == (status, status, message)
    assert answer.json()["requestId"].startswith("req_")
    assert "X-RateLimit-Limit" in answer.headers


def test_too_many_requests_says_how_long_to_wait() -> None:
    for seconds, said in ((7, 7), (0, 60)):
        answer = asked(Fault("POST", TOKENS, "429", seconds=seconds))
        assert (answer.headers["Retry-After"], answer.json()["retryAfter"]) == (str(said), said)


@pytest.mark.parametrize("failure", ["refuse", "lost-after"])
def test_a_dropped_connection_gives_no_answer(failure: Any) -> None:
    with pytest.raises(httpx.ReadError, match="on purpose"):
        asked(Fault("POST", TOKENS, failure))


def test_a_slow_answer_comes_late_and_whole() -> None:
    start = time.monotonic()
    assert "access_token" in asked(Fault("POST", TOKENS, "slow", seconds=0.05)).json()
    assert time.monotonic() - start >= 0.05


def test_a_web_page_and_half_an_answer_are_not_json() -> None:
    assert asked(Fault("POST", TOKENS, "html")).text.startswith("<html>")
    half = asked(Fault("POST", TOKENS, "truncated"))
    assert half.status_code == 200
    with pytest.raises(ValueError, match="Unterminated string"):
        half.json()
