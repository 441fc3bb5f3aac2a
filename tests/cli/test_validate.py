"""`validate` in this process: its outputs, --strict, and what is chosen of environments and variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = "async function run() {}"
GOOD = f"version: 1\nfunctions:\n  f: {{code: '{RUN}'}}\n"
ODD = f"version: 1\nfunctions:\n  f:\n    code: |\n      {RUN}\n      console.log(1)\n"
BAD = f"version: 1\nfunctions:\n  f: {{code: '{RUN}', timeoutMs: 0}}\n  g: {{code: 'function run() {{}}'}}\n"
VARIED = f"""version: 1
variables:
  limit: {{type: integer, default: 1000}}
  owner: {{}}
environments:
  prod: {{variables: {{limit: 400000}}, overrides: {{function/f: {{description: null}}}}}}
  test: {{variables: {{owner: me}}}}
functions:
  f: {{code: '{RUN}', timeoutMs: "${{var:limit}}", description: "${{var:owner}}"}}
"""


class Said:
    """How one run ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def validate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Validate a manifest with these words; `more` are further files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def go(text: str, *words: str, **more: str) -> Said:
        for name, content in {"workspace": text, **more}.items():
            (tmp_path / f"{name}.yaml").write_text(content, encoding="utf-8")
        code = run(["validate", *words, "workspace.yaml"])
        return Said(code, *capsys.readouterr())

    return go


def test_a_good_manifest_has_no_problems(validate: Callable[..., Said]) -> None:
    said = validate(GOOD)
    assert (said.code, said.out, said.err) == (0, "1 resource in 1 file: no problems.\n", "")


def test_a_bad_one_is_told_on_standard_error_with_every_place(validate: Callable[..., Said]) -> None:
    said = validate(BAD)
    assert (said.code, said.out) == (3, "")
    assert "workspace.yaml:3:40  function/f\n" in said.err
    assert "workspace.yaml:4:7  function/g\n" in said.err
    assert said.err.endswith("2 problems.\n")


def test_a_warning_is_told_and_does_no_harm(validate: Callable[..., Said]) -> None:
    said = validate(ODD)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("workspace.yaml:6:7  warning  function/f\n  There is no console. Use api.log({message}).\n1 warning.\n")
    assert said.out.endswith("1 resource in 1 file: no problems.\n")


@pytest.mark.parametrize("output", ["text", "json", "github", "sarif"])
def test_strict_takes_a_warning_for_a_problem_and_changes_nothing_else(output: str, validate: Callable[..., Said]) -> None:
    assert [validate(text, "-o", output, "--strict").code for text in (GOOD, ODD, BAD)] == [0, 3, 3]
    assert [validate(text, "-o", output).code for text in (GOOD, ODD, BAD)] == [0, 0, 3]


def test_strict_tells_the_warning_as_what_is_wrong(validate: Callable[..., Said]) -> None:
    said = validate(ODD, "--strict")
    assert said.out == ""
    assert said.err == "workspace.yaml:6:7  function/f\n  There is no console. Use api.log({message}).\n1 problem.\n"


def test_errors_are_told_together_with_warnings(validate: Callable[..., Said]) -> None:
    said = validate(ODD + "  g: {}\n")
    assert said.code == 3
    assert "1 problem, 1 warning." in said.err


@pytest.mark.parametrize("strict", [(), ("--strict",)])
def test_github_is_told_every_problem_in_a_command_each(strict: tuple[str, ...], validate: Callable[..., Said]) -> None:
    assert validate(GOOD, "-o", "github", *strict).out == ""
    told = f"::{'error' if strict else 'warning'} file=workspace.yaml,line=6,col=7,title=function/f::There is no console."
    assert validate(ODD, "-o", "github", *strict).out == f"{told} Use api.log({{message}}).\n"
    said = validate(BAD, "-o", "github", *strict)
    assert [line.split(",title")[0] for line in said.out.splitlines()] == [
        "::error file=workspace.yaml,line=3,col=40",
        "::error file=workspace.yaml,line=4,col=7",
    ]
    assert "2 problems." in said.err


@pytest.mark.parametrize(("text", "levels"), [(GOOD, []), (ODD, ["warning"]), (BAD, ["error", "error"])])
def test_sarif_is_one_log_whatever_is_found(text: str, levels: list[str], validate: Callable[..., Said]) -> None:
    for strict in ((), ("--strict",)):
        (one,) = json.loads(validate(text, "-o", "sarif", *strict).out)["runs"]
        assert [result["level"] for result in one["results"]] == (["error"] * len(levels) if strict else levels)


def test_json_is_one_document_with_warnings_and_with_errors(validate: Callable[..., Said]) -> None:
    found: Any = json.loads(validate(ODD, "-o", "json").out)
    assert (found["exitCode"], found["resources"], found["files"], found["unchecked"]) == (0, 1, ["workspace.yaml"], [])
    assert [(each["severity"], each["line"], each["column"]) for each in found["warnings"]] == [("warning", 6, 7)]
    found = json.loads(validate(ODD, "-o", "json", "--strict").out)
    assert (found["exitCode"], found["reason"]) == (3, "invalid")
    assert [each["severity"] for each in found["error"]["problems"]] == ["error"]


