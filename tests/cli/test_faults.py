"""The file of `serve --faults`: what it says becomes faults, and what it cannot mean is told with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.faults import read_faults
from centrali_deploy.errors import ManifestError

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, folder: Path) -> list[tuple[Any, ...]]:
    path = folder / "faults.yaml"
    path.write_text(text, encoding="utf-8")
    return [(f.method, f.path, f.failure, f.times, f.skip, f.seconds) for f in read_faults(str(path))]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- {path: /x, failure: refuse}", ("*", "/x", "refuse", 1, 0, 0.0)),
        ("- {path: /x$, failure: 429, seconds: 3}", ("*", "/x$", "429", 1, 0, 3.0)),
        ("- {path: /x, failure: '500-after', times: always}", ("*", "/x", "500-after", None, 0, 0.0)),
        ("- {method: POST, path: /x, failure: slow, seconds: 0.5, times: 2, skip: 4}", ("POST", "/x", "slow", 2, 4, 0.5)),
        ("- {method: '*', path: /x, failure: html}", ("*", "/x", "html", 1, 0, 0.0)),
    ],
)
def test_a_fault_is_what_it_says_and_the_rest_is_usual(text: str, fault: tuple[Any, ...], tmp_path: Path) -> None:
    assert read(text, tmp_path) == [fault]


def test_faults_keep_their_order(tmp_path: Path) -> None:
    assert [fault[1] for fault in read("- {path: b, failure: html}\n- {path: a, failure: html}\n", tmp_path)] == ["b", "a"]


FAILURES = "It is one of refuse, 429, 500-before, 500-after, lost-after, slow, truncated, html, 400, 401, 403."
METHODS = 'It is GET, POST, PUT, PATCH, DELETE or "*".'
TIMES = "It is how often: a whole number from 1, or always."
SECONDS = "It is how long to wait: a number of seconds up to 3600."
PATH = "It is a regular expression that is searched in the path: /structures, or /structures$."
EXAMPLE = "For example: - {method: POST, path: /compute-functions$, failure: 500-after}"
GOOD = "path: /x, failure: html"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "", f"A file of faults is a list. {EXAMPLE}"),
        ("[]", ":1:1", f"A file of faults is a list. {EXAMPLE}"),
        ("path: /x", ":1:1", f"A file of faults is a list. {EXAMPLE}"),
        ("- 5", ":1:3", f"5 is not a fault. {EXAMPLE}"),
        (f"- {{{GOOD}}}\n- {{{GOOD}, method: post}}", ":2:29", '"method" is "post". Write POST.'),
        (f"- {{{GOOD}, method: FETCH}}", ":1:29", f'"method" is "FETCH". {METHODS}'),
        (f"- {{{GOOD}, method: [GET]}}", ":1:29", f'"method" is a list. {METHODS}'),
        ("- {failure: html}", ":1:3", f"This fault has no path. {PATH}"),
        ("- {path: 7, failure: html}", ":1:4", f'"path" is 7. {PATH}'),
        ("- {path: '', failure: html}", ":1:4", f'"path" is "". {PATH}'),
        ("- {path: '/(', failure: html}", ":1:4", '"path" is "/(". It is not a regular expression: '),
        ("- {path: /x}", ":1:3", f"This fault has no failure. {FAILURES}"),
        ("- {path: /x, failure: 428}", ":1:14", f'"failure" is 428. {FAILURES}'),
        ("- {path: /x, failure: truncate}", ":1:14", f'"failure" is "truncate". Did you mean truncated? {FAILURES}'),
        ("- {path: /x, failure: slow}", ":1:14", "This fault does not say how slow. Add seconds: for example seconds: 2."),
        (f"- {{{GOOD}, times: 0}}", ":1:29", f'"times" is 0. {TIMES}'),
        (f"- {{{GOOD}, times: true}}", ":1:29", f'"times" is true. {TIMES}'),
        (f"- {{{GOOD}, times: often}}", ":1:29", f'"times" is "often". {TIMES}'),
        (f"- {{{GOOD}, skip: -1}}", ":1:29", '"skip" is -1. It is how many requests pass before: a whole number.'),
        (f"- {{{GOOD}, seconds: -1}}", ":1:29", f'"seconds" is -1. {SECONDS}'),
        (f"- {{{GOOD}, seconds: 9999}}", ":1:29", f'"seconds" is 9999. {SECONDS}'),
        (f"- {{{GOOD}, tmies: 2}}", ":1:29", '"tmies" is not a member of a fault. Did you mean times?'),
        (
            f"- {{{GOOD}, colour: 2}}",
            ":1:29",
            '"colour" is not a member of a fault. Members are: method, path, failure, times, skip, seconds.',
        ),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place_and_the_way_out(text: str, place: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        read(text, tmp_path)
    (problem,) = caught.value.problems
    assert str(problem.position) == f"{tmp_path / 'faults.yaml'}{place}"
    assert f"{problem.message} {problem.hint}".startswith(said)


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        read("- {path: /x}\n- {failure: html}\n- {path: /x, failure: html, times: 0, skip: x}\n", tmp_path)
    assert [problem.position.line for problem in caught.value.problems] == [1, 2, 3, 3]


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(ManifestError, match=re.escape("nowhere.yaml\n  The file cannot be read: No such file or directory.")):
        read_faults("nowhere.yaml")
