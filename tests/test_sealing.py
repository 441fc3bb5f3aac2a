from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest

from centrali_deploy.address import Address
from centrali_deploy.errors import ManifestError
from centrali_deploy.sealing import UNSET, Seal, holds_secret, is_sealed
from centrali_deploy.secret import Secret

WHO = Address("trigger", "nightly")
SEAL = Seal(b"one key")


def secret(value: str) -> Secret:
    return Secret("${env:KEY}", lambda: value)


def unset() -> NoReturn:
    raise ManifestError([])


def test_neither_a_secret_nor_a_long_text_is_left_in_a_sealed_spec() -> None:
    spec = {"code": "async " * 100, "name": "short", "params": {"key": {"value": secret("canary-42"), "encrypt": True}}}
    sealed = SEAL.sealed(WHO, spec)
    assert "canary" not in json.dumps(sealed)
    assert "async" not in json.dumps(sealed)
    assert sealed["name"] == "short"
    assert is_sealed(sealed["code"])
    assert holds_secret(sealed)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (secret("a"), secret("a"), True),
        (secret("a"), secret("b"), False),
        ("x" * 300, "x" * 300, True),
        ("x" * 300, "x" * 301, False),
        ("x\n" * 150, "x\r\n" * 150, True),
        ("x" * 300, "x" * 300 + "\n", True),
    ],
)
def test_a_digest_tells_whether_a_value_is_the_same(left: Any, right: Any, same: bool) -> None:
    assert (SEAL.sealed(WHO, {"v": left}) == SEAL.sealed(WHO, {"v": right})) is same


def test_equal_secrets_look_different_in_two_places_and_under_two_keys() -> None:
    steps = [{"id": name, "key": secret("a")} for name in ("one", "two")]
    first, second = SEAL.sealed(WHO, {"steps": steps})["steps"]
    assert first["key"] != second["key"]
    assert Seal(b"other").sealed(WHO, {"v": secret("a")}) != SEAL.sealed(WHO, {"v": secret("a")})
    assert SEAL.sealed(Address("trigger", "other"), {"v": secret("a")}) != SEAL.sealed(WHO, {"v": secret("a")})


def test_the_order_of_named_items_means_nothing_to_a_digest() -> None:
    steps = [{"id": name, "key": secret("a")} for name in ("one", "two")]
    assert SEAL.sealed(WHO, {"s": steps})["s"] == list(reversed(SEAL.sealed(WHO, {"s": steps[::-1]})["s"]))


def test_of_a_secret_that_is_not_set_nothing_is_known() -> None:
    assert SEAL.sealed(WHO, {"v": Secret("${env:NO}", unset)}) == {"v": UNSET}


def test_sealing_twice_changes_nothing() -> None:
    once = SEAL.sealed(WHO, {"code": "y" * 500, "v": secret("a")})
    assert SEAL.sealed(WHO, once) == once
