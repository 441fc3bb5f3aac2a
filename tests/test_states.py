"""The three states: where things stand in a manifest, what they refer to, and what was meant by a name."""

from __future__ import annotations

import pytest

from centrali_deploy.address import Address, Item, Path
from centrali_deploy.errors import Position
from centrali_deploy.states import DesiredResource, LiveState, RecordedState, misspelt, near_name, references


def at(line: int) -> Position:
    return Position("workspace.yaml", line, 1)


STRUCTURE = DesiredResource(
    Address("structure", "orders"),
    {"name": "Orders", "properties": [{"name": "email", "type": "string"}, {"name": "total", "type": "number"}, {"type": "odd"}]},
    {
        (): at(1),
        ("name",): at(2),
        ("properties",): at(3),
        ("properties", 0): at(4),
        ("properties", 0, "type"): at(5),
        ("properties", 1): at(6),
        ("properties", 1, "type"): at(7),
    },
)
STEPS = [{"id": "first", "type": "compute", "function": "f"}, {"id": "second", "type": "compute", "function": "g", "name": "first"}]
FLOW = DesiredResource(
    Address("orchestration", "o"),
    {"name": "O", "trigger": {"type": "event-driven", "structureSlug": "orders"}, "steps": STEPS},
    {(): at(1), ("steps", 0): at(10), ("steps", 1): at(20), ("steps", 1, "function"): at(21)},
)


@pytest.mark.parametrize(
    ("resource", "path", "line"),
    [
        (STRUCTURE, (), 1),
        (STRUCTURE, ("name",), 2),
        (STRUCTURE, ("properties", Item("email")), 4),
        (STRUCTURE, ("properties", Item("email"), "type"), 5),
        (STRUCTURE, ("properties", Item("total"), "type"), 7),
        (STRUCTURE, ("properties", Item("total"), "maximum"), 6),
        (STRUCTURE, ("properties", 1, "type"), 7),
        (STRUCTURE, ("properties", Item("string")), 3),
        (STRUCTURE, ("properties", Item("gone"), "type"), 3),
        (STRUCTURE, ("description",), 1),
        (STRUCTURE, ("name", "deeper", 0), 2),
        (FLOW, ("steps", Item("first")), 10),
        (FLOW, ("steps", Item("second"), "function"), 21),
        (FLOW, ("steps", Item("second"), "timeoutMs"), 20),
        (FLOW, ("steps", Item("order")), 1),
    ],
)
def test_a_path_stands_where_it_is_written_or_at_what_is_around_it(resource: DesiredResource, path: Path, line: int) -> None:
    assert resource.position(path) == at(line)


def test_what_was_not_read_from_a_file_stands_nowhere() -> None:
    assert DesiredResource(Address("function", "f"), {"code": "x"}).position(("code",)) is None


def test_two_resources_are_the_same_wherever_they_stand() -> None:
    assert DesiredResource(FLOW.address, FLOW.spec, {(): at(99)}) == FLOW


def test_everything_a_resource_refers_to_is_known_with_its_path() -> None:
    found = {reference.path: reference.target for reference, _ in references(FLOW)}
    assert found == {
        ("steps", 0, "function"): Address("function", "f"),
        ("steps", 1, "function"): Address("function", "g"),
        ("trigger", "structureSlug"): Address("structure", "orders"),
    }


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [("function", "send-mial", "Did you mean send-mail?"), ("function", "other", ""), ("structure", "send-mial", "")],
)
def test_a_near_name_is_one_of_the_same_kind(kind: str, name: str, words: str) -> None:
    known = [Address("function", "send-mail"), Address("function", "charge-card"), Address("trigger", "send-mial")]
    assert near_name(Address(kind, name), known) == words


@pytest.mark.parametrize(
    ("kind", "name", "meant"),
    [
        ("function", "proces-item", "process-item"),
        ("function", "process-items", "process-item"),
        ("function", "proecss-item", "process-item"),
        ("function", "Process-Item", "process-item"),
        ("function", "process-item-2", None),
        ("function", "process-item-v2", None),
        ("function", "report-2024", None),
        ("function", "report-daily", None),
        ("function", "process", None),
        ("structure", "proces-item", None),
    ],
)
def test_a_slip_is_nearer_than_another_name_and_a_number_makes_it_another(kind: str, name: str, meant: str | None) -> None:
    known = [Address("function", name) for name in ("process-item", "report-2025", "report-weekly")]
    assert misspelt(Address(kind, name), known) == meant


def test_nothing_is_live_and_nothing_recorded_unless_somebody_says_so() -> None:
    assert (LiveState().resources, LiveState().doubles, RecordedState().resources) == ({}, {}, {})
