"""Environments: another workspace, other values, overrides laid over what is written, and protections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.errors import ExitCode, ManifestError, UnsafePlan
from centrali_deploy.manifest.environments import merged
from centrali_deploy.manifest.head import Choice
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply, check, refuse_protected
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from centrali_deploy.manifest.loading import Loaded
    from centrali_deploy.remote.client import Client

T = Address("trigger", "t")
HEAD = "version: 1\nworkspace: acme-dev\n"
RUN = "async function run() {}"
RESOURCES = f"""\
functions:
  f: {{code: "{RUN}", timeoutMs: 1000}}
triggers:
  t:
    function: f
    description: Hourly
    executionType: scheduled
    triggerMetadata:
      scheduleType: cron
      cronExpression: 0 * * * *
      params: {{a: 1, b: {{c: 2, d: 3}}, e: [1, 2]}}
"""
OVERRIDES = """\
environments:
  prod:
    overrides:
      trigger/t:
        enabled: false
        triggerMetadata:
          timezone: Europe/Paris
          params:
            b: {c: 9}
            e: [3]
            f: "${env:F}"
"""


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded(text: str, environment: str | None = None) -> Loaded:
    Path("w.yaml").write_text(text, encoding="utf-8")
    return load(["w.yaml"], {"F": "six"}, Choice(environment))


def planned(of: Loaded, client: Client) -> Planned:
    return result_of(plan(of, client, Policy(protect=of.protect)))


def problems(text: str, environment: str | None) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        loaded(text, environment)
    return [f"{p.position} {p.address} {p.message}" for p in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "override", "found"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 5}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": 1}, {}, {"a": 1}),
    ],
)
def test_mappings_are_merged_and_anything_else_takes_the_place_of_what_was_written(written: Any, override: Any, found: Any) -> None:
    before = repr(written)
    assert merged(written, override) == found
    assert repr(written) == before


def test_an_override_is_merged_deeply_and_its_values_are_resolved() -> None:
    assert loaded(HEAD + OVERRIDES + RESOURCES, "prod").desired[T].spec == {
        "function": "f",
        "description": "Hourly",
        "executionType": "scheduled",
        "enabled": False,
        "triggerMetadata": {
            "scheduleType": "cron",
            "cronExpression": "0 * * * *",
            "timezone": "Europe/Paris",
            "params": {"a": 1, "b": {"c": 9, "d": 3}, "e": [3], "f": "six"},
        },
    }


def test_without_the_environment_nothing_is_overridden() -> None:
    plain, chosen = loaded(HEAD + RESOURCES).desired, loaded(HEAD + OVERRIDES + RESOURCES).desired
    assert plain == chosen
    assert chosen[T].layers == {}


def test_a_place_is_that_of_the_override_where_there_is_one() -> None:
    found = loaded(HEAD + OVERRIDES + RESOURCES, "prod").desired[T]
    lines = {path: str(found.position(path)) for path in [(), ("enabled",), ("description",), ("triggerMetadata", "cronExpression")]}
    assert lines == {
        (): "w.yaml:17:3",
        ("enabled",): "w.yaml:7:9",
        ("description",): "w.yaml:19:5",
        ("triggerMetadata", "cronExpression"): "w.yaml:23:7",
    }
    assert str(found.position(("triggerMetadata", "params", "b", "c"))) == "w.yaml:11:17"
    assert str(found.position(("triggerMetadata", "params", "b", "d"))) == "w.yaml:24:32"


def test_the_layer_of_an_overridden_value_is_the_environment_and_of_no_other() -> None:
    found = loaded(HEAD + OVERRIDES + RESOURCES, "prod").desired[T]
    layers = {path: found.layer(path) for path in [("enabled",), ("description",), ("function",)]}
    assert layers == {("enabled",): "override of prod", ("description",): "", ("function",): ""}
    assert found.layer(("triggerMetadata", "params", "b", "c")) == "override of prod"


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("trigger/t: {enabled: off}", 'w.yaml:5:29 trigger/t "enabled" must be true or false, not "off".'),
        ("trigger/t: {enabeld: false}", 'w.yaml:5:29 trigger/t "enabeld" is not a member of this.'),
        (
            "trigger/t: {triggerMetadata: {cronExpression: x}}",
            'w.yaml:5:47 trigger/t "cronExpression" is not a cron expression: "x".',
        ),
        ("trigger/tt: {enabled: false}", "w.yaml:5:17  trigger/tt is overridden here and not declared."),
        ("structure/s: {name: S}", "w.yaml:5:17  structure/s is overridden here and not declared."),
    ],
)
def test_a_mistake_of_an_override_is_told_in_the_environment(override: str, expected: str) -> None:
    text = f"{HEAD}environments:\n  prod:\n    overrides: {{{override}}}\n{RESOURCES}"
    assert problems(text, "prod") == [expected]
    assert T in loaded(text).desired


def test_the_override_of_a_name_nearly_declared_has_a_suggestion() -> None:
    with pytest.raises(ManifestError) as caught:
        loaded(f"{HEAD}environments: {{prod: {{overrides: {{trigger/tt: {{enabled: false}}}}}}}}\n{RESOURCES}", "prod")
    assert [problem.hint for problem in caught.value.problems] == ["Did you mean t?"]


@pytest.mark.parametrize(
    ("environment", "workspace"),
    [(None, "acme-dev"), ("prod", "acme"), ("other", "acme-dev")],
)
def test_an_environment_may_have_a_workspace_of_its_own(environment: str | None, workspace: str) -> None:
    text = f"{HEAD}environments:\n  prod: {{workspace: acme}}\n  other: {{}}\n{RESOURCES}"
    assert loaded(text, environment).workspace == workspace


def test_a_head_in_one_file_holds_for_resources_in_another() -> None:
    Path("project").mkdir()
    Path("project/a.yaml").write_text("version: 1\n" + RESOURCES)
    Path("project/z.yaml").write_text(
        "version: 1\nworkspace: acme-dev\nvariables: {late: {type: boolean}}\nenvironments:\n  prod:\n    workspace: acme\n"
        '    variables: {late: true}\n    overrides: {trigger/t: {enabled: "${var:late}"}}\n    protect: [function/*]\n'
    )
    found = load(["project"], {}, Choice("prod"))
    assert (found.workspace, found.protect, found.desired[T].spec["enabled"]) == ("acme", ("function/*",), True)
    assert str(found.desired[T].position(("enabled",))) == "project/z.yaml:8:29"
    assert found.desired[T].layer(("enabled",)) == "override of prod"


def protected(pattern: str) -> str:
    return f"{HEAD}environments:\n  prod:\n    protect: [{pattern}]\n{RESOURCES}"


CHANGES = {
    Action.UPDATE: ("timeoutMs: 1000", "timeoutMs: 2000"),
    Action.REPLACE: ("executionType: scheduled\n    triggerMetadata:\n", "executionType: on-demand\n    triggerMetadata:\n"),
}


@pytest.mark.parametrize(
    ("pattern", "action", "address"),
    [
        ("function/f", Action.UPDATE, "function/f"),
        ("function/*", Action.UPDATE, "function/f"),
        ('"*/f"', Action.UPDATE, "function/f"),
        ('trigger/t, "*/*"', Action.UPDATE, "function/f"),
        ("trigger/*", Action.REPLACE, "trigger/t"),
        ('"trigger/[st]"', Action.REPLACE, "trigger/t"),
    ],
)
def test_what_is_protected_is_not_updated_or_replaced(pattern: str, action: Action, address: str, client: Client) -> None:
    text = protected(pattern)
    before = loaded(text, "prod")
    list(apply(planned(before, client), client, lambda: False))
    assert planned(before, client).plan.empty
    after = loaded(text.replace(*CHANGES[action]), "prod")
    found = planned(after, client)
    assert (found.plan.pending, found.plan.empty) == ((), False)
    assert {(str(left.change.address), left.change.action, str(left.because)) for left in found.plan.left_out} == {
        (address, action, address)
    }
    (refusal,) = found.plan.refusals
    assert (refusal.rule, str(refusal.address), refusal.whole) == ("protected", address, False)
    assert refusal.message.startswith('It is protected ("')
    check(found, client)
    with pytest.raises(UnsafePlan) as caught:
        refuse_protected(found.plan)
    assert caught.value.exit_code == ExitCode.REFUSED == 8


@pytest.mark.parametrize("pattern", ["trigger/*", "function/F", "function/ff", "structure/*", "structure/f"])
def test_what_no_pattern_names_may_be_changed(pattern: str, client: Client) -> None:
    text = protected(pattern)
    before = loaded(text, "prod")
    list(apply(planned(before, client), client, lambda: False))
    after = loaded(text.replace(*CHANGES[Action.UPDATE]), "prod")
    assert [refusal.rule for refusal in planned(after, client).plan.refusals] == []


@pytest.mark.parametrize("pattern", ["function/f", "function/old", "structure/*", '"structure/[ab]"', "structure/?", '"*/gone"'])
def test_what_is_declared_or_was_or_may_be_is_protected_without_a_warning(pattern: str) -> None:
    assert loaded(protected(pattern).replace("timeoutMs: 1000", "renamedFrom: old"), "prod").warnings == ()


def test_a_protection_is_looked_at_in_its_environment_only() -> None:
    text = protected("function/g")
    assert [str(warning.position) for warning in loaded(text, "prod").warnings] == ["w.yaml:5:15"]
    assert loaded(text).warnings == ()


def test_what_is_protected_may_be_created_and_the_pattern_holds_in_its_environment_only(client: Client) -> None:
    text = protected('"*/*"')
    found = planned(loaded(text, "prod"), client)
    assert {change.action for change in found.plan.pending} == {Action.CREATE}
    check(found, client)
    assert found.plan.refusals == ()
    assert loaded(text).protect == ()


def test_a_verbose_plan_tells_which_layer_a_value_came_from(client: Client) -> None:
    text = f"{HEAD}variables: {{limit: {{type: integer, default: 3000}}}}\n{OVERRIDES}{RESOURCES}"
    made = planned(loaded(text.replace("timeoutMs: 1000", 'timeoutMs: "${var:limit}"'), "prod"), client).plan
    lines = [list(plan_lines(made, lambda words, _style: words, where="here", verbose=verbose)) for verbose in (True, False)]
    told = [(before.split(":")[0].strip(), line.strip()) for before, line in zip(lines[0], lines[0][1:], strict=False) if " from " in line]
    assert ("timeoutMs", "from limit = 3000 (default)") in told
    assert ("enabled", "from override of prod") in told
    assert not any(" from " in line for line in lines[1])


def test_a_verbose_plan_tells_it_of_updates_and_inside_members_too(client: Client) -> None:
    before = loaded(HEAD + OVERRIDES + RESOURCES)
    list(apply(planned(before, client), client, lambda: False))
    made = planned(loaded(HEAD + OVERRIDES + RESOURCES, "prod"), client).plan
    lines = list(plan_lines(made, lambda words, _style: words, where="here", verbose=True))
    changed = [line for line in lines if " -> " in line]
    assert {line.split(":")[0].strip() for line in changed} > {"enabled", "triggerMetadata.timezone", "triggerMetadata.params.b.c"}
    assert [lines[lines.index(line) + 1].strip() for line in changed] == ["from override of prod"] * len(changed)
    assert {field.layer for change in made.pending for field in change.fields} == {"override of prod"}


@pytest.mark.parametrize("environment", [None, "dev", "prod"])
def test_what_a_manifest_protects_is_protected_in_every_environment(environment: str | None) -> None:
    head = f"{HEAD}protect: [function/*]\nenvironments:\n  dev: {{}}\n  prod:\n    protect: [structure/*]\n"
    found = loaded(head + RESOURCES, environment)
    assert found.protect == (("function/*", "structure/*") if environment == "prod" else ("function/*",))
