"""What commands share: options, colour, progress, and an answer in text or JSON with the right exit code."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from centrali_deploy.errors import DeployError, ExitCode
from centrali_deploy.report import json as json_report
from centrali_deploy.report.text import error_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from centrali_deploy.remote.observation import Progress

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
T = TypeVar("T")


class PathsCommand(click.Command):
    """A command in which `--local` may stand alone: only `--local=FILE` takes a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give a bare `--local` its empty value before click takes the next word for it."""
        return super().parse_args(ctx, ["--local=" if word == "--local" else word for word in args])


def common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command which speaks to a workspace has."""
    for option in (
        click.option("--debug", is_flag=True, help="Show where an error came from."),
        click.option("-v", "--verbose", is_flag=True, help="Show what is unchanged, too."),
        click.option("--no-color", is_flag=True, help="Never use colour (NO_COLOR does the same)."),
        click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", help="How to answer.", show_default=True),
        click.option("--local", metavar="[=FILE]", help="Use a local workspace in this process, kept in FILE."),
        click.option("--url", help="The root URL, https://centrali.io unless set (CENTRALI_URL)."),
        click.option("--workspace", help="The workspace's slug (CENTRALI_WORKSPACE)."),
        click.argument("paths", nargs=-1),
    ):
        function = option(function)
    return function


@dataclass
class Answer:
    """How one run answers: `parts` are collected for the JSON document; text is written as it comes."""

    command: str
    output: str = "text"
    no_color: bool = False
    parts: dict[str, Any] = field(default_factory=dict)
    exit_code: ExitCode = ExitCode.DONE

    def write(self, lines: Iterable[str]) -> None:
        """Lines of the answer, in text mode."""
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
        live = sys.stderr.isatty() and self.output == "text"
        try:
            while True:
                progress = next(steps)
                if live:
                    sys.stderr.write(f"\r\033[KReading {progress.section}: {progress.read}")
                    sys.stderr.flush()
        except StopIteration as stopped:
            result: T = stopped.value
            return result
        finally:
            if live:
                sys.stderr.write("\r\033[K")
                sys.stderr.flush()


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
        answer.parts["error"] = json_report.error_part(failure)
    if answer.output == "json":
        sys.stdout.write(json_report.document(answer.command, answer.exit_code, answer.parts))
    elif error:
        for line in error_lines(error, answer.paint):
            answer.tell(line)
    sys.stdout.flush()
    raise click.exceptions.Exit(answer.exit_code)
