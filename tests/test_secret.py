"""Secrets: no way of looking at one shows its value."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.secret import Revealed, Secret, revealed_in

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
