"""A run as it happens, for machines: one JSON object on a line for each event, from its beginning to its exit code.

Members are only ever added while the version stays the same; who reads them passes over events and members not known.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from centrali_deploy.errors import ExitCode

VERSION = 1
_PROGRESS = {
    "section": "while reading: what is read",
    "read": "while reading: how much of it so far",
    "running": "while writing: the addresses of what is being written",
    "done": "while writing: how many changes have ended",
    "of": "while writing: how many there are",
    "copied": "while writing: how many values of records were copied in what is running",
}
EVENTS = {
    "begin": ("The run begins.", {"command": "the command", "tool": "the version of centrali-deploy"}),
    "reading": ("A part of the workspace has been read.", {"section": "which", "read": "how much of it"}),
    "plan": (
        "What will be done; once more if the workspace changed before it was begun.",
        {"plan": "the same object as `plan` in the document of `-o json`"},
    ),
    "started": ("A change is being carried out now.", {"address": "of what", "action": "as in the plan"}),
    "outcome": (
        "A change has ended.",
        {
            "outcome": "the same object as in `outcomes` of the document",
            "done": "how many changes have ended",
            "of": "how many there are",
        },
    ),
    "progress": ("Nothing has happened for ten seconds, and it goes on.", _PROGRESS),
    "waiting": (
        "The API has asked everybody to wait: comes when that begins, and then every ten seconds.",
        {"seconds": "how long from now on", **_PROGRESS},
    ),
    "end": (
        "The run is over. It has whatever else the document has, too.",
        {
            "exitCode": "the exit code of the process",
            "reason": "the exit code in words",
            "error": "what went wrong, if anything did: the same object as `error` in the document",
            "requests": "how many requests it took",
            "warnings": "what the API announced",
        },
    ),
}
"""Every event: when it comes, and what its members are."""
_TOLD = frozenset({"plan", "outcomes"})
"""Parts of the document that other events have told by the time it ends."""


def event_line(name: str, at: datetime, members: Mapping[str, Any]) -> str:
    """One event as a line of text. `at`: when it happened, with a time zone."""
    head = {"version": VERSION, "event": name, "at": at.isoformat(timespec="milliseconds")}
    return json.dumps({**head, **members}, ensure_ascii=False, separators=(",", ":")) + "\n"


def end_members(exit_code: ExitCode, parts: Mapping[str, Any]) -> dict[str, Any]:
    """What the last event tells: how it ended, and every part of the document that no other event has told."""
    rest = {name: part for name, part in parts.items() if name not in _TOLD}
    return {"exitCode": int(exit_code), "reason": exit_code.name.lower().replace("_", "-"), **rest}
