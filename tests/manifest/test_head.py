"""The heads of all files together, and what is chosen of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from centrali_deploy.errors import ManifestError, UsageProblem
from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Choice, Head, Layers
from centrali_deploy.manifest.loading import load
from centrali_deploy.manifest.variables import Value


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def head(*texts: str) -> Head:
    found = Head()
    for index, text in enumerate(texts):
        found.reads(parse_document(text, f"{'abc'[index]}.yaml"))
    return found


def told(*texts: str) -> list[str]:
    return [f"{problem.position} {problem.message}" for problem in head(*texts).problems]


def chosen(text: str, choice: Choice = NOTHING_CHOSEN) -> Layers:
    return head(f"version: 1\n{text}").chosen(choice, {})


@pytest.mark.parametrize("text", ["", "- a", "a", "5"])
def test_what_is_no_mapping_is_no_manifest(text: str) -> None:
    found = Head()
    assert not found.reads(parse_document(text, "a.yaml"))
    assert len(found.problems) == 1


def test_the_least_that_is_a_manifest() -> None:
    found = Head()
    assert found.reads(parse_document("version: 1", "a.yaml"))
    assert found.problems == []
    assert found.chosen(NOTHING_CHOSEN, {}) == Layers(None, {}, {}, {})


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("version: 1\nworkspace: acme", "version: 1\nworkspace: acme"), []),
        (("version: 1\nworkspace: acme", "version: 1"), []),
        (
            ("version: 1\nworkspace: acme", "version: 1\n\nworkspace: other"),
            ['b.yaml:3:1 The workspace is "other" here and "acme" at a.yaml:2:1.'],
        ),
        (
            ("version: 1\nworkspace: a", "version: 1\nworkspace: b", "version: 1\nworkspace: c"),
            ['b.yaml:2:1 The workspace is "b" here and "a" at a.yaml:2:1.', 'c.yaml:2:1 The workspace is "c" here and "a" at a.yaml:2:1.'],
        ),
        (
            ("workspace: acme", "version: 3"),
            ["a.yaml:1:1 The version of the manifest is missing.", "b.yaml:1:1 3 is not a version of the manifest."],
        ),
        (("version: 1\nvariables: {a: {}}", "version: 1\nvariables: {b: {}}"), []),
        (("version: 1\nvariables: {a: {}}", "version: 1\nvariables: {b: {}, a: {}}"), ["b.yaml:2:20 a is declared in another file, too."]),
        (("version: 1\nenvironments: {a: }", "version: 1\nenvironments: {a: }"), ["b.yaml:2:16 a is declared in another file, too."]),
        (("version: 1\nvariables:\nenvironments:",), []),
    ],
)
def test_files_are_read_together(texts: tuple[str, ...], expected: list[str]) -> None:
    assert told(*texts) == expected


@pytest.mark.parametrize("slug", ["acme", "acme-dev", "a_b", "5a"])
def test_a_slug_is_a_workspace(slug: str) -> None:
    assert chosen(f"workspace: {slug}").workspace == slug


@pytest.mark.parametrize(
    ("member", "column"),
    [
        ("workspace: No Slug", 7),
        ("workspace: 6f1f1a52-53a4-4a7e-9d0c-000000000000", 7),
        ("overrides: {f: {}}", 19),
        ("overrides: {functions/f: {}}", 19),
        ("overrides: {function/: {}}", 19),
        ("protect: [f]", 17),
        ("protect: [function/f, /f]", 29),
        ("protect: [functions/*]", 17),
    ],
)
def test_what_is_no_workspace_and_no_address_is_told_in_every_environment(member: str, column: int) -> None:
    (found,) = head(f"version: 1\nenvironments:\n  dev: {{}}\n  e: {{{member}}}").problems
    assert (found.position.line, found.position.column) == (4, column)
    assert "is not a" in found.message
    assert found.hint


@pytest.mark.parametrize("pattern", ["function/f", "function/*", '"*/f"', '"*/*"', "orchestration/a-*", "trigger/a/b"])
def test_patterns_of_addresses_may_be_protected(pattern: str) -> None:
    found = chosen(f"environments: {{e: {{protect: [{pattern}]}}}}", Choice("e"))
    assert tuple(found.protect) == (pattern.strip('"'),)
    assert told(f"version: 1\nenvironments: {{e: {{protect: [{pattern}]}}}}") == []


@pytest.mark.parametrize(
    ("text", "name", "hint"),
    [
        ("", "dev", "Declare it under environments:."),
        ("environments: {prod: {}, test: {}}", "dev", "There are: prod, test."),
        ("environments: {production: {}, test: {}}", "prodution", "Did you mean production?"),
        ("environments: {prod: {}}", "", "There are: prod."),
    ],
)
def test_an_environment_that_is_not_there_is_a_wrong_use(text: str, name: str, hint: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        chosen(text, Choice(name))
    assert (caught.value.message, caught.value.hint) == (f'There is no environment "{name}".', hint)


WRONG_HEAD = """\
variables: {n: {type: int}, m: {typ: integer, default: 5}}
environments:
  prod: {variabels: {n: 5}, workspace: My Space, protect: [structures/*], variables: {n: 5, o: 6}, overrides: {function/f: 5}}
"""


@pytest.mark.parametrize(
    ("environment", "more"),
    [("prdo", ['There is no environment "prdo".']), ("prod", ['There is no variable "o".'])],
)
def test_one_mistake_in_an_environment_hides_no_other(environment: str, more: list[str]) -> None:
    try:
        found = [*(read := head(f"version: 1\n{WRONG_HEAD}")).problems, *read.chosen(Choice(environment), {}).problems]
    except ManifestError as error:
        found = list(error.problems)
    assert sorted((problem.position.line, problem.message) for problem in found) == sorted(
        [
            (2, '"int" is not a type.'),
            (2, '"typ" is not a member of this.'),
            (4, '"variabels" is not a member of this.'),
            (4, "5 stands where a mapping is expected."),
            (4, '"My Space" is not a workspace.'),
            (4, '"structures/*" is not an address.'),
            *((3 if "environment" in message else 4, message) for message in more),
        ]
    )


@pytest.mark.parametrize("environments", ["environments: [prod]", "environments: {dev: {"])
def test_an_environment_that_may_be_where_nothing_could_be_read_is_not_said_to_be_missing(environments: str) -> None:
    Path("a.yaml").write_text(f"version: 1\n{environments}\n")
    with pytest.raises(ManifestError) as caught:
        load(["a.yaml"], {}, Choice("prod", ("x=1",)))
    assert len(caught.value.problems) == 1
    with pytest.raises(ManifestError):
        load(["a.yaml"], {}, Choice(None, ("x=1",)))


def test_what_an_environment_holds_is_chosen_with_it() -> None:
    text = """\
workspace: acme-dev
variables: {n: {type: integer}, m: {default: a}}
environments:
  prod: {workspace: acme, variables: {n: 5}, protect: [structure/*], overrides: {function/f: {timeoutMs: 5}}}
"""
    plain, found = chosen(text), chosen(text, Choice("prod"))
    assert (plain.workspace, plain.protect, plain.overrides) == ("acme-dev", {}, {})
    assert plain.values == {"n": Value("n", None, None), "m": Value("m", "a", "default")}
    assert (found.workspace, tuple(found.protect)) == ("acme", ("structure/*",))
    assert found.values == {"n": Value("n", 5, "environment prod"), "m": Value("m", "a", "default")}
    ((address, override),) = found.overrides.items()
    assert (str(address), override.spec) == ("function/f", {"timeoutMs": 5})
    assert {path: str(place) for path, place in override.places.items()} == {(): "a.yaml:5:82", ("timeoutMs",): "a.yaml:5:95"}


def test_an_environment_of_nothing_changes_nothing() -> None:
    assert chosen("workspace: acme\nenvironments: {dev: }", Choice("dev")) == chosen("workspace: acme")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- a\n", "A file of values is a mapping."),
        ("", "A file of values is a mapping."),
        ("a: [\n", "The text ends before this is closed."),
        (None, "The file cannot be read"),
    ],
)
def test_a_file_of_values_that_cannot_be_used_is_told_with_its_name(content: str | None, said: str) -> None:
    if content is not None:
        Path("values.yaml").write_text(content)
    (found,) = chosen("variables: {a: {}}", Choice(files=("values.yaml",))).problems
    assert found.position.file == "values.yaml"
    assert found.message.startswith(said)


@pytest.mark.parametrize("text", ["a", "", "a:b"])
def test_a_value_without_an_equals_sign_is_a_wrong_use(text: str) -> None:
    (found,) = chosen("variables: {a: {}}", Choice(None, (text,))).problems
    assert (found.address, found.message, found.hint) == (f"--var {text}".rstrip(), f'"{text}" is not a value.', "Write --var name=value.")
