"""A new project: what is written is valid, can be applied, and overwrites nothing."""

from __future__ import annotations

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