def test_what_is_not_declared_here_is_listed_as_not_checked(validate: Callable[..., Said]) -> None:
    text = GOOD + "triggers:\n  t: {function: ff, executionType: on-demand}\n"
    said = validate(text)
    assert said.code == 0
    assert "workspace.yaml:5:7  trigger/t: function names function/ff. Did you mean f?" in said.out
    assert json.loads(validate(text, "-o", "json").out)["unchecked"] == [
        {"file": "workspace.yaml", "line": 5, "column": 7, "address": "trigger/t", "path": "function", "target": "function/ff"}
    ]
    assert validate(GOOD + "triggers:\n  t: {function: f, executionType: on-demand}\n").out.count("\n") == 1


def test_what_is_listed_as_not_checked_is_listed_once_for_all_environments(validate: Callable[..., Said]) -> None:
    text = GOOD + "environments: {dev: {}, prod: {}}\ntriggers:\n  t: {function: other, executionType: on-demand}\n"
    assert validate(text).out.count("function/other") == 1


def test_what_was_not_checked_and_when_schedules_fire_is_told_beside_errors_too(validate: Callable[..., Said]) -> None:
    cron = "{scheduleType: cron, cronExpression: '0 2 * * *'}"
    text = BAD + f"triggers:\n  t: {{function: other, executionType: scheduled, triggerMetadata: {cron}}}\n"
    said = validate(text, "-v")
    assert said.code == 3
    schedule, _, head, place, _ = said.out.split("\n", 4)
    assert schedule.startswith("trigger/t  0 2 * * *  next: ")
    assert head.startswith("Not checked")
    assert place == "workspace.yaml:6:7  trigger/t: function names function/other."
    assert said.out.endswith("function/other.\n\n")
    assert said.err.endswith("2 problems.\n")
    found: Any = json.loads(validate(text, "-o", "json").out)
    assert [each["target"] for each in found["unchecked"]] == ["function/other"]
    assert (found["files"], len(found["error"]["problems"]), "resources" in found) == (["workspace.yaml"], 2, False)
    assert "function/other" in validate(text, "--var", "x=1").out
    strict = validate(ODD + text[text.index("triggers") :], "--strict")
    assert (strict.code, "function/other" in strict.out) == (3, True)


@pytest.mark.parametrize("wrong", ["funtions: {g: {}}\n", "structures: [a]\n"])
def test_where_nobody_knows_what_is_declared_nothing_is_listed(wrong: str, validate: Callable[..., Said]) -> None:
    assert validate(GOOD + wrong + "triggers:\n  t: {function: g, executionType: on-demand}\n").out == ""


def test_what_was_to_come_once_and_has_passed_is_a_warning(validate: Callable[..., Said]) -> None:
    text = GOOD + "triggers:\n  t: {function: f, executionType: scheduled, triggerMetadata: {scheduleType: once, scheduledAt: %s}}\n"
    said = validate(text % "2020-01-31T08:00:00Z")
    assert said.code == 0
    assert said.out.startswith('workspace.yaml:5:84  warning  trigger/t\n  "2020-01-31T08:00:00Z" has passed: this will not fire.')
    assert validate(text % "9020-01-31T08:00:00Z").out.count("\n") == 1


MISSPELT = """version: 1
structures: {orders: {name: Orders}}
functions:
  send-mail:
    code: |
      async function run() { await api.queryRecords('order', {}); }
triggers:
  t: {function: send-mial, executionType: on-demand}
"""


def test_what_is_nearly_declared_is_a_warning_in_every_form_and_not_listed_a_second_time(validate: Callable[..., Said]) -> None:
    said = validate(MISSPELT)
    assert said.code == 0
    assert [said.out.count(word) for word in ("send-mial", '"order"', "Not checked", "2 warnings.")] == [1, 1, 0, 1]
    assert validate(MISSPELT, "--strict").code == 3
    assert validate(MISSPELT, "-o", "github").out.count("::warning ") == 2
    assert len(json.loads(validate(MISSPELT, "-o", "sarif").out)["runs"][0]["results"]) == 2
    found = json.loads(validate(MISSPELT, "-o", "json").out)
    assert [(each["line"], each["column"]) for each in found["warnings"]] == [(6, 40), (8, 7)]
    assert found["unchecked"] == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 3, 'In environment prod: "timeoutMs" is 400000.'),
        (("--var", "owner=me"), 3, 'In environment prod: "timeoutMs" is 400000.'),
        (("--var", "limit=5"), 0, ""),
        (("-e", "test"), 0, ""),
        (("--environment", "test"), 0, ""),
        (("--var-file", "values.yaml"), 0, ""),
        (("-e", "prod"), 3, "400000"),
        (("-e", "prod", "--var", "limit=5"), 0, ""),
        (("-e", "prod", "--var-file", "values.yaml"), 0, ""),
        (("--var-file", "values.yaml", "--var", "limit=400000"), 3, 'workspace.yaml:9:40  function/f\n  "timeoutMs" is 400000.'),
        (("--var-file", "values.yaml", "--var-file", "more.yaml"), 3, "400001"),
        (("--var", "owner=me", "--var", "limit=5", "--var", "limit=400002"), 3, "400002"),
        (("--var", "owner=me", "--var", "limit=x"), 3, 'The variable limit: "x" is not an integer'),
        (("--var", "owner"), 3, '"owner" is not a value.'),
        (("--var", "ownr=me"), 3, "Did you mean owner?"),
        (("-e", "prd"), 3, "Did you mean prod?"),
        (("-e", ""), 3, "There are: prod, test."),
        (("--var-file", "gone.yaml"), 3, "gone.yaml"),
        (("--var-file", "list.yaml"), 3, "A file of values is a mapping."),
        (("-o", "xml"), 3, "xml"),
        (("--strct",), 3, "No such option"),
    ],
)
def test_what_is_chosen_decides_and_the_last_word_counts(
    words: tuple[str, ...], code: int, told: str, validate: Callable[..., Said]
) -> None:
    said = validate(VARIED, *words, values="owner: me\nlimit: 5\n", more="limit: 400001\n", list="- a\n")
    assert said.code == code, said.err
    assert told in said.err
    assert bool(told) == bool(said.err)


