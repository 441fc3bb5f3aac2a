from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from centrali_deploy.local.fetching import fetch
from centrali_deploy.local.outgoing import Outgoing
from centrali_deploy.local.sandbox import LEFT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


HERE = ["127.0.0.1"]


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
            for _ in range(12_000):
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
    answer = fetch("POST", f"{url}/a?b=c", {"X-A": "1"}, "é", HERE)
    assert (answer.status, answer.body, answer.headers["location"]) == (201, "POST /a?b=c 1 é", "/there")
    assert fetch("GET", url, {}, None, HERE).body == "GET / None "
    assert fetch("GET", f"{url}/moved", {}, None, HERE).status == 302


def test_it_connects_to_the_addresses_it_is_given_and_looks_nothing_up(url: str) -> None:
    port = url.rpartition(":")[2]
    assert fetch("GET", f"http://api.invalid:{port}/where", {}, None, ["127.0.0.2", "127.0.0.1"]).body == "GET /where None "
    with pytest.raises(OSError):  # noqa: PT011 -- which one, the system says
        fetch("GET", f"http://api.invalid:{port}/", {}, None, ["127.0.0.2", "127.0.0.3"])


def test_a_certificate_must_be_good_for_the_name_that_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = certified(tmp_path, "api.invalid")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with pytest.raises(OSError, match="certificate verify failed"):
            fetch("GET", f"https://api.invalid:{server.server_port}/", {}, None, HERE)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch("GET", f"https://api.invalid:{server.server_port}/a", {}, None, HERE).body == "GET /a None "
        with pytest.raises(OSError, match="certificate is not valid"):
            fetch("GET", f"https://other.invalid:{server.server_port}/", {}, None, HERE)
        server.shutdown()
        thread.join()


def certified(folder: Path, name: str) -> Path:
    """A file with a key and a certificate for a name, signed by nobody else."""
    key, whose, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    built = x509.CertificateBuilder(whose, whose, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
    signed = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return path


def test_it_follows_redirects_through_the_one_who_checks_them(url: str) -> None:
    out = Outgoing(fetch, lambda: {"127.0.0.1"}, allow_loopback=True)
    assert out.request(f"{url}/moved")["body"] == "GET /there None "


def test_no_usable_answer_is_an_error_of_the_system(url: str) -> None:
    with pytest.raises(OSError, match="larger than 5 MB"):
        fetch("GET", f"{url}/large", {}, None, HERE)
    with pytest.raises(OSError, match="InvalidURL"):
        fetch("GET", f"{url}/a b", {}, None, HERE)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        fetch("GET", f"http://127.0.0.1:{port}/", {}, None, HERE)


def test_an_answer_that_trickles_is_waited_for_as_long_as_the_run_has_time(url: str) -> None:
    before, begun = LEFT.set(0.1), time.monotonic()
    with pytest.raises(OSError, match="the time of the run was over"):
        fetch("GET", f"{url}/drops", {}, None, HERE)
    LEFT.reset(before)
    assert time.monotonic() - begun < 60  # of the two minutes that the answer takes
