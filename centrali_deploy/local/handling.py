"""The routes of a kind and what answers them: a request read, handed to the resources it is about, and answered."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Never

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from centrali_deploy.local.refusing import Refused
from centrali_deploy.local.resources import Resources
from centrali_deploy.wire import list_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.services import Service

Handler = Callable[[Resources, Request], Awaitable[Response]]
_READING = {"GET", "HEAD"}
_MOST = 1000
"""Objects in one bulk request [D for records]."""


def routes(service: Service, path: str) -> Iterator[tuple[str, list[str], Handler]]:
    """Every route of a kind below one base: its path, all its methods, and what answers. The first that fits is taken."""
    yield path, ["GET", "POST"], _collection
    for segment, (where, methods, handler) in _MORE.items():
        if segment in service.routes:
            yield f"{path}/{where}", methods, handler
    yield f"{path}/{{id}}", list(service.methods), _object
    for call in service.states:
        yield f"{path}/{{id}}/{call}", ["POST", "PATCH"], _state(call)


async def json_of(request: Request) -> Any:  # noqa: ANN401 -- any JSON value
    """The body of a request. Refuses with 400 what is no JSON, or holds what JSON has no words for."""
    try:
        body = json.loads(await request.body(), parse_constant=_refuse_constant)
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(400, "The body is not JSON") from error
    return body


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


async def body_of(request: Request) -> dict[str, Any]:
    """The body of a request that must be an object."""
    body = await json_of(request)
    if not isinstance(body, dict):
        raise Refused(400, "The body must be an object")
    return body


def one(request: Request, row: dict[str, Any], status: int = 200) -> Response:
    """One object as the answer, in the envelope that the application was made with."""
    return JSONResponse({"data": row} if request.app.state.envelope == "data" else row, status)


async def _collection(resources: Resources, request: Request) -> Response:
    if request.method in _READING:
        return JSONResponse(resources.listed(request.query_params))
    return one(request, resources.created(await body_of(request)), 201)


async def _object(resources: Resources, request: Request) -> Response:
    id_ = request.path_params["id"]
    if request.method == "DELETE":
        resources.deleted(id_, hard=request.query_params.get("hard") == "true")
        return Response(status_code=204)
    if request.method in _READING:
        return one(request, resources.answer(resources.found(id_)))
    return one(request, resources.updated(id_, await body_of(request)))


async def _bulk(resources: Resources, request: Request) -> Response:
    """Create many, or delete many; all of them or none [I]."""
    sent = await json_of(request)
    member = "ids" if request.method == "DELETE" else "structures"
    items = sent.get(member, sent.get("collections")) if isinstance(sent, dict) else sent
    kind: type = str if request.method == "DELETE" else dict
    if not isinstance(items, list) or not all(isinstance(item, kind) for item in items):
        raise Refused(400, f"{member} must be a list", [(member, "must be a list")])
    if len(items) > _MOST:
        raise Refused(400, f"Maximum {_MOST:,} structures per bulk operation")
    if request.method == "DELETE":
        for id_ in items:
            resources.deleted(id_, hard=False)
        return Response(status_code=204)
    made = [resources.created(item) for item in items]
    return JSONResponse(list_body(made, 1, len(made), len(made)), 201)


async def _drop_properties(resources: Resources, request: Request) -> Response:
    names = (await body_of(request)).get("names")
    if not isinstance(names, list):
        raise Refused(400, "names must be a list", [("names", "must be a list")])
    present = resources.found(request.path_params["id"])["properties"]
    if unknown := set(map(str, names)) - {item["name"] for item in present}:
        raise Refused(400, f"There is no property '{min(unknown)}'", [("names", f"'{min(unknown)}' does not exist")])
    return one(request, resources.updated(request.path_params["id"], {"properties": [i for i in present if i["name"] not in names]}))


async def _validate(resources: Resources, request: Request) -> Response:
    return JSONResponse(resources.checked(await body_of(request)))


async def _restore(resources: Resources, request: Request) -> Response:
    return one(request, resources.restored(request.path_params["id"]))


def _state(call: str) -> Handler:
    async def handle(resources: Resources, request: Request) -> Response:
        return one(request, resources.set_state(request.path_params["id"], call))

    return handle


_MORE: dict[str, tuple[str, list[str], Handler]] = {
    "validate": ("validate", ["POST"], _validate),
    "bulk": ("bulk", ["POST", "DELETE"], _bulk),
    "slug": ("slug/{id}", ["GET"], _object),
    "restore": ("{id}/restore", ["POST"], _restore),
    "properties": ("{id}/properties", ["DELETE"], _drop_properties),
}
"""Routes that only some kinds have."""
