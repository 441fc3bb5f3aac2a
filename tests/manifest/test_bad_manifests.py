"""Every way in which a manifest can be wrong: where it is told, how gravely, in which words, and with which way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_manifests import GROUPS, Problem

from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.head import Choice
from centrali_deploy.manifest.loading import load

ENVIRON = {"KEY": "canary"}
CASES = [
    pytest.param(head + rest, environment, expected, id=f"{group}: {name}")
    for group, head, environment, cases in GROUPS
    for name, rest, expected in cases
]


def told(text: str, environment: str | None) -> list[Problem]:
    Path("w.yaml").write_text(text, encoding="utf-8")
    try:
        found = load(["w.yaml"], ENVIRON, Choice(environment)).warnings
    except ManifestError as error:
        found = error.problems
    assert {problem.position.file for problem in found} == {"w.yaml"}
    return [(p.position.line, p.position.column, p.severity, p.message, p.hint) for p in found]


@pytest.mark.parametrize(("text", "environment", "expected"), CASES)
def test_a_bad_manifest_is_told_where_what_and_what_now(
    text: str, environment: str | None, expected: list[Problem], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    assert told(text, environment) == expected
    assert not any("canary" in f"{message} {hint}" for _, _, _, message, hint in expected)


def test_the_table_is_long_and_no_case_is_there_twice() -> None:
    texts = [head + rest for _, head, _, cases in GROUPS for _, rest, _ in cases]
    assert len(texts) == len(set(texts)) >= 150
