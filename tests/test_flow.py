"""The graph of steps, against the plainest program that could find the same."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy import flow

NAMES = ("a", "b", "c", "d", "e")
NAME = st.sampled_from((*NAMES, "nowhere"))


def decision(name: str, *to: str, otherwise: str | None = None) -> dict[str, Any]:
    return {"id": name, "type": "decision", "cases": [{"nextStepId": each} for each in to], "defaultNextStepId": otherwise}


def compute(name: str, to: str | None = None, sort: str = "compute") -> dict[str, Any]:
    return {"id": name, "type": sort, **({"nextStepId": to} if to else {})}


@st.composite
def graphs(draw: st.DrawFn) -> list[dict[str, Any]]:
    steps = []
    for name in draw(st.permutations(NAMES)):
        targets = draw(st.lists(NAME, max_size=3))
        steps.append(decision(name, *targets, otherwise=draw(st.none() | NAME)))
    return steps


@st.composite
def paths(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Every step leads to one other at most, so that there is one way round."""
    return [compute(name, draw(st.none() | NAME), draw(st.sampled_from(("compute", "delay")))) for name in draw(st.permutations(NAMES))]


def edges(steps: list[dict[str, Any]]) -> set[tuple[str, str]]:
    found = set()
    for step in steps:
        for to in (step.get("nextStepId"), step.get("defaultNextStepId"), *(case["nextStepId"] for case in step.get("cases", ()))):
            if to is not None:
                found.add((step["id"], to))
    return found


def closed(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Everything that follows from what leads where, by adding until nothing is new."""
    while True:
        more = pairs | {(a, d) for a, b in pairs for c, d in pairs if b == c}
        if more == pairs:
            return pairs
        pairs = more


@given(graphs())
def test_what_is_reached_is_what_adding_up_moves_finds(steps: list[dict[str, Any]]) -> None:
    found = flow.reached(steps)
    assert found.keys() == set(NAMES)
    assert {(name, other) for name, others in found.items() for other in others} == closed(edges(steps))


@given(graphs())
def test_moves_that_are_not_written_count_like_those_that_are(steps: list[dict[str, Any]]) -> None:
    more = {"a": {"c"}, "d": {"a", "b"}}
    pairs = {(name, other) for name, others in more.items() for other in others}
    found = flow.reached(steps, more)
    assert {(name, other) for name, others in found.items() for other in others} == closed(edges(steps) | pairs)


@given(paths())
def test_a_gap_is_after_a_step_that_ends_and_before_one_that_is_not_reached(steps: list[dict[str, Any]]) -> None:
    moves = closed(edges(steps)) | {(steps[0]["id"], steps[0]["id"])}
    for number, (name, following) in enumerate(flow.gaps(steps, {})):
        index = next(index for index, step in enumerate(steps) if step["id"] == name)
        assert "nextStepId" not in steps[index]
        assert steps[index + 1]["id"] == following
        assert (steps[0]["id"], following) not in moves
        assert number or (steps[0]["id"], name) in moves


@pytest.mark.parametrize(
    ("step", "moves"),
    [
        (compute("a"), set()),
        (compute("a", "check"), set()),
        (compute("a", "chek"), {"check"}),
        (compute("a", "nowhere"), {"next"}),
        ({**compute("a"), "then": "check"}, {"check"}),
        ({**compute("a"), "then": "nowhere"}, set()),
        ({**compute("a"), "id": "a", "type": "decision"}, {"next"}),
        (decision("a", "chek", "check", otherwise="nowhere"), {"check", "next"}),
        ({**decision("a", "check"), "cases": [{"then": "check"}, 5]}, {"check"}),
    ],
)
def test_what_a_mistake_stands_for(step: dict[str, Any], moves: set[str]) -> None:
    documented = {"id", "type", "nextStepId", "cases", "defaultNextStepId"}
    assert flow.meant([step, compute("next"), compute("check")], documented)["a"] == moves


def test_nothing_follows_the_last_step() -> None:
    assert flow.meant([compute("a", "nowhere")], {"id", "type"})["a"] == set()
    assert flow.gaps([], {}) == flow.gaps([compute("a")], {}) == []


@given(paths())
def test_a_circle_is_found_where_there_is_one_and_nowhere_else(steps: list[dict[str, Any]]) -> None:
    hasty = [step for step in steps if step["type"] != "delay"]
    moves = edges(hasty)
    found = flow.circle(steps)
    assert bool(found) == any(a == b for a, b in closed(moves))
    if found:
        assert found[0] == found[-1]
        assert len(set(found)) == len(found) - 1
        assert set(pairwise(found)) <= moves


@pytest.mark.parametrize(
    ("steps", "round_"),
    [
        ([], []),
        ([compute("a")], []),
        ([compute("a", "a")], ["a", "a"]),
        ([compute("a", "b"), compute("b", "a")], ["a", "b", "a"]),
        ([compute("a", "b"), compute("b", "c"), compute("c", "b")], ["b", "c", "b"]),
        ([compute("a", "b"), compute("b", "a", "delay")], []),
        ([compute("a", "b"), decision("b", "end", "a"), compute("end")], ["a", "b", "a"]),
        ([compute("a", "b"), decision("b", "end", otherwise="a"), compute("end")], ["a", "b", "a"]),
        ([compute("a", "b"), decision("b", "c", "d"), compute("c", "d"), compute("d")], []),
        ([compute("a", "nowhere")], []),
        ([{"type": "compute", "nextStepId": "a"}, compute("a")], []),
    ],
)
def test_a_circle_is_told_in_the_order_it_is_gone_through(steps: list[dict[str, Any]], round_: list[str]) -> None:
    assert flow.circle(steps) == round_


def test_every_way_out_of_a_step_is_a_target_with_its_path() -> None:
    step = {**decision("a", "b", "c", otherwise="d"), "nextStepId": "e"}
    assert flow.targets(step) == [
        (("nextStepId",), "e"),
        (("cases", 0, "nextStepId"), "b"),
        (("cases", 1, "nextStepId"), "c"),
        (("defaultNextStepId",), "d"),
    ]


@pytest.mark.parametrize("odd", [None, "", 5, [], {}, ["b"]])
def test_what_names_no_step_is_no_target(odd: object) -> None:
    assert flow.targets({"nextStepId": odd, "defaultNextStepId": odd, "cases": [{"nextStepId": odd}, odd]}) == []
    assert flow.targets({"cases": odd}) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("steps.a.output.ok", "a"),
        ("steps.a", "a"),
        ("steps.a.b.output", "a.b"),
        ("steps.a.bc.output", "a"),
        ("steps.ab.output", "ab"),
        ("steps.gone.output", "gone"),
        ("steps.", ""),
        ("steps", None),
        ("input.data.total", None),
        ("stepsa.x", None),
    ],
)
def test_a_path_names_the_longest_step_that_fits(path: str, name: str | None) -> None:
    assert flow.named(path, ["a", "a.b", "b"]) == name
