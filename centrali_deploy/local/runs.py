"""Function runs: what is to be run, what is running and what came of it, in one table that is queue and history alike.

A run is queued in the transaction of whatever set it off, so that none is lost; it is picked in the order of its
trigger, and a run that was cut short by the end of the process is picked again. Members as in the vendor's types [S].
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from centrali_deploy.local.moments import written
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.local.store import Row, Store

Source = Literal["trigger", "rerun", "manual", "scheduled", "http-trigger", "orchestration", "endpoint"]
JOB_STATES = {"pending": "queued", "running": "running", "completed": "completed", "failure": "failed", "timeout": "failed"}
"""What a job says while its run is in a status [T]."""
_NOBODYS = "_"
"""Begins the names of members that are never shown."""
_KEPT_FOR_EVER = ("dataStrippedAt", "archiveStorageAddress", "archivedAt")
"""What the platform says of old runs [S]; here they stay as they are."""
_PICK = """
select workspace, id, data from runs where status = 'pending'
  and (trigger is null or trigger not in (select trigger from runs where status = 'running' and trigger is not null))
order by number limit 1
"""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run. `chain`: the triggers that led to it, oldest first. `again`: the run it repeats, and why."""

    function: Row
    source: Source
    actor: str
    execution_params: Any
    trigger_params: Row
    trigger: Row | None = None
    chain: tuple[str, ...] = ()
    code: str | None = None
    again: Row | None = None


class Runs:
    """The runs of every workspace. `clock` gives Unix seconds, `ids` new ids."""

    def __init__(self, store: Store, clock: Callable[[], float], ids: Callable[[], str]) -> None:
        """Nothing is read yet."""
        self.store, self.clock, self.ids = store, clock, ids

    def queued(self, workspace: str, order: Order, *, status: str = "pending") -> Row:
        """Keep a new run. Gives it as it is stored."""
        code = order.code or order.function["code"]
        digest = hashlib.sha256(code.encode()).hexdigest()
        self.store.run("insert or ignore into codes values (?, ?)", [(digest, code)])
        now, again = self.now(), order.again or {}
        trigger = order.trigger or {}
        row = {
            "id": self.ids(),
            "jobId": f"job_{self.ids().replace('-', '')[:24]}",
            "functionId": order.function["id"],
            "workspaceSlug": workspace,
            "status": status,
            "runData": None,
            "startedAt": now if status == "running" else None,
            "endedAt": None,
            "createdBy": order.actor,
            "createdAt": now,
            "updatedAt": now,
            "executionId": self.ids(),
            "triggerId": trigger.get("id"),
            "triggerType": trigger.get("executionType"),
            "orchestrationRunId": None,
            "orchestrationStepId": None,
            "originalRunId": again.get("id"),
            "isRerun": bool(again),
            "rerunCount": 0,
            "rerunBy": order.actor if again else None,
            "rerunReason": again.get("reason"),
            "functionCodeHash": digest,
            "functionVersion": str(order.function.get("version", 1)),
            "executionSource": order.source,
            "errorCode": None,
            "errorMessage": None,
            "logs": [],
            **dict.fromkeys(_KEPT_FOR_EVER),
            "_execution": order.execution_params,
            "_params": order.trigger_params,
            "_chain": list(order.chain),
        }
        values = (workspace, row["id"], row["jobId"], row["functionId"], row["triggerId"], status, json.dumps(row))
        query = "insert into runs (workspace, id, job, function, trigger, status, data) values (?, ?, ?, ?, ?, ?, ?)"
        self.store.run(query, [(*values,)])
        return row

    def picked(self) -> tuple[str, Row] | None:
        """The workspace and the run that is next, now running: the oldest one whose trigger has no other run going on."""
        with self.store.transaction():
            found = self.store.select(_PICK)
            if not found:
                return None
            workspace, _, data = found[0]
            return workspace, self.changed(workspace, json.loads(data), status="running", startedAt=self.now())

    def cut_short(self) -> None:
        """What was running when the process ended is to be run again."""
        for workspace, data in self.store.select("select workspace, data from runs where status = 'running'"):
            self.changed(workspace, json.loads(data), status="pending", startedAt=None)

    def changed(self, workspace: str, row: Row, **members: Any) -> Row:  # noqa: ANN401 -- members of a run
        """Keep a run with some of its members changed, and give it."""
        row = {**row, **members, "updatedAt": self.now()}
        query = "update runs set status = ?, data = ? where workspace = ? and id = ?"
        self.store.run(query, [(row["status"], json.dumps(row), workspace, row["id"])])
        return row

    def code(self, row: Row) -> str:
        """The code a run was queued with."""
        return str(self.store.select("select code from codes where hash = ?", (row["functionCodeHash"],))[0][0])

    def found(self, workspace: str, id_: str) -> Row:
        """One run. Refuses with 404."""
        return self._one(workspace, "id", id_, "Function run not found")

    def of_job(self, workspace: str, job: str) -> Row:
        """The run of a job. Refuses with 404."""
        return self._one(workspace, "job", job, "Job not found")

    def listed(self, workspace: str, where: dict[str, str], offset: int, size: int) -> tuple[list[Row], int]:
        """Runs with these columns (function, trigger, status), most recent first, and how many there are in all."""
        clause = " and ".join(["workspace = ?", *(f"{column} = ?" for column in where)])
        values = (workspace, *where.values())
        ((total,),) = self.store.select(f"select count(*) from runs where {clause}", (*values,))  # noqa: S608 -- our own columns
        query = f"select data from runs where {clause} order by number desc limit ? offset ?"  # noqa: S608 -- our own columns
        return [json.loads(data) for (data,) in self.store.select(query, (*values, size, offset))], total

    def repeats(self, workspace: str, row: Row) -> list[Row]:
        """The reruns of a run, oldest first."""
        query = "select data from runs where workspace = ? and json_extract(data, '$.originalRunId') = ? order by number"
        return [json.loads(data) for (data,) in self.store.select(query, (workspace, row["id"]))]

    def now(self) -> str:
        """The time as the API writes it."""
        return written(self.clock())

    def _one(self, workspace: str, column: str, value: str, otherwise: str) -> Row:
        found = self.store.select(f"select data from runs where workspace = ? and {column} = ?", (workspace, value))  # noqa: S608 -- our own columns
        if not found:
            raise Refused(404, otherwise)
        row: Row = json.loads(found[0][0])
        return row


def shown_run(row: Row) -> Row:
    """A run as the API shows it."""
    return {member: value for member, value in row.items() if not member.startswith(_NOBODYS)}


def job_status(row: Row) -> Row:
    """How far the job of a run is [T]."""
    failed = row["errorMessage"] if JOB_STATES[row["status"]] == "failed" else None
    return {"id": row["jobId"], "state": JOB_STATES[row["status"]], "returnValue": row["runData"], "failedReason": failed}
