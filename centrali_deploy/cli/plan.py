"""`centrali-deploy plan`: what apply would change, field by field, without changing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.running import resend_secrets, workspace_command
from centrali_deploy.errors import ExitCode
from centrali_deploy.pipeline.apply import unset
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.report.json import plan_part, problem_part
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from centrali_deploy.cli.running import Run


@workspace_command("plan", example="centrali-deploy plan --local examples/workspace.yaml")
@click.option("--detailed-exitcode", is_flag=True, help="Leave with 2 when there are changes.")
@resend_secrets
def command(run: Run, *, detailed_exitcode: bool, resend_secrets: bool) -> None:
    """Show what apply would change. PATHS are files or directories, ./workspace.yaml and its like by default."""
    planned = run.answer.follow(plan(run.loaded, run.client, Policy(resend_secrets=resend_secrets, protect=run.loaded.protect)), run.client)
    run.answer.write(plan_lines(planned.plan, run.answer.paint, where=run.where, verbose=run.verbose))
    run.answer.parts["plan"] = plan_part(planned.plan)
    run.answer.event("plan", plan=run.answer.parts["plan"])
    missing = unset(planned, run.client)
    run.answer.parts["unset"] = [problem_part(problem) for problem in missing]
    if missing:
        run.answer.write(["Where apply runs, it will need:", *(f"  {problem.message}  {problem.position}" for problem in missing), ""])
    run.answer.close(run.client)
    if detailed_exitcode and not planned.plan.empty:
        run.answer.exit_code = ExitCode.CHANGES
