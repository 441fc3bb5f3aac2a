"""Two applies at the same moment end in one of the two orders; who comes second waited, or left with 6 and wrote nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from killing import CODE, Place, place

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = int(os.environ.get("PAIRS", "3"))


def manifest(which: int) -> dict[str, Any]:
    functions = {f"f{n}": {"code": CODE % which, "timeoutMs": 1000 + which} for n in range(which, which + 6)}
    triggers = {f"t{which}": {"function": f"f{which}", "executionType": "on-demand", "description": str(which)}}
    return {"version": 1, "workspace": "acme-dev", "functions": functions, "triggers": triggers}


def begun(found: Place, which: int, *words: str) -> subprocess.Popen[str]:
    path = found.folder / f"{which}.yaml"
    path.write_text(json.dumps(manifest(which)))
    line = [sys.executable, "-m", "centrali_deploy", "apply", "--yes", "--prune", "--allow-mass-delete", *words, str(path)]
    return subprocess.Popen(  # noqa: S603 -- this project's own command
        line, env=os.environ | found.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def alone(folder: Path, which: int) -> dict[str, Any]:
    """Where an apply of one ends, whatever was there before."""
    folder.mkdir()
    with place(folder, manifest(0)) as found:
        with begun(found, which) as process:
            said, _ = process.communicate(timeout=60)
            assert process.returncode == 0, said
        return found.live()


@pytest.mark.parametrize("waiting", [True, False], ids=["waiting", "not-waiting"])
def test_two_applies_never_interleave(waiting: bool, tmp_path: Path) -> None:
    ends = {which: alone(tmp_path / f"alone{which}", which) for which in (1, 3)}
    words = ("--lock-timeout", "60s") if waiting else ()
    with place(tmp_path, manifest(0)) as found:
        for _ in range(PAIRS):
            with begun(found, 1, *words) as first, begun(found, 3, *words) as second:
                said = [process.communicate(timeout=120)[0] for process in (first, second)]
            codes = [first.returncode, second.returncode]
            live = found.live()
            assert live in ends.values(), said
            if waiting:
                assert codes == [0, 0], said
            else:
                assert 0 in codes, said
                assert set(codes) <= {0, 6}, said
                if 6 in codes:
                    assert live == ends[1 if codes[0] == 0 else 3], said
