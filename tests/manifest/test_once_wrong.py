"""What was once told wrongly about bad manifests, a test each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from centrali_deploy.cli import run
from centrali_deploy.errors import ManifestError, Problem
from centrali_deploy.manifest import documents
from centrali_deploy.manifest.head import Choice
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Sequence

V = "version: 1\n"
F = "version: 1\nfunctions:\n  f:\n"
S = "version: 1\nstructures:\n  orders:\n"
P = S + "    name: Orders\n    properties:\n"
T = "version: 1\ntriggers:\n  t:\n    function: f\n    executionType: "
ST = "version: 1\norchestrations:\n  o:\n    name: O\n    trigger: {type: on-demand}\n    steps:\n"
RUN = "async function run() {}"
OK = f"functions: {{f: {{code: '{RUN}'}}}}\n"
CANARY = {"KEY": "canary"}


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(text: str, environment: str | None = None) -> Sequence[Problem]:
    Path("w.yaml").write_text(text, encoding="utf-8")
    try:
        return load(["w.yaml"], CANARY, Choice(environment)).warnings
    except ManifestError as error:
        return error.problems


def words(text: str) -> str:
    return " ".join(f"{p.position} {p.message} {p.hint}" for p in told(text))


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("params", ["{KEY: '${env:KEY}'}", "'${env:KEY}'"])
def test_a_secret_written_without_its_mapping_is_not_shown_in_the_message(params: str) -> None:
    assert "canary" not in words(ST + f"      - {{id: a, type: compute, function: f, encryptedParams: {params}}}\n")


@pytest.mark.parametrize(
    "metadata",
    [
        "on-demand\n    triggerMetadata: {params: {key: {value: '${env:KEY}', encryptd: true}}}\n",
        "on-demand\n    triggerMetadata: {params: {key: {value: '${env:KEY}', Encrypt: true}}}\n",
        "http-trigger\n    triggerMetadata: {path: a, signingSecret: {value: '${env:KEY}'}}\n",
        "http-trigger\n    triggerMetadata: {path: a, signingSecret: {value: '${env:KEY}', encrypt: false}}\n",
    ],
)
def test_a_secret_that_would_be_stored_in_the_clear_is_refused(metadata: str) -> None:
    assert told(T + metadata)


# --- environments ----------------------------------------------------------------------------------------------------


def test_a_bad_address_of_an_override_is_no_bug_of_ours() -> None:
    found = told(V + "environments: {dev: {overrides: {f: {timeoutMs: 5}}}}\n" + OK, "dev")
    assert [problem.message for problem in found] == ['"f" is not an address.']


def test_a_bad_address_of_an_override_has_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    Path("w.yaml").write_text(V + "environments: {dev: {overrides: {f: {timeoutMs: 5}}}}\n" + OK)
    assert run(["validate", "-e", "dev", "w.yaml"]) == 3
    assert "This is a bug" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("environments: {dev: {}}\nfunctions: {f: ]}\n", 3),
        ("environments: [dev]\n" + OK, 2),
        ("environments: {dev: {vars: {}}}\n" + OK, 2),
        ("environments: {dev: {overrides: {function/f: off}}}\n" + OK, 2),
        ("environments: {dev: {protect: function/*}}\n" + OK, 2),
    ],
)
def test_a_mistake_in_the_file_is_told_before_its_environment_is_missed(text: str, line: int) -> None:
    assert [problem.position.line for problem in told(V + text, "dev")] == [line]


def test_an_override_of_a_section_is_told_once() -> None:
    found = told(V + "environments: {dev: {overrides: {functions/f: {timeoutMs: 5}}}}\n" + OK, "dev")
    assert [problem.message for problem in found] == ['"functions/f" is not an address.']


def test_code_of_an_override_is_not_told_inside_the_block_that_it_replaces() -> None:
    text = f"{F}    code: |\n      {RUN}\nenvironments:\n  dev: {{overrides: {{function/f: {{code: 'function run() {{}}'}}}}}}\n"
    assert [problem.position.line for problem in told(text, "dev")] == [7]


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("|2\n        // deeper\n      async function run() {\n        return (1));\n      }\n", 7, 19),
    ],
)
def test_a_mistake_in_an_explicitly_indented_block_is_at_its_place(code: str, line: int, column: int) -> None:
    (found,) = told(f"{F}    code: {code}")
    assert (found.position.line, found.position.column) == (line, column)


def test_a_wrong_merge_is_told_where_it_is_written() -> None:
    (found,) = told(f"{F}    <<: text\n    code: {RUN}\n")
    assert found.position.line == 4


def test_a_secret_is_no_reason_to_work_out_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[str] = []
    really = documents._places  # noqa: SLF001 -- what is counted
    monkeypatch.setattr(documents, "_places", lambda text, name: times.append(name) or really(text, name))
    found = told(T + "on-demand\n    triggerMetadata: {params: {key: {value: '${env:KEY}', encrypt: true}}}\n" + OK)
    assert (tuple(found), times) == ((), [])


# --- what is not noticed, doubled or contradicts itself -----------------------------------------------------------------


def test_blank_code_has_no_run() -> None:
    assert told(f"{F}    code: '  '\n")


ONCE = {
    "a bound as text": P + "      - {name: a, type: number, minimum: '5'}\n",
    "a bound that is true": P + "      - {name: a, type: number, maximum: true}\n",
    "a pattern that is a number": P + "      - {name: a, type: string, pattern: 5}\n",
    "an object of a text": P + "      - {name: a, type: object, properties: b}\n",
    "the id of a function in a step": ST + "      - {id: a, type: compute, functionId: f}\n",
    "code misspelt": F + f"    cod: {RUN}\n",
    "run exported": F + f"    code: |\n      export {RUN}\n",
}


@pytest.mark.parametrize("name", ONCE)
def test_one_mistake_is_told_once(name: str) -> None:
    assert [str(problem) for problem in told(ONCE[name])][1:] == []


def test_a_step_there_twice_is_not_also_said_not_to_be_reached_from_itself() -> None:
    text = ST + "      - {id: a, type: delay, delayMs: 1}\n      - {id: a, type: delay, delayMs: 1}\n"
    assert "Nothing leads to it from a" not in words(text)


# --- hints that mislead -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 FEB *"])
def test_a_date_that_never_comes_is_called_that(expression: str) -> None:
    found = words(f"{T}scheduled\n    triggerMetadata: {{scheduleType: cron, cronExpression: {expression!r}}}\n")
    assert "never comes" in found
    assert "is not a cron expression" not in found


def test_the_offset_that_is_suggested_makes_a_moment() -> None:
    text = "2030-01-31"
    found = words(f"{T}scheduled\n    triggerMetadata: {{scheduleType: once, scheduledAt: {text}}}\n")
    assert f"{text}Z," not in found


MISLEADING = {
    "None for nothing, in a hint": (S + "    name:\n", "None"),
    "None for code of nothing": (F + "    code:\n", "None"),
    "None for a type of nothing": (P + "      - {name: a, type: }\n", "None"),
    "None for a version of nothing": ("version:\n" + OK, "None"),
    "None for a workspace of nothing": (V + "workspace:\n" + OK, "None"),
    "None for a status of nothing in a version": ("version: true\n" + OK, "True is"),
    "functions for collections": (V + "collections: {}\n" + OK, "Did you mean functions"),
    "functions for automations": (V + "automations: {}\n" + OK, "Did you mean functions"),
    "Python for YAML": (
        ST + "      - {id: a, type: compute, function: f, encryptedParams: {KEY: {value: '${env:KEY}', encrypt: false}}}\n",
        "True",
    ),
    "members of an orchestration inside a secret": (
        ST + "      - {id: a, type: compute, function: f, encryptedParams: {KEY: {value: '${env:KEY}', encrypt: true, extra: 1}}}\n",
        "Members are: description, name, status",
    ),
    "a directory for an empty path": (F + "    source: ''\n", "is a directory"),
    "a declared variable is there": (V + "variables: {a: {default: x}, b: {default: '${var:a}'}}\n" + OK, 'There is no variable "a"'),
    "pydantic's words for an unknown member": (V + "variables: {n: {typ: string}}\n" + OK, "extra inputs"),
    "pydantic's words for a wrong type": (V + "variables: {n: {type: text}}\n" + OK, "input should be"),
    "pydantic's words for a bare value": (V + "variables: {n: 5}\n" + OK, "valid dictionary"),
    "not async, said of what is async": (F + "    code: |\n      async function* run() {}\n", "run is not async"),
    "quotes for what is a variable": (
        V + f"variables: {{n: {{type: integer, default: 5}}}}\nfunctions: {{f: {{code: '{RUN}', description: '${{var:n}}'}}}}\n",
        "Put it in quotes, as it is written.",
    ),
}


@pytest.mark.parametrize("name", MISLEADING)
def test_a_message_does_not_mislead(name: str) -> None:
    text, wrong = MISLEADING[name]
    found = words(text)
    assert found
    assert wrong not in found


MISSING = {
    "renamedFrom for renamedfrom": (F + f"    code: {RUN}\n    renamedfrom: g\n", "Did you mean renamedFrom?"),
    "variables among what a manifest has": (V + "pages: {}\n" + OK, "variables"),
    "environments among what a manifest has": (V + "pages: {}\n" + OK, "environments"),
    "structures for collections": (V + "collections: {}\n" + OK, "structures"),
    "orchestrations for automations": (V + "automations: {}\n" + OK, "orchestrations"),
    "nextStepId for next": (
        ST + "      - {id: a, type: delay, delayMs: 1, next: b}\n      - {id: b, type: delay, delayMs: 1}\n",
        "nextStepId",
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_message_says_what_now(name: str) -> None:
    text, hint = MISSING[name]
    assert hint in words(text)


# --- warnings about names that are the function's own ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "return [].map(process => process.id);",
        "return [].map(({process}) => process.id);",
        "const list = ({x: fetch}) => fetch(1);",
        "const list = (fetch = api.httpFetch) => fetch(1);",
        "const list = (...require) => require.map(String);",
        "const {x: fetch} = triggerParams; fetch(1);",
        "const {a: {fetch}} = triggerParams; fetch(1);",
        "const {fetch = 1} = triggerParams; fetch(1);",
        "for (const module of []) { module.x(); }",
        "try { api.log({}); } catch (process) { process.x(); }",
    ],
)
def test_a_name_that_the_function_declares_is_its_own(body: str) -> None:
    assert [problem.message for problem in told(f"{F}    code: |\n      async function run() {{ {body} }}\n")] == []
