"""Events: one line each, the last one with how it ended and whatever no other has told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from centrali_deploy.errors import ExitCode
from centrali_deploy.report.events import EVENTS, VERSION, end_members, event_line


def test_an_event_is_one_line_with_a_version_a_name_and_a_time() -> None:
    line = event_line("started", datetime(2027, 1, 15, 8, tzinfo=UTC), {"address": "trigger/a\nb"})
    assert (line.count("\n"), line[-1]) == (1, "\n")
    assert json.loads(line) == {"version": VERSION, "event": "started", "at": "2027-01-15T08:00:00.000+00:00", "address": "trigger/a\nb"}


def test_the_end_has_the_exit_code_and_what_no_other_event_has_told() -> None:
    parts = {"plan": {}, "outcomes": [], "requests": 3, "warnings": [], "unset": []}
    assert end_members(ExitCode.NOT_ALLOWED, parts) == {"exitCode": 4, "reason": "not-allowed", "requests": 3, "warnings": [], "unset": []}


def test_every_event_says_when_it_comes_and_what_its_members_are() -> None:
    assert all(when and members for when, members in EVENTS.values())
