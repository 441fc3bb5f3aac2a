"""Refusals: which of our errors each is, in whose words, and what it tells to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from centrali_deploy.errors import Conflict, ExitCode, Rejected, RemoteError, Unauthorized
from centrali_deploy.remote.answer import Answer
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import BearerToken, ServiceAccount
from centrali_deploy.remote.refused import refused

CONNECTION = Connection("https://centrali.io", "acme-dev", ServiceAccount("ci_1", "sk_1"))


def error(status: int, body: Any, *secrets: str, connection: Connection = CONNECTION) -> RemoteError:
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return refused(Answer.read(status, content, {}), "POST", "/things", connection, secrets)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "words"),
    [
        (401, {"message": "Token expired"}, Unauthorized, 4, "Token expired"),
        (401, "no entry", Unauthorized, 4, "no entry"),
        (403, {"message": "not in group"}, Unauthorized, 4, "not in group"),
        (409, {"message": "in use"}, Conflict, 5, "in use"),
        (400, {"message": "name already exists"}, Conflict, 5, "already exists"),
        (422, {"error": {"code": "DUP", "message": "Duplicate key"}}, Conflict, 5, "Duplicate key"),
        (400, {"message": "code is required"}, Rejected, 10, "code is required"),
        (400, "plain\n  words", Rejected, 10, "plain words"),
        (404, {"message": "gone"}, Rejected, 10, "gone"),
        (413, "", Rejected, 10, "without a word"),
        (418, "<html><body>teapot</body></html>", Rejected, 10, "it answered with a web page"),
        (422, [], Rejected, 10, "[]"),
    ],
)
def test_a_refusal_is_the_error_that_its_status_and_words_make_it(
    status: int, body: Any, kind: type[RemoteError], code: int, words: str
) -> None:
    found = error(status, body)
    assert (type(found), found.exit_code, found.status) == (kind, ExitCode(code), status)
    assert found.message == f"POST /things was refused ({status}): {words}" or words in found.message
    assert "teapot" not in found.message
    assert found.hint


def test_every_published_part_of_an_error_body_is_kept() -> None:
    body = {"message": "Validation failed", "code": "VALIDATION_ERROR", "requestId": "req_7", "details": [{"field": "a", "message": "no"}]}
    found = error(400, body)
    assert (found.code, found.request_id, found.fields) == ("VALIDATION_ERROR", "req_7", (("a", "no"),))
    assert (found.method, found.path) == ("POST", "/things")


def test_whoever_is_forbidden_is_named_with_the_groups_and_the_workspace() -> None:
    hint = error(403, {}).hint
    assert all(words in hint for words in ("(ci_1)", '"acme-dev"', "workspace_administrators"))
    other = error(403, {}, connection=Connection("https://centrali.io", "acme-dev", BearerToken("t"))).hint
    assert "(" not in other.split("must")[0]


@pytest.mark.parametrize(
    "body",
    [
        {"message": "bad value canary"},
        {"message": "bad", "code": "canary"},
        {"message": "bad", "requestId": "canary"},
        {"message": "bad", "details": [{"field": "key", "message": "got canary"}]},
        {"error": {"message": "canary"}},
        {"unheard": ["canary"]},
        ["canary"],
        "we do not like canary",
    ],
)
def test_what_repeats_a_secret_is_withheld_from_every_part(body: Any) -> None:
    found = error(400, body, "canary")
    assert "canary" not in repr(vars(found)) + repr(found) + str(found)
    assert "repeats a secret" in found.message
