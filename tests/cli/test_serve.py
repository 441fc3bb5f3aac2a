"""`serve`: lines a shell can read, one at a time on a port, and a reason when it cannot run."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVE = [sys.executable, "-m", "centrali_deploy", "serve", "--port"]


def test_a_shell_reads_its_lines_and_the_second_one_on_the_port_is_refused(project: Path) -> None:
    words = [*SERVE, "0", "--db", "w.db", "--workspace", "acme", "--workspace", "other"]
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- ours
        assert process.stdout is not None
        lines = list(iter(process.stdout.readline, "# ready\n"))
        assert [line for line in lines if line.startswith("#")] == ["# workspace acme\n", "# workspace other\n"]
        settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines[:5] if line.startswith("export "))
        assert settings["CENTRALI_WORKSPACE"] == "acme"
        port = settings["CENTRALI_URL"].removeprefix("http://127.0.0.1:")
        second = subprocess.run([*SERVE, port], cwd=project, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 -- ours
        assert (second.returncode, second.stdout) == (3, "")
        said = f"Error: Port {port} cannot be used: Address already in use.\n  Give another one with --port, or 0 for any free one.\n"
        assert second.stderr == said
        form = {
            "grant_type": "client_credentials",
            "client_id": settings["CENTRALI_CLIENT_ID"],
            "client_secret": settings["CENTRALI_CLIENT_SECRET"],
        }
        assert httpx.post(f"{settings['CENTRALI_URL']}/oidc/token", data=form).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in {0, 130}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of answering requests, what would answer them is noted."""
    found: list[str] = []

    def serve(app: Any, listening: Any) -> None:
        found.extend(app.state.accounts)
        app.state.store.close()
        listening.close()

    monkeypatch.setattr("centrali_deploy.local.serving.serve", serve)
    return found


@pytest.mark.parametrize(("words", "workspaces"), [((), ["local"]), (("--workspace", "a", "--workspace", "b"), ["a", "b"])])
def test_it_has_the_workspaces_it_is_given_or_one(
    words: tuple[str, ...], workspaces: list[str], centrali: Callable[..., Any], answers: list[str]
) -> None:
    found = centrali("serve", "--port", "0", *words)
    assert (found.code, answers) == (0, workspaces)
    assert [line for line in found.out.splitlines() if line.startswith("#")] == [*(f"# workspace {name}" for name in workspaces), "# ready"]


def test_accounts_stay_the_same_from_one_time_to_the_next(centrali: Callable[..., Any], answers: list[str]) -> None:
    first, again = ([line for line in centrali("serve", "--port", "0").out.splitlines() if "CLIENT" in line] for _ in range(2))
    assert first == again
    assert answers == ["local", "local"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--workspace", "No Slug"), '"No Slug" is not a workspace.'),
        (("--db", "."), ". cannot hold a local workspace"),
        (("--port", "70000"), "Invalid value for '--port'"),
    ],
)
def test_what_cannot_be_served_is_refused_before_anything_is_said(
    words: tuple[str, ...], said: str, centrali: Callable[..., Any], answers: list[str]
) -> None:
    found = centrali("serve", "--port", "0", *words)
    assert (found.code, found.out, answers, said in found.err) == (3, "", [], True)


def test_without_the_extra_it_says_what_to_install(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    missing: Any = None
    monkeypatch.setitem(sys.modules, "centrali_deploy.local.serving", missing)
    found = centrali("serve")
    assert (found.code, "pip install 'centrali-deploy[local]'" in found.err) == (3, True)
