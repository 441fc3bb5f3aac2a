"""Records are counted by one query each; what cannot be counted says why, and is never none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import ended_and_told

from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.counting import count, counted
from centrali_deploy.remote.credentials import BearerToken
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Client:
    sender = Sender(httpx.MockTransport(answer), sleep=lambda _seconds: None)
    return Client(Connection("http://localhost", "acme", BearerToken("t")), sender)


def test_records_are_counted_and_the_same_question_is_asked_once(client: Client) -> None:
    client.create(KINDS["structure"], {"recordSlug": "s", "name": "S", "properties": [{"name": "a", "type": "number"}]})
    for data in ({"a": 1}, {"a": 2}, {}):
        client.request("POST", "records/slug/s", json={"data": data})
    before = client.requests_used
    asked = [("all", "s", {}), ("set", "s", {"data.a": {"exists": True}}), ("again", "s", {"data.a": {"exists": True}})]
    found, told = ended_and_told(counted(client, asked))
    assert (found, client.requests_used - before) == ({"all": 3, "set": 2, "again": 2}, 2)
    assert [progress.read for progress in told][-1] == 2
    assert ended_and_told(counted(client, [])) == ({}, [])


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, {"data": []}, "the API does not say"),
        (200, {"data": [], "meta": {"total": True}}, "the API does not say"),
        (200, {"data": [{"id": "r"}], "meta": {"total": 0}}, "the API does not say"),
        (200, {"data": "none"}, "the answer is not a list"),
        (403, {"error": "Forbidden", "message": "no right"}, "no right"),
        (400, {"error": "Bad", "message": "is secret"}, "is secret"),
        (404, {"error": "Not found", "message": "no such route"}, "no such route"),
        (500, {}, "500"),
    ],
)
def test_what_cannot_be_counted_says_why(status: int, body: Any, why: str) -> None:
    with answering(lambda _request: httpx.Response(status, json=body)) as client:
        found = count(client, "s", {})
    assert isinstance(found, str)
    assert why in found


def test_a_count_that_broke_off_is_asked_for_again() -> None:
    left = [httpx.Response(503), httpx.Response(200, json={"data": [{"id": "r"}], "meta": {"total": 7}})]
    with answering(lambda _request: left.pop(0)) as client:
        assert count(client, "s", {}) == 7
