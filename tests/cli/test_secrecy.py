"""A secret is in no output of any command in any form, whether the manifest is right, wrong, or refused by the API."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.cli.validate import OUTPUTS
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Said

CANARY = "canary-5b1d"
RIGHT = """\
version: 1
workspace: acme-dev
structures:
  people:
    name: People
    properties:
      - {name: pin, type: string, isSecret: true, default: "${env:KEY}"}
functions:
  f: {code: 'async function run() {}', timeoutMs: 1000}
triggers:
  t:
    function: f
    executionType: on-demand
    triggerMetadata: {params: {key: {value: "${env:KEY}", encrypt: true}, other: {value: "Bearer ${file:key.txt}", encrypt: true}}}
orchestrations:
  o:
    name: O
    trigger: {type: on-demand}
    steps:
      - {id: a, type: compute, function: f, encryptedParams: {KEY: {value: "${env:KEY}", encrypt: true}}}
"""
CHANGED = (
    RIGHT.replace("timeoutMs: 1000", "timeoutMs: 2000").replace("name: O\n", "name: P\n").replace("params: {key", "params: {new: 1, key")
)
WRONG = {
    "a literal in a trigger": ('{value: "${env:KEY}", encrypt: true}', f'{{value: "{CANARY}", encrypt: true}}'),
    "a literal as a default": ('default: "${env:KEY}"', f'default: "{CANARY}"'),
    "a secret in place of a number": ("timeoutMs: 1000", "timeoutMs: ${env:KEY}"),
    "a secret in place of a type": ("type: string", 'type: "${env:KEY}"'),
    "a secret in place of a way to run": ("executionType: on-demand", 'executionType: "${env:KEY}"'),
    "a secret from a variable": ('default: "${env:KEY}"', 'default: "${var:key}"'),
    "a secret with a default": ("${env:KEY}", "${env:KEY:-" + CANARY + "}"),
    "a secret in a list": ('default: "${env:KEY}"', f'default: ["{CANARY}"]'),
    "a secret that ends a text": ('default: "${env:KEY}"', f'default: "{CANARY}'),
    "a secret that begins with an at sign": ('default: "${env:KEY}"', f"default: @{CANARY}"),
    "a secret beside a second document": ("version: 1\n", f"version: 1\nworkspace: x\n--- {CANARY}\n"),
}
READING = [
    *(("validate", "-v", "--debug", *strict, "-o", output) for output in OUTPUTS for strict in ((), ("--strict",))),
    *(("plan", "--local", "-v", "--debug", *again, "-o", output) for output in ("text", "json") for again in ((), ("--resend-secrets",))),
    ("fmt",),
]
WRITING = [
    ("apply", "--local", "--yes", "-v", "--debug", *again, "-o", output)
    for output in ("text", "json")
    for again in ((), ("--resend-secrets",))
]

LATER = [
    ("show", "saved.plan"),
    ("drift", "--local", "-v"),
    ("history", "--local"),
    ("history", "show", "1", "--local"),
    ("history", "show", "2", "--local"),
    ("rollback", "1", "--local", "-v"),
    ("rollback", "2", "--local", "-v"),
    ("destroy", "--local", "-v"),
]


@pytest.fixture
def given(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the secret is known to the environment and to a file."""
    monkeypatch.setenv("KEY", CANARY)
    (project / "key.txt").write_text(CANARY)
    return project


def silent(said: Said) -> bool:
    return CANARY not in said.out + said.err


def test_every_command_keeps_it(given: Path, centrali: Callable[..., Said]) -> None:
    for text in (RIGHT, CHANGED):
        (given / "workspace.yaml").write_text(text)
        for words in chain(READING, WRITING):
            found = centrali(*words)
            assert (found.code, silent(found)) == (0, True), (words, found)
    left = [path for path in given.rglob("*") if path.is_file() and path.parent.name != ".centrali" and path.name != "key.txt"]
    assert left
    assert not [path for path in left if CANARY in path.read_text()]


def test_nothing_that_is_kept_or_told_later_has_it(given: Path, centrali: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger, its history, saved plans, events, and all that is made of them, with and without the secret at hand."""
    for text in (RIGHT, CHANGED):
        (given / "workspace.yaml").write_text(text)
        assert silent(centrali("plan", "--local", "--out", "saved.plan"))
        assert silent(centrali("apply", "--local", "--yes", "--debug", "-o", "json", "--stream", "saved.plan"))
    (given / "workspace.yaml").write_text(RIGHT)
    assert centrali("plan", "--local", "--out", "saved.plan").code == 0
    for known in (True, False):
        for words in LATER:
            for output in ("text", "json"):
                found = centrali(*words, "--debug", "-o", output)
                assert (found.code in {0, 2, 8, 9}, silent(found)) == (True, True), (words, found)
        if known:
            monkeypatch.delenv("KEY")
            (given / "key.txt").write_text("another")
    with connect(Settings(local=""), load(["workspace.yaml"], {}), {}) as client:
        kept = client.request("POST", "records/query", json={"resource": "centrali-deploy-ledger", "page": {"limit": 100}})
    assert len(kept["data"]) > 2
    assert CANARY not in json.dumps(kept)
    assert CANARY not in (given / "saved.plan").read_text()


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_is_told_without_it(wrong: str, given: Path, centrali: Callable[..., Said]) -> None:
    before, after = WRONG[wrong]
    assert before in RIGHT
    (given / "workspace.yaml").write_text(RIGHT.replace(before, after))
    for words in chain(READING[:-1], WRITING):
        found = centrali(*words)
        assert (found.code, silent(found)) == (3, True), (words, found)


@pytest.mark.parametrize("words", [("plan",), ("apply", "--yes")])
@pytest.mark.parametrize("name", ["CENTRALI_TOKEN", "CENTRALI_CLIENT_SECRET"])
def test_credentials_are_kept_when_nobody_answers(
    words: tuple[str, ...], name: str, given: Path, centrali: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    (given / "workspace.yaml").write_text(RIGHT)
    monkeypatch.setattr("centrali_deploy.remote.sending.TRIES", 1)
    monkeypatch.setenv("CENTRALI_CLIENT_ID", "ci_x")
    monkeypatch.setenv(name, CANARY)
    for output in ("text", "json"):
        found = centrali(*words, "--url", "http://127.0.0.1:1", "-v", "--debug", "-o", output)
        assert (found.code, silent(found)) == (10, True), found
