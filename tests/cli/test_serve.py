"""`serve`: lines a shell can read, one at a time on a port and on a database, requests that fail on purpose, a clean end."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from centrali_deploy.local.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SERVE = [sys.executable, "-m", "centrali_deploy", "serve", "--port"]
DATA = "/data/workspace/acme/api/v1"


class Served(NamedTuple):
    """A workspace `acme` on a port: its process, what it said, and a client that is let in."""

    process: subprocess.Popen[str]
    settings: dict[str, str]
    token: str

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.settings["CENTRALI_URL"], headers={"Authorization": f"Bearer {self.token}"}, timeout=60)


@contextmanager
def served(folder: Path, *words: str) -> Iterator[Served]:
    words = (*SERVE, "0", "--db", "w.db", "--workspace", "acme", *words)
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 -- ours
        try:
            assert process.stdout is not None
            lines = list(iter(process.stdout.readline, "# ready\n"))
            settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines if line.startswith("export "))
            form = {
                "grant_type": "client_credentials",
                "client_id": settings["CENTRALI_CLIENT_ID"],
                "client_secret": settings["CENTRALI_CLIENT_SECRET"],
            }
            yield Served(process, settings, httpx.post(f"{settings['CENTRALI_URL']}/oidc/token", data=form).json()["access_token"])
        finally:
            process.kill()


def ended(found: Served, number: int = signal.SIGTERM) -> tuple[int, str]:
    """The exit code and standard error of a process that is told to stop."""
    found.process.send_signal(number)
    _, said = found.process.communicate(timeout=60)
    return found.process.returncode, said


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
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_what_is_running_and_leaves_with_0(number: int, project: Path) -> None:
    project.joinpath("faults.yaml").write_text("- {method: POST, path: /structures, failure: slow, seconds: 0.3}", encoding="utf-8")
    body = b'{"name": "Late", "recordSlug": "late"}'
    with served(project, "--faults", "faults.yaml", "-v") as found, found.client() as client:
        address = ("127.0.0.1", int(found.settings["CENTRALI_URL"].rpartition(":")[2]))
        head = f"POST {DATA}/structures HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {found.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(address, timeout=60) as running:
            running.sendall(head.encode() + body)
            assert client.get(f"{DATA}/structures").json()["data"] == []  # what was sent before is being answered
            code, said = ended(found, number)
            assert running.recv(9999).startswith(b"HTTP/1.1 201 ")
    assert (code, said.count("POST /data/workspace/acme/api/v1/structures 201")) == (0, 1)
    store = Store(str(project / "w.db"))
    assert [row["recordSlug"] for row in store.all("acme", "structure")] == ["late"]
    store.close()


def test_a_signal_that_comes_with_ready_is_not_lost(project: Path) -> None:
    words = [*SERVE, "0", "--db", "w.db"]
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 -- ours
        assert process.stdout is not None
        assert list(iter(process.stdout.readline, "# ready\n"))
        process.send_signal(signal.SIGTERM)
        assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)


def test_verbose_tells_a_line_for_each_request_and_no_secret(project: Path) -> None:
    with served(project, "-v") as found, found.client() as client:
        client.get(f"{DATA}/structures?key=canary")
        client.post(f"{DATA}/compute-functions", json={"name": "canary", "code": "async function run() {}"})
        code, said = ended(found)
    lines = [re.sub(r"^\S+Z (.*) \d+ ms$", r"\1", line) for line in said.splitlines()]
    assert lines == ["POST /oidc/token 200", f"GET {DATA}/structures 200", f"POST {DATA}/compute-functions 201"]
    assert [secret for secret in ("canary", found.token, found.settings["CENTRALI_CLIENT_SECRET"]) if secret in said] == []
    assert code == 0


def test_without_verbose_nothing_is_told(project: Path) -> None:
    with served(project) as found, found.client() as client:
        client.get(f"{DATA}/structures")
        assert ended(found) == (0, "")


def test_requests_fail_as_the_file_says_and_nothing_else_is_told(project: Path) -> None:
    text = "- {path: /structures, failure: refuse}\n- {path: /structures, failure: lost-after}\n- {path: /structures, failure: 429}\n"
    project.joinpath("faults.yaml").write_text(text, encoding="utf-8")
    with served(project, "--faults", "faults.yaml") as found, found.client() as client:
        for slug in ("refused", "lost"):
            with pytest.raises(httpx.TransportError):
                client.post(f"{DATA}/structures", json={"name": slug, "recordSlug": slug})
        assert client.get(f"{DATA}/structures").status_code == 429
        assert [item["recordSlug"] for item in client.get(f"{DATA}/structures").json()["data"]] == ["lost"]
        assert ended(found) == (0, "")


def test_a_database_is_served_once_at_a_time_and_again_after_a_crash(project: Path) -> None:
    words = [*SERVE, "0", "--db", "w.db"]
    with served(project) as found:
        second = subprocess.run(words, cwd=project, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 -- ours
        said = "Error: w.db is served by another process already.\n  Use that one, stop it, or name another file with --db.\n"
        assert (second.returncode, second.stdout, second.stderr) == (3, "", said)
        found.process.kill()
        found.process.wait(60)
    with served(project) as again:
        assert ended(again) == (0, "")


def test_many_clients_at_once_lose_nothing(project: Path) -> None:
    with served(project) as found:

        def create(number: int) -> list[int]:
            with found.client() as client:
                code = "async function run() {}"
                sent = [client.post(f"{DATA}/compute-functions", json={"name": f"f-{number}-{n}", "code": code}) for n in range(8)]
                changed = [client.put(f"{DATA}/compute-functions/{each.json()['id']}", json={"description": "x"}) for each in sent]
                return [each.status_code for each in (*sent, *changed)]

        with ThreadPoolExecutor(16) as pool:
            answered = list(pool.map(create, range(16)))
        with found.client() as client:
            pages = [client.get(f"{DATA}/compute-functions?limit=100&page={page}").json()["data"] for page in (1, 2)]
        assert ended(found) == (0, "")
    assert answered == [[201] * 8 + [200] * 8] * 16
    assert sorted((item["name"], item["description"]) for page in pages for item in page) == sorted(
        (f"f-{number}-{n}", "x") for number in range(16) for n in range(8)
    )


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of answering requests, what would answer them is noted."""
    found: list[str] = []

    def serve(app: Any, listening: Any, ready: Any, late: Any) -> None:
        found.extend(app.state.accounts)
        ready()
        late()
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
        (("--db", "workspace.yaml"), "workspace.yaml cannot hold a local workspace: file is not a database."),
        (("--port", "70000"), "Invalid value for '--port'"),
        (("--host", "no such host"), '"no such host" is no address:'),
        (("--host", "192.0.2.1"), "of 192.0.2.1 cannot be used: Cannot assign requested address."),
        (("--faults", "workspace.yaml"), "workspace.yaml:1:1\n  A file of faults is a list."),
        (("--faults", "nowhere.yaml"), "nowhere.yaml\n  The file cannot be read"),
    ],
)
def test_what_cannot_be_served_is_refused_before_anything_is_said(
    words: tuple[str, ...], said: str, centrali: Callable[..., Any], answers: list[str]
) -> None:
    found = centrali("serve", "--port", "0", *words)
    assert (found.code, found.out, answers, said in found.err) == (3, "", [], True)


