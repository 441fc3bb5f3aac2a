from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local.outgoing import Fetched, Outgoing, addresses
from centrali_deploy.local.sandbox import ApiFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

ALLOWED = {"api.example.com", "inside.example.com", "localhost", "127.0.0.1", "10.0.0.1", "::1", "mixed.example.com", "lost.example.com"}
NAMES = {
    "api.example.com": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
    "inside.example.com": ["192.168.1.4"],
    "mixed.example.com": ["93.184.216.34", "127.0.0.1", "169.254.169.254"],
    "localhost": ["127.0.0.1", "::1"],
}


class Web:
    """A network of prepared answers that remembers what was asked."""

    def __init__(self, **answers: Fetched) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, dict[str, str], str | None]] = []
        self.addresses: list[Sequence[str]] = []

    def __call__(self, method: str, url: str, headers: dict[str, str], body: str | None, at: Sequence[str]) -> Fetched:
        self.asked.append((method, url, headers, body))
        self.addresses.append(at)
        if url.endswith("/down"):
            raise ConnectionRefusedError("refused")
        return self.answers.get(url.rpartition("/")[2], Fetched(200, {"content-type": "text/plain"}, "fine"))


def resolve(host: str) -> list[str]:
    if host not in NAMES:
        raise OSError("no such name")
    return NAMES[host]


def outgoing(web: Web, *, allow_loopback: bool = False) -> Outgoing:
    return Outgoing(web, lambda: ALLOWED, allow_loopback=allow_loopback, resolve=resolve)


URL = "https://api.example.com/a"


@pytest.mark.parametrize(
    ("args", "asked"),
    [
        ([{"url": URL}], ("GET", URL, {}, None)),
        ([URL], ("GET", URL, {}, None)),
        ([URL, {"method": "put", "body": "text", "headers": {"A": 1}}], ("PUT", URL, {"A": "1"}, "text")),
        ([{"url": URL, "method": "POST", "body": {"a": 1}}], ("POST", URL, {"Content-Type": "application/json"}, '{"a": 1}')),
        ([{"url": URL, "body": [], "headers": {"content-type": "x"}}], ("GET", URL, {"content-type": "x"}, "[]")),
        (["https://api.example.com:443/a"], ("GET", "https://api.example.com:443/a", {}, None)),
        (["http://API.example.com/a"], ("GET", "http://API.example.com/a", {}, None)),
    ],
)
def test_every_way_to_ask_is_read(args: list[Any], asked: tuple[Any, ...]) -> None:
    web = Web()
    assert outgoing(web).request(*args) == {
        "status": 200,
        "ok": True,
        "headers": {"content-type": "text/plain"},
        "body": "fine",
        "data": "fine",
    }
    assert web.asked == [asked]


@pytest.mark.parametrize(
    ("given", "headers", "body"),
    [
        ("text", {}, "text"),
        ({"a": 1}, {"Content-Type": "application/json"}, '{"a": 1}'),
        ({"headers": {"A": "b"}, "body": "text"}, {"A": "b"}, "text"),
        ({"body": {"a": 1}}, {"Content-Type": "application/json"}, '{"a": 1}'),
        ({"body": 1, "more": 2}, {"Content-Type": "application/json"}, '{"body": 1, "more": 2}'),
        (None, {}, None),
    ],
)
def test_a_post_takes_a_body_or_a_body_with_headers(given: Any, headers: dict[str, str], body: str | None) -> None:
    web = Web()
    outgoing(web).post(URL, given)
    assert web.asked == [("POST", URL, headers, body)]


@pytest.mark.parametrize(
    ("answer", "data"),
    [
        (Fetched(404, {"content-type": "application/json; charset=utf-8"}, '{"a": 1}'), {"a": 1}),
        (Fetched(200, {"content-type": "application/json"}, "{broken"), "{broken"),
        (Fetched(200, {"content-type": "application/json"}, ""), ""),
        (Fetched(200, {"content-type": "application/json"}, "[NaN]"), "[NaN]"),
        (Fetched(200, {"content-type": "application/json"}, "[" * 100_000), "[" * 100_000),
        (Fetched(302, {}, "nowhere"), "nowhere"),
    ],
)
def test_an_answer_is_given_as_it_is(answer: Fetched, data: Any) -> None:
    given = outgoing(Web(a=answer)).request(URL)
    assert (given["status"], given["ok"], given["data"], given["body"]) == (answer.status, answer.status == 200, data, answer.body)
    assert json.dumps(given)


