"""`fmt`: writes what changes, or with --check only says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
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


def test_a_kept_blank_line_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_text("functions:\n  f:\n    code: |+\n      a\n\n    description: x\nversion: 1\n")
    checked = CliRunner().invoke(command, ["--check", str(path)])
    assert (checked.exit_code, checked.output.splitlines()[-1]) == (2, "1 file would change, 0 unchanged.")


def test_line_ends_stay_what_they_are_and_only_what_changes_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    path.write_bytes(b"version: 1\r\n\r\nfunctions:\r\n  f: {code: x}\r\n  g: {timeoutMs: 1, code: x}\r\n")
    assert CliRunner().invoke(command, ["--check", str(path)]).output == "0 files would change, 1 unchanged.\n"
    path.write_bytes(path.read_bytes().replace(b"version: 1", b"version:  1"))
    shown = CliRunner().invoke(command, ["--check", str(path)]).output.splitlines()
    assert [line for line in shown if line[0] in "+-" and line[:3] not in ("+++", "---")] == ["-version:  1", "+version: 1"]
    assert CliRunner().invoke(command, [str(path)]).exit_code == 0
    assert path.read_bytes() == b"version: 1\r\n\r\nfunctions:\r\n  f: {code: x}\r\n  g: {timeoutMs: 1, code: x}\r\n"


@pytest.mark.parametrize(("flags", "word"), [([], "changed"), (["--check"], "would change")])
def test_what_cannot_be_laid_out_is_left_and_told_and_the_others_are_done(tmp_path: Path, flags: list[str], word: str) -> None:
    odd, messy = tmp_path / "a.yaml", tmp_path / "b.yaml"
    odd.write_text("? version\n: 1\n")
    messy.write_text("version:  1\n")
    run = CliRunner().invoke(command, [*flags, str(odd), str(messy)])
    assert run.exit_code == 3
    assert run.stderr == f"{odd}:1:3  left as it is: A key that is written with ? is not laid out. Write it as key: value.\n"
    assert run.stdout.splitlines()[-1] == f"1 file {word}, 0 unchanged, 1 left as it is."
    assert odd.read_text() == "? version\n: 1\n"
    assert messy.read_text() == ("version:  1\n" if flags else "version: 1\n")


def test_the_help_says_what_becomes_of_what_cannot_be_laid_out() -> None:
    assert "left as it is; standard error says why, and the exit code is 3" in " ".join(
        CliRunner().invoke(command, ["--help"]).output.split()
    )
