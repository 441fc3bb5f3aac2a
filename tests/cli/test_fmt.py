"""`fmt`: writes what changes, or with --check only says so."""

from __future__ import annotations

import subprocess
import sys
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


def test_what_is_no_manifest_is_told_of_every_file_and_the_others_are_done(tmp_path: Path) -> None:
    texts = {"a": "a: [\n", "b": "version:  1\n", "c": "\tc\n"}
    paths = {name: tmp_path / f"{name}.yaml" for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name])
    run = CliRunner().invoke(command, [str(tmp_path)])
    assert (run.exit_code, run.stdout.splitlines()[-1]) == (3, "1 file changed, 0 unchanged, 2 left as they are.")
    assert [path.read_text() for path in paths.values()] == ["a: [\n", "version: 1\n", "\tc\n"]
    assert f"{paths['a']}:2:1" in run.stderr
    assert f"{paths['c']}:1:1" in run.stderr


LIMITED = """
import resource, sys
from centrali_deploy.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_manifest_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path) -> None:
    path, text = tmp_path / "w.yaml", "version:  1\nworkspace: a-long-name-of-a-workspace\n"
    path.write_text(text)
    run = subprocess.run([sys.executable, "-c", LIMITED, "fmt", str(path)], capture_output=True, text=True, check=False)  # noqa: S603 -- ours
    assert (run.returncode, path.read_text(), list(tmp_path.iterdir())) == (1, text, [path])
    assert run.stderr == f"Error: {path} cannot be written: File too large.\n  It is as it was.\n"


def test_a_link_stays_a_link_and_a_mode_a_mode(tmp_path: Path) -> None:
    path, link = tmp_path / "w.txt", tmp_path / "w.yaml"
    path.write_text("version:  1\n")
    path.chmod(0o640)
    link.symlink_to(path)
    assert CliRunner().invoke(command, [str(link)]).exit_code == 0
    assert (link.is_symlink(), path.read_text(), path.stat().st_mode & 0o777) == (True, "version: 1\n", 0o640)
