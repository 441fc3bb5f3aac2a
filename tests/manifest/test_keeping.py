from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.keeping import Keeping
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = {"f": {"code": "async function run() {}"}}


def kept(folder: Path, *heads: dict[str, Any]) -> Keeping:
    for number, head in enumerate(heads):
        functions = {"functions": FUNCTION} if not number else {}
        (folder / f"{number}.yaml").write_text(json.dumps({"version": 1, **head, **functions}))
    return load([str(folder)], {}).keeping


def test_a_ledger_is_kept_in_the_workspace_unless_something_else_is_said(tmp_path: Path) -> None:
    assert kept(tmp_path, {}) == Keeping("default", "workspace", None)


def test_a_file_is_beside_the_manifest(tmp_path: Path) -> None:
    found = kept(tmp_path, {"deployment": "billing", "ledger": {"file": "state/ledger.json"}})
    assert found == Keeping("billing", "file", tmp_path / "state" / "ledger.json")


def test_what_two_files_say_alike_is_said_once(tmp_path: Path) -> None:
    assert kept(tmp_path, {"ledger": "none"}, {"ledger": "none"}).ledger == "none"


@pytest.mark.parametrize(
    ("heads", "line", "words"),
    [
        ([{"deployment": "Not A Slug"}], "0.yaml:1:", "is not a deployment"),
        ([{"deployment": 7}], "0.yaml:1:", "is not a deployment"),
        ([{"deployment": "a"}, {"deployment": "b"}], "1.yaml:1:", 'deployment is "b" here and "a" at'),
        ([{"ledger": "here"}], "0.yaml:1:", "is no place for a ledger"),
        ([{"ledger": {"file": 1}}], "0.yaml:1:", "is no place for a ledger"),
        ([{"ledger": {"file": "l.json", "more": 1}}], "0.yaml:1:", "is no place for a ledger"),
        ([{"ledger": {"file": "../l.json"}}], "0.yaml:1:", "lies outside the project"),
        ([{"ledger": {"file": "/etc/l.json"}}], "0.yaml:1:", "lies outside the project"),
        ([{"ledger": {"file": "."}}], "0.yaml:1:", "is a directory"),
        ([{"ledger": None}], "0.yaml:1:", "is no place for a ledger"),
    ],
)
def test_what_is_wrong_with_it_is_told_at_its_place(tmp_path: Path, heads: list[dict[str, Any]], line: str, words: str) -> None:
    with pytest.raises(ManifestError) as caught:
        kept(tmp_path, *heads)
    (problem,) = caught.value.problems
    assert line in str(problem.position)
    assert words in problem.message
