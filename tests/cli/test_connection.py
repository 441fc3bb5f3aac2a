"""Which workspace is meant and who asks: flags before variables before the manifest, and what is missing is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.errors import UsageProblem
from centrali_deploy.manifest.loading import Loaded

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = {"CENTRALI_TOKEN": " canary \n"}
ACCOUNT = {"CENTRALI_CLIENT_ID": "ci", "CENTRALI_CLIENT_SECRET": "sk"}


def loaded(workspace: str | None = "from-manifest", file: str = "workspace.yaml") -> Loaded:
    return Loaded(workspace, {}, (), (file,))


@pytest.mark.parametrize(
    ("settings", "environ", "workspace"),
    [
        (Settings(), {}, "from-manifest"),
        (Settings(), {"CENTRALI_WORKSPACE": ""}, "from-manifest"),
        (Settings(), {"CENTRALI_WORKSPACE_ID": "second"}, "second"),
        (Settings(), {"CENTRALI_WORKSPACE": "first", "CENTRALI_WORKSPACE_ID": "second"}, "first"),
        (Settings("flag"), {"CENTRALI_WORKSPACE": "first"}, "flag"),
    ],
)
def test_the_workspace_is_a_flag_then_a_variable_then_the_manifest(settings: Settings, environ: dict[str, str], workspace: str) -> None:
    with connect(settings, loaded(), environ | TOKEN) as client:
        assert client.workspace == workspace


@pytest.mark.parametrize(
    ("settings", "environ", "where"),
    [
        (Settings(), {}, "acme at https://api.centrali.io"),
        (Settings(), {"CENTRALI_BASE_URL": "https://third.example"}, "acme at https://api.third.example"),
        (Settings(), {"CENTRALI_API_URL": "http://[::1]:2", "CENTRALI_BASE_URL": "http://x:3"}, "acme at http://[::1]:2"),
        (Settings(), {"CENTRALI_URL": "http://localhost", "CENTRALI_API_URL": "http://x:2"}, "acme at http://localhost"),
        (Settings(url="http://127.0.0.1:9"), {"CENTRALI_URL": "http://localhost"}, "acme at http://127.0.0.1:9"),
        (
            Settings(),
            {"CENTRALI_DATA_URL": "https://data.example", "CENTRALI_AUTH_URL": "https://a.example"},
            "acme at https://data.example",
        ),
    ],
)
def test_the_url_is_a_flag_then_three_variables_then_the_usual_one(settings: Settings, environ: dict[str, str], where: str) -> None:
    with connect(settings, loaded("acme"), environ | ACCOUNT) as client:
        assert client.where == where


@pytest.mark.parametrize(
    ("settings", "workspace", "environ", "said"),
    [
        (Settings(), None, TOKEN, "No workspace is named."),
        (Settings(local="", url="http://x:1"), "acme", {}, "--local and --url exclude each other."),
        (Settings(), "acme", {}, "There are no credentials."),
        (Settings(), "acme", {"CENTRALI_CLIENT_ID": "ci"}, "There are no credentials."),
        (Settings(), "acme", {"CENTRALI_CLIENT_SECRET": "sk"}, "There are no credentials."),
    ],
)
def test_what_is_missing_is_named_with_a_way_out(settings: Settings, workspace: str | None, environ: dict[str, str], said: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        connect(settings, loaded(workspace), environ)
    assert caught.value.message == said
    assert caught.value.hint


@pytest.mark.parametrize(("file", "place"), [("", "sub/.centrali/local.db"), ("other/w.db", "other/w.db")])
def test_a_local_workspace_stands_beside_the_manifest_or_where_it_is_said(
    file: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with connect(Settings(local=file), loaded("acme", "sub/workspace.yaml"), {"CENTRALI_URL": "http://x:1"}) as client:
        assert client.where == f"acme at {place}"
    assert (tmp_path / place).exists()


def test_without_the_extra_a_local_workspace_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    missing: Any = None
    monkeypatch.setitem(sys.modules, "centrali_deploy.local.app", missing)
    with pytest.raises(UsageProblem, match="needs the local workspace") as caught:
        connect(Settings(local=""), loaded("acme"), {})
    assert "pip install 'centrali-deploy[local]'" in caught.value.hint


@pytest.mark.parametrize(
    ("environment", "settings", "environ", "said"),
    [
        (
            "dev",
            Settings(),
            {"CENTRALI_WORKSPACE": "acme"},
            "The environment dev is the workspace acme-dev, and CENTRALI_WORKSPACE says acme.",
        ),
        ("dev", Settings("other"), {}, "The environment dev is the workspace acme-dev, and --workspace says other."),
        (None, Settings(), {"CENTRALI_WORKSPACE": "acme"}, "acme is the workspace of the environment prod, which is not chosen."),
        (None, Settings("acme"), {}, "acme is the workspace of the environment prod, which is not chosen."),
    ],
)
def test_the_settings_of_one_environment_are_not_for_the_workspace_of_another(
    environment: str | None, settings: Settings, environ: dict[str, str], said: str
) -> None:
    chosen = Loaded("acme-dev", {}, (), ("w.yaml",), environment=environment, environments={"dev": "acme-dev", "prod": "acme"})
    with pytest.raises(UsageProblem) as caught:
        connect(settings, chosen, TOKEN | environ)
    assert caught.value.message == said
    assert caught.value.hint
