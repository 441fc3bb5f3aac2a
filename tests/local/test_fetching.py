from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from centrali_deploy.local.fetching import fetch
from centrali_deploy.local.outgoing import Outgoing
from centrali_deploy.local.sandbox import LEFT

if TYPE_CHECKING:
    from collections.abc import Iterator


class Echo(BaseHTTPRequestHandler):
    """Says what it was asked; `/moved` redirects, `/large` never stops before 6 MB, `/drops` comes in very small pieces."""

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = b"x" * 6_000_000 if self.path == "/large" else f"{self.command} {self.path} {self.headers.get('X-A')} ".encode() + sent
        self.send_response(302 if self.path == "/moved" else 201)
        self.send_header("Location", "/there")
        if self.path == "/drops":
            return self._drip()
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
        return None

    def _drip(self) -> None:
        self.end_headers()
        with suppress(OSError):
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.01)

    do_GET = do_POST  # noqa: N815 -- names of the library

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_one_request_has_one_answer(url: str) -> None:
    answer = fetch("POST", f"{url}/a?b=c", {"X-A": "1"}, "é")
    assert (answer.status, answer.body, answer.headers["location"]) == (201, "POST /a?b=c 1 é", "/there")
    assert fetch("GET", url, {}, None).body == "GET / None "
    assert fetch("GET", f"{url}/moved", {}, None).status == 302


def test_it_follows_redirects_through_the_one_who_checks_them(url: str) -> None:
    out = Outgoing(fetch, lambda: {"127.0.0.1"}, allow_loopback=True)
    assert out.request(f"{url}/moved")["body"] == "GET /there None "


def test_no_usable_answer_is_an_error_of_the_system(url: str) -> None:
    with pytest.raises(OSError, match="larger than 5 MB"):
        fetch("GET", f"{url}/large", {}, None)
    with pytest.raises(OSError, match="InvalidURL"):
        fetch("GET", f"{url}/a b", {}, None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        fetch("GET", f"http://127.0.0.1:{port}/", {}, None)


def test_an_answer_that_trickles_is_waited_for_as_long_as_the_run_has_time(url: str) -> None:
    before, begun = LEFT.set(0.1), time.monotonic()
    with pytest.raises(OSError, match="the time of the run was over"):
        fetch("GET", f"{url}/drops", {}, None)
    LEFT.reset(before)
    assert time.monotonic() - begun < 1
