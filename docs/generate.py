"""Writes the parts of docs/reference that are made from the code; `make docs` runs it, and a test checks that they are fresh."""

from __future__ import annotations

import sys
from pathlib import Path

from centrali_deploy.report.events import EVENTS, VERSION
from centrali_deploy.runtime import API, API_MEMBERS, GONE, INPUTS, LOOPS, MISSING

REFERENCE = Path(__file__).parent / "reference"
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "verified"))

from facts import FACTS  # noqa: E402 -- the list stands beside the scenarios that confirm it

UNHEARD = (
    "What the platform does with a promise that fails while nobody waits for it is not published. The local workspace ends such",
    "a run in failure (`NOT_AWAITED`), with the error, its line, and the line at which the promise was made: that of a call of",
    "`api`, of an async function of the function's own (called by itself, or by `forEach` and the like), of `new Promise`, of",
    "`Promise.reject` and its kin, and of what `then` and `finally` make of these. Whoever awaits a promise, returns it from an",
    "async function, hands it to `Promise.all` and the like, or gives it a `catch` before the run has ended, has heard of it.",
    "Beyond the first such failure, and beside another error, they are told in the log. Not noticed is a promise of an async",
    "generator's `next()`, and one of code that is made of text while the function runs.",
    "",
    "When run() returns, what was begun goes on as far as it can without beginning anything: calls of `api` made until then are",
    "carried out and answered, and the log tells of each; what is called after that is not carried out, and told as well. A loop",
    "without end that is left behind ends the run with a timeout.",
    "",
    "A promise that nothing settles is told with the line that made it, where `new Promise` or `Promise.race` did. A run that is",
    "out of time is told with the line where it was last seen: in a loop, or at the last call of `api`; a loop that only awaits",
    "what is there already has none.",
    "",
    "`validate` warns of statements that call a member of `api` or an async function without `await`, and of `forEach` with an",
    "async function; `void` before such a call says that it is meant.",
)
WORDS = {None: "whatever the caller sends", frozenset(): "nothing: `{}`"}


def functions() -> str:
    """What a function finds when it runs."""
    lines = ["# What a function finds when it runs", "", "Made from the code by `make docs`. `triggerParams` always holds the trigger's"]
    lines += [
        "`params`, with encrypted values decrypted. In an orchestration it holds everything: the input, what earlier steps",
        "gave, and the step's encrypted parameters.",
        "",
    ]
    lines += ["## `executionParams`", "", "| run by | members |", "|---|---|"]
    lines += [
        f"| {sort} | {WORDS.get(members) or ', '.join(f'`{member}`' for member in sorted(members or ()))} |"
        for sort, members in INPUTS.items()
    ]
    lines += ["", "## Members of `api` that are known", "", ", ".join(f"`{name}`" for name in sorted(API)) + ".", ""]
    lines += [f"- `{name}`: {', '.join(f'`{member}`' for member in sorted(members))}." for name, members in API_MEMBERS.items()]
    lines += [f"- `{name}`: {hint}" for name, hint in GONE.items()]
    lines += ["", "## What is not there", "", *(f"- `{name}`: {said} {hint}" for name, (said, hint) in sorted(MISSING.items()))]
    lines += ["", "## Promises nobody waits for", "", *UNHEARD]
    lines += ["", "## Calls that run their own trigger again", "", "On the same structure:", "", "| event | calls |", "|---|---|"]
    lines += [f"| `{event}` | {', '.join(f'`{call}`' for call in sorted(calls))} |" for event, calls in LOOPS.items()]
    return "\n".join(lines) + "\n"


def facts() -> str:
    """Every fact about the API that is relied on."""
    lines = ["# Facts about the API the tool relies on", ""]
    lines += ["Made from [tests/verified/facts.py](../../tests/verified/facts.py) by `make docs`.", ""]
    lines += ["Marks: **D** documented, **S** seen in vendor code, **T** seen in a vendor template, **I** inferred. None of the inferred"]
    lines += [
        "facts has been verified against a real workspace yet: `make verified` asks one, if `CENTRALI_VERIFY_WORKSPACE`, `CENTRALI_URL`,"
    ]
    lines += ["`CENTRALI_CLIENT_ID` and `CENTRALI_CLIENT_SECRET` say which. It makes things whose names begin with `verify-`, and removes"]
    lines += ["them. Each fact stands in one place in the code.", ""]
    lines += ["| fact | mark | where | confirmed by, in tests/verified |", "|---|---|---|---|"]
    for fact in FACTS:
        confirmed = f"`{fact.scenario}`" if fact.scenario else f"none: {fact.unseen}"
        lines += [f"| {fact.fact} | {fact.mark} | `{fact.where}` | {confirmed} |"]
    return "\n".join(lines) + "\n"


def events() -> str:
    """What `-o json --stream` writes."""
    lines = ["# Events: a run as it happens", "", "Made from the code by `make docs`.", ""]
    lines += ["`plan`, `apply`, `drift`, `destroy`, `rollback` and `forget` with `-o json --stream` write one JSON object on a line for"]
    lines += ["each event, as it happens, and nothing"]
    lines += [
        "else on standard output. Every event has `version` (now "
        + str(VERSION)
        + "), `event` (its name) and `at` (when, in UTC). Members and"
    ]
    lines += ["events are only added while the version stays the same: pass over what you do not know. The last event is always `end`;"]
    lines += ["a stream without it was cut off: the process was killed, or told twice to stop.", ""]
    for name, (when, members) in EVENTS.items():
        lines += [
            f"## `{name}`",
            "",
            when,
            "",
            "| member | |",
            "|---|---|",
            *(f"| `{member}` | {what} |" for member, what in members.items()),
            "",
        ]
    return "\n".join(lines[:-1]) + "\n"


PAGES = {"functions.md": functions, "api-facts.md": facts, "events.md": events}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
