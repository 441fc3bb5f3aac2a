"""`centrali-deploy validate`: everything that can be known without a network."""

from __future__ import annotations

import os

import click

from centrali_deploy.address import path_text
from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.manifest.loading import load
from centrali_deploy.report.text import counted
from centrali_deploy.states import near_name


@click.command("validate", epilog="Example: centrali-deploy validate examples/workspace.yaml")
@click.argument("paths", nargs=-1)
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", help="How to answer.", show_default=True)
@click.option("--no-color", is_flag=True, help="Never use colour (NO_COLOR does the same).")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
def command(paths: tuple[str, ...], output: str, no_color: bool, debug: bool) -> None:  # noqa: FBT001 -- flags
    """Check manifests without a network: PATHS are files or directories, ./workspace.yaml and its like by default."""
    with answering(Answer("validate", output, no_color), debug=debug) as answer:
        loaded = load(paths, os.environ)
        unchecked = [
            f"{place}  {address}: {path_text(ref.path)} names {ref.target}. {near_name(ref.target, loaded.desired)}".rstrip()
            for ref, address, place in loaded.undeclared
        ]
        answer.parts |= {"resources": len(loaded.desired), "files": list(loaded.files), "unchecked": unchecked}
        answer.write([f"{counted(len(loaded.desired), 'resource')} in {counted(len(loaded.files), 'file')}: no problems."])
        if unchecked:
            answer.write(["", "Not checked, because it is not declared here and may be in the workspace:", *unchecked])
