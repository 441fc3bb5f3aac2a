"""Each promise that holds for every kind, tried with every example of every row of the table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.manifest.loading import load
from centrali_deploy.manifest.wording import findings
from centrali_deploy.paths import find
from centrali_deploy.pipeline.apply import apply
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Action
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.report.json import plan_part
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.applications import Starlette

    from centrali_deploy.kind import Kind, Place
    from centrali_deploy.plan.model import Plan
    from centrali_deploy.remote.client import Client

CANARY = "canary-5f1d"
ENVIRON = {"EXAMPLE_SECRET": CANARY}
SECRET = "${env:EXAMPLE_SECRET}"  # noqa: S105 -- where one stands
WORKSPACES: dict[str, dict[str, Any]] = {"bare": {}, "wrapped": {"envelope": "data"}, "brief": {"brief": True}}
CASES = [pytest.param(kind, pair, id=f"{kind.name}-{number}") for kind in KINDS.values() for number, pair in enumerate(kind.examples)]
NAME = "the-one"
DEFAULT = Policy()


@pytest.fixture(params=WORKSPACES.values(), ids=WORKSPACES.keys())
def app(request: pytest.FixtureRequest) -> Iterator[Starlette]:
    """A workspace of each of the forms that the published pages show."""
    application = create_app(":memory:", workspaces=["acme-dev"], **request.param)
    yield application
    application.state.store.close()


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
    return result_of(plan(load([path], ENVIRON), client, policy))


def applied(path: str, client: Client) -> Planned:
    found = planned(path, client)
    assert found.plan.refusals == ()
    events = apply(found, client, lambda: False)
    outcomes = [event for event in events if isinstance(event, Outcome)]
    assert [outcome.error for outcome in outcomes if outcome.status is not Status.APPLIED] == []
    return found


def own(kind: Kind, plan: Plan) -> list[Action]:
    return [change.action for change in plan.pending if change.address == (kind.name, NAME)]


def live_spec(kind: Kind, found: Planned) -> Mapping[str, Any]:
    return found.live.resources[Address(kind.name, NAME)].spec


def without_lost_secrets(kind: Kind, pair: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pair, with null written for each secret that would otherwise be left out of the second one."""
    before, after = pair
    changed = dict(after)
    for member, place in kind.places.items():
        if member in before and member in after:
            changed[member] = _with_nulls(place, before[member], after[member])
    return before, changed


def _with_nulls(place: Place, before: Any, after: Any) -> Any:
    if place.key:
        known = {item[place.key]: item for item in before}
        return [_dropping(known.get(item[place.key], {}), item) for item in after]
    return _dropping(before, after)


