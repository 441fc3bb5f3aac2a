"""`centrali-deploy invoke`: set off an on-demand trigger and, if wished, wait for what comes of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from centrali_deploy.address import Address
from centrali_deploy.cli.running import workspace_command
from centrali_deploy.errors import FunctionFailed, Unreachable, UsageProblem
from centrali_deploy.remote.function_runs import ENDED, FunctionRuns
from centrali_deploy.report.function_runs import run_lines

if TYPE_CHECKING:
    from centrali_deploy.cli.running import Run

_PAUSE = 0.5
"""Seconds between two looks at a run."""


def json_option(text: str | None, option: str) -> Any:  # noqa: ANN401 -- any JSON value
    """What an option says in JSON. Raises UsageProblem when it is none."""
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageProblem(f"{option} is not JSON: {error}.", f"Write it like {option} '{{\"limit\": 5}}'.") from error


@workspace_command("invoke", example="centrali-deploy invoke generate-report-manual --data '{\"limit\": 5}' --wait", beside=True)
@click.argument("trigger")
@click.option("--data", metavar="JSON", help="What the function finds in executionParams.")
@click.option("--wait", is_flag=True, help="Wait for the end of the run, and leave with 3 when it failed.")
@click.option("--timeout", type=click.FloatRange(1), default=330, show_default=True, help="Seconds to wait at most.")
def command(run: Run, *, trigger: str, data: str | None, wait: bool, timeout: float) -> None:
    """Invoke the on-demand trigger TRIGGER, by its name."""
    runs = FunctionRuns(run.client)
    id_, job = runs.invoke(Address("trigger", trigger), json_option(data, "--data"))
    run.answer.parts["job"] = job
    run.answer.write([f"Invoked trigger/{trigger}: {job}"])
    if wait:
        show_end(run, runs, id_, job, timeout)


def show_end(run: Run, runs: FunctionRuns, trigger_id: str, job: str, timeout: float) -> None:
    """Follow a job to its end and show it. Raises FunctionFailed when the run did, Unreachable when it takes too long."""
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < timeout:
        found = runs.of_job(trigger_id, job)
        if found and found.get("status") in ENDED:
            break
        run.answer.live(f"{found['status'] if found else 'Queued'} for {waited:.0f} s", run.client.pace.asked)
        time.sleep(_PAUSE)
    else:
        hint = f"It goes on by itself: centrali-deploy runs show {found['id']}" if found else "It goes on by itself: look at runs list."
        raise Unreachable(f"The run did not end within {timeout:.0f} s.", hint)
    run.answer.parts["run"] = found
    run.answer.write(run_lines(found, run.answer.paint))
    if found["status"] != "completed":
        raise FunctionFailed(
            f"The run ended with {found['status']}.", f"Look at the function, or again: centrali-deploy runs show {found['id']}"
        )
