"""The tables of what a function finds fit each other, and fit the kinds that read them."""

from __future__ import annotations

import pytest

from centrali_deploy import javascript
from centrali_deploy.firing import EVENTS
from centrali_deploy.kinds import KINDS
from centrali_deploy.runtime import API, BY_SLUG, GONE, INPUTS, LOOPS, MISSING


def test_what_names_a_structure_and_what_can_loop_are_members_of_api() -> None:
    assert BY_SLUG < API
    assert frozenset().union(*LOOPS.values()) < API


def test_what_is_gone_is_in_no_other_table() -> None:
    assert GONE.keys().isdisjoint(API | BY_SLUG)


def test_every_loop_begins_with_a_published_event_and_its_own_sort_of_call() -> None:
    assert set(EVENTS) > LOOPS.keys()
    for event, calls in LOOPS.items():
        verb = event.rpartition("_")[2].removesuffix("d")
        assert any(verb in call.lower() for call in calls), event
        assert "upsertRecord" not in calls or event in {"record_created", "record_updated"}


@pytest.mark.parametrize(
    ("event", "call"), [("record_created", "createRecord"), ("record_updated", "incrementField"), ("record_deleted", "deleteRecord")]
)
def test_a_function_that_does_what_it_waits_for_loops(event: str, call: str) -> None:
    assert call in LOOPS[event]
    assert all(call not in others for other, others in LOOPS.items() if other != event)


def test_there_are_inputs_for_each_execution_type_and_for_orchestrations() -> None:
    tags = {tag for pair in KINDS["trigger"].examples for spec in pair for tag in [spec["executionType"]]}
    assert INPUTS.keys() == tags | {"orchestration"}
    assert [sort for sort, members in INPUTS.items() if members is None] == ["on-demand"]


def test_everything_foreign_that_is_looked_for_has_a_way_out() -> None:
    assert MISSING.keys() == {*javascript.FOREIGN, "import", "export"}
    assert all(message.endswith(".") and hint.endswith(".") for message, hint in MISSING.values())
