"""The figures, measured side by side in one run and printed as ratios; the median of several runs each.

Start-up against a bare interpreter; validating 1,000 resources against the YAML parser; a plan of 1,000 resources in
which nothing changed, ledger and all, against fetching the same pages bare with httpx, one after the other and four at a time; functions
run in the sandbox, and the memory of the process they run in.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from compileall import compile_dir
from multiprocessing import Process, Queue
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

import centrali_deploy
from centrali_deploy.local.app import create_app
from centrali_deploy.local.sandbox import Sandbox
from centrali_deploy.local.serving import bound

if TYPE_CHECKING:
    from collections.abc import Callable

LATENCY = 0.05
"""Seconds that the server adds to each request."""
STRUCTURES, FUNCTIONS, TRIGGERS, ORCHESTRATIONS = 550, 300, 100, 50
FUNCTION = """\
async function run() {{
  const {{ items }} = await api.queryRecords('s{n:04}', {{ filter: {{ 'data.field1': 'x' }} }});
{totals}
  for (const item of items) {{
    const changed = await api.updateRecord(item.id, {{ field1: 'done' }});
    if (!changed) continue;
    await api.createRecord('s{other:04}', {{ field1: item.data.field1, at: new Date().toISOString() }});
  }}
  api.log({{ message: 'done' }});
  return {{ total0, total1 }};
}}
{parts}"""
TOTAL = "  const total{n} = items.filter((item) => item.status === 'open{n}').length;"
PART = """\
function part{n}(a, b) {{
  const sum = a + b;
  return sum > {n} ? `${{sum}}` : String(b);
}}
"""


def function(n: int) -> str:
    """A function of about 3 KB that asks for records, changes some, and has functions of its own."""
    totals = "\n".join(TOTAL.format(n=each) for each in range(20))
    return FUNCTION.format(n=n, other=n + TRIGGERS, totals=totals, parts="".join(PART.format(n=each) for each in range(12)))


def generated() -> str:
    """A manifest of 1,000 resources, about 1.6 MB."""
    lines = ["version: 1", "workspace: acme-dev", "structures:"]
    for n in range(STRUCTURES):
        lines += [f"  s{n:04}:", f"    name: Structure {n}", "    properties:"]
        lines += [f"      - {{name: field{p}, type: string, required: true, maxLength: 32}}" for p in range(12)]
    lines.append("functions:")
    for n in range(FUNCTIONS):
        lines += [f"  f{n:04}:", "    timeoutMs: 30000", "    code: |"]
        lines += ["      " + line for line in function(n).splitlines()]
    lines.append("triggers:")
    for n in range(TRIGGERS):
        lines += [f"  t{n:04}:", f"    function: f{n:04}", "    executionType: event-driven"]
        lines.append(f"    triggerMetadata: {{event: record_created, recordSlug: s{n:04}}}")
    lines.append("orchestrations:")
    for n in range(ORCHESTRATIONS):
        lines += [f"  o{n:04}:", f"    name: Orchestration {n}", "    trigger: {type: on-demand}", "    steps:"]
        lines.append(f"      - {{id: only, type: compute, function: f{n:04}}}")
    return "\n".join(lines) + "\n"


def slow(app: Any, latency: float) -> Any:  # noqa: ANN401 -- an ASGI application
    """The application behind a network that takes its time."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 -- the ASGI interface
        await asyncio.sleep(latency)
        await app(scope, receive, send)

    return answer


def serve(database: str, ready: Queue[dict[str, str]], latency: float = LATENCY) -> None:
    """Serve the local workspace with latency, in a process of its own."""
    app = create_app(database, workspaces=["acme-dev"])
    listening = bound(0)
    account = app.state.accounts["acme-dev"]
    ready.put(
        {
            "CENTRALI_URL": f"http://127.0.0.1:{listening.getsockname()[1]}",
            "CENTRALI_CLIENT_ID": account.client_id,
            "CENTRALI_CLIENT_SECRET": account.client_secret,
        }
    )
    uvicorn.Server(uvicorn.Config(slow(app, latency), log_level="error", lifespan="off")).run(sockets=[listening])


def median(times: int, work: Callable[[], object]) -> float:
    """Seconds, the middle one of several runs."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def python(*words: str, **environ: str) -> str:
    """Run this interpreter; gives what it prints."""
    run = subprocess.run([sys.executable, *words], env=os.environ | environ, capture_output=True, text=True, check=True)
    return run.stdout


def requests(said: str) -> str:
    """How many requests a command took, as it says at the end."""
    return said.strip().splitlines()[-1].rstrip(".")


BARE = """
import httpx, sys, os
from concurrent.futures import ThreadPoolExecutor
workers = int(sys.argv[1])
url = os.environ["CENTRALI_URL"]
form = {"grant_type": "client_credentials"}
form |= {"client_id": os.environ["CENTRALI_CLIENT_ID"], "client_secret": os.environ["CENTRALI_CLIENT_SECRET"]}
client = httpx.Client(base_url=url, timeout=60)
client.headers["Authorization"] = "Bearer " + client.post("/oidc/token", data=form).json()["access_token"]
data = "/data/workspace/acme-dev/api/v1"
paths = [f"{data}/collections?page={n}&limit=100" for n in range(1, 7)]
paths += [f"{data}/compute-functions?page={n}&limit=100" for n in range(1, 4)]
paths += [f"{data}/function-triggers?page=1&limit=100", "/orchestration/ws/acme-dev/api/v1/orchestrations?page=1&pageSize=100"]
with ThreadPoolExecutor(workers) as pool:
    sum(len(page["data"]) for page in pool.map(lambda path: client.get(path).json(), paths))
