"""How changes ended, as lines for people; a state that was set by a call of its own has a line of its own."""

from __future__ import annotations

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Call, Outcome, Status
from centrali_deploy.errors import Position, Problem, Rejected
from centrali_deploy.plan.model import Change, FieldChange
from centrali_deploy.report.outcomes import outcome_lines, outcomes_summary, progress_line

F, G, FLOW = Address("function", "f"), Address("function", "g"), Address("orchestration", "o")
PLACE = Position("w.yaml", 4, 3)
CREATE = Change.create(F, "not there yet", [])
ACTIVATED = Change.update(FLOW, "differs", [FieldChange(("status",), "draft", "active"), FieldChange(("name",), "a", "b")])


def plain(text: str, _style: str) -> str:
    return text


def styled(text: str, style: str) -> str:
    return f"<{style}:{text}>" if style else text


def test_an_outcome_says_how_it_ended_and_why() -> None:
    assert list(outcome_lines(Outcome(CREATE, Status.APPLIED, 1.26), 1, 3, plain)) == ["[1/3] + function/f  done  1.3 s"]
    assert list(outcome_lines(Outcome(CREATE, Status.SKIPPED, culprit=G), 2, 3, plain)) == [
        "[2/3] + function/f  skipped  because function/g failed"
    ]
    problem = Problem(PLACE, "function/f", "code: is required")
    failed = Outcome(CREATE, Status.FAILED, 9, Rejected("Refused.", "Mend it."), problems=(problem,))
    assert list(outcome_lines(failed, 3, 3, styled)) == [
        "[3/3] + function/f  <red:FAILED>",
        "    Refused.",
        "    w.yaml:4:3  code: is required",
        "    Mend it.",
    ]
    bare = Outcome(CREATE, Status.FAILED, error=Rejected("Refused."))
    assert list(outcome_lines(bare, 3, 3, plain))[1:] == ["    Refused."]


def test_outcomes_are_counted_and_applied_ones_always() -> None:
    ended = [Outcome(CREATE, status) for status in (Status.FAILED, Status.SKIPPED, Status.SKIPPED)]
    assert outcomes_summary(ended) == "Apply: 0 applied, 1 failed, 2 skipped."
    assert outcomes_summary([Outcome(CREATE, Status.APPLIED)]) == "Apply: 1 applied."


def test_what_is_written_now_is_named() -> None:
    assert progress_line([F, G], 1, 5) == "[1/5] Writing function/f, function/g"
    assert progress_line([], 1, 5) == ""


def test_a_failed_activation_is_told_apart_from_the_update_before_it() -> None:
    calls = (Call("update", Status.APPLIED), Call("activate", Status.FAILED))
    failed = Outcome(ACTIVATED, Status.FAILED, 9, Rejected("Refused."), calls=calls)
    assert list(outcome_lines(failed, 1, 1, plain)) == [
        "[1/1] ~ orchestration/o  FAILED",
        "    ~ update  done",
        "    > activate  FAILED",
        "    Refused.",
    ]


def test_a_change_that_is_only_a_state_or_only_a_call_needs_no_lines_for_it() -> None:
    only = Change.update(FLOW, "differs", [FieldChange(("status",), "draft", "active")])
    done = Outcome(only, Status.APPLIED, 0.1, calls=(Call("activate", Status.APPLIED),))
    assert list(outcome_lines(done, 1, 1, plain)) == ["[1/1] > orchestration/o  done  0.1 s"]
    replaced = Outcome(CREATE, Status.APPLIED, 0.1, calls=(Call("delete", Status.APPLIED), Call("create", Status.APPLIED)))
    assert len(list(outcome_lines(replaced, 1, 1, plain))) == 1
