"""Where to go, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from centrali_deploy.errors import UsageProblem
from centrali_deploy.wire import SLUG_HINT, Hosts, hosts, is_slug, is_uuid

if TYPE_CHECKING:
    from centrali_deploy.remote.credentials import Credentials

_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Connection:
    """One workspace. The hosts are derived from `url` [D] unless given; `name` is shown to people instead of a host.

    Raises UsageProblem when the workspace is not a slug or a URL is none.
    """

    url: str
    workspace: str
    credentials: Credentials
    api_url: str | None = None
    auth_url: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot work before anything is sent."""
        example = "for example acme-dev"
        if is_uuid(self.workspace):
            raise UsageProblem(f'"{self.workspace}" is an id, not a workspace.', f"Give its slug, as in the console's address: {example}.")
        if not is_slug(self.workspace):
            raise UsageProblem(f'"{self.workspace}" is not a workspace.', SLUG_HINT)
        for url in (self.url, self.api_url, self.auth_url):
            _hosts(url or self.url)

    @property
    def api_host(self) -> str:
        """Where data and orchestrations are; no trailing slash."""
        return (self.api_url or _hosts(self.url).api).rstrip("/")

    @property
    def server(self) -> str:
        """What tells one server from another: the file of a local workspace, or where data goes, however that was spelled.

        No user and no query is in it.
        """
        parts = urlsplit(self.api_host)
        port = "" if parts.port in {None, _USUAL_PORTS[parts.scheme]} else f":{parts.port}"
        name = str(parts.hostname).rstrip(".")
        return self.name or f"{parts.scheme}://{f'[{name}]' if ':' in name else name}{port}{parts.path.rstrip('/')}"

    @property
    def auth_host(self) -> str:
        """Where tokens are given; no trailing slash."""
        return (self.auth_url or _hosts(self.url).auth).rstrip("/")


def _hosts(url: str) -> Hosts:
    try:
        return hosts(url)
    except ValueError as error:
        raise UsageProblem(str(error)) from error
