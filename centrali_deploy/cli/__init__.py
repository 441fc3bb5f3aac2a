"""The command line: commands loaded when asked for, and the one boundary where errors become lines and exit codes."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
import tempfile
import traceback
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from centrali_deploy.cli.terminal import Answer, drain
from centrali_deploy.commands import COMMANDS, help_text
from centrali_deploy.errors import DeployError, ExitCode, Interrupted, NotWritten, Unexpected, UsageProblem
from centrali_deploy.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence


_ELSEWHERE = {
    "--env": "-e or --environment",
    "-y": "--yes",
    "--auto-approve": "--yes",
    "--vars": "--var",
    "--var-files": "--var-file",
    "--json": "-o json",
    "--dry-run": "centrali-deploy plan",
    "help": "--help",
    "version": "--version",
    "diff": "plan",
    "deploy": "apply",
    "lint": "validate",
    "format": "fmt",
}
"""What other tools call it."""
_UNWRITABLE = {errno.ENOSPC, errno.EIO, errno.EBADF}
"""What the system says of a stream that takes nothing."""


class Commands(click.Group):
    """The commands, each in a module of its own that is loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- the interface of click
        """Every command, in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:  # noqa: ARG002 -- the interface of click
        """Load one command. Raises UsageProblem when there is no such command."""
        if cmd_name not in COMMANDS:
            near = _ELSEWHERE.get(cmd_name) or next(iter(get_close_matches(cmd_name, COMMANDS, n=1)), None)
            hint = f"Did you mean {near}?" if near else f"Commands are: {', '.join(COMMANDS)}."
            raise UsageProblem(f'There is no command "{cmd_name}".', hint)
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002 -- the interface of click
        """The same text that is printed when this module is not even loaded."""
        return help_text().rstrip("\n")


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="centrali-deploy", message="%(prog)s %(version)s")
def main() -> None:
    """Configuration as code for Centrali workspaces."""


def leave(arguments: Sequence[str]) -> NoReturn:
    """Run a command line and leave the process with its exit code."""
    _open_streams()
    code = run(arguments)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # it was told already, or there is nowhere to tell it
            stream.flush()
    os._exit(code)  # what is still being read is not waited for, and nothing that was read is taken apart piece by piece


def _open_streams() -> None:
    """Whoever started us may have closed standard streams: nothing else may get their numbers."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def run(arguments: Sequence[str]) -> int:
    """Run a command line. Returns the exit code; nothing is raised."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(main.main(args=list(arguments), prog_name="centrali-deploy", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        _told(error.format_message())
        return ExitCode.INVALID
    except (click.Abort, KeyboardInterrupt):
        failure: DeployError = Interrupted("Interrupted.")
    except click.ClickException as error:
        failure = UsageProblem(error.format_message(), _help_of(error, arguments))
    except DeployError as error:
        failure = error
    except SystemExit:  # what click makes of a reader that went away
        drain(sys.stdout)
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 -- the one boundary: whatever is left is our bug
        failure = _failure(error)
    json = _wants_json(arguments)
    command = next((word for word in arguments if word in COMMANDS), "")
    answer = Answer(command, "json" if json else "text", stream=json and "--stream" in arguments)
    answer.fail(failure)
    answer.end(failure)
    return answer.exit_code


def _told(text: str) -> None:
    try:
        click.echo(text, err=True)
    except OSError:  # there is nowhere to tell it
        drain(sys.stderr)


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether the words ask for JSON, even if they make no sense otherwise."""
    return re.search(r"(?:^|\0)(?:-[A-Za-z]*o\0?|--output[=\0])json(?:\0|$)", "\0".join(arguments)) is not None


def _help_of(error: click.ClickException, arguments: Sequence[str]) -> str:
    if meant := _ELSEWHERE.get(getattr(error, "option_name", "") or ""):
        return f"Did you mean {meant}?"
    command = next((f" {word}" for word in arguments if word in COMMANDS), "")
    return f"See centrali-deploy{command} --help."


def _failure(error: Exception) -> DeployError:
    """What an error that nobody expected means to the person."""
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return _not_written(error)
    # pydantic makes an error of its own of an interruption while it builds what it checks with.
    return Interrupted("Interrupted.") if str(error).rstrip().endswith(f"{KeyboardInterrupt.__name__}:") else _unexpected()


def _not_written(error: OSError) -> DeployError:
    drain(sys.stdout)
    return NotWritten(f"The answer cannot be written: {error.strerror}.", "Write it somewhere else.")


def _unexpected() -> DeployError:
    with tempfile.NamedTemporaryFile("w", prefix="centrali-deploy-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"centrali-deploy {VERSION}, Python {sys.version}\n\n{traceback.format_exc()}")
    return Unexpected("This is a bug in centrali-deploy.", f"What happened is in {log.name}; please report it.")
