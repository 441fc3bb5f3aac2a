"""Variables: their types, where their values come from, which one holds, and what they must not be used for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Choice
from centrali_deploy.manifest.loading import load
from centrali_deploy.manifest.variables import Value, Variable, typed
from centrali_deploy.manifest.words import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from centrali_deploy.states import DesiredResource

S = Address("structure", "s")
FOUR_LAYERS = """\
version: 1
variables:
  ttl: {type: integer, default: 1}
environments:
  dev: {variables: {ttl: 2}}
structures:
  s: {name: S, defaultTtlSeconds: "${var:ttl}"}
"""


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def declared(text: str, choice: Choice = NOTHING_CHOSEN, environ: Mapping[str, str] | None = None) -> DesiredResource:
    Path("w.yaml").write_text(text, encoding="utf-8")
    return load(["w.yaml"], environ or {}, choice).desired[S]


def problems(text: str, choice: Choice = NOTHING_CHOSEN) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        declared(text, choice)
    return [f"{p.position} {p.message} {p.hint}" for p in caught.value.problems]


def variables(written: str, used: str) -> str:
    """A manifest with one variable and one value that uses it."""
    return f"version: 1\nvariables:\n  it: {written}\nstructures:\n  s:\n    name: S\n    retentionPolicy: {{it: {used}}}\n"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("string", "5", "5"),
        ("string", "true", "true"),
        ("string", "", ""),
        ("integer", 5, 5),
        ("integer", "5", 5),
        ("integer", "0x1f", 31),
        ("number", 1.5, 1.5),
        ("number", 5, 5),
        ("number", "1e3", 1000.0),
        ("boolean", False, False),
        ("boolean", "false", False),
        ("list", [1], [1]),
        ("list", "[a, 2]", ["a", 2]),
        ("list", "- a\n- b\n", ["a", "b"]),
        ("object", {"a": 1}, {"a": 1}),
        ("object", "{a: [1]}", {"a": [1]}),
    ],
)
def test_a_value_of_its_type_is_taken_and_a_text_is_read_as_yaml_reads_it(name: Any, value: Any, found: Any) -> None:
    got = typed(Variable(type=name), value)
    assert (got, type(got)) == (found, type(found))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("string", 5),
        ("string", None),
        ("string", ["a"]),
        ("integer", 1.5),
        ("integer", True),
        ("integer", "many"),
        ("integer", ""),
        ("number", True),
        ("number", "1,5"),
        ("boolean", 1),
        ("boolean", "yes"),
        ("boolean", "on"),
        ("list", {"a": 1}),
        ("list", "a"),
        ("object", [1]),
        ("object", "5"),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_value_and_the_type(name: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=f"is not an? {name}$") as caught:
        typed(Variable(type=name), value)
    assert str(caught.value).startswith(shown(value))


def test_a_variable_without_a_type_is_a_text() -> None:
    assert typed(Variable(), "5") == "5"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Value("n", 5, "default"), "n = 5 (default)"),
        (Value("n", "é", "--var"), 'n = "é" (--var)'),
        (Value("n", "a" * 58, "--var"), f'n = "{"a" * 58}" (--var)'),
        (Value("n", "a" * 59, "--var"), "n = ... (--var)"),
        (Value("n", [True], "environment dev"), "n = [true] (environment dev)"),
    ],
)
def test_a_value_is_told_with_its_layer_and_not_when_it_is_long(value: Value, told: str) -> None:
    assert value.told == told


@pytest.mark.parametrize(
    ("choice", "ttl", "layer"),
    [
        (Choice(), 1, "default"),
        (Choice("dev"), 2, "environment dev"),
        (Choice("dev", files=("three.yaml",)), 3, "three.yaml"),
        (Choice("dev", files=("three.yaml", "four.yaml")), 4, "four.yaml"),
        (Choice("dev", files=("four.yaml", "three.yaml")), 3, "three.yaml"),
        (Choice("dev", ("ttl=5",), ("three.yaml",)), 5, "--var"),
        (Choice("dev", ("ttl=5", "ttl=6"), ("three.yaml",)), 6, "--var"),
        (Choice(files=("three.yaml",)), 3, "three.yaml"),
        (Choice(None, ("ttl=5",)), 5, "--var"),
    ],
)
def test_the_nearer_layer_holds_and_is_remembered(choice: Choice, ttl: int, layer: str) -> None:
    Path("three.yaml").write_text("ttl: 3\n")
    Path("four.yaml").write_text("ttl: 4\n")
    found = declared(FOUR_LAYERS, choice)
    assert found.spec["defaultTtlSeconds"] == ttl
    assert found.layers == {("defaultTtlSeconds",): f"ttl = {ttl} ({layer})"}


@pytest.mark.parametrize(
    ("written", "used", "found"),
    [
        ("{type: integer, default: 5}", '"${var:it}"', 5),
        ("{type: integer, default: 5}", '"every ${var:it} days"', "every 5 days"),
        ("{type: number, default: 1.5}", '"${var:it}"', 1.5),
        ("{type: number, default: 1.5}", '"${var:it} "', "1.5 "),
        ("{type: boolean, default: true}", '"${var:it}"', True),
        ("{type: boolean, default: true}", '"is ${var:it}"', "is true"),
        ("{type: list, default: [a, 2]}", '"${var:it}"', ["a", 2]),
        ("{type: object, default: {a: {b: 1}}}", '"${var:it}"', {"a": {"b": 1}}),
        ("{default: '5'}", '"${var:it}"', "5"),
        ("{default: a}", '"${var:it}${var:it}"', "aa"),
        ("{default: a}", '"$${var:it} ${var:it}"', "${var:it} a"),
        ("{default: '$${env:X}'}", '"${var:it}"', "${env:X}"),
        ("{type: list, default: [a]}", '["${var:it}"]', [["a"]]),
    ],
)
def test_alone_it_keeps_its_type_and_inside_a_text_it_is_text(written: str, used: str, found: Any) -> None:
    got = declared(variables(written, used)).spec["retentionPolicy"]["it"]
    assert (got, type(got)) == (found, type(found))


@pytest.mark.parametrize(("sort", "value"), [("list", "[a]"), ("object", "{a: 1}")])
def test_a_list_or_a_mapping_inside_a_text_is_refused(sort: str, value: str) -> None:
    (found,) = problems(variables(f"{{type: {sort}, default: {value}}}", '"all ${var:it}"'))
    assert found.startswith("w.yaml:7:23 ${var:it} is a list or a mapping")
    assert found.endswith('Write "${var:it}" alone.')


@pytest.mark.parametrize(
    ("default", "environ", "found"),
    [
        ("'${env:A}'", {"A": "7"}, 7),
        ("'${env:A:-8}'", {}, 8),
        ("'${env:A}${env:B}'", {"A": "1", "B": "2"}, 12),
    ],
)
def test_a_default_may_come_from_the_environment(default: str, environ: dict[str, str], found: int) -> None:
    text = variables(f"{{type: integer, default: {default}}}", '"${var:it}"')
    assert declared(text, environ=environ).spec["retentionPolicy"] == {"it": found}


def test_a_default_from_what_is_not_set_is_told_at_the_default() -> None:
    text = variables("{default: '${env:NOT_SET}'}", '"${var:it}"')
    assert problems(text)[0].startswith("w.yaml:3:8 The variable it: The environment variable NOT_SET is not set.")


def test_what_is_undeclared_and_what_has_no_value_is_told_all_at_once() -> None:
    text = variables("{type: integer}", '"${var:it}"') + "    description: ${var:itt} ${var:other} ${var:it}\n"
    assert problems(text) == [
        "w.yaml:7:23 The variable it has no value. Give it one: --var it=..., or a default under variables.",
        "w.yaml:8:5 The variable it has no value. Give it one: --var it=..., or a default under variables.",
        'w.yaml:8:5 There is no variable "itt". Did you mean it?',
        'w.yaml:8:5 There is no variable "other". Declare it under variables: with a type.',
    ]


def test_a_variable_nobody_uses_needs_no_value() -> None:
    assert declared("version: 1\nvariables: {it: {}}\nstructures: {s: {name: S}}\n").spec == {"name": "S"}


WRONG = "version: 1\nvariables:\n  n: {type: integer}\nenvironments:\n  dev: {variables: {n: many, m: 1}}\nstructures: {s: {name: S}}\n"


def test_a_wrong_value_of_an_environment_is_told_where_it_stands_and_only_when_it_is_chosen() -> None:
    assert declared(WRONG).spec == {"name": "S"}
    assert problems(WRONG, Choice("dev")) == [
        'w.yaml:5:21 The variable n: "many" is not an integer. Write a whole number, for example 5.',
        'w.yaml:5:30 There is no variable "m". Declare it under variables: with a type.',
    ]


def test_a_wrong_value_of_a_file_is_told_at_its_place_in_the_file() -> None:
    Path("values.yaml").write_text("# ours\nn: many\nm: 1\n")
    assert problems(WRONG, Choice(files=("values.yaml",))) == [
        'values.yaml:2:1 The variable n: "many" is not an integer. Write a whole number, for example 5.',
        'values.yaml:3:1 There is no variable "m". Declare it under variables: with a type.',
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("n=many", 'The variable n: "many" is not an integer.'),
        ("n=", 'The variable n: "" is not an integer.'),
        ("n=[1", 'The variable n: "[1" cannot be read.'),
        ("m=1", 'There is no variable "m".'),
        ("n", '"n" is not a value.'),
        ("n=${env:NOT_SET}", "The variable n: The environment variable NOT_SET is not set."),
    ],
)
def test_a_wrong_value_of_the_command_line_is_told_beside_what_else_is_wrong(value: str, said: str) -> None:
    with pytest.raises(ManifestError) as caught:
        declared(WRONG, Choice(None, (value,)))
    first, *_ = caught.value.problems
    assert (str(first.position), first.address, first.message) == ("", f"--var {value.partition('=')[0]}", said)
    assert first.hint


def test_a_value_of_the_command_line_may_hold_an_equals_sign() -> None:
    assert declared(variables("{}", '"${var:it}"'), Choice(None, ("it=a=b",))).spec["retentionPolicy"] == {"it": "a=b"}


SECRETS = {
    "params": "triggers:\n  t:\n    function: f\n    executionType: on-demand\n"
    '    triggerMetadata: {params: {key: {value: "${var:key}", encrypt: true}}}\n',
    "signing secret": "triggers:\n  t:\n    function: f\n    executionType: http-trigger\n"
    '    triggerMetadata: {path: a, signingSecret: "${var:key}"}\n',
    "default of a secret": "structures:\n  s:\n    name: S\n"
    '    properties: [{name: a, type: string, isSecret: true, default: "x${var:key}"}]\n',
    "encrypted params": "orchestrations:\n  o:\n    name: O\n    trigger: {type: on-demand}\n"
    '    steps: [{id: a, type: compute, function: f, encryptedParams: {KEY: {value: "${var:key}", encrypt: true}}}]\n',
}


@pytest.mark.parametrize("place", SECRETS)
def test_a_secret_cannot_come_from_a_variable(place: str) -> None:
    (found,) = problems("version: 1\nvariables: {key: {default: canary}}\n" + SECRETS[place])
    assert "A secret cannot come from a variable." in found
    assert "${env:NAME}" in found
    assert "canary" not in found


def test_a_variable_is_no_reason_to_touch_code(manifest: Callable[..., str]) -> None:
    code = "async function run() { return `${'${var:it}'}`; }"
    path = manifest({"version": 1, "variables": {"it": {"default": "x"}}, "functions": {"f": {"code": code}}})
    assert load([path], {}).desired[Address("function", "f")].spec == {"code": code}


def test_a_reference_may_come_from_a_variable() -> None:
    text = "version: 1\nvariables: {it: {default: other}}\nstructures:\n  s:\n    name: S\n"
    text += '    properties: [{name: a, type: reference, target: "${var:it}"}]\n'
    declared(text)
    assert [str(reference.target) for reference, _, _ in load(["w.yaml"], {}).undeclared] == ["structure/other"]


@pytest.mark.parametrize(
    ("used", "hint"),
    [('"${var:it}"', "Give the variable another type."), ('"${var:it}00"', 'Beside other text it is text: write "${var:it}" alone.')],
)
def test_a_variable_in_a_longer_text_is_told_to_stand_alone(used: str, hint: str) -> None:
    text = f"version: 1\nvariables: {{it: {{default: '5'}}}}\nstructures:\n  s: {{name: S, defaultTtlSeconds: {used}}}\n"
    assert problems(text)[0].endswith(hint)
