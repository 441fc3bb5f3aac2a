"""The local workspace as an ASGI application: routes, authentication, envelopes and faults.

What it does not imitate it refuses with 501, naming the route: an empty answer would be a lie.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from centrali_deploy.local.accounts import LIFETIME, Accounts
from centrali_deploy.local.handling import Handler, routes
from centrali_deploy.local.limits import Limits
from centrali_deploy.local.record_routes import RecordHandler, record_routes
from centrali_deploy.local.records import Records
from centrali_deploy.local.refusing import TITLES, Refused, not_imitated
from centrali_deploy.local.resources import Resources
from centrali_deploy.local.services import SERVICES, Service
from centrali_deploy.local.store import Store, StoreFailed
from centrali_deploy.wire import (
    DATA_BASES,
    ORCHESTRATION_BASES,
    RETRY_AFTER,
    TOKEN_PATHS,
    TOKEN_SCOPE,
    error_body,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from starlette.requests import Request

    from centrali_deploy.local.faults import Fault

LARGEST_BODY = 10 * 1024 * 1024
"""Bytes [D for bulk bodies]."""
_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


Emit = Callable[[str, dict[str, Any]], None]


def _silent(_event: str, _payload: dict[str, Any]) -> None:
    """Nobody listens."""


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
    limits: Limits | None = None,
    envelope: Literal["bare", "data"] = "bare",
    brief: bool = False,
    emit: Emit = _silent,
) -> Starlette:
    """Make the application over a database file (or `:memory:`). `app.state.accounts` holds an account a workspace.

    `limits` are enforced when given. `envelope` says whether single resources are answered bare or inside `data`, of
    which the published pages show both; `brief`, whether lists leave out whatever they may leave out. `emit` is told the
    name and the payload of every record event, in the transaction that makes it true.
    """
    store = Store(database)
    local = _Local(store, Accounts(store, workspaces), clock, ids, faults, page_cap, limits or Limits(), brief, emit)
    found = [Route(path, local.guarded(local.token), methods=["POST"]) for path in TOKEN_PATHS]
    for service in SERVICES.values():
        bases = DATA_BASES if service.kind.service == "data" else ORCHESTRATION_BASES
        for base in bases:
            for segment in (service.kind.path, *service.kind.aliases):
                found += [
                    Route(base + path, local.on(service, do), methods=methods) for path, methods, do in routes(service, f"/{segment}")
                ]
    for base in DATA_BASES:
        found += [Route(base + path, local.on_records(do), methods=methods) for path, methods, do in record_routes()]
    found.append(Route("/{path:path}", local.guarded(local.unknown), methods=_ALL))
    app = Starlette(routes=found, exception_handlers={405: local.other_method})
    app.state.envelope = envelope
    app.state.accounts = local.accounts.by_workspace
    app.state.store = store
    return app


@dataclass(frozen=True, slots=True)
class _Local:
    """What every request needs."""

    store: Store
    accounts: Accounts
    clock: Callable[[], float]
    ids: Callable[[], str]
    faults: Sequence[Fault]
    page_cap: int
    limits: Limits
    brief: bool
    emit: Emit

    def on(self, service: Service, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """A handler of one kind, given the resources it is about."""
        return self.guarded(lambda request: handler(self._resources(request, service), request))

    def on_records(self, handler: RecordHandler) -> Callable[[Request], Awaitable[Response]]:
        """A handler of records, given those of the workspace."""
        return self.guarded(lambda request: handler(self._records(request), request))

    def guarded(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """A handler with faults, all-or-nothing writes, error bodies and rate-limit headers around it."""

        async def answer(request: Request) -> Response:
            fault = next((f for f in self.faults if f.strikes(request.method, request.url.path)), None)
            response = await self._failed(fault, request) if fault else None
            if response is None:
                response = await self._answered(handler, request)
                if fault and fault.failure in {"500-after", "lost-after", "truncated"}:
                    response = self._lost(fault, request, response)
            response.headers.update(self.limits.headers(request.method, request.path_params.get("workspace", ""), self.clock()))
            return response

        return answer

    async def _answered(self, handler: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
        try:
            body = await request.body()
            self.limits.take(request.method, request.path_params.get("workspace", ""), self.clock())
            with self.store.transaction():
                return await (handler if len(body) <= LARGEST_BODY else self._too_large)(request)
        except Refused as refused:
            return self._error(request, refused)
        except RecursionError:
            return self._error(request, Refused(400, "The body is nested too deeply"))
        except StoreFailed as failed:
            return self._error(request, Refused(500, f"The database of the local workspace failed: {failed}"))
        except Exception:  # noqa: BLE001 -- a service answers its own mistakes, too; what happened goes to standard error
            traceback.print_exc()
            return self._error(request, Refused(500, "The local workspace made a mistake"))

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
            "400": Refused(400, "refused on purpose"),
            "401": Refused(401, "Token expired"),
            "403": Refused(403, "Insufficient permissions"),
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
            timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock())),
            request_id=f"req_{secrets.token_hex(8)}",
            fields=refused.fields,
        )
        if RETRY_AFTER in refused.headers:
            body["retryAfter"] = int(refused.headers[RETRY_AFTER])
        return JSONResponse(body, refused.status, headers=refused.headers)

    def _resources(self, request: Request, service: Service) -> Resources:
        workspace, actor = self._asking(request)
        return Resources(self.store, service, workspace, self.clock, self.ids, self.page_cap, actor, self.brief)

    def _records(self, request: Request) -> Records:
        workspace, actor = self._asking(request)
        return Records(self.store, workspace, self.clock, self.ids, actor, self.emit)

    def _asking(self, request: Request) -> tuple[str, str]:
        """The workspace that is spoken to, and who speaks. Refuses without a good token for it."""
        workspace = request.path_params["workspace"]
        head, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self.accounts.claims(token) if head.lower() == "bearer" else None
        if claims is None:
            raise Refused(401, "Missing or invalid token")
        if claims["exp"] <= self.clock():
            raise Refused(401, "Token expired")
        if claims["workspace"] != workspace:
            raise Refused(403, f"The token belongs to workspace '{claims['workspace']}', not to '{workspace}'")
        return workspace, claims["client_id"]

    async def token(self, request: Request) -> Response:
        """Give a token for client credentials [D]."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        if form.get("grant_type") != "client_credentials":
            raise Refused(400, "grant_type must be client_credentials", [("grant_type", "must be client_credentials")])
        token = self.accounts.token(form.get("client_id", ""), form.get("client_secret", ""), self.clock())
        if token is None:
            raise Refused(401, "Invalid client credentials")
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME, "scope": TOKEN_SCOPE})

    async def _too_large(self, _request: Request) -> Response:
        raise Refused(413, "Request body is larger than 10 MB")

    async def unknown(self, request: Request) -> Response:
        """Refuse what is not imitated, and a known path asked for in the wrong way."""
        others = [route for route in request.app.routes if isinstance(route, Route) and route.path_regex.match(request.url.path)]
        if allowed := sorted({method for route in others[:-1] for method in route.methods or () if method != "HEAD"}):
            raise Refused(405, f"{request.method} is not allowed here", headers={"Allow": ", ".join(allowed)})
        raise not_imitated(request.method, request.url.path)

    async def other_method(self, request: Request, _error: Exception) -> Response:
        """Answer a method that no route has."""
        return await self.guarded(self.unknown)(request)
