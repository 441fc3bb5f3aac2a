"""What the lock and the ledger take of an apply of 200 creates, on a server that takes 20 ms for each request.

The same manifest is applied to new workspaces in turn with a ledger and without one, whole processes both. The share is
what is spent with one and not without it.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import contextmanager
from multiprocessing import Process, Queue
from pathlib import Path
from typing import TYPE_CHECKING

from applying import CREATES, LATENCY, manifest
from figures import python, requests, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = 5


@contextmanager
def serving(folder: str, latency: float) -> Iterator[dict[str, str]]:
    """A new local workspace in a process of its own; gives the settings to reach it."""
    ready: Queue[dict[str, str]] = Queue()
    server = Process(target=serve, args=(str(Path(folder, "local.db")), ready, latency), daemon=True)
    server.start()
    yield ready.get(timeout=30)
    server.terminate()
    server.join(10)


def applied(text: str) -> tuple[float, str]:
    """Seconds that it takes to apply a manifest to a new workspace, and how many requests."""
    with tempfile.TemporaryDirectory() as folder, serving(folder, LATENCY) as environ:
        path = Path(folder, "workspace.yaml")
        path.write_text(text, encoding="utf-8")
        start = time.perf_counter()
        said = python("-m", "centrali_deploy", "apply", "--yes", str(path), **environ)
        return time.perf_counter() - start, requests(said)


def main() -> None:
    """Print the share."""
    text = manifest(CREATES, 0)
    rounds = [(applied(text), applied(text + "ledger: none\n")) for _ in range(TIMES)]
    kept, bare = (statistics.median(seconds for seconds, _ in column) for column in zip(*rounds, strict=True))
    (_, used), (_, least) = rounds[0]
    name = f"apply, {CREATES} creates, with a ledger"
    print(f"{name:<34} {kept * 1000:7.0f} ms   without     {bare * 1000:5.0f} ms   ratio {kept / bare:5.2f}")
    print(f"{'  lock and ledger':<34} {(kept - bare) / kept:7.0%} of the time; {used}, {least} without")


if __name__ == "__main__":
    main()
