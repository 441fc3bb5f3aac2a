"""What a function of a workspace is given: its records, the way out to allowed domains, and a place for files."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from centrali_deploy.local.events import Events
from centrali_deploy.local.fetching import fetch
from centrali_deploy.local.function_api import FunctionApi
from centrali_deploy.local.outgoing import Outgoing
from centrali_deploy.local.records import Records
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from centrali_deploy.local.invoking import Caller
    from centrali_deploy.local.runs import Runs

_FILE = "file"
_EXPIRY = "expiry"
"""Who deletes expired records."""


@dataclass(frozen=True, slots=True)
class Providing:
    """Provides for the workspaces of one database. `allow_loopback`: functions may reach this machine.

    `emit` is told the name and the payload of every record event, in the transaction that makes it true.
    """

    runs: Runs
    allow_loopback: bool
    emit: Callable[[str, dict[str, Any]], None]

    def api(self, workspace: str, chain: tuple[str, ...], actor: str) -> FunctionApi:
        """What carries out the members of `api` for a function that was set off by these triggers."""

        def domains() -> list[str]:
            return [row["domain"] for row in self.runs.store.all(workspace, "allowed-domain")]

        def keep(name: str, kind: str, content: bytes) -> dict[str, Any]:
            return self._kept(workspace, actor, {"name": name, "contentType": kind, "size": len(content)}, content)

        return FunctionApi(self.records(workspace, actor, chain), Outgoing(fetch, domains, self.allow_loopback), keep)

    def records(self, workspace: str, actor: str, chain: tuple[str, ...] = ()) -> Records:
        """The records of a workspace, whose events set off triggers."""
        events = Events(self.runs, workspace, actor, chain)

        def emit(event: str, payload: dict[str, Any]) -> None:
            events.emit(event, payload)
            self.emit(event, payload)

        return Records(self.runs.store, workspace, self.runs.clock, self.runs.ids, actor, emit)

    def expire(self, workspaces: Iterable[str]) -> None:
        """Delete the records whose time is over, which sets off triggers, too [D]."""
        for workspace in workspaces:
            self.records(workspace, _EXPIRY).expire()

    async def file(self, caller: Caller, request: Request) -> Response:
        """A file that a function stored [I]; `?download` gives its content."""
        row = self.runs.store.get(caller.workspace, _FILE, request.path_params["id"])
        if row is None:
            raise Refused(404, "File not found")
        if "download" in request.query_params:
            return Response(base64.b64decode(row["content"]), media_type=row["contentType"])
        return JSONResponse({member: value for member, value in row.items() if member != "content"})

    def _kept(self, workspace: str, actor: str, about: dict[str, Any], content: bytes) -> dict[str, Any]:
        id_ = self.runs.ids()
        row = {"id": id_, **about, "url": f"/files/{id_}?download", "createdBy": actor, "createdAt": self.runs.now()}
        with self.runs.store.part():
            self.runs.store.add(workspace, _FILE, about["name"], {**row, "content": base64.b64encode(content).decode()})
        return row
