"""One JSON document a run, on failure too, with the exit code and the reason inside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import path_text
from centrali_deploy.errors import DeployError, ExitCode, ManifestError, RemoteError
from centrali_deploy.plan.calls import state_call
from centrali_deploy.plan.model import FORMAT, Action, plain
from centrali_deploy.plan.safety import consent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from centrali_deploy.apply.outcome import Outcome
    from centrali_deploy.errors import Problem
    from centrali_deploy.manifest.together import Undeclared
    from centrali_deploy.plan.model import Change, FieldChange, Plan


def document(command: str, exit_code: ExitCode, parts: Mapping[str, Any]) -> str:
    """The whole document as text. `parts` are added to what every document has: format, command, exit code and reason."""
    head = {"format": FORMAT, "command": command, "exitCode": int(exit_code), "reason": exit_code.name.lower().replace("_", "-")}
    return json.dumps({**head, **parts}, indent=2) + "\n"


def plan_part(plan: Plan) -> dict[str, Any]:
    """A plan; secrets appear as marks, `{"$mark": "secret"}`."""
    return {
        "workspace": plan.workspace,
        "digest": plan.digest,
        "empty": plan.empty,
        "summary": {action.value: plan.count(action) for action in Action},
        "kept": list(map(str, plan.kept)),
        "unmanaged": [str(address) for address in plan.unmanaged],
        "changes": [change_part(change) for change in plan.changes],
        "hints": [{"address": str(hint.address), "message": hint.message, "lines": list(hint.lines)} for hint in plan.hints],
        "hazards": [
            {
                "address": str(hazard.address),
                "path": path_text(hazard.path),
                "class": hazard.weight,
                "message": hazard.message,
                "records": hazard.count,
                "of": hazard.total,
                "unknown": hazard.unknown or None,
                "consent": consent(hazard),
            }
            for hazard in plan.hazards
        ],
        "leftOut": [{**change_part(left.change), "because": str(left.because)} for left in plan.left_out],
        "refusals": [
            {
                "rule": refusal.rule,
                "address": str(refusal.address),
                "message": refusal.message,
                "hint": refusal.hint,
                "refuses": "plan" if refusal.whole else "change",
            }
            for refusal in plan.refusals
        ],
    }


def change_part(change: Change) -> dict[str, Any]:
    """One change with its fields."""
    return {
        "address": str(change.address),
        "action": change.action.value,
        "reason": change.reason,
        "position": str(change.position) if change.position else None,
        "requires": [str(address) for address in change.requires],
        "stateCall": state_call(change),
        "adopting": change.adopting,
        "fields": list(map(field_part, change.fields)),
    }


def field_part(field: FieldChange) -> dict[str, Any]:
    """One member: what it is, what it becomes, and who made it differ since the last apply."""
    return {
        "path": path_text(field.path),
        "before": plain(field.before),
        "after": plain(field.after),
        "note": field.note,
        "layer": field.layer,
        "side": field.side,
        "position": str(field.position) if field.position else None,
    }


def outcomes_part(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """What happened to each change, in the order given."""
    return [outcome_part(outcome) for outcome in outcomes]


def outcome_part(outcome: Outcome) -> dict[str, Any]:
    """What happened to one change, and to each of the calls that carried it out."""
    return {
        "address": str(outcome.change.address),
        "action": outcome.change.action.value,
        "status": outcome.status.value,
        "seconds": round(outcome.seconds, 3),
        "calls": [{"call": call.name, "status": call.status.value} for call in outcome.calls],
        "error": error_part(outcome.error) if outcome.error else None,
        "culprit": str(outcome.culprit) if outcome.culprit else None,
        "problems": [problem_part(problem) for problem in outcome.problems],
        "copied": outcome.copied,
    }


def error_part(error: DeployError) -> dict[str, Any]:
    """What went wrong; the problems of a manifest each with file, line and column."""
    part: dict[str, Any] = {"type": error.reason, "message": error.message, "hint": error.hint}
    if isinstance(error, ManifestError):
        read = any(problem.position.file for problem in error.problems)
        part["message"] = "The manifests are not valid." if read else "The values given are not valid."
        part["problems"] = [problem_part(problem) for problem in error.problems]
    if isinstance(error, RemoteError):
        part |= {"method": error.method, "path": error.path, "status": error.status, "requestId": error.request_id}
    return part


def problem_part(problem: Problem) -> dict[str, Any]:
    """One problem or warning with its place."""
    return {
        "severity": problem.severity,
        "file": problem.position.file,
        "line": problem.position.line,
        "column": problem.position.column,
        "address": problem.address,
        "message": problem.message,
        "hint": problem.hint,
    }


def undeclared_part(undeclared: Undeclared) -> dict[str, Any]:
    """A reference to what is not declared: where it stands, who refers, from where in its spec, to what."""
    reference, address, position = undeclared
    place = {"file": position.file, "line": position.line, "column": position.column}
    return {**place, "address": str(address), "path": path_text(reference.path), "target": str(reference.target)}
