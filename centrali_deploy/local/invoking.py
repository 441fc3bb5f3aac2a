"""What sets off functions from outside: invoking a trigger, an HTTP call to a trigger's or an endpoint's path, a test.

Paths, statuses and bodies that no page shows are inferred [I]: they stand in `wire.py` and here alone.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from centrali_deploy.local.events import params_of
from centrali_deploy.local.refusing import Refused
from centrali_deploy.local.rules import time_limit
from centrali_deploy.local.runs import Order
from centrali_deploy.local.signatures import check_signature
from centrali_deploy.wire import ENDPOINT_PATHS, EXECUTE_CALLS, HTTP_TRIGGER_PATHS, TEST_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.runner import Runner
    from centrali_deploy.local.runs import Runs
    from centrali_deploy.local.store import Row

_ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*")
"""A name and a value, as RFC 9110 has them."""
_FRAMING = {"content-length", "transfer-encoding", "connection"}
_WITHOUT_BODY = {204, 205, 304}


class Caller(NamedTuple):
    """Who asks, and for which workspace."""

    workspace: str
    actor: str


How = Literal["whole", "public", "stepwise"]
"""In one transaction; the same for whoever asks; or in no transaction but those of its own steps, as whatever waits for a function."""
Handler = Callable[[Caller, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Invoking:
    """Answers what sets off functions."""

    runs: Runs
    runner: Runner

    def routes(self) -> Iterator[tuple[str, list[str], Handler, How]]:
        """Every route below a base: its path, its methods, what answers, and how."""
        for call in EXECUTE_CALLS:
            yield f"/function-triggers/{{id}}/{call}", ["POST"], self.execute, "whole"
        yield f"/{TEST_PATH}", ["POST"], self.test, "stepwise"
        for segment in HTTP_TRIGGER_PATHS:
            yield f"/{segment}/{{path:path}}", ["POST"], self.ingest, "public"
        for segment in ENDPOINT_PATHS:
            yield f"/{segment}/{{path:path}}", _ANY, self.endpoint, "stepwise"

    async def execute(self, caller: Caller, request: Request) -> Response:
        """Queue a run of an on-demand trigger, and answer its job [S]."""
        trigger = self.runs.store.get(caller.workspace, "trigger", request.path_params["id"])
        if trigger is None:
            raise Refused(404, "Trigger not found")
        if trigger["executionType"] != "on-demand":
            raise Refused(400, f"Only on-demand triggers can be invoked; this one is {trigger['executionType']}")
        if not trigger["enabled"]:
            raise Refused(409, "The trigger is paused")
        body = _sent(await request.body())
        if isinstance(body, dict) and len(body) == 1 and next(iter(body)) in {"payload", "data"}:
            body = next(iter(body.values()))
        order = self._order(caller, trigger, "manual", {} if body in (None, "") else body)
        return JSONResponse(self.runs.queued(caller.workspace, order)["jobId"])

    async def ingest(self, caller: Caller, request: Request) -> Response:
        """Queue a run of an http-trigger: 202 and `{status: queued}` [D]."""
        body = await request.body()
        trigger = self._at_path(caller.workspace, "http-trigger", request)
        check_signature(trigger["triggerMetadata"], request.headers, body, self.runs.clock())
        given = {"payload": _sent(body), "headers": dict(request.headers), "query": dict(request.query_params)}
        self.runs.queued(caller.workspace, self._order(caller, trigger, "http-trigger", given))
        return JSONResponse({"status": "queued"}, 202)

    async def endpoint(self, caller: Caller, request: Request) -> Response:
        """Run the function of an endpoint and answer what it returns [D]; `{statusCode, headers, body}` is honoured [I]."""
        trigger = self._at_path(caller.workspace, "endpoint", request)
        methods = trigger["triggerMetadata"].get("allowedMethods") or ["POST"]
        if request.method not in methods:
            raise Refused(405, f"{request.method} is not allowed here", headers={"Allow": ", ".join(map(str, methods))})
        given = {
            "payload": _sent(await request.body()),
            "method": request.method,
            "headers": dict(request.headers),
            "query": dict(request.query_params),
        }
        order = self._order(caller, trigger, "endpoint", given)
        run = await asyncio.to_thread(self.runner.at_once, caller.workspace, order)
        if run["status"] == "timeout":
            raise Refused(504, run["errorMessage"], code=run["errorCode"])
        if run["status"] != "completed":
            raise Refused(
                500, run["errorMessage"] or "The local workspace was stopped before the function ended", code=run["errorCode"] or ""
            )
        return _returned(run["runData"])

    async def test(self, caller: Caller, request: Request) -> Response:
        """Run code that is not saved: `params` are its `executionParams` [S]; a failure answers 200, too, and `timeoutMs` is read [I]."""
        body = _sent(await request.body())
        if not isinstance(body, dict) or not isinstance(body.get("code"), str) or not body["code"].strip():
            raise Refused(400, "code is required", [("code", "is required")])
        code, params, limit = body["code"], body.get("params") or {}, body.get("timeoutMs")
        if wrong := list(time_limit(limit)):
            raise Refused(400, "timeoutMs is not valid", wrong)
        ran = await asyncio.to_thread(self.runner.tried, caller.workspace, code, params, caller.actor, limit)
        answer: Row = {"success": ran.status == "completed", "output": ran.output, "logs": ran.logs, "durationMs": round(ran.seconds * 1e3)}
        return JSONResponse(answer if answer["success"] else {**answer, "error": ran.error_message})

    def _order(self, caller: Caller, trigger: Row, source: Any, given: Any) -> Order:  # noqa: ANN401 -- any JSON value
        function = self.runs.store.get(caller.workspace, "function", trigger["functionId"])
        if function is None:
            raise Refused(404, "Function not found")
        return Order(function, source, caller.actor, given, params_of(trigger), trigger, (trigger["id"],))

    def _at_path(self, workspace: str, kind: str, request: Request) -> Row:
        """The trigger that has the path of a request. Refuses with 404, also when it is paused [I]."""
        path = request.path_params["path"].strip("/")
        for trigger in self.runs.store.all(workspace, "trigger"):
            if trigger["executionType"] == kind and trigger["enabled"] and trigger["triggerMetadata"]["path"].strip("/") == path:
                return trigger
        raise Refused(404, f"There is no {kind} at '{path}'")


def _sent(body: bytes) -> Any:  # noqa: ANN401 -- any JSON value
    """A body as JSON; as text when it is none [I], and nothing when there is none."""
    if not body:
        return None
    try:
        found = json.loads(body)
        json.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
    return found


def _returned(value: Any) -> Response:  # noqa: ANN401 -- any JSON value
    if not (isinstance(value, dict) and isinstance(value.get("statusCode"), int) and 200 <= value["statusCode"] <= 599):  # noqa: PLR2004 -- HTTP statuses
        return JSONResponse(value)
    status, headers, body = value["statusCode"], _headers(value.get("headers")), value.get("body")
    if status in _WITHOUT_BODY:
        return Response(None, status, headers)
    if isinstance(body, str):
        return Response(body, status, headers, media_type=None if "content-type" in map(str.lower, headers) else "text/plain")
    return JSONResponse(body, status, headers)


def _headers(sent: Any) -> dict[str, str]:  # noqa: ANN401 -- any JSON value
    """The headers that a function answers with, but for those that say where the answer ends: they are the server's."""
    headers = {str(name): str(text).strip() for name, text in sent.items()} if isinstance(sent, dict) else {}
    for name, text in headers.items():
        if not _HEADER.fullmatch(f"{name}:{text}"):
            raise Refused(500, f"The function answered with a header that HTTP cannot carry: {name!r}", code="RESULT_NOT_HTTP")
    return {name: text for name, text in headers.items() if name.lower() not in _FRAMING}
