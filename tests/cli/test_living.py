"""The example, applied to a served local workspace, reacts: seen with a client that shares no code, and across a kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
ITEM = {"title": "A", "type": "mail", "status": "pending", "createdAt": "2026-01-01T00:00:00Z"}


class Served:
    """A `serve` process that can be killed and started again over the same database, and the plainest client of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        """Start it, and ask for a token."""
        words = [sys.executable, "-m", "centrali_deploy", "serve", "--port", "0", "--db", "w.db", "--workspace", "jobs-dev"]
        self.process = subprocess.Popen(words, cwd=self.folder, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- this project's own command
        assert self.process.stdout
        lines = []
        while (line := self.process.stdout.readline().strip()) != "# ready":
            lines.append(line)
        self.settings = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export"))
        form = {"client_id": self.settings["CENTRALI_CLIENT_ID"], "client_secret": self.settings["CENTRALI_CLIENT_SECRET"]}
        body = urllib.parse.urlencode({"grant_type": "client_credentials", **form}).encode()
        request = urllib.request.Request(f"{self.settings['CENTRALI_URL']}/oidc/token", body)  # noqa: S310 -- loopback
        self.token = json.load(urllib.request.urlopen(request))["access_token"]  # noqa: S310 -- loopback

    def kill(self) -> None:
        """End it without any warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request."""
        url = f"{self.settings['CENTRALI_URL']}/data/workspace/jobs-dev/api/v1/{path}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 -- loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310 -- loopback
            return json.load(answer)

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command line against it."""
        environ = os.environ | self.settings | {"REPORT_KEY": "canary"}
        words = (sys.executable, "-m", "centrali_deploy", *words)
        return subprocess.run(words, cwd=self.folder, env=environ, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 -- this project's own command

    def logs(self, function: str) -> list[str]:
        """What a function wrote into the structure of logs."""
        found = self.ask("GET", f"records/slug/job-logs?data.functionName={function}&pageSize=100&sort=createdAt")
        return [record["data"]["message"] for record in found["data"]]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".centrali"))
    found = Served(tmp_path)
    yield found
    if found.process.poll() is None:
        found.process.terminate()
        assert found.process.wait(timeout=30) == 0
        assert found.process.stdout
        found.process.stdout.close()


def until(there: Callable[[], Any]) -> Any:
    for _ in range(300):
        if found := there():
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def test_the_example_reacts_also_after_it_was_killed_in_the_middle(served: Served) -> None:
    assert served.cli("apply", "--yes").returncode == 0
    served.ask("POST", "records/slug/processed-items", {"data": ITEM})
    until(lambda: served.logs("process-item") == ['Started on "A"', 'Finished "A"'])
    invoked = served.cli("invoke", "generate-report-manual", "--wait")
    assert (invoked.returncode, '"total": 1' in invoked.stdout) == (0, True), invoked.stderr
    reports = len(served.logs("generate-report"))
    served.ask("POST", "local/clock", {"advance": 3600})
    until(lambda: len(served.logs("generate-report")) == reports + 1)

    for number in range(5):  # killed while these are being worked off
        served.ask("POST", "records/slug/processed-items", {"data": {**ITEM, "title": f"B{number}"}})
    served.kill()
    served.start()
    finished = {f'Finished "B{number}"' for number in range(5)}
    until(lambda: finished <= set(served.logs("process-item")))
    served.ask("POST", "local/clock", {"advance": 3600})
    until(lambda: len(served.logs("generate-report")) == reports + 2)
    statuses = {run["status"] for run in served.ask("GET", "function-runs?limit=100")["data"]}
    assert statuses == {"completed"}
    assert "canary" not in served.cli("runs", "list", "-o", "json").stdout
