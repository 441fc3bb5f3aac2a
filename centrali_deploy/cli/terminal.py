"""What commands share: colour, progress, and an answer in text or JSON with the right exit code."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import time
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from centrali_deploy.errors import DeployError, ExitCode, NotWritten
from centrali_deploy.pipeline.following import followed
from centrali_deploy.report import json as json_report
from centrali_deploy.report.events import end_members, event_line
from centrali_deploy.report.fields import counted
from centrali_deploy.report.text import error_lines
from centrali_deploy.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from centrali_deploy.remote.client import Client
    from centrali_deploy.remote.observation import Progress

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_STEERING = re.compile(r"(\033\[(?:0|1|2|31|32|33|36)m)|[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SILENCE = 10.0
"""Seconds without a word after which whoever cannot look is told what is being done."""
T = TypeVar("T")


@dataclass
class Answer:
    """How one run answers: `parts` are collected for the JSON document; text is written as it comes.

    `stream`: JSON, but event by event as they happen.
    """

    command: str
    output: str = "text"
    no_color: bool = False
    stream: bool = False
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    parts: dict[str, Any] = field(default_factory=dict)
    exit_code: ExitCode = ExitCode.DONE
    _live: bool = False
    _waited: bool = False
    _unwritable: OSError | None = None

    def __post_init__(self) -> None:
        """Silence begins now."""
        self._said = self.clock()

    def event(self, name: str, **members: Any) -> None:  # noqa: ANN401 -- any JSON values
        """Something that has happened, for whoever reads the stream of events."""
        if self.stream:
            self.put(event_line(name, self.now(), members))

    def write(self, lines: Iterable[str]) -> None:
        """Lines of the answer, in text mode."""
        self.live("")
        if self.output == "text":
            self.put("".join(harmless(line) + "\n" for line in lines))

    def put(self, text: str) -> None:
        """Write to standard output. When it cannot take it, what is being done is finished all the same."""
        self._said = self.clock()
        if self._unwritable is None:
            try:
                sys.stdout.write(text)
                sys.stdout.flush()
            except OSError as error:
                self._unwritable = error
                drain(sys.stdout)

    def tell(self, line: str) -> None:
        """A line beside the answer, on standard error."""
        self._said = self.clock()
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
            text = f"Reading {progress.section}" + (f": {progress.read}" if progress.read else "")
            if progress.read:
                self.event("reading", section=progress.section, read=progress.read)
            self.live(text, client.pace.asked, section=progress.section, read=progress.read)

        try:
            return followed(steps, told)
        finally:
            self.live("")

    def live(self, text: str, waits: float = 0.0, **members: Any) -> None:  # noqa: ANN401 -- any JSON values
        """What is being done now: one line that is written over, for whoever looks at standard error. Empty: take it away.

        `waits`: seconds the API has asked to wait. Where nobody looks, only the beginning of a wait is told, and what is
        being done after ten seconds of silence; in a stream of events, with these members.
        """
        waiting = waits >= 1
        if waiting:
            text = f"The API asked to wait: {waits:.0f} s left. {text}"
        looked_at = is_looked_at()
        if text and (self.stream or not looked_at) and ((waiting and not self._waited) or self.clock() - self._said >= SILENCE):
            self._said = self.clock()
            if self.stream:
                self.event("waiting" if waiting else "progress", **({"seconds": round(waits, 1)} if waiting else {}), **members)
            else:
                self.tell(text)
        if text:
            self._waited = waiting
        if (text or self._live) and looked_at:
            sys.stderr.write(f"\r\033[K{fitting(harmless(text), _columns() - 1)}")
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
        if self.stream:
            self.event("end", **end_members(self.exit_code, self.parts))
        elif self.output == "json":
            self.put(json_report.document(self.command, self.exit_code, self.parts))
        if self._unwritable and self._unwritable.errno != errno.EPIPE and not error:
            error = NotWritten(f"The answer cannot be written: {self._unwritable.strerror}.", "What was done is done: plan again to see.")
            self.exit_code = error.exit_code
        if error and (self.output != "json" or self._unwritable):
            for line in error_lines(error, self.paint):
                self.tell(line)


def is_looked_at() -> bool:
    """Whether standard error is a terminal on which a line can be written over."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    """How wide the terminal is that standard error goes to, wherever standard output goes."""
    with suppress(OSError):
        return os.get_terminal_size(sys.stderr.fileno()).columns or shutil.get_terminal_size().columns
    return shutil.get_terminal_size().columns


def fitting(text: str, columns: int) -> str:
    """As much of a line as fits into so many columns of a terminal, in which some characters take two and some none."""
    used = 0
    for place, character in enumerate(text):
        used += 0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > columns:
            return text[:place]
    return text


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
        answer.event("begin", command=answer.command, tool=VERSION)
        yield answer
    except DeployError as failure:
        if debug:
            sys.excepthook(type(failure), failure, failure.__traceback__)
        error = failure
        answer.fail(failure)
    answer.end(error)
    raise click.exceptions.Exit(answer.exit_code)
