"""`centrali-deploy plan`: what apply would change, field by field, without changing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.owning import allow_loss, owning, policy_of, prune_options
from centrali_deploy.cli.running import resend_secrets, workspace_command
from centrali_deploy.errors import ExitCode
from centrali_deploy.pipeline.apply import unset
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.pipeline.saving import save
from centrali_deploy.plan.safety import refuse_unknown_consents
from centrali_deploy.report.json import plan_part, problem_part
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from centrali_deploy.cli.running import Run


@workspace_command("plan", example="centrali-deploy plan --local examples/workspace.yaml")
@click.option("--out", metavar="FILE", help="Write the plan into a file, for show and apply.")
@click.option("--detailed-exitcode", is_flag=True, help="Leave with 2 when there are changes.")
@prune_options
@allow_loss
@resend_secrets
def command(  # noqa: PLR0913 -- one parameter per option
    run: Run,
    *,
    out: str | None,
    detailed_exitcode: bool,
    prune: bool,
    allow_mass_delete: bool,
    allow_loss: tuple[str, ...],
    resend_secrets: bool,
) -> None:
    """Show what apply would change. PATHS are files or directories, ./workspace.yaml and its like by default."""
    policy = policy_of(run, resend_secrets=resend_secrets, prune=prune, allow_mass_delete=allow_mass_delete, allow_loss=allow_loss)
    planned = run.answer.follow(plan(run.loaded, run.client, policy, owning(run).read()), run.client)
    run.answer.write(plan_lines(planned.plan, run.answer.paint, where=run.where, verbose=run.verbose))
    run.answer.parts["plan"] = plan_part(planned.plan)
    run.answer.event("plan", plan=run.answer.parts["plan"])
    refuse_unknown_consents(planned.plan, policy)
    missing = unset(planned, run.client)
    run.answer.parts["unset"] = [problem_part(problem) for problem in missing]
    if missing:
        run.answer.write(["Where apply runs, it will need:", *(f"  {problem.message}  {problem.position}" for problem in missing), ""])
    if out:
        save(out, planned, run.loaded, policy, run.client.server)
        run.answer.parts["out"] = out
        run.answer.write([f"Saved as {out}: centrali-deploy apply {out} does this and nothing else."])
    run.answer.close(run.client)
    if detailed_exitcode and not planned.plan.empty:
        run.answer.exit_code = ExitCode.CHANGES
