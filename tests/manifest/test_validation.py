"""One resource, checked: its name, its source, what its kind finds, each at the line that says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.errors import Position
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.surroundings import Surroundings
from centrali_deploy.manifest.validation import Checking

if TYPE_CHECKING:
    from pathlib import Path

    from centrali_deploy.address import Path as Way

KEY, FILE = Position("w.yaml", 2, 3), Position("w.yaml", 1, 1)
DELAY = {"id": "s", "type": "delay", "delayMs": 1}


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    (tmp_path / "f.js").write_text("async function run() {}")
    (tmp_path / "empty.js").write_text("")
    return Surroundings({"A": "a"}, tmp_path, tmp_path)


def checking(kind: str, name: str, written: Any, around: Surroundings) -> Checking:
    """Each member stands on a line of its own, counted from 3; what is inside a member one column further each."""
    places: dict[Way, Position] = {(): KEY}
    for line, (member, value) in enumerate(written.items() if isinstance(written, dict) else (), 3):
        places[member,] = Position("w.yaml", line, 5)
        for number, key in enumerate(value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
            places[member, key] = Position("w.yaml", line, 6 + number)
    return Checking(KINDS[kind], name, around, places)


def wrong(kind: str, name: str, written: Any, around: Surroundings) -> list[tuple[int, int, str, str]]:
    found = checking(kind, name, written, around)
    found.checked(written, {})
    assert all(problem.address == f"{kind}/{name}" for problem in found.problems)
    return [(p.position.line, p.position.column, p.message, p.hint) for p in found.problems]


def test_a_mistake_in_code_that_is_not_written_line_by_line_says_its_line(around: Surroundings) -> None:
    ((line, _, message, hint),) = wrong("function", "x", {"code": "async function run() {\n  return 1 +;\n}"}, around)
    assert (line, message) == (3, 'This is not JavaScript: "identifier" is missing here.')
    assert hint == "It is at line 2, column 13 of the code. Look at the brackets, commas and quotes before it."


NOT_A_SLUG = "Use lowercase letters, digits and hyphens, for example job-logs."
NO_NAME = "Use 1 to 255 printable characters."


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("structure", "orders-2_b", None),
        ("structure", "Bad Slug", ('"Bad Slug" is not a slug.', NOT_A_SLUG)),
        ("structure", "", ('"" is not a slug.', NOT_A_SLUG)),
        ("structure", "a-", ('"a-" is not a slug.', NOT_A_SLUG)),
        ("structure", "a\n", ('"a\n" is not a slug.', NOT_A_SLUG)),
        ("structure", "a" * 256, (f'"{"a" * 40}" is not a name.', NO_NAME)),
        ("function", "Any text, ü 𝄞", None),
        ("function", "a" * 255, None),
        ("function", "a" * 256, (f'"{"a" * 40}" is not a name.', NO_NAME)),
        ("function", "", ('"" is not a name.', NO_NAME)),
        ("function", "a\tb", ('"a\tb" is not a name.', NO_NAME)),
        ("function", "a\u202eb", ('"a\u202eb" is not a name.', NO_NAME)),
    ],
)
def test_which_names_are_names(kind: str, name: str, found: Any, around: Surroundings) -> None:
    assert wrong(kind, name, {"structure": {"name": "S"}, "function": {"code": "async function run() {}"}}[kind], around) == (
        [(2, 3, *found)] if found else []
    )


@pytest.mark.parametrize(
    ("kind", "written", "found"),
    [
        ("function", {"code": "async function run() {}"}, []),
        ("function", {"source": "f.js"}, []),
        ("function", {}, [(2, 3, "function/x has no code.", "Name a file with source:, or write code: | and the text.")]),
        (
            "function",
            {"timeoutMs": 1, "source": "f.js", "code": "async function run() {}"},
            [(4, 5, "function/x has both source and code.", "Keep one of them.")],
        ),
        ("function", {"source": 5}, [(3, 5, "source must be a path, not a number.", "For example source: functions/process-item.js")]),
        ("function", {"source": None}, [(3, 5, "source must be a path, not nothing.", "For example source: functions/process-item.js")]),
        ("function", {"source": "empty.js"}, [(3, 5, '"empty.js" is empty.', "A function needs async function run().")]),
        (
            "function",
            {"source": "gone.js"},
            [(3, 5, '"gone.js" cannot be read: No such file or directory.', "The path is relative to the manifest.")],
        ),
        ("function", {"code": ""}, [(3, 5, '"code" must not be empty.', "Write something, or leave it out.")]),
        ("function", "text", [(2, 3, "function/x must be a mapping, not a text.", "Members are: code, description, source, timeoutMs.")]),
        (
            "trigger",
            None,
            [
                (
                    2,
                    3,
                    "trigger/x must be a mapping, not nothing.",
                    "Members are: description, enabled, executionType, function, triggerMetadata.",
                )
            ],
        ),
        (
            "structure",
            {"name": "S", "renamedFrom": "x"},
            [(4, 5, "renamedFrom must be the old name.", "Leave it out when nothing was renamed.")],
        ),
        (
            "structure",
            {"name": "S", "properties": [{"name": "a", "type": "string", "renamedFrom": "a"}]},
            [(4, 6, "renamedFrom must be the old name.", "Leave it out when nothing was renamed.")],
        ),
        (
            "structure",
            {"name": "${env:B}"},
            [(3, 5, "The environment variable B is not set.", "Set it, or give a default: ${env:B:-...}.")],
        ),
        # what the kinds find
        (
            "structure",
            {"name": "S", "properties": [{"name": "a", "type": "string"}, {"name": "a", "type": "number"}]},
            [
                (4, 6, 'The property "a" is there 2 times.', "Keep one of them."),
                (4, 7, 'The property "a" is there 2 times.', "Keep one of them."),
            ],
        ),
        (
            "structure",
            {"name": "S", "properties": [{"name": "a-b", "type": "string"}]},
            [(4, 6, '"a-b" is not a property name.', "Use letters, digits and underscores, not starting with a digit.")],
        ),
        (
            "structure",
            {"name": "S", "properties": [{"name": "a", "type": "number", "minimum": 2, "maximum": 1.5}]},
            [(4, 6, "minimum 2 is above maximum 1.5.", "No value can meet both.")],
        ),
        (
            "structure",
            {"name": "S", "properties": [{"name": "a", "type": "string", "isSecret": True, "isUnique": True}]},
            [(4, 6, "A secret property cannot be unique.", "Leave out isUnique or isSecret.")],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "event-driven", "triggerMetadata": {"event": "record.created", "recordSlug": "s"}},
            [(5, 6, '"record.created" is not an event.', "Did you mean record_created?")],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "scheduled", "triggerMetadata": {"scheduleType": "cron", "cronExpression": "* *"}},
            [(5, 7, '"cronExpression" is not a cron expression: "* *".', 'Five fields are expected, for example "0 2 * * *".')],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "on-demand", "triggerMetadata": {"params": {"k": {"value": "a", "encrypt": False}}}},
            [(5, 6, "This would be stored and shown in the clear.", 'Write {value: "${env:NAME}", encrypt: true}, or the value alone.')],
        ),
        (
            "trigger",
            {"function": "f", "executionType": "on-demand", "triggerMetadata": {"params": {"k": "x" * 65536}}},
            [(5, 6, "params are 65,545 bytes long.", "At most 65,536 are allowed: keep data in records.")],
        ),
        (
            "orchestration",
            {"name": "O", "trigger": {"type": "scheduled", "scheduleType": "interval"}, "steps": [DELAY]},
            [(4, 5, "scheduleType interval needs interval.", "Add interval.")],
        ),
        (
            "orchestration",
            {"name": "O", "trigger": {"type": "on-demand"}, "steps": [DELAY, {**DELAY, "nextStepId": "t"}]},
            [
                (5, 6, 'The step "s" is there 2 times.', "Keep one of them."),
                (5, 7, 'The step "s" is there 2 times.', "Keep one of them."),
                (5, 7, 'There is no step "t".', "Steps are: s."),
            ],
        ),
        (
            "orchestration",
            {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{**DELAY, "encryptedParams": {}}]},
            [(5, 6, "A delay step cannot have encryptedParams.", "Only compute steps can.")],
        ),
    ],
)
def test_what_is_wrong_with_one_resource(kind: str, written: Any, found: Any, around: Surroundings) -> None:
    assert wrong(kind, "x", written, around) == found


@pytest.mark.parametrize(
    ("kind", "written", "spec"),
    [
        ("function", {"source": "f.js"}, {"code": "async function run() {}"}),
        ("structure", {"name": "${env:A}", "isStrict": False}, {"name": "a", "schemaDiscoveryMode": "schemaless"}),
        (
            "trigger",
            {"function": "f", "executionType": "scheduled", "triggerMetadata": {"interval": 5}},
            {"function": "f", "executionType": "scheduled", "triggerMetadata": {"scheduleType": "interval", "interval": 5}},
        ),
        ("structure", {"name": "S", "description": None}, {"name": "S", "description": None}),
    ],
)
def test_what_is_declared_is_what_is_written_in_one_spelling(kind: str, written: Any, spec: Any, around: Surroundings) -> None:
    before = repr(written)
    found = checking(kind, "x", written, around)
    resource = found.checked(written, {})
    assert (found.problems, resource.address, resource.spec) == ([], Address(kind, "x"), spec)
    assert resource.position() == KEY
    assert repr(written) == before


@pytest.mark.parametrize(
    ("kind", "member", "value", "more"),
    [
        ("function", "timeoutMs", "${env:NONE}", ['"timeoutMs" must be a whole number, not "${env:NONE}".']),
        ("function", "timeoutMs", "${var:none}", []),
        ("trigger", "executionType", "${env:NONE}", []),
        ("trigger", "triggerMetadata", {"scheduleType": "cron", "cronExpression": "${env:NONE}"}, []),
        ("trigger", "triggerMetadata", {"scheduleType": "${env:NONE}"}, []),
        ("trigger", "triggerMetadata", "${var:none}", []),
        ("structure", "properties", [{"name": "${env:NONE}", "type": "string"}], []),
        ("structure", "properties", [{"name": "a", "type": "${env:NONE}"}], []),
    ],
)
def test_nothing_follows_from_a_value_that_is_not_known(kind: str, member: str, value: Any, more: list[str], around: Surroundings) -> None:
    whole: dict[str, dict[str, Any]] = {
        "function": {"code": "async function run() {}"},
        "trigger": {"function": "f", "executionType": "scheduled", "triggerMetadata": {"interval": 60}},
        "structure": {"name": "S"},
    }
    messages = [message for _, _, message, _ in wrong(kind, "x", {**whole[kind], member: value}, around)]
    unset = 'There is no variable "none".' if "var" in str(value) else "The environment variable NONE is not set."
    assert sorted(messages) == sorted([unset, *more])
