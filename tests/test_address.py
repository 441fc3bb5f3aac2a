"""Addresses and paths: one form in which people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centrali_deploy.address import Address, Item, path_text

if TYPE_CHECKING:
    from centrali_deploy.address import Path


@pytest.mark.parametrize("address", [Address("trigger", "nightly"), Address("function", "a/b"), Address("function", " /")])
def test_an_address_is_read_as_it_is_written(address: Address) -> None:
    assert Address.parse(str(address)) == address
    assert str(address) == f"{address.kind}/{address.name}"


@pytest.mark.parametrize("text", ["", "trigger", "trigger/", "/nightly", "/"])
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write kind/name, for example"):
        Address.parse(text)


def test_addresses_sort_by_kind_and_name() -> None:
    addresses = [Address("b", "a"), Address("a", "b"), Address("a", "a")]
    assert [str(address) for address in sorted(addresses)] == ["a/a", "a/b", "b/a"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("name",), "name"),
        (("properties", Item("email"), "maxLength"), "properties[email].maxLength"),
        (("steps", 0, "cases", 1), "steps[0].cases[1]"),
        (("a", "b_c", "$ref", "x-y"), "a.b_c.$ref.x-y"),
        (("a", "b.c", ""), "a[b.c][]"),
        ((Item("x"), "y"), "[x].y"),
    ],
)
def test_a_path_is_written_with_dots_and_brackets(path: Path, text: str) -> None:
    assert path_text(path) == text
