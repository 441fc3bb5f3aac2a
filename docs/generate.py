"""Writes the parts of docs/reference that are made from the code; `make docs` runs it, and a test checks that they are fresh."""

from __future__ import annotations

from pathlib import Path

from centrali_deploy.runtime import API, API_MEMBERS, GONE, INPUTS, LOOPS, MISSING

REFERENCE = Path(__file__).parent / "reference"
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
    lines += ["", "## Calls that run their own trigger again", "", "On the same structure:", "", "| event | calls |", "|---|---|"]
    lines += [f"| `{event}` | {', '.join(f'`{call}`' for call in sorted(calls))} |" for event, calls in LOOPS.items()]
    return "\n".join(lines) + "\n"


PAGES = {"functions.md": functions}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
