"""One request: sent as often as is safe, held together with all others, and never an error of a kind we do not know."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from centrali_deploy.errors import DeployError, ExitCode, RemoteError, Unreachable, UsageProblem
from centrali_deploy.kinds import KINDS
from centrali_deploy.remote import sending
from centrali_deploy.remote.asked import Ambiguous
from centrali_deploy.remote.sending import TRIES, Sender
from centrali_deploy.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.remote.client import Client

URL = "http://localhost/things"
ID = "6f1f1a52-53a4-4a7e-9d0c-00000000000"


class Answering:
    """Gives these answers in turn, the last one for ever; raises those that are exceptions."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def sender(answer: Callable[[httpx.Request], httpx.Response], slept: list[float] | None = None, **parts: Any) -> Sender:
    sleep = (lambda _seconds: None) if slept is None else slept.append
    return Sender(httpx.MockTransport(answer), **{"sleep": sleep, "chance": lambda: 1.0, **parts})


OK = httpx.Response(200, json={"fine": True})
BROKEN = [
    pytest.param(httpx.Response(500, json={"message": "no"}), "failed with 500", id="500"),
    pytest.param(httpx.Response(503), "failed with 503", id="503"),
    pytest.param(httpx.Response(200, text='{"fine": tr'), "cut short", id="truncated"),
    pytest.param(httpx.ReadError("reset"), "broke before an answer came", id="reset"),
    pytest.param(httpx.ReadTimeout("slow"), "ReadTimeout", id="timeout"),
    pytest.param(httpx.RemoteProtocolError("odd"), "RemoteProtocolError", id="protocol"),
]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(("failure", "words"), BROKEN)
def test_what_may_be_repeated_is_repeated(method: str, failure: Any, words: str) -> None:
    answering = Answering(failure, failure, OK)
    assert sender(answering).send(method, URL).body == {"fine": True}
    assert len(answering.sent) == 3
    answering = Answering(failure)
    with pytest.raises(Unreachable, match=words) as caught:
        sender(answering).send(method, URL)
    assert not isinstance(caught.value, Ambiguous)
    assert caught.value.exit_code == ExitCode.UNAVAILABLE
    assert len(answering.sent) == TRIES == 5


@pytest.mark.parametrize(("failure", "words"), BROKEN)
def test_a_create_whose_answer_is_lost_is_not_repeated_unless_it_may_be(failure: Any, words: str) -> None:
    answering = Answering(failure, OK)
    with pytest.raises(Ambiguous, match=words):
        sender(answering).send("POST", URL, json={})
    assert len(answering.sent) == 1
    answering = Answering(failure, OK)
    assert sender(answering).send("POST", URL, repeatable=True).status == 200


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow")])
def test_what_never_left_is_sent_again_even_if_it_creates(failure: Exception) -> None:
    answering = Answering(failure, OK)
    assert sender(answering).send("POST", URL).status == 200
    with pytest.raises(Unreachable, match="No connection to http://localhost") as caught:
        sender(Answering(failure)).send("POST", URL)
    assert not isinstance(caught.value, Ambiguous)


def test_the_pause_between_tries_grows_up_to_a_limit_and_is_not_the_same_for_all() -> None:
    slept: list[float] = []
    with pytest.raises(Unreachable):
        sender(Answering(httpx.Response(500)), slept).send("GET", URL)
    assert slept == [1, 2, 4, 8]
    halved = sender(Answering(OK), slept, chance=lambda: 0.5)
    halved.pause(1)
    halved.pause(30)
    assert slept[4:] == [0.5, 30]


def test_a_web_page_is_refused_at_once() -> None:
    answering = Answering(httpx.Response(200, text="<html><body>Sign in</body></html>"))
    with pytest.raises(Unreachable, match="web page"):
        sender(answering).send("GET", URL)
    assert len(answering.sent) == 1


@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 404, 405, 409, 413, 422, 501])
def test_any_other_answer_is_given_as_it_is(status: int) -> None:
    answering = Answering(httpx.Response(status))
    assert sender(answering).send("POST", URL).status == status
    assert len(answering.sent) == 1


