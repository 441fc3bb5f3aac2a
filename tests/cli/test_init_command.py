"""A new project: what is written is valid, can be applied, and overwrites nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from centrali_deploy.cli.init import command
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_starter_is_valid_without_a_warning(here: Path) -> None:
    done = CliRunner().invoke(command, ["--yes", "--workspace", "acme-dev"])
    assert (done.exit_code, sorted(path.name for path in here.iterdir())) == (0, ["functions", "workspace.schema.json", "workspace.yaml"])
    loaded = load([], {})
    assert (loaded.workspace, len(loaded.desired), loaded.warnings, loaded.undeclared) == ("acme-dev", 3, (), ())


def test_nothing_is_overwritten(here: Path) -> None:
    (here / "workspace.yaml").write_text("mine")
    assert CliRunner().invoke(command, ["--yes"]).exit_code == 3
    assert sorted(path.name for path in here.iterdir()) == ["workspace.yaml"]
    assert (here / "workspace.yaml").read_text() == "mine"


@pytest.mark.parametrize(("words", "code"), [([], 9), (["--workspace", "No Slug"], 3), (["--yes", "workspace.yaml/x"], 3)])
def test_what_cannot_be_asked_or_written_is_refused(words: list[str], code: int, here: Path) -> None:
    (here / "workspace.yaml").write_text("a file")
    assert CliRunner().invoke(command, words).exit_code == code


def test_who_types_what_is_no_slug_is_told_and_asked_again(here: Path) -> None:
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "centrali_deploy", "init"]
    with subprocess.Popen(words, cwd=here, stdin=slave, stdout=subprocess.DEVNULL, stderr=slave) as process:  # noqa: S603 -- ours
        os.close(slave)
        os.write(master, b"No Slug\nacme-dev\n")
        assert process.wait(30) == 0
        seen = os.read(master, 4096).decode()
    os.close(master)
    assert (seen.count("The workspace's slug"), '"No Slug" is not a workspace.' in seen) == (2, True)
    assert load([], {}).workspace == "acme-dev"


def test_what_cannot_be_written_whole_leaves_nothing_behind(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.yaml": "a", "functions/deep/b.js": "b", "a.yaml/c": "c"}
    monkeypatch.setattr("centrali_deploy.cli.init.starter", lambda _slug: files)
    done = CliRunner().invoke(command, ["--yes", "new"])
    assert (done.exit_code, list(here.iterdir())) == (3, [])
    assert "new/a.yaml/c cannot be written: Not a directory." in done.output
    assert "Nothing was left behind." in done.output
    assert "+ new" not in done.output


def test_what_cannot_be_taken_away_again_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("centrali_deploy.cli.init.starter", lambda _slug: {"a.yaml": "a", "a.yaml/c": "c"})
    monkeypatch.setattr("centrali_deploy.cli.init._taken_away", lambda path: path.name != "a.yaml")
    assert "could not be taken away again: a.yaml." in CliRunner().invoke(command, ["--yes"]).output
    assert (here / "a.yaml").exists()
