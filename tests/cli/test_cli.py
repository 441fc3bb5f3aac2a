"""The real program in real processes: exit codes, both outputs, and a second client over a port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic_core import SchemaError

from centrali_deploy.cli import main as command_line
from centrali_deploy.cli import run
from centrali_deploy.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTIONS = "version: 1\nworkspace: acme-dev\nfunctions:\n  f: {code: 'async function run() {}', timeoutMs: 1000}\n"


def centrali(*words: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CENTRALI_")}
    return subprocess.run(  # noqa: S603 -- this project's own command
        [sys.executable, "-m", "centrali_deploy", *words],
        cwd=cwd,
        env=clean | environ,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "workspace.yaml").write_text(FUNCTIONS, encoding="utf-8")
    return tmp_path


def test_apply_then_plan_is_empty_and_applying_twice_changes_nothing(project: Path) -> None:
    assert centrali("plan", "--local", "--detailed-exitcode", cwd=project).returncode == 2
    applied = centrali("apply", "--local", "--yes", cwd=project)
    assert applied.returncode == 0, applied.stderr
    assert "1 applied" in applied.stdout
    planned = centrali("plan", "--local", "--detailed-exitcode", "workspace.yaml", cwd=project)
    assert planned.returncode == 0
    assert "No changes. 1 unchanged." in planned.stdout
    assert "No changes" in centrali("apply", "--local", cwd=project).stdout
    assert oct((project / ".centrali" / "local.db").stat().st_mode)[-3:] == "600"
    assert (project / ".centrali" / ".gitignore").read_text() == "*\n"


def test_help_is_the_same_with_and_without_the_command_line_loaded(project: Path) -> None:
    asked, told = centrali("--help", cwd=project), centrali(cwd=project)
    assert (asked.returncode, asked.stderr, told.returncode, told.stdout) == (0, "", 3, "")
    assert asked.stdout == told.stderr
    assert "centrali-deploy plan" in asked.stdout


def test_without_approval_nothing_is_written_and_the_plan_is_shown(project: Path) -> None:
    found = centrali("apply", "--local", cwd=project)
    assert found.returncode == 9
    assert "+ function/f" in found.stdout
    assert "--yes" in found.stderr


def test_a_change_of_code_is_one_unified_diff(project: Path) -> None:
    centrali("apply", "--local", "--yes", cwd=project)
    (project / "workspace.yaml").write_text(FUNCTIONS.replace("{}'", "{ return 1; }'"), encoding="utf-8")
    found = centrali("plan", "--local", cwd=project)
    assert "-async function run() {}" in found.stdout
    assert "+async function run() { return 1; }" in found.stdout
    assert "Plan: 1 to update; 0 unchanged." in found.stdout


def test_json_is_one_document_on_success_and_on_failure(project: Path) -> None:
    found = json.loads(centrali("apply", "--local", "--yes", "-o", "json", cwd=project).stdout)
    assert (found["exitCode"], found["plan"]["summary"]["create"], found["outcomes"][0]["status"]) == (0, 1, "applied")
    (project / "workspace.yaml").write_text("version: 1\nfunctions:\n  f: {cod: x}\n", encoding="utf-8")
    failed = centrali("plan", "--local", "-o", "json", cwd=project)
    answer = json.loads(failed.stdout)
    assert failed.returncode == answer["exitCode"] == 3
    assert {problem["line"] for problem in answer["error"]["problems"]} == {3}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["plan", "--nonsense"], 3, "No such option"),
        (["nonsense"], 3, "There is no command"),
        (["plan", "gone.yaml"], 3, "no such file"),
        (["plan"], 3, "CENTRALI_CLIENT_ID"),
        (["plan", "--workspace", "No Slug", "--local"], 3, "is not a workspace"),
        (["plan", "--url", "http://127.0.0.1:1"], 10, "No connection"),
    ],
)
def test_what_cannot_be_done_has_a_code_and_a_way_out(words: list[str], code: int, said: str, project: Path) -> None:
    environ: dict[str, Any] = {"CENTRALI_TOKEN": "canary"} if "--url" in words else {}
    found = centrali(*words, cwd=project, **environ)
    assert found.returncode == code, found.stderr
    assert said in found.stderr
    assert "canary" not in found.stdout + found.stderr


def test_colour_only_where_it_is_wanted(project: Path) -> None:
    assert "\033" not in centrali("plan", "--local", cwd=project).stdout
    assert "\033" in centrali("plan", "--local", cwd=project, FORCE_COLOR="1").stdout
    assert "\033" not in centrali("plan", "--local", cwd=project, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_secret_is_in_no_output_and_must_be_set_only_to_write_it(project: Path) -> None:
    trigger = "triggers:\n  t:\n    function: f\n    executionType: on-demand\n    triggerMetadata:\n"
    params = '      params: {key: {value: "${env:KEY}", encrypt: true}}\n'
    (project / "workspace.yaml").write_text(FUNCTIONS + trigger + params, encoding="utf-8")
    unset = centrali("apply", "--local", "--yes", cwd=project)
    assert (unset.returncode, "KEY is not set" in unset.stderr) == (3, True)
    runs = [
        centrali(*words, "--local", "-v", "--debug", cwd=project, KEY="canary-77")
        for words in (["plan"], ["apply", "--yes"], ["apply", "--yes", "--resend-secrets"], ["plan", "-o", "json"])
    ]
    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert "canary-77" not in "".join(run.stdout + run.stderr for run in runs)
    assert centrali("plan", "--local", "--detailed-exitcode", cwd=project).returncode == 0


INTERRUPTING = """
import os, signal, sys

