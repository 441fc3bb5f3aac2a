"""The one boundary: whatever happens becomes lines or one JSON document, and an exit code; whatever streams there are."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click
import pytest

from centrali_deploy.cli import leave, main, run
from centrali_deploy.commands import COMMANDS, help_text
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCAL = ("--local",)
CREATE_APP = "centrali_deploy.local.app.create_app"
UNREACHABLE = ("plan", "--url", "http://127.0.0.1:1")


def said(text: str) -> dict[str, Any]:
    """The one document in a text."""
    found, end = json.JSONDecoder().raw_decode(text)
    assert text[end:] == "\n"
    return dict(found)


@pytest.mark.parametrize(
    ("words", "code", "type_"),
    [
        (("plan", "--nonsense"), 3, "usage-problem"),
        (("paln",), 3, "usage-problem"),
        (("plan", "gone.yaml"), 3, "manifest-error"),
        (("validate", "gone.yaml"), 3, "manifest-error"),
        (("plan",), 3, "usage-problem"),
        (("plan", "--local", "--url", "http://127.0.0.1:1"), 3, "usage-problem"),
        (("apply", "--local"), 9, "approval-needed"),
        (("serve", "--port", "-1"), 3, "usage-problem"),
        (("schema",), 3, "usage-problem"),
        ((), 3, "usage-problem"),
    ],
)
def test_every_failure_is_one_document_in_json(words: tuple[str, ...], code: int, type_: str, centrali: Callable[..., Any]) -> None:
    found = centrali(*words, "-o", "json")
    answer = said(found.out)
    assert (found.code, answer["exitCode"], answer["error"]["type"], found.err) == (code, code, type_, "")
    assert answer["command"] == (words[0] if words and words[0] != "paln" else "")


@pytest.mark.parametrize("wish", [("-o", "json"), ("-ojson",), ("--output", "json"), ("--output=json",)])
@pytest.mark.parametrize("words", [("plan", "--nonsense"), ("plan", "gone.yaml")])
def test_json_is_asked_for_in_every_spelling(words: tuple[str, ...], wish: tuple[str, ...], centrali: Callable[..., Any]) -> None:
    assert said(centrali(*words, *wish).out)["exitCode"] == 3
    assert centrali(*words, "-o", "text").out == ""


@pytest.mark.parametrize(
    ("failure", "code", "type_"),
    [("403", 4, "unauthorized"), ("400", 10, "rejected"), ("html", 10, "unreachable"), ("truncated", 10, "unreachable")],
)
def test_what_the_api_does_is_one_document_in_json(
    failure: Any, code: int, type_: str, centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("centrali_deploy.remote.sending.TRIES", 1)
    monkeypatch.setattr(CREATE_APP, partial(create_app, faults=[Fault("GET", "functions", failure, times=None)]))
    found = centrali("plan", *LOCAL, "-o", "json")
    answer = said(found.out)
    assert (found.code, answer["exitCode"], answer["error"]["type"]) == (code, code, type_)
    assert answer["error"]["path"].startswith("/")


def test_no_connection_is_one_document_in_json_and_shows_no_token(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("centrali_deploy.remote.sending.TRIES", 1)
    monkeypatch.setenv("CENTRALI_TOKEN", "canary")
    found = centrali(*UNREACHABLE, "-o", "json")
    assert (found.code, said(found.out)["error"]["type"]) == (10, "unreachable")
    told = centrali(*UNREACHABLE)
    assert (told.code, told.out, "No connection to http://127.0.0.1:1" in told.err) == (10, "", True)
    assert "canary" not in found.out + told.err


@pytest.mark.parametrize(("error", "code", "type_"), [(KeyboardInterrupt, 130, "interrupted"), (ZeroDivisionError, 1, "unexpected")])
@pytest.mark.parametrize("output", ["text", "json"])
def test_an_end_that_nobody_planned_is_answered_too(
    output: str,
    error: type[BaseException],
    code: int,
    type_: str,
    centrali: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    project: Path,
) -> None:
    def fail(*_words: Any, **_more: Any) -> None:
        raise error("out of the blue")

    monkeypatch.setattr("centrali_deploy.cli.running.load", fail)
    found = centrali("plan", *LOCAL, "-o", output)
    assert found.code == code
    if output == "json":
        assert (said(found.out)["exitCode"], said(found.out)["error"]["type"]) == (code, type_)
    else:
        assert (found.out, found.err.lstrip().startswith("Error: ")) == ("", True)
    logs = [path.read_text() for path in project.glob("centrali-deploy-*.log")]
    assert ["out of the blue" in log for log in logs] == ([True] if code == 1 else [])


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("paln",), "Did you mean plan?"),
        (("xyz",), f"Commands are: {', '.join(COMMANDS)}."),
        (("plan", "--nonsense"), "See centrali-deploy plan --help."),
        (("--nonsense",), "See centrali-deploy --help."),
    ],
)
def test_what_is_misspelt_has_a_way_out(words: tuple[str, ...], hint: str, centrali: Callable[..., Any]) -> None:
    found = centrali(*words)
    assert (found.code, found.out, found.err.splitlines()[-1]) == (3, "", f"  {hint}")


def test_help_comes_on_the_right_stream(centrali: Callable[..., Any]) -> None:
    assert centrali("--help") == (0, help_text(), "")
    assert centrali() == (3, "", help_text())
    assert centrali("plan", "-h").out.startswith("Usage: centrali-deploy plan")
    assert centrali("--version").out.startswith("centrali-deploy ")


@pytest.mark.parametrize(("words", "code"), [(("plan", "--local", "--detailed-exitcode"), 2), (("plan", "--local"), 0), (("plan", "x"), 3)])
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_reader_that_goes_away_changes_no_code_and_hears_no_complaint(
    output: str, words: tuple[str, ...], code: int, centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        found = centrali(*words, "-o", output)
    assert found.code == code
    assert "annot be written" not in found.err


def test_what_was_applied_is_applied_though_nobody_can_read_it(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full, monkeypatch.context() as patch:  # noqa: PTH123 -- no file
        patch.setattr(sys, "stdout", full)
        found = centrali("apply", *LOCAL, "--yes")
    assert (found.code, "The answer cannot be written: No space left on device." in found.err) == (1, True)
    assert "No changes. 1 unchanged." in centrali("plan", *LOCAL).out


@pytest.mark.parametrize("code", [0, 3])
def test_leaving_is_with_the_code_of_the_run(code: int, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.exists()
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    leave(["validate"] if code == 0 else ["validate", "gone.yaml"])
    assert left == [code]


def test_leaving_does_not_wait_for_what_is_still_being_read(project: Path) -> None:
    code = "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()\n"
    code += "from centrali_deploy.cli import leave; leave(['validate', 'gone.yaml'])"
    words = [sys.executable, "-c", code]
    run = subprocess.run(words, cwd=project, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 -- this project's own code
    assert (run.returncode, run.stdout) == (3, "")
    assert "1 problem." in run.stderr


@pytest.mark.parametrize(
    ("closed", "words", "code"),
    [
        (">&-", ("plan", "--local", "--detailed-exitcode"), 2),
        ("2>&- <&-", ("plan", "gone.yaml"), 3),
        ("<&- >&- 2>&-", ("apply", "--local", "--yes"), 0),
        (">/dev/full 2>/dev/full", ("plan", "gone.yaml", "-o", "json"), 3),
    ],
)
def test_closed_streams_change_no_code_and_nothing_is_written_into_other_files(
    closed: str, words: tuple[str, ...], code: int, project: Path
) -> None:
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "centrali_deploy", *words]
    found = subprocess.run(shell, cwd=project, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 -- ours
    assert found.returncode == code
    assert found.stderr == "" or "2>" not in closed
    database = project / ".centrali" / "local.db"
    assert not database.exists() or database.read_bytes().startswith(b"SQLite format 3")


def test_commands_are_listed_in_the_order_in_which_they_are_used() -> None:
    assert " ".join(main.list_commands(click.Context(main))) == (
        "init validate fmt plan apply show drift destroy forget history unlock test invoke runs serve schema"
    )


def test_a_stream_that_is_no_file_is_written_to_as_well(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.exists()
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert run(["validate"]) == 0
    assert stream.getvalue() == "1 resource in 1 file: no problems.\n"


@pytest.mark.parametrize(
    ("words", "stream"),
    [
        *((words, ">/dev/full") for words in ("plan --help", "--help", "--version", "serve --port 0 --db w.db")),
        *((words, "| true") for words in ("--help", "--version")),
    ],
)
def test_an_answer_that_cannot_be_written_is_no_bug(words: str, stream: str, tmp_path: Path) -> None:
    line = f'(sleep 0.2; "$0" -m centrali_deploy {words}) {stream}'
    found = subprocess.run(["sh", "-c", line, sys.executable], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603, S607 -- ours
    assert "bug" not in found.stderr
    assert "Traceback" not in found.stderr


def test_the_code_without_a_command_is_the_same_though_nobody_can_be_told() -> None:
    found = subprocess.run(["sh", "-c", '"$0" -m centrali_deploy 2>/dev/full', sys.executable], timeout=60, check=False)  # noqa: S607 -- ours
    assert found.returncode == 3


def test_json_is_asked_for_among_other_flags(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "-vo", "json", "--nonsense"]) == 3
    assert capsys.readouterr().out.startswith("{")


def test_help_for_a_reader_that_went_away_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert run(["plan", "--help"]) == 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("plan", "--env", "prod"), "Did you mean -e or --environment?"),
        (("apply", "-y"), "Did you mean --yes?"),
        (("apply", "--auto-approve"), "Did you mean --yes?"),
        (("apply", "--dry-run"), "Did you mean centrali-deploy plan?"),
        (("version",), "Did you mean --version?"),
        (("diff",), "Did you mean plan?"),
        (("plan", "--var"), "See centrali-deploy plan --help."),
        (("serve", "--port", "abc"), "See centrali-deploy serve --help."),
    ],
)
def test_what_other_tools_call_it_leads_to_what_it_is_called_here(words: tuple[str, ...], hint: str, centrali: Callable[..., Any]) -> None:
    found = centrali(*words)
    assert (found.code, found.err.splitlines()[-1].strip()) == (3, hint)
