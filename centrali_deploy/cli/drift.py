"""`centrali-deploy drift`: what others changed since the last apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.cli.owning import owning
from centrali_deploy.cli.running import workspace_command
from centrali_deploy.errors import ExitCode, UsageProblem
from centrali_deploy.pipeline.drift import drift
from centrali_deploy.report.drift import drift_lines, drift_part

if TYPE_CHECKING:
    from centrali_deploy.cli.running import Run


@workspace_command("drift", example="centrali-deploy drift examples/workspace.yaml")
def command(run: Run) -> None:
    """Show what others changed since the last apply, in what is ours. Leaves with 2 when there is any."""
    own = owning(run)
    if own.door is None:
        raise UsageProblem("The manifest says ledger: none, so nobody knows what was applied.", "Keep a ledger to see drift.")
    recorded = own.read()
    found = run.answer.follow(drift(run.loaded, run.client, recorded), run.client)
    run.answer.write(drift_lines(found, recorded, run.answer.paint, where=run.where))
    run.answer.parts |= {"drift": list(map(drift_part, found)), "recorded": len(recorded.resources)}
    run.answer.close(run.client)
    if found:
        run.answer.exit_code = ExitCode.CHANGES