def _dropping(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    lost = [member for member, value in before.items() if member not in after and SECRET in str(value)]
    return {**after, **dict.fromkeys(lost)}


def valid(kind: Kind, spec: Mapping[str, Any]) -> bool:
    return not [*findings(kind, spec), *kind.check(NAME, spec)]


def optional(kind: Kind, spec: Mapping[str, Any]) -> list[str]:
    """The top-level members that may be left out."""
    return [m for m in spec if valid(kind, {k: v for k, v in spec.items() if k != m})]


def with_null(kind: Kind, spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The spec once for each member at the top or one level below a place, with null for it where null is valid."""
    for member in optional(kind, spec):
        if member not in kind.sent_on_create:  # null for one of those would be no value to send
            yield member, {**spec, member: None}
    for member, place in kind.places.items():
        held = spec.get(member)
        for index, item in enumerate(held if isinstance(held, list) else [held] if held else []):
            for inside in item:
                nulled = {**item, inside: None}
                changed = {**spec, member: [*held[:index], nulled, *held[index + 1 :]] if place.key else nulled}
                if valid(kind, changed):
                    yield f"{member}[{index}].{inside}", changed


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_right_after_an_apply_the_plan_is_empty(kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]) -> None:
    path = manifest(around(kind, pair[0]))
    applied(path, client)
    assert planned(path, client).plan.pending == ()


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_each_changed_member_alone_is_one_update_and_then_nothing(
    kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]
) -> None:
    before, after = without_lost_secrets(kind, pair)
    applied(manifest({**around(kind, after), **around(kind, before)}), client)
    for member in after:
        if before.get(member) == after[member]:
            continue
        changed = {**before, member: after[member]}
        path = manifest(around(kind, changed))
        found = applied(path, client)
        (change,) = (change for change in found.plan.pending if change.address == (kind.name, NAME))
        assert change.action is Action.UPDATE, member
        assert {field.member for field in change.fields} == {member}
        assert planned(path, client).plan.pending == ()
        applied(manifest(around(kind, before)), client)


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_the_whole_change_is_one_update_if_there_is_any_and_then_nothing(
    kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]
) -> None:
    before, after = without_lost_secrets(kind, pair)
    applied(manifest(around(kind, before)), client)
    path = manifest(around(kind, after))
    found = applied(path, client)
    assert own(kind, found.plan) == ([Action.UPDATE] if kind.update_methods else [])
    assert planned(path, client).plan.pending == ()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_what_has_members_can_be_updated_and_what_has_none_cannot(kind: Kind) -> None:
    assert bool(kind.members) == bool(kind.update_methods)


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
def test_a_secret_that_is_left_out_refuses_the_change(kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]) -> None:
    before, after = pair
    applied(manifest(around(kind, before)), client)
    rules = {refusal.rule for refusal in planned(manifest(around(kind, after)), client).plan.refusals}
    assert rules == ({"secret-would-be-lost"} if without_lost_secrets(kind, pair) != pair else set())


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_null_for_each_optional_member_makes_the_same_as_leaving_it_out(
    kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]
) -> None:
    for member, spec in with_null(kind, pair[0]):
        applied(manifest(around(kind, pair[0])), client)
        found = planned(path := manifest(around(kind, spec)), client)
        if kind.lifecycle and member == kind.lifecycle.member and kind.lifecycle.initial not in kind.lifecycle.calls:
            assert [refusal.rule for refusal in found.plan.refusals] == ["state-not-reachable"]
            continue
        applied(path, client)
        assert planned(path, client).plan.pending == (), member


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_what_is_created_with_null_for_an_optional_member_has_nothing_to_change(
    kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]
) -> None:
    specs = {f"n-{number}": spec for number, (_, spec) in enumerate(with_null(kind, pair[0]))}
    if kind.name == "trigger":  # no two have one path
        for number, spec in enumerate(specs.values()):
            metadata = spec.get("triggerMetadata")
            spec["triggerMetadata"] = {**metadata, "path": f"p-{number}"} if metadata and "path" in metadata else metadata
    sections = around(kind, pair[0])
    path = manifest({**sections, kind.section: {**sections[kind.section], **specs}} if specs else sections)
    applied(path, client)
    assert planned(path, client).plan.pending == ()
    applied(path, client)
    assert planned(path, client).plan.pending == ()


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_a_member_that_is_left_out_stays_as_it_is(kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]) -> None:
    before, after = without_lost_secrets(kind, pair)
    applied(manifest({**around(kind, after), **around(kind, before)}), client)
    for member in optional(kind, before):
        rest = {m: v for m, v in before.items() if m != member}
        found = planned(manifest(around(kind, rest)), client)
        assert own(kind, found.plan) == [], member
        kept = live_spec(kind, found)[member]
        other = next((m for m in reversed(rest) if rest[m] != after.get(m, rest[m]) and m != kind.text_member), None)
        path = manifest(around(kind, {**rest, other: after[other]} if other else rest))
        assert own(kind, applied(path, client).plan) == ([Action.UPDATE] if other else [])
        assert live_spec(kind, planned(path, client))[member] == kept, (member, other)
        assert planned(path, client).plan.pending == ()
        applied(manifest(around(kind, before)), client)


TYPES: dict[str, dict[str, Any]] = {
    "on-demand": {},
    "event-driven": {"event": "record_created", "recordSlug": "orders"},
    "scheduled": {"scheduleType": "interval", "interval": 3600},
    "http-trigger": {"path": "stripe", "signatureHeader": "x-signature"},
    "endpoint": {"path": "quote", "allowedMethods": ["POST"]},
}


@pytest.mark.parametrize(("before", "after"), [(before, after) for before in TYPES for after in TYPES if before != after])
def test_another_execution_type_is_one_replace_that_keeps_what_nobody_manages(
    before: str, after: str, client: Client, manifest: Callable[..., str]
) -> None:
    def trigger(sort: str, metadata: Mapping[str, Any], **members: Any) -> str:
        spec = {"function": "charge-card", "executionType": sort, "triggerMetadata": metadata, **members}
        return manifest({**around(KINDS["trigger"], spec), "structures": {"orders": {"name": "Orders"}}})

    theirs = {"description": "theirs", "enabled": False}
    applied(trigger(before, {**TYPES[before], "params": {"limit": 5}}, **theirs), client)
    path = trigger(after, TYPES[after])
    found = applied(path, client)
    assert [(change.action, str(change.address)) for change in found.plan.pending] == [(Action.REPLACE, f"trigger/{NAME}")]
    again = planned(path, client)
    assert again.plan.pending == ()
    spec = live_spec(KINDS["trigger"], again)
    assert {member: spec[member] for member in theirs} == theirs
    assert spec["triggerMetadata"] == {**TYPES[after], "params": {"limit": 5}}


def seen(plan: Plan) -> str:
    """All that anybody can see of a plan."""
    lines = plan_lines(plan, lambda text, _style: text, where="here", verbose=True)
    return "\n".join([repr(plan), *lines, json.dumps(plan_part(plan)), plan.digest])


@pytest.mark.parametrize(("kind", "pair"), CASES)
def test_no_secret_is_in_a_plan(kind: Kind, pair: Any, client: Client, manifest: Callable[..., str]) -> None:
    path = manifest(around(kind, pair[0]))
    assert "canary" not in repr(planned(path, client))
    assert "canary" not in seen(planned(path, client).plan)
    applied(path, client)
    assert "canary" not in repr(planned(path, client, Policy(resend_secrets=True)))
    for spec in pair:
        for resend in (True, False):
            path = manifest(around(kind, spec))
            assert "canary" not in seen(planned(path, client, Policy(resend_secrets=resend)).plan)


ENCRYPTED = {"value": SECRET, "encrypt": True}


def metadata(**members: Any) -> dict[str, Any]:
    return {"function": "charge-card", "executionType": "on-demand", "triggerMetadata": members}


def hook(**members: Any) -> dict[str, Any]:
    return {"function": "charge-card", "executionType": "http-trigger", "triggerMetadata": {"path": "hook", **members}}


def properties(*items: dict[str, Any]) -> dict[str, Any]:
    return {"name": "S", "properties": [{"name": f"p{number}", **item} for number, item in enumerate(items)]}


def steps(**members: Any) -> dict[str, Any]:
    return {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", "type": "compute", "function": "send-mail", **members}]}


PLAIN = {"type": "string", "default": CANARY}
HIDDEN = {"type": "string", "isSecret": True, "default": SECRET}
NONE = {"type": "string"}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("trigger", hook(), hook(signingSecret=SECRET)),
        ("trigger", hook(signingSecret=SECRET), hook(signingSecret=ENCRYPTED)),
        ("trigger", hook(signingSecret=ENCRYPTED), hook(signingSecret=SECRET)),
        ("trigger", metadata(params={"key": CANARY}), metadata(params={"key": ENCRYPTED})),
        ("trigger", metadata(params={"key": {"value": CANARY}}), metadata(params={"key": ENCRYPTED})),
        ("trigger", metadata(params={"key": [CANARY]}), metadata(params={"key": ENCRYPTED})),
        ("trigger", metadata(params={"keys": [CANARY]}), metadata(params={"keys": [ENCRYPTED]})),
        ("trigger", metadata(params={"keys": [CANARY, "b"]}), metadata(params={"keys": [ENCRYPTED]})),
        ("trigger", metadata(params={"keys": [[CANARY], "b"]}), metadata(params={"keys": ["b", [ENCRYPTED], "c"]})),
        ("trigger", metadata(params={"keys": [ENCRYPTED]}), metadata(params={"keys": [ENCRYPTED, ENCRYPTED]})),
        ("trigger", metadata(params={"keys": [ENCRYPTED, "b"]}), metadata(params={"keys": ["b"]})),
        ("trigger", metadata(params={"a": {"b": CANARY}}), metadata(params={"a": {"b": {"c": ENCRYPTED}}})),
        ("structure", properties(PLAIN), properties(HIDDEN)),
        ("structure", properties(HIDDEN), properties({**NONE, "isSecret": True, "default": None})),
        ("structure", properties(HIDDEN), properties()),
        (
            "structure",
            properties({"type": "object", "properties": {"a": PLAIN}}),
            properties({"type": "object", "properties": {"a": HIDDEN}}),
        ),
        (
            "structure",
            properties({"type": "object", "properties": {"a": HIDDEN}}),
            properties({"type": "object", "properties": {"a": NONE}}),
        ),
        (
            "structure",
            properties({"type": "object", "properties": [{"name": "a", **PLAIN}]}),
            properties({"type": "object", "properties": [{"name": "b", **NONE}, {"name": "a", **HIDDEN}]}),
        ),
        ("structure", properties({"type": "array", "items": PLAIN}), properties({"type": "array", "items": HIDDEN})),
        (
            "structure",
            properties({"type": "array", "items": {"type": "object", "properties": {"a": PLAIN}}}),
            properties({"type": "array", "items": {"type": "object", "properties": {"a": HIDDEN}}}),
        ),
        ("structure", properties(HIDDEN), properties({"type": "object", "properties": {"a": HIDDEN}})),
        ("orchestration", steps(), steps(encryptedParams={"K": ENCRYPTED})),
        ("orchestration", steps(encryptedParams={"K": ENCRYPTED}), steps(encryptedParams={"L": ENCRYPTED})),
        ("orchestration", steps(input={"key": CANARY}), steps(input={"key": ENCRYPTED})),
        ("orchestration", steps(input=[CANARY]), steps(input=["b", ENCRYPTED])),
    ],
)
def test_no_secret_is_seen_wherever_it_stands_and_whatever_was_there_before(
    kind: str, before: dict[str, Any], after: dict[str, Any], client: Client, manifest: Callable[..., str]
) -> None:
    applied(manifest(around(KINDS[kind], before)), client)
    path = manifest(around(KINDS[kind], after))
    assert CANARY not in seen(planned(path, client).plan)
    assert own(KINDS[kind], applied(path, client).plan) == [Action.UPDATE]
    again = planned(path, client)
    assert again.plan.pending == ()
    assert CANARY not in repr(again)
    assert CANARY not in seen(planned(path, client, Policy(resend_secrets=True)).plan)
