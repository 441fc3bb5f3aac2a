"""Where to go: hosts derived or given, and what cannot work refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.errors import ExitCode, UsageProblem
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken, ServiceAccount

TOKEN = BearerToken("canary")


@pytest.mark.parametrize(
    ("url", "given", "api", "auth"),
    [
        ("https://centrali.io", {}, "https://api.centrali.io", "https://auth.centrali.io"),
        ("http://127.0.0.1:8080/", {}, "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://centrali.io", {"api_url": "https://eu.example/"}, "https://eu.example", "https://auth.centrali.io"),
        ("https://centrali.io", {"auth_url": "https://id.example/x/"}, "https://api.centrali.io", "https://id.example/x"),
    ],
)
def test_hosts_are_derived_unless_they_are_given(url: str, given: dict[str, str], api: str, auth: str) -> None:
    found = Connection(url, "acme-dev", TOKEN, **given)
    assert (found.api_host, found.auth_host) == (api, auth)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"workspace": "6f1f1a52-53a4-4a7e-9d0c-000000000000"}, "is an id"),
        ({"workspace": "Acme Dev"}, "is not a workspace"),
        ({"workspace": ""}, "is not a workspace"),
        ({"workspace": "acme/../other"}, "is not a workspace"),
        ({"url": "centrali.io"}, "is not the URL"),
        ({"url": ""}, "is not the URL"),
        ({"api_url": "ftp://centrali.io"}, "is not the URL"),
        ({"auth_url": "https://user:pw@centrali.io"}, "is not the URL"),
    ],
)
def test_what_cannot_work_is_refused(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageProblem, match=words) as caught:
        Connection(**{"url": "https://centrali.io", "workspace": "acme-dev", "credentials": TOKEN, **parts})
    assert caught.value.exit_code == ExitCode.INVALID


@pytest.mark.parametrize("credentials", [TOKEN, ServiceAccount("ci", "canary")])
def test_a_connection_can_be_printed(credentials: Any) -> None:
    assert "canary" not in repr(Connection("https://centrali.io", "acme-dev", credentials))


@pytest.mark.parametrize(
    ("how", "server"),
    [
        ({"url": "https://centrali.io"}, "https://api.centrali.io"),
        ({"url": "https://auth.Centrali.io."}, "https://api.centrali.io"),
        ({"url": "https://x.example", "api_url": "https://API.centrali.io:443/?key=canary#x"}, "https://api.centrali.io"),
        ({"url": "http://LOCALHOST:4000/base/"}, "http://localhost:4000/base"),
        ({"url": "http://[::1]:80"}, "http://[::1]"),
        ({"url": "http://localhost", "name": "w.db"}, "w.db"),
    ],
)
def test_a_server_has_one_name_however_it_is_spelled(how: dict[str, str], server: str) -> None:
    assert Connection(**{"workspace": "acme", "credentials": TOKEN, **how}).server == server