@pytest.mark.parametrize(
    ("host", "url", "warned"),
    [
        ("127.0.0.1", "http://127.0.0.1:", False),
        ("localhost", "http://127.0.0.1:", False),
        ("0.0.0.0", "http://127.0.0.1:", True),  # noqa: S104 -- what the warning is about
    ],
)
def test_it_warns_when_other_machines_can_reach_it(
    host: str, url: str, warned: bool, centrali: Callable[..., Any], answers: list[str]
) -> None:
    found = centrali("serve", "--port", "0", "--host", host)
    assert (found.code, answers, f"CENTRALI_URL={url}" in found.out.replace("[::1]", "127.0.0.1")) == (0, ["local"], True)
    assert re.match(rf"Warning: {re.escape(host)} is not this machine alone: .* Leave out --host", found.err) if warned else not found.err


def test_help_has_examples_of_the_command_and_of_a_file_of_faults(centrali: Callable[..., Any]) -> None:
    found = centrali("serve", "--help").out
    assert "  Examples:\n    centrali-deploy serve --port 8080 --workspace acme-dev > serve.env &\n" in found
    assert "    - {method: POST, path: /compute-functions$, failure: 500-after}\n" in found


def test_without_the_extra_it_says_what_to_install(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    missing: Any = None
    monkeypatch.setitem(sys.modules, "centrali_deploy.local.serving", missing)
    found = centrali("serve")
    assert (found.code, "pip install 'centrali-deploy[local]'" in found.err) == (3, True)
