"""`centrali-deploy test`: run functions of the manifests before anything is deployed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.cli.manifests import MANIFESTS
from centrali_deploy.cli.terminal import Answer, answering
from centrali_deploy.errors import FunctionFailed, UsageProblem
from centrali_deploy.manifest.head import Choice
from centrali_deploy.manifest.loading import load
from centrali_deploy.manifest.sources import read_text
from centrali_deploy.remote.function_runs import FunctionRuns
from centrali_deploy.report.fields import counted
from centrali_deploy.report.function_runs import run_lines, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.manifest.loading import Loaded

_NOTHING = object()


def _command(  # noqa: PLR0913 -- one parameter per option
    *,
    function: str | None,
    paths: tuple[str, ...],
    environment: str | None,
    values: tuple[str, ...],
    value_files: tuple[str, ...],
    event: str | None,
    expect: str | None,
    remote: bool,
    output: str,
    no_color: bool,
    debug: bool,
) -> None:
    """Run FUNCTION, or every function, once for each of its triggers, in a local workspace made from the manifests and gone afterwards."""
    with answering(Answer("test", output, no_color), debug=debug) as answer:
        loaded = load(paths, os.environ, Choice(environment, values, value_files))
        if (event or expect) and function is None:
            raise UsageProblem("--event and --expect are for one function.", "Name it: centrali-deploy test FUNCTION --event FILE.")
        given, wanted = (_json(event) if event else None), (_json(expect) if expect else _NOTHING)
        failed: list[str] = []
        found: list[dict[str, Any]] = []
        for name, run, writes in _remote(loaded, function, given) if remote else _local(loaded, function, given):
            good = run["status"] == "completed" and (wanted is _NOTHING or run["runData"] == wanted)
            failed += [] if good else [name]
            found.append({"name": name, "good": good, "run": run, "writes": [list(write) for write in writes]})
            answer.write([*run_lines(run, answer.paint, name), *write_lines(writes, answer.paint)])
            if run["status"] == "completed" and not good:
                answer.write([f"  {answer.paint('expected', 'red')}  {json.dumps(wanted, ensure_ascii=False)}"])
            answer.write([""])
        answer.parts["tests"] = found
        answer.write([f"{counted(len(found), 'run')}, {len(failed)} failed."])
        if failed:
            raise FunctionFailed(f"Failed: {', '.join(failed)}.", "See above.")


def _local(loaded: Loaded, function: str | None, event: Any) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:  # noqa: ANN401 -- any JSON value
    try:
        from centrali_deploy.pipeline.trying import Trial, cases  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise UsageProblem("test needs the local workspace.", "Install it: pip install 'centrali-deploy[local]'.") from error
    for case in cases(loaded, function):
        with Trial(loaded) as trial:
            tried = trial.run(case, event)
        yield str(case), tried.run, tried.writes


def _remote(loaded: Loaded, function: str | None, event: Any) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:  # noqa: ANN401 -- any JSON value
    codes = {address.name: resource.spec["code"] for address, resource in loaded.desired.items() if address.kind == "function"}
    if function is None:
        raise UsageProblem(
            "--remote runs one function of the manifests.", "Name one that is declared: centrali-deploy test FUNCTION --remote."
        )
    if function not in codes:
        raise UsageProblem(f"function/{function} is not declared.", f"There are: {', '.join(codes)}." if codes else "Declare it.")
    with connect(Settings(), loaded, os.environ) as client:
        said = FunctionRuns(client).tried(codes[function], {} if event is None else event)
    status = "failure" if said.get("error") else "completed"
    yield function, {"status": status, "runData": said.get("output"), "errorMessage": said.get("error"), "logs": said.get("logs")}, []


def _json(file: str) -> Any:  # noqa: ANN401 -- any JSON value
    try:
        return json.loads(read_text(Path(file), file))
    except (ValueError, RecursionError) as error:
        raise UsageProblem(
            f"{file} is not JSON: {error}.", "It holds what the function finds in executionParams, or what it returns."
        ) from error


command = click.Command(
    "test",
    callback=_command,
    params=[
        click.Argument(["function"], required=False),
        click.Option(["-f", "--file", "paths"], metavar="PATH", multiple=True, help="A manifest or a directory; may be given again."),
        *MANIFESTS[1:],
        click.Option(["--event"], metavar="FILE", help="What the function finds in executionParams, as JSON; made up unless given."),
        click.Option(["--expect"], metavar="FILE", help="What the function must return, as JSON."),
        click.Option(["--remote"], is_flag=True, help="Run it in the workspace, without saving it."),
        click.Option(["-o", "--output"], type=click.Choice(["text", "json"]), default="text", help="How to answer.", show_default=True),
        click.Option(["--no-color"], is_flag=True, help="Never use colour (NO_COLOR does the same)."),
        click.Option(["--debug"], is_flag=True, help="Show where an error came from."),
    ],
    help=_command.__doc__,
    epilog="Example: centrali-deploy test process-item --event event.json --expect result.json",
)
