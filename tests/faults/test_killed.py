"""A killed apply needs no repair: run again, it ends where one that was not killed does, whichever request it was killed at."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.serving import bound
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY = int(os.environ.get("KILLED_EVERY", "15"))
"""Of all the requests, at which the process is killed: 1 is each of them."""
CODE = "async function run() { return %d; }"


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


@dataclass
class Killing:
    """An application that kills a process at one of its requests: before it takes effect, or after it and before its answer."""

    app: Any
    pid: int = 0
    at: int = -1
    after: bool = False
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with self.lock:
            mine, self.count = self.count == self.at, self.count + 1
        if mine and not self.after:
            os.kill(self.pid, signal.SIGKILL)
            return
        kept: list[Any] = []

        async def keep(message: Any) -> None:
            kept.append(message)

        await self.app(scope, receive, keep if mine else send)
        if mine:
            os.kill(self.pid, signal.SIGKILL)


@dataclass
class Place:
    killing: Killing
    environ: dict[str, str]
    client: Client
    folder: Path

    def run(self, *words: str, at: int = -1, after: bool = False) -> tuple[int, str]:
        """Run a command in a process of its own, which is killed at a request."""
        self.killing.count, self.killing.at, self.killing.after = 0, -1, after
        with subprocess.Popen(  # noqa: S603 -- this project's own command
            [sys.executable, "-c", "input(); from centrali_deploy.__main__ import main; main()", *words],
            cwd=self.folder, env=os.environ | self.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        ) as process:  # fmt: skip
            self.killing.pid, self.killing.at = process.pid, at
            said, _ = process.communicate("\n", timeout=60)
        self.killing.at = -1
        return process.returncode, said

    def live(self) -> dict[str, Any]:
        """Everything that is there, without what each resource has of its own."""
        names = {}
        for kind in KINDS.values():
            for item in self.client.items(kind):
                assert (kind.name, item[kind.identity]) not in names, "a duplicate"
                names[kind.name, item[kind.identity]] = item
        ids = {item["id"]: name for (_, name), item in names.items()}
        own = {"id", "createdAt", "updatedAt", "createdBy", "updatedBy", "version", "health"}
        found = {f"{kind}/{name}": {m: v for m, v in item.items() if m not in own} for (kind, name), item in names.items()}
        text = json.dumps(found, sort_keys=True)
        for id_, name in ids.items():
            text = text.replace(id_, f"the id of {name}")
        return dict(json.loads(text))


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """A workspace in which the first manifest was applied, and something foreign is."""
    app = create_app(":memory:", workspaces=["acme-dev"])
    killing = Killing(app)
    server = uvicorn.Server(uvicorn.Config(killing, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    with bound(0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        account, url = app.state.accounts["acme-dev"], f"http://127.0.0.1:{listening.getsockname()[1]}"
        environ = {"CENTRALI_URL": url, "CENTRALI_CLIENT_ID": account.client_id, "CENTRALI_CLIENT_SECRET": account.client_secret}
        try:
            with Client(Connection(url, "acme-dev", ServiceAccount(account.client_id, account.client_secret))) as client:
                found = Place(killing, environ, client, folder)
                client.create(KINDS["function"], {"name": "foreign", "code": CODE % 0})
                (folder / "workspace.yaml").write_text(json.dumps(manifest(second=False)))
                code, said = found.run("apply", "--yes")
                assert code == 0, said
                (folder / "workspace.yaml").write_text(json.dumps(manifest(second=True)))
                yield found
        finally:
            server.should_exit = True
            thread.join(10)
    app.state.store.close()


APPLY = ("apply", "--yes", "--prune")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    """How many requests an apply takes that nobody kills, and where it ends."""
    with place(tmp_path_factory.mktemp("whole")) as found:
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
        with place(folder) as found:
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
