"""`centrali-deploy schema`: the JSON Schema of manifests, for editors."""

from __future__ import annotations

import sys

import click

from centrali_deploy.manifest.json_schema import render


@click.command("schema", epilog="Example: centrali-deploy schema > workspace.schema.json")
def command() -> None:
    """Print the JSON Schema of manifests."""
    sys.stdout.write(render())
