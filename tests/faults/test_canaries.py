"""A secret is in no list of processes: neither of a real apply, which is slowed down to be looked at, nor of what runs functions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-7e3a"
PROC = Path("/proc")
BUSY = "async function run() { const end = Date.now() + 500; while (Date.now() < end); return 1; }"
LONG = "// " + "x" * 130_000 + "\nasync function run() { return %d; }"
MANIFEST = {
    "version": 1,
    "workspace": "acme-dev",
    "functions": {"busy": {"code": BUSY}, **{f"long{n}": {"code": LONG % n} for n in range(4)}},
    "triggers": {
        f"{source}{n}": {
            "function": "busy",
            "executionType": "on-demand",
            "triggerMetadata": {"params": {"key": {"value": value, "encrypt": True}}},
        }
        for n in range(4)
        for source, value in (("env", "${env:KEY}"), ("file", "${file:key.txt}"))
    },
}
SLOW = "- {method: POST, path: /function-triggers$, failure: slow, seconds: 0.2, times: always}\n"


class Watching:
    """Whoever looks at the processes of this machine, as often as they can, while a process of ours and its children are there."""

    def __init__(self, pid: int) -> None:
        self.pid, self.arguments, self.lists, self.over = pid, set[bytes](), 0, threading.Event()
        self.ran: dict[bytes, bytes] = {}
        """What other programs run below it, by their arguments: the environment of each. A part of itself has what it has."""
        self.ps = shutil.which("ps")
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self) -> None:
        while not self.over.wait(0.005):
            own = self.read(self.pid, "cmdline")
            for pid in (self.pid, *self.below(self.pid)):
                arguments, environment = self.read(pid, "cmdline"), self.read(pid, "environ")  # in this order, for it may begin just now
                self.arguments.add(arguments)
                if arguments not in {own, b""} and own:
                    self.ran[arguments] = environment
            if self.ps and self.lists % 20 == 0:
                self.arguments.add(subprocess.run([self.ps, "-eo", "args"], capture_output=True, check=True).stdout)  # noqa: S603 -- the usual one
            self.lists += 1

    @classmethod
    def below(cls, pid: int) -> Iterator[int]:
        """The children of a process, and theirs."""
        for file in PROC.glob(f"{pid}/task/*/children"):
            with suppress(OSError):  # it has ended
                for child in map(int, file.read_text().split()):
                    yield child
                    yield from cls.below(child)

    @staticmethod
    def read(pid: int, file: str) -> bytes:
        try:
            return (PROC / str(pid) / file).read_bytes()
        except OSError:
            return b""  # it has ended


@contextmanager
def command(folder: Path, *words: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], Watching]]:
    """A command that knows the secret, and who looks at it."""
    line = [sys.executable, "-m", "centrali_deploy", *words]
    around = {name: value for name, value in os.environ.items() if not name.startswith("CENTRALI_")} | {"KEY": CANARY} | environ
    with subprocess.Popen(line, cwd=folder, env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603 -- this project's own command
        watching = Watching(process.pid)
        try:
            yield process, watching
        finally:
            process.terminate()
            process.wait(60)
            watching.over.set()
            watching.thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "workspace.yaml").write_text(json.dumps(MANIFEST))
    (tmp_path / "key.txt").write_text(CANARY)
    (tmp_path / "faults.yaml").write_text(SLOW)
    return tmp_path


@contextmanager
def served(folder: Path) -> Iterator[tuple[dict[str, str], Watching]]:
    """A slow workspace on a port of its own, and what clients of it need in their environment."""
    words = ("serve", "--workspace", "acme-dev", "--port", "0", "--faults", "faults.yaml")
    with command(folder, *words) as (process, watching):
        assert process.stdout
        found = dict[str, str]()
        for line in iter(process.stdout.readline, "# ready\n"):
            assert line, found
            found |= dict([line.strip().removeprefix("export ").split("=", 1)] if "=" in line else [])
        yield found, watching


def test_an_apply_shows_its_secret_to_nobody_who_lists_processes(folder: Path) -> None:
    with served(folder) as (environ, serving):
        with command(folder, "apply", "--yes", "-v", "--debug", **environ) as (process, watching):
            said, _ = process.communicate(timeout=120)
        with command(folder, "invoke", "env0", "--wait", **environ) as (process, _):
            process.communicate(timeout=120)
            assert process.returncode == 0
    assert (process.returncode, "13 applied" in said, CANARY in said) == (0, True, False), said
    assert watching.lists > 10
    for each in (watching, serving):
        assert not any(CANARY.encode() in arguments for arguments in each.arguments)
    assert serving.ran, "the process in which functions run"
    assert not any(CANARY.encode() in environment for environment in serving.ran.values())


def test_what_runs_a_function_is_not_told_the_environment(folder: Path) -> None:
    with command(folder, "test", "busy") as (process, watching):
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert not any(CANARY.encode() in arguments for arguments in watching.arguments)
    assert watching.ran
    assert not any(CANARY.encode() in environment for environment in watching.ran.values())
