"""An apply that was killed leaves behind what it did: the history says it, and what it did not record it calls unknown."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
from killing import CODE, place

from centrali_deploy.apply.executor import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from killing import Place

MANY = 24
MAKES = "POST /data/workspace/acme-dev/api/v1/compute-functions"
AT = MOST
"""One more than are begun at once, so that the first outcome was recorded before it."""


def manifest(ledger: str, timeout: int, *names: str) -> dict[str, Any]:
    functions = {name: {"code": CODE % 1, "timeoutMs": timeout} for name in ("changed", *names)}
    return {
        "version": 1,
        "workspace": "acme-dev",
        "ledger": {"file": "ledger.json"} if ledger == "file" else ledger,
        "functions": functions,
    }


@pytest.fixture(params=["workspace", "file"])
def killed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place where an apply was killed at one of the functions that it makes."""
    with place(tmp_path, manifest(request.param, 1000, "gone")) as found:
        (tmp_path / "workspace.yaml").rename(tmp_path / "before.yaml")
        more = manifest(request.param, 2000, *(f"f{number}" for number in range(MANY)))
        (tmp_path / "workspace.yaml").write_text(json.dumps(more))
        code, said = found.run("apply", "--yes", "--prune", at=AT, which=MAKES)
        assert code == -signal.SIGKILL, said
        yield found


def test_the_history_tells_what_was_done_and_what_is_unknown(killed: Place) -> None:
    code, said = killed.run("history", "show", "2", "-o", "json")
    entry = json.loads(said)["entry"]
    status = {each["address"].removeprefix("function/"): each["status"] for each in entry["outcomes"]}
    live = {name.removeprefix("function/") for name in killed.live()}
    applied = {name for name, ended in status.items() if ended == "applied"}
    assert (code, entry["state"], set(status.values())) == (0, "broke-off", {"applied", "unknown"})
    assert set(status) == {"gone", "changed", *(f"f{number}" for number in range(MANY))}
    assert applied <= live
    assert "broke off, " in killed.run("history")[1]


def test_drift_does_not_call_our_own_writes_somebody_else_s(killed: Place) -> None:
    code, said = killed.run("drift")
    assert (code, "No drift" in said) == (0, True), said


@pytest.mark.parametrize("number", [(), ("2",)])
def test_a_rollback_takes_back_what_it_did(killed: Place, number: tuple[str, ...]) -> None:
    code, said = killed.run("rollback", *number, "--yes")
    assert (code, "Back to before apply 2" in said) == (0, True), said
    assert {name: each["timeoutMs"] for name, each in killed.live().items() if "timeoutMs" in each} == {
        "function/changed": 1000,
        "function/gone": 1000,
        "function/foreign": 30000,
    }
    assert killed.run("drift")[0] == 0
    (killed.folder / "workspace.yaml").write_text((killed.folder / "before.yaml").read_text())
    code, said = killed.run("plan", "--prune", "--detailed-exitcode")
    assert (code, "No changes." in said) == (0, True), said
