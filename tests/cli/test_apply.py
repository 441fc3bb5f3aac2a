"""`apply`: asks before it writes, writes what was shown, and says how each change ended."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from centrali_deploy.remote.client import Client

CREATE_APP = "centrali_deploy.local.app.create_app"
QUESTION = 'Apply this to acme-dev at .centrali/local.db? Only "yes" approves: '
MORE = "  g: {code: 'async function run() {}'}\ntriggers: {t: {function: g, executionType: on-demand}}\n"


class Terminal:
    """Somebody at a terminal: `answer` is typed as soon as the question is there, after `meanwhile` has happened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._master, slave = pty.openpty()
        self.seen = ""
        self._stdin, self._stderr = os.fdopen(os.dup(slave), encoding="utf-8"), os.fdopen(slave, "w", encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", self._stdin)
        monkeypatch.setattr(sys, "stderr", self._stderr)
        monkeypatch.setenv("TERM", "xterm")

    def type(self, answer: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        def read() -> None:
            while "approves" not in self.seen:
                self.seen += os.read(self._master, 1024).decode()
            meanwhile()
            os.write(self._master, answer.encode())

        self._thread = threading.Thread(target=read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._thread.join(10)
        self._stdin.close()
        self._stderr.flush()
        while select.select([self._master], [], [], 0.05)[0]:
            self.seen += os.read(self._master, 1024).decode()
        self._stderr.close()
        os.close(self._master)


@pytest.fixture
def ask(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Run `apply` where somebody answers the question; gives the code, what was printed, and what the terminal shows."""

    def ask(answer: str, **parts: Any) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            terminal = Terminal(patch)
            terminal.type(answer, **parts)
            try:
                found = centrali("apply", "--local")
            finally:
                terminal.close()
        return found.code, found.out, terminal.seen

    return ask


def planned(centrali: Callable[..., Any]) -> int:
    code: int = centrali("plan", "--local", "--detailed-exitcode").code
    return code


def test_yes_applies_what_was_shown(ask: Callable[..., Any], centrali: Callable[..., Any]) -> None:
    code, out, seen = ask("yes\n")
    assert (code, QUESTION in seen) == (0, True)
    assert out.index("+ function/f  not there yet") < out.index("[1/1] + function/f  done") < out.index("Apply: 1 applied.")
    assert planned(centrali) == 0


@pytest.mark.parametrize("answer", ["y", "no", "YES", "", "yes please"])
def test_anything_else_than_yes_writes_nothing(answer: str, ask: Callable[..., Any], centrali: Callable[..., Any]) -> None:
    code, out, seen = ask(f"{answer}\n")
    assert (code, "Apply:" in out) == (9, False)
    assert 'Error: Not approved: only "yes" approves.' in seen
    assert planned(centrali) == 2


def test_the_end_of_input_is_an_interruption_and_writes_nothing(ask: Callable[..., Any], centrali: Callable[..., Any]) -> None:
    assert ask("\x04")[0] == 130
    assert planned(centrali) == 2


def second_client(project: Path, connect_to: Callable[..., Client], **body: Any) -> None:
    """Somebody else, with the same workspace."""
    app = create_app(str(project / ".centrali" / "local.db"), workspaces=["acme-dev"])
    with connect_to(app) as client:
        from centrali_deploy.kinds import KINDS  # noqa: PLC0415 -- beside the client

        client.create(KINDS["function"], {"code": "theirs", **body})
    app.state.store.close()


def test_what_moved_while_the_question_was_open_is_named_and_nothing_is_written(
    ask: Callable[..., Any], project: Path, connect_to: Callable[..., Client]
) -> None:
    code, out, seen = ask("yes\n", meanwhile=lambda: second_client(project, connect_to, name="f"))
    assert (code, "Apply:" in out) == (5, False)
    assert "The workspace changed while you decided: function/f." in seen
    assert "Nothing was written: run again and look." in seen


def test_what_moved_elsewhere_does_not_matter(
    ask: Callable[..., Any], project: Path, connect_to: Callable[..., Client], centrali: Callable[..., Any]
) -> None:
    assert ask("yes\n", meanwhile=lambda: second_client(project, connect_to, name="g"))[0] == 0
    assert planned(centrali) == 0


def test_a_real_process_asks_on_a_real_terminal(project: Path) -> None:
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "centrali_deploy", "apply", "--local", "--no-color"]
    with subprocess.Popen(words, cwd=project, stdin=slave, stdout=slave, stderr=slave) as process:  # noqa: S603 -- ours
        os.close(slave)
        seen = ""
        while "approves: " not in seen:
            seen += os.read(master, 1024).decode()
        os.write(master, b"yes\n")
        while "request" not in seen.partition("Apply: ")[2]:
            seen += os.read(master, 1024).decode()
        assert process.wait(30) == 0
    os.close(master)
    assert "Apply: 1 applied." in seen


def test_without_a_question_nothing_is_approved(centrali: Callable[..., Any]) -> None:
    found = centrali("apply", "--local")
    assert (found.code, "nobody is here to ask" in found.err, "+ function/f" in found.out) == (9, True, True)
    assert planned(centrali) == 2


def test_json_never_asks_though_somebody_is_there(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        terminal = Terminal(patch)
        terminal.type("yes\n")
        found = centrali("apply", "--local", "-o", "json")
        sys.stderr.write("approves")
        sys.stderr.flush()
        terminal.close()
    assert (found.code, json.loads(found.out)["error"]["type"]) == (9, "approval-needed")


def test_where_nothing_changes_nobody_is_asked(centrali: Callable[..., Any]) -> None:
    assert centrali("apply", "--local", "--yes").code == 0
    found = centrali("apply", "--local")
    assert (found.code, found.err) == (0, "")
    assert "No changes. 1 unchanged." in found.out


def test_a_failure_in_part_is_told_change_by_change(centrali: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (project / "workspace.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write(MORE)
    fault = Fault("POST", "compute-functions$", "400", skip=1)
    monkeypatch.setattr(CREATE_APP, partial(create_app, faults=[fault]))
    found = centrali("apply", "--local", "--yes", "-o", "json")
    answer = json.loads(found.out)
    ended = {outcome["address"]: (outcome["status"], outcome["culprit"]) for outcome in answer["outcomes"]}
    (failed,) = [address for address, (status, _) in ended.items() if status == "failed"]
    expected = dict.fromkeys(("function/f", "function/g"), ("applied", None)) | {failed: ("failed", None)}
    expected["trigger/t"] = ("skipped", "function/g") if failed == "function/g" else ("applied", None)
    assert (found.code, answer["reason"], ended) == (7, "partial", expected)
    assert list(ended) == [change["address"] for change in answer["plan"]["changes"]]
    assert centrali("apply", "--local", "--yes").code == 0


def test_a_single_failure_leaves_with_its_own_code(centrali: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CREATE_APP, partial(create_app, faults=[Fault("POST", "compute-functions$", "403", times=None)]))
    found = centrali("apply", "--local", "--yes")
    assert found.code == 4
    assert "[1/1] + function/f  FAILED" in found.out
    assert "Error: Nothing was applied: function/f failed.\n  See above.\n" in found.err


def test_a_protection_refuses_even_what_is_approved(centrali: Callable[..., Any], project: Path) -> None:
    def written(status: str) -> None:
        start = f"    name: o\n    status: {status}\n    trigger: {{type: on-demand}}\n"
        steps = "    steps: [{id: a, type: delay, delayMs: 5}]\n"
        (project / "workspace.yaml").write_text(f"version: 1\nworkspace: acme-dev\norchestrations:\n  o:\n{start}{steps}", encoding="utf-8")

    written("active")
    assert centrali("apply", "--local", "--yes").code == 0
    written("draft")
    found = centrali("apply", "--local", "--yes", "-o", "json")
    assert (found.code, json.loads(found.out)["error"]["type"], json.loads(found.out)["outcomes"]) == (8, "unsafe-plan", [])


def test_a_secret_that_is_not_set_is_told_before_anybody_is_asked(centrali: Callable[..., Any], project: Path) -> None:
    metadata = '{params: {k: {value: "${env:NOT_SET}", encrypt: true}}}'
    with (project / "workspace.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write(f"triggers: {{t: {{function: f, executionType: on-demand, triggerMetadata: {metadata}}}}}\n")
    found = centrali("apply", "--local")
    assert (found.code, "NOT_SET is not set" in found.err) == (3, True)
