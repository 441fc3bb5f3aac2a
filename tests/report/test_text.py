"""Plans, outcomes and errors as lines for people: nothing cut short that matters, no secret, colour as an argument."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address, Item
from centrali_deploy.errors import ManifestError, Position, Problem, UsageProblem
from centrali_deploy.plan.model import Action, Change, FieldChange, Mark, Plan
from centrali_deploy.plan.verdicts import Refusal
from centrali_deploy.report.text import (
    SYMBOLS,
    change_lines,
    counted,
    error_lines,
    plan_lines,
    problem_lines,
    summary,
)

F, G, S = Address("function", "f"), Address("function", "g"), Address("structure", "s")
PLACE = Position("w.yaml", 4, 3)


def plain(text: str, _style: str) -> str:
    return text


def styled(text: str, style: str) -> str:
    return f"<{style}:{text}>" if style else text


def fields(change: Change) -> list[str]:
    return [line.removeprefix("    ") for line in change_lines(change, plain)][1:]


def updated(path: Any, before: Any, after: Any, note: str = "", address: Address = S) -> list[str]:
    return fields(Change.update(address, "differs", [FieldChange(path, before, after, note)]))


def created(path: Any, after: Any) -> list[str]:
    return fields(Change.create(S, "not there yet", [FieldChange(path, Mark.ABSENT, after)]))


def test_a_change_is_its_symbol_address_reason_and_place() -> None:
    change = Change.create(F, "not there yet", [FieldChange(("timeoutMs",), Mark.ABSENT, 5)], PLACE)
    assert list(change_lines(change, plain)) == ["+ function/f  not there yet  w.yaml:4:3", "    timeoutMs: 5"]
    assert next(change_lines(change, styled)) == "<green:+ function/f>  not there yet<dim:  w.yaml:4:3>"
    assert list(change_lines(Change.delete(F, "gone"), plain)) == ["- function/f  gone"]
    assert SYMBOLS.keys() == set(Action)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (1, 2, "x: 1 -> 2"),
        ("a", None, 'x: "a" -> null'),
        (Mark.ABSENT, True, "x: (not set) -> true"),
        (1.5, Mark.ABSENT, "x: 1.5 -> (removed)"),
        (Mark.SECRET, Mark.SECRET, "x: (secret) -> (secret)"),
        ({"a": Mark.SECRET, "b": [Mark.ABSENT, "ü"]}, [], 'x: {a: (secret), b: [(absent), "ü"]} -> []'),
        ("y" * 198, "y" * 199, f'x: "{"y" * 198}" -> "{"y" * 199}... (201 characters)'),
    ],
)
def test_a_member_is_shown_before_and_after(before: Any, after: Any, line: str) -> None:
    assert updated(("x",), before, after) == [line]


def test_a_state_that_a_call_of_its_own_sets_has_a_line_or_is_the_change() -> None:
    flow = Address("orchestration", "o")
    status, name = FieldChange(("status",), "draft", "active"), FieldChange(("name",), "a", "b")
    assert list(change_lines(Change.update(flow, "differs", [name, status]), styled)) == [
        "<yellow:~ orchestration/o>  differs<dim:>",
        '    name: <red:"a"> -> <green:"b">',
        '    status: <red:"draft"> -> <green:"active">',
        "  <yellow:> activate>",
    ]
    assert list(change_lines(Change.update(flow, "differs", [status]), plain)) == [
        "> orchestration/o  activate: differs",
        '    status: "draft" -> "active"',
    ]


def test_a_note_stands_behind_and_a_path_before() -> None:
    path = ("properties", Item("email"), "maxLength")
    assert updated(path, 1, 2, "others set it") == ["properties[email].maxLength: 1 -> 2 (others set it)"]


def test_what_fits_stands_on_one_line_and_what_does_not_below_as_in_yaml() -> None:
    assert created(("x",), {"a": [1, "b"]}) == ['x: {a: [1, "b"]}']
    long = "y" * 60
    assert created(("x",), {"a": [long, long], "b": [{"c": {"d": long, "e": long}, "f": []}, {}], "g": 1}) == [
        "x:",
        "  a:",
        f'    - "{long}"',
        f'    - "{long}"',
        "  b:",
        "    - c:",
        f'        d: "{long}"',
        f'        e: "{long}"',
        "      f: []",
        "    - {}",
        "  g: 1",
    ]
    assert updated(("x",), Mark.ABSENT, [long, long]) == ["x: (not set) ->", f'  - "{long}"', f'  - "{long}"']
    assert updated(("x",), Mark.ABSENT, [1]) == ["x: (not set) -> [1]"]


def test_new_code_is_counted_and_changed_code_is_one_difference() -> None:
    assert fields(Change.create(F, "new", [FieldChange(("code",), Mark.ABSENT, "a\r\nb\n")])) == ["code: 2 lines"]
    assert fields(Change.create(F, "new", [FieldChange(("code",), Mark.ABSENT, "a")])) == ["code: 1 line"]
    assert updated(("code",), "a\nb\n", "a\nc\nd", address=F) == [
        "code:",
        "  @@ -1,2 +1,3 @@",
        "   a",
        "  -b",
        "  +c",
        "  +d  (no newline at the end)",
    ]
    change = Change.update(F, "differs", [FieldChange(("code",), "b\n", "c\n")])
    assert [line.strip() for line in change_lines(change, styled)][2:] == ["<cyan:@@ -1 +1 @@>", "<red:-b>", "<green:+c>"]


def test_code_that_is_too_long_to_compare_is_counted() -> None:
    assert updated(("code",), "a\n" * 2500, "b\n" * 2501, address=F) == ["code:", "  2500 lines -> 2501 lines (too long to show)"]
    assert len(updated(("code",), "a\n" * 2500, "b\n" * 2500, address=F)) == 5002


CREATE, SAME = Change.create(F, "new", []), Change.no_op(G, "the same")


def test_a_plan_shows_what_changes_then_what_refuses_it_then_a_summary() -> None:
    refusal = Refusal("rule", F, "it would be lost.", "Declare it.")
    assert list(plan_lines(Plan("acme", (CREATE, SAME), (refusal,), (S,)), plain, where="acme at home")) == [
        "Workspace acme at home",
        "",
        "+ function/f  new",
        "",
        "! function/f: it would be lost.",
        "  Declare it.",
        "apply will refuse this plan.",
        "",
        "Plan: 1 to create; 1 unchanged, 1 in the workspace not declared here and left alone.",
    ]


def test_more_words_show_what_stays_and_what_is_left_alone() -> None:
    assert list(plan_lines(Plan("acme", (CREATE, SAME), (), (S,)), plain, where="x", verbose=True))[4:-2] == [
        "  function/g  the same",
        "",
        "In the workspace, not declared here and left alone:",
        "  structure/s",
    ]
    assert "function/g" not in "".join(plan_lines(Plan("acme", (CREATE, SAME)), plain, where="x"))
    assert len(list(plan_lines(Plan("acme", (CREATE,)), plain, where="x", verbose=True))) == 5


def test_the_summary_counts_every_sort_of_change() -> None:
    field = [FieldChange(("x",), 1, 2)]
    both = Change.update(F, "completed", field)
    changes = (CREATE, both, Change.update(S, "", field), Change.replace(G, "", field), Change.delete(Address("trigger", "t"), ""))
    assert summary(Plan("acme", changes), plain) == "Plan: 1 to create, 1 to update, 1 to replace, 1 to delete; 0 unchanged."
    assert summary(Plan("acme", (SAME,)), styled) == "<green:No changes. 1 unchanged.>"


@pytest.mark.parametrize(("count", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (1_000_000, "1,000,000 files")])
def test_things_are_counted_in_words(count: int, text: str) -> None:
    assert counted(count, "file") == text


def test_an_error_is_what_is_wrong_and_what_now() -> None:
    assert list(error_lines(UsageProblem("Wrong.", "Right."), styled)) == ["<red:Error:> Wrong.", "  Right."]
    assert list(error_lines(UsageProblem("Wrong."), plain)) == ["Error: Wrong."]
    error = ManifestError([Problem(Position("b"), "", "Second."), Problem(PLACE, "function/f", "First.", "Do it.")])
    assert list(error_lines(error, styled)) == [
        "<bold:b>",
        "  Second.",
        "<bold:w.yaml:4:3  function/f>",
        "  First. Do it.",
        "<red:2 problems>.",
    ]


def many(errors: int, warnings: int) -> list[Problem]:
    found = [Problem(Position("w.yaml", line), "", "Odd.", severity="warning") for line in range(1, warnings + 1)]
    return [*found, *(Problem(Position("w.yaml", line), "", "Wrong.") for line in range(warnings + 1, warnings + errors + 1))]


@pytest.mark.parametrize(
    ("errors", "warnings", "shown", "more"),
    [
        (50, 0, (50, 0), ""),
        (0, 50, (0, 50), ""),
        (51, 0, (50, 0), "... and 1 more: "),
        (48, 2000, (48, 2), "... and 1,998 more: "),
        (60, 5, (50, 0), "... and 15 more: "),
        (0, 0, (0, 0), ""),
    ],
)
def test_of_very_many_problems_only_the_first_are_shown_and_errors_before_warnings(
    errors: int, warnings: int, shown: tuple[int, int], more: str
) -> None:
    lines = list(problem_lines(many(errors, warnings), plain))
    assert (lines.count("  Wrong."), lines.count("  Odd.")) == shown
    assert [line for line in lines if line.startswith("...")] == (
        [f"{more}centrali-deploy validate -o json shows all of them."] if more else []
    )
    assert (
        lines[-1] == ", ".join([*([counted(errors, "problem")] * bool(errors)), *([counted(warnings, "warning")] * bool(warnings))]) + "."
    )
