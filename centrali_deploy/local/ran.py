"""How a run ended, in words: the status, what it gave or what went wrong, and where in the function's own source.

Statuses are the platform's [S]; which of its error codes stands for what is not published, so the codes here are our own [I].
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from centrali_deploy.runtime import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.wire import Json

Status = Literal["completed", "failure", "timeout"]
_FRAME = re.compile(r"(?<!the local workspace )\(<input>:(\d+):(\d+)\)")
"""A place in the function's own source; the name is that of what runs on its behalf, in prelude.js."""
_UNREAD = re.compile(r"\s*at <input>:(\d+):(\d+)\s*")
"""The whole stack of a source that cannot be read. JSON.parse has such a line too, above the others."""
_UNKNOWN = re.compile(r"ReferenceError: (\w+) is not defined")
_LONE = re.compile(r"\\(u[dD][89a-fA-F][0-9a-fA-F]{2}|.)")
_LONGEST = 10_000
"""Characters of an error's message that are kept."""
_NEVER = "run() waits for something that never comes: a promise that nothing settles. Timers are not there; await calls of api only."
_ENDS = {
    "memory": ("MEMORY_LIMIT", "The function used more than 64 MB of memory."),
    "no-run": ("NO_RUN", "There is no function run: declare async function run() at the top."),
    "never-settled": ("NEVER_SETTLED", _NEVER),
    "too-large": ("RESULT_TOO_LARGE", "run() returned more than 10 MB."),
    "crashed": ("CRASHED", "The process that ran the function ended unexpectedly."),
}
"""For each way to end: the code and the words."""
_NULL = "null was thrown: by the function, or by the engine when no memory was left for more"
_NO_INTL = "There is no Intl in the local workspace: use api.formatDate, or write it out."


class TooDeep(ValueError):
    """A JSON text has more levels than can be read."""


@dataclass(frozen=True)
class Ran:
    """How a run ended: what run() gave (None unless completed), or what went wrong, with its place when it has one.

    `logs` are {level, message, data?}; `seconds` is wall time; `memory_bytes` what the engine held at the end.
    """

    status: Status
    output: Json = None
    error_code: str = ""
    error_message: str = ""
    logs: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    memory_bytes: int = 0


def described(ended: Mapping[str, Any], code: str, timeout_ms: int) -> dict[str, Any]:
    """Status, output, error_code and error_message of what a worker said at the end, or of {end: crashed}."""
    match ended["end"]:
        case "completed" if ended.get("unawaited"):
            return {"status": "failure", "error_code": "NOT_AWAITED", "error_message": unheard(ended["unawaited"][0])}
        case "completed":
            return _completed(ended["output"])
        case "timeout":
            message = f"The function still ran after {timeout_ms:,} ms and was stopped"
            return {"status": "timeout", "error_code": "TIMEOUT", "error_message": placed(message, ended.get("stack"), "last seen at ")}
        case "not-json":
            message = f"run() returned what is not JSON: {_whole(ended['thrown'])}"
            return {"status": "failure", "error_code": "RESULT_NOT_JSON", "error_message": message}
        case "thrown":
            return {"status": "failure", **_thrown(_whole(ended["thrown"]), ended.get("stack") or "", code)}
        case end:
            known, message = _ENDS[end]
            if "line" in ended:
                message = message.replace("a promise that nothing settles", f"nothing settles the promise of line {ended['line']}")
            return {"status": "failure", "error_code": known, "error_message": placed(message, ended.get("stack"))}


def _completed(output: str) -> dict[str, Any]:
    try:
        return {"status": "completed", "output": plain(output)}
    except TooDeep as error:
        return {"status": "failure", "error_code": "RESULT_NOT_JSON", "error_message": f"run() returned what is {error}"}


def _whole(thrown: object) -> str:
    """What was thrown, without halves of characters, which no UTF-8 can hold."""
    return str(thrown).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _thrown(text: str, stack: str, code: str) -> dict[str, str]:
    if text == "InternalError: out of memory":
        return {"error_code": _ENDS["memory"][0], "error_message": placed(_ENDS["memory"][1], stack)}
    syntax = text.startswith("SyntaxError") and _UNREAD.fullmatch(stack)
    message = placed(_NULL if text == "null" else text[:_LONGEST], stack)
    hint = _syntax_hint(stack, code) if syntax else _hint(text)
    return {"error_code": "SYNTAX_ERROR" if syntax else "CODE_ERROR", "error_message": f"{message}. {hint}" if hint else message}


def _hint(text: str) -> str:
    found = _UNKNOWN.match(text)
    if not found:
        return ""
    return _NO_INTL if found[1] == "Intl" else " ".join(MISSING.get(found[1], ()))


def _syntax_hint(stack: str, code: str) -> str:
    found = _UNREAD.fullmatch(stack)
    lines = code.split("\n")
    line = lines[int(found[1]) - 1].split() if found and int(found[1]) <= len(lines) else []
    return " ".join(MISSING[line[0]]) if line and line[0] in {"import", "export"} else ""


def unheard(one: Mapping[str, Any]) -> str:
    """What is said of a promise that failed and that nobody waited for: {label?, line?, thrown, stack?}."""
    told = _whole(one["thrown"])[:_LONGEST]
    if "label" in one:
        return placed(f"api.{one['label']} was not awaited, and failed: {told.partition(': ')[2]}", one.get("stack"))
    return (
        f"{placed(told, one.get('stack'))}. Nobody waits for the promise of line {one['line']}: write await before it, or give it a catch."
    )


def placed(message: str, stack: str | None, words: str = "") -> str:
    """A message with the innermost place in the function's own source, when there is one."""
    found = _UNREAD.fullmatch(stack or "") or _FRAME.search(stack or "")
    return f"{message.removesuffix('.')} ({words}line {found[1]}, column {found[2]})" if found else message


def plain(text: str) -> Json:
    """A JSON text as a value; halves of characters, which no UTF-8 can hold, are replaced. Raises TooDeep."""
    if "\\ud" in text:
        text = _LONE.sub(lambda found: "\\ufffd" if found[1][:2].lower() == "ud" else found[0], text)
    try:
        value: Json = json.loads(text)
    except RecursionError as error:
        raise TooDeep("nested too deeply") from error
    return value
