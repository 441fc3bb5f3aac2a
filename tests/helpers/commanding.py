"""Commands in this process on one local workspace, each as if in a process of its own, with everything that they say."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, Never, Self

import pytest
from hypothesis import HealthCheck, Phase, settings
from striking import Killed, Striking, rows

from centrali_deploy.cli import run
from centrali_deploy.ledger.packing import unpacked
from centrali_deploy.local.app import create_app
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender
from centrali_deploy.wire import RESERVED

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Coroutine, Iterable, Iterator

EXAMPLES = int(os.environ.get("INVARIANTS", "100"))
trying = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES <= 100, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""How many scenes are tried: always the same ones, unless there are more of them than usual. What fails is shown as it is:
to make it smaller would take minutes."""
rarely = settings(trying, max_examples=EXAMPLES // 4)
"""For what takes as long and finds less."""
CANARY = "canary-5f1d"
WORKSPACE = "acme-dev"


class Inline:
    """In the place of a pool of threads: what is submitted is done at once, so that runs are alike."""

    def __init__(self, _threads: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except BaseException as error:  # noqa: BLE001 -- as a pool does
            future.set_exception(error)
        return future

    @staticmethod
    def map(function: Callable[..., Any], *arguments: Iterable[Any]) -> Iterator[Any]:
        return iter(list(map(function, *arguments)))

    @staticmethod
    def shutdown(**_how: bool) -> None:
        pass


def unexpected(error: Exception) -> Never:
    """In the place of a log: the test shows where it came from."""
    raise error


def driven(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives that never waits, without a loop of events."""
    try:
        coroutine.send(None)
    except StopIteration as stopped:
        return stopped.value
    raise AssertionError


def quickly_sealed(text: bytes, *, salt: bytes, dklen: int, **_cost: int) -> bytes:
    return hashlib.blake2b(text, key=salt[:64], digest_size=dklen).digest()


class Ended(NamedTuple):
    """How a command ended: no code when it was killed."""

    code: int | None
    out: str
    err: str
    way: Striking

    @property
    def answer(self) -> dict[str, Any]:
        return dict(json.loads(self.out))

    @property
    def said(self) -> str:
        """What there is to see when something is wrong."""
        known = self.answer if self.out.startswith("{") and self.code is not None else {}
        outcomes = [(each["address"], each["action"], each["status"], each["error"]) for each in known.get("outcomes", ())]
        changes = [(each["address"], each["action"], each["reason"]) for each in known.get("plan", {}).get("changes", ())]
        effects = [(effect.method, effect.path.partition("/v1/")[2], [*effect.changed]) for effect in self.way.effects]
        short = [*changes, *outcomes, known.get("error"), known.get("unproven")] if known else self.out
        return f"{self.code} {short} {self.err} {dict(self.way.hits)} {effects}"


@dataclass
class Commands:
    """The workspace, and the commands that were run on it. `gone`: processes that have ended."""

    monkeypatch: pytest.MonkeyPatch
    app: Any = None
    texts: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    inline: bool = True
    _numbers: int = 0
    _process: str = ""
    _way: Striking | None = None

    def __post_init__(self) -> None:
        patch = self.monkeypatch
        patch.setenv("GITHUB_ACTOR", "ann")
        patch.setenv("GITHUB_SHA", "c0ffee")
        patch.setenv("EXAMPLE_SECRET", CANARY)
        patch.setattr("centrali_deploy.cli.running.connect", lambda *_settings, **_more: self._client())
        patch.setattr("centrali_deploy.cli._failure", unexpected)
        patch.setattr("centrali_deploy.pipeline.acting.process", lambda: self._process)
        patch.setattr("centrali_deploy.ledger.model.is_gone", lambda process: process in self.gone)

    def serial(self) -> None:
        """From now on, one request after the other, in this thread alone; and nothing is made slow on purpose."""
        self.monkeypatch.setattr("centrali_deploy.remote.in_process.asyncio", SimpleNamespace(run=driven))
        self.monkeypatch.setattr("centrali_deploy.sealing.hashlib", SimpleNamespace(scrypt=quickly_sealed, sha256=hashlib.sha256))
        for module in ("apply.executor", "remote.observation", "remote.counting", "remote.client"):
            self.monkeypatch.setattr(f"centrali_deploy.{module}.ThreadPoolExecutor", Inline)

    def fresh(self, **how: Any) -> None:
        """A new workspace, of which nothing is known."""
        self.close()
        self.app, self.texts, self.gone = create_app(":memory:", workspaces=[WORKSPACE], **how), [], set()

    def close(self) -> None:
        if self.app is not None:
            self.app.state.store.close()

    def run(self, *words: str, way: Striking | None = None) -> Ended:
        """Run a command, on a way that may be rough."""
        before, self._numbers = (self._way, self._process), self._numbers + 1
        self._way, self._process = way or Striking(self.app), f"run {self._numbers}"
        out, err, code = io.StringIO(), io.StringIO(), None
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run(words)
        except Killed as error:
            self.texts.append(repr(error.__context__))
        finally:
            self.gone.add(self._process)
            ended = Ended(code, out.getvalue(), err.getvalue(), self._way)
            self._way, self._process = before
        self.texts += [ended.out, ended.err]
        return ended

    def _client(self) -> Client:
        now = [0.0]

        def sleep(seconds: float) -> None:
            now[0] += seconds

        assert self._way is not None
        self._way.tick = sleep
        account = self.app.state.accounts[WORKSPACE]
        connection = Connection("http://localhost", WORKSPACE, ServiceAccount(account.client_id, account.client_secret))
        sender = Sender(self._way, sleep=sleep, clock=lambda: now[0], chance=lambda: 0.5)
        if self.inline:
            sender.pace._width = sender.pace._most = 1  # noqa: SLF001 -- one after the other
        return Client(connection, sender)

    def hands(self) -> Client:
        """Somebody else, at the console."""
        account = self.app.state.accounts[WORKSPACE]
        connection = Connection("http://localhost", WORKSPACE, ServiceAccount(account.client_id, account.client_secret))
        return Client(connection, Sender(InProcess(self.app), sleep=lambda _seconds: None))

    def exactly(self) -> list[Any]:
        """Every byte that is kept: resources and records."""
        tables = ("objects", "records", "record_versions")
        return [self.app.state.store.select(f"select * from {table}") for table in tables]  # noqa: S608 -- our own names

    def of(self, mark: str) -> list[Any]:
        """Every byte of what has a mark in its name: resources and records."""
        store = self.app.state.store
        return [
            store.select("select * from objects where name like ? order by number", (f"{mark}%",)),
            store.select("select * from records where slug like ? order by number", (f"{mark}%",)),
        ]

    def live(self) -> set[str]:
        return set(rows(self.app))

    def everything_said(self) -> str:
        """Every output so far, and every text of the ledger, unpacked."""
        kept = [text for (text,) in self.app.state.store.select("select data from records where slug = ?", (RESERVED,))]
        return "\n".join([*self.texts, *kept, *(_inside(json.loads(text)["text"]) for text in kept)])


def _inside(text: str) -> str:
    """What is packed, and what is packed in that."""
    try:
        said = unpacked(text)
    except ValueError:  # a piece of something longer
        return text
    parts = [part for part in said.values() if isinstance(part, str)] if isinstance(said, dict) else []
    return json.dumps(said) + "".join(_inside(part) for part in parts if part.startswith("z:"))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    found = Commands(monkeypatch)
    found.serial()
    yield found
    found.close()


def told(words: str, seen: Counter[str]) -> None:
    sys.stderr.write(f"\n{words}: {', '.join(f'{count} {name}' for name, count in sorted(seen.items()))}\n")
