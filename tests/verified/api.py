"""The plainest client that scenarios need: it makes things under a prefix of its own, and removes what it made and nothing else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from centrali_deploy.wire import DATA_BASES, ORCHESTRATION_BASES, TOKEN_PATHS, TOKEN_SCOPE, hosts, one

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

CODE = "async function run() { return 1; }"
STRUCTURES, DOMAINS, FUNCTIONS, TRIGGERS, FLOWS = (
    "collections",
    "allowed-domains",
    "compute-functions",
    "function-triggers",
    "orchestrations",
)

KEPT = {STRUCTURES, DOMAINS, FUNCTIONS, TRIGGERS, FLOWS}


class Api:
    """One workspace. `prefix` begins every name that is made."""

    def __init__(
        self, client: httpx.Client, url: str, workspace: str, account: tuple[str, str], prefix: str, wait: Callable[[], object] = bool
    ) -> None:
        """`wait` lets time pass until functions that were set off have run, `later` as many seconds as it is told."""
        self.http = client
        self.wait = wait
        self.later: Callable[[float], object] = time.sleep
        self.prefix = prefix
        self.hosts = hosts(url)
        self.account = account
        self.workspace = workspace
        self._made: list[tuple[str, str]] = []
        self._flows = ""
        client.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def token(self) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": self.account[0], "client_secret": self.account[1], "scope": TOKEN_SCOPE}
        for path in TOKEN_PATHS:
            answer = self.http.post(f"{self.hosts.auth}{path}", data=form)
            if answer.status_code == 200:
                break
        return answer

    def url(self, segment: str, rest: str = "") -> str:
        base = self.flows() if segment == FLOWS else DATA_BASES[0]
        return f"{self.hosts.api}{base.format(workspace=self.workspace)}/{segment}{rest}"

    def flows(self) -> str:
        """The base of orchestrations: of the published ones, the first that is there."""
        for base in () if self._flows else ORCHESTRATION_BASES:
            if self.http.get(f"{self.hosts.api}{base.format(workspace=self.workspace)}/{FLOWS}?limit=1").status_code == 200:
                self._flows = base
                break
        return self._flows or ORCHESTRATION_BASES[0]

    def name(self, text: str = "a") -> str:
        return f"{self.prefix}-{text}"

    def send(self, method: str, segment: str, rest: str = "", **parts: Any) -> httpx.Response:
        """One request. Whatever it makes is remembered."""
        answer = self.http.request(method, self.url(segment, rest), **parts)
        if method == "POST" and not rest and segment in KEPT and answer.status_code < 300:
            self._made.append((segment, str(one(answer.json())["id"])))
        return answer

    def make(self, segment: str, **body: Any) -> dict[str, Any]:
        return one(self.send("POST", segment, json=body).raise_for_status().json())

    def read(self, segment: str, made: dict[str, Any]) -> dict[str, Any]:
        return one(self.send("GET", segment, f"/{made['id']}").raise_for_status().json())

    def change(self, segment: str, made: dict[str, Any], **body: Any) -> httpx.Response:
        """An update, with the verb that is allowed."""
        answers = (self.send(method, segment, f"/{made['id']}", json=body) for method in ("PUT", "PATCH"))
        return next(answer for answer in answers if answer.status_code not in {404, 405, 501})

    def state(self, segment: str, made: dict[str, Any], call: str) -> httpx.Response:
        answers = (self.send(method, segment, f"/{made['id']}/{call}") for method in ("PATCH", "POST"))
        return next(answer for answer in answers if answer.status_code not in {404, 405, 501})

    def listed(self, segment: str) -> list[dict[str, Any]]:
        """Everything of a sort that was made here."""
        found, page = [], 1
        while items := self.send("GET", segment, f"?limit=100&page={page}").raise_for_status().json()["data"]:
            found += items
            page += 1
        made = {id_ for of, id_ in self._made if of == segment}
        return [item for item in found if str(item["id"]) in made]

    def clean(self) -> None:
        """Remove what was made, last things first."""
        for segment, id_ in reversed(self._made):
            hard = "?hard=true" if segment == STRUCTURES else ""
            self.http.delete(self.url(segment, f"/{id_}{hard}"))

    def function(self, text: str = "f", **members: Any) -> dict[str, Any]:
        return self.make(FUNCTIONS, **{"name": self.name(text), "code": CODE, **members})

    def trigger(self, function: dict[str, Any], **members: Any) -> dict[str, Any]:
        body = {"name": self.name("t"), "functionId": function["id"], "executionType": "on-demand", "triggerMetadata": {}, **members}
        return self.make(TRIGGERS, **body)

    def structure(self, **members: Any) -> dict[str, Any]:
        return self.make(STRUCTURES, **{"name": self.name("s"), "recordSlug": self.name("s"), **members})

    def flow(self, *steps: dict[str, Any]) -> dict[str, Any]:
        body = {"slug": self.name("o"), "name": self.name("o"), "trigger": {"type": "on-demand"}}
        return self.make(FLOWS, **body, steps=list(steps) or [{"id": "wait", "type": "delay", "delayMs": 60000}])
