"""Manifests that were emptied, moved, renamed or exchanged by mistake: nothing at all is written, and the message says what was meant."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.cli import run
from centrali_deploy.local.app import create_app
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CODE = "async function run() {}"
HEAD = {"version": 1, "workspace": "acme-dev"}
FILES = ("domains", "flows", "functions", "head", "structures", "triggers")


def sections(name: str) -> dict[str, Any]:
    """Forty resources, eight of each kind; `name` is part of the name of each."""
    numbers = range(8)
    step = {"id": "one", "type": "compute"}
    return {
        "structures": {f"{name}-s{n}": {"name": f"S{n}", "properties": [{"name": "a", "type": "string"}]} for n in numbers},
        "allowedDomains": {f"{name}{n}.example.com": {} for n in numbers},
        "functions": {f"{name}-f{n}": {"code": CODE, "timeoutMs": 1000 + n} for n in numbers},
        "triggers": {f"{name}-t{n}": {"function": f"{name}-f{n}", "executionType": "on-demand"} for n in numbers},
        "orchestrations": {
            f"{name}-o{n}": {"name": f"O{n}", "trigger": {"type": "on-demand"}, "steps": [{**step, "function": f"{name}-f{n}"}]}
            for n in numbers
        },
    }


class Project:
    """A folder whose manifests were applied, and a count of what is written to the workspace since."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.capsys, self.writes = folder, capsys, list[str]()
        self.app = create_app(":memory:", workspaces=["acme-dev", "acme"])
        self.inner = InProcess(self.app)
        account = self.app.state.accounts["acme-dev"]
        self.environ = {
            "CENTRALI_URL": "http://localhost",
            "CENTRALI_CLIENT_ID": account.client_id,
            "CENTRALI_CLIENT_SECRET": account.client_secret,
        }
        for name, value in self.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(folder)
        monkeypatch.setattr("centrali_deploy.cli.connection.Sender", lambda **parts: Sender(httpx.MockTransport(self.answer), **parts))
        self.split("a")
        code, said = self.apply("--yes")
        assert (code, "Apply: 40 applied." in said) == (0, True), said
        self.writes.clear()

    def answer(self, request: httpx.Request) -> httpx.Response:
        asks = request.method == "GET" or request.url.path.endswith(("/token", "/records/query"))
        self.writes += [] if asks else [f"{request.method} {request.url.path}"]
        return self.inner.handle_request(request)

    def split(self, name: str, **head: Any) -> None:
        """Write one file for each section."""
        (self.folder / "centrali").mkdir(exist_ok=True)
        parts = dict(zip(("structures", "domains", "functions", "triggers", "flows"), sections(name).items(), strict=True))
        for file, (section, resources) in parts.items():
            self.write(file, {"version": 1, section: resources})
        self.write("head", {**HEAD, **head})

    def write(self, file: str, content: Any) -> None:
        (self.folder / "centrali" / f"{file}.yaml").write_text(content if isinstance(content, str) else json.dumps(content))

    def apply(self, *words: str) -> tuple[int, str]:
        """The exit code, and everything that was said."""
        code = run(["apply", *words])
        said = self.capsys.readouterr()
        return code, said.out + said.err


