"""Values are copied whichever routes there are, the newer of two wins, and where nobody can tell nothing is guessed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.errors import RemoteError
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.copying import Copying, Version, newest
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.applications import Starlette

    from centrali_deploy.remote.client import Client

NO, YES = {"error": "Not found", "message": "no such route"}, "found"


def versions(*data: dict[str, Any]) -> list[Version]:
    return [Version(number, each) for number, each in enumerate(data, 1)]


@pytest.mark.parametrize(
    ("history", "since", "ours", "value"),
    [
        (versions({"o": 1}), None, None, 1),
        (versions({"o": 1}, {"o": 1, "n": 1}), None, None, 1),
        (versions({"o": 1}, {"o": 1, "n": 1}, {"o": 2, "n": 1}), None, None, 2),  # the old name again
        (versions({"o": 1}, {"o": 1, "n": 1}, {"o": 1, "n": 3}), None, None, 3),  # the new name
        (versions({"o": 1}, {"o": 1, "n": 1}, {"o": 2, "n": 1}, {"o": 2, "n": 3}), None, None, 3),
        (versions({"o": 1}, {"o": 1, "n": 1}, {"o": 1, "n": 3}, {"o": 2, "n": 3}), None, None, 2),
        (versions({"o": 1}, {"o": 1, "n": 9}), None, None, 9),  # before anybody copied
        (versions({"o": 1}, {"o": 2}, {"o": 2, "n": 1}), None, None, 2),  # a copy that came late
        (versions({"o": 1}, {"o": 2}, {"o": 2, "n": 2}, {"o": 2, "n": 1}), None, None, 1),  # back on purpose
        (versions({"o": 1, "n": 2}), None, None, 2),
        (versions({"o": 1}, {"o": 2}, {"o": 2, "n": 1}), 1, 1, 2),  # ours, from what was read at version 1
        (versions({"o": 2}, {"o": 1}, {"o": 1, "n": 2}, {"o": 1, "n": 1}), 2, 1, 2),  # theirs, before ours
        (versions({"o": 1}, {"o": 1, "n": 1}, {"o": 1, "n": 1}), 1, 1, 1),  # ours, sent twice
        (versions({"o": 1}, {}, {"n": 1}), 1, 1, None),
        ([Version(None, {"o": 1, "n": 2})], 1, 1, 2),
    ],
)
def test_the_value_that_was_set_last_wins_and_a_copy_sets_nothing(history: Any, since: Any, ours: Any, value: Any) -> None:
    assert newest(history, "o", "n", since, ours) == value


class Between(httpx.BaseTransport):
    """Answers some requests itself: those whose method and path begin so."""

    def __init__(self, app: Starlette) -> None:
        self.inner, self.seen = InProcess(app), list[str]()
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        line = f"{request.method} {request.url.path.partition('/api/v1/')[2]}"
        self.seen.append(line)
        answer = next((answer for begin, answer in self.answers.items() if line.startswith(begin)), self.inner.handle_request)
        return answer(request)


@pytest.fixture
def between(app: Starlette) -> Between:
    return Between(app)


@pytest.fixture
def records(app: Starlette, between: Between, connect_to: Callable[..., Client]) -> Iterator[Client]:
    """Three records of a schemaless structure, two of which have a value."""
    with connect_to(app) as client:
        client._sender = Sender(between, sleep=lambda _seconds: None)  # noqa: SLF001 -- a wire with somebody on it
        client.create(KINDS["structure"], {"recordSlug": "s", "name": "S", "schemaDiscoveryMode": "schemaless"})
        for data in ({"o": 1}, {"o": 2, "x": 9}, {"x": 9}):
            client.request("POST", "records/slug/s", json={"data": data})
        between.seen.clear()
        yield client


def data(client: Client) -> list[Any]:
    return [record["data"] for record in client.request("GET", "records/slug/s", query={"sort": "createdAt"})["data"]]


COPIED = [{"o": 1, "n": 1}, {"o": 2, "x": 9, "n": 2}, {"x": 9}]


def run(client: Client) -> Copying:
    copying = Copying(client, "s", "o", "n")
    for _ in copying.steps():
        pass
    return copying


def test_many_values_take_few_requests_and_nothing_twice(records: Client, between: Between) -> None:
    found = run(records)
    assert (found.copied, data(records)) == (2, COPIED)
    assert between.seen.count("PATCH records/bulk") == 1
    between.seen.clear()
    assert run(records).copied == 0
    assert not [line for line in between.seen if line.startswith("PATCH")]


def test_whoever_asks_is_asked_before_each_write(records: Client, between: Between) -> None:
    steps = Copying(records, "s", "o", "n").steps()
    next(steps)
    assert not [line for line in between.seen if line.startswith("PATCH")]
    steps.close()
    assert data(records)[0] == {"o": 1}


@pytest.mark.parametrize("status", [404, 405, 501])
def test_without_a_route_for_many_they_are_written_one_by_one(status: int, records: Client, between: Between) -> None:
    between.answers["PATCH records/bulk"] = lambda _request: httpx.Response(status, json=NO)
    assert (run(records).copied, data(records)) == (2, COPIED)
    assert between.seen.count("PATCH records/bulk") == 1


@pytest.mark.parametrize("body", [{"updated": 2}, {"data": []}, {"data": [{"id": "x"}]}, [], None])
def test_an_answer_that_shows_no_records_is_looked_up(body: Any, records: Client, between: Between) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        between.inner.handle_request(request)
        return httpx.Response(200, json=body)

    between.answers["PATCH records/bulk"] = answer
    assert (run(records).copied, data(records)) == (2, COPIED)


def test_a_record_that_went_meanwhile_holds_nobody_up(records: Client, between: Between) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        del between.answers["PATCH records/bulk"]
        (first,) = (each for each in json.loads(request.content)["records"] if each["data"] == {"n": 1})
        records.request("DELETE", f"records/{first['id']}")
        return between.inner.handle_request(request)

    between.answers["PATCH records/bulk"] = answer
    assert (run(records).copied, data(records)) == (1, COPIED[1:])


def test_where_no_versions_tell_which_value_is_newer_nothing_is_guessed(records: Client, between: Between) -> None:
    run(records)
    (first, *_) = records.request("GET", "records/slug/s", query={"sort": "createdAt"})["data"]
    records.request("PATCH", f"records/{first['id']}", json={"data": {"o": 7}})
    between.answers[f"GET records/{first['id']}/versions"] = lambda _request: httpx.Response(404, json=NO)
    with pytest.raises(RemoteError, match=f"Record {first['id']} of s has different values under o and n") as caught:
        run(records)
    assert caught.value.hint.startswith("Make them the same. Nothing is lost")
    assert data(records)[0] == {"o": 7, "n": 1}
    between.answers.clear()
    assert (run(records).copied, data(records)[0]) == (1, {"o": 7, "n": 7})


def test_lists_that_are_late_do_not_make_it_write_again(records: Client, between: Between) -> None:
    stale: list[httpx.Response] = []

    def answer(request: httpx.Request) -> httpx.Response:
        found = between.inner.handle_request(request)
        if json.loads(request.content)["page"] == {"limit": 200, "offset": 0}:
            stale.append(found)
            return httpx.Response(200, content=stale[0].content)
        return found

    between.answers["POST records/query"] = answer
    assert (run(records).copied, data(records)) == (2, COPIED)


def test_records_that_never_come_to_rest_end_it(records: Client, between: Between) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        for record in json.loads(between.inner.handle_request(request).content)["data"]:
            changes.append(1)
            records.request("PUT", f"records/{record['id']}", json={"data": {"o": len(changes)}})
        return between.inner.handle_request(request)

    changes: list[int] = []
    between.answers["POST records/query"] = answer
    with pytest.raises(RemoteError, match="change faster"):
        run(records)


@pytest.mark.parametrize(
    ("body", "words"), [({"data": "x"}, "not a list"), ({"data": [{"id": "r"}]}, "no record"), ({"data": [{"data": {}}]}, "no record")]
)
def test_an_answer_of_another_shape_is_told(body: Any, words: str, records: Client, between: Between) -> None:
    between.answers["POST records/query"] = lambda _request: httpx.Response(200, json=body)
    with pytest.raises(RemoteError, match=words):
        run(records)
