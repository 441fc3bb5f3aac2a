"""A workspace on a port and commands in processes of their own, which can be killed at any of their requests."""

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

CODE = "async function run() { return %d; }"


@dataclass
class Killing:
    """An application that kills a process at one of its requests: before it takes effect, or after it and before its answer."""

    app: Any
    pid: int = 0
    at: int = -1
    after: bool = False
    which: str = ""
    """Of which requests it is the n-th: those with this in their method and path."""
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with self.lock:
            counts = scope["type"] == "http" and self.which in f"{scope['method']} {scope['path']}"
            mine, self.count = counts and self.count == self.at, self.count + counts
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

    def run(self, *words: str, at: int = -1, after: bool = False, which: str = "") -> tuple[int, str]:
        """Run a command in a process of its own, which is killed at a request."""
        self.killing.count, self.killing.at, self.killing.after, self.killing.which = 0, -1, after, which
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
        return standing(self.client)


def standing(client: Client) -> dict[str, Any]:
    """Everything in a workspace, without what each resource has of its own."""
    names = {}
    for kind in KINDS.values():
        for item in client.items(kind):
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
def place(folder: Path, first: dict[str, Any]) -> Iterator[Place]:
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
                (folder / "workspace.yaml").write_text(json.dumps(first))
                code, said = found.run("apply", "--yes")
                assert code == 0, said
                yield found
        finally:
            server.should_exit = True
            thread.join(10)
    app.state.store.close()
