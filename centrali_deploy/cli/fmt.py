"""`centrali-deploy fmt`: manifests in their canonical form."""

from __future__ import annotations

import difflib
import os
import shutil
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.errors import ExitCode, ManifestError, NotWritten
from centrali_deploy.manifest.formatting import formatted
from centrali_deploy.manifest.sources import find_sources, read_text
from centrali_deploy.report.fields import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.errors import Problem
    from centrali_deploy.manifest.sources import Source


@click.command("fmt", epilog="Example: centrali-deploy fmt --check workspace.yaml")
@click.argument("paths", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; show what would change and leave with 2 if anything would.")
@click.option("--no-color", is_flag=True, help="Never use colour (NO_COLOR does the same).")
def command(paths: tuple[str, ...], check: bool, no_color: bool) -> None:  # noqa: FBT001 -- flags
    """Order and indent manifests, comments kept. PATHS are files or directories, ./workspace.yaml and its like by default.

    A file that is written in a way that cannot be laid out is left as it is; standard error says why, and the exit code
    is 3, with --check and without.
    """
    with answering(Answer("fmt", no_color=no_color)) as answer:
        sources, changed, left = find_sources(paths), 0, 0
        wrong: list[Problem] = []
        for source in sources:
            try:
                before = read_text(source.path, source.name)
                after, reason = formatted(before, source.name)
            except ManifestError as error:
                left += 1
                wrong += error.problems
                continue
            if reason:
                left += 1
                answer.tell(f"{reason.position}  left as it is: {reason.message} {reason.hint}")
            if after == before:
                continue
            changed += 1
            if check:
                answer.write(_shown(answer, before, after, source.name))
            else:
                _replace(source, after)
                answer.write([f"~ {source.name}"])
        word = "would change" if check else "changed"
        count = f"{counted(changed, 'file')} {word}, {len(sources) - changed - left} unchanged"
        answer.write([f"{count}, {left} left as {'it is' if left == 1 else 'they are'}." if left else f"{count}."])
        if wrong:
            raise ManifestError(wrong)
        if left:
            answer.exit_code = ExitCode.INVALID
        elif check and changed:
            answer.exit_code = ExitCode.CHANGES


def _replace(source: Source, text: str) -> None:
    """Write a file whole or not at all: what a full disk or a signal cuts off never takes the place of a manifest."""
    target = source.path.resolve()  # a link stays a link
    new = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        new.write_text(text, encoding="utf-8", newline="")
        shutil.copymode(target, new)
        new.replace(target)
    except OSError as error:
        raise NotWritten(f"{source.name} cannot be written: {error.strerror}.", "It is as it was.") from error
    finally:
        new.unlink(missing_ok=True)


def _shown(answer: Answer, before: str, after: str, name: str) -> Iterator[str]:
    end = "\r\n" if "\r\n" in after else "\n"
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in difflib.unified_diff(before.split(end), after.split(end), name, name, lineterm="", n=1):
        yield answer.paint(line, styles.get(line[0], ""))
