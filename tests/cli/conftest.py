"""The command line without a process of its own: what it writes, and the code it leaves with."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, NamedTuple

import pytest

from centrali_deploy.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FUNCTION = "version: 1\nworkspace: acme-dev\nfunctions:\n  f: {code: 'async function run() {}', timeoutMs: 1000}\n"


class Said(NamedTuple):
    """What a run left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a manifest of one function, in which commands run; no setting comes from outside."""
    (tmp_path / "workspace.yaml").write_text(FUNCTION, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CENTRALI_") or name in {"NO_COLOR", "FORCE_COLOR"}]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def centrali(project: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Said]]:
    """Run a command line in this process."""
    assert project.exists()

    def centrali(*words: str) -> Said:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # a process that ends closes its local workspace by ending
            code = run(words)
        return Said(code, *capsys.readouterr())

    yield centrali
    assert "canary" not in "".join(capsys.readouterr())
