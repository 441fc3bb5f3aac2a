"""One JSON document: the same head on every run, every member of a plan, marks where no value can stand."""

from __future__ import annotations

import json

from centrali_deploy.address import Address, Item
from centrali_deploy.apply.outcome import Call, Outcome, Status
from centrali_deploy.errors import ExitCode, ManifestError, Position, Problem, Rejected, UsageProblem
from centrali_deploy.plan.model import Change, FieldChange, Mark, Plan
from centrali_deploy.plan.verdicts import Refusal
from centrali_deploy.report.json import document, error_part, outcomes_part, plan_part

F, G = Address("function", "f"), Address("function", "g")
PLACE = Position("w.yaml", 4, 3)
PROBLEM = Problem(PLACE, "function/f", "Wrong.", "Right.")
SAID = {"severity": "error", "file": "w.yaml", "line": 4, "column": 3, "address": "function/f", "message": "Wrong.", "hint": "Right."}


def test_every_document_has_a_head_and_ends_with_its_line() -> None:
    text = document("plan", ExitCode.NOT_ALLOWED, {"more": "ü\x1b"})
    assert json.loads(text) == {"format": 1, "command": "plan", "exitCode": 4, "reason": "not-allowed", "more": "ü\x1b"}
    assert text.isascii()
    assert (text[0], text[-2:]) == ("{", "}\n")


def test_a_plan_has_every_part() -> None:
    secret = FieldChange(("params", Item("k"), "value"), Mark.SECRET, [Mark.ABSENT], "resent", PLACE)
    update = Change(F, Change.update(F, "differs", [secret]).action, "differs", (secret,), (G,), position=PLACE)
    plan = Plan("acme", (update, Change.no_op(G, "same")), (Refusal("rule", F, "No.", "Yes."),), (Address("structure", "s"),))
    part = plan_part(plan)
    assert part == json.loads(json.dumps(part))
    assert part == {
        "workspace": "acme",
        "digest": plan.digest,
        "empty": False,
        "summary": {"create": 0, "update": 1, "replace": 0, "delete": 0, "forget": 0, "no-op": 1},
        "kept": [],
        "unmanaged": ["structure/s"],
        "changes": [
            {
                "address": "function/f",
                "action": "update",
                "reason": "differs",
                "position": "w.yaml:4:3",
                "requires": ["function/g"],
                "stateCall": None,
                "adopting": False,
                "fields": [
                    {
                        "path": "params[k].value",
                        "before": {"$mark": "secret"},
                        "after": [{"$mark": "absent"}],
                        "note": "resent",
                        "layer": "",
                        "side": "",
                        "position": "w.yaml:4:3",
                    }
                ],
            },
            {
                "address": "function/g",
                "action": "no-op",
                "reason": "same",
                "position": None,
                "requires": [],
                "stateCall": None,
                "adopting": False,
                "fields": [],
            },
        ],
        "hazards": [],
        "leftOut": [],
        "refusals": [{"rule": "rule", "address": "function/f", "message": "No.", "hint": "Yes.", "refuses": "plan"}],
        "hints": [],
    }


def test_outcomes_say_how_each_change_ended() -> None:
    change = Change.create(F, "new", [])
    error = Rejected("No.", "Yes.", method="POST", path="/compute-functions", status=400, request_id="req_1")
    applied, failed, skipped = outcomes_part(
        [
            Outcome(change, Status.APPLIED, 1.23456, calls=(Call("create", Status.APPLIED),)),
            Outcome(change, Status.FAILED, error=error, problems=(PROBLEM,)),
            Outcome(change, Status.SKIPPED, culprit=G),
        ]
    )
    assert applied == {
        "address": "function/f", "action": "create", "status": "applied", "seconds": 1.235,
        "calls": [{"call": "create", "status": "applied"}], "error": None, "culprit": None, "problems": [], "copied": 0,
    }  # fmt: skip
    assert (failed["status"], failed["error"], failed["problems"]) == ("failed", error_part(error), [SAID])
    assert (skipped["status"], skipped["culprit"]) == ("skipped", "function/g")


def test_an_error_has_a_type_for_machines_and_what_its_sort_knows() -> None:
    assert error_part(UsageProblem("No.", "Yes.")) == {"type": "usage-problem", "message": "No.", "hint": "Yes."}
    assert error_part(ManifestError([PROBLEM])) == {
        "type": "manifest-error", "message": "The manifests are not valid.", "hint": "", "problems": [SAID],
    }  # fmt: skip
    given = Problem(Position(""), "--var n", "Wrong.")
    assert error_part(ManifestError([given]))["message"] == "The values given are not valid."
    assert error_part(ManifestError([given, PROBLEM]))["message"] == "The manifests are not valid."
    assert error_part(Rejected("No.", method="PUT", path="/x", status=400, request_id="req_1")) == {
        "type": "rejected", "message": "No.", "hint": "", "method": "PUT", "path": "/x", "status": 400, "requestId": "req_1",
    }  # fmt: skip
