"""What cannot be read by itself is not taken for gone, and what is gone is not taken for unreadable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import ended_and_told

from centrali_deploy.address import Address
from centrali_deploy.errors import Rejected
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.observation import observe
from centrali_deploy.remote.second_look import look_again
from centrali_deploy.remote.singly import NoRoute, read_singly

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.remote.client import Client

FUNCTION = KINDS["function"]
BODY = {"name": "f", "code": "async function run() {}"}
WARNED = ["GET /compute-functions/{id} is not answered here: what somebody else changes right before a write is not noticed."]


@pytest.fixture
def without(behind: Callable[..., Client]) -> Callable[[int], Client]:
    """A client of a workspace that gives no function by itself."""

    def made(status: int) -> Client:
        def between(request: httpx.Request, handler: Any) -> httpx.Response:
            single = request.method == "GET" and request.url.path.split("/")[-2] == "compute-functions"
            return httpx.Response(status, json={"message": "no"}) if single else handler(request)

        return behind(between)

    return made


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_route_that_is_not_there_says_nothing_about_what_is(status: int, without: Callable[[int], Client]) -> None:
    client = without(status)
    id_ = client.create(FUNCTION, BODY)["id"]
    for _ in range(2):
        with pytest.raises(NoRoute):
            read_singly(client, FUNCTION, id_)
    assert client.warnings == WARNED
    before = client.requests_used
    with pytest.raises(NoRoute):
        read_singly(client, FUNCTION, id_)
    assert client.requests_used == before


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_second_look_reads_the_list_then(status: int, without: Callable[[int], Client]) -> None:
    client, address = without(status), Address("function", "f")
    id_ = client.create(FUNCTION, BODY)["id"]
    live, _ = ended_and_told(observe(client, []))
    client.update(FUNCTION, id_, {"description": "changed"})
    after, _ = ended_and_told(look_again(client, live, [address], []))
    assert after.resources[address].spec["description"] == "changed"


def test_what_neither_answers_nor_is_listed_is_gone(client: Client) -> None:
    gone, there = (client.create(FUNCTION, {**BODY, "name": name})["id"] for name in "fg")
    client.delete(FUNCTION, gone)
    before = client.requests_used
    assert read_singly(client, FUNCTION, gone) is None
    assert client.requests_used == before + 2
    assert (read_singly(client, FUNCTION, there) or {})["name"] == "g"
    assert read_singly(client, FUNCTION, gone) is None
    assert client.requests_used == before + 4
    assert client.warnings == []


def test_once_it_has_answered_another_refusal_is_told(behind: Callable[..., Client]) -> None:
    refusing = list[str]()

    def between(request: httpx.Request, handler: Any) -> httpx.Response:
        return httpx.Response(405, json={"message": "no"}) if refusing else handler(request)

    client = behind(between)
    id_ = client.create(FUNCTION, BODY)["id"]
    assert read_singly(client, FUNCTION, id_)
    refusing.append("now")
    with pytest.raises(Rejected):
        read_singly(client, FUNCTION, id_)
