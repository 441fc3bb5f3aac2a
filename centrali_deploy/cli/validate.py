"""`centrali-deploy validate`: everything that can be known without a network."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from centrali_deploy.address import path_text
from centrali_deploy.cli.manifests import MANIFESTS
from centrali_deploy.cli.terminal import Answer, answering, harmless
from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.head import Choice
from centrali_deploy.manifest.loading import load
from centrali_deploy.report.annotations import github_lines, sarif
from centrali_deploy.report.json import problem_part
from centrali_deploy.report.schedules import schedule_lines
from centrali_deploy.report.text import counted, problem_lines
from centrali_deploy.states import near_name

if TYPE_CHECKING:
    from centrali_deploy.errors import Problem
    from centrali_deploy.manifest.loading import Loaded


def _command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    paths: tuple[str, ...],
    environment: str | None,
    values: tuple[str, ...],
    value_files: tuple[str, ...],
    output: str,
    strict: bool,  # noqa: FBT001 -- a flag
    verbose: bool,  # noqa: FBT001 -- a flag
    no_color: bool,  # noqa: FBT001 -- a flag
    debug: bool,  # noqa: FBT001 -- a flag
) -> None:
    """Check manifests without a network: PATHS are files or directories, ./workspace.yaml and its like by default."""
    with answering(Answer("validate", output, no_color), debug=debug) as answer:
        try:
            loaded = _loaded(paths, Choice(environment, values, value_files), strict=strict)
        except ManifestError as error:
            _annotate(answer, error.problems)
            raise
        _annotate(answer, loaded.warnings)
        unchecked = [
            f"{place}  {address}: {path_text(ref.path)} names {ref.target}. {near_name(ref.target, loaded.desired)}".rstrip()
            for ref, address, place in loaded.undeclared
        ]
        answer.parts |= {"resources": len(loaded.desired), "files": list(loaded.files), "unchecked": unchecked}
        answer.parts["warnings"] = [problem_part(problem) for problem in loaded.warnings]
        if loaded.warnings:
            answer.write([*problem_lines(loaded.warnings, answer.paint), ""])
        answer.write([f"{counted(len(loaded.desired), 'resource')} in {counted(len(loaded.files), 'file')}: no problems."])
        if verbose and (lines := list(schedule_lines(loaded.desired, datetime.now(UTC)))):
            answer.write(["", *lines])
        if unchecked:
            answer.write(["", "Not checked, because it is not declared here and may be in the workspace:", *unchecked])


def _loaded(paths: tuple[str, ...], choice: Choice, *, strict: bool) -> Loaded:
    loaded = load(paths, os.environ, choice)
    if strict and loaded.warnings:
        raise ManifestError([replace(warning, severity="error") for warning in loaded.warnings])
    return loaded


def _annotate(answer: Answer, problems: tuple[Problem, ...]) -> None:
    """Answer in the form that another tool reads, where one is asked for."""
    if answer.output == "github":
        answer.put("".join(f"{harmless(line)}\n" for line in github_lines(problems)))
    elif answer.output == "sarif":
        answer.put(sarif(problems))


OUTPUTS = ("text", "json", "github", "sarif")
command = click.Command(
    "validate",
    callback=_command,
    params=[
        *MANIFESTS,
        click.Option(
            ["-o", "--output"],
            type=click.Choice(OUTPUTS),
            default="text",
            help="How to answer.",
            show_default=True,
        ),
        click.Option(["--strict"], is_flag=True, help="Take warnings for problems."),
        click.Option(["-v", "--verbose"], is_flag=True, help="Show when schedules fire next."),
        click.Option(["--no-color"], is_flag=True, help="Never use colour (NO_COLOR does the same)."),
        click.Option(["--debug"], is_flag=True, help="Show where an error came from."),
    ],
    help=_command.__doc__,
    epilog="Example: centrali-deploy validate examples/workspace.yaml",
)
