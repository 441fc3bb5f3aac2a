"""Problems of manifests for the tools around a repository: workflow annotations of GitHub, and SARIF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from centrali_deploy.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from centrali_deploy.errors import Problem

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def github_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """One workflow command a problem, which GitHub shows beside the line: ten errors and ten warnings of a step, all in its log."""
    for problem in problems:
        place, title = problem.position, _property(problem.address or "manifest")
        where = f"file={_property(place.file)},line={place.line or 1},col={place.column or 1}," if place.file else ""
        yield f"::{problem.severity} {where}title={title}::{_data(_said(problem))}"


def sarif(problems: Sequence[Problem]) -> str:
    """A SARIF 2.1.0 log of one run."""
    rule = {"id": "manifest", "shortDescription": {"text": "What a manifest says."}}
    tool = {"driver": {"name": "centrali-deploy", "version": VERSION, "rules": [rule]}}
    log = {"$schema": SARIF, "version": "2.1.0", "runs": [{"tool": tool, "results": [_result(problem) for problem in problems]}]}
    return json.dumps(log, indent=2) + "\n"


def _result(problem: Problem) -> dict[str, Any]:
    place = problem.position
    location: dict[str, Any] = {}
    if place.file:
        region = {"startLine": place.line or 1, "startColumn": place.column or 1}
        location["physicalLocation"] = {"artifactLocation": {"uri": quote(place.file.replace("\\", "/"))}, "region": region}
    if problem.address:
        location["logicalLocations"] = [{"fullyQualifiedName": problem.address}]
    return {"ruleId": "manifest", "level": problem.severity, "message": {"text": _said(problem)}, "locations": [location]}


def _said(problem: Problem) -> str:
    return f"{problem.message} {problem.hint}".rstrip()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
