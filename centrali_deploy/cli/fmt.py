"""`centrali-deploy fmt`: manifests in their canonical form."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.errors import ExitCode
from centrali_deploy.manifest.formatting import formatted
from centrali_deploy.manifest.sources import find_sources, read_text
from centrali_deploy.report.fields import counted

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        for source in sources:
            before = read_text(source.path, source.name)
            after, reason = formatted(before, source.name)
            if reason:
                left += 1
                answer.tell(f"{reason.position}  left as it is: {reason.message} {reason.hint}")
            if after == before:
                continue
            changed += 1
            if check:
                answer.write(_shown(answer, before, after, source.name))
            else:
                source.path.write_text(after, encoding="utf-8", newline="")
                answer.write([f"~ {source.name}"])
        word = "would change" if check else "changed"
        count = f"{counted(changed, 'file')} {word}, {len(sources) - changed - left} unchanged"
        answer.write([f"{count}, {left} left as {'it is' if left == 1 else 'they are'}." if left else f"{count}."])
        if left:
            answer.exit_code = ExitCode.INVALID
        elif check and changed:
            answer.exit_code = ExitCode.CHANGES


def _shown(answer: Answer, before: str, after: str, name: str) -> Iterator[str]:
    end = "\r\n" if "\r\n" in after else "\n"
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in difflib.unified_diff(before.split(end), after.split(end), name, name, lineterm="", n=1):
        yield answer.paint(line, styles.get(line[0], ""))
