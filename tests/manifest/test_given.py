"""Values given to variables: everything wrong with them is told at once, where it is given, and nothing follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.head import Choice
from centrali_deploy.manifest.loading import load

HEAD = """\
version: 1
variables:
  limit: {type: integer}
  flag: {type: boolean}
  owner: {}
environments:
  prod: {variables: {limit: x, ownr: me}}
functions:
"""
F = '  f: {code: \'async function run() {}\', timeoutMs: "${var:limit}", description: "${var:owner}"}\n'


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("values.yaml").write_text("ownr: 5\nflag: 7\nlimit: [1]\n")
    Path("broken.yaml").write_text("a: [\n")
    Path("list.yaml").write_text("- a\n")


def told(choice: Choice, text: str = HEAD + F) -> list[str]:
    Path("w.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        load(["w.yaml"], {}, choice)
    return [f"{problem.position}|{problem.address}|{problem.message}" for problem in caught.value.problems]


NO_LIMIT = "w.yaml:9:40|function/f|The variable limit has no value."
NO_OWNER = "w.yaml:9:67|function/f|The variable owner has no value."


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(), [NO_LIMIT, NO_OWNER]),
        (
            Choice(None, ("limit=x", "ownr=me", "flag=5", "flag")),
            [
                '|--var flag|"flag" is not a value.',
                '|--var flag|The variable flag: "5" is not a boolean.',
                '|--var limit|The variable limit: "x" is not an integer.',
                '|--var ownr|There is no variable "ownr".',
                NO_OWNER,
            ],
        ),
        (Choice(None, ("limit=x", "limit=5")), ['|--var limit|The variable limit: "x" is not an integer.', NO_OWNER]),
        (Choice(None, ("limit=[", "owner=me")), ['|--var limit|The variable limit: "[" cannot be read.']),
        (
            Choice(None, ("owner",), ("values.yaml",)),
            [
                '|--var owner|"owner" is not a value.',
                'values.yaml:1:1||There is no variable "ownr".',
                "values.yaml:2:1||The variable flag: 7 is not a boolean.",
                "values.yaml:3:1||The variable limit: a list is not an integer.",
            ],
        ),
        (
            Choice(None, ("limit=x",), ("broken.yaml", "gone.yaml", "list.yaml")),
            [
                '|--var limit|The variable limit: "x" is not an integer.',
                "broken.yaml:2:1||The text ends before this is closed.",
                "gone.yaml||The file cannot be read: No such file or directory.",
                "list.yaml||A file of values is a mapping.",
            ],
        ),
        (
            Choice("prod", ("flg=true",)),
            [
                '|--var flg|There is no variable "flg".',
                'w.yaml:7:22||The variable limit: "x" is not an integer.',
                'w.yaml:7:32||There is no variable "ownr".',
                NO_OWNER,
            ],
        ),
        (
            Choice("prd", ("flg=true", "limit=5"), ("gone.yaml",)),
            [
                '|--var flg|There is no variable "flg".',
                "gone.yaml||The file cannot be read: No such file or directory.",
                'w.yaml:6:1||There is no environment "prd".',
            ],
        ),
    ],
)
def test_everything_wrong_with_what_is_given_is_told_at_once_and_nothing_that_follows(choice: Choice, expected: list[str]) -> None:
    assert told(choice) == expected


def test_what_else_is_wrong_with_the_manifest_is_told_with_it() -> None:
    text = HEAD + F + "  g: {code: 'async function run() {}', timeoutMs: 0}\n"
    assert told(Choice(None, ("limit=x", "owner=me")), text) == [
        '|--var limit|The variable limit: "x" is not an integer.',
        'w.yaml:10:40|function/g|"timeoutMs" is 0.',
    ]


def test_a_name_that_may_be_declared_in_a_file_that_cannot_be_read_is_not_wrong() -> None:
    Path("other.yaml").write_text("variables: {\n")
    Path("w.yaml").write_text(HEAD + F, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        load(["w.yaml", "other.yaml"], {}, Choice(None, ("more=1", "limit=x", "owner=me")))
    assert [(problem.address, problem.position.file) for problem in caught.value.problems] == [("--var limit", ""), ("", "other.yaml")]


def test_a_value_that_cannot_be_read_for_a_type_there_is_not_is_told_beside_the_type() -> None:
    text = "version: 1\nvariables:\n  n: {type: int}\nfunctions:\n"
    assert told(Choice(None, ("n=[",)), text + "  f: {code: 'async function run() {}'}\n") == [
        '|--var n|The variable n: "[" cannot be read.',
        'w.yaml:3:7||"int" is not a type.',
    ]
