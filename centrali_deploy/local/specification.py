"""The local workspace's own OpenAPI document, one for each service, made from the routes themselves so that none is forgotten.

Where the vendor publishes its documents is known (`/specs/orchestration`) [D]; that they need no token, and `/specs/data`,
are inferred. HEAD is not named: it is answered wherever GET is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from centrali_deploy.local.answering import answers
from centrali_deploy.local.asking import SPECIFICATION_PATH, TEXT, Asking, asked
from centrali_deploy.local.bodies import of, reference, schemas
from centrali_deploy.local.refusing import TITLES, Refused
from centrali_deploy.version import VERSION
from centrali_deploy.wire import DATA_BASES, ORCHESTRATION_BASES, TOKEN_PATHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

ANYTHING = "/{path:path}"
"""The last route, which says that there is no other."""
BASES = {"data": DATA_BASES, "orchestration": ORCHESTRATION_BASES}
"""Where each service is."""
_VARIABLE = re.compile(r"\{(\w+)(?::\w+)?\}")
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


async def told(request: Request) -> Response:
    """The document of a service, for anybody."""
    service = request.path_params["service"]
    if service not in BASES:
        raise Refused(404, f"There is no specification of '{service}'; there are: {', '.join(BASES)}")
    return JSONResponse(document(service, request.app.routes, enveloped=request.app.state.envelope == "data"))


def document(service: str, routes: Iterable[BaseRoute], *, enveloped: bool) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a service: all of these routes that are below its bases, and where tokens are had.

    `enveloped`: single resources are answered inside `data`.
    """
    rows = asked()
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        if isinstance(route, Route) and (below := _below(service, route.path)):
            path = _VARIABLE.sub(r"{\1}", route.path)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                row = rows[_VARIABLE.sub(r"{\1}", below), method]
                wrapped = replace(row, gives=of(data=row.gives or {})) if row.single and enveloped else row
                paths.setdefault(path, {})[method.lower()] = _operation(path, method, below, wrapped)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"The local workspace of centrali-deploy: {service}", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": {**schemas(), **answers(), "error": _ERROR},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _below(service: str, path: str) -> str:
    """What a path is below the base of a service; nothing when it is not the service's."""
    if path in (*TOKEN_PATHS, SPECIFICATION_PATH):
        return path
    return next((path.removeprefix(base) for base in BASES[service] if path.startswith(base)), "")


def _operation(path: str, method: str, below: str, row: Asking) -> dict[str, Any]:
    is_free = path in (*TOKEN_PATHS, SPECIFICATION_PATH)
    found: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "tags": [below.split("/")[1]],
        "parameters": [*_parameters(path, row)],
        "responses": {**{status: _answer(status, row) for status in row.answers}, **dict(_errors(method, below, row, is_free=is_free))},
        "security": [] if is_free or not row.secured else [{"bearer": []}],
    }
    if row.body is not None:
        found["requestBody"] = {"required": row.needed, "content": {row.media: {"schema": row.body}}}
    return found


def _parameters(path: str, row: Asking) -> Iterator[dict[str, Any]]:
    for name in _VARIABLE.findall(path):
        yield {"name": name, "in": "path", "required": True, "schema": TEXT | {"minLength": 1}}
    for name, schema in row.query:
        yield {"name": name, "in": "query", "schema": schema}


def _errors(method: str, below: str, row: Asking, *, is_free: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """The refusals of an operation: a reason for each of them, and what any request may meet."""
    found = {413, 429, 500, *row.errors}
    if row.body is not None or row.query:
        found.add(400)
    if row.secured and not is_free:
        found |= {401, 403}
    if "{" in below:
        found.add(404)
    if method in _WRITES and not is_free:
        found.add(409)
    for status in sorted(found):
        yield str(status), {"description": TITLES[status][0], "content": {"application/json": {"schema": reference("error")}}}


def _answer(status: str, row: Asking) -> dict[str, Any]:
    found: dict[str, Any] = {"description": _DONE[status]}
    if row.gives is not None:
        found["content"] = {"application/json": {"schema": row.gives}} | ({"*/*": {"schema": {}}} if row.raw else {})
    return found


_DONE = {
    "200": "Done",
    "201": "Made",
    "202": "Queued",
    "204": "Done; there is nothing to say",
    "default": "What the function answered",
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("error", "code", "message", "timestamp", "path", "requestId"), TEXT),
        "status": {"type": "integer"},
        "retryAfter": {"type": "integer"},
        "details": {"type": "array", "items": {"type": "object", "properties": {"field": TEXT, "message": TEXT}}},
    },
    "required": ["error", "code", "message", "status", "timestamp", "path", "requestId"],
}
"""What `wire.error_body` writes."""