def test_an_override_is_checked_like_what_is_written(validate: Callable[..., Said]) -> None:
    text = GOOD + "environments:\n  prod: {overrides: {function/f: {timeoutMs: 0}}}\n  dev:\n"
    for words, told in ((("-e", "prod"), '"timeoutMs" is 0.'), ((), 'In environment prod: "timeoutMs" is 0.')):
        said = validate(text, *words, "-o", "github")
        assert said.code == 3
        assert said.out.startswith("::error file=workspace.yaml,line=5,col=")
        assert f"::{told}" in said.out
    assert validate(text, "-e", "dev").code == 0


@pytest.mark.parametrize(
    ("words", "environments"),
    [((), ["dev", "prod"]), (("-e", "prod"), ["prod"])],
)
def test_the_summary_says_which_environments_were_checked(
    words: tuple[str, ...], environments: list[str], validate: Callable[..., Said]
) -> None:
    text = GOOD + "environments: {dev: {}, prod: {}}\n"
    named = "environments dev and prod" if len(environments) > 1 else "environment prod"
    assert validate(text, *words).out == f"1 resource in 1 file, {named}: no problems.\n"
    assert json.loads(validate(text, *words, "-o", "json").out)["environments"] == environments
    assert json.loads(validate(GOOD, "-o", "json").out)["environments"] == []


def test_when_schedules_fire_is_told_once_or_of_each_environment(validate: Callable[..., Said]) -> None:
    def metadata(hour: str) -> str:
        return f"{{scheduleType: cron, cronExpression: '0 {hour} * * *'}}"

    trigger = "function: f, executionType: scheduled, triggerMetadata"
    triggers = f"triggers:\n  t: {{{trigger}: {metadata('${var:hour}')}}}\n  u: {{{trigger}: {metadata('5')}}}\n"
    head = "variables: {hour: {type: integer}}\nenvironments: {dev: {variables: {hour: 1}}, prod: {variables: {hour: 2}}}\n"
    lines = validate(GOOD + head + triggers, "-v").out.splitlines()[2:]
    told = [(line.split("  ")[:2], line.partition("  in ")[2]) for line in lines]
    assert told == [
        (["trigger/t", "0 1 * * *"], "environment dev"),
        (["trigger/u", "0 5 * * *"], ""),
        (["trigger/t", "0 2 * * *"], "environment prod"),
    ]


def test_a_setting_that_makes_no_sense_is_no_annotation(validate: Callable[..., Said]) -> None:
    said = validate(GOOD, "-e", "prod", "-o", "github")
    assert (said.code, said.out) == (3, "")
    assert 'There is no environment "prod".' in said.err


def test_of_very_many_problems_text_has_the_first_and_every_other_form_all_of_them(validate: Callable[..., Said]) -> None:
    text = "version: 1\nfunctions:\n" + "".join(f"  f{number}: {{code: '{RUN}', timeoutMs: 0}}\n" for number in range(70))
    lines = validate(text).err.splitlines()
    assert lines[-2:] == ["... and 20 more: centrali-deploy validate -o json shows all of them.", "70 problems."]
    assert len(lines) == 2 * 50 + 2
    assert len(json.loads(validate(text, "-o", "json").out)["error"]["problems"]) == 70
    assert len(json.loads(validate(text, "-o", "sarif").out)["runs"][0]["results"]) == 70
    assert len(validate(text, "-o", "github").out.splitlines()) == 70


def test_debug_shows_where_an_error_came_from(validate: Callable[..., Said]) -> None:
    assert "Traceback" not in validate(BAD).err
    assert "Traceback" in validate(BAD, "--debug").err


def test_colour_is_for_those_who_want_it(validate: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\033" in validate(BAD).err
    assert "\033" not in validate(BAD, "--no-color").err
    assert "\033" not in validate(ODD, "-o", "github").out
