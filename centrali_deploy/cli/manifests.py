"""What every command that reads manifests takes: where they are, which environment, which values."""

from __future__ import annotations

import click

MANIFESTS: tuple[click.Parameter, ...] = (
    click.Argument(["paths"], nargs=-1),
    click.Option(["-e", "--environment"], metavar="NAME", help="The environment of the manifest to use."),
    click.Option(["--var", "values"], metavar="NAME=VALUE", multiple=True, help="A value for a variable; may be given again."),
    click.Option(["--var-file", "value_files"], metavar="FILE", multiple=True, help="A YAML file of values for variables."),
)
"""What every command that reads manifests takes."""