"""


def startup() -> None:
    """`--version` and `--help` against a bare interpreter."""
    bare = median(15, lambda: python("-c", "pass"))
    for flag in ("--version", "--help"):
        ours = median(15, lambda flag=flag: python("-m", "centrali_deploy", flag))
        print(f"{flag:<34} {ours * 1000:7.0f} ms   bare python {bare * 1000:5.0f} ms   ratio {ours / bare:5.2f}")


TIMED = """
import gc, sys, time
import yaml
from centrali_deploy.manifest.loading import load
gc.set_threshold(100_000)  # as the command does
with open(sys.argv[2], encoding="utf-8") as file: text = file.read()
start = time.perf_counter()
load([sys.argv[2]], {}) if sys.argv[1] == "ours" else yaml.load(text, Loader=yaml.CSafeLoader)
print(time.perf_counter() - start)
"""


def validating(path: Path) -> None:
    """The local work of `validate` against the YAML parser on the same bytes, each time in a process that knows nothing yet."""
    pairs = [[float(python("-c", TIMED, whose, str(path))) for whose in ("ours", "parser")] for _ in range(7)]
    ours, parse = (statistics.median(column) for column in zip(*pairs, strict=True))
    whole = median(7, lambda: python("-m", "centrali_deploy", "validate", str(path)))
    print(f"{'validate, 1,000 resources':<34} {ours * 1000:7.0f} ms   C YAML load {parse * 1000:5.0f} ms   ratio {ours / parse:5.2f}")
    print(f"{'the same, the whole process':<34} {whole * 1000:7.0f} ms")


def planning(path: Path, environ: dict[str, str]) -> None:
    """A plan in which nothing changed against the bare fetch, whole processes both."""
    words, applying = ("-m", "centrali_deploy", "plan", str(path)), ("-m", "centrali_deploy", "apply", "--yes", str(path))
    print(f"{'first apply of 1,000 resources':<34} {requests(python(*applying, **environ))}")
    path.write_text(generated().replace("name: Structure 7\n", "name: Another\n"), encoding="utf-8")
    print(f"{'apply of 1 change among 1,000':<34} {requests(python(*applying, **environ))}")
    said = python(*words, **environ)
    print(f"{'no-change plan, 1,000 resources':<34} {requests(said)}; {said.strip().splitlines()[2]}")
    ours = median(5, lambda: python(*words, **environ))
    for workers, name in ((1, "one by one"), (4, "four at a time")):
        bare = median(5, lambda workers=workers: python("-c", BARE, str(workers), **environ))
        print(f"{'  against a bare fetch, ' + name:<38} {ours * 1000:5.0f} ms   bare {bare * 1000:5.0f} ms   ratio {ours / bare:5.2f}")


CODE = "async function run() { return executionParams.n + 1 }"
RUNS = 20_000


def running() -> None:
    """Runs a second of a trivial function in one warm worker, one after the other, and how the worker's memory grows."""
    with Sandbox(workers=1) as sandbox:

        def run(times: int) -> float:
            start = time.perf_counter()
            for n in range(times):
                params = {"n": n}
                ran = sandbox.run(CODE, trigger_params={}, execution_params=params, timeout_ms=10_000, call=lambda *_: None)
                assert ran.output == n + 1, ran  # noqa: S101 -- a figure of failures would be none
            return time.perf_counter() - start

        run(500)
        before = resident(sandbox.workers()[0])
        rate = RUNS / run(RUNS)
        after = resident(sandbox.workers()[0])
    print(f"{'trivial function, one worker':<34} {rate:7.0f} runs/s   memory {before:.1f} MB before, {after:.1f} MB after {RUNS:,} runs")


def resident(pid: int) -> float:
    """Megabytes that a process holds in memory, as `ps` tells."""
    told = subprocess.run(["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024


def main() -> None:
    """Print every figure."""
    compile_dir(Path(centrali_deploy.__file__).parent, quiet=2)  # as an installation does
    text = generated()
    count = STRUCTURES + FUNCTIONS + TRIGGERS + ORCHESTRATIONS
    print(f"manifest: {count:,} resources, {len(text) / 1e6:.2f} MB; {LATENCY * 1000:.0f} ms a request")
    startup()
    running()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "workspace.yaml")
        path.write_text(text, encoding="utf-8")
        validating(path)
        ready: Queue[dict[str, str]] = Queue()
        server = Process(target=serve, args=(str(Path(folder, "local.db")), ready), daemon=True)
        server.start()
        planning(path, ready.get(timeout=30))
        server.terminate()


if __name__ == "__main__":
    main()
