"""The lock of an apply that was killed is free again within its lease, without any command; on the same machine at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from killing import CODE, Place, place

from centrali_deploy.ledger.processes import process
from centrali_deploy.ledger.workspace import WorkspaceDoor

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = """
input()
from centrali_deploy.ledger import lease, processes
lease.LEASE, lease.MARGIN = 5.0, 0.5
processes._machine = lambda known=processes._machine: known() + "{elsewhere}"
from centrali_deploy.__main__ import main
main()
"""


def manifest(folder: Path, number: int) -> None:
    functions = {f"f{n}": {"code": CODE % number} for n in range(4)}
    (folder / "workspace.yaml").write_text(json.dumps({"version": 1, "workspace": "acme-dev", "functions": functions}))


def killed(found: Place, elsewhere: str) -> float:
    """An apply that is killed when it has the lock and has written something; gives the end of its lease, in Unix seconds."""
    line = [sys.executable, "-c", COMMAND.format(elsewhere=elsewhere), "apply", "--yes"]
    found.killing.count, found.killing.at, found.killing.after, found.killing.which = 0, -1, True, "/compute-functions/"
    with subprocess.Popen(  # noqa: S603 -- this project's own command
        line, cwd=found.folder, env=os.environ | found.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    ) as begun:  # fmt: skip
        found.killing.pid, found.killing.at = begun.pid, 5  # four may have been looked at
        said, _ = begun.communicate("\n", timeout=60)
    found.killing.at, found.killing.which = -1, ""
    assert begun.returncode == -signal.SIGKILL, said
    held = WorkspaceDoor(found.client, "default").holder()
    assert held, said
    return held.expires


def test_of_one_on_another_machine_it_is_free_when_its_lease_is_over_and_not_before(tmp_path: Path) -> None:
    manifest(tmp_path, 0)
    with place(tmp_path, json.loads((tmp_path / "workspace.yaml").read_text())) as found:
        manifest(tmp_path, 1)
        expires = killed(found, " of somebody else")
        code, said = found.run("apply", "--yes", "--lock-timeout", "60s")
        assert (code, time.time() >= expires) == (0, True), said
        assert found.run("plan", "--detailed-exitcode")[0] == 0


@pytest.mark.skipif(not process(), reason="what became of a process is known on Linux alone")
def test_of_one_on_this_machine_it_is_free_at_once(tmp_path: Path) -> None:
    manifest(tmp_path, 0)
    with place(tmp_path, json.loads((tmp_path / "workspace.yaml").read_text())) as found:
        manifest(tmp_path, 1)
        killed(found, "")
        assert found.run("apply", "--yes")[0] == 0
