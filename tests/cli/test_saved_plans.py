"""What was approved is what runs: plans that were saved, shown, applied, and refused when something moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.cli.connection import Settings, connect
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

LOCAL = ("--local=.centrali/local.db",)
CODE = "async function run() {}"
SECRET = {"function": "a", "executionType": "on-demand", "triggerMetadata": {"params": {"key": {"value": "${env:KEY}", "encrypt": True}}}}


def manifest(folder: Path, **timeouts: int) -> None:
    functions = {name: {"code": CODE, "timeoutMs": ms} for name, ms in timeouts.items()}
    (folder / "workspace.yaml").write_text(
        json.dumps({"version": 1, "workspace": "acme-dev", "functions": functions, "triggers": {"t": SECRET}})
    )


def by_hand(name: str, **body: Any) -> None:
    with connect(Settings(local=LOCAL[0].removeprefix("--local=")), load(["workspace.yaml"], {}), {}) as client:
        kind = KINDS["function"]
        found = client.find(kind, name)
        if found:
            client.update(kind, found["id"], body)
        else:
            client.create(kind, {"name": name, "code": CODE, **body})


@pytest.fixture
def saved(centrali: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan of one update and one create in plan.json."""
    monkeypatch.setenv("KEY", "canary-17")
    manifest(project, a=1000)
    assert centrali("apply", *LOCAL, "--yes").code == 0
    manifest(project, a=2000, b=1000)
    assert "Saved as plan.json" in centrali("plan", *LOCAL, "--out", "plan.json").out
    return project


def test_a_saved_plan_is_shown_as_it_was_without_a_network(centrali: Callable[..., Any], saved: Path) -> None:
    before = centrali("plan", *LOCAL).out
    for path in (saved / ".centrali").iterdir():
        path.unlink()
    shown = centrali("show", "plan.json").out
    assert before.split("\n", 1)[1].split("\n? ")[0].rsplit("\n", 3)[0] in shown
    assert shown.startswith("Workspace acme-dev at .centrali/local.db\n")
    assert centrali("show", "plan.json", "--detailed-exitcode").code == 2
    assert json.loads(centrali("show", "plan.json", "-o", "json").out)["plan"]["summary"]["update"] == 1


def test_it_holds_no_secret_and_only_its_owner_reads_it(saved: Path) -> None:
    assert "canary" not in (saved / "plan.json").read_text()
    assert (saved / "plan.json").stat().st_mode & 0o777 == 0o600


def test_a_saved_plan_is_applied_as_it_was_reviewed_without_its_manifest(centrali: Callable[..., Any], saved: Path) -> None:
    text = (saved / "workspace.yaml").read_text()
    (saved / "workspace.yaml").unlink()
    assert centrali("apply", *LOCAL, "plan.json").code == 9
    assert "Apply: 2 applied." in centrali("apply", *LOCAL, "--yes", "plan.json").out
    (saved / "workspace.yaml").write_text(text)
    assert "No changes. 3 unchanged." in centrali("plan", *LOCAL).out


def test_what_moved_is_named_and_nothing_is_written(centrali: Callable[..., Any], saved: Path) -> None:
    by_hand("a", description="moved")
    found = centrali("apply", *LOCAL, "--yes", "plan.json")
    assert (found.code, "function/a moved since" in found.err, "function/b" in found.err) == (5, True, False)
    assert "to create" in centrali("plan", *LOCAL).out
    assert saved.exists()


def test_what_does_not_touch_the_plan_does_not_matter(centrali: Callable[..., Any], saved: Path) -> None:
    by_hand("unrelated", description="x")
    assert "Apply: 2 applied." in centrali("apply", *LOCAL, "--yes", "plan.json").out
    assert saved.exists()


def test_a_refreshed_plan_says_what_was_and_what_is_to_be_done(centrali: Callable[..., Any], saved: Path) -> None:
    by_hand("a", timeoutMs=3000)
    found = centrali("apply", *LOCAL, "--yes", "--refresh", "plan.json")
    assert "then: ~ function/a" in found.out
    assert "timeoutMs: 1000 -> 2000" in found.out
    assert "now: ~ function/a" in found.out
    assert "timeoutMs: 3000 -> 2000 (somebody else changed it, too)" in found.out
    assert "Apply: 2 applied." in found.out
    assert saved.exists()


