"""The tree of errors: exit codes and reasons that machines rely on, problems in the order of their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from centrali_deploy import errors
from centrali_deploy.errors import DeployError, ExitCode, ManifestError, Position, Problem, RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator

TREE = [
    (errors.ManifestError, DeployError, 3, "manifest-error"),
    (errors.UsageProblem, DeployError, 3, "usage-problem"),
    (errors.RemoteError, DeployError, 10, "remote-error"),
    (errors.Unreachable, RemoteError, 10, "unreachable"),
    (errors.Unauthorized, RemoteError, 4, "unauthorized"),
    (errors.Rejected, RemoteError, 10, "rejected"),
    (errors.Conflict, RemoteError, 5, "conflict"),
    (errors.PlanError, DeployError, 5, "plan-error"),
    (errors.LiveConflict, errors.PlanError, 5, "live-conflict"),
    (errors.StalePlan, errors.PlanError, 5, "stale-plan"),
    (errors.UnsafePlan, errors.PlanError, 8, "unsafe-plan"),
    (errors.LedgerError, DeployError, 10, "ledger-error"),
    (errors.Unreadable, errors.LedgerError, 5, "unreadable"),
    (errors.LedgerMoved, errors.LedgerError, 5, "ledger-moved"),
    (errors.Locked, errors.LedgerError, 6, "locked"),
    (errors.LeaseLost, errors.Locked, 6, "lease-lost"),
    (errors.ApprovalNeeded, DeployError, 9, "approval-needed"),
    (errors.AppliedInPart, DeployError, 7, "applied-in-part"),
    (errors.FunctionFailed, DeployError, 3, "function-failed"),
    (errors.NotWritten, DeployError, 1, "not-written"),
    (errors.Unexpected, DeployError, 1, "unexpected"),
    (errors.Interrupted, DeployError, 130, "interrupted"),
]


def below(kind: type[DeployError]) -> Iterator[type[DeployError]]:
    for inner in kind.__subclasses__():
        if inner.__module__ == errors.__name__:
            yield inner
            yield from below(inner)


@pytest.mark.parametrize(("kind", "parent", "code", "reason"), TREE, ids=lambda part: getattr(part, "__name__", None))
def test_every_error_has_its_place_its_exit_code_and_its_reason(
    kind: type[DeployError], parent: type[DeployError], code: int, reason: str
) -> None:
    error = kind([]) if kind is ManifestError else kind("what", "what now")  # type: ignore[arg-type]
    assert kind.__bases__ == (parent,)
    assert (error.exit_code, error.reason) == (code, reason)
    if kind is not ManifestError:
        assert (str(error), error.message, error.hint) == ("what", "what", "what now")


def test_the_table_holds_every_error_and_the_tree_in_the_docs_says_the_same() -> None:
    assert set(below(DeployError)) == {kind for kind, *_ in TREE}
    drawn = re.findall(r"\|- (\w+) .*?(\d+)$", errors.__doc__ or "", re.MULTILINE)
    assert {name: int(code) for name, code in drawn} == {kind.__name__: code for kind, _, code, _ in TREE}


def test_exit_codes_are_told_apart() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0, "UNEXPECTED": 1, "CHANGES": 2, "INVALID": 3, "NOT_ALLOWED": 4, "CONFLICT": 5, "LOCKED": 6, "PARTIAL": 7, "REFUSED": 8,
        "APPROVAL_NEEDED": 9, "UNAVAILABLE": 10, "INTERRUPTED": 130,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("position", "text"), [(Position("a.yaml", 3, 5), "a.yaml:3:5"), (Position("a.yaml"), "a.yaml"), (Position("", 1, 1), ":1:1")]
)
def test_a_position_is_written_as_editors_read_it(position: Position, text: str) -> None:
    assert str(position) == text


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(Position("a", 1, 2), "function/f", "No.", "Mend it."), "a:1:2  function/f\n  No. Mend it."),
        (Problem(Position("a"), "", "No."), "a\n  No."),
    ],
)
def test_a_problem_is_two_lines(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_problems_are_sorted_by_place_and_told_once() -> None:
    places = [Position("b", 1, 1), Position("a", 10, 1), Position("a", 9, 2), Position("a", 9, 1), Position("a")]
    problems = [Problem(place, "x", "No.") for place in places]
    error = ManifestError([*problems, *problems])
    assert [problem.position for problem in error.problems] == sorted(places)
    assert [str(place) for place in sorted(places)] == ["a", "a:9:1", "a:9:2", "a:10:1", "b:1:1"]
    assert str(error) == "\n".join(map(str, error.problems))


def test_an_error_about_a_request_keeps_what_the_api_said() -> None:
    error = RemoteError("m", "h", method="GET", path="/x", status=400, code="BAD", fields=(("a", "b"),), request_id="req_1")
    parts = (error.method, error.path, error.status, error.code, error.fields, error.request_id)
    assert parts == ("GET", "/x", 400, "BAD", (("a", "b"),), "req_1")
    bare = RemoteError("m")
    assert (bare.method, bare.path, bare.status, bare.code, bare.fields, bare.request_id) == ("", "", 0, "", (), "")


def test_a_problem_that_stands_in_no_file_begins_with_what_it_is_about() -> None:
    assert str(Problem(Position(""), "--var n", "It is wrong.", "Mend it.")) == "--var n\n  It is wrong. Mend it."