class Waiting:
    """A clock that only moves while somebody sleeps, and what was slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_429_waits_as_long_as_asked_and_the_last_one_is_unreachable() -> None:
    waiting, answering = Waiting(), Answering(httpx.Response(429, headers={"Retry-After": "7"}))
    with pytest.raises(Unreachable, match="kept asking to wait") as caught:
        sender(answering, clock=waiting.clock, sleep=waiting.sleep).send("POST", URL)
    assert caught.value.exit_code == ExitCode.UNAVAILABLE
    assert not isinstance(caught.value, Ambiguous)
    assert (len(answering.sent), waiting.slept) == (TRIES, [7] * (TRIES - 1))


def test_a_429_without_a_wait_waits_a_minute_and_says_how_long() -> None:
    waiting, left = Waiting(), []

    def sleep(seconds: float) -> None:
        left.append(found.pace.asked)
        waiting.sleep(seconds)

    found = sender(Answering(httpx.Response(429), OK), clock=waiting.clock, sleep=sleep)
    assert found.send("GET", URL).status == 200
    assert (waiting.slept, left, found.pace.asked) == ([60], [60], 0)


def test_all_threads_wait_when_one_of_them_is_asked_to() -> None:
    """Three threads come while a fourth waits; they must wait too, and nothing is sent before the time has come."""
    waiting, sent_at, held = Waiting(), [], threading.Event()
    lock = threading.Lock()

    def pass_time() -> None:
        waiting.now += 7

    together = threading.Barrier(4, pass_time)

    def answer(_request: httpx.Request) -> httpx.Response:
        with lock:
            sent_at.append(waiting.now)
            return httpx.Response(429, headers={"Retry-After": "7"}) if len(sent_at) == 1 else httpx.Response(200, json={})

    def sleep(seconds: float) -> None:
        held.set()
        waiting.slept.append(seconds)
        together.wait(5)

    statuses: list[int] = []
    shared = sender(answer, clock=waiting.clock, sleep=sleep)
    threads = [threading.Thread(target=lambda: statuses.append(shared.send("GET", URL).status)) for _ in range(4)]
    threads[0].start()
    assert held.wait(5)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert statuses == [200] * 4
    assert waiting.slept == [7] * 4
    assert sent_at == [0, 7, 7, 7, 7]


def test_a_shorter_wait_does_not_shorten_a_longer_one() -> None:
    waiting, held = Waiting(), threading.Event()

    def pass_time() -> None:
        waiting.now += 30

    together = threading.Barrier(2, pass_time)

    def answer(request: httpx.Request) -> httpx.Response:
        if waiting.now:
            return httpx.Response(200, json={})
        if request.url.path == "/short":
            assert held.wait(5)
        return httpx.Response(429, headers={"Retry-After": "1" if request.url.path == "/short" else "30"})

    def sleep(seconds: float) -> None:
        waiting.slept.append(seconds)
        held.set()
        together.wait(5)

    shared = sender(answer, clock=waiting.clock, sleep=sleep)
    other = threading.Thread(target=lambda: shared.send("GET", "http://localhost/short"))
    other.start()
    assert shared.send("GET", URL).status == 200
    other.join(5)
    assert waiting.slept == [30, 30]


def test_whoever_is_told_to_stop_waits_no_longer() -> None:
    answering = Answering(httpx.Response(429), OK)
    found = sender(answering, sleep=lambda _seconds: found.pace.stop_waiting())
    with pytest.raises(Unreachable, match="Told to stop"):
        found.send("GET", URL)
    assert len(answering.sent) == 1


def test_after_the_run_nothing_is_sent_and_idle_connections_are_closed() -> None:
    class Closing(httpx.MockTransport):
        closed = False

        def close(self) -> None:
            self.closed = True

    transport = Closing(Answering(OK))
    found = Sender(transport)
    found.send("GET", URL)
    assert not transport.closed
    found.close()
    assert transport.closed
    with pytest.raises(Unreachable, match="The run is over"):
        found.send("GET", URL)
    assert found.requests_used == 1


def test_every_request_says_who_sends_it(behind: Callable[..., Client]) -> None:
    agents: dict[str, set[str]] = {}

    def noted(request: httpx.Request, onward: Any) -> httpx.Response:
        agents.setdefault(request.method, set()).add(request.headers["user-agent"])
        assert request.headers["accept"] == "application/json"
        return onward(request)

    with behind(noted) as client:
        function = KINDS["function"]
        made = client.create(function, {"name": "f", "code": "async function run() {}"})
        client.update(function, made["id"], {"timeoutMs": 5})
        client.page(function, 1)
        client.delete(function, made["id"])
    assert agents == {method: {f"centrali-deploy/{VERSION}"} for method in ("POST", "PUT", "GET", "DELETE")}


class Body(httpx.SyncByteStream):
    """A body that comes in these pieces."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


