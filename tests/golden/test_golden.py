"""Whole outputs of the real program, as people and machines see them. `pytest --update-golden` writes them anew."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
FILTERS = (
    (r"\d+\.\d s\b", "[TIME]"),
    (r'"seconds": [\d.]+', '"seconds": "[TIME]"'),
    (r"req_[0-9a-f]+", "[ID]"),
    # how often an apply tells the history what it did depends on how long it takes
    (r"( applied\.\n)\d+ requests", r"\1[COUNT] requests"),
    (r'("unproven": \[\],\n  "requests": )\d+', r'\1"[COUNT]"'),
)
ENDED = r"^\[\d+/\d+\] .*\n(?:    .*\n)*"
"""A change that has ended, with the lines below it."""
APPLY = ("apply", "--local", "--yes")


class Edit:
    """A change of a file between two commands."""

    def __init__(self, file: str, before: str, after: str) -> None:
        self.file, self.before, self.after = file, before, after

    def make(self, project: Path) -> None:
        path = project / self.file
        text = path.read_text(encoding="utf-8")
        assert self.before in text
        path.write_text(text.replace(self.before, self.after, 1), encoding="utf-8")


MANIFEST = "workspace.yaml"
EDITS = (
    Edit("functions/process-item.js", "completed", "done"),
    Edit(MANIFEST, "{name: priority, type: string}", "{name: priority, type: string, maxLength: 20}"),
    Edit(MANIFEST, '"0 2 * * *"', '"30 3 * * *"'),
    Edit(MANIFEST, "delayMs: 60000", "delayMs: 90000"),
    Edit(MANIFEST, "    description: Reports every hour\n", "    description: Reports every hour\n    enabled: false\n"),
)
MISTAKES = (
    Edit(MANIFEST, "schemaDiscoveryMode: strict", "schemaDiscoveryMode: strct"),
    Edit(MANIFEST, "timeoutMs: 10000", "timeoutMS: 10000"),
    Edit(MANIFEST, "functions/generate-report.js", "functions/gone.js"),
    Edit(MANIFEST, "event: record_created", "event: record.created"),
    Edit(MANIFEST, '"0 2 * * *"', "every night"),
    Edit(MANIFEST, "nextStepId: clean", "nextStepId: cleen"),
    Edit(MANIFEST, '"${env:REPORT_KEY}"', "sk_live_1"),
)
CASES: dict[str, Sequence[Edit | tuple[str, ...]]] = {
    "help": [("--help",), ("plan", "--help"), ("apply", "--help"), ("validate", "--help"), ("serve", "--help"), ("schema", "--help")],
    "first-apply": [("validate",), ("plan", "--local"), APPLY, ("plan", "--local", "--detailed-exitcode"), ("plan", "--local", "-v")],
    "updates": [APPLY, *EDITS, ("plan", "--local", "--detailed-exitcode"), ("apply", "--local"), APPLY, ("plan", "--local")],
    "json": [("validate", "-o", "json"), APPLY, *EDITS[1:3], ("plan", "--local", "-o", "json"), (*APPLY, "-o", "json")],
    "mistakes": [*MISTAKES, ("validate",), ("plan", "--local", "-o", "json")],
    "usage": [("plan", "--nonsense"), ("plan", "gone.yaml"), ("plan",), ("paln",), ("plan", "--workspace", "No Slug", "--local")],
}


def run(words: tuple[str, ...], project: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CENTRALI_")}
    found = subprocess.run(  # noqa: S603 -- this project's own command
        [sys.executable, "-m", "centrali_deploy", *words],
        cwd=project,
        env=clean | {"REPORT_KEY": "canary", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    text = f"$ centrali-deploy {' '.join(words)}\n{found.stdout}"
    text += "".join(f"[stderr] {line}\n" for line in found.stderr.splitlines())
    text += f"[exit {found.returncode}]\n"
    for pattern, name in FILTERS:
        text = re.sub(pattern, name, text)
    return re.sub(rf"(?:{ENDED})+", lambda ended: in_one_order(ended[0]), text, flags=re.MULTILINE)


def in_one_order(lines: str) -> str:
    """Changes that run side by side end in any order."""
    return "".join(sorted(re.sub(r"\[\d+/", "[N/", ended) for ended in re.findall(ENDED, lines, re.MULTILINE)))


@pytest.mark.parametrize("name", CASES)
def test_outputs_are_the_golden_ones(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES, project, ignore=shutil.ignore_patterns(".centrali"))
    found = []
    for step in CASES[name]:
        if isinstance(step, Edit):
            step.make(project)
        else:
            found.append(run(step, project))
    text = "\n".join(found)
    assert "canary" not in text
    golden = HERE / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
