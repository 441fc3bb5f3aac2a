"""Applying 200 creates to a server that takes 20 ms for each request, against the least time that can take.

The least is the longer of two: the creates of the longest chain one after the other, and all creates spread over as
many as ever go at the same time. Bare httpx in as many threads, side by side, tells how near anybody comes on this
machine. Then the same under limiters, sixty times as fast as one of 100 writes a minute: a second stands for a minute.
The server only waits, counts and answers, in a process of its own, so that the figures are about us.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import Process, Queue
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from centrali_deploy.apply.executor import MOST, execute
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.writing import Writing
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.following import followed
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LATENCY = 0.02
"""Seconds that the server takes for each request."""
CREATES, CHAIN = 200, 20
TIMES = 7
LIMIT, WINDOW = 100, 1.0
"""Writes that the limiter takes within so many seconds."""


@dataclass
class Counted:
    """What the server has seen: when it took writes, how many it refused, and how many came though it had asked to wait.

    What was on its way already when it asked is not counted among the latter.
    """

    limit: int
    taken: list[float] = field(default_factory=list)
    refused: int = 0
    insistent: int = 0
    since: float = 0.0
    until: float = 0.0

    def refusal(self, now: float) -> float:
        """Seconds to wait, if the limiter refuses a write that came now; otherwise it is taken."""
        recent = [moment for moment in self.taken[-self.limit :] if moment > now - WINDOW]
        if len(recent) < self.limit:
            self.taken.append(now)
            return 0.0
        self.since = now if now > self.until else self.since
        self.until = recent[0] + WINDOW
        self.refused += 1
        self.insistent += now > self.since + 2 * LATENCY
        return self.until - now


class Web(asyncio.Protocol):
    """Empty lists, and creates that always succeed unless the limiter refuses them; each answer after some time."""

    ids = count()

    def __init__(self, counted: Counted) -> None:
        """One connection."""
        self._counted, self._read = counted, b""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 -- the interface of asyncio
        """Somebody has connected."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A request, or a part of it."""
        self._read += data
        head, _, body = self._read.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if b"\r\n\r\n" in self._read and len(body) >= int(length or b"0"):
            self._read = b""
            method, path, _ = head.split(b" ", 2)
            asyncio.get_running_loop().call_later(LATENCY, self._answer, method, path, body)

    def _answer(self, method: bytes, path: bytes, body: bytes) -> None:
        wait = self._counted.refusal(time.monotonic()) if method == b"POST" and b"token" not in path else 0
        if path.endswith(b"/token"):
            answer: Any = {"access_token": "t", "expires_in": 3600}
        elif path == b"/counted":
            answer = {"taken": self._counted.taken, "refused": self._counted.refused, "insistent": self._counted.insistent}
        elif method == b"GET":
            answer = {"data": [], "meta": {"total": 0}}
        else:
            answer = {**json.loads(body), "id": f"00000000-0000-4000-8000-{next(self.ids):012x}"}
        text = json.dumps(answer).encode()
        status = b"429 Too Many Requests\r\nretry-after: %.3f" % wait if wait else b"200 OK"
        self._transport.write(
            b"HTTP/1.1 " + status + b"\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(text) + text
        )


def serve(limit: int, ready: Queue[int]) -> None:
    """Answer on a port, which is told."""

    async def answer() -> None:
        counted = Counted(limit)
        server = await asyncio.get_running_loop().create_server(lambda: Web(counted), "127.0.0.1", 0)
        ready.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(answer())


@contextmanager
def serving(limit: int = CREATES) -> Iterator[str]:
    """A server of its own that takes so many writes within a second; gives its URL."""
    ready: Queue[int] = Queue()
    server = Process(target=serve, args=(limit, ready), daemon=True)
    server.start()
    yield f"http://127.0.0.1:{ready.get(timeout=30)}"
    server.terminate()


