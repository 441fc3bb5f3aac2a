"""What is wrong with a trigger that its model does not see: by itself, and beside its function and other triggers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.errors import ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.runtime import LOOPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.kind import Finding

AT = "triggerMetadata"


def found(metadata: Any) -> list[Finding]:
    return list(KINDS["trigger"].check("t", {"function": "f", "executionType": "on-demand", AT: metadata}))


def test_the_examples_have_nothing_wrong() -> None:
    for pair in KINDS["trigger"].examples:
        for spec in pair:
            assert list(KINDS["trigger"].check("t", spec)) == []


@pytest.mark.parametrize(
    ("member", "value", "message", "hint"),
    [
        ("event", "record.created", '"record.created" is not an event.', "Did you mean record_created?"),
        ("cronExpression", "@daily", '"cronExpression" is not a cron expression: "@daily".', 'Write "0 0 * * *".'),
        ("cronExpression", "0 0 */31 * 1#2", '"0 0 */31 * 1#2" never comes.', "Look at the day and the month."),
        ("timezone", "europe/paris", '"europe/paris" is not a time zone.', "Did you mean Europe/Paris?"),
        (
            "scheduledAt",
            "2030-01-31T08:00:00",
            '"2030-01-31T08:00:00" is not a moment.',
            "Add its offset: 2030-01-31T08:00:00Z, or 2030-01-31T08:00:00+01:00.",
        ),
    ],
)
def test_when_it_fires_is_checked_at_its_own_member(member: str, value: str, message: str, hint: str) -> None:
    (finding,) = found({member: value})
    assert (finding.path, finding.message, finding.hint, finding.severity) == ((AT, member), message, hint, "error")


@pytest.mark.parametrize(
    "metadata", [None, 5, "x", [], {}, {"event": 5, "cronExpression": None, "timezone": [], "params": 5}, {"params": [5]}]
)
def test_metadata_of_any_shape_does_not_make_it_fail(metadata: object) -> None:
    assert found(metadata) == []


@pytest.mark.parametrize(
    ("param", "clear"),
    [
        ({"value": "x", "encrypt": False}, True),
        ({"value": "x", "encrypt": "true"}, True),
        ({"value": "x", "encrypt": 1}, True),
        ({"value": "x", "encrypted": True}, True),
        ({"value": "x", "encrypt": True}, False),
        ({"value": "x"}, False),
        ({"encrypt": False}, False),
        ({"value": "x", "encrypt": False, "unit": "m"}, False),
        ("x", False),
        (["value", "encrypt"], False),
    ],
)
def test_a_param_that_only_looks_encrypted_is_told(param: Any, clear: bool) -> None:
    findings = found({"params": {"ok": 1, "key": param}})
    assert [(finding.path, finding.message) for finding in findings] == (
        [((AT, "params", "key"), "This would be stored and shown in the clear.")] if clear else []
    )


def test_params_may_have_sixty_four_kilobytes_of_json_and_not_a_byte_more() -> None:
    most = 65_536 - len('{"a": ""}')
    assert found({"params": {"a": "x" * most}}) == []
    (finding,) = found({"params": {"a": "x" * (most + 1)}})
    assert (finding.path, finding.message) == ((AT, "params"), "params are 65,537 bytes long.")
    assert "65,536" in finding.hint


def warned(manifest: Callable[..., str], code: str, metadata: Any, **more: Any) -> list[tuple[str, str, int]]:
    trigger = {"function": "f", "executionType": "event-driven", AT: metadata, **more}
    path = manifest({"version": 1, "functions": {"f": {"code": code}}, "triggers": {"t": trigger}})
    return [(each.message, each.hint, each.position.line) for each in load([path], {}).warnings]


LOOPING = [(event, call) for event, calls in LOOPS.items() for call in sorted(calls)]


@pytest.mark.parametrize(("event", "call"), LOOPING)
def test_a_function_that_would_set_its_own_trigger_off_is_warned_of(event: str, call: str, manifest: Callable[..., str]) -> None:
    code = f"async function run() {{\n  await api.{call}('orders')\n}}"
    ((message, hint, _),) = warned(manifest, code, {"event": event, "recordSlug": "orders"})
    assert message == f"This would run itself again and again: {event} on orders."
    assert hint == f"f calls api.{call}('orders') at line 2 of its code: the API may refuse it."


@pytest.mark.parametrize(
    ("does", "event", "more"),
    [
        ("api.createRecord('other')", "record_created", {}),
        ("api.createRecord(slug)", "record_created", {}),
        ("api.updateRecord('orders')", "record_created", {}),
        ("api.createRecord('orders')", "record_restored", {}),
        ("// api.createRecord('orders')", "record_created", {}),
        ("api.createRecord('orders')", "record_created", {"enabled": False}),
    ],
)
def test_what_does_not_set_it_off_is_not_warned_of(does: str, event: str, more: Any, manifest: Callable[..., str]) -> None:
    assert warned(manifest, f"async function run() {{ return {does}\n}}", {"event": event, "recordSlug": "orders"}, **more) == []


def paths(manifest: Callable[..., str], *triggers: tuple[str, str]) -> list[tuple[str, str]]:
    content = {
        "version": 1,
        "functions": {"f": {"code": "async function run() {}"}},
        "triggers": {
            f"t{number}": {"function": "f", "executionType": sort, AT: {"path": path}} for number, (sort, path) in enumerate(triggers)
        },
    }
    try:
        load([manifest(content)], {})
    except ManifestError as error:
        return [(problem.address, problem.message) for problem in error.problems]
    return []


@pytest.mark.parametrize(("one", "other"), [("x", "x"), ("/x", "x"), ("x/", "/x"), ("/a/b", "a/b/")])
def test_a_path_belongs_to_one_trigger_whatever_its_slashes(one: str, other: str, manifest: Callable[..., str]) -> None:
    path = one.strip("/")
    assert paths(manifest, ("endpoint", one), ("endpoint", other)) == [
        ("trigger/t0", f'The path "{path}" is also that of trigger/t1.'),
        ("trigger/t1", f'The path "{path}" is also that of trigger/t0.'),
    ]


@pytest.mark.parametrize(
    "triggers",
    [
        [("endpoint", "x"), ("http-trigger", "x")],
        [("endpoint", "x"), ("endpoint", "X")],
        [("endpoint", "x"), ("endpoint", "x/y")],
        [("endpoint", "x")],
    ],
)
def test_other_paths_and_other_types_do_not_get_in_the_way(triggers: list[tuple[str, str]], manifest: Callable[..., str]) -> None:
    assert paths(manifest, *triggers) == []


@pytest.mark.parametrize(
    ("code", "loops"),
    [
        ("await api.updateRecord(executionParams.recordId, {a: 1})", True),
        ("await api.updateRecord(executionParams?.recordId, {a: 1})", True),
        ("const id = executionParams.recordId; await api.updateRecord(id, {a: 1})", True),
        ("const {recordId} = executionParams; await api.incrementField(recordId, 'n')", True),
        ("const {data, recordId: own} = executionParams; await api.updateRecord(own, {})", True),
        ("const {data, recordId: own} = executionParams; await api.updateRecord(data.customer, {})", False),
        ("// executionParams.recordId\nawait api.updateRecord(triggerParams.recordId, {})", False),
        ("await api.fetchRecord(executionParams.recordId)", False),
    ],
)
def test_a_record_that_is_updated_because_it_was_updated_is_a_loop(code: str, loops: bool, manifest: Callable[..., str]) -> None:
    code = f"async function run() {{ {code} }}"
    said = [message for message, _, _ in warned(manifest, code, {"event": "record_updated", "recordSlug": "orders"})]
    assert said == (["This would run itself again and again: record_updated on orders."] if loops else [])
    assert warned(manifest, code, {"event": "record_created", "recordSlug": "orders"}) == []


@pytest.mark.parametrize(
    ("at", "more", "warned"),
    [
        ("2026-11-25T08:00:00Z", {}, True),
        ("2026-11-25T10:59:59+02:00", {}, True),
        ("2026-11-25T11:00:00+02:00", {}, False),
        ("2026-11-25T08:59:59Z", {"enabled": False}, False),
        ("2026-11-25T08:59:59Z", {"enabled": True}, True),
        ("2026-11-26T00:00:00Z", {}, False),
    ],
)
def test_what_comes_once_and_too_late_is_warned_of(at: str, more: Any, warned: bool, manifest: Callable[..., str]) -> None:
    once = {"scheduleType": "once", "scheduledAt": at}
    trigger = {"function": "f", "executionType": "scheduled", AT: once, **more}
    path = manifest({"version": 1, "functions": {"f": {"code": "async function run() {}"}}, "triggers": {"t": trigger}})
    found = load([path], {}, now=datetime(2026, 11, 25, 9, tzinfo=UTC)).warnings
    assert [each.message for each in found] == ([f'"{at}" has passed: this will not fire.'] if warned else [])
    assert load([path], {}).warnings == ()
