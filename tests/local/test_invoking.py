"""Invoking triggers, calling their paths and endpoints, and trying code that is not saved."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.local import runner

if TYPE_CHECKING:
    from living import Living

ECHO = "return executionParams"


@pytest.mark.parametrize(
    ("body", "given"),
    [
        ({"payload": {"a": 1}}, {"a": 1}),
        ({"data": {"a": 1}}, {"a": 1}),
        ({"a": 1, "payload": 2}, {"a": 1, "payload": 2}),
        ({}, {}),
        (None, {}),
    ],
)
@pytest.mark.parametrize("call", ["execute", "invoke"])
def test_an_invoked_trigger_answers_a_job_that_can_be_followed(body: Any, given: Any, call: str, acme: Living) -> None:
    trigger = acme.trigger(acme.function(ECHO), "on-demand", params={})
    answer = acme.client.post(f"function-triggers/{trigger}/{call}", **({} if body is None else {"json": body}))
    job = answer.json()
    assert (answer.status_code, job[:4]) == (200, "job_")
    status = [acme.client.get(path).json() for path in (f"function-runs/job/{job}/status", f"jobs/{job}/status")]
    assert [each["state"] for each in status] == ["queued", "queued"]
    assert acme.drain() == 1
    assert acme.client.get(f"jobs/{job}/status").json() == {"id": job, "state": "completed", "returnValue": given, "failedReason": None}
    assert acme.runs()[0]["executionSource"] == "manual"


def test_only_an_on_demand_trigger_that_is_not_paused_can_be_invoked(acme: Living) -> None:
    function = acme.function(ECHO)
    hook = acme.trigger(function, "http-trigger", "hook", path="/hook")
    paused = acme.trigger(function, "on-demand", "paused")
    acme.client.patch(f"function-triggers/{paused}/pause")
    statuses = [acme.client.post(f"function-triggers/{id_}/execute").status_code for id_ in (hook, paused, "gone")]
    assert (statuses, acme.drain()) == ([400, 409, 404], 0)


@pytest.mark.parametrize("segment", ["http-trigger", "webhook"])
def test_an_http_trigger_takes_what_anybody_sends(segment: str, acme: Living) -> None:
    acme.trigger(acme.function(ECHO), "http-trigger", path="/shop/orders")
    for content, kind, payload in ((b'{"a": 1}', "application/json", {"a": 1}), (b"a=1", "text/plain", "a=1"), (b"", "text/plain", None)):
        answer = acme.public.post(f"{segment}/shop/orders?x=1", content=content, headers={"X-Thing": "5", "Content-Type": kind})
        assert (answer.status_code, answer.json()) == (202, {"status": "queued"})
        assert acme.drain() == 1
        got = acme.runs()[0]["runData"]
        assert (got["payload"], got["headers"]["x-thing"], got["query"]) == (payload, "5", {"x": "1"})
    assert acme.runs()[0]["executionSource"] == "http-trigger"


def test_a_path_that_is_not_there_or_paused_is_not_found(acme: Living) -> None:
    hook = acme.trigger(acme.function(ECHO), "http-trigger", path="hook")
    acme.client.patch(f"function-triggers/{hook}/pause")
    assert acme.public.post("http-trigger/hook").status_code == 404
    assert acme.public.post("http-trigger/gone").status_code == 404
    assert acme.public.post("http://localhost/workspace/nobody/api/v1/http-trigger/hook").status_code == 404
    assert acme.public.get("http-trigger/hook").status_code == 405


def signed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


BODY = '{"a":1}'
STRIPE = {"signatureHeader": "stripe-signature", "signedPayloadFormat": "{timestamp}.{body}"}


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {"X-Hub-Signature-256": "sha256=" + signed("s3cret", BODY)}, 202),
        ({}, {"X-Hub-Signature-256": "sha256=" + signed("other", BODY)}, 401),
        ({}, {}, 401),
        ({}, {"X-Hub-Signature-256": "sha256=nothex"}, 401),
        (STRIPE, {"Stripe-Signature": f"t=1800000000,v1={signed('s3cret', f'1800000000.{BODY}')}"}, 202),
        (STRIPE, {"Stripe-Signature": f"t=1799999000,v1={signed('s3cret', f'1799999000.{BODY}')}"}, 401),
        (STRIPE, {"Stripe-Signature": f"v1={signed('s3cret', f'.{BODY}')}"}, 401),
        ({**STRIPE, "timestampTolerance": 2000}, {"Stripe-Signature": f"t=1799999000,v1={signed('s3cret', f'1799999000.{BODY}')}"}, 202),
        ({"validateSignature": False}, {}, 202),
    ],
)
def test_a_signature_is_checked_before_anything_runs(settings: Any, headers: Any, status: int, acme: Living) -> None:
    secret = {"value": "s3cret", "encrypt": True}
    acme.trigger(acme.function(ECHO), "http-trigger", **{"path": "/h", "validateSignature": True, "signingSecret": secret, **settings})
    assert acme.public.post("http-trigger/h", content=BODY, headers=headers).status_code == status
    assert acme.drain() == (status == 202)


@pytest.mark.parametrize(
    ("code", "status", "body", "kind"),
    [
        ("return {ok: executionParams.payload.n + 1, q: executionParams.query.q, m: executionParams.method}", 200,
         {"ok": 2, "q": "x", "m": "POST"}, "application/json"),
        ("return null", 200, None, "application/json"),
        ("return {statusCode: 201, body: {a: 1}, headers: {'X-A': 'b'}}", 201, {"a": 1}, "application/json"),
        ("return {statusCode: 404, body: 'no'}", 404, "no", "text/plain; charset=utf-8"),
        ("return {statusCode: 99}", 200, {"statusCode": 99}, "application/json"),
    ],
)  # fmt: skip
def test_an_endpoint_answers_what_its_function_returns(code: str, status: int, body: Any, kind: str, acme: Living) -> None:
    acme.trigger(acme.function(code), "endpoint", path="/e")
    answer = acme.client.post("endpoint/e?q=x", json={"n": 1})
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert (answer.text if isinstance(body, str) else answer.json()) == body
    run = acme.runs()[0]
    assert (run["status"], run["executionSource"]) == ("completed", "endpoint")


@pytest.mark.parametrize(
    ("answered", "status", "length"),
    [
        ("statusCode: 204, body: {a: 1}", 204, None),
        ("statusCode: 304, body: 'a'", 304, None),
        ("statusCode: 200, body: 'a', headers: {'Content-Length': '5', 'Transfer-Encoding': 'chunked', 'X-A': ' b '}", 200, "1"),
    ],
)
def test_an_endpoint_answers_as_long_as_its_body_is(answered: str, status: int, length: str | None, acme: Living) -> None:
    acme.trigger(acme.function(f"return {{{answered}}}"), "endpoint", path="/e")
    answer = acme.client.post("endpoint/e")
    assert (answer.status_code, answer.headers.get("content-length"), "transfer-encoding" in answer.headers) == (status, length, False)
    assert (len(answer.content), answer.headers.get("x-a", "b")) == (int(length or 0), "b")


@pytest.mark.parametrize("header", [r"'X-A': '\u{1d11e}'", r"'X-A': 'b\r\nX-C: d'", "'X A': 'b'", "'': 'b'"])
def test_a_header_that_no_answer_can_carry_is_the_functions_failure(header: str, acme: Living) -> None:
    acme.trigger(acme.function(f"return {{statusCode: 200, headers: {{{header}}}}}"), "endpoint", path="/e")
    answer = acme.client.post("endpoint/e")
    assert (answer.status_code, answer.json()["code"]) == (500, "RESULT_NOT_HTTP")


def test_a_function_may_throw_half_a_character(acme: Living) -> None:
    acme.trigger(acme.function(r"throw '\ud800'"), "endpoint", path="/e")
    assert acme.client.post("endpoint/e").json()["message"] == "\ufffd"
    assert acme.runs()[0]["errorMessage"] == "\ufffd"


def test_an_endpoint_that_fails_says_so(acme: Living) -> None:
    acme.trigger(acme.function("throw new Error('broken')"), "endpoint", "a", path="/fails")
    acme.trigger(acme.function("for (;;) {}", "g", timeoutMs=50), "endpoint", "b", path="/never")
    acme.trigger(acme.function(ECHO, "h"), "endpoint", "c", path="/get", allowedMethods=["GET"])
    failed, late = acme.client.post("endpoint/fails"), acme.client.post("endpoint/never")
    assert (failed.status_code, "broken" in failed.json()["message"], late.status_code) == (500, True, 504)
    assert acme.client.get("endpoint/get").json()["method"] == "GET"
    assert (acme.client.post("endpoint/get").status_code, acme.client.post("endpoint/gone").status_code) == (405, 404)
    assert acme.public.post("endpoint/fails").status_code == 401


def test_code_is_tried_without_being_saved(acme: Living) -> None:
    code = "async function run() { return { sum: executionParams.a + executionParams.b } }"
    answer = acme.client.post("compute-functions/test", json={"code": code, "params": {"a": 1, "b": 2}}).json()
    assert (answer["success"], answer["output"], answer["logs"], "error" in answer) == (True, {"sum": 3}, [], False)
    failed = acme.client.post("compute-functions/test", json={"code": "async function run() {\n  gone() }"}).json()
    assert (failed["success"], failed["output"], "line 2" in failed["error"]) == (False, None, True)
    assert [acme.client.post("compute-functions/test", json=body).status_code for body in ({}, {"code": " "}, {"code": 5}, [])] == [400] * 4
    assert (acme.runs(), acme.client.get("compute-functions").json()["data"]) == ([], [])


def test_code_that_is_tried_has_the_usual_time_unless_another_one_is_sent(acme: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = {"code": "async function run() { for (;;) {} }"}
    assert runner.USUAL_MS == 30_000
    monkeypatch.setattr(runner, "USUAL_MS", 30)
    answers = [acme.client.post("compute-functions/test", json={**endless, **more}).json() for more in ({}, {"timeoutMs": 20})]
    assert ["after 30 ms" in answers[0]["error"], "after 20 ms" in answers[1]["error"]] == [True, True]
    refused = [acme.client.post("compute-functions/test", json={**endless, "timeoutMs": limit}) for limit in (0, 300_001, "5", True)]
    assert [(answer.status_code, answer.json()["details"][0]["field"]) for answer in refused] == [(400, "timeoutMs")] * 4
