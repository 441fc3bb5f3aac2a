"""What is ours, from the outside: drift, pruning, destroying, forgetting, and two that want the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.kinds import KINDS
from centrali_deploy.ledger.model import Holder
from centrali_deploy.ledger.workspace import WorkspaceDoor
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCAL = ("--local",)
CODE = "async function run() {}"


def manifest(names: str, folder: Path, file: str = "workspace.yaml", **head: Any) -> None:
    functions = {name: {"code": CODE, "timeoutMs": 1000} for name in names}
    text = {"version": 1, "workspace": "acme-dev", **head, "functions": functions}
    (folder / file).write_text(json.dumps(text), encoding="utf-8")


def other_hands() -> Any:
    return connect(Settings(local=""), load(["workspace.yaml"], {}), {})


def changed_by_hand(name: str, /, **body: Any) -> None:
    with other_hands() as client:
        kind = KINDS["function"]
        client.update(kind, client.find(kind, name)["id"], body)


def live() -> set[str]:
    with other_hands() as client:
        return {item["name"] for item in client.items(KINDS["function"])}


@pytest.fixture
def applied(centrali: Callable[..., Any], project: Path) -> Path:
    manifest("abcde", project)
    assert centrali("apply", *LOCAL, "--yes").code == 0
    return project


def test_drift_is_shown_with_what_it_was_and_left_to_an_apply(centrali: Callable[..., Any], applied: Path) -> None:
    assert "No drift. 5 resources as applied." in centrali("drift", *LOCAL).out
    changed_by_hand("a", timeoutMs=2000)
    found = centrali("drift", *LOCAL)
    assert (found.code, "! function/a  changed by somebody else\n    timeoutMs: 1000 -> 2000" in found.out) == (2, True)
    assert json.loads(centrali("drift", *LOCAL, "-o", "json").out)["drift"][0]["fields"][0]["after"] == 2000
    said = centrali("plan", *LOCAL).out
    assert "~ function/a  changed by somebody else (drift)" in said
    assert "timeoutMs: 2000 -> 1000 (somebody else changed it)" in said
    manifest("bcde", applied)
    assert centrali("drift", *LOCAL).code == 2  # manifests as they are now do not matter


def test_drift_of_what_nobody_manages_is_no_drift(centrali: Callable[..., Any], applied: Path) -> None:
    changed_by_hand("a", description="theirs")
    assert (centrali("drift", *LOCAL).code, "No changes. 5 unchanged." in centrali("plan", *LOCAL).out) == (0, True)
    assert applied.exists()


def test_a_member_that_is_no_longer_declared_goes_back_to_its_default(centrali: Callable[..., Any], applied: Path) -> None:
    text = (
        (applied / "workspace.yaml")
        .read_text()
        .replace('"a": {"code": "async function run() {}", "timeoutMs": 1000}', f'"a": {{"code": "{CODE}"}}')
    )
    (applied / "workspace.yaml").write_text(text)
    assert "timeoutMs: 1000 -> (removed)" in centrali("apply", *LOCAL, "--yes").out
    assert "No changes. 5 unchanged." in centrali("plan", *LOCAL).out


def test_what_is_no_longer_declared_is_kept_and_named_until_it_is_pruned(centrali: Callable[..., Any], applied: Path) -> None:
    manifest("abcd", applied)
    kept = centrali("apply", *LOCAL, "--yes").out
    assert "No longer declared here, ours, and kept (--prune deletes them):\n  function/e" in kept
    assert live() == set("abcde")
    assert "1 to delete" in centrali("apply", *LOCAL, "--yes", "--prune").out
    assert live() == set("abcd")


@pytest.mark.parametrize("names", ["", "vwxyz"])
def test_an_emptied_or_exchanged_workspace_is_refused_by_the_fuse(names: str, centrali: Callable[..., Any], applied: Path) -> None:
    manifest(names, applied)
    if not names:
        (applied / "workspace.yaml").write_text('{"version": 1, "workspace": "acme-dev", "structures": {"s": {"name": "S"}}}')
    found = centrali("apply", *LOCAL, "--yes", "--prune")
    assert (found.code, "5 of the 5 resources that are ours would be deleted" in found.err) == (8, True)
    assert "--allow-mass-delete" in found.err
    without = centrali("apply", *LOCAL, "--yes")
    assert (without.code, live()) == (8, set("abcde"))
    assert centrali("apply", *LOCAL, "--yes", "--prune", "--allow-mass-delete").code == 0
    assert live() == set(names)


def test_destroy_takes_what_is_ours_and_nothing_else(centrali: Callable[..., Any], applied: Path) -> None:
    with other_hands() as client:
        client.create(KINDS["function"], {"name": "theirs", "code": CODE})
    assert centrali("destroy", *LOCAL).code == 9
    assert live() == {*"abcde", "theirs"}
    assert centrali("destroy", *LOCAL, "--yes").code == 0
    assert live() == {"theirs"}
    assert "Nothing is recorded yet" in centrali("drift", *LOCAL).out
    assert applied.exists()


def test_what_is_forgotten_is_left_alone(centrali: Callable[..., Any], applied: Path) -> None:
    assert centrali("forget", "function/e", *LOCAL).out.startswith("function/e is no longer ours.")
    manifest("abcd", applied)
    assert "1 in the workspace not declared here and left alone" in centrali("apply", *LOCAL, "--yes", "--prune").out
    assert live() == set("abcde")
    assert (centrali("forget", "function/f", *LOCAL).code, centrali("forget", "nothing", *LOCAL).code) == (3, 3)


def test_two_deployments_share_a_workspace_and_name_each_other(centrali: Callable[..., Any], applied: Path) -> None:
    manifest("xy", applied, "billing.yaml", deployment="billing")
    assert centrali("apply", *LOCAL, "--yes", "--prune", "billing.yaml").code == 0
    assert live() == set("abcdexy")
    manifest("axy", applied, "billing.yaml", deployment="billing")
    found = centrali("apply", *LOCAL, "--yes", "billing.yaml")
    assert (found.code, "It belongs to the deployment default of this workspace." in found.err) == (8, True)
    assert centrali("destroy", *LOCAL, "--yes", "billing.yaml").code == 0
    assert live() == set("abcde")


def test_who_applies_is_named_to_who_comes_second(centrali: Callable[..., Any], applied: Path) -> None:
    manifest("abcdef", applied)
    holder = Holder("ann", "runner-7", "https://ci.example/job/1", "apply", "x", 0.0, 9e9)
    with other_hands() as client:
        WorkspaceDoor(client, "default").take(holder, now=0.0)
        found = centrali("apply", *LOCAL, "--yes")
        assert (found.code, "ann on runner-7, https://ci.example/job/1 is doing apply since" in found.err) == (6, True)
        assert live() == set("abcde")
        assert centrali("apply", *LOCAL, "--yes", "--no-lock").code == 0
        WorkspaceDoor(client, "default").unlock()
        WorkspaceDoor(client, "default").take(replace(holder, expires=1.0), now=0.0)  # its process is gone
    manifest("abcdefg", applied)
    assert centrali("apply", *LOCAL, "--yes").code == 0
    assert live() == set("abcdefg")


def test_without_a_ledger_nothing_is_ours(centrali: Callable[..., Any], project: Path) -> None:
    manifest("ab", project, ledger="none")
    assert centrali("apply", *LOCAL, "--yes").code == 0
    manifest("a", project, ledger="none")
    assert "adopted" not in centrali("plan", *LOCAL).out
    assert "No changes" in centrali("apply", *LOCAL, "--yes", "--prune").out
    assert live() == {"a", "b"}
    assert (centrali("drift", *LOCAL).code, centrali("destroy", *LOCAL, "--yes").code) == (3, 3)


def test_a_ledger_in_a_file_is_beside_the_manifest(centrali: Callable[..., Any], project: Path) -> None:
    manifest("abcde", project, ledger={"file": "ledger.json"})
    assert centrali("apply", *LOCAL, "--yes").code == 0
    assert json.loads((project / "ledger.json").read_text())["resources"].keys() == {f"function/{name}" for name in "abcde"}
    assert (project / "ledger.json").stat().st_mode & 0o777 == 0o600
    changed_by_hand("a", timeoutMs=7)
    assert centrali("drift", *LOCAL).code == 2
    with other_hands() as client:
        assert client.find(KINDS["structure"], "centrali-deploy-ledger") is None


def test_what_was_there_before_is_adopted_and_said_to_be(centrali: Callable[..., Any], project: Path) -> None:
    manifest("ab", project, ledger="none")
    centrali("apply", *LOCAL, "--yes")
    manifest("ab", project)
    assert "No changes. 2 unchanged, 2 of all found here and adopted." in centrali("apply", *LOCAL).out
    assert "No changes. 2 unchanged." in centrali("plan", *LOCAL).out


def test_a_secret_is_in_no_byte_of_the_ledger_and_its_change_is_noticed(
    centrali: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger = {
        "function": "a",
        "executionType": "on-demand",
        "triggerMetadata": {"params": {"key": {"value": "${env:KEY}", "encrypt": True}}},
    }
    manifest("a", project, triggers={"t": trigger}, ledger={"file": "ledger.json"})
    monkeypatch.setenv("KEY", "canary-4711")
    centrali("apply", *LOCAL, "--yes")
    assert "No changes" in centrali("plan", *LOCAL).out
    kept = b"".join(path.read_bytes() for path in project.rglob("ledger.json*") if path.is_file())
    assert b"$secret" in kept
    assert b"canary-4711" not in kept
    monkeypatch.setenv("KEY", "another")
    assert "~ trigger/t  secret changed" in centrali("plan", *LOCAL).out
    monkeypatch.delenv("KEY")
    assert "No changes" in centrali("plan", *LOCAL).out


def test_what_is_protected_is_left_out_and_the_rest_is_done(centrali: Callable[..., Any], applied: Path) -> None:
    manifest("abcdef", applied, environments={"prod": {"protect": ["function/a"]}})
    text = (applied / "workspace.yaml").read_text()
    (applied / "workspace.yaml").write_text(text.replace("1000", "2000"))
    found = centrali("apply", *LOCAL, "--yes", "-e", "prod")
    assert (found.code, "Left out: function/a: It is protected" in found.err, "Apply: 5 applied." in found.out) == (8, True, True)
    with other_hands() as client:
        timeouts = {item["name"]: item["timeoutMs"] for item in client.items(KINDS["function"])}
    assert timeouts == {name: 1000 if name == "a" else 2000 for name in "abcdef"}
    again = centrali("apply", *LOCAL, "--yes", "-e", "prod")
    assert (again.code, "Apply:" in again.out) == (8, False)
    assert centrali("drift", *LOCAL).code == 0


def test_what_is_adopted_as_it_is_is_named(centrali: Callable[..., Any], applied: Path) -> None:
    assert centrali("forget", *LOCAL, "function/b").code == 0
    assert "adopted (what is ours is deleted with --prune when it is no longer declared):\n  function/b\n" in centrali("plan", *LOCAL).out
    assert applied.exists()


def test_the_structure_that_the_ledger_needs_is_not_made_in_silence(centrali: Callable[..., Any], project: Path) -> None:
    manifest("a", project)
    said = "the structure centrali-deploy-ledger was made for that."
    assert said in centrali("apply", *LOCAL, "--yes").out
    manifest("ab", project)
    assert said not in centrali("apply", *LOCAL, "--yes").out
    assert json.loads(centrali("apply", "--local=other.db", "--yes", "-o", "json").out)["remark"].endswith(said)


def test_what_somebody_renamed_is_pruned_under_its_new_name_and_nothing_of_it_stays_recorded(
    centrali: Callable[..., Any], applied: Path
) -> None:
    changed_by_hand("a", name="z")
    manifest("bcde", applied)
    found = centrali("apply", *LOCAL, "--yes", "--prune")
    assert '- function/z  no longer declared, and renamed by somebody else\n    name: "a" -> "z"' in found.out
    assert live() == set("bcde")
    assert "No changes. 4 unchanged." in centrali("plan", *LOCAL).out


def test_several_refusals_are_sentences_one_after_the_other(centrali: Callable[..., Any], applied: Path) -> None:
    both = {"functions": {name: {"code": CODE} for name in "ab"}}
    (applied / "workspace.yaml").write_text(json.dumps({"version": 1, "workspace": "acme-dev", "deployment": "billing", **both}))
    said = centrali("apply", *LOCAL, "--yes").err
    assert "of this workspace. function/b: It belongs" in said
