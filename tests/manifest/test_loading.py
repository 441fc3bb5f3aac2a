"""Every mistake at its place, all at once, with a way out."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError, UsageProblem
from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.loading import load
from centrali_deploy.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = "async function run() {}"
TWENTY = """\
version: 2
workspace: 6f1f1a52-53a4-4a7e-9d0c-000000000000
structurs: {}
structures:
  Bad Slug: {name: A}
  orders:
    naem: Orders
    properties:
      - {name: a, type: text}
      - {name: b, type: string, requird: true}
      - {name: c, type: number, minimum: 5, maximum: 1}
      - {name: 1st, type: string}
functions:
  no-code: {timeoutMs: 5}
  slow: {code: "async function run() {}", timeoutMs: "30"}
  longer: {code: "async function run() {}", timeoutMs: 400000}
  elsewhere: {source: ../../etc/passwd}
  missing: {source: nothing.js}
  both: {source: a.js, code: "async function run() {}"}
triggers:
  t1: {function: slow, executionType: webhook, triggerMetadata: {}}
  t2: {function: slow, executionType: event-driven, triggerMetadata: {event: record.created, recordSlug: orders}}
  t3: {function: slow, executionType: scheduled, triggerMetadata: {scheduleType: cron, cronExpression: every night}}
  t4: {functionId: slow, executionType: on-demand}
  t5: {function: slow, executionType: on-demand, triggerMetadata: {params: {key: {value: literal, encrypt: true}}}}
orchestrations:
  o1:
    name: O
    trigger: {type: on-demand}
    steps:
      - {id: a, type: delay, delayMs: 1, nextStepId: nowhere}
