"""A command that speaks to a workspace: the options all of them share, manifests loaded, a client connected."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.cli.manifests import MANIFESTS
from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.errors import UsageProblem
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Choice
from centrali_deploy.manifest.loading import Loaded, load
from centrali_deploy.manifest.sources import USUAL
from centrali_deploy.pipeline.saving import loaded_from, refuse_elsewhere, saved_in
from centrali_deploy.report.text import problem_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.plan.planfile import Saved
    from centrali_deploy.remote.client import Client


@dataclass(frozen=True, slots=True)
class Run:
    """What such a command is given."""

    answer: Answer
    loaded: Loaded
    client: Client
    verbose: bool
    saved: Saved | None = None
    """The plan, when it was read from a file."""

    @property
    def where(self) -> str:
        """Which workspace, at which address, and the environment that was chosen."""
        return self.client.where + (f", environment {self.loaded.environment}" if self.loaded.environment else "")


class _PathsCommand(click.Command):
    """A command in which `--local` may stand alone: only `--local=FILE` takes a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give a bare `--local` its empty value before click takes the next word for it."""
        return super().parse_args(ctx, ["--local=" if word == "--local" else word for word in args])


_SHARED: tuple[click.Parameter, ...] = (
    *MANIFESTS,
    click.Option(["--workspace"], help="The workspace's slug (CENTRALI_WORKSPACE)."),
    click.Option(["--url"], help="The root URL, https://centrali.io unless set (CENTRALI_URL)."),
    click.Option(
        ["--local"],
        metavar="[=FILE]",
        help="Use a local workspace in this process; FILE is .centrali/local.db beside the manifest.",
    ),
    click.Option(["-o", "--output"], type=click.Choice(["text", "json"]), default="text", help="How to answer.", show_default=True),
    click.Option(["--no-color"], is_flag=True, help="Never use colour (NO_COLOR does the same)."),
    click.Option(["-v", "--verbose"], is_flag=True, help="Show what is unchanged, too."),
    click.Option(["--debug"], is_flag=True, help="Show where an error came from."),
)
_WHOLE: tuple[click.Parameter, ...] = (
    click.Option(["--stream"], is_flag=True, help="With -o json: one line for each event, as it happens."),
    click.Option(
        ["--max-requests-per-minute", "per_minute"],
        type=click.IntRange(min=1),
        metavar="N",
        help="Never send more requests than this, whatever they are for.",
    ),
)
"""Of commands that read the whole workspace, or write to it."""
resend_secrets = click.option("--resend-secrets", is_flag=True, help="Send every secret again; they cannot be compared.")


def _loaded(paths: tuple[str, ...], choice: Choice, *, beside: bool) -> Loaded:
    """The manifests; nothing where a command can do without and there are none."""
    if beside and not paths and choice == NOTHING_CHOSEN and not any(Path(name).exists() for name in USUAL):
        return Loaded(None, {}, (), ())
    return load(paths, os.environ, choice, now=datetime.now(UTC))


_FILES = click.Option(
    ["-f", "--file", "paths"], metavar="PATH", multiple=True, help="A manifest that names the workspace; may be given again."
)
"""Where commands that are not about manifests find the workspace."""


def workspace_command(
    name: str, *, example: str, beside: bool = False, whole: bool = False
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function that takes a Run and its own options by name.

    `beside`: manifests only say which workspace is meant, and functions of a local one run while the command does.
    `whole`: such a command has the options of those that are about manifests, too.
    """

    def made(function: Callable[..., None]) -> click.Command:
        def callback(  # noqa: PLR0913 -- one parameter per option
            *,
            paths: tuple[str, ...],
            environment: str | None,
            values: tuple[str, ...],
            value_files: tuple[str, ...],
            workspace: str | None,
            url: str | None,
            local: str | None,
            output: str,
            no_color: bool,
            verbose: bool,
            debug: bool,
            stream: bool = False,
            per_minute: int | None = None,
            **own: Any,  # noqa: ANN401 -- the command's own options
        ) -> None:
            with answering(Answer(name, output, no_color, stream and output == "json"), debug=debug) as answer:
                if stream and not answer.stream:
                    raise UsageProblem("--stream answers with events in JSON.", "Add -o json.")
                choice = Choice(environment, values, value_files)
                saved = saved_in(paths, os.environ)
                if saved and choice != NOTHING_CHOSEN:
                    raise UsageProblem("A saved plan says itself which environment and which values it is for.", "Leave them out.")
                loaded = loaded_from(saved, paths[0]) if saved else _loaded(paths, choice, beside=beside)
                if loaded.warnings and not beside:
                    for line in problem_lines(loaded.warnings, answer.paint):
                        answer.tell(line)
                with connect(Settings(workspace, url, local, per_minute), loaded, os.environ, running=beside) as client:
                    if saved:
                        refuse_elsewhere(saved, client.workspace, client.server)
                    function(Run(answer, loaded, client, verbose, saved), **own)

        own = list(reversed(getattr(function, "__click_params__", [])))
        shared = [*own, _FILES, *_SHARED[1:], *(_WHOLE if whole else ())] if beside else [*_SHARED, *_WHOLE, *own]
        return _PathsCommand(
            name.rsplit(maxsplit=1)[-1], callback=callback, params=shared, help=function.__doc__, epilog=f"Example: {example}"
        )

    return made
