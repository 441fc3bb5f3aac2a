"""The local workspace as an ASGI application: routes, authentication, envelopes and faults.

What it does not imitate it refuses with 501, naming the route: an empty answer would be a lie.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from centrali_deploy.local.accounts import LIFETIME, Accounts
from centrali_deploy.local.refusing import TITLES, Refused
from centrali_deploy.local.resources import Resources
from centrali_deploy.local.services import SERVICES, Service
from centrali_deploy.local.store import Store
from centrali_deploy.wire import (
    DATA_BASES,
    ORCHESTRATION_BASES,
    RATE_LIMIT,
    RATE_REMAINING,
    RATE_RESET,
    RETRY_AFTER,
    TOKEN_PATHS,
    TOKEN_SCOPE,
    error_body,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    from centrali_deploy.local.faults import Fault

LARGEST_BODY = 10 * 1024 * 1024
"""Bytes [D for bulk bodies]."""
LIMIT = 10_000
"""Requests a minute that the rate-limit headers speak of [D for reads]; nothing is held back without a fault."""
_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _uuid() -> str:
    text = secrets.token_hex(16)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def create_app(  # noqa: PLR0913 -- what a test or a person may set
    database: str,
    *,
    workspaces: Sequence[str],
    clock: Callable[[], float] = time.time,
    ids: Callable[[], str] = _uuid,
    faults: Sequence[Fault] = (),
    page_cap: int = 100,
) -> Starlette:
    """Make the application over a database file (or `:memory:`). `app.state.accounts` holds an account a workspace."""
    store = Store(database)
    local = _Local(store, Accounts(store, workspaces), clock, ids, faults, page_cap)
    routes = [Route(path, local.guarded(local.token), methods=["POST"]) for path in TOKEN_PATHS]
    for service in SERVICES.values():
        bases = DATA_BASES if service.kind.service == "data" else ORCHESTRATION_BASES
        for base in bases:
            for segment in (service.kind.path, *service.kind.aliases):
                routes += local.routes(base, f"/{segment}", service)
    routes.append(Route("/{path:path}", local.guarded(local.unknown), methods=_ALL))
    app = Starlette(routes=routes)
    app.state.accounts = local.accounts.by_workspace
    app.state.store = store
    return app


class _Local:
    """What every request needs."""

    def __init__(  # noqa: PLR0913, PLR0917 -- the arguments of create_app
        self, store: Store, accounts: Accounts, clock: Callable[[], float], ids: Callable[[], str], faults: Sequence[Fault], page_cap: int
    ) -> None:
        self.store = store
        self.accounts = accounts
        self._clock = clock
        self._ids = ids
        self._faults = faults
        self._page_cap = page_cap

    def routes(self, base: str, path: str, service: Service) -> list[Route]:
        """The routes of one kind below one base; each path once, with all its methods."""

        def on(handler: Callable[[Resources, Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
            return self.guarded(lambda request: handler(self._resources(request, service), request))

        found = [Route(base + path, on(_collection), methods=["GET", "POST"])]
        if service.kind.name == "structure":
            found += [
                Route(f"{base}{path}/validate", on(_validate), methods=["POST"]),
                Route(f"{base}{path}/slug/{{id}}", on(_object), methods=["GET"]),
                Route(f"{base}{path}/{{id}}/restore", on(_restore), methods=["POST"]),
            ]
        found.append(Route(f"{base}{path}/{{id}}", on(_object), methods=["GET", "PUT", "PATCH", "DELETE"]))
        for call in service.states:
            found.append(Route(f"{base}{path}/{{id}}/{call}", on(_state(call)), methods=["POST", "PATCH"]))
        return found

    def guarded(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """A handler with faults, all-or-nothing writes, error bodies and rate-limit headers around it."""

        async def answer(request: Request) -> Response:
            fault = next((f for f in self._faults if f.strikes(request.method, request.url.path)), None)
            response = await self._failed(fault, request) if fault else None
            if response is None:
                response = await self._answered(handler, request)
                if fault and fault.failure in {"500-after", "lost-after", "truncated"}:
                    response = self._lost(fault, request, response)
            response.headers[RATE_LIMIT] = str(LIMIT)
            response.headers[RATE_REMAINING] = str(LIMIT)
            response.headers[RATE_RESET] = str(int(self._clock()) + 60)
            return response

        return answer

    async def _answered(self, handler: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
        try:
            body = await request.body()
            with self.store.transaction():
                return await (handler if len(body) <= LARGEST_BODY else self._too_large)(request)
        except Refused as refused:
            return self._error(request, refused)

    async def _failed(self, fault: Fault, request: Request) -> Response | None:
        if fault.failure == "refuse":
            raise ConnectionResetError("dropped on purpose")
        if fault.failure == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.failure == "html":
            return Response("<html><body>Bad gateway</body></html>", media_type="text/html")
        refusals = {
            "429": Refused(429, "Rate limit exceeded", headers={RETRY_AFTER: str(int(fault.seconds) or 60)}),
            "500-before": Refused(500, "failed on purpose"),
            "401": Refused(401, "Token expired"),
        }
        refused = refusals.get(fault.failure)
        return self._error(request, refused) if refused else None

    def _lost(self, fault: Fault, request: Request, response: Response) -> Response:
        if fault.failure == "lost-after":
            raise ConnectionResetError("the answer is lost on purpose")
        if fault.failure == "truncated":
            return Response(bytes(response.body)[: len(response.body) // 2], response.status_code, media_type="application/json")
        return self._error(request, Refused(500, "failed on purpose, after the effect"))

    def _error(self, request: Request, refused: Refused) -> Response:
        title, code = TITLES[refused.status]
        body = error_body(
            refused.status,
            title,
            refused.code or code,
            refused.message,
            path=request.url.path,
            timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._clock())),
            request_id=f"req_{secrets.token_hex(8)}",
            fields=refused.fields,
        )
        if RETRY_AFTER in refused.headers:
            body["retryAfter"] = int(refused.headers[RETRY_AFTER])
        return JSONResponse(body, refused.status, headers=refused.headers)

    def _resources(self, request: Request, service: Service) -> Resources:
        workspace = request.path_params["workspace"]
        head, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self.accounts.claims(token) if head.lower() == "bearer" else None
        if claims is None:
            raise Refused(401, "Missing or invalid token")
        if claims["exp"] <= self._clock():
            raise Refused(401, "Token expired")
        if claims["workspace"] != workspace:
            raise Refused(403, f"The token belongs to workspace '{claims['workspace']}', not to '{workspace}'")
        return Resources(self.store, service, workspace, self._clock, self._ids, self._page_cap, claims["client_id"])

    async def token(self, request: Request) -> Response:
        """Give a token for client credentials [D]."""
        form = dict(parse_qsl((await request.body()).decode()))
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, "grant_type must be client_credentials", [("grant_type", "must be client_credentials")])
        token = self.accounts.token(form.get("client_id", ""), form.get("client_secret", ""), self._clock())
        if token is None:
            raise Refused(401, "Invalid client credentials")
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": TOKEN_SCOPE})

    async def _too_large(self, _request: Request) -> Response:
        raise Refused(413, "Request body is larger than 10 MB")

    async def unknown(self, request: Request) -> Response:
        """Refuse what is not imitated."""
        raise Refused(501, f"The local workspace does not imitate {request.method} {request.url.path}")


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise Refused(400, "The body is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(400, "The body must be an object")
    return body


async def _collection(resources: Resources, request: Request) -> Response:
    if request.method == "GET":
        return JSONResponse(resources.listed(request.query_params))
    return JSONResponse(resources.created(await _body(request)), 201)


async def _object(resources: Resources, request: Request) -> Response:
    id_ = request.path_params["id"]
    if request.method == "DELETE":
        resources.deleted(id_, hard=request.query_params.get("hard") == "true")
        return Response(status_code=204)
    if request.method == "GET":
        return JSONResponse(resources.answer(resources.found(id_)))
    return JSONResponse(resources.updated(id_, await _body(request)))


async def _validate(resources: Resources, request: Request) -> Response:
    return JSONResponse(resources.checked(await _body(request)))


async def _restore(resources: Resources, request: Request) -> Response:
    return JSONResponse(resources.restored(request.path_params["id"]))


def _state(call: str) -> Callable[[Resources, Request], Awaitable[Response]]:
    async def handle(resources: Resources, request: Request) -> Response:
        return JSONResponse(resources.set_state(request.path_params["id"], call))

    return handle
