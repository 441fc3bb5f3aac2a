"""`centrali-deploy runs`: what functions did, and running them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from centrali_deploy.address import Address
from centrali_deploy.cli.invoke import json_option, show_end
from centrali_deploy.cli.running import workspace_command
from centrali_deploy.errors import UsageProblem
from centrali_deploy.remote.function_runs import FunctionRuns
from centrali_deploy.report.function_runs import run_lines, table_lines
from centrali_deploy.wire import RUN_STATUSES

if TYPE_CHECKING:
    from centrali_deploy.cli.running import Run


@workspace_command("runs list", example="centrali-deploy runs list --trigger generate-report-hourly --status failure", beside=True)
@click.option("--trigger", help="Runs of the trigger of this name.")
@click.option("--function", "function", help="Runs of the function of this name.")
@click.option("--status", type=click.Choice(RUN_STATUSES), help="Only runs in this status.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many.")
@click.option("--page", type=click.IntRange(1), default=1, help="Which page of them; 1 has the most recent ones.")
def _list(run: Run, *, trigger: str | None, function: str | None, status: str | None, limit: int, page: int) -> None:  # noqa: PLR0913 -- one parameter per option
    """List runs, most recent first."""
    if trigger and function:
        raise UsageProblem("--trigger and --function exclude each other.", "Leave one of them out.")
    runs = FunctionRuns(run.client)
    query: dict[str, str | int] = {"page": page, "limit": limit, **({"status": status} if status else {})}
    address = Address("trigger", trigger) if trigger else Address("function", function) if function else None
    found = runs.of(address, query) if address else runs.listed("", query)
    run.answer.parts["runs"] = found
    run.answer.write(table_lines(found, run.answer.paint))


@workspace_command("runs show", example="centrali-deploy runs show 6f1c2f3e-6b1d-4a53-9d54-1f4c2b9d8c11", beside=True)
@click.argument("run_id", metavar="ID")
def _show(run: Run, *, run_id: str) -> None:
    """Show one run: what it logged, its result, or what went wrong."""
    found = FunctionRuns(run.client).show(run_id)
    run.answer.parts["run"] = found
    run.answer.write(run_lines(found, run.answer.paint))


@workspace_command(
    "runs rerun", example="centrali-deploy runs rerun 6f1c2f3e-6b1d-4a53-9d54-1f4c2b9d8c11 --latest-code --wait", beside=True
)
@click.argument("run_id", metavar="ID")
@click.option("--latest-code", is_flag=True, help="With the code the function has now, not that of the first time.")
@click.option("--params", metavar="JSON", help="Members to lay over the params of the first time.")
@click.option("--reason", help="Why, for whoever reads the history.")
@click.option("--wait", is_flag=True, help="Wait for the end of the run, and leave with 3 when it failed.")
def _rerun(run: Run, *, run_id: str, latest_code: bool, params: str | None, reason: str | None, wait: bool) -> None:  # noqa: PLR0913 -- one parameter per option
    """Run something again, with the same params."""
    runs = FunctionRuns(run.client)
    asked = {"useLatestCode": latest_code or None, "overrideParams": json_option(params, "--params"), "reason": reason}
    job = runs.rerun(run_id, {member: value for member, value in asked.items() if value is not None})
    run.answer.parts["job"] = job
    run.answer.write([f"Queued again: {job}"])
    if wait:
        show_end(run, runs, str(runs.show(run_id).get("triggerId")), job, 330)


command = click.Group(
    "runs",
    commands=[_list, _show, _rerun],
    help="List and show runs of functions, and run them again.",
    epilog="Example: centrali-deploy runs list --function process-item",
)
