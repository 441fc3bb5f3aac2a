"""Problems as other tools read them: what GitHub and SARIF require, whatever the words hold."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy.errors import Position, Problem
from centrali_deploy.report.annotations import SARIF, github_lines, sarif
from centrali_deploy.version import VERSION

PLAIN = Problem(Position("w.yaml", 3, 5), "function/f", "It is wrong.", "Mend it.")


def line(problem: Problem) -> str:
    (found,) = github_lines([problem])
    return found


def test_a_problem_is_one_workflow_command() -> None:
    assert line(PLAIN) == "::error file=w.yaml,line=3,col=5,title=function/f::It is wrong. Mend it."


def test_a_warning_is_one_of_its_own_and_a_whole_file_is_its_first_line() -> None:
    warning = Problem(Position("w.yaml"), "", "Odd.", severity="warning")
    assert line(warning) == "::warning file=w.yaml,line=1,col=1,title=manifest::Odd."


@pytest.mark.parametrize(
    ("text", "data", "prop"),
    [
        ("100%", "100%25", "100%25"),
        ("a\nb", "a%0Ab", "a%0Ab"),
        ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
        ("a,b", "a,b", "a%2Cb"),
        ("a: b", "a: b", "a%3A b"),
        ("a::b", "a::b", "a%3A%3Ab"),
        ("%0A", "%250A", "%250A"),
        ("%3A,\n", "%253A,%0A", "%253A%2C%0A"),
    ],
)
def test_what_means_something_to_github_is_escaped(text: str, data: str, prop: str) -> None:
    found = line(Problem(Position(text, 1, 2), text, text, "x"))
    assert found == f"::error file={prop},line=1,col=2,title={prop}::{data} x"


def test_what_stands_in_no_file_is_shown_beside_none() -> None:
    problem = Problem(Position(""), "--var n", "It is wrong.", "Mend it.")
    assert line(problem) == "::error title=--var n::It is wrong. Mend it."
    (found,) = log(problem)["runs"][0]["results"]
    assert found["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "--var n"}]}]


@given(st.text(), st.text(min_size=1), st.text(min_size=1))
def test_whatever_a_problem_says_is_one_line_that_reads_back(message: str, address: str, file: str) -> None:
    found = line(Problem(Position(file, 7, 8), address, message))
    parts = re.fullmatch(r"::error file=([^,:\r\n]*),line=7,col=8,title=([^,:\r\n]*)::([^\r\n]*)", found, re.DOTALL)
    assert parts is not None
    pairs = (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%"))
    for part, meant in zip(parts.groups(), (file, address, f"{message} ".rstrip()), strict=True):
        read = part
        for code, character in pairs:
            read = read.replace(code, character)
        assert read == meant


def test_each_problem_is_a_line_and_none_is_none() -> None:
    assert len(list(github_lines([PLAIN, PLAIN]))) == 2
    assert list(github_lines([])) == []


def log(*problems: Problem) -> Any:
    text = sarif(problems)
    assert text.endswith("}\n")
    return json.loads(text)


def required(found: Any) -> None:
    """What SARIF 2.1.0 requires of a log, its runs and its results, and what it allows in them."""
    assert (found["$schema"], found["version"]) == (SARIF, "2.1.0")
    (run,) = found["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("centrali-deploy", VERSION)
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(rules) == len(set(rules))
    assert all(isinstance(rule["shortDescription"]["text"], str) for rule in driver["rules"])
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in {"none", "note", "warning", "error"}
        assert isinstance(result["message"]["text"], str)
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert isinstance(place["artifactLocation"]["uri"], str)
            assert all(isinstance(number, int) and number >= 1 for number in place["region"].values())
            assert all(isinstance(each["fullyQualifiedName"], str) for each in location.get("logicalLocations", ()))


def test_a_sarif_log_has_every_required_member() -> None:
    warning = Problem(Position("sub\\w.yaml"), "", "Odd.", severity="warning")
    found = log(PLAIN, warning)
    required(found)
    one, other = found["runs"][0]["results"]
    assert one == {
        "ruleId": "manifest",
        "level": "error",
        "message": {"text": "It is wrong. Mend it."},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "w.yaml"}, "region": {"startLine": 3, "startColumn": 5}},
                "logicalLocations": [{"fullyQualifiedName": "function/f"}],
            }
        ],
    }
    assert (other["level"], other["message"]["text"]) == ("warning", "Odd.")
    assert other["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "sub/w.yaml"}, "region": {"startLine": 1, "startColumn": 1}}}
    ]


def test_without_problems_there_is_a_log_without_results() -> None:
    found = log()
    required(found)
    assert found["runs"][0]["results"] == []


@given(st.text(), st.text(), st.integers(0, 9), st.sampled_from(["error", "warning"]))
def test_whatever_a_problem_says_the_log_is_whole(message: str, address: str, number: int, severity: Any) -> None:
    found = log(Problem(Position("w.yaml", number, number), address, message, severity=severity))
    required(found)
    assert found["runs"][0]["results"][0]["message"]["text"] == f"{message} ".rstrip()
