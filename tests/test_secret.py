"""Secrets: no way of looking at one shows its value."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.secret import Revealed, Secret, in_the_clear, revealed_in

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def secret(asked: list[str]) -> Secret:
    def look_up() -> str:
        asked.append("asked")
        return "canary"

    return Secret("${env:KEY}", look_up)


@pytest.mark.parametrize(
    "shown",
    [repr, str, format, "{}".format, "{!r}".format, lambda s: f"{s}", lambda s: "%s" % s, lambda s: repr({"k": [s]}), ascii],  # noqa: UP031 -- one of the ways
)
def test_it_is_shown_as_where_it_comes_from(shown: Callable[[Any], str], secret: Secret, asked: list[str]) -> None:
    assert "Secret(${env:KEY})" in shown(secret)
    assert asked == []


@pytest.mark.parametrize("store", [pickle.dumps, copy.copy, json.dumps, vars])
def test_it_cannot_be_stored(store: Callable[[Any], object], secret: Secret, asked: list[str]) -> None:
    with pytest.raises(TypeError):
        store(secret)
    with pytest.raises(TypeError, match=r"Secret\(\$\{env:KEY\}\) cannot be stored"):
        pickle.dumps({"k": [secret]})
    assert asked == []


def test_a_copy_of_a_spec_holds_the_same_one(secret: Secret, asked: list[str]) -> None:
    assert copy.deepcopy({"k": [secret]})["k"][0] is secret
    assert asked == []


def test_two_are_equal_only_if_they_are_the_same() -> None:
    one, other = Secret("x", lambda: "canary"), Secret("x", lambda: "canary")
    assert one == one  # noqa: PLR0124 -- what is tested
    assert one != other


def test_its_value_is_given_when_asked_for_and_known_for_what_it_is(secret: Secret, asked: list[str]) -> None:
    value = secret.reveal()
    assert (value, type(value), asked) == ("canary", Revealed, ["asked"])
    assert json.dumps({"k": value}) == '{"k": "canary"}'


def test_every_secret_in_a_body_is_found_and_nothing_else() -> None:
    body = {"a": Revealed("1"), "b": [{"c": Revealed("2")}, "3", None], "d": 4}
    assert list(revealed_in(body)) == ["1", "2"]
    assert [type(text) for text in revealed_in(body)] == [str, str]
    assert list(revealed_in(None)) == []


@pytest.mark.parametrize(
    "name",
    [
        *("secret", "password", "token", "apiKey", "privateKey", "clientSecret", "db_password", "ACCESS_TOKEN", "STRIPE_API_KEY"),
        *("api-key", "private key", "apikey", "dbpassword", "secretKey", "awsSecretAccessKey"),
    ],
)
def test_a_name_may_say_that_a_text_is_a_secret(name: str) -> None:
    assert list(in_the_clear({name: "x"})) == [(name,)]
    assert list(in_the_clear({"a": [{name: {"value": "x"}}], "b": {name: ["x"]}})) == [("a", 0, name, "value"), ("b", name, 0)]
    assert list(in_the_clear({name: 5, "b": {name: None}, "c": {name: ""}, "d": {name: True}})) == []


@pytest.mark.parametrize(
    "name", ["tokenUrl", "keyField", "primaryKey", "maxTokens", "key", "secretary", "passwordField", "tokens", "value"]
)
def test_a_name_that_only_has_such_a_word_in_it_does_not(name: str) -> None:
    assert list(in_the_clear({name: "x"})) == []


@pytest.mark.parametrize(
    "text",
    [
        *("sk_live_abc", "ghp_abc", "xoxb-1-a", "AKIAIOSFODNN7EXAMPLE", "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----"),
        *("postgres://me:hunter2@db/x", "https://:hunter2@example.com", "redis://me:a:b@host:6379/0"),
    ],
)
def test_a_text_may_look_like_a_secret_whatever_its_name(text: str) -> None:
    assert list(in_the_clear({"note": text})) == [("note",)]


@pytest.mark.parametrize(
    "text",
    [
        *("", "sk_", "a sk_live_abc", "AKIA", "AKIAta", "-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----"),
        *("https://example.com", "https://example.com:8080/a@b", "https://me@example.com", "mailto:me@example.com", "me:you@here"),
    ],
)
def test_a_text_that_does_not_is_none(text: str) -> None:
    assert list(in_the_clear({"note": text})) == []


def test_what_says_that_it_is_encrypted_is_left_out() -> None:
    for flag in ({"encrypt": True}, {"encrypt": False}, {"encrypted": True}):
        assert list(in_the_clear({"apiKey": {"value": "sk_live_abc", **flag}})) == []
    assert list(in_the_clear({"apiKey": {"value": "x", "unit": "m"}})) == [("apiKey", "value")]
    assert list(in_the_clear({"apiKey": Secret("${env:A}", lambda: "x")})) == []


@pytest.mark.parametrize("value", [None, 5, [], {}, [[]], {5: {6: "x"}}])
def test_nothing_is_found_where_nothing_is(value: object) -> None:
    assert list(in_the_clear(value)) == []
