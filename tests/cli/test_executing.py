"""A run event by event: everything that is documented and nothing else, to its end, however it ends."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.report.events import EVENTS, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STREAM = ("--local", "-o", "json", "--stream")
MORE = "  g: {code: 'async function run() {}'}\n"


def events(found: Any) -> list[dict[str, Any]]:
    """The events of a run; none has a member that is not documented, but for what the end has from the document."""
    told = [json.loads(line) for line in found.out.splitlines()]
    assert found.err == ""
    for event in told:
        assert event["version"] == VERSION
        known = {
            "version",
            "event",
            "at",
            *EVENTS[event["event"]][1],
            *({"unset", "unproven", "remark"} if event["event"] == "end" else ()),
        }
        assert event.keys() <= known
    assert [event["event"] for event in told].count("end") == 1
    assert (told[-1]["event"], told[-1]["exitCode"]) == ("end", found.code)
    return told


def names(told: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in told if event["event"] != "reading"]


def test_an_apply_is_told_from_its_beginning_to_its_end(centrali: Callable[..., Any]) -> None:
    told = events(centrali("apply", *STREAM, "--yes"))
    assert names(told) == ["begin", "plan", "started", "outcome", "end"]
    started, outcome, end = [event for event in told if event["event"] != "reading"][-3:]
    assert (started["address"], started["action"]) == ("function/f", "create")
    assert (outcome["outcome"]["status"], outcome["done"], outcome["of"]) == ("applied", 1, 1)
    assert (end["reason"], end["requests"] > 0, end["warnings"]) == ("done", True, [])
    assert next(event for event in told if event["event"] == "plan")["plan"]["summary"]["create"] == 1


def test_a_plan_is_told_too_and_what_is_read_before_it(centrali: Callable[..., Any]) -> None:
    centrali("apply", *STREAM, "--yes")
    told = events(centrali("plan", *STREAM, "--detailed-exitcode"))
    assert names(told) == ["begin", "plan", "end"]
    assert ("functions", 1) in [(event["section"], event["read"]) for event in told if event["event"] == "reading"]


def test_a_failure_in_part_ends_the_stream_with_its_reason(
    centrali: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (project / "workspace.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write(MORE)
    monkeypatch.setattr(
        "centrali_deploy.local.app.create_app", partial(create_app, faults=[Fault("POST", "compute-functions$", "400", skip=1)])
    )
    told = events(centrali("apply", *STREAM, "--yes"))
    assert sorted(event["outcome"]["status"] for event in told if event["event"] == "outcome") == ["applied", "failed"]
    assert (told[-1]["reason"], told[-1]["error"]["type"]) == ("partial", "applied-in-part")


@pytest.mark.parametrize(
    ("words", "kind"),
    [(["apply"], "approval-needed"), (["apply", "--nonsense"], "usage-problem"), (["plan", "gone.yaml"], "manifest-error")],
)
def test_whatever_goes_wrong_is_in_the_last_event(words: list[str], kind: str, centrali: Callable[..., Any]) -> None:
    found = centrali(*words, *STREAM)
    assert (events(found)[-1]["error"]["type"], found.code) == (kind, 9 if kind == "approval-needed" else 3)


def test_a_stream_without_json_is_refused(centrali: Callable[..., Any]) -> None:
    found = centrali("apply", "--local", "--stream")
    assert (found.code, found.out) == (3, "")
    assert found.err == "Error: --stream answers with events in JSON.\n  Add -o json.\n"


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_limit_of_requests_is_a_number(number: str, centrali: Callable[..., Any]) -> None:
    found = centrali("plan", "--local", "--max-requests-per-minute", number)
    assert (found.code, "--max-requests-per-minute" in found.err) == (3, True)


def test_a_limit_of_requests_is_kept_by_reading_and_writing_together(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve thousand a minute are 5 ms between two of them."""
    from centrali_deploy.remote import sending  # noqa: PLC0415 -- to see what it makes

    limits = []
    pace = sending.Pace
    monkeypatch.setattr(sending, "Pace", lambda *parts: limits.append(parts[2]) or pace(*parts))
    assert centrali("apply", "--local", "--yes", "--max-requests-per-minute", "12000").code == 0
    assert limits == [12000]
