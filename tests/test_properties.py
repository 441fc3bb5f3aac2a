"""The models of properties: one for each type, with a name at the top and in lists, without one elsewhere."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from centrali_deploy.properties import MODELS, AnyDefinition, AnyProperty, Members
from centrali_deploy.values import TYPES


@pytest.mark.parametrize("sort", TYPES)
def test_every_type_has_a_model_with_a_name_and_one_without(sort: str) -> None:
    assert MODELS.keys() == TYPES.keys()
    written = {"type": sort, **({"target": "x"} if sort == "reference" else {})}
    assert TypeAdapter(AnyDefinition).validate_python(written).type == sort
    assert isinstance(TypeAdapter(AnyProperty).validate_python({**written, "name": "a"}), MODELS[sort])
    with pytest.raises(ValidationError, match="name"):
        TypeAdapter(AnyProperty).validate_python(written)


def test_members_of_an_object_are_a_mapping_or_a_list_and_a_mistake_is_told_once() -> None:
    adapter = TypeAdapter(Members)
    assert list(adapter.validate_python({"x": {"type": "string"}})) == ["x"]
    assert [each.name for each in adapter.validate_python([{"name": "x", "type": "string"}])] == ["x"]
    for wrong in ({"x": {"type": "strng"}}, [{"name": "x", "type": "strng"}], "x", 5, {"x": 5}, [5]):
        with pytest.raises(ValidationError) as caught:
            adapter.validate_python(wrong)
        assert caught.value.error_count() == 1