@pytest.fixture
def project(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Below no folder that only its owner may enter."""
    with tempfile.TemporaryDirectory() as folder:
        found = Project(Path(folder), capsys, monkeypatch)
        yield found
        monkeypatch.undo()
        found.app.state.store.close()


def path(project: Project, file: str) -> Path:
    return project.folder / "centrali" / f"{file}.yaml"


def no_files(project: Project) -> None:
    for file in FILES:
        path(project, file).unlink()


def a_folder_instead(project: Project) -> None:
    for file in FILES:
        path(project, file).unlink()
        path(project, file).mkdir()


def dangling(project: Project) -> None:
    path(project, "functions").unlink()
    path(project, "functions").symlink_to("nowhere.yaml")


def commented(project: Project) -> None:
    for file in FILES:
        if file != "head":
            text = path(project, file).read_text().replace('{"version": 1, ', '"version": 1\n').replace("}}}", "}}")
            head, _, rest = text.partition("\n")
            project.write(file, head + "".join(f"\n# {line}" for line in rest.splitlines()) + "\n")


def every(content: Any) -> Callable[[Project], None]:
    def make(project: Project) -> None:
        for file in FILES:
            project.write(file, content)

    return make


def one(file: str, content: Any) -> Callable[[Project], None]:
    return lambda project: project.write(file, content)


def left_behind(project: Project) -> None:
    for file in ("flows", "functions", "triggers"):
        path(project, file).unlink()
    project.write("new", {"version": 1, "functions": {"new": {"code": CODE}}})


def nothing(_project: Project) -> None:
    """It is as it was; the words of the command are what is wrong."""


FUSE = "of the 40 resources that are ours"
MISTAKES: dict[str, tuple[Callable[[Project], object], tuple[str, ...], int, str]] = {
    "an empty directory": (no_files, ("centrali",), 3, "nothing is ever deleted because a directory is empty"),
    "an empty directory by default": (no_files, (), 3, "nothing is ever deleted because a directory is empty"),
    "empty files": (every(""), (), 3, "empty"),
    "one empty file": (one("functions", ""), (), 3, "empty"),
    "a wrong path": (nothing, ("central",), 3, "There is no such file or directory."),
    "a wrong path beside a right one": (nothing, ("centrali", "more.yaml"), 3, "There is no such file or directory."),
    "a directory in place of each file": (a_folder_instead, (), 3, "There is no manifest in this directory."),
    "a link that leads nowhere": (dangling, (), 3, "The file cannot be read: No such file or directory."),
    "a file that is not text": (lambda p: path(p, "functions").write_bytes(b"\xff\xfe"), (), 3, "The file is not UTF-8"),
    "a file that is cut off": (one("functions", '{"version": 1, "functions": {"a-f0": {"co'), (), 3, "functions.yaml:1"),
    "all renamed": (lambda p: p.split("b"), (), 8, f"40 {FUSE}"),
    "all sections commented out": (commented, (), 3, "Nothing is declared here. Add one of: structures"),
    "all sections empty": (lambda p: [p.write(f, {"version": 1}) for f in FILES if f != "head"], (), 3, "Nothing is declared here."),
    "half of it left behind, and something new": (left_behind, (), 8, f"24 {FUSE}"),
    "an environment that is not there": (nothing, ("-e", "prdo"), 3, "prdo"),
    "another workspace than the account's": (nothing, ("--workspace", "acme"), 4, "acme"),
    "a workspace that is not there": (nothing, ("--workspace", "acme-dve"), 4, "acme-dve"),
    "the workspace of an environment": (
        lambda p: p.write("head", {**HEAD, "environments": {"prod": {"workspace": "acme"}}}), ("--workspace", "acme"), 3, "Add -e prod",
    ),
    "another environment": (
        lambda p: p.write("head", {**HEAD, "environments": {"prod": {"workspace": "acme"}}}), ("-e", "prod"), 4, "acme",
    ),
    "another deployment": (lambda p: p.split("a", deployment="other"), (), 8, "default"),
}  # fmt: skip


@pytest.mark.parametrize("prune", [(), ("--prune",)], ids=["", "pruned"])
@pytest.mark.parametrize("mistake", MISTAKES)
def test_nothing_is_written(mistake: str, prune: tuple[str, ...], project: Project) -> None:
    make, words, code, said = MISTAKES[mistake]
    make(project)
    found, text = project.apply("--yes", *prune, *words)
    assert (found, said in text, project.writes) == (code, True, []), text


@pytest.mark.parametrize("what", ["centrali/functions.yaml", "centrali"])
def test_what_may_not_be_read_is_not_taken_for_empty(what: str, project: Project) -> None:
    """Permissions do not stop root, who is somebody else for a moment."""
    project.folder.chmod(0o755)
    assert project.apply("nowhere")[0] == 3  # so that nothing has to be loaded by somebody else
    (project.folder / what).chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        found, text = project.apply("--yes", "--prune", "--allow-mass-delete", "centrali")
    finally:
        if root:
            os.seteuid(0)
        (project.folder / what).chmod(0o755)
    assert (found, "cannot be read: Permission denied" in text, project.writes) == (3, True, []), text
