"""A killed apply needs no repair: run again, it ends where one that was not killed does, whichever request it was killed at."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from killing import CODE, place

if TYPE_CHECKING:
    from pathlib import Path

EVERY = int(os.environ.get("KILLED_EVERY", "15"))
"""Of all the requests, at which the process is killed: 1 is each of them."""


def manifest(second: bool) -> dict[str, Any]:
    """Two manifests of one workspace, between which lie thirty changes of every sort and kind."""
    first = not second
    functions = {f"f{n}": {"code": CODE % n, "timeoutMs": 1000 + second} for n in range(8 if first else 14)}
    structures: dict[str, Any] = {
        f"s{n}": {"name": f"S{n}", "properties": [{"name": "a", "type": "string"}]} for n in range(3 if first else 7)
    }
    triggers: dict[str, Any] = {
        f"t{n}": {"function": f"f{n % 6}", "executionType": "on-demand", "description": f"{second}"} for n in range(4 if first else 8)
    }
    if second:
        structures["s0"]["properties"].append({"name": "next", "type": "reference", "target": "s4"})
        structures["s4"]["properties"].append({"name": "back", "type": "reference", "target": "s0"})
        triggers["renamed"] = {**triggers.pop("t3"), "renamedFrom": "t3"}
        del functions["f7"]
    flow = {
        "name": "Flow",
        "status": "active",
        "trigger": {"type": "on-demand"},
        "steps": [{"id": "one", "type": "compute", "function": "f1"}],
    }
    orchestrations = {"flow": flow if second else {**flow, "status": "draft"}, **({"gone": flow} if first else {"new": flow})}
    sections = {"structures": structures, "functions": functions, "triggers": triggers, "orchestrations": orchestrations}
    return {"version": 1, "workspace": "acme-dev", **sections}


APPLY = ("apply", "--yes", "--prune")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    """How many requests an apply takes that nobody kills, and where it ends."""
    folder = tmp_path_factory.mktemp("whole")
    with place(folder, manifest(second=False)) as found:
        (folder / "workspace.yaml").write_text(json.dumps(manifest(second=True)))
        code, said = found.run(*APPLY)
        assert (code, "Apply: 30 applied." in said) == (0, True), said
        return found.killing.count, found.live()


@pytest.mark.parametrize("after", [False, True], ids=["before-its-effect", "after-its-effect"])
def test_wherever_it_is_killed_the_next_apply_ends_where_it_would_have(
    after: bool, whole: tuple[int, dict[str, Any]], tmp_path: Path
) -> None:
    requests, expected = whole
    points = range(1 if EVERY == 1 else 4, requests, EVERY)
    wrong = []
    for at in points:
        folder = tmp_path / str(at)
        folder.mkdir()
        with place(folder, manifest(second=False)) as found:
            (folder / "workspace.yaml").write_text(json.dumps(manifest(second=True)))
            code, said = found.run(*APPLY, at=at, after=after)
            assert code == -signal.SIGKILL, said
            again = found.run(*APPLY)
            empty = found.run("plan", "--prune", "--detailed-exitcode")
            if again[0] != 0 or empty[0] != 0 or found.live() != expected:
                wrong.append((at, again, empty))
    assert wrong == []
    sys.stderr.write(
        f"\n{len(points)}/{len(points)} crash points converge ({'after' if after else 'before'} the effect, of {requests} requests)\n"
    )