STREAMS = [
    pytest.param({"content-encoding": "gzip"}, (b"no gzip at all",), id="gzip garbage"),
    pytest.param({"content-encoding": "deflate"}, (b"\xff\xff",), id="deflate garbage"),
    pytest.param({}, (b'{"a":', httpx.ReadError("reset")), id="reset within the body"),
    pytest.param({}, (b'{"a":', httpx.RemoteProtocolError("short")), id="ended within the body"),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("headers", "pieces"), STREAMS)
def test_a_body_that_cannot_be_read_is_unreachable(method: str, headers: dict[str, str], pieces: tuple[Any, ...]) -> None:
    with pytest.raises(Unreachable) as caught:
        sender(lambda _request: httpx.Response(200, headers=headers, stream=Body(*pieces))).send(method, URL)
    assert isinstance(caught.value, Ambiguous) == (method == "POST")


@pytest.mark.parametrize(
    ("limit", "value", "words"), [("_LARGEST_BODY", 8, "takes more than 8 bytes"), ("_LONGEST_ANSWER", -1, "takes more than -1 seconds")]
)
def test_an_answer_that_is_too_long_is_unreachable_at_once(limit: str, value: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, limit, value)
    answering = Answering(OK)
    with pytest.raises(Unreachable, match=words):
        sender(answering).send("GET", URL)
    assert len(answering.sent) == 1


def test_the_limits_of_an_answer_are_generous() -> None:
    assert vars(sending)["_LARGEST_BODY"] >= 32 * 1024 * 1024
    assert 60 <= vars(sending)["_LONGEST_ANSWER"] <= 600


def test_a_request_that_cannot_be_sent_is_unreachable_and_its_header_is_not_shown() -> None:
    answering = Answering(httpx.LocalProtocolError("Illegal header value b'Bearer canary'"))
    with pytest.raises(Unreachable, match=r"cannot be sent \(LocalProtocolError\)") as caught:
        sender(answering).send("POST", URL)
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    assert "canary" not in str(caught.value)
    assert len(answering.sent) == 1


@pytest.mark.parametrize(
    "failure",
    [
        httpx.WriteError, httpx.WriteTimeout, httpx.PoolTimeout, httpx.CloseError, httpx.ProxyError, httpx.DecodingError,
        httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.NetworkError, httpx.TransportError,
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whatever_goes_wrong_on_the_way_is_unreachable(failure: type[Exception], method: str) -> None:
    with pytest.raises(Unreachable):
        sender(Answering(failure("went wrong"))).send(method, URL)


def test_a_redirect_is_an_error_and_is_not_repeated() -> None:
    answering = Answering(httpx.Response(307, headers={"location": "https://elsewhere.example/x"}))
    with pytest.raises(RemoteError, match="redirected"):
        sender(answering).send("GET", URL)
    assert len(answering.sent) == 1


def test_retirement_is_told_once_a_route_and_not_once_an_id() -> None:
    found = sender(Answering(httpx.Response(200, json={}, headers={"Deprecation": "true"})))
    for path in (f"/things/{ID}1", f"/things/{ID}2", "/things", "/things?page=2"):
        found.send("GET", f"http://localhost{path}")
    found.send("GET", "http://localhost/flows/orch_0123456789abcdef")
    found.send("GET", "http://localhost/flows/orch_fedcba9876543210")
    found.send("POST", f"http://localhost/things/{ID}3/pause")
    assert [warning.partition(" is being")[0] for warning in found.warnings] == [
        "GET /things/{id}",
        "GET /things",
        "GET /flows/{id}",
        "POST /things/{id}/pause",
    ]


def test_a_sunset_alone_is_told_with_its_date() -> None:
    found = sender(Answering(httpx.Response(200, json={}, headers={"Sunset": "Thu, 29 Oct 2026 00:00:00 GMT"})))
    found.send("GET", URL)
    assert found.warnings == ["GET /things is being retired and ends on Thu, 29 Oct 2026 00:00:00 GMT: look for a newer centrali-deploy."]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [("HTTPS_PROXY", "ftp://proxy.example", "HTTPS_PROXY"), ("SSLKEYLOGFILE", "/no/such/dir/x", "SSLKEYLOGFILE")],
)
def test_surroundings_that_cannot_be_used_are_a_usage_problem(
    variable: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageProblem) as caught:
        Sender().send("GET", "http://127.0.0.1:9/x")
    assert words in caught.value.hint
    assert issubclass(UsageProblem, DeployError)
