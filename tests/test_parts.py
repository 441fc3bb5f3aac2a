"""The parts of a kind's row: strict models, and which members make sense where."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import Field, ValidationError

from centrali_deploy.parts import OpenSpec, Place, Spec


class Closed(Spec):
    count: int | None = None
    not_: str | None = Field(default=None, alias="not")


class Open(OpenSpec):
    type: Literal["open"] = "open"
    count: int | None = None


@pytest.mark.parametrize("wrong", [{"count": "5"}, {"count": 5.0}, {"count": True}, {"cuont": 5}, {"not_": "x"}, {"not": 5}])
def test_a_spec_takes_nothing_unknown_and_turns_nothing_into_something_else(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Closed.model_validate(wrong)


def test_a_spec_is_written_under_its_published_names_and_cannot_be_changed() -> None:
    found = Closed.model_validate({"count": 5, "not": "x"})
    assert (found.count, found.not_) == (5, "x")
    with pytest.raises(ValidationError, match="frozen"):
        found.count = 6  # type: ignore[misc]


def test_an_open_spec_lets_unknown_members_through_and_is_as_strict_about_known_ones() -> None:
    assert Open.model_validate({"count": 5, "later": [1]}).model_extra == {"later": [1]}
    with pytest.raises(ValidationError):
        Open.model_validate({"count": "5"})


MODELS: dict[str, type[Spec]] = {"closed": Closed, "open": Open}
BOTH = {"count", "not", "type"}


@pytest.mark.parametrize(
    ("place", "item", "members"),
    [
        (Place(variant=("type",), models=MODELS), {"type": "closed"}, {"count", "not"}),
        (Place(variant=("type",), models=MODELS), {"type": "open"}, {"type", "count"}),
        (Place(variant=("type",), models=MODELS), {"type": "huh"}, BOTH),
        (Place(variant=("type",), models=MODELS), {"type": 5}, BOTH),
        (Place(variant=("type",), models=MODELS), {}, BOTH),
        (Place(variant=("type", "other"), models=MODELS), {"type": "closed", "other": "open"}, {"count", "not"}),
        (Place(models=MODELS), {"type": "closed"}, BOTH),
        (Place(), {"type": "closed"}, set()),
    ],
)
def test_the_members_of_an_object_are_those_of_its_own_variant_or_of_all(place: Place, item: Any, members: set[str]) -> None:
    assert place.members(item) == members