class Loading:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Loading())
sys.argv = ["centrali-deploy", "validate"]
from centrali_deploy.__main__ import main
main()
"""


@pytest.mark.parametrize("name", ["click", "centrali_deploy.cli.terminal", "centrali_deploy.cli.validate"])
def test_an_interruption_while_the_program_loads_is_told_in_one_line(name: str, project: Path) -> None:
    code = INTERRUPTING.format(name=name)
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)  # noqa: S603 -- ours
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nError: Interrupted.\n")


def test_an_interruption_that_pydantic_makes_an_error_of_is_one_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def built(**_: object) -> None:
        raise SchemaError('Error building "literal" validator:\n  KeyboardInterrupt: ')

    monkeypatch.setattr(command_line, "main", built)
    assert run(["validate"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.strip() == "Error: Interrupted."


@pytest.fixture
def served(project: Path) -> Iterator[dict[str, str]]:
    words = [sys.executable, "-m", "centrali_deploy", "serve", "--port", "0", "--db", "w.db", "--workspace", "acme-dev", "--workspace", "b"]
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- this project's own command
        assert process.stdout is not None
        found: dict[str, str] = {}
        for line in process.stdout:
            if line == "# ready\n":
                break
            name, _, value = line.removeprefix("export ").strip().partition("=")
            found.setdefault(name, value)
        yield found
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) in {0, -signal.SIGTERM}


def test_a_second_client_over_the_port_sees_and_makes_what_the_first_one_should_see(project: Path, served: dict[str, str]) -> None:
    applied = centrali("apply", "--yes", cwd=project, **served)
    assert applied.returncode == 0, applied.stderr
    form = {
        "grant_type": "client_credentials",
        "client_id": served["CENTRALI_CLIENT_ID"],
        "client_secret": served["CENTRALI_CLIENT_SECRET"],
    }
    with httpx.Client(base_url=served["CENTRALI_URL"]) as other:
        token = other.post("/oauth/token", data=form).json()["access_token"]
        other.headers["Authorization"] = f"Bearer {token}"
        base = "/workspace/acme-dev/api/v1/compute-functions"
        (item,) = other.get(base).json()["data"]
        assert (item["name"], item["timeoutMs"]) == ("f", 1000)
        other.put(f"{base}/{item['id']}", json={"timeoutMs": 2000})
        assert other.get(base.replace("acme-dev", "b")).status_code == 403
    planned = centrali("plan", cwd=project, **served)
    assert "timeoutMs: 2000 -> 1000" in planned.stdout
    assert "Plan: 1 to update" in planned.stdout
