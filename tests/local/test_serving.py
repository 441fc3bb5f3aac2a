"""The local workspace on a port: answered while it runs, one at a time on a port, finished when it is told to stop."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from centrali_deploy.local.serving import LOOPBACK, bound, is_open, url_of

FDS = Path("/proc/self/fd")

PROGRAM = """
import asyncio
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from centrali_deploy.local.serving import bound, serve

async def late(request):
    print("begun", flush=True)
    await asyncio.sleep(0.3)
    return PlainTextResponse("whole")

listening = bound(0)
print(listening.getsockname()[1], flush=True)
serve(Starlette(routes=[Route("/", late)]), listening)
"""
ENDLESS = """
import asyncio, threading
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from centrali_deploy.local.serving import bound, serve

ended = threading.Event()

async def endless(request):
    print("begun", flush=True)
    await asyncio.to_thread(ended.wait)
    return PlainTextResponse("cut short")

listening = bound(0)
print(listening.getsockname()[1], flush=True)
serve(Starlette(routes=[Route("/", endless)]), listening, late=ended.set, patience=0)
"""


def test_a_port_is_on_this_machine_only_and_free_ones_differ() -> None:
    with bound(0) as first, bound(0) as second:
        assert first.getsockname()[0] == LOOPBACK == "127.0.0.1"
        assert first.getsockname()[1] != second.getsockname()[1]
        with socket.create_connection(first.getsockname(), timeout=60):
            pass


def test_the_second_one_on_a_port_is_refused_until_the_first_is_gone() -> None:
    with bound(0) as first:
        port = first.getsockname()[1]
        with pytest.raises(OSError, match="in use") as caught:
            bound(port)
        assert caught.value.errno == errno.EADDRINUSE
        del caught
        gc.collect()
        with socket.create_connection((LOOPBACK, port), timeout=60), first.accept()[0]:
            pass
    with bound(port) as again:
        assert again.getsockname()[1] == port


@pytest.mark.parametrize(
    ("program", "number", "answer"),
    [(PROGRAM, signal.SIGINT, "whole"), (PROGRAM, signal.SIGTERM, "whole"), (ENDLESS, signal.SIGTERM, "cut short")],
)
def test_what_is_running_is_finished_when_it_is_told_to_stop_or_ended_when_that_takes_too_long(
    program: str, number: int, answer: str
) -> None:
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603 -- the lines above
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(httpx.get, f"http://{LOOPBACK}:{port}", timeout=60)
            assert process.stdout.readline() == "begun\n"
            os.kill(process.pid, number)
            assert asked.result().text == answer
        assert process.wait(60) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://{LOOPBACK}:{port}")


def test_a_port_that_is_taken_leaves_no_socket_open() -> None:
    with bound(0) as first:
        gc.collect()
        before = len(list(FDS.iterdir()))
        try:
            bound(first.getsockname()[1])
        except OSError as error:
            kept = error
        assert len(list(FDS.iterdir())) == before
        assert isinstance(kept, OSError)
        assert isinstance(first, socket.socket)


@pytest.mark.parametrize(
    ("host", "open_", "url"),
    [
        ("127.0.0.1", False, "http://127.0.0.1:80"),
        ("127.0.0.2", False, "http://127.0.0.2:80"),
        ("192.0.2.1", True, "http://192.0.2.1:80"),
        ("0.0.0.0", True, "http://127.0.0.1:80"),  # noqa: S104 -- what is tested
        ("::1", False, "http://[::1]:80"),
        ("::", True, "http://[::1]:80"),
    ],
)
def test_it_knows_who_reaches_it_and_where(host: str, open_: bool, url: str) -> None:
    assert (is_open(host), url_of(host, 80)) == (open_, url)


def test_a_host_that_is_none_of_this_machine_is_refused() -> None:
    with pytest.raises(socket.gaierror):
        bound(0, "no such host")
    with pytest.raises(OSError, match="Cannot assign"):
        bound(0, "192.0.2.1")
