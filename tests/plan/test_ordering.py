"""What comes before what: references first, circles split where they can be, and any graph at all can be applied."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centrali_deploy.address import Address
from centrali_deploy.apply.executor import execute
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import ManifestError, Position
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.plan.model import Change, FieldChange, Plan
from centrali_deploy.plan.ordering import ordered
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.observation import observe
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from centrali_deploy.remote.client import Client

HOW = ("flat", "member", "listed", "items", "items-of-member", "member-of-items")


def to(target: str, how: str = "flat") -> dict[str, Any]:
    """A property that refers to a structure: itself, or somewhere inside it."""
    reference = {"type": "reference", "target": target}
    held: dict[str, dict[str, Any]] = {
        "flat": reference,
        "member": {"type": "object", "properties": {"m": reference}},
        "listed": {"type": "object", "properties": [{"name": "m", "type": "string"}, {"name": "n", **reference}]},
        "items": {"type": "array", "items": reference},
        "items-of-member": {"type": "object", "properties": {"m": {"type": "array", "items": reference}}},
        "member-of-items": {"type": "array", "items": {"type": "object", "properties": {"m": reference}}},
    }
    return {"name": f"{how.replace('-', '_')}_{target}", **held[how]}


def structure(*properties: dict[str, Any]) -> dict[str, Any]:
    return {"name": "S", "properties": list(properties)}


def graph(**targets: str) -> dict[Address, DesiredResource]:
    """Structures by name, each with the names (one letter each) of those it refers to."""
    return declared({("structure", name): structure(*map(to, letters)) for name, letters in targets.items()})


def declared(specs: Mapping[tuple[str, str], Any]) -> dict[Address, DesiredResource]:
    return {Address(*key): DesiredResource(Address(*key), spec) for key, spec in specs.items()}


def live(desired: Iterable[DesiredResource]) -> LiveState:
    return LiveState({r.address: LiveResource(r.address, f"id-{r.address.name}", r.spec) for r in desired})


def planned(desired: Mapping[Address, DesiredResource], present: LiveState | None = None) -> Plan:
    return make_plan("acme-dev", desired, present or LiveState(), RecordedState(), Policy())


def told(plan: Plan) -> list[str]:
    return [f"{change.action.value} {change.address.name}" for change in plan.pending]


def check_order(plan: Plan, desired: Mapping[Address, DesiredResource], present: Collection[Address]) -> None:
    """Each change requires all that it refers to and that is not there yet, and comes after it."""
    made, required = set(present), dict[Address, set[Address]]()
    for change in plan.pending:
        spec = desired[change.address].spec
        later = {index for index, item in enumerate(spec["properties"]) if ("properties", item["name"]) in change.deferred}
        found = KINDS[change.address.kind].references_in(spec)
        needed = {reference.target for reference, _ in found if reference.path[1] not in later} - {change.address}
        required.setdefault(change.address, set()).update(change.requires)
        assert needed <= made, change
        assert needed - set(present) <= required[change.address], change
        assert set(change.requires) <= made, change
        made.add(change.address)


@pytest.mark.parametrize("how", HOW)
def test_a_reference_is_found_at_any_depth_and_comes_first(how: str) -> None:
    desired = declared({("structure", "a"): structure(to("b", how)), ("structure", "b"): structure()})
    plan = planned(desired)
    assert told(plan) == ["create b", "create a"]
    assert plan.pending[1].requires == (Address("structure", "b"),)


@pytest.mark.parametrize("how", HOW)
def test_a_circle_of_two_new_ones_is_split_whatever_the_depth_of_the_reference(how: str) -> None:
    desired = declared(
        {("structure", "a"): structure({"name": "own", "type": "string"}, to("b", how)), ("structure", "b"): structure(to("a"))}
    )
    plan = planned(desired)
    assert told(plan) == ["create a", "create b", "update a"]
    first, second, last = plan.pending
    assert first.deferred == (("properties", to("b", how)["name"]),)
    assert (first.requires, second.requires) == ((), (Address("structure", "a"),))
    assert last.requires == (Address("structure", "a"), Address("structure", "b"))
    assert [(field.path, field.after) for field in last.fields] == [(first.deferred[0], to("b", how))]
    assert last.reason == f"adds {to('b', how)['name']}, which refers to something created after it"
    check_order(plan, desired, ())


def test_three_in_a_circle_are_split_once() -> None:
    desired = graph(a="b", b="c", c="a")
    plan = planned(desired)
    assert told(plan) == ["create a", "create c", "create b", "update a"]
    check_order(plan, desired, ())


def test_two_circles_through_one_are_split_into_one_update() -> None:
    desired = graph(a="bc", b="a", c="a")
    plan = planned(desired)
    assert told(plan) == ["create a", "create b", "create c", "update a"]
    assert plan.pending[-1].requires == tuple(Address("structure", name) for name in "abc")
    check_order(plan, desired, ())


def test_what_refers_to_itself_needs_nothing_else() -> None:
    assert told(planned(graph(a="a"))) == ["create a"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": ""}, {"a": "b", "b": "a"}, ["create b", "update a"]),
        ({"b": ""}, {"a": "b", "b": "a"}, ["create a", "update b"]),
        ({"a": "", "b": ""}, {"a": "b", "b": "a"}, ["update a", "update b"]),
        ({"a": "b", "b": ""}, {"a": "b", "b": "a"}, ["update b"]),
        ({"a": ""}, {"a": "b", "b": "c", "c": "a"}, ["create c", "create b", "update a"]),
        ({"c": ""}, {"a": "b", "b": "ac", "c": "a"}, ["create a", "create b", "update a", "update c"]),
    ],
)
def test_a_circle_through_what_is_there_needs_no_split(before: Any, after: Any, expected: list[str], client: Client) -> None:
    assert applied(client, graph(**before)).refusals == ()
    desired = graph(**after)
    plan = applied(client, desired)
    assert sorted(told(plan)) == sorted(expected)
    check_order(plan, desired, graph(**before).keys())
    assert applied(client, desired).empty


def test_a_circle_that_cannot_be_split_is_a_problem_with_its_path() -> None:
    desired = graph(a="b", b="c", c="a")
    desired = {
        address: DesiredResource(address, r.spec, {(): Position("w.yaml", number)})
        for number, (address, r) in enumerate(desired.items(), 1)
    }
    changes = [Change.replace(address, "fixed", [FieldChange(("name",), "a", "b")]) for address in desired]
    found = set()
    for order in permutations(changes):
        with pytest.raises(ManifestError) as caught:
            ordered(order, desired)
        (problem,) = caught.value.problems
        found.add(problem)
    (problem,) = found
    names = problem.message.removeprefix("These refer to each other in a circle: ").removesuffix(".").split(" -> ")
    assert names in (
        ["structure/a", "structure/b", "structure/c", "structure/a"],
        ["structure/b", "structure/c", "structure/a", "structure/b"],
        ["structure/c", "structure/a", "structure/b", "structure/c"],
    )
    assert (problem.address, problem.hint) == (names[0], "Take one of the references out.")
    assert problem.position.line == "abc".index(names[0][-1]) + 1


def test_kinds_come_in_their_order_and_names_within_them() -> None:
    desired = declared(
        {
            ("orchestration", "a"): {
                "name": "O",
                "trigger": {"type": "on-demand"},
                "steps": [{"id": "s", "type": "compute", "function": "z"}],
            },
            ("trigger", "b"): {"function": "y", "executionType": "event-driven", "triggerMetadata": {"event": "e", "recordSlug": "x"}},
            ("function", "z"): {"code": "c"},
            ("function", "y"): {"code": "c"},
            ("structure", "x"): structure(),
            ("structure", "w"): structure(),
        }
    )
    plan = planned(desired)
    assert [str(change.address) for change in plan.pending] == [
        "structure/w", "structure/x", "function/y", "function/z", "trigger/b", "orchestration/a",
    ]  # fmt: skip
    assert [list(map(str, change.requires)) for change in plan.pending[-2:]] == [["structure/x", "function/y"], ["function/z"]]


def test_deletes_come_last_and_kinds_in_reverse() -> None:
    desired = graph(b="")
    gone = [Change.delete(Address(kind, name), "gone") for kind, name in (("structure", "a"), ("trigger", "t"), ("function", "f"))]
    found = ordered([*gone, Change.create(Address("structure", "b"), "new", [])], desired)
    assert [str(change.address) for change in found] == ["structure/b", "trigger/t", "function/f", "structure/a"]


MIXED = {"a": "bc", "b": "d", "c": "d", "d": "", "e": "f", "f": "e", "g": "ga"}


@settings(max_examples=60, deadline=None)
@given(st.permutations(sorted(graph(**MIXED))))
def test_the_order_depends_on_addresses_alone(order: list[Address]) -> None:
    desired = graph(**MIXED)
    assert planned({address: desired[address] for address in order}) == planned(desired)


def observed(client: Client, desired: Mapping[Address, DesiredResource]) -> LiveState:
    return result_of(observe(client, desired.keys()))


def applied(client: Client, desired: Mapping[Address, DesiredResource]) -> Plan:
    present = observed(client, desired)
    plan = planned(desired, present)
    outcomes = [event for event in execute(plan, Writing(client, desired, present)) if isinstance(event, Outcome)]
    assert [(outcome.change.address, outcome.error) for outcome in outcomes if outcome.status is not Status.APPLIED] == []
    return plan


NAMES = "abcde"
EDGES = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(HOW)), unique=True, max_size=4), min_size=1
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDGES, EDGES)
def test_any_graph_can_be_applied_on_top_of_any_other(connect_to: Callable[..., Client], before: Any, after: Any) -> None:
    app = create_app(":memory:", workspaces=["acme-dev"])
    with connect_to(app) as client:
        present: dict[Address, DesiredResource] = {}
        for edges in (before, after):
            named = {name for name, targets in edges.items() for name in (name, *(target for target, _ in targets))}
            desired = declared({("structure", name): structure(*(to(*edge) for edge in edges.get(name, ()))) for name in named})
            plan = applied(client, desired)
            check_order(plan, desired, present.keys())
            assert applied(client, desired).empty
            present |= desired
    app.state.store.close()
