"""`centrali-deploy serve`: the local workspace on a port, with lines a shell can read its address and account from."""

from __future__ import annotations

import sys

import click

from centrali_deploy.errors import UsageProblem
from centrali_deploy.wire import SLUG_HINT, is_slug


@click.command("serve", epilog="Example: centrali-deploy serve --port 8080 --workspace acme-dev")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port on 127.0.0.1; 0 takes a free one.")
@click.option("--db", default=".centrali/local.db", show_default=True, help="The file that keeps the workspaces.")
@click.option("--workspace", "workspaces", multiple=True, help="A workspace to have; may be given more than once. Default: local.")
def command(port: int, db: str, workspaces: tuple[str, ...]) -> None:
    """Run a local workspace on a port of this machine, until Ctrl-C."""
    try:
        from centrali_deploy.local.app import create_app  # noqa: PLC0415 -- an extra
        from centrali_deploy.local.serving import LOOPBACK, bound, serve  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise UsageProblem("serve needs the local workspace.", "Install it: pip install 'centrali-deploy[local]'.") from error
    for workspace in workspaces:
        if not is_slug(workspace):
            raise UsageProblem(f'"{workspace}" is not a workspace.', SLUG_HINT)
    app = create_app(db, workspaces=workspaces or ("local",))
    try:
        listening = bound(port)
    except OSError as error:
        raise UsageProblem(
            f"Port {port} cannot be used: {error.strerror}.", "Give another one with --port, or 0 for any free one."
        ) from error
    for account in app.state.accounts.values():
        click.echo(f"# workspace {account.workspace}")
        click.echo(f"export CENTRALI_URL=http://{LOOPBACK}:{listening.getsockname()[1]}")
        click.echo(f"export CENTRALI_WORKSPACE={account.workspace}")
        click.echo(f"export CENTRALI_CLIENT_ID={account.client_id}")
        click.echo(f"export CENTRALI_CLIENT_SECRET={account.client_secret}")
    click.echo("# ready")
    sys.stdout.flush()
    serve(app, listening)