REFUSED = [
    ("https://evil.example.com/", 403, "evil.example.com is not among the allowed domains of the workspace: add it there first"),
    ("https://api.example.com.evil.org/", 403, "api.example.com.evil.org is not among"),
    ("https://sub.api.example.com/", 403, "sub.api.example.com is not among"),
    ("https://api.example.com./", 403, "api.example.com. is not among"),
    ("https://api.example.com@evil.org/", 403, "a URL with a user or a backslash"),
    ("https://evil.org\\@api.example.com/", 403, "a URL with a user or a backslash"),
    ("https://user:word@api.example.com/", 403, "a URL with a user or a backslash"),
    ("https://api.example.com:8443/", 403, "api.example.com is asked at its usual port only, not at 8443"),
    ("https://api.example.com:80/", 403, "api.example.com is asked at its usual port only, not at 80"),
    ("http://localhost/", 403, "localhost is an address of this machine or its network (127.0.0.1)"),
    ("http://127.0.0.1:8080/", 403, "127.0.0.1 is an address of this machine"),
    ("http://[::1]/", 403, "::1 is an address of this machine"),
    ("http://10.0.0.1/", 403, "10.0.0.1 is an address of this machine"),
    ("http://2130706433/", 403, "2130706433 is not among"),
    ("http://inside.example.com/", 403, "inside.example.com is an address of this machine or its network (192.168.1.4)"),
    ("http://mixed.example.com/", 403, "mixed.example.com is an address of this machine"),
    ("http://lost.example.com/", None, "lost.example.com is not known: no such name"),
    ("ftp://api.example.com/", None, "'ftp://api.example.com/' is not a URL of http or https"),
    ("file:///etc/passwd", None, "'file:///etc/passwd' is not a URL of http or https"),
    ("https://api.example.com:99999/", None, "'https://api.example.com:99999/' is not a URL"),
    ("https://[::1/", None, "'https://[::1/' is not a URL"),
    ("", None, "'' is not a URL"),
    ("https://api.example.com/down", None, "api.example.com does not answer: refused"),
]


@pytest.mark.parametrize(("url", "status", "message"), REFUSED)
def test_where_functions_must_not_go(url: str, status: int | None, message: str) -> None:
    web = Web()
    with pytest.raises(ApiFailed) as refused:
        outgoing(web).request(url)
    assert (refused.value.status, str(refused.value)[: len(message)]) == (status, message)
    assert [asked[1] for asked in web.asked] == ([url] if url.endswith("/down") else [])


@pytest.mark.parametrize("url", ["http://localhost:8080/", "http://127.0.0.1:1/", "http://[::1]:9/"])
def test_loopback_is_asked_at_any_port_when_the_person_allows_it(url: str) -> None:
    assert outgoing(Web(), allow_loopback=True).request(url)["ok"]


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://inside.example.com/", "http://mixed.example.com/"])
def test_allowing_loopback_allows_nothing_else(url: str) -> None:
    with pytest.raises(ApiFailed, match="which functions must not reach"):
        outgoing(Web(), allow_loopback=True).request(url)


@pytest.mark.parametrize(
    ("status", "method", "second"),
    [(302, "POST", ("GET", None)), (303, "PUT", ("GET", None)), (307, "POST", ("POST", "x")), (308, "PUT", ("PUT", "x"))],
)  # fmt: skip
def test_a_redirect_on_the_same_host_is_followed(status: int, method: str, second: tuple[str, str | None]) -> None:
    web = Web(a=Fetched(status, {"location": "/b"}))
    assert outgoing(web).request({"url": URL, "method": method, "body": "x"})["body"] == "fine"
    assert web.asked[1][:2] == (second[0], "https://api.example.com/b")
    assert web.asked[1][3] == second[1]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("https://evil.org/", "evil.org is not among the allowed domains"),
        ("http://127.0.0.1/", "127.0.0.1 is an address of this machine"),
        ("//10.0.0.1/", "10.0.0.1 is an address of this machine"),
        ("file:///etc/passwd", "is not a URL of http or https"),
        ("/a", "api.example.com redirects more than 5 times"),
    ],
)
def test_a_redirect_leads_nowhere_else(place: str, message: str) -> None:
    with pytest.raises(ApiFailed, match=message):
        outgoing(Web(a=Fetched(302, {"location": place}))).request(URL)


def test_a_redirect_to_another_allowed_host_is_for_the_function_to_follow() -> None:
    web = Web(a=Fetched(302, {"location": "http://127.0.0.1/"}))
    with pytest.raises(ApiFailed, match=r"redirects to another host, 127\.0\.0\.1: call that one itself"):
        outgoing(web, allow_loopback=True).request(URL)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (None, "write {url, method, headers, body}"),
        ({"method": "GET"}, "write {url, method, headers, body}"),
        ({"url": URL, "method": "TRACE"}, "'TRACE' is not a method"),
        ({"url": URL, "headers": {"A": "b\r\nC: d"}}, "a header has no line breaks"),
    ],
)
def test_what_cannot_be_sent_is_refused(asked: Any, message: str) -> None:
    with pytest.raises(ApiFailed, match=message):
        outgoing(Web()).request(asked)


def test_a_name_that_moves_is_asked_where_it_was_checked() -> None:
    web, turns = Web(a=Fetched(302, {"location": "/b"})), iter([["93.184.216.34"], ["93.184.216.35"], ["127.0.0.1"]])
    out = Outgoing(web, lambda: ALLOWED, resolve=lambda _host: next(turns))
    assert out.request(URL)["body"] == "fine"
    assert web.addresses == [["93.184.216.34"], ["93.184.216.35"]]
    with pytest.raises(ApiFailed, match="must not reach"):
        out.request(URL)
    assert len(web.addresses) == 2


def test_names_are_looked_up_as_the_system_does() -> None:
    found = addresses("localhost")
    assert set(found) & {"127.0.0.1", "::1"}
    assert len(found) == len(set(found))
