"""Manifests in every environment at once: what is told once, what is told of some, and that nothing is done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from centrali_deploy.errors import ManifestError, UsageProblem
from centrali_deploy.manifest import documents
from centrali_deploy.manifest.everywhere import Everywhere, load_everywhere, named, where
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Choice
from centrali_deploy.manifest.loading import load
from centrali_deploy.manifest.validation import Checking

RUN = "async function run() {}"
F = f"functions:\n  f: {{code: '{RUN}'}}\n"
ODD = f"functions:\n  f:\n    code: |\n      {RUN}\n      console.log(1)\n"
TWO = "environments:\n  dev: {}\n  prod: {}\n"


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def everywhere(text: str, choice: Choice = NOTHING_CHOSEN) -> Everywhere:
    Path("w.yaml").write_text(f"version: 1\n{text}", encoding="utf-8")
    return load_everywhere(["w.yaml"], {}, choice)


def told(text: str, choice: Choice = NOTHING_CHOSEN) -> list[str]:
    found = everywhere(text, choice).problems
    return [f"{problem.position.line}:{problem.position.column} {problem.message}" for problem in found]


@pytest.mark.parametrize(
    ("text", "chosen", "environments"),
    [(F, None, ()), (F + "environments: {}\n", None, ()), (TWO + F, None, ("dev", "prod")), (TWO + F, "prod", ("prod",))],
)
def test_it_is_checked_in_every_environment_unless_one_is_chosen(text: str, chosen: str | None, environments: tuple[str, ...]) -> None:
    found = everywhere(text, Choice(chosen))
    assert found.environments == environments
    assert [dict(one.desired) for one in found.loaded.values()] == [dict(load(["w.yaml"], {}, Choice(chosen)).desired)] * len(found.loaded)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("variables: {n: 5}", '4:22 In environment prod: There is no variable "n".'),
        (
            "overrides: {trigger/nothing: {enabled: false}}",
            "4:22 In environment prod: trigger/nothing is overridden here and not declared.",
        ),
        ("overrides: {function/f: {timeoutMS: 5}}", '4:35 In environment prod: "timeoutMS" is not a member of this.'),
    ],
)
def test_a_mistake_of_one_environment_is_told_without_choosing_it(environment: str, expected: str) -> None:
    text = f"environments:\n  dev: {{}}\n  prod: {{{environment}}}\n{F}"
    assert told(text) == [expected]
    assert told(text, Choice("prod")) == [expected.replace("In environment prod: ", "")]
    assert told(text, Choice("dev")) == []


def test_what_is_wrong_in_all_of_them_is_told_once_and_what_is_in_some_with_their_names() -> None:
    variables = (
        "variables: {n: {type: integer}}\nenvironments:\n  a: {variables: {n: 0}}\n  b: {variables: {n: 5}}\n  c: {variables: {n: 0}}\n"
    )
    text = f"{variables}functions:\n  f: {{code: '{RUN}', timeoutMs: \"${{var:n}}\"}}\n  g: {{code: '{RUN}', timeoutMs: 0}}\n"
    assert told(text) == ['8:40 In environments a and c: "timeoutMs" is 0.', '9:40 "timeoutMs" is 0.']


def test_warnings_are_told_likewise_even_where_an_error_hides_them() -> None:
    found = everywhere(TWO + ODD)
    assert [problem.message for problem in found.problems] == ["There is no console."]
    triggers = "triggers:\n  t: {function: f, executionType: scheduled, triggerMetadata: {interval: 60}}\n"
    reads = f"{triggers}functions:\n  f:\n    code: |\n      {RUN}\n      executionParams.data\n"
    assert told(f"{TWO}{reads}") == ["11:23 executionParams.data is never there."]
    wrong = TWO.replace("dev: {}", "dev: {overrides: {function/f: {timeoutMs: 0}}}")
    assert told(wrong + reads) == ['3:34 In environment dev: "timeoutMs" is 0.', "11:23 executionParams.data is never there."]


def test_a_manifest_whose_values_all_come_from_environments_is_good() -> None:
    head = "variables: {n: {type: integer}}\nenvironments:\n  a: {variables: {n: 1}}\n"
    assert told(f"{head}functions:\n  f: {{code: '{RUN}', timeoutMs: \"${{var:n}}\"}}\n") == []
    with pytest.raises(ManifestError):
        load(["w.yaml"], {})


def test_with_one_environment_nothing_is_said_of_it() -> None:
    assert told(f"environments: {{prod: {{variables: {{n: 5}}}}}}\n{F}") == ['2:35 There is no variable "n".']


def test_files_are_parsed_once_and_what_is_the_same_everywhere_is_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed, checked = [], []
    parse, check = documents.parse_document, Checking.checked
    monkeypatch.setattr(documents, "parse_document", lambda text, name: parsed.append(name) or parse(text, name))
    monkeypatch.setattr(Checking, "checked", lambda self, *arguments: checked.append(str(self.address)) or check(self, *arguments))
    more = f"  g: {{code: '{RUN}', description: \"${{var:n}}\"}}\n  h: {{code: '{RUN}'}}\n"
    head = "variables: {n: {default: x}}\nenvironments:\n  a: {}\n  b: {overrides: {function/h: {timeoutMs: 5}}}\n  c: {}\n"
    found = everywhere(head + F + more)
    assert parsed == ["w.yaml"]
    assert sorted(checked) == ["function/f"] + ["function/g"] * 3 + ["function/h"] * 2
    assert [one.desired for one in found.loaded.values()] == [load(["w.yaml"], {}, Choice(name)).desired for name in "abc"]


def test_an_environment_that_is_not_there_is_a_wrong_use() -> None:
    with pytest.raises(UsageProblem) as caught:
        everywhere(TWO + F, Choice("dve"))
    assert 'There is no environment "dve".' in caught.value.message


def test_a_value_that_cannot_be_given_is_told_once_for_all_environments() -> None:
    found = everywhere(TWO + F, Choice(values=("x=1", "y=1")))
    assert [str(problem).partition("\n")[0] for problem in found.problems] == ["--var x", "--var y"]


def test_things_are_found_once_with_where_they_are() -> None:
    found = {"a": "xy", "b": "yx", "c": "yy"}
    assert list(where(found)) == [("x", "environments a and b"), ("y", "")]
    assert list(where({"a": "x"})) == [("x", "")]
    assert [named("a"), named("ab"), named("abc")] == ["environment a", "environments a and b", "environments a, b and c"]
