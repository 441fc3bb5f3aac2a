"""Each promise that holds for every kind, tried with every example of every row of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.paths import find
from centrali_deploy.pipeline.apply import apply
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Action, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from centrali_deploy.kind import Kind
    from centrali_deploy.remote.client import Client

ENVIRON = {"EXAMPLE_SECRET": "canary-5f1d"}
CASES = [pytest.param(kind, pair, id=f"{kind.name}-{number}") for kind in KINDS.values() for number, pair in enumerate(kind.examples)]
NAME = "the-one"
DEFAULT = Policy()


def around(kind: Kind, spec: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest with this resource and everything it refers to, each as its own kind's simplest example."""
    sections: dict[str, Any] = {"version": 1, "workspace": "acme-dev", kind.section: {NAME: spec}}
    waiting = [(kind, spec)]
    while waiting:
        of, content = waiting.pop()
        for place in of.references:
            for _, name in find(content, place.pattern):
                other = KINDS[place.kind]
                known = sections.setdefault(other.section, {})
                if name not in known:
                    known[name] = {"name": name} if other.name == "structure" else dict(other.examples[0][0])
                    waiting.append((other, known[name]))
    return sections


def planned(path: str, client: Client, policy: Policy = DEFAULT) -> Planned:
    steps = plan(load([path], ENVIRON), client, policy)
    while True:
        try:
            next(steps)
        except StopIteration as stopped:
            return stopped.value


def applied(path: str, client: Client) -> Planned:
    found = planned(path, client)
    events = apply(load([path], ENVIRON), found, client, lambda: False)
    outcomes = [event for event in events if isinstance(event, Outcome)]
    assert [outcome.error for outcome in outcomes if outcome.status is not Status.APPLIED] == []
    return found


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_right_after_an_apply_the_plan_is_empty(kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]) -> None:
    path = manifest(around(kind, pair[0]))
    applied(path, client)
    assert planned(path, client).plan.pending == ()


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_each_changed_member_alone_is_one_update_and_then_nothing(
    kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]
) -> None:
    before, after = pair
    applied(manifest({**around(kind, after), **around(kind, before)}), client)
    for member in after:
        if before.get(member) == after[member]:
            continue
        changed = {**before, member: after[member]}
        path = manifest(around(kind, changed))
        found = applied(path, client)
        own = [change for change in found.plan.pending if change.address == (kind.name, NAME)]
        assert [change.action for change in own] == [Action.UPDATE], member
        assert {field.member for field in own[0].fields} == {member}
        assert planned(path, client).plan.pending == ()
        applied(manifest(around(kind, before)), client)


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_the_whole_change_is_one_update_and_then_nothing(kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]) -> None:
    before, after = pair
    applied(manifest(around(kind, before)), client)
    path = manifest(around(kind, after))
    found = applied(path, client)
    assert [change.action for change in found.plan.pending if change.address == (kind.name, NAME)] == [Action.UPDATE]
    assert planned(path, client).plan.pending == ()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_the_examples_hold_every_documented_member(kind: Kind) -> None:
    members = {member for pair in kind.examples for spec in pair for member in spec}
    assert members == set(kind.members)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_the_examples_hold_every_documented_member_of_every_place(kind: Kind) -> None:
    for member, place in kind.places.items():
        for value, model in place.models.items():
            items = [
                item
                for pair in kind.examples
                for spec in pair
                for _, item in find(spec, (member, "*") if place.key else (member,))
                if item.get(place.variant[0]) == value
            ]
            shown = {name for item in items for name in item}
            names = {field.alias or name for name, field in model.model_fields.items()}
            common = {
                name
                for item in kind.examples
                for spec in item
                for _, each in find(spec, (member, "*") if place.key else (member,))
                for name in each
            }
            assert names - shown <= common, value


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_no_secret_is_in_a_plan(kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]) -> None:
    path = manifest(around(kind, pair[0]))
    assert "canary" not in repr(planned(path, client))
    applied(path, client)
    assert "canary" not in repr(planned(path, client, Policy(resend_secrets=True)))
