"""The local workspace as an ASGI application: its routes, and what they are made of.

What it does not imitate it refuses with 501, naming the route: an empty answer would be a lie.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from centrali_deploy.local.accounts import Accounts
from centrali_deploy.local.asking import SPECIFICATION_PATH
from centrali_deploy.local.clock import CLOCK_PATH, Clock
from centrali_deploy.local.guarding import Guard
from centrali_deploy.local.handling import routes
from centrali_deploy.local.invoking import Invoking
from centrali_deploy.local.limits import Limits
from centrali_deploy.local.providing import Providing
from centrali_deploy.local.record_routes import record_routes
from centrali_deploy.local.resources import Resources
from centrali_deploy.local.run_routes import RunRoutes
from centrali_deploy.local.runner import Runner
from centrali_deploy.local.runs import Runs
from centrali_deploy.local.sandbox import Sandbox
from centrali_deploy.local.schedules import Schedules
from centrali_deploy.local.services import SERVICES
from centrali_deploy.local.specification import ANYTHING, told
from centrali_deploy.local.store import Store
from centrali_deploy.wire import DATA_BASES, ORCHESTRATION_BASES, TOKEN_PATHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from centrali_deploy.local.faults import Fault
    from centrali_deploy.local.handling import Handler as KindHandler
    from centrali_deploy.local.invoking import Caller
    from centrali_deploy.local.record_routes import RecordHandler
    from centrali_deploy.local.services import Service

_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def _uuid() -> str:
    text = secrets.token_hex(16)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


class _NoAnswer(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pass


async def _without_answer(_request: Request, _error: Exception) -> Response:
    """What is raised on purpose drops the connection: nothing may be sent before whoever holds it is told."""
    return _NoAnswer()


def _silent(_event: str, _payload: dict[str, Any]) -> None:
    """Nobody listens."""


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
    sandbox: Callable[[], Sandbox] = Sandbox,
    allow_loopback: bool = False,
    emit: Callable[[str, dict[str, Any]], None] = _silent,
) -> Starlette:
    """Make the application over a database file (or `:memory:`). `app.state.accounts` holds an account a workspace.

    `limits` are enforced when given. `envelope` says whether single resources are answered bare or inside `data`, of
    which the published pages show both; `brief`, whether lists leave out whatever they may leave out. Functions run
    when `app.state.runner` is started or drained; `allow_loopback` lets them reach this machine.
    `emit` is told the name and the payload of every record event, in the transaction that makes it true; of what failed,
    in one of its own.
    """
    store = Store(database)
    moved = Clock(store, clock)
    guard = Guard(store, Accounts(store, workspaces), moved, faults, limits or Limits())
    runs = Runs(store, moved, ids)
    providing = Providing(runs, allow_loopback, emit)
    schedules = Schedules(runs, workspaces)

    def due() -> None:
        schedules.fire()
        providing.expire(workspaces)

    runner = Runner(runs, due, sandbox, providing.api)
    parts = _Parts(guard, runs, runner, providing, moved, page_cap, brief)
    handlers: dict[Any, Any] = {404: guard.nowhere, 405: guard.other_method, Exception: _without_answer}
    app = Starlette(routes=list(parts.routes()), exception_handlers=handlers)
    app.state.envelope = envelope
    app.state.accounts = guard.accounts.by_workspace
    app.state.store = store
    app.state.runner = runner
    app.state.providing = providing
    return app


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the routes are made of."""

    guard: Guard
    runs: Runs
    runner: Runner
    providing: Providing
    clock: Clock
    page_cap: int
    brief: bool

    def routes(self) -> Iterator[Route]:
        """Every route; the first that fits is taken."""
        guard = self.guard
        for path in TOKEN_PATHS:
            yield Route(path, guard.guarded(guard.token), methods=["POST"])
        for base in DATA_BASES:
            for path, methods, handler, how in Invoking(self.runs, self.runner).routes():
                yield Route(base + path, guard.asked(handler, how), methods=methods)
            for path, methods, handler in RunRoutes(self.runs).routes():
                yield Route(base + path, guard.asked(handler), methods=methods)
            for path, methods, do in record_routes():
                yield Route(base + path, guard.asked(partial(self._on_records, do), "stepwise"), methods=methods)
            yield Route(f"{base}/files/{{id}}", guard.asked(self.providing.file), methods=["GET"])
            yield Route(base + CLOCK_PATH, guard.asked(self._move), methods=["POST"])
        for service in SERVICES.values():
            yield from self._of_kind(service)
        yield Route(SPECIFICATION_PATH, guard.guarded(told), methods=["GET"])
        yield Route(ANYTHING, guard.guarded(guard.unknown), methods=_ALL)

    def _of_kind(self, service: Service) -> Iterator[Route]:
        for base in DATA_BASES if service.kind.service == "data" else ORCHESTRATION_BASES:
            for segment in (service.kind.path, *service.kind.aliases):
                for path, methods, do in routes(service, f"/{segment}"):
                    yield Route(base + path, self.guard.asked(partial(self._about, service, do)), methods=methods)

    async def _about(self, service: Service, do: KindHandler, caller: Caller, request: Request) -> Response:
        """What answers for a kind, given the resources it is about."""
        store, ids = self.runs.store, self.runs.ids
        return await do(Resources(store, service, caller.workspace, self.clock, ids, self.page_cap, caller.actor, self.brief), request)

    async def _move(self, caller: Caller, request: Request) -> Response:
        """Move the clock; what was scheduled just before counts from before, and what has become due is queued at once."""
        self.runner.look()
        response = await self.clock.move(caller, request)
        self.runner.look()
        return response

    async def _on_records(self, do: RecordHandler, caller: Caller, request: Request) -> Response:
        return await do(self.providing.records(caller.workspace, caller.actor), request)