def test_a_plan_that_was_applied_is_stale(centrali: Callable[..., Any], saved: Path) -> None:
    centrali("apply", *LOCAL, "--yes", "plan.json")
    assert centrali("apply", *LOCAL, "--yes", "plan.json").code == 5
    assert saved.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("apply", *LOCAL, "--yes", "--prune", "plan.json"), "says itself what is pruned"),
        (("apply", *LOCAL, "--yes", "-e", "prod", "plan.json"), "says itself which environment"),
        (("apply", *LOCAL, "--yes", "--refresh"), "--refresh is for saved plans"),
        (("apply", *LOCAL, "--yes", "--workspace", "other", "plan.json"), "The plan is for the workspace acme-dev"),
        (
            ("apply", "--local=other.db", "--yes", "plan.json"),
            "The plan is for acme-dev at .centrali/local.db, and acme-dev at other.db is meant here.",
        ),
        (("apply", "--local=other.db", "--yes", "--refresh", "plan.json"), "Give --local=.centrali/local.db, or make a new plan."),
        (
            ("apply", "--url", "https://staging.example", "--yes", "plan.json"),
            "and acme-dev at https://api.staging.example is meant here.",
        ),
        (("apply", *LOCAL, "--yes", "plan.json", "workspace.yaml"), "plan.json is a saved plan, and stands alone."),
        (("apply", *LOCAL, "--yes", "workspace.yaml", "plan.json"), "To apply it: centrali-deploy apply plan.json."),
        (("plan", *LOCAL, "plan.json", "plan.json"), "plan.json is a saved plan, and stands alone."),
        (("destroy", *LOCAL, "--yes", "plan.json"), "plan.json is a saved plan, not a manifest."),
        (("validate", "plan.json"), "plan.json is a saved plan, not a manifest."),
        (("validate", "plan.json"), "To look at it: centrali-deploy show plan.json."),
        (("show", "plan.json", "workspace.yaml"), "2 files are named, and one is shown at a time."),
        (("show", "plan.json", "workspace.yaml"), "To look at it: centrali-deploy show plan.json."),
        (("show", "workspace.yaml"), "is not a saved plan"),
        (("show", "nothing.json"), "is not a saved plan"),
    ],
)
def test_what_makes_no_sense_with_a_saved_plan_is_refused(
    words: tuple[str, ...], said: str, centrali: Callable[..., Any], saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CENTRALI_TOKEN", "canary-token")
    found = centrali(*words)
    assert (found.code, said in found.err) == (3, True)
    assert saved.exists()


def test_a_plan_that_cannot_be_written_leaves_what_is_there(centrali: Callable[..., Any], saved: Path) -> None:
    (saved / "taken.json").mkdir()
    found = centrali("plan", *LOCAL, "--out", "taken.json")
    assert (found.code, "taken.json cannot be written" in found.err) == (1, True)
    assert [path.is_dir() for path in saved.glob("taken*")] == [True]
    assert centrali("plan", *LOCAL, "--out", "no/such/folder/plan.json").code == 1


def test_a_plan_of_the_first_format_stays_readable(centrali: Callable[..., Any], project: Path) -> None:
    (project / "old.json").write_bytes((Path(__file__).parents[1] / "golden" / "plan-format-1.json").read_bytes())
    shown = centrali("show", "old.json").out
    assert "~ function/a  fields differ" in shown
    assert "digest 727392a29e2bf91f" in shown


def test_a_plan_that_does_not_say_where_it_is_for_stays_usable(centrali: Callable[..., Any], saved: Path) -> None:
    said = json.loads((saved / "plan.json").read_text())
    assert said.pop("server") == ".centrali/local.db"
    (saved / "plan.json").write_text(json.dumps(said))
    assert "Apply: 2 applied." in centrali("apply", *LOCAL, "--yes", "plan.json").out


def test_the_same_file_is_the_same_local_workspace_however_it_is_written(centrali: Callable[..., Any], saved: Path) -> None:
    assert "Apply: 2 applied." in centrali("apply", f"--local={saved}/./.centrali/local.db", "--yes", "plan.json").out


def test_a_plan_takes_the_place_of_an_older_plan_and_of_nothing_else(centrali: Callable[..., Any], saved: Path) -> None:
    assert centrali("plan", *LOCAL, "--out", "plan.json").code == 0
    before = (saved / "workspace.yaml").read_bytes()
    found = centrali("plan", *LOCAL, "--out", "workspace.yaml")
    assert (found.code, "workspace.yaml is there and is not a saved plan" in found.err) == (3, True)
    assert (saved / "workspace.yaml").read_bytes() == before


def test_a_plan_is_its_owners_own_whatever_lies_beside_it(centrali: Callable[..., Any], saved: Path) -> None:
    (saved / "next.json.new").write_text("mine")
    assert centrali("plan", *LOCAL, "--out", "next.json").code == 0
    assert ((saved / "next.json").stat().st_mode & 0o777, (saved / "next.json.new").read_text()) == (0o600, "mine")
    assert sorted(path.name for path in saved.glob("next*")) == ["next.json", "next.json.new"]
