"""Settings turned into a client: flags first, then `CENTRALI_*` variables, then the manifest.

`--local` puts a local workspace into this process instead of a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from centrali_deploy.errors import UsageProblem
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken, Credentials, ServiceAccount
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Mapping

    from centrali_deploy.manifest.loading import Loaded

DEFAULT_URL = "https://centrali.io"
_URLS = ("CENTRALI_URL", "CENTRALI_API_URL", "CENTRALI_BASE_URL")
_WORKSPACES = ("CENTRALI_WORKSPACE", "CENTRALI_WORKSPACE_ID")


@dataclass(frozen=True, slots=True)
class Settings:
    """What flags say about the workspace; `local` is a database file, empty for the usual one, None for a real workspace.

    `per_minute`: the most requests a minute (None: as many as the API takes).
    """

    workspace: str | None = None
    url: str | None = None
    local: str | None = None
    per_minute: int | None = None


def connect(settings: Settings, loaded: Loaded, environ: Mapping[str, str], *, running: bool = False) -> Client:
    """A client for the workspace that is meant. Raises UsageProblem, naming what is missing.

    `running`: functions of a local workspace run in the background while the client is open.
    """
    workspace = settings.workspace or _first(environ, _WORKSPACES) or loaded.workspace
    if not workspace:
        raise UsageProblem("No workspace is named.", "Write workspace: into the manifest, give --workspace, or set CENTRALI_WORKSPACE.")
    _refuse_another(workspace, settings, loaded)
    if settings.local is not None:
        if settings.url:
            raise UsageProblem("--local and --url exclude each other.", "Leave one of them out.")
        return _local(settings, workspace, loaded, running=running)
    url = settings.url or _first(environ, _URLS) or DEFAULT_URL
    api, auth = environ.get("CENTRALI_DATA_URL"), environ.get("CENTRALI_AUTH_URL")
    return Client(Connection(url, workspace, _credentials(environ), api, auth), Sender(per_minute=settings.per_minute))


def _refuse_another(workspace: str, settings: Settings, loaded: Loaded) -> None:
    """Raise UsageProblem when the workspace is not that of the chosen environment, whose protections would not be its own."""
    said = "--workspace" if settings.workspace else "CENTRALI_WORKSPACE"
    if loaded.environment and loaded.workspace and workspace != loaded.workspace:
        message = f"The environment {loaded.environment} is the workspace {loaded.workspace}, and {said} says {workspace}."
        raise UsageProblem(message, f"Leave out {said}, or choose another environment.")
    other = next((name for name, slug in loaded.environments.items() if slug == workspace), None)
    if other and not loaded.environment:
        message = f"{workspace} is the workspace of the environment {other}, which is not chosen."
        raise UsageProblem(message, f"Add -e {other}: it has values, overrides and protections of its own.")


def _local(settings: Settings, workspace: str, loaded: Loaded, *, running: bool) -> Client:
    try:
        from centrali_deploy.local.app import create_app  # noqa: PLC0415 -- an extra that a real workspace does without
        from centrali_deploy.remote.in_process import InProcess  # noqa: PLC0415 -- the same
    except ImportError as error:
        raise UsageProblem("--local needs the local workspace.", "Install it: pip install 'centrali-deploy[local]'.") from error
    database = Path(settings.local) if settings.local else Path(*loaded.files[:1]).parent / ".centrali" / "local.db"
    app = create_app(str(database), workspaces=[workspace])
    account = app.state.accounts[workspace]
    credentials = ServiceAccount(account.client_id, account.client_secret)
    if running:
        app.state.runner.start()
    transport = InProcess(app, app.state.runner.stop)
    return Client(
        Connection("http://localhost", workspace, credentials, name=str(database)), Sender(transport, per_minute=settings.per_minute)
    )


def _credentials(environ: Mapping[str, str]) -> Credentials:
    if token := environ.get("CENTRALI_TOKEN"):
        return BearerToken(token.strip())
    client_id, secret = environ.get("CENTRALI_CLIENT_ID"), environ.get("CENTRALI_CLIENT_SECRET")
    if client_id and secret:
        return ServiceAccount(client_id, secret)
    raise UsageProblem(
        "There are no credentials.",
        "Set CENTRALI_CLIENT_ID and CENTRALI_CLIENT_SECRET (Console > Service Accounts), or CENTRALI_TOKEN; or try --local.",
    )


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)
