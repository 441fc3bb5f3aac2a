"""`centrali-deploy init`: a small project to begin with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.errors import ApprovalNeeded, UsageProblem
from centrali_deploy.manifest.starter import starter
from centrali_deploy.wire import SLUG_HINT, is_slug

if TYPE_CHECKING:
    from collections.abc import Mapping

_USUAL = "my-workspace-dev"


@click.command("init", epilog="Example: centrali-deploy init --workspace acme-dev --yes")
@click.argument("directory", default=".")
@click.option("--workspace", help="The workspace's slug; asked for unless --yes.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def command(directory: str, workspace: str | None, yes: bool) -> None:  # noqa: FBT001 -- a flag
    """Write a manifest, a function and the editor's schema into DIRECTORY, this one by default. Nothing is overwritten."""
    with answering(Answer("init")) as answer:
        slug = workspace or _asked(yes=yes)
        if not is_slug(slug):
            raise UsageProblem(f'"{slug}" is not a workspace.', SLUG_HINT)
        files = {Path(directory, name): text for name, text in starter(slug).items()}
        _refuse_overwriting(list(files))
        _write(files)
        answer.write(f"+ {path}" for path in files)
        manifest = next(iter(files))
        answer.write(["", "Try it without an account:", f"  centrali-deploy apply --local {manifest}"])


def _asked(*, yes: bool) -> str:
    if yes:
        return _USUAL
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ApprovalNeeded("Nobody is here to ask for the workspace.", "Give --workspace, or --yes for a name to change later.")
    return str(click.prompt("The workspace's slug, as in the console's address", default=_USUAL, value_proc=_slug, err=True))


def _slug(said: str) -> str:
    """What was typed, if it is one; whoever asked asks again otherwise."""
    if not is_slug(said):
        raise click.UsageError(f'"{said}" is not a workspace. {SLUG_HINT}')
    return said


def _refuse_overwriting(paths: list[Path]) -> None:
    if there := [str(path) for path in paths if path.exists()]:
        raise UsageProblem(f"There already is {', '.join(there)}.", "Name another directory, or move it away.")


def _write(files: Mapping[Path, str]) -> None:
    """Write all of them, or leave nothing behind."""
    made: list[Path] = []
    for path, text in files.items():
        try:
            for folder in reversed([folder for folder in path.parents if not folder.exists()]):
                folder.mkdir()
                made.append(folder)
            with path.open("x", encoding="utf-8") as file:
                made.append(path)
                file.write(text)
        except OSError as error:
            left = [str(each) for each in reversed(made) if not _taken_away(each)]
            hint = f"These were written and could not be taken away again: {', '.join(left)}." if left else "Nothing was left behind."
            raise UsageProblem(f"{path} cannot be written: {error.strerror}.", f"{hint} Name another directory, or make room.") from error


def _taken_away(path: Path) -> bool:
    try:
        path.rmdir() if path.is_dir() else path.unlink()
    except OSError:
        return False
    return True
