"""Values that stand elsewhere: what they become, what cannot be found, and secrets that nobody sees."""

from __future__ import annotations

import os
import pickle
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.errors import ManifestError, Position, Problem
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest import surroundings
from centrali_deploy.manifest.resolution import Resolution
from centrali_deploy.manifest.surroundings import Surroundings
from centrali_deploy.secret import Secret
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

ENVIRON = {"A": "a", "EMPTY": "", "KEY": "canary", "BAD": "\udcff", "SPACE": " x "}
STANDS = "Write ${env:NAME}, ${var:name} or ${file:path}; for a plain ${ write $${."
HERE = Position("w.yaml", 7, 3)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a manifest folder in it, and something beside it that must not be read."""
    (tmp_path / "project" / "m").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("canary")
    return tmp_path / "project"


@pytest.fixture
def around(project: Path) -> Surroundings:
    return Surroundings(ENVIRON, project, project / "m")


def resolving(around: Surroundings, kind: str, spec: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    found = Resolution(KINDS[kind], around, lambda path: Position("w.yaml", len(path)), f"{kind}/x")
    return found.resolve(spec), found.problems


def text(around: Surroundings, value: Any) -> Any:
    spec, problems = resolving(around, "structure", {"description": value})
    assert problems == []
    return spec["description"]


def wrong(around: Surroundings, value: Any, kind: str = "structure") -> list[tuple[str, str]]:
    spec, problems = resolving(around, kind, {"description": value} if kind == "structure" else value)
    assert all(problem.address == f"{kind}/x" for problem in problems)
    assert "canary" not in repr((spec, problems))
    return [(problem.message, problem.hint) for problem in problems]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("plain", "plain"),
        ("${env:A}", "a"),
        ("x${env:A}y${env:A}z", "xayaz"),
        ("${env:SPACE}", " x "),
        ("${env:EMPTY}", ""),
        ("${env:EMPTY:-b}", "b"),
        ("${env:NONE:-b}", "b"),
        ("${env:NONE:-}", ""),
        ("${env:NONE:-b:-c}", "b:-c"),
        ("${env:A:-b}", "a"),
        ("$${env:A}", "${env:A}"),
        ("$${x} ${env:A} $${", "${x} a ${"),
        ("$$ { $ {", "$$ { $ {"),
        ("$A", "$A"),
        (5, 5),
        (None, None),
        (["${env:A}", {"b": "${env:A}", "${env:A}": 1}], ["a", {"b": "a", "${env:A}": 1}]),
        (f"{MASK}*", f"{MASK}*"),
    ],
)
def test_what_a_text_becomes(written: Any, found: Any, around: Surroundings) -> None:
    before = deepcopy(written)
    assert text(around, written) == found
    assert written == before


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("${env:X}", [("The environment variable X is not set.", "Set it, or give a default: ${env:X:-...}.")]),
        (
            "${env:X} ${env:A} ${env:Y} ${env:Z:-z}",
            [
                ("The environment variable X is not set.", "Set it, or give a default: ${env:X:-...}."),
                ("The environment variable Y is not set.", "Set it, or give a default: ${env:Y:-...}."),
            ],
        ),
        (
            "${env:X} ${file:gone}",
            [
                ("The environment variable X is not set.", "Set it, or give a default: ${env:X:-...}."),
                ('"gone" cannot be read: No such file or directory.', "The path is relative to the manifest."),
            ],
        ),
        ("${env:BAD}", [("The environment variable BAD is not UTF-8 text.", "Set it to text.")]),
        ("${var:x}", [('There is no variable "x".', "Declare it under variables: with a type.")]),
        ("${x}", [('"${x}" is not known.', STANDS)]),
        ("${}", [('"${}" is not known.', STANDS)]),
        ("${ENV:A}", [('"${ENV:A}" is not known.', STANDS)]),
        *((f"${{{source}:}}", [(f'"${{{source}:}}" is not known.', STANDS)]) for source in ("env", "var")),
        (
            "${env:X:-${env:A}}",
            [('"${env:X:-${env:A}" has another value inside.', "Close it before that, or give a default that is plain text.")],
        ),
        ("a ${var:x and", [('"${var:x" is not closed.', "Write } after it; for a plain ${ write $${.")]),
        ("${env:A} ${file:f.txt", [('"${file:f.txt" is not closed.', "Write } after it; for a plain ${ write $${.")]),
        (MASK, [(f'"{MASK}" is what the API shows instead of a secret.', 'Write "${env:NAME}" under {value, encrypt: true}.')]),
    ],
)
def test_what_cannot_be_found_is_named_all_at_once(written: str, problems: list[tuple[str, str]], around: Surroundings) -> None:
    assert wrong(around, written) == problems


def test_a_problem_stands_where_the_value_does(around: Surroundings) -> None:
    _, problems = resolving(around, "trigger", {"triggerMetadata": {"params": {"l": ["a", MASK, "${x}"]}}})
    assert [problem.position.line for problem in problems] == [4, 4]


def test_code_is_never_filled_in(around: Surroundings) -> None:
    spec, problems = resolving(around, "function", {"code": "`${env:A} ${x}`", "description": "${env:A}"})
    assert (spec, problems) == ({"code": "`${env:A} ${x}`", "description": "a"}, [])


ENCRYPTED: dict[str, Callable[[Any], tuple[str, dict[str, Any]]]] = {
    "param": lambda v: ("trigger", {"triggerMetadata": {"params": {"k": {"value": v, "encrypt": True}}}}),
    "in a list": lambda v: ("trigger", {"triggerMetadata": {"params": {"l": [1, [{"value": v, "encrypt": True}]]}}}),
    "as read": lambda v: ("trigger", {"triggerMetadata": {"params": {"k": {"value": v, "encrypted": True}}}}),
    "signing secret": lambda v: ("trigger", {"triggerMetadata": {"signingSecret": v}}),
    "step": lambda v: ("orchestration", {"steps": [{"encryptedParams": {"k": {"value": v, "encrypt": True}}}]}),
    "step without encrypt": lambda v: ("orchestration", {"steps": [{"encryptedParams": {"k": {"value": v}}}]}),
    "default": lambda v: ("structure", {"properties": [{"isSecret": True, "default": v}]}),
    "default of a member": lambda v: ("structure", {"properties": [{"properties": {"a": {"isSecret": True, "default": v}}}]}),
    "default of a listed member": lambda v: ("structure", {"properties": [{"properties": [{"isSecret": True, "default": v}]}]}),
    "default of items": lambda v: ("structure", {"properties": [{"items": {"isSecret": True, "default": v}}]}),
    "default far inside": lambda v: (
        "structure",
        {"properties": [{"items": {"properties": {"a": {"items": {"properties": {"b": {"isSecret": True, "default": v}}}}}}}]},
    ),
}


def secrets(value: Any) -> list[Secret]:
    if isinstance(value, Secret):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [secret for each in inside for secret in secrets(each)]


@pytest.mark.parametrize("place", ENCRYPTED)
def test_a_secret_is_not_looked_up_and_cannot_be_seen(place: str, around: Surroundings) -> None:
    spec, problems = resolving(around, *ENCRYPTED[place]("${env:KEY}"))
    (secret,) = secrets(spec)
    assert problems == []
    assert "canary" not in f"{spec} {spec!r} {deepcopy(spec)!r}"
    assert "${env:KEY}" in repr(spec)
    assert secret.reveal() == "canary"
    with pytest.raises(TypeError):
        pickle.dumps(spec)
    unset, problems = resolving(around, *ENCRYPTED[place]("${env:NONE}"))
    assert (len(secrets(unset)), problems) == (1, [])


@pytest.mark.parametrize("place", ENCRYPTED)
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("sk_live_1", "A secret must not stand in a manifest."),
        (MASK, "A secret must not stand in a manifest."),
        ("$${env:KEY}", "A secret must not stand in a manifest."),
        ("${env:KEY:-sk_live_1}", "A secret must not have a default in a manifest."),
        ("${env:KEY:-}", "A secret must not have a default in a manifest."),
        ("${secret:KEY}", '"${secret:KEY}" is not known.'),
        ("${env:}", '"${env:}" is not known.'),
    ],
)
def test_a_secret_that_stands_in_a_manifest_is_refused(place: str, written: str, message: str, around: Surroundings) -> None:
    spec, problems = resolving(around, *ENCRYPTED[place](written))
    assert [problem.message for problem in problems] == [message]
    assert secrets(spec) == []
    assert "sk_live_1" not in repr(problems)


@pytest.mark.parametrize("value", [5, True, ["${env:KEY}"], {"a": "${env:KEY}"}])
def test_a_secret_is_a_text(value: Any, around: Surroundings) -> None:
    kind, spec = ENCRYPTED["param"](value)
    assert [message for message, _ in wrong(around, spec, kind)] == ["A secret must not stand in a manifest."]


def test_null_for_a_secret_stays_null(around: Surroundings) -> None:
    spec, problems = resolving(around, *ENCRYPTED["param"](None))
    assert (spec["triggerMetadata"]["params"]["k"], problems) == ({"value": None, "encrypt": True}, [])


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("${env:NONE}", "The environment variable NONE is not set.", "Set it."),
        ("${env:BAD}", "The environment variable BAD is not UTF-8 text.", "Set it to text."),
        ("${file:gone}", '"gone" cannot be read: No such file or directory.', "The path is relative to the manifest."),
        (
            "${file:../../outside.txt}",
            '"../../outside.txt" lies outside the project (project/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        ("${env:EMPTY}", "The secret ${env:EMPTY} is empty.", "Set it: pipelines pass an empty text for a secret that does not exist."),
        (
            "${env:EMPTY}${file:empty.txt}",
            "The secret ${env:EMPTY}${file:empty.txt} is empty.",
            "Set it: pipelines pass an empty text for a secret that does not exist.",
        ),
    ],
)
def test_a_secret_that_cannot_be_had_is_told_when_it_is_needed(
    written: str, message: str, hint: str, around: Surroundings, project: Path
) -> None:
    (project / "m" / "empty.txt").write_text("")
    spec, problems = resolving(around, *ENCRYPTED["signing secret"](written))
    assert problems == []
    with pytest.raises(ManifestError) as caught:
        secrets(spec)[0].reveal()
    assert caught.value.problems == (Problem(Position("w.yaml", 2), "trigger/x", message, hint),)


def test_a_secret_may_be_put_together(around: Surroundings, project: Path) -> None:
    (project / "m" / "key.txt").write_text("from a file")
    spec, _ = resolving(around, *ENCRYPTED["param"]("$${ ${env:A}-${file:key.txt}"))
    assert secrets(spec)[0].reveal() == "${ a-from a file"


@pytest.mark.parametrize("written", ["Bearer ${env:A}", "Basic ${env:A}", "${env:A}:${env:A}", "${env:A}\n", "/${env:A}"])
def test_what_is_no_secret_may_stand_beside_one(written: str, around: Surroundings) -> None:
    spec, problems = resolving(around, *ENCRYPTED["param"](written))
    assert problems == []
    assert secrets(spec)[0].reveal() == written.replace("${env:A}", "a")


@pytest.mark.parametrize("written", ["pre-${env:A}", "${env:A}1", "Bearer hunter2${env:A}", "Bearer", "bearer:${env:A}", "$${x}${env:A}"])
def test_half_of_a_secret_must_not_stand_in_a_manifest_either(written: str, around: Surroundings) -> None:
    _, (problem,) = resolving(around, *ENCRYPTED["param"](written))
    assert "stand" in problem.message
    assert "hunter2" not in f"{problem}"


def test_a_file_is_text_beside_the_manifest_or_above_it_in_the_project(around: Surroundings, project: Path) -> None:
    (project / "m" / "a.txt").write_bytes(b"\xef\xbb\xbf\xc3\xbc\r\n")
    (project / "b.txt").write_text("above")
    (project / "m" / "link.txt").symlink_to(project / "b.txt")
    assert text(around, "${file:a.txt}|${file:../b.txt}|${file:./link.txt}") == "ü\r\n|above|above"


def test_a_file_is_not_filled_in_itself(around: Surroundings, project: Path) -> None:
    (project / "m" / "a.txt").write_text("${env:A}")
    assert text(around, "${file:a.txt}") == "${env:A}"


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        (
            "../../outside.txt",
            '"../../outside.txt" lies outside the project (project/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        (
            "link-out",
            '"link-out" lies outside the project (project/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        (
            "folder-out/outside.txt",
            '"folder-out/outside.txt" lies outside the project (project/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        (
            "/etc/passwd",
            '"/etc/passwd" lies outside the project (project/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        (
            "/dev/zero",
            '"/dev/zero" lies outside the project (project/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        (
            "zero",
            '"zero" lies outside the project (project/).',
            "Move it into the project: the directory with .git, or else the manifest's own.",
        ),
        ("folder", '"folder" is a directory.', "Name a file in it."),
        ("", '"" is a directory.', "Name a file in it."),
        ("pipe", '"pipe" is not a file that can be read as text.', "Name a regular file."),
        ("gone", '"gone" cannot be read: No such file or directory.', "The path is relative to the manifest."),
        ("large", '"large" is larger than 5,242,880 bytes.', "The API takes no more."),
        ("latin", '"latin" is not UTF-8 text.', "Save it as UTF-8."),
        ("a\0b", "A path cannot hold a NUL character.", "Take it out."),
        ("x" * 5000, f'"{"x" * 80}..." cannot be read: File name too long.', "The path is relative to the manifest."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(path: str, message: str, hint: str, around: Surroundings, project: Path) -> None:
    folder = project / "m"
    (folder / "folder").mkdir()
    (folder / "link-out").symlink_to(project.parent / "outside.txt")
    (folder / "folder-out").symlink_to(project.parent, target_is_directory=True)
    (folder / "zero").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    (folder / "latin").write_bytes(b"\xfc")
    with (folder / "large").open("wb") as file:
        file.truncate(surroundings.LARGEST_TEXT + 1)
    with pytest.raises(ValueError, match=r"\.") as caught:
        around.text_of(path)
    assert caught.value.args == (message, hint)
    assert wrong(around, f"${{file:{path}}}") == [(message, hint)]


def test_a_link_that_leads_to_itself_is_no_file(around: Surroundings, project: Path) -> None:
    (project / "m" / "a").symlink_to("b")
    (project / "m" / "b").symlink_to("a")
    with pytest.raises(ValueError, match=r"leads to itself|Too many levels"):
        around.text_of("a")


def test_a_project_that_is_a_link_is_where_it_leads(project: Path, tmp_path: Path) -> None:
    (project / "m" / "a.txt").write_text("a")
    (tmp_path / "link").symlink_to(project, target_is_directory=True)
    assert Surroundings({}, tmp_path / "link", tmp_path / "link" / "m").text_of("a.txt") == "a"


def test_as_large_as_it_may_be_is_read(around: Surroundings, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "LARGEST_TEXT", 4)
    (project / "m" / "a.txt").write_text("four")
    assert around.text_of("a.txt") == "four"
