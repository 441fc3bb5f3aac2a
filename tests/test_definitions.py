"""What is said of definitions of values, whatever their shape; each complaint is tried in kinds/test_structure_checks.py."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy.definitions import FOREIGN, OPTIONS, check
from centrali_deploy.values import TYPES

MEMBERS = sorted({"name", "type", "default", "enum", "required"}.union(*OPTIONS.values()))
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from([*TYPES, "(", "a", "set_null"])
DEFINITIONS: Any = st.recursive(
    SCALARS, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inside, max_size=6), max_leaves=20
)


def test_every_type_has_options_of_its_own_or_none() -> None:
    assert OPTIONS.keys() == TYPES.keys()
    assert OPTIONS["number"] == {"minimum", "maximum", "integer"}
    assert OPTIONS["boolean"] == OPTIONS["datetime"] == set()


def test_what_is_foreign_to_a_type_is_known_of_another_one() -> None:
    everything = frozenset().union(*OPTIONS.values())
    assert all(FOREIGN[sort] == everything - OPTIONS[sort] for sort in TYPES if sort != "datetime")
    assert everything - FOREIGN["datetime"] == {"minimum", "maximum"}


@given(st.lists(DEFINITIONS, max_size=4))
def test_it_never_fails_and_every_place_is_in_the_definitions(held: Any) -> None:
    for finding in check(held, ()):
        value: Any = held
        for part in finding.path:
            value = value[part]
        assert finding.message.endswith(".")
        assert finding.hint.endswith(".")
