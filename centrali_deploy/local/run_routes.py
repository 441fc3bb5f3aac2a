"""The routes of function runs: one, those of a trigger or a function, how far a job is, and running one again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from centrali_deploy.local.handling import body_of
from centrali_deploy.local.refusing import Refused
from centrali_deploy.local.resources import positive
from centrali_deploy.local.runs import Order, job_status, shown_run
from centrali_deploy.wire import JOB_PATHS, RUN_STATUSES, RUNS_PATH, list_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from centrali_deploy.local.invoking import Caller, Handler
    from centrali_deploy.local.runs import Runs
    from centrali_deploy.local.store import Row

_PAGE, _MOST = 20, 100
"""Runs in a page, unless asked for otherwise, and at most [T]."""


@dataclass(frozen=True, slots=True)
class RunRoutes:
    """Answers what is asked about runs."""

    runs: Runs

    def routes(self) -> Iterator[tuple[str, list[str], Handler]]:
        """Every route below a base: its path, its methods, and what answers. The first that fits is taken."""
        yield f"/{RUNS_PATH}", ["GET"], self.listed
        yield f"/{RUNS_PATH}/trigger/{{trigger}}", ["GET"], self.listed
        yield f"/{RUNS_PATH}/function/{{function}}", ["GET"], self.listed
        for path in JOB_PATHS:
            yield f"/{path}", ["GET"], self.job
        yield f"/{RUNS_PATH}/{{id}}", ["GET"], self.one
        yield f"/{RUNS_PATH}/{{id}}/rerun", ["POST"], self.rerun
        yield f"/{RUNS_PATH}/{{id}}/rerun-history", ["GET"], self.history

    async def one(self, caller: Caller, request: Request) -> Response:
        """A run by its id [S]."""
        return JSONResponse(shown_run(self.runs.found(caller.workspace, request.path_params["id"])))

    async def listed(self, caller: Caller, request: Request) -> Response:
        """Runs, most recent first: all of them, those of a function, or those of a trigger [S]."""
        where: dict[str, str] = {name: request.path_params[name] for name in ("function", "trigger") if name in request.path_params}
        query = request.query_params
        if status := query.get("status"):
            if status not in RUN_STATUSES:
                raise Refused(400, "status is unknown", [("status", f"must be one of {', '.join(RUN_STATUSES)}")])
            where["status"] = status
        number, size = positive(query.get("page"), 1), min(positive(query.get("limit"), _PAGE), _MOST)
        rows, total = self.runs.listed(caller.workspace, where, (number - 1) * size, size)
        return JSONResponse(list_body([shown_run(row) for row in rows], number, size, total))

    async def job(self, caller: Caller, request: Request) -> Response:
        """How far a job is [T]."""
        return JSONResponse(job_status(self.runs.of_job(caller.workspace, request.path_params["job"])))

    async def rerun(self, caller: Caller, request: Request) -> Response:
        """Queue a run again, with its own code unless `useLatestCode` says otherwise; `overrideParams` come last [D]."""
        run = self.runs.found(caller.workspace, request.path_params["id"])
        asked = await body_of(request) if await request.body() else {}
        function = self.runs.store.get(caller.workspace, "function", run["functionId"])
        if function is None:
            raise Refused(404, "Function not found")
        given, override = run["_execution"], asked.get("overrideParams") or {}
        if not isinstance(override, dict):
            raise Refused(400, "overrideParams must be an object", [("overrideParams", "must be an object")])
        trigger = self.runs.store.get(caller.workspace, "trigger", str(run["triggerId"]))
        order = Order(
            function,
            "rerun",
            caller.actor,
            {**given, **override} if isinstance(given, dict) else override or given,
            run["_params"],
            trigger,
            tuple(run["_chain"]),
            None if asked.get("useLatestCode") is True else self.runs.code(run),
            {"id": run["originalRunId"] or run["id"], "reason": asked.get("reason")},
        )
        queued = self.runs.queued(caller.workspace, order)
        self._count(caller.workspace, queued["originalRunId"])
        said = f"Re-run successfully queued. Original run {queued['originalRunId']} has been re-executed."
        return JSONResponse({"jobId": queued["jobId"], "message": said})

    async def history(self, caller: Caller, request: Request) -> Response:
        """The reruns of a run [D]."""
        run = self.runs.found(caller.workspace, request.path_params["id"])
        again: list[Any] = [shown_run(each) for each in self.runs.repeats(caller.workspace, run)]
        return JSONResponse({"originalRunId": run["id"], "rerunCount": len(again), "reruns": again})

    def _count(self, workspace: str, original: str) -> None:
        row: Row = self.runs.found(workspace, original)
        self.runs.changed(workspace, row, rerunCount=row["rerunCount"] + 1)
