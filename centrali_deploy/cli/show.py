"""`centrali-deploy show`: a saved plan in words, without a network."""

from __future__ import annotations

import os

import click

from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.errors import ExitCode
from centrali_deploy.pipeline.saving import needed
from centrali_deploy.report.json import plan_part
from centrali_deploy.report.text import plan_lines


def _command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    plans: tuple[str, ...],
    output: str,
    detailed_exitcode: bool,  # noqa: FBT001 -- a flag
    verbose: bool,  # noqa: FBT001 -- a flag
    no_color: bool,  # noqa: FBT001 -- a flag
    debug: bool,  # noqa: FBT001 -- a flag
) -> None:
    """Show a saved plan, without a network and without credentials."""
    with answering(Answer("show", output, no_color), debug=debug) as answer:
        saved = needed(plans, os.environ)
        answer.parts |= {
            "plan": plan_part(saved.plan),
            "made": saved.made,
            "tool": saved.tool,
            "environment": saved.environment,
            "server": saved.server,
        }
        where = (
            saved.plan.workspace
            + (f" at {saved.server}" if saved.server else "")
            + (f", environment {saved.environment}" if saved.environment else "")
        )
        answer.write(plan_lines(saved.plan, answer.paint, where=where, verbose=verbose))
        answer.write([f"Made {saved.made} by centrali-deploy {saved.tool}; digest {saved.plan.digest}."])
        if detailed_exitcode and not saved.plan.empty:
            answer.exit_code = ExitCode.CHANGES


command = click.Command(
    "show",
    callback=_command,
    params=[
        click.Argument(["plans"], nargs=-1, required=True, metavar="PLANFILE"),
        click.Option(["-o", "--output"], type=click.Choice(["text", "json"]), default="text", help="How to answer.", show_default=True),
        click.Option(["--detailed-exitcode"], is_flag=True, help="Leave with 2 when there are changes."),
        click.Option(["-v", "--verbose"], is_flag=True, help="Show what is unchanged, too."),
        click.Option(["--no-color"], is_flag=True, help="Never use colour (NO_COLOR does the same)."),
        click.Option(["--debug"], is_flag=True, help="Show where an error came from."),
    ],
    help=_command.__doc__,
    epilog="Example: centrali-deploy show plan.json",
)
