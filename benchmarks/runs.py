"""Functions run in a second by a `serve` process, from the request that sets them off to the end of the last run.

Unlike the figure of the sandbox alone, this holds what a workspace adds: requests over HTTP, events, the queue, and the run
that is kept. Several triggers, first without a history, then with thousands of earlier runs.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from records import BASE, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRIGGERS, RUNS, FEWER = 5, 5_000, 1_500
TRIVIAL = "async function run() { return 1 }"
WRITING = "async function run() { await api.updateRecord(executionParams.recordId, {seen: true}) }"


@dataclass(frozen=True)
class Served:
    """A workspace that is served, over one connection that is kept."""

    connection: http.client.HTTPConnection
    headers: dict[str, str]

    def send(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 -- JSON
        """What is answered; anything but success ends the measurement."""
        self.connection.request(method, BASE + path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, text  # noqa: S101, PLR2004 -- a figure of failures would be none
        return json.loads(text)

    def ended(self, triggers: list[str], runs: int) -> None:
        """Wait until each of these triggers has so many runs and the last is completed; they run in order, so that all are.

        This asks the cheapest question there is: counting runs by their status would take from what is measured.
        """
        for trigger in triggers:
            while not self._ended(trigger, runs):
                time.sleep(0.1)

    def _ended(self, trigger: str, runs: int) -> bool:
        last = self.send("GET", f"/function-runs/trigger/{trigger}?limit=1")
        return bool(last["meta"]["total"] == runs and last["data"][0]["status"] == "completed")

    def failed(self) -> int:
        """How many runs failed."""
        return int(self.send("GET", "/function-runs?limit=1&status=failure")["meta"]["total"])

    def function(self, name: str, code: str) -> str:
        """The id of a new function."""
        return str(self.send("POST", "/compute-functions", {"name": name, "code": code})["id"])

    def triggers(self, name: str, **members: object) -> list[str]:
        """The ids of new triggers."""
        bodies = [{"name": f"{name}-{number}", **members} for number in range(TRIGGERS)]
        return [str(self.send("POST", "/function-triggers", body)["id"]) for body in bodies]

    def listening(self, slug: str, code: str) -> list[str]:
        """A structure, and the ids of triggers that run a function for each of its records that is created."""
        self.send("POST", "/collections", {"name": slug, "recordSlug": slug, "schemaDiscoveryMode": "schemaless"})
        metadata = {"event": "record_created", "recordSlug": slug}
        return self.triggers(slug, functionId=self.function(slug, code), executionType="event-driven", triggerMetadata=metadata)


def connected(connection: http.client.HTTPConnection, shell: dict[str, str]) -> Served:
    """With a token."""
    form = {"grant_type": "client_credentials", "client_id": shell["CENTRALI_CLIENT_ID"], "client_secret": shell["CENTRALI_CLIENT_SECRET"]}
    connection.request("POST", "/oidc/token", urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
    token = json.loads(connection.getresponse().read())["access_token"]
    return Served(connection, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})


def measured(served: Served) -> Iterator[str]:
    """A line for each way to set functions off, each with more history than the one before."""
    history = 0

    def rate(name: str, triggers: list[str], before: int, runs: int, cause: Callable[[], object]) -> str:
        nonlocal history
        start = time.perf_counter()
        cause()
        served.ended(triggers, (before + runs) // TRIGGERS)
        found = runs / (time.perf_counter() - start)
        assert not served.failed(), "a run failed"  # noqa: S101 -- a figure of failures would be none
        history += runs
        return f"  {name:<38} {found:5,.0f} runs/s   {history - runs:6,} earlier runs"

    def created(slug: str, runs: int) -> Callable[[], object]:
        return lambda: served.send(
            "POST", "/records/batch", {"recordSlug": slug, "records": [{"title": str(n)} for n in range(runs // TRIGGERS)]}
        )

    def invoked(triggers: list[str]) -> None:
        for n in range(FEWER):
            served.send("POST", f"/function-triggers/{triggers[n % TRIGGERS]}/execute", {"payload": {"n": n}})

    listening = served.listening("trivial", TRIVIAL)
    yield rate("events, trivial function", listening, 0, RUNS, created("trivial", RUNS))
    yield rate("the same", listening, RUNS, RUNS, created("trivial", RUNS))
    listening = served.listening("writing", WRITING)
    yield rate("events, function that updates a record", listening, 0, FEWER, created("writing", FEWER))
    function = served.function("invoked", TRIVIAL)
    triggers = served.triggers("invoked", functionId=function, executionType="on-demand", triggerMetadata={})
    yield rate("invoked one by one, trivial function", triggers, 0, FEWER, lambda: invoked(triggers))


def main() -> None:
    """Serve, measure, print."""
    print(f"functions run by serve, {TRIGGERS} triggers, from the request to the end of the last run:")
    with tempfile.TemporaryDirectory() as folder:
        words = ["-m", "centrali_deploy", "serve", "--port", "0", "--db", str(Path(folder) / "w.db"), "--workspace", "bench"]
        with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as serving:
            assert serving.stdout  # noqa: S101 -- it is a pipe
            shell = settings(iter(serving.stdout))
            try:
                with closing(http.client.HTTPConnection(urlsplit(shell["CENTRALI_URL"]).netloc)) as connection:
                    for line in measured(connected(connection, shell)):
                        print(line, flush=True)
            finally:
                serving.terminate()


if __name__ == "__main__":
    main()
