"""What the wire looks like: read liberally, written in one shape."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.wire import ErrorSaid, Page, error_body, error_said, hosts, is_slug, is_uuid, list_body, one, page, says_exists


@pytest.mark.parametrize(
    ("url", "api", "auth"),
    [
        ("https://centrali.io", "https://api.centrali.io", "https://auth.centrali.io"),
        ("https://centrali.io/", "https://api.centrali.io", "https://auth.centrali.io"),
        ("https://api.centrali.io", "https://api.centrali.io", "https://auth.centrali.io"),
        ("https://auth.centrali.io/x", "https://api.centrali.io", "https://auth.centrali.io"),
        ("http://eu.centrali.example", "http://api.eu.centrali.example", "http://auth.eu.centrali.example"),
        ("http://localhost", "http://localhost", "http://localhost"),
        ("http://127.0.0.1", "http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.0.0.1:8080/base/", "http://127.0.0.1:8080/base", "http://127.0.0.1:8080/base"),
        ("https://centrali.example:8443", "https://centrali.example:8443", "https://centrali.example:8443"),
        ("http://[::1]:8080", "http://[::1]:8080", "http://[::1]:8080"),
        ("http://[::1]", "http://[::1]", "http://[::1]"),
    ],
)
def test_one_root_gives_both_hosts_unless_it_cannot_be_split(url: str, api: str, auth: str) -> None:
    assert hosts(url) == (api, auth)


@pytest.mark.parametrize(
    "url",
    ["", "centrali.io", "ftp://centrali.io", "https://", "https:///x", "https://a b", "https://user@centrali.io", "https://user:pw@centrali.io",
     "http://localhost:0", "http://localhost:65536", "http://localhost:x", "https://-a.io", "https://a..io", "https://a\n", "https://a/ä"],
)  # fmt: skip
def test_what_is_no_url_of_an_api_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match=r"https://centrali\.io, or http://127"):
        hosts(url)


@pytest.mark.parametrize(
    ("text", "slug", "uuid"),
    [
        ("acme", True, False),
        ("acme-dev_2", True, False),
        ("6f1f1a52-53a4-4a7e-9d0c-000000000000", True, True),
        ("6F1F1A52-53A4-4A7E-9D0C-000000000000", False, True),
        ("6f1f1a52", True, False),
        ("Acme", False, False),
        ("-acme", False, False),
        ("acme-", False, False),
        ("a--b", False, False),
        ("acme dev", False, False),
        ("acme\n", False, False),
        ("", False, False),
    ],
)
def test_slugs_and_ids_are_told_apart(text: str, slug: bool, uuid: bool) -> None:
    assert (is_slug(text), is_uuid(text)) == (slug, uuid)


ITEMS: Any = [{"id": "a"}, {"id": "b"}]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (ITEMS, Page(ITEMS, None, None)),
        ([], Page([], None, None)),
        ({"data": ITEMS, "meta": {"total": 9, "pageSize": 2}}, Page(ITEMS, 9, 2)),
        ({"data": {"data": ITEMS, "meta": {"total": 9}}}, Page(ITEMS, 9, None)),
        *[({member: ITEMS}, Page(ITEMS, None, None)) for member in ("items", "collections", "structures", "results")],
        ({"data": [], "meta": {"total": "9", "pageSize": True}}, Page([], None, None)),
        ({"data": [], "meta": {"total": 9.5, "pageSize": None}}, Page([], None, None)),
        ({"data": [], "meta": []}, Page([], None, None)),
        (list_body(ITEMS, 1, 20, 2), Page(ITEMS, 2, 20)),
    ],
)
def test_a_list_is_read_in_every_published_shape(body: Any, found: Page) -> None:
    assert page(body) == found


@pytest.mark.parametrize(
    "body", [None, True, 5, "text", {}, {"data": None}, {"data": "x"}, {"data": {"data": 5}}, [1], [ITEMS], {"data": ["a"]}]
)
def test_what_is_no_list_is_none(body: Any) -> None:
    with pytest.raises(ValueError, match=r"the answer is not a list|the list holds something that is not an object"):
        page(body)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"id": "a", "name": "f"}, {"id": "a", "name": "f"}),
        ({"data": {"id": "a"}}, {"id": "a"}),
        ({"id": "a", "data": {"id": "b"}}, {"id": "a", "data": {"id": "b"}}),
        ({"data": [1]}, {"data": [1]}),
        ({}, {}),
    ],
)
def test_an_object_is_read_flat_or_wrapped(body: Any, found: Any) -> None:
    assert one(body) == found


@pytest.mark.parametrize("body", [None, [], "text", 5, True])
def test_what_is_no_object_is_none(body: Any) -> None:
    with pytest.raises(ValueError, match="not an object"):
        one(body)


@pytest.mark.parametrize(
    ("body", "text", "found"),
    [
        ({"error": "Unauthorized", "message": "No"}, "", ErrorSaid("No", "Unauthorized")),
        ({"error": {"code": "BAD", "message": "No"}}, "", ErrorSaid("No", "BAD")),
        ({"code": "BAD", "message": "No", "requestId": "req_1"}, "", ErrorSaid("No", "BAD", (), "req_1")),
        ({"error": "invalid_client", "error_description": "Who?"}, "", ErrorSaid("Who?", "invalid_client")),
        ({"error": "Only this"}, "", ErrorSaid("Only this", "Only this")),
        (
            {"message": "No", "details": [{"field": "a", "message": "b"}, "odd", {"field": 5}]},
            "",
            ErrorSaid("No", "", (("a", "b"), ("", ""))),
        ),
        ({"message": "No", "errors": [{"field": "a", "message": "b"}]}, "", ErrorSaid("No", "", (("a", "b"),))),
        ({"message": "No", "details": {}, "fieldErrors": [{"field": "a", "message": "b"}]}, "", ErrorSaid("No", "", (("a", "b"),))),
        ({"message": ["odd"], "code": 5}, "the text", ErrorSaid("the text")),
        (None, " plain \n words ", ErrorSaid("plain words")),
        (None, "x" * 500, ErrorSaid("x" * 200)),
        ([], "[]", ErrorSaid("[]")),
        (None, "", ErrorSaid("")),
    ],
)
def test_an_error_is_read_in_every_published_shape(body: Any, text: str, found: ErrorSaid) -> None:
    assert error_said(body, text) == found


@pytest.mark.parametrize("fields", [(), (("a", "is required"), ("b", "is odd"))])
def test_what_is_written_is_read_the_same(fields: Any) -> None:
    written = error_body(400, "Validation Failed", "BAD", "No", path="/x", timestamp="now", request_id="req_1", fields=fields)
    assert error_said(written) == ErrorSaid("No", "BAD", fields, "req_1")
    assert (written["error"], written["status"], written["path"], written["timestamp"]) == ("Validation Failed", 400, "/x", "now")
    assert ("details" in written) == bool(fields)


@pytest.mark.parametrize(
    ("status", "message", "found"),
    [
        (409, "", True),
        (409, "in use", True),
        (400, "Name already EXISTS", True),
        (422, "duplicate key", True),
        (400, "must be unique", True),
        (400, "code is required", False),
        (404, "already exists", False),
        (500, "already exists", False),
    ],
)
def test_a_name_that_is_taken_is_told_by_the_status_or_the_words(status: int, message: str, found: bool) -> None:
    assert says_exists(status, message) is found
