"""Functions that run in a workspace: triggers invoked, runs listed, followed and repeated, code tried without saving it.

Routes that no page shows stand in `wire.py` [I]; what is answered is read liberally, as it is everywhere.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from centrali_deploy.address import Address
from centrali_deploy.errors import RemoteError, UsageProblem
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote.listing import WHOSE
from centrali_deploy.states import near_name
from centrali_deploy.wire import EXECUTE_CALLS, RUNS_PATH, TEST_PATH, one, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from centrali_deploy.remote.client import Client

ENDED = ("completed", "failure", "timeout")
"""What a run is when it is over [S]."""

_REFUSED = (400, 409)
_ANOTHER = "Name one that is on-demand, or try its function: centrali-deploy test."


@dataclass(frozen=True, slots=True)
class FunctionRuns:
    """The runs of one workspace."""

    client: Client

    def invoke(self, trigger: Address, payload: Any) -> tuple[str, str]:  # noqa: ANN401 -- any JSON value
        """Invoke an on-demand trigger; gives its id and the id of the job [S]. Raises UsageProblem when it is none."""
        id_ = self.id_of(trigger)
        path = f"{KINDS['trigger'].path}/{quote(id_, safe='')}/{EXECUTE_CALLS[0]}"
        with self._invocable(trigger):
            answer = self.client.request("POST", path, json={} if payload is None else {"payload": payload})
        job = _job(answer)
        if job is None:
            raise RemoteError(f"POST /{path}: the answer names no job.", WHOSE, method="POST", path=f"/{path}")
        return id_, job

    @contextmanager
    def _invocable(self, trigger: Address) -> Iterator[None]:
        """Whether a trigger of another sort, or one that is paused, can be invoked is for the API to say; why it refused, for us."""
        try:
            yield
        except RemoteError as refused:
            live = self.client.find(KINDS["trigger"], trigger.name) if refused.status in _REFUSED else None
            sort = (live or {}).get("executionType")
            if live is not None and sort != "on-demand":
                raise UsageProblem(f"{trigger} is {sort}: only on-demand triggers can be invoked.", _ANOTHER) from refused
            if live is not None and live.get("enabled") is False:
                raise UsageProblem(f"{trigger} is paused.", "Resume it, or declare it without enabled: false, and apply.") from refused
            raise

    def of(self, address: Address, query: Mapping[str, str | int]) -> list[dict[str, Any]]:
        """The runs of a trigger or of a function, most recent first."""
        return self.listed(f"/{address.kind}/{quote(self.id_of(address), safe='')}", query)

    def listed(self, where: str, query: Mapping[str, str | int]) -> list[dict[str, Any]]:
        """One page of runs."""
        path = f"{RUNS_PATH}{where}"
        try:
            return page(self.client.request("GET", path, query=dict(query))).items
        except ValueError as error:
            raise RemoteError(f"GET /{path}: {error}.", WHOSE, method="GET", path=f"/{path}") from error

    def of_job(self, trigger_id: str, job: str) -> dict[str, Any] | None:
        """The run of a job, once it is there: among the latest of its trigger, because that route is known [S]."""
        runs = self.listed(f"/trigger/{quote(trigger_id, safe='')}", {"limit": 20})
        return next((run for run in runs if run.get("jobId") == job), None)

    def show(self, id_: str) -> dict[str, Any]:
        """One run by its id. Raises UsageProblem when there is none."""
        with _there(id_):
            return one(self.client.request("GET", f"{RUNS_PATH}/{quote(id_, safe='')}"))

    def rerun(self, id_: str, asked: Mapping[str, Any]) -> str:
        """Run again; gives the id of the job [D]. Raises UsageProblem when there is no such run."""
        path = f"{RUNS_PATH}/{quote(id_, safe='')}/rerun"
        with _there(id_):
            return _job(self.client.request("POST", path, json=dict(asked))) or ""

    def tried(self, code: str, params: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
        """Run code without saving it; `output`, and `error` when it failed [S]."""
        return one(self.client.request("POST", TEST_PATH, json={"code": code, "params": params}))

    def id_of(self, address: Address) -> str:
        """The id of a live resource. Raises UsageProblem when there is none of this name."""
        kind = KINDS[address.kind]
        found = self.client.find(kind, address.name)
        if found is None:
            live = [Address(kind.name, str(item.get(kind.identity))) for item in self.client.items(kind)]
            known = f"There are: {', '.join(each.name for each in live[:10])}." if live else f"There are no {kind.section} at all."
            raise UsageProblem(f"{address} is not in the workspace.", near_name(address, live) or known)
        return str(found["id"])


@contextmanager
def _there(id_: str) -> Iterator[None]:
    """What asks for a run that is not there names the wrong one."""
    try:
        yield
    except RemoteError as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            raise UsageProblem(f"There is no run {id_} in the workspace.", "Look at centrali-deploy runs list.") from refused
        raise


def _job(answer: Any) -> str | None:  # noqa: ANN401 -- any JSON value
    """A job's id, bare or under one of the names that were seen [S, T, I]."""
    while isinstance(answer, dict):
        answer = answer.get("jobId", answer.get("data"))
    return answer if isinstance(answer, str) and answer else None
