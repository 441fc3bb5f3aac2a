"""The example over a port, edited member by member, with a second client that shares no code to check what the first one did."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parents[2] / "examples"
DATA = "data/workspace/jobs-dev/api/v1"
FLOW = "orchestration/ws/jobs-dev/api/v1"


class Curl:
    """The plainest of clients."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._url = settings["CENTRALI_URL"]
        form = {"grant_type": "client_credentials", "scope": "openid"}
        form |= {"client_id": settings["CENTRALI_CLIENT_ID"], "client_secret": settings["CENTRALI_CLIENT_SECRET"]}
        with urlopen(f"{self._url}/oidc/token", urlencode(form).encode()) as answer:  # noqa: S310 -- loopback
            self._token = json.load(answer)["access_token"]

    def get(self, path: str) -> Any:
        request = Request(f"{self._url}/{path}", headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 -- loopback
        with urlopen(request) as answer:  # noqa: S310 -- loopback
            return json.load(answer)

    def named(self, path: str, member: str, name: str) -> Any:
        (found,) = [item for item in self.get(f"{path}?limit=100")["data"] if item[member] == name]
        return self.get(f"{path}/{found['id']}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES, tmp_path / "project", ignore=shutil.ignore_patterns(".centrali")))


@pytest.fixture
def settings(project: Path) -> Iterator[dict[str, str]]:
    words = [sys.executable, "-m", "centrali_deploy", "serve", "--port", "0", "--db", "w.db", "--workspace", "jobs-dev"]
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- this project's own command
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "# ready\n")
        yield dict(line.removeprefix("export ").strip().split("=", 1) for line in lines if line.startswith("export "))
        process.send_signal(signal.SIGTERM)


EDITS = [
    pytest.param("functions/process-item.js", "completed", "done", "function/process-item", ["code"], id="code"),
    pytest.param(
        "workspace.yaml",
        "{name: priority, type: string}",
        "{name: priority, type: string, maxLength: 9}",
        "structure/processed-items",
        ["properties[priority].maxLength"],
        id="property",
    ),
    pytest.param(
        "workspace.yaml",
        '"0 2 * * *"',
        '"30 3 * * *"',
        "trigger/cleanup-old-logs-daily",
        ["triggerMetadata.cronExpression"],
        id="cron expression",
    ),
    pytest.param(
        "workspace.yaml", "delayMs: 60000", "delayMs: 90000", "orchestration/item-follow-up", ["steps[wait].delayMs"], id="delay step"
    ),
    pytest.param(
        "workspace.yaml",
        "name: Clean up\n",
        "name: Sweep\n",
        "orchestration/item-follow-up",
        ["steps[clean].name"],
        id="compute step",
    ),
    pytest.param(
        "workspace.yaml",
        "executionType: event-driven\n",
        "executionType: event-driven\n    enabled: false\n",
        "trigger/process-item-on-create",
        ["enabled"],
        id="enabled",
    ),
]
SEEN: dict[str, tuple[str, str, str, Any]] = {
    "function/process-item": (f"{DATA}/compute-functions", "name", "process-item", lambda seen: "'done'" in seen["code"]),
    "structure/processed-items": (
        f"{DATA}/structures",
        "recordSlug",
        "processed-items",
        lambda seen: seen["properties"][3]["maxLength"] == 9,
    ),
    "trigger/cleanup-old-logs-daily": (
        f"{DATA}/function-triggers",
        "name",
        "cleanup-old-logs-daily",
        lambda seen: seen["triggerMetadata"]["cronExpression"] == "30 3 * * *",
    ),
    "trigger/process-item-on-create": (
        f"{DATA}/function-triggers",
        "name",
        "process-item-on-create",
        lambda seen: seen["enabled"] is False,
    ),
    "orchestration/item-follow-up": (
        f"{FLOW}/orchestrations",
        "slug",
        "item-follow-up",
        lambda seen: {seen["steps"][2]["delayMs"], seen["steps"][3]["name"]} in ({90000, "Clean up"}, {60000, "Sweep"}),
    ),
}


def answered(*words: str, project: Path, **environ: str) -> dict[str, Any]:
    run = subprocess.run(  # noqa: S603 -- this project's own command
        [sys.executable, "-m", "centrali_deploy", *words, "-o", "json"],
        cwd=project,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    assert found["exitCode"] == run.returncode
    return found


@pytest.mark.parametrize(("file", "before", "after", "address", "fields"), EDITS)
def test_an_edit_is_exactly_one_update_seen_by_others_and_then_nothing(
    file: str, before: str, after: str, address: str, fields: list[str], project: Path, settings: dict[str, str]
) -> None:
    environ = {**settings, "REPORT_KEY": "canary"}
    assert answered("apply", "--yes", project=project, **environ)["exitCode"] == 0
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    applied = answered("apply", "--yes", project=project, **environ)
    found = [(c["address"], c["action"], [f["path"] for f in c["fields"]]) for c in applied["plan"]["changes"] if c["action"] != "no-op"]
    assert found == [(address, "update", fields)]
    assert [outcome["status"] for outcome in applied["outcomes"]] == ["applied"]
    place, member, name, holds = SEEN[address]
    assert holds(Curl(settings).named(place, member, name))
    assert answered("plan", "--detailed-exitcode", project=project, **environ)["exitCode"] == 0
