"""`fmt`: writes what changes, or with --check only says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from centrali_deploy.cli.fmt import command

if TYPE_CHECKING:
    from pathlib import Path


def test_check_writes_nothing_and_leaves_with_2_until_it_is_done(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text("workspace: a\nversion: 1\n")
    checked = CliRunner().invoke(command, ["--check", str(path)])
    assert (checked.exit_code, path.read_text()) == (2, "workspace: a\nversion: 1\n")
    assert "+version: 1" in checked.output
    assert CliRunner().invoke(command, [str(path)]).exit_code == 0
    assert path.read_text() == "version: 1\nworkspace: a\n"
    assert CliRunner().invoke(command, ["--check", str(path)]).output == "0 files would change, 1 unchanged.\n"


def test_what_is_not_yaml_is_left_alone_and_told(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text("a: [\n")
    assert CliRunner().invoke(command, [str(path)]).exit_code == 3
    assert path.read_text() == "a: [\n"
