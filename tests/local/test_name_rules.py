"""Names of every sort: which are taken, and what is said of the others."""

from __future__ import annotations

import pytest

from centrali_deploy.local.name_rules import is_domain, is_field, is_slug, named

CONTROL = [("name", "must not hold control characters")]
REQUIRED = [("name", "is required, up to 255 characters")]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Any text, ü 𝄞", []),
        ("one\u00a0two\u3000three \U0001f468\u200d\U0001f467", []),
        ("a" * 255, []),
        ("a" * 256, REQUIRED),
        ("", REQUIRED),
        (None, REQUIRED),
        (5, REQUIRED),
        ("\0", CONTROL),
        ("a\tb", CONTROL),
        ("a\n", CONTROL),
        ("\x1b[31m", CONTROL),
        ("a\x7f", CONTROL),
        ("a\x9bb", CONTROL),
    ],
)
def test_a_name_for_people_is_any_text_without_control_characters(name: object, wrong: list[tuple[str, str]]) -> None:
    assert list(named({"name": name})) == wrong


@pytest.mark.parametrize(("description", "wrong"), [(None, []), ("", []), ("a\nb", []), (5, [("description", "must be a text")])])
def test_a_description_is_any_text_or_none(description: object, wrong: list[tuple[str, str]]) -> None:
    assert list(named({"name": "a", "description": description})) == wrong


@pytest.mark.parametrize(
    ("value", "whether"), [("a1-b_2", True), ("a" * 100, True), ("a" * 101, False), ("a--b", False), ("a\n", False), (5, False)]
)
def test_which_slugs_are_slugs(value: object, whether: bool) -> None:
    assert is_slug(value) is whether


@pytest.mark.parametrize(
    ("value", "whether"), [("_a1", True), ("A", True), ("1a", False), ("a-b", False), ("ü", False), ("a\n", False), (None, False)]
)
def test_which_fields_are_fields(value: object, whether: bool) -> None:
    assert is_field(value) is whether


@pytest.mark.parametrize(
    ("value", "whether"), [("api.acme.com", True), ("a" * 64, False), ("a.com/x", False), ("a..b", False), ("a\n", False), (5, False)]
)
def test_which_domains_are_domains(value: object, whether: bool) -> None:
    assert is_domain(value) is whether
