"""A line for each request: when, what, how it ended, how long it took, and nothing that could be a secret."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.local.journal import Journal
from centrali_deploy.remote.in_process import InProcess


def told(method: str, url: str, fault: Fault | None = None, **parts: Any) -> list[str]:
    times, found = iter([1.0, 1.0125]), []
    app = create_app(":memory:", workspaces=["acme"], faults=[fault] if fault else [])
    journal = Journal(app, found.append, clock=lambda: 1_700_000_000.5, timer=lambda: next(times))
    try:
        with httpx.Client(transport=InProcess(journal), base_url="http://localhost") as client:
            client.request(method, url, **parts)
    except httpx.ReadError:
        pass
    finally:
        app.state.store.close()
    return found


WHEN = "2023-11-14T22:13:20.500Z"


@pytest.mark.parametrize(
    ("method", "url", "line"),
    [
        ("GET", "/data/workspace/acme/api/v1/structures", "GET /data/workspace/acme/api/v1/structures 401"),
        ("GET", "/data/workspace/acme/api/v1/structures?token=canary", "GET /data/workspace/acme/api/v1/structures 401"),
        ("DELETE", "/nowhere", "DELETE /nowhere 501"),
        ("POST", "/oidc/token", "POST /oidc/token 400"),
        ("GET", "/a%1b[31m%20b", "GET /a%1B%5B31m%20b 501"),
    ],
)
def test_a_line_says_when_what_how_and_how_long(method: str, url: str, line: str) -> None:
    assert told(method, url) == [f"{WHEN} {line} 12 ms"]


@pytest.mark.parametrize(("path", "end"), [("a" * 999, "a"), ("a" * 1000, "a..."), ("a" * 60_000, "a..."), ("%1b" * 20_000, "%1B%1B...")])
def test_a_long_path_is_cut(path: str, end: str) -> None:
    (line,) = told("GET", f"http://localhost/{path}")
    shown = line.split()[2]
    assert (len(shown) <= 1003, shown.endswith(end)) == (True, True)


def test_no_secret_is_in_a_line() -> None:
    secrets = {"headers": {"Authorization": "Bearer canary"}, "data": {"client_secret": "canary"}, "params": {"key": "canary"}}
    assert "canary" not in "".join(told("POST", "/oidc/token", **secrets))


def test_a_request_without_an_answer_is_told_as_dropped() -> None:
    assert told("POST", "/oidc/token", Fault("*", "token", "refuse")) == [f"{WHEN} POST /oidc/token dropped 12 ms"]
