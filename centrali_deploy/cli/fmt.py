"""`centrali-deploy fmt`: manifests in their canonical form."""

from __future__ import annotations

import difflib

import click

from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.errors import ExitCode
from centrali_deploy.manifest.formatting import formatted
from centrali_deploy.manifest.sources import find_sources, read_text
from centrali_deploy.report.text import counted


@click.command("fmt", epilog="Example: centrali-deploy fmt --check workspace.yaml")
@click.argument("paths", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; show what would change and leave with 2 if anything would.")
@click.option("--no-color", is_flag=True, help="Never use colour (NO_COLOR does the same).")
def command(paths: tuple[str, ...], check: bool, no_color: bool) -> None:  # noqa: FBT001 -- flags
    """Order sections and members, comments kept. PATHS are files or directories, ./workspace.yaml and its like by default."""
    with answering(Answer("fmt", no_color=no_color)) as answer:
        sources, changed = find_sources(paths), 0
        for source in sources:
            before = read_text(source.path, source.name)
            after = formatted(before, source.name)
            if after == before:
                continue
            changed += 1
            if check:
                lines = difflib.unified_diff(before.split("\n"), after.split("\n"), source.name, source.name, lineterm="", n=1)
                styles = {"+": "green", "-": "red", "@": "cyan"}
                answer.write(answer.paint(line, styles.get(line[0], "")) for line in lines)
            else:
                source.path.write_text(after, encoding="utf-8", newline="")
                answer.write([f"~ {source.name}"])
        word = "would change" if check else "changed"
        answer.write([f"{counted(changed, 'file')} {word}, {len(sources) - changed} unchanged."])
        if check and changed:
            answer.exit_code = ExitCode.CHANGES