"""
PLACES = [
    (1, "is not a version"),
    (2, "is not a workspace"),
    (3, "Did you mean structures?"),
    (5, "is not a slug"),
    (7, "Did you mean name?"),
    (9, '"text" is not a type'),
    (10, "Did you mean required?"),
    (11, "is above maximum 1"),
    (12, "is not a property name"),
    (14, "has no code"),
    (15, "must be a whole number"),
    (16, "300000"),
    (17, "outside the project"),
    (18, "cannot be read"),
    (19, "has both source and code"),
    (21, '"webhook" is not an executionType'),
    (22, "Did you mean record_created?"),
    (23, "Five fields"),
    (24, "Write function: and its name"),
    (25, "A secret must not stand in a manifest"),
    (31, 'There is no step "nowhere"'),
]


def problems(path: str) -> list[tuple[int, str]]:
    with pytest.raises(ManifestError) as caught:
        load([path], {})
    assert all(problem.hint or problem.message for problem in caught.value.problems)
    return [(problem.position.line, f"{problem.message} {problem.hint}") for problem in caught.value.problems]


def test_twenty_and_one_mistakes_are_told_at_once_each_at_its_line(manifest: Callable[..., str]) -> None:
    found = problems(manifest(TWENTY))
    assert len(found) == 21
    assert [line for line, _ in found] == [line for line, _ in PLACES]
    for line, words in PLACES:
        assert any(line == at and words in text for at, text in found), (line, words, found)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "The file is empty"),
        ("- a", 1, "A manifest is a mapping"),
        ("version: 1\n", 0, "Nothing is declared"),
        ("version: 1\nversion: 1\n", 2, "also at line 1"),
        ("version: 1\n---\nversion: 1\n", 2, "second document"),
        ("version: 1\nfunctions:\n\ta: 1\n", 3, "spaces, not with tabs"),
        ("a: * * * * *\n", 1, "is meant as text, quote it"),
        ("a: {b: ${env:X}}\n", 1, "must be quoted"),
        ("a: &x [*x]\n", 1, "part of itself"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("a: 012\n", 1, "starts with a zero"),
        ("a: " + "9" * 5000, 1, "5,000 digits"),
        ("a: 1e999\n", 1, "larger than any number"),
        ("a: \x01\n", 1, "control character"),
        ("[" * 500, 1, "levels deep"),
        ("[" * 5000, 1, "levels deep"),
        ("version: 1\nvariables: 5\nfunctions: {}\n", 2, "variables must be a mapping"),
        ("version: 1\nenvironments: []\nfunctions: {}\n", 2, "environments must be a mapping"),
        (f"version: 1\nfunctions:\n  f: {{code: '{RUN}', renamedFrom: f}}\n", 3, "must be the old name"),
        (f"version: 1\nfunctions:\n  f: {{code: '{RUN}', description: '${{env:NOT_SET}}'}}\n", 3, "NOT_SET is not set"),
        (f"version: 1\nfunctions:\n  f: {{code: '{RUN}', description: '${{var:x}}'}}\n", 3, 'There is no variable "x"'),
        (f"version: 1\nfunctions:\n  f: {{code: '{RUN}', description: '${{huh}}'}}\n", 3, "write $${"),
        ("version: 1\nfunctions:\n  f: {code: x}\n", 3, "There is no function run"),
        ("version: 1\nfunctions: 5\n", 2, "must be a mapping"),
        ("version: 1\nfunctions:\n  f: 5\n", 3, "must be a mapping"),
    ],
)
def test_bad_text_has_one_clear_problem(text: str, line: int, words: str, manifest: Callable[..., str]) -> None:
    found = problems(manifest(text))
    assert len(found) == 1, found
    assert found[0][0] == line
    assert words in found[0][1]


def test_a_bomb_is_refused(manifest: Callable[..., str]) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 9))
    assert "grow too fast" in problems(manifest("l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n" + levels))[0][1]


def test_words_are_read_as_people_mean_them() -> None:
    data = parse_document("a: no\nb: on\nc: 12:30\nd: 2024-01-02\ne: 1e3\nf: 0o17\ng: ~\non: yes\n", "f").data
    assert data == {"a": "no", "b": "on", "c": "12:30", "d": "2024-01-02", "e": 1000.0, "f": 15, "g": None, "on": "yes"}


def test_anchors_and_merge_keys_work() -> None:
    assert parse_document("a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}\n", "f").data["d"] == {"b": 3, "c": 2}


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_bytes(b"a: \xff\n")
    assert "not UTF-8" in problems(str(tmp_path / "w.yaml"))[0][1]


def test_an_empty_directory_and_a_missing_path_are_problems(tmp_path: Path) -> None:
    assert "no manifest in this directory" in problems(str(tmp_path))[0][1]
    assert "no such file" in problems(str(tmp_path / "gone"))[0][1]


def test_without_paths_the_usual_places_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageProblem, match=r"workspace\.yaml"):
        load([], {})


def test_one_resource_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(f"version: 1\nfunctions:\n  f: {{code: '{RUN}'}}\n")
    (found,) = problems(str(tmp_path))
    assert "declared twice" in found[1]
    assert "a.yaml:3:3" in found[1]


def test_code_is_read_from_a_file_and_never_interpolated(tmp_path: Path, manifest: Callable[..., str]) -> None:
    code = "async function run() { const env = 1; return `${env} ${'${env:HOME}'} $${`${env}`}`; }"
    (tmp_path / "f.js").write_text(code)
    loaded = load([manifest("version: 1\nfunctions:\n  f: {source: f.js, description: '$${x} ${env:A} ${env:B:-b}'}\n")], {"A": "a"})
    spec = loaded.desired[Address("function", "f")].spec
    assert spec == {"code": code, "description": "${x} a b"}


def test_a_secret_is_not_looked_up_and_cannot_be_seen(manifest: Callable[..., str]) -> None:
    text = "version: 1\ntriggers:\n  t:\n    function: f\n    executionType: on-demand\n    triggerMetadata:\n"
    path = manifest(text + '      params: {key: {value: "${env:KEY}", encrypt: true}}\n')
    loaded = load([path], {"KEY": "canary"})
    secret = loaded.desired[Address("trigger", "t")].spec["triggerMetadata"]["params"]["key"]["value"]
    assert isinstance(secret, Secret)
    assert "canary" not in repr(loaded)
    assert secret.reveal() == "canary"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    unset = load([path], {}).desired[Address("trigger", "t")].spec["triggerMetadata"]["params"]["key"]["value"]
    with pytest.raises(ManifestError, match="KEY is not set"):
        unset.reveal()


def test_references_to_what_is_not_declared_are_listed(manifest: Callable[..., str]) -> None:
    loaded = load([manifest("version: 1\ntriggers:\n  t: {function: f, executionType: on-demand}\n")], {})
    assert [str(reference.target) for reference, _, _ in loaded.undeclared] == ["function/f"]


def test_what_is_wrong_with_one_hides_nothing_of_the_others(manifest: Callable[..., str]) -> None:
    text = (
        "version: 1\nstructures: {orders: {name: O, enableVersioning: maybe}}\n"
        f"functions: {{g: {{code: '{RUN}'}}}}\ntriggers:\n"
        "  t1: {function: g, executionType: event-driven, triggerMetadata: {event: record_created, recordSlug: ordrs}}\n"
        "  t2: {function: g, executionType: http-trigger, triggerMetadata: {path: /x}}\n"
        "  t3: {function: g, executionType: http-trigger, triggerMetadata: {path: x}}\n"
    )
    assert [line for line, _ in problems(manifest(text))] == [2, 5, 6, 7]
