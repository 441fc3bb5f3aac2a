"""The transport without a network: requests reach the application as sent, answers come back as given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from centrali_deploy.remote.in_process import InProcess

if TYPE_CHECKING:
    from starlette.requests import Request


async def echo(request: Request) -> Response:
    body = {
        "method": request.method,
        "path": request.url.path,
        "raw": request.scope["raw_path"].decode(),
        "query": dict(request.query_params),
        "header": request.headers["x-one"],
        "body": (await request.body()).decode(),
    }
    return JSONResponse(body, 207, headers={"X-Two": "2"})


async def drop(_request: Request) -> Response:
    raise ConnectionResetError("dropped")


async def stumble(_request: Request) -> Response:
    raise KeyError("a mistake of the application")


@pytest.fixture
def client() -> httpx.Client:
    routes = [Route("/drop", drop), Route("/stumble", stumble), Route("/{path:path}", echo, methods=["PATCH"])]
    return httpx.Client(transport=InProcess(Starlette(routes=routes)), base_url="http://localhost")


def test_every_part_of_a_request_arrives_and_every_part_of_an_answer_comes_back(client: httpx.Client) -> None:
    answer = client.patch("/a%2Fb/ä", params={"page": "2"}, headers={"X-One": "1"}, content=b"sent")
    found: dict[str, Any] = json.loads(answer.content)
    assert found == {
        "method": "PATCH",
        "path": "/a/b/ä",
        "raw": "/a%2Fb/%C3%A4",
        "query": {"page": "2"},
        "header": "1",
        "body": "sent",
    }
    assert (answer.status_code, answer.headers["x-two"]) == (207, "2")


def test_a_dropped_connection_is_one_that_broke_and_a_mistake_is_a_mistake(client: httpx.Client) -> None:
    with pytest.raises(httpx.ReadError, match="dropped"):
        client.get("/drop")
    with pytest.raises(KeyError):
        client.get("/stumble")
