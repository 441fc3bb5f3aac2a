"""Records made in a second over HTTP against `serve` in a process of its own: one by one, and a thousand at a time."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SINGLE, LOTS, LOT = 2_000, 20, 1_000
BASE = "/data/workspace/bench/api/v1"
STRUCTURE = {
    "name": "Customers",
    "properties": [
        {"name": "email", "type": "string", "required": True, "isUnique": True, "format": "email"},
        {"name": "visits", "type": "number", "minimum": 0},
    ],
}


def settings(lines: Iterator[str]) -> dict[str, str]:
    """What `serve` prints for a shell, up to its last line."""
    found = {}
    for line in iter(lines.__next__, "# ready\n"):
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            found[name] = value
    return found


def sent(connection: http.client.HTTPConnection, path: str, body: str, headers: dict[str, str]) -> Any:  # noqa: ANN401 -- JSON
    """The answer to a POST."""
    connection.request("POST", path, body, headers)
    return json.loads(connection.getresponse().read())


def measured(shell: dict[str, str]) -> Iterator[str]:
    """A line for each way."""
    with closing(http.client.HTTPConnection(urlsplit(shell["CENTRALI_URL"]).netloc)) as connection:
        form = {
            "grant_type": "client_credentials",
            "client_id": shell["CENTRALI_CLIENT_ID"],
            "client_secret": shell["CENTRALI_CLIENT_SECRET"],
        }
        token = sent(connection, "/oidc/token", urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent(connection, f"{BASE}/collections", json.dumps(STRUCTURE), headers)
        start = time.perf_counter()
        for n in range(SINGLE):
            sent(connection, f"{BASE}/records/slug/customers", json.dumps({"data": {"email": f"a{n}@b.example", "visits": n}}), headers)
        yield f"records created one by one: {SINGLE / (time.perf_counter() - start):,.0f} a second"
        start = time.perf_counter()
        for lot in range(LOTS):
            records = [{"data": {"email": f"l{lot}.{n}@b.example", "visits": n}} for n in range(LOT)]
            sent(connection, f"{BASE}/records/bulk", json.dumps({"recordSlug": "customers", "records": records}), headers)
        yield f"records created in bulk: {LOTS * LOT / (time.perf_counter() - start):,.0f} a second"


def main() -> None:
    """Serve, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["-m", "centrali_deploy", "serve", "--port", "0", "--db", str(Path(folder) / "w.db"), "--workspace", "bench"]
        with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as serving:
            assert serving.stdout  # noqa: S101 -- it is a pipe
            for line in measured(settings(iter(serving.stdout))):
                print(line)
            serving.terminate()


if __name__ == "__main__":
    main()
