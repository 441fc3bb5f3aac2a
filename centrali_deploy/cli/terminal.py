"""What commands share: colour, progress, and an answer in text or JSON with the right exit code."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from centrali_deploy.errors import DeployError, ExitCode
from centrali_deploy.report import json as json_report
from centrali_deploy.report.text import counted, error_lines

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
T = TypeVar("T")


@dataclass
class Answer:
    """How one run answers: `parts` are collected for the JSON document; text is written as it comes."""

    command: str
    output: str = "text"
    no_color: bool = False
    parts: dict[str, Any] = field(default_factory=dict)
    exit_code: ExitCode = ExitCode.DONE
    _live: bool = False

    def write(self, lines: Iterable[str]) -> None:
        """Lines of the answer, in text mode."""
        self.live("")
        if self.output == "text":
            for line in lines:
                sys.stdout.write(line + "\n")
            sys.stdout.flush()

    def tell(self, line: str) -> None:
        """A line beside the answer, on standard error."""
        sys.stderr.write(line + "\n")

    def paint(self, text: str, style: str) -> str:
        """Text in a style, where colour is wanted."""
        return f"\033[{_CODES[style]}m{text}\033[0m" if style in _CODES and self.colour else text

    @property
    def colour(self) -> bool:
        """Flag, then NO_COLOR, then FORCE_COLOR, then whether somebody is looking."""
        if self.no_color or os.environ.get("NO_COLOR"):
            return False
        return os.environ.get("FORCE_COLOR", "0") != "0" or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")

    def follow(self, steps: Generator[Progress, None, T]) -> T:
        """Show what is being read while it is, and give what comes of it."""
        try:
            while True:
                progress = next(steps)
                self.live(f"Reading {progress.section}: {progress.read}")
        except StopIteration as stopped:
            result: T = stopped.value
            return result
        finally:
            self.live("")

    def live(self, text: str) -> None:
        """What is being done now: one line that is written over, for whoever looks at standard error. Empty: take it away."""
        if (text or self._live) and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            sys.stderr.write(f"\r\033[K{text[: shutil.get_terminal_size().columns - 1]}")
            sys.stderr.flush()
        self._live = bool(text)

    def close(self, client: Client) -> None:
        """How many requests it took, and what the API announced."""
        self.live("")
        self.write([f"{counted(client.requests_used, 'request')}."])
        self.parts |= {"requests": client.requests_used, "warnings": client.warnings}
        for warning in client.warnings:
            self.tell(f"Warning: {warning}")


@contextmanager
def answering(answer: Answer, *, debug: bool = False) -> Iterator[Answer]:
    """Run a command; when it ends, or fails in a way we can explain, answer in the chosen form. Leaves with the exit code."""
    error: DeployError | None = None
    try:
        yield answer
    except DeployError as failure:
        if debug:
            sys.excepthook(type(failure), failure, failure.__traceback__)
        error, answer.exit_code = failure, failure.exit_code
        answer.live("")
        answer.parts["error"] = json_report.error_part(failure)
    if answer.output == "json":
        sys.stdout.write(json_report.document(answer.command, answer.exit_code, answer.parts))
    elif error:
        for line in error_lines(error, answer.paint):
            answer.tell(line)
    sys.stdout.flush()
    raise click.exceptions.Exit(answer.exit_code)
