"""Answers: what is usable, what is broken and why, and how long the API asks to wait."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from centrali_deploy.remote.answer import Answer


@pytest.mark.parametrize(
    ("status", "content", "broken"),
    [
        (200, b'{"a": 1}', ""),
        (200, b"[]", ""),
        (200, b'"<html>"', ""),
        (204, b"", ""),
        (200, b" \n", ""),
        (200, b'{"a": ', "cut short"),
        (201, b"fine", "cut short"),
        (200, b"\xff\xfe\xfa", "cut short"),
        (200, b"[" * 100_000, "cut short"),
        (200, b"<HTML><body>Sign in</body>", "web page"),
        (200, b"<!DOCTYPE html><p>", "web page"),
        (500, b'{"message": "no"}', "failed with 500"),
        (502, b"<html>", "failed with 502"),
        (503, b"", "failed with 503"),
        (504, b"", "failed with 504"),
        (501, b"no", ""),
        (302, b"<html>", ""),
        (400, b"no", ""),
        (404, b"<html>", ""),
        (429, b"slow down", ""),
    ],
)
def test_an_answer_is_broken_when_it_says_nothing_usable(status: int, content: bytes, broken: str) -> None:
    found = Answer.read(status, content, {}).broken
    assert broken in found
    assert bool(broken) == bool(found)


def test_an_answer_without_a_body_has_none_and_no_byte_is_unreadable() -> None:
    assert Answer.read(204, b"", {}).body is None
    assert Answer.read(400, b"no\xff", {}).text == "no\ufffd"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("0.5", 0.5), ("-3", 0), ("601", 600), ("inf", 600), ("nan", 0), ("", 60), ("soon", 60), (formatdate(0, usegmt=True), 0)],
)
def test_the_wait_asked_for_is_a_number_within_bounds(text: str, seconds: float) -> None:
    assert Answer.read(429, b"", {"Retry-After": text} if text else {}).retry_after(60) == seconds


def test_the_wait_asked_for_may_be_a_date() -> None:
    headers = {"Retry-After": formatdate(time.time() + 90, usegmt=True)}
    assert Answer.read(429, b"", headers).retry_after(60) == pytest.approx(90, abs=5)
