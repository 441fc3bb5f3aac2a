"""What commands share: colour, progress, and an answer in text or JSON with the right exit code."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from centrali_deploy.errors import DeployError, ExitCode, NotWritten
from centrali_deploy.pipeline.following import followed
from centrali_deploy.report import json as json_report
from centrali_deploy.report.text import counted, error_lines

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_STEERING = re.compile(r"(\033\[(?:0|1|2|31|32|33|36)m)|[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
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
    _waited: bool = False
    _unwritable: OSError | None = None

    def write(self, lines: Iterable[str]) -> None:
        """Lines of the answer, in text mode."""
        self.live("")
        if self.output == "text":
            self.put("".join(harmless(line) + "\n" for line in lines))

    def put(self, text: str) -> None:
        """Write to standard output. When it cannot take it, what is being done is finished all the same."""
        if self._unwritable is None:
            try:
                sys.stdout.write(text)
                sys.stdout.flush()
            except OSError as error:
                self._unwritable = error
                drain(sys.stdout)

    def tell(self, line: str) -> None:
        """A line beside the answer, on standard error."""
        with suppress(OSError):  # where it cannot be written, nobody can be told
            sys.stderr.write(harmless(line) + "\n")
            sys.stderr.flush()

    def paint(self, text: str, style: str) -> str:
        """Text in a style, where colour is wanted."""
        return f"\033[{_CODES[style]}m{text}\033[0m" if style in _CODES and self.colour else text

    @property
    def colour(self) -> bool:
        """Flag, then NO_COLOR, then FORCE_COLOR, then whether somebody is looking."""
        if self.no_color or os.environ.get("NO_COLOR"):
            return False
        return os.environ.get("FORCE_COLOR", "0") != "0" or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")

    def follow(self, steps: Generator[Progress, None, T], client: Client) -> T:
        """Show what is being read while it is, and give what comes of it."""

        def told(progress: Progress) -> None:
            self.live(f"Reading {progress.section}" + (f": {progress.read}" if progress.read else ""), client.pace.asked)

        try:
            return followed(steps, told)
        finally:
            self.live("")

    def live(self, text: str, waits: float = 0.0) -> None:
        """What is being done now: one line that is written over, for whoever looks at standard error. Empty: take it away.

        `waits`: seconds the API has asked to wait; without a terminal, that alone is told.
        """
        if waits >= 1:
            text = f"The API asked to wait: {waits:.0f} s left. {text}"
            if not self._waited and not sys.stderr.isatty():
                self.tell(text)
        if text:
            self._waited = waits >= 1
        if (text or self._live) and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            sys.stderr.write(f"\r\033[K{harmless(text)[: shutil.get_terminal_size().columns - 1]}")
            sys.stderr.flush()
        self._live = bool(text)

    def close(self, client: Client) -> None:
        """How many requests it took, and what the API announced."""
        self.live("")
        self.write([f"{counted(client.requests_used, 'request')}."])
        self.parts |= {"requests": client.requests_used, "warnings": client.warnings}
        for warning in client.warnings:
            self.tell(f"Warning: {warning}")

    def fail(self, error: DeployError) -> None:
        """Remember what went wrong."""
        self.live("")
        self.exit_code = error.exit_code
        self.parts["error"] = json_report.error_part(error)

    def end(self, error: DeployError | None) -> None:
        """The JSON document, or what went wrong in words; and whether any of it could not be written."""
        if self.output == "json":
            self.put(json_report.document(self.command, self.exit_code, self.parts))
        if self._unwritable and self._unwritable.errno != errno.EPIPE and not error:
            error = NotWritten(f"The answer cannot be written: {self._unwritable.strerror}.", "What was done is done: plan again to see.")
            self.exit_code = error.exit_code
        if error and (self.output != "json" or self._unwritable):
            for line in error_lines(error, self.paint):
                self.tell(line)


def drain(stream: TextIO) -> None:
    """Let what a stream could not take, and all that follows, go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def harmless(line: str) -> str:
    """A line in which nothing steers the terminal but our own colours, wherever its parts come from."""
    return _STEERING.sub(lambda found: found[0] if found[1] else repr(found[0])[1:-1], line)


@contextmanager
def answering(answer: Answer, *, debug: bool = False) -> Iterator[Answer]:
    """Run a command; when it ends, or fails in a way we can explain, answer in the chosen form. Leaves with the exit code."""
    error: DeployError | None = None
    try:
        yield answer
    except DeployError as failure:
        if debug:
            sys.excepthook(type(failure), failure, failure.__traceback__)
        error = failure
        answer.fail(failure)
    answer.end(error)
    raise click.exceptions.Exit(answer.exit_code)
