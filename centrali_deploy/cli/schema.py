"""`centrali-deploy schema`: the JSON Schema of manifests, for editors."""

from __future__ import annotations

import click

from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.manifest.json_schema import render


@click.command("schema", epilog="Example: centrali-deploy schema > workspace.schema.json")
def command() -> None:
    """Print the JSON Schema of manifests."""
    with answering(Answer("schema")) as answer:
        answer.put(render())
