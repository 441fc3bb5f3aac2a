"""`centrali-deploy validate`: everything that can be known without a network."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.manifests import MANIFESTS
from centrali_deploy.cli.terminal import Answer, answering, harmless
from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.everywhere import load_everywhere, named, where
from centrali_deploy.manifest.head import Choice
from centrali_deploy.manifest.loading import has_errors
from centrali_deploy.pipeline.saving import refuse_plans
from centrali_deploy.report.annotations import github_lines, sarif
from centrali_deploy.report.fields import counted
from centrali_deploy.report.json import problem_part, undeclared_part
from centrali_deploy.report.schedules import schedule_lines
from centrali_deploy.report.text import problem_lines, undeclared_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.errors import Problem
    from centrali_deploy.manifest.everywhere import Everywhere


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
        now = datetime.now(UTC)
        refuse_plans(paths)
        try:
            found = load_everywhere(paths, os.environ, Choice(environment, values, value_files), now=now)
        except ManifestError as error:
            _annotate(answer, error.problems)
            raise
        problems = tuple(replace(problem, severity="error") for problem in found.problems) if strict else found.problems
        _annotate(answer, problems)
        loaded = next(iter(found.loaded.values()))
        unchecked = list(dict.fromkeys(each for one in found.loaded.values() for each in one.undeclared))
        answer.parts |= {} if has_errors(problems) else {"resources": len(loaded.desired)}
        answer.parts |= {"files": list(loaded.files), "environments": list(found.environments)}
        answer.parts["unchecked"] = list(map(undeclared_part, unchecked))
        parts = [list(_schedules(found, now)) if verbose else [], list(undeclared_lines(unchecked, loaded.desired)) if unchecked else []]
        lines = [line for part in parts if part for line in ("", *part)]
        if has_errors(problems):
            answer.write([*lines[1:], *lines[:1]])
            raise ManifestError(problems)
        answer.parts["warnings"] = list(map(problem_part, problems))
        if problems:
            answer.write([*problem_lines(problems, answer.paint), ""])
        checked = f", {named(found.environments)}" if found.environments else ""
        summary = f"{counted(len(loaded.desired), 'resource')} in {counted(len(loaded.files), 'file')}{checked}: no problems."
        answer.write([summary, *lines])


def _schedules(found: Everywhere, now: datetime) -> Iterator[str]:
    for line, names in where({name: schedule_lines(loaded.desired, now) for name, loaded in found.loaded.items()}):
        yield line + (f"  in {names}" if names else "")


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
