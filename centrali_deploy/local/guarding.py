"""What stands around every handler: who asks, faults, all-or-nothing writes, error bodies and rate-limit headers."""

from __future__ import annotations

import asyncio
import secrets
import time
import traceback
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from centrali_deploy.local.accounts import LIFETIME, Accounts
from centrali_deploy.local.invoking import Caller
from centrali_deploy.local.refusing import TITLES, Refused, not_imitated
from centrali_deploy.local.store import Store, StoreFailed, StoreFull
from centrali_deploy.wire import RETRY_AFTER, TOKEN_SCOPE, error_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request

    from centrali_deploy.local.faults import Fault
    from centrali_deploy.local.invoking import Handler, How
    from centrali_deploy.local.limits import Limits

LARGEST_BODY = 10 * 1024 * 1024
"""Bytes [D for bulk bodies]."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What every request meets. `clock` gives Unix seconds."""

    store: Store
    accounts: Accounts
    clock: Callable[[], float]
    faults: Sequence[Fault]
    limits: Limits

    def asked(self, handler: Handler, how: How = "whole") -> Callable[[Request], Awaitable[Response]]:
        """A handler that is given who asks."""
        who = self._public if how == "public" else self.caller
        return self.guarded(lambda request: handler(who(request), request), whole=how != "stepwise")

    def guarded(self, handler: Callable[[Request], Awaitable[Response]], *, whole: bool = True) -> Callable[[Request], Awaitable[Response]]:
        """A handler with faults, all-or-nothing writes, error bodies and rate-limit headers around it."""

        async def answer(request: Request) -> Response:
            fault = next((f for f in self.faults if f.strikes(request.method, request.url.path)), None)
            response = await self._failed(fault, request) if fault else None
            if response is None:
                response = await self._answered(handler, request, self.store.transaction() if whole else nullcontext())
                if fault and fault.failure in {"500-after", "lost-after", "truncated"}:
                    response = self._lost(fault, request, response)
            response.headers.update(self.limits.headers(request.method, request.path_params.get("workspace", ""), self.clock()))
            return response

        return answer

    async def _answered(
        self, handler: Callable[[Request], Awaitable[Response]], request: Request, around: AbstractContextManager[None]
    ) -> Response:
        try:
            body = await request.body()
            self.limits.take(request.method, request.path_params.get("workspace", ""), self.clock())
            with around:
                return await (handler if len(body) <= LARGEST_BODY else self._too_large)(request)
        except Refused as refused:
            return self._error(request, refused)
        except RecursionError:
            return self._error(request, Refused(400, "The body is nested too deeply"))
        except ClientDisconnect as left:
            raise ConnectionResetError("whoever asked left before the body was whole") from left
        except StoreFull as full:
            return self._error(request, Refused(507, f"There is no room left for the database of the local workspace: {full}"))
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

    def caller(self, request: Request) -> Caller:
        """Who asks. Refuses whoever has no good token for this workspace."""
        workspace = request.path_params["workspace"]
        head, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self.accounts.claims(token) if head.lower() == "bearer" else None
        if claims is None:
            raise Refused(401, "Missing or invalid token")
        if claims["exp"] <= self.clock():
            raise Refused(401, "Token expired")
        if claims["workspace"] != workspace:
            raise Refused(403, f"The token belongs to workspace '{claims['workspace']}', not to '{workspace}'")
        return Caller(workspace, claims["client_id"])

    def _public(self, request: Request) -> Caller:
        """Somebody who need not say who they are. Refuses with 404 where there is no such workspace."""
        workspace = request.path_params["workspace"]
        if workspace not in self.accounts.by_workspace:
            raise Refused(404, "Workspace not found")
        return Caller(workspace, "public")

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

    async def nowhere(self, request: Request, _error: Exception) -> Response:
        """Answer a path that not even the last route takes: it has a line break in it."""

        async def refuse(_request: Request) -> Response:
            raise Refused(404, "There is nothing at a path with a line break in it")

        return await self.guarded(refuse)(request)