def manifest(creates: int, chain: int) -> str:
    """Functions that nothing waits for, and a chain of structures that each refer to the one before."""
    lines = ["version: 1", "workspace: acme-dev", "functions:"]
    lines += [f"  f{n:03}: {{code: 'async function run() {{}}'}}" for n in range(creates - chain)]
    lines += ["structures:"] * bool(chain)
    for n in range(chain):
        target = f"properties: [{{name: before, type: reference, target: s{n - 1}}}]" if n else ""
        lines.append(f"  s{n}: {{name: S, {target}}}")
    return "\n".join(lines) + "\n"


class Applied(NamedTuple):
    """Seconds, and how many changes failed."""

    seconds: float
    failed: int


def applied(url: str, text: str, per_minute: int | None = None) -> Applied:
    """Carry out the plan of a manifest."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "workspace.yaml")
        path.write_text(text, encoding="utf-8")
        connection = Connection(url, "acme-dev", ServiceAccount("id", "secret"))
        with Client(connection, Sender(per_minute=per_minute)) as client:
            found = followed(plan(load([str(path)], {}), client, Policy()), lambda _: None)
            start = time.perf_counter()
            events = list(execute(found.plan, Writing(client, found.desired, found.live)))
            seconds = time.perf_counter() - start
    outcomes = [event for event in events if isinstance(event, Outcome)]
    assert len(outcomes) == len(found.plan.pending)  # noqa: S101 -- a figure of something else would be none
    return Applied(seconds, sum(outcome.status is not Status.APPLIED for outcome in outcomes))


def bare(url: str) -> float:
    """Seconds that as many creates take with httpx alone, as many at the same time as we ever send."""
    own = threading.local()

    def create(number: int) -> None:
        if not hasattr(own, "client"):
            own.client = httpx.Client(verify=False)  # noqa: S501 -- there is nothing to verify
        own.client.post(f"{url}/functions", json={"name": f"f{number:03}", "code": "async function run() {}"}).json()

    start = time.perf_counter()
    with ThreadPoolExecutor(MOST) as pool:
        list(pool.map(create, range(CREATES)))
    return time.perf_counter() - start


def several(work: Callable[[str], float]) -> float:
    """The middle one of several runs, each with a server of its own."""
    found = []
    for _ in range(TIMES):
        with serving() as url:
            found.append(work(url))
    return statistics.median(found)


def creating() -> None:
    """200 creates with and without a chain among them, and bare."""
    spread = CREATES / MOST * LATENCY
    alone = several(bare)
    for chain, name in ((0, f"apply, {CREATES} creates"), (CHAIN, f"apply, {CREATES}, of which {CHAIN} a chain")):
        text, least = manifest(CREATES, chain), max(chain * LATENCY, spread)
        ours = several(lambda url, text=text: applied(url, text).seconds)  # type: ignore[misc] -- of this round
        print(f"{name:<34} {ours * 1000:7.0f} ms   at least    {least * 1000:5.0f} ms   ratio {ours / least:5.2f}")
    name = f"  bare httpx, {MOST} at a time"
    print(f"{name:<34} {alone * 1000:7.0f} ms   at least    {spread * 1000:5.0f} ms   ratio {alone / spread:5.2f}")


def limited() -> None:
    """More creates than a limiter takes at once, told by it alone, and by a limit given beforehand."""
    print(f"a limiter of {LIMIT} writes a second (one of {LIMIT} a minute, sixty times as fast):")
    for name, per_minute in (("told by 429", None), ("told by the limit", int(LIMIT / WINDOW * 60))):
        with serving(LIMIT) as url:
            found = applied(url, manifest(3 * LIMIT + LIMIT // 2, 0), per_minute)
            seen = httpx.get(f"{url}/counted").json()
        most = max(sum(start <= moment < start + WINDOW for moment in seen["taken"]) for start in seen["taken"])
        print(
            f"  {name:<32} {found.seconds:7.1f} s    {len(seen['taken'])} taken, at most {most} in a second; "
            f"{seen['refused']} refused, {seen['insistent']} sent during a wait, {found.failed} changes failed"
        )


def main() -> None:
    """Print every figure."""
    creating()
    limited()


if __name__ == "__main__":
    main()
