"""Plain words in YAML as people mean them."""

from __future__ import annotations

from typing import Any

import pytest
from refusing import refused

from centrali_deploy.manifest.documents import parse_document


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("12:30", "12:30"), ("2024-01-02", "2024-01-02"), ("~", None), ("null", None),
        ("", None), ("NULL", None), ("nUll", "nUll"), ("true", True), ("TRUE", True), ("tRue", "tRue"), ("0", 0), ("-0", 0), ("+7", 7),
        ("0o17", 15), ("0x1F", 31), ("0b11", "0b11"), ("1_000", "1_000"), ("1e3", 1000.0), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0),
        ("-1.5E-2", -0.015), ("1e", "1e"), ("-x", "-x"), ("+", "+"), ("...a", "...a"), ("1.2.3", "1.2.3"), (".inf", ".inf"),
        ("-.inf", "-.inf"), (".nan", ".nan"), ("9" * 300, int("9" * 300)), ('"9e999"', "9e999"), ("'true'", "true"),
        ("! 5", "5"), ("!!str 5", "5"), ("|-\n  5", "5"), ("1e-400", 0.0), ("18446744073709551616", 2**64),
    ],
)  # fmt: skip
def test_words_are_read_as_people_mean_them(word: str, value: Any) -> None:
    found = parse_document(f"a: {word}\n", "f").data["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("9" * 5000, "This number has 5,000 digits."),
        ("-" + "9" * 300, "This number has 301 digits."),
        ("1e999", "1e999 is larger than any number can be."),
        ("-1e999", "-1e999 is larger than any number can be."),
        ("1.5e400", "1.5e400 is larger than any number can be."),
        ("012", "012 starts with a zero: a text, or a number?"),
        ("-007", "-007 starts with a zero: a text, or a number?"),
        ("!!int 5", "The tag tag:yaml.org,2002:int is not known."),
        ("!Ref x", "The tag !Ref is not known."),
        ("!!set {b}", "The tag tag:yaml.org,2002:set is not known."),
    ],
)
def test_a_word_that_could_mean_two_things_is_a_problem(word: str, message: str) -> None:
    assert refused(f"a: {word}\n") == [(1, 4, message)]
    assert refused(f"# a\nb: [1, {word}]\n") == [(2, 8, message)]


@pytest.mark.parametrize("key", ["5", "~", "true", "1.50", "2024-01-02", "no", "012", "1e999"])
def test_a_key_is_text_as_it_is_written(key: str) -> None:
    assert parse_document(f"{key}: a\n", "f").data == {key: "a"}
