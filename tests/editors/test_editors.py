"""The schema in a real editor's language server: what it flags, completes and says. Run by `make editors`, which installs it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SERVER = ROOT / ".venv" / "editors" / "node_modules" / ".bin" / "yaml-language-server"
EXAMPLE = ROOT / "examples" / "workspace.yaml"

pytestmark = pytest.mark.editors


class Editor:
    """An editor that opens texts in `examples/` and asks about it, over the Language Server Protocol."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._number = 0
        self._uri = ""
        self._flagged: list[dict[str, Any]] | None = None
        self._ask("initialize", {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": {}})
        self._send({"method": "initialized", "params": {}})

    def flagged(self, text: str) -> list[tuple[int, str]]:
        """What it complains about: (line from 1, message)."""
        self._flagged = None
        self._number += 1
        document = {"uri": EXAMPLE.with_name(f"text-{self._number}.yaml").as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while self._flagged is None:
            self._receive()
        self._uri = document["uri"]
        return [(found["range"]["start"]["line"] + 1, found["message"]) for found in self._flagged]

    def completed(self, text: str, before: str) -> set[str]:
        """What it offers right after the last occurrence of `before`."""
        self.flagged(text)
        answer = self._ask("textDocument/completion", self._place(text, before))
        return {item["label"] for item in answer["items"]}

    def hover(self, text: str, before: str) -> str:
        """What it says about the word that ends there."""
        self.flagged(text)
        return str(self._ask("textDocument/hover", self._place(text, before))["contents"]["value"])

    def _place(self, text: str, before: str) -> dict[str, Any]:
        lines = text[: text.rindex(before) + len(before)].split("\n")
        return {"textDocument": {"uri": self._uri}, "position": {"line": len(lines) - 1, "character": len(lines[-1])}}

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                return message["result"]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self._flagged = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            self._send({"id": message["id"], "result": [None] if message["method"] == "workspace/configuration" else None})
        return message


@pytest.fixture
def editor() -> Iterator[Editor]:
    with subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 -- a tool of ours
        yield Editor(process)
        process.kill()


MODELINE = "# yaml-language-server: $schema=../schemas/workspace.schema.json\n"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def test_the_example_is_flagged_nowhere(editor: Editor) -> None:
    assert editor.flagged(TEXT) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("timeoutMs: 10000", "timeoutMS: 10000", "Property timeoutMS is not allowed."),
        ("executionType: scheduled", "executionType: schedule", "Value is not accepted."),
        ("recordSlug: processed-items", "recordSlugs: processed-items", 'Missing property "recordSlug".'),
        ("{name: title, type: string", "{name: title, type: text", "Value is not accepted."),
        ("delayMs: 60000", "delayMs: soon", "A whole number, or ${var:name}."),
        ("delayMs: 60000", "delayMs: [1]", "Incorrect type. Expected one of integer, string."),
        ("version: 1\n", "version: 2\n", "Value must be 1."),
        ("event: record_created", "event: record.created", "Value is not accepted."),
        ("{name: title, type: string", "{name: title, target: orders, type: string", "Property target is not allowed."),
        ("{name: title, type: string", "{name: title, isSecret: true, default: hunter2, type: string", "A secret comes from outside"),
    ],
)
def test_one_mistake_is_flagged_once_at_its_line(right: str, wrong: str, said: str, editor: Editor) -> None:
    text = TEXT.replace(right, wrong, 1)
    ((line, message),) = editor.flagged(text)
    assert message.startswith(said)
    assert line == text[: text.index(wrong)].count("\n") + 1


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nfunctions:\n  f: {source: f.js, renamedFrom: g, timeoutMs: '${var:limit}'}\n",
        "version: 1\nstructures:\n  s: {name: S, properties: [{name: a, type: string, renamedFrom: b, required: '${var:strict}'}]}\n",
        "version: 1\nstructures:\n  s: {name: S, properties: '${var:all}'}\n",
        "version: 1\nenvironments: {prod: {overrides: {function/f: {timeoutMs: 5}, trigger/t: {enabled: false}}}}\n",
        "version: 1\nvariables: {limit: {type: integer, default: 5}}\nenvironments: {prod: {workspace: acme, protect: ['structure/*']}}\n",
    ],
)
def test_a_directory_split_into_files_is_flagged_nowhere(text: str, editor: Editor) -> None:
    assert editor.flagged(MODELINE + text) == []
    ((line, message),) = editor.flagged(MODELINE + text.replace("version: 1", "version: one"))
    assert (line, message) == (2, "Value must be 1.")


def test_values_and_members_are_completed_by_kind_and_type(editor: Editor) -> None:
    types = editor.completed(TEXT.replace("executionType: event-driven", "executionType: "), "executionType: ")
    assert {"on-demand", "event-driven", "scheduled", "http-trigger", "endpoint"} <= types
    members = editor.completed(TEXT + "  another:\n    name: Another\n    s", "Another\n    s")
    assert {"steps", "status", "trigger"} <= members
    cron = "scheduleType: cron\n      "
    text = TEXT.replace('{scheduleType: cron, cronExpression: "0 2 * * *", timezone: UTC}', f"\n      {cron}c")
    assert {"cronExpression", "timezone", "params"} <= editor.completed(text, f"{cron}c")
    events = editor.completed(TEXT.replace("event: record_created", "event: "), "event: ")
    assert {"record_created", "records_bulk_deleted"} <= events
    options = editor.completed(TEXT.replace("{name: title, type: string", "{name: title, type: string, m"), "type: string, m")
    assert {"minLength", "maxLength"} <= options
    assert not {"minimum", "minItems"} & options
    text = "version: 1\nenvironments:\n  prod:\n    overrides:\n      trigger/t:\n        e"
    assert {"enabled", "executionType", "function"} <= editor.completed(MODELINE + text, text[-9:])
    properties = "version: 1\nstructures:\n  s:\n    name: S\n    properties:\n"
    deep = f"{properties}      - name: a\n        type: array\n        items:\n          type: "
    assert {"string", "reference"} <= editor.completed(MODELINE + deep, "          type: ")


def test_members_are_explained(editor: Editor) -> None:
    assert "in milliseconds" in editor.hover(TEXT, "timeoutMs")
