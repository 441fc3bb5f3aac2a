"""Words that repeat a secret are not passed on, wherever in an error body they stand."""

from __future__ import annotations

import pytest

from centrali_deploy.remote.withholding import withheld
from centrali_deploy.wire import ErrorSaid

FULL = ErrorSaid("a message", "A_CODE", (("a field", "a text"),), "req_1")


@pytest.mark.parametrize(
    "said",
    [
        ErrorSaid("bad value canary!"),
        ErrorSaid("bad", "canary"),
        ErrorSaid("bad", fields=(("canary", "no"),)),
        ErrorSaid("bad", fields=(("ok", "no"), ("key", "not canary"))),
        ErrorSaid("bad", request_id="req_canary"),
    ],
)
def test_one_word_that_repeats_a_secret_withholds_all_of_them(said: ErrorSaid) -> None:
    found = withheld(said, "", ("other", "canary"))
    assert "canary" not in repr(found)
    assert "repeats a secret" in found.message
    assert (found.code, found.fields, found.request_id) == ("", (), "")


@pytest.mark.parametrize("secrets", [(), ("canary",), ("",), ("a",), ("mes",)])
def test_anything_else_is_passed_on_and_very_short_secrets_withhold_nothing(secrets: tuple[str, ...]) -> None:
    assert withheld(FULL, "", secrets) is FULL


def test_four_characters_are_a_secret() -> None:
    assert withheld(FULL, "", ("mess",)) is not FULL
