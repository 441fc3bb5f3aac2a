"""`centrali-deploy serve`: the local workspace on a port, with lines a shell can read its address and account from."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import click

from centrali_deploy.cli.faults import read_faults
from centrali_deploy.cli.terminal import Answer
from centrali_deploy.errors import UsageProblem
from centrali_deploy.local.journal import Journal
from centrali_deploy.wire import SLUG_HINT, is_slug

if TYPE_CHECKING:
    from starlette.applications import Starlette

EXAMPLES = """\b
Examples:
  centrali-deploy serve --port 8080 --workspace acme-dev > serve.env &
  centrali-deploy serve --port 0 -v
  centrali-deploy serve --faults faults.yaml

\b
A file of faults says which requests fail, and how:
  - {method: POST, path: /compute-functions$, failure: 500-after}
  - {path: /structures, failure: slow, seconds: 3, skip: 1, times: always}
"""


@click.command("serve", epilog=EXAMPLES)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; others than this machine's own are open.")
@click.option("--db", default=".centrali/local.db", show_default=True, help="The file that keeps the workspaces.")
@click.option("--workspace", "workspaces", multiple=True, help="A workspace to have; may be given more than once. Default: local.")
@click.option("--faults", "faults_file", metavar="FILE", help="Make requests fail on purpose, as this YAML file says.")
@click.option("--allow-loopback", is_flag=True, help="Let functions send requests to this machine, too.")
@click.option("-v", "--verbose", is_flag=True, help="Tell each request on standard error: time, method, path, status, milliseconds.")
def command(  # noqa: PLR0913 -- one parameter per option
    *, port: int, host: str, db: str, workspaces: tuple[str, ...], faults_file: str | None, allow_loopback: bool, verbose: bool
) -> None:
    """Run a local workspace on a port of this machine, until Ctrl-C or SIGTERM."""
    try:
        from centrali_deploy.local.app import create_app  # noqa: PLC0415 -- an extra
        from centrali_deploy.local.serving import is_open, serve, url_of  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise UsageProblem("serve needs the local workspace.", "Install it: pip install 'centrali-deploy[local]'.") from error
    for workspace in workspaces:
        if not is_slug(workspace):
            raise UsageProblem(f'"{workspace}" is not a workspace.', SLUG_HINT)
    faults = read_faults(faults_file) if faults_file is not None else ()
    app = create_app(db, workspaces=workspaces or ("local",), faults=faults, allow_loopback=allow_loopback)
    answer = Answer("serve")
    try:
        app.state.store.claim()
        listening = _bound(port, host)
        address, number = listening.getsockname()[:2]
        if is_open(address):
            answer.tell(
                f"Warning: {host} is not this machine alone: whoever reaches port {number} can try its accounts, "
                "and nothing is encrypted on the way. Leave out --host unless that is meant."
            )
        runner = app.state.runner
        runner.start()
        told = Journal(app, answer.tell) if verbose else app
        serve(told, listening, lambda: click.echo(_lines(app, url_of(address, number))), runner.stop)
    finally:
        app.state.runner.stop()
        app.state.store.close()


def _bound(port: int, host: str) -> socket.socket:
    from centrali_deploy.local.serving import bound  # noqa: PLC0415 -- an extra

    try:
        return bound(port, host)
    except socket.gaierror as error:
        raise UsageProblem(
            f'"{host}" is no address: {error.strerror}.', "Give one of this machine with --host, or leave it out."
        ) from error
    except OSError as error:
        on = "" if host == "127.0.0.1" else f" of {host}"
        raise UsageProblem(
            f"Port {port}{on} cannot be used: {error.strerror}.", "Give another one with --port, or 0 for any free one."
        ) from error


def _lines(app: Starlette, url: str) -> str:
    """What a shell needs to reach each workspace."""
    lines = [
        f"# workspace {account.workspace}\n"
        f"export CENTRALI_URL={url}\n"
        f"export CENTRALI_WORKSPACE={account.workspace}\n"
        f"export CENTRALI_CLIENT_ID={account.client_id}\n"
        f"export CENTRALI_CLIENT_SECRET={account.client_secret}\n"
        for account in app.state.accounts.values()
    ]
    return "".join(lines) + "# ready"
