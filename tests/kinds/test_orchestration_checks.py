"""What is wrong with an orchestration that its model does not see: its start, its steps, and where they lead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from centrali_deploy.kind import Others
from centrali_deploy.kinds import KINDS

KIND = KINDS["orchestration"]


def told(*steps: Any, trigger: Any = None) -> list[tuple[str, Any, str]]:
    spec = {"name": "O", "trigger": trigger or {"type": "on-demand"}, "steps": list(steps)}
    return [(finding.severity, finding.path, finding.message) for finding in KIND.check("o", spec)]


def compute(name: str, to: str | None = None) -> dict[str, Any]:
    return {"id": name, "type": "compute", "function": "f", **({"nextStepId": to} if to else {})}


def delay(name: str, to: str | None = None) -> dict[str, Any]:
    return {**compute(name, to), "type": "delay", "delayMs": 1}


def decision(name: str, *conditions: Any, to: str, otherwise: str | None = None) -> dict[str, Any]:
    rows = list(conditions) or [{"path": "input.ok", "op": "exists"}]
    return {"id": name, "type": "decision", "cases": [{"conditions": rows, "nextStepId": to}], "defaultNextStepId": otherwise}


def test_the_examples_have_nothing_wrong() -> None:
    for pair in KIND.examples:
        for spec in pair:
            assert list(KIND.check("o", spec)) == []


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("eventType", "record.create", '"record.create" is not an event.'),
        ("cronExpression", "0 24 * * *", '"cronExpression" is not a cron expression: "0 24 * * *".'),
        ("timezone", "../etc/passwd", '"../etc/passwd" is not a time zone.'),
        ("scheduledAt", "tomorrow", '"tomorrow" is not a moment.'),
    ],
)
def test_when_it_starts_is_checked_at_its_own_member(member: str, value: str, message: str) -> None:
    assert told(compute("a"), trigger={"type": "x", member: value}) == [("error", ("trigger", member), message)]


@pytest.mark.parametrize(
    ("sort", "needed", "value"),
    [("interval", "interval", 60), ("cron", "cronExpression", "0 2 * * *"), ("once", "scheduledAt", "2030-01-31T08:00:00Z")],
)
def test_a_schedule_needs_the_member_that_says_when(sort: str, needed: str, value: Any) -> None:
    start = {"type": "scheduled", "scheduleType": sort}
    message = f"scheduleType {sort} needs {needed}."
    assert told(compute("a"), trigger=start) == told(compute("a"), trigger={**start, needed: None}) == [("error", ("trigger",), message)]
    assert told(compute("a"), trigger={**start, needed: value}) == []


def test_a_step_that_is_there_twice_is_told_at_both_places() -> None:
    found = told(compute("a", "b"), compute("b"), compute("b"))
    assert found == [("error", ("steps", index, "id"), 'The step "b" is there 2 times.') for index in (1, 2)]


@pytest.mark.parametrize(("step", "told_of"), [(compute("a"), False), (delay("a"), True), (decision("a", to="a"), True)])
def test_only_compute_steps_have_encrypted_params(step: Any, told_of: bool) -> None:
    found = [message for _, path, message in told({**step, "encryptedParams": {}}) if path[-1] == "encryptedParams"]
    assert found == ([f"A {step['type']} step cannot have encryptedParams."] if told_of else [])


def test_every_way_that_leads_to_no_step_is_told_at_its_place() -> None:
    found = told(compute("a", "b"), {**decision("b", to="x", otherwise="y"), "nextStepId": "z"})
    assert found == [
        ("error", ("steps", 1, "nextStepId"), 'There is no step "z".'),
        ("error", ("steps", 1, "cases", 0, "nextStepId"), 'There is no step "x".'),
        ("error", ("steps", 1, "defaultNextStepId"), 'There is no step "y".'),
    ]


@pytest.mark.parametrize(
    ("condition", "place", "message"),
    [
        ({"op": "exists", "value": True}, ("value",), "exists takes no value."),
        ({"op": "notExists", "value": 0}, ("value",), "notExists takes no value."),
        ({"op": "in", "value": "x"}, ("value",), "in takes a list."),
        ({"op": "notIn", "value": None}, ("value",), "notIn takes a list."),
        ({"op": "in"}, (), "in needs a value."),
        *(({"op": op}, (), f"{op} needs a value.") for op in ("eq", "neq", "gt", "gte", "lt", "lte", "notIn")),
    ],
)
def test_a_comparison_that_lacks_its_value_or_has_one_too_many_is_told(condition: Any, place: Any, message: str) -> None:
    found = told(decision("a", {"path": "input.x", **condition}, to="b"), compute("b"))
    assert found == [("error", ("steps", 0, "cases", 0, "conditions", 0, *place), message)]


@pytest.mark.parametrize(
    "condition",
    [
        {"op": "exists"},
        {"op": "exists", "value": None},
        {"op": "notExists"},
        {"op": "in", "value": [1]},
        {"op": "notIn", "value": ["x", None]},
        {"op": "eq", "value": False},
        {"op": "lt", "value": 1.5},
        {"op": "gte", "value": "2026-01-31T08:00:00Z"},
        {"op": "eq", "value": None},
        {"op": "gt", "value": 0},
        {"op": 5},
    ],
)
def test_a_comparison_that_has_what_it_needs_is_not(condition: Any) -> None:
    assert told(decision("a", {"path": "input.x", **condition}, to="b"), compute("b")) == []


@pytest.mark.parametrize(
    ("condition", "severity", "message"),
    [
        ({"op": "gt", "value": [1]}, "error", "gt takes a number, or a text to be ordered by."),
        ({"op": "lte", "value": {"a": 1}}, "error", "lte takes a number, or a text to be ordered by."),
        ({"op": "lt", "value": True}, "warning", "lt takes a number, or a text to be ordered by."),
        ({"op": "gte", "value": None}, "warning", "gte takes a number, or a text to be ordered by."),
        ({"op": "eq", "value": {"a": 1}}, "error", "eq takes a single value."),
        ({"op": "eq", "value": []}, "error", "eq takes a single value."),
        ({"op": "neq", "value": [1]}, "warning", "neq takes a single value."),
        ({"op": "in", "value": []}, "error", "The list is empty, so that no value is in it."),
        ({"op": "notIn", "value": []}, "warning", "The list is empty, so that no value is in it."),
    ],
)
def test_a_value_that_an_operator_cannot_compare_is_told(condition: Any, severity: str, message: str) -> None:
    found = told(decision("a", {"path": "input.x", **condition}, to="b"), compute("b"))
    assert found == [(severity, ("steps", 0, "cases", 0, "conditions", 0, "value"), message)]


@pytest.mark.parametrize(
    ("condition", "finding"),
    [
        ({"op": "eq", "value": "succeeded"}, None),
        ({"op": "neq", "value": "failed"}, None),
        ({"op": "in", "value": ["succeeded", "failed"]}, None),
        ({"op": "exists"}, None),
        ({"op": "gt", "value": "a"}, None),
        ({"op": "eq", "value": "completed"}, ("error", (), '"completed" is not a status of a step.')),
        ({"op": "eq", "value": True}, ("error", (), "true is not a status of a step.")),
        ({"op": "eq", "value": ["failed"]}, ("error", (), "eq takes a single value.")),
        ({"op": "neq", "value": "success"}, ("warning", (), '"success" is not a status of a step.')),
        ({"op": "in", "value": ["completed"]}, ("error", (0,), '"completed" is not a status of a step.')),
        ({"op": "in", "value": ["failed", "Failed"]}, ("warning", (1,), '"Failed" is not a status of a step.')),
        ({"op": "notIn", "value": ["failed", 5]}, ("warning", (1,), "5 is not a status of a step.")),
    ],
)
def test_the_status_of_a_step_is_compared_with_the_two_there_are(condition: Any, finding: Any) -> None:
    found = told(compute("a", "b"), decision("b", {"path": "steps.a.status", **condition}, to="c"), compute("c"))
    at = ("steps", 1, "cases", 0, "conditions", 0, "value")
    assert found == ([(finding[0], (*at, *finding[1]), finding[2])] if finding else [])


def test_what_is_near_is_asked_for() -> None:
    spec = {
        "steps": [
            compute("a", "b"),
            decision(
                "b",
                {"path": "steps.a.outputs.x", "op": "exists"},
                {"path": "context.runID", "op": "exists"},
                {"path": "context.bogus", "op": "exists"},
                {"path": "steps.a.status", "op": "eq", "value": "success"},
                to="a",
            ),
        ]
    }
    hints = [finding.hint for finding in KIND.check("o", spec) if "conditions" in finding.path]
    assert hints == [
        "Did you mean steps.a.output.x?",
        "Did you mean context.runId?",
        "Documented are workspaceSlug, orchestrationId, runId.",
        "Did you mean succeeded? It is succeeded or failed.",
    ]


def test_a_step_that_nothing_leads_to_is_a_warning() -> None:
    found = told(compute("a", "c"), compute("b", "c"), compute("c"))
    assert found == [("warning", ("steps", 1), 'The step "b" is never reached.')]
    assert told(compute("a")) == []


def test_a_step_reached_only_through_one_that_is_not_is_not_reached_either() -> None:
    found = told(compute("a", "d"), compute("b", "c"), compute("c", "d"), compute("d"))
    assert [message for _, _, message in found] == ['The step "b" is never reached.', 'The step "c" is never reached.']


def gap(index: int, name: str, following: str) -> tuple[str, Any, str]:
    return "warning", ("steps", index), f"{name} has no nextStepId, so {following} is never reached."


def test_a_forgotten_next_step_is_told_where_it_was_forgotten_and_nothing_that_follows_from_it() -> None:
    looks = {"path": "steps.report.output.ok", "op": "exists"}
    steps = [compute("report"), decision("check", looks, to="wait", otherwise="clean"), delay("wait", "clean"), compute("clean")]
    assert told(*steps) == [gap(0, "report", "check")]
    (finding,) = KIND.check("o", {"trigger": {}, "steps": steps})
    assert finding.hint == "Write nextStepId: check, if check comes next."
    assert told(*steps[:2], delay("wait"), steps[3]) == [gap(0, "report", "check")]
    assert told(compute("report", "check"), *steps[1:]) == []


def test_every_forgotten_next_step_is_told() -> None:
    assert told(compute("a"), compute("b"), delay("c"), compute("d")) == [gap(0, "a", "b"), gap(1, "b", "c"), gap(2, "c", "d")]


def test_an_end_before_a_step_that_is_reached_is_an_end() -> None:
    assert told(decision("a", to="b", otherwise="c"), compute("b"), compute("c")) == []


@pytest.mark.parametrize(("name", "hint"), [("chek", "Did you mean check?"), ("nowhere", "Steps are: report, check, wait.")])
def test_a_next_step_that_is_none_is_told_and_nothing_that_follows_from_it(name: str, hint: str) -> None:
    looks = {"path": "steps.report.output.ok", "op": "exists"}
    steps = [compute("report", name), decision("check", looks, to="wait"), compute("wait")]
    (finding,) = KIND.check("o", {"trigger": {}, "steps": steps})
    assert (finding.message, finding.hint) == (f'There is no step "{name}".', hint)


def test_a_step_named_under_another_member_may_follow() -> None:
    assert told({**compute("a"), "next": "b"}, compute("b")) == []
    case = {"conditions": [{"path": "input.x", "op": "exists"}], "nextStep": "c"}
    assert told({"id": "a", "type": "decision", "cases": [case], "defaultNextStepId": "b"}, compute("b"), compute("c")) == []
    assert told({**compute("a"), "name": "b", "function": "b"}, compute("b")) == [gap(0, "a", "b")]


def test_a_decision_that_leads_nowhere_is_wrong_for_another_reason() -> None:
    assert told({"id": "a", "type": "decision"}, compute("b")) == []


def test_a_circle_is_one_of_steps_that_are_written() -> None:
    assert told(compute("a"), compute("b", "a")) == [gap(0, "a", "b")]


def test_steps_that_follow_each_other_for_ever_are_a_warning_and_a_delay_makes_it_good() -> None:
    found = told(compute("a", "b"), decision("b", to="a", otherwise="c"), compute("c"))
    assert found == [("warning", ("steps", 0), "These steps follow each other for ever: a -> b -> a.")]
    assert told(delay("a", "b"), decision("b", to="a", otherwise="c"), compute("c")) == []
    assert told(compute("a", "a")) == [("warning", ("steps", 0), "These steps follow each other for ever: a -> a.")]


@pytest.mark.parametrize(
    ("path", "finding"),
    [
        ("input.data.total", None),
        ("input", None),
        ("context", None),
        ("context.runId", None),
        ("context.workspaceSlug", None),
        ("context.orchestrationId", None),
        ("context.run", ("warning", 'context has no documented "run".')),
        ("context.bogus", ("warning", 'context has no documented "bogus".')),
        ("steps.a.output", None),
        ("steps.a.status", None),
        ("steps.a.output.ok", None),
        ("steps.a", ("warning", '"steps.a" is the whole result of a step.')),
        ("steps.a.outputs.x", ("warning", 'The result of a step has no documented "outputs".')),
        ("steps.a.error", ("warning", 'The result of a step has no documented "error".')),
        ("steps.a.", ("warning", 'The result of a step has no documented "".')),
        ("steps.a.status.code", ("warning", '"steps.a.status.code" leads nowhere.')),
        ("context.runId.x", ("warning", '"context.runId.x" leads nowhere.')),
        ("steps.a.b.output.ok", None),
        ("output.ok", ("warning", '"output.ok" leads nowhere.')),
        ("inputs.x", ("warning", '"inputs.x" leads nowhere.')),
        ("", ("warning", '"" leads nowhere.')),
        ("steps.gone.output", ("error", 'There is no step "gone".')),
        ("steps.later.output", ("warning", 'The step "later" does not come before "check".')),
        ("steps.check.output", ("warning", 'The step "check" does not come before "check".')),
    ],
)
def test_a_condition_looks_at_the_input_or_at_a_step_that_came_before(path: str, finding: Any) -> None:
    check = decision("check", {"path": path, "op": "exists"}, to="later")
    found = told(compute("a", "a.b"), compute("a.b", "check"), check, compute("later"))
    at = ("steps", 2, "cases", 0, "conditions", 0, "path")
    assert found == ([(finding[0], at, finding[1])] if finding else [])


def test_on_a_way_round_every_step_comes_before_every_other() -> None:
    check = decision("check", {"path": "steps.later.output", "op": "exists"}, to="later")
    assert told(check, delay("later", "check")) == []


@pytest.mark.parametrize(
    "steps", [None, 5, "x", {}, [], [None], [5], [[]], [{}], [{"id": 5, "cases": 5}], [{"id": "a", "cases": [{"conditions": [5, {}]}, 5]}]]
)
def test_steps_of_any_shape_do_not_make_it_fail(steps: object) -> None:
    assert list(KIND.check("o", {"trigger": steps, "steps": steps})) == []


@pytest.mark.parametrize(
    ("at", "status", "warned"),
    [
        ("2026-11-25T08:59:59Z", "active", True),
        ("2026-11-25T08:59:59Z", None, True),
        ("2026-11-25T08:59:59Z", "draft", False),
        ("2026-11-25T08:59:59Z", "paused", False),
        ("2026-11-25T09:00:00Z", "active", False),
    ],
)
def test_what_starts_once_and_too_late_is_warned_of(at: str, status: str | None, warned: bool) -> None:
    start = {"type": "scheduled", "scheduleType": "once", "scheduledAt": at}
    spec = {"name": "O", "trigger": start, "steps": [compute("a")], **({"status": status} if status else {})}
    for now, expected in ((datetime(2026, 11, 25, 9, tzinfo=UTC), warned), (None, False)):
        found = list(KIND.check_among("o", spec, Others({}, {}, (), now)))
        assert [(each.path, each.severity) for each in found] == ([(("trigger", "scheduledAt"), "warning")] if expected else [])
