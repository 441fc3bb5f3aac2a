"""What was once wrong in plans, a test each."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.apply.executor import execute
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.writing import Writing
from centrali_deploy.errors import ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.json_schema import workspace_schema
from centrali_deploy.manifest.loading import load
from centrali_deploy.manifest.sources import find_sources
from centrali_deploy.manifest.wording import findings
from centrali_deploy.pipeline.plan import plan as plan_of
from centrali_deploy.plan.carrying import replacement
from centrali_deploy.plan.difference import differences
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.plan.model import Plan
    from centrali_deploy.remote.client import Client

ENVIRON = {"KEY": "canary", "MASKED": MASK}


def desired(**specs: Any) -> dict[Address, DesiredResource]:
    addresses = {Address(*name.split("_", 1)): spec for name, spec in specs.items()}
    return {address: DesiredResource(address, spec) for address, spec in addresses.items()}


def live(**specs: Any) -> LiveState:
    return LiveState({a: LiveResource(a, f"id-{a.name}", r.spec) for a, r in desired(**specs).items()})


def made(declared: Any, present: LiveState | None = None, recorded: RecordedState | None = None, **policy: Any) -> Plan:
    return make_plan("w", declared, present or LiveState(), recorded or RecordedState(), Policy(**policy))


def structure(*targets: str) -> dict[str, Any]:
    return {"name": "S", "properties": [{"name": f"to_{t}", "type": "reference", "target": t} for t in targets]}


def planned(path: str, client: Client) -> tuple[Plan, LiveState]:
    found = result_of(plan_of(load([path], ENVIRON), client, Policy()))
    return found.plan, found.live


def applied(path: str, client: Client) -> None:
    plan, present = planned(path, client)
    events = execute(plan, Writing(client, load([path], ENVIRON).desired, present))
    assert [e.error for e in events if isinstance(e, Outcome) and e.status is not Status.APPLIED] == []


# ---- secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_from_the_environment_is_not_printed_in_a_problem(manifest: Callable[..., str]) -> None:
    """`encryptedParams: {K: "${env:KEY}"}`, the likeliest slip, is resolved as plain text and then quoted in the message."""
    step = {"id": "s", "type": "compute", "function": "f", "encryptedParams": {"K": "${env:KEY}"}}
    orchestration = {"name": "O", "trigger": {"type": "on-demand"}, "steps": [step]}
    with pytest.raises(ManifestError) as caught:
        load([manifest({"version": 1, "orchestrations": {"o": orchestration}})], ENVIRON)
    assert "canary" not in str(caught.value)


def test_a_value_from_the_environment_is_not_printed_in_a_problem(manifest: Callable[..., str]) -> None:
    """The same for any `${env:...}` where another sort of value is meant: problems quote what was looked up."""
    with pytest.raises(ManifestError) as caught:
        load([manifest({"version": 1, "functions": {"f": {"code": "async function run() {}", "timeoutMs": "${env:KEY}"}}})], ENVIRON)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("spec", [{"params": {"k": {"value": "${env:MASKED}", "encrypt": True}}}, {"signingSecret": "${env:MASKED}"}])
def test_the_mask_is_never_sent_as_a_secret(spec: Any, manifest: Callable[..., str]) -> None:
    """`MASK` is "never sent as a value", but one that comes from the environment is."""
    trigger = {"function": "f", "executionType": "http-trigger", "triggerMetadata": {"path": "x", **spec}}
    (resource,) = load([manifest({"version": 1, "triggers": {"t": trigger}})], ENVIRON).desired.values()
    with pytest.raises(ManifestError):
        KINDS["trigger"].to_wire("t", resource.spec, lambda _: "id")


def test_an_encrypted_value_is_a_mask_even_if_the_api_shows_it() -> None:
    """`from_wire` promises it "whatever their form, even if the API shows them"; `{value, encrypt: true}` passes through."""
    raw = {"id": "1", "name": "t", "triggerMetadata": {"params": {"k": {"value": "canary", "encrypt": True}}}}
    assert "canary" not in str(KINDS["trigger"].from_wire(raw, lambda _, id_: id_))


def test_every_variable_of_a_secret_that_is_not_set_is_named(manifest: Callable[..., str]) -> None:
    params = {"k": {"value": "${env:ONE}${env:TWO}", "encrypt": True}}
    trigger = {"function": "f", "executionType": "on-demand", "triggerMetadata": {"params": params}}
    (resource,) = load([manifest({"version": 1, "triggers": {"t": trigger}})], {}).desired.values()
    secret = resource.spec["triggerMetadata"]["params"]["k"]["value"]
    assert isinstance(secret, Secret)
    with pytest.raises(ManifestError) as caught:
        secret.reveal()
    assert [name in str(caught.value) for name in ("variable ONE", "variable TWO")] == [True, True]


# ---- differences that are not seen ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("declared", "present"), [([1], [True]), ([0, "a"], [False, "a"]), (["a", True], ["a", 1])])
def test_true_and_one_are_not_the_same_in_a_list(declared: Any, present: Any) -> None:
    """DeepDiff compares hashable items by `==`: the plan says "same" and nothing is ever written."""
    params = [{"triggerMetadata": {"params": {"l": value}}} for value in (declared, present)]
    assert list(differences(KINDS["trigger"], *params)) != []


def test_a_change_of_a_private_looking_member_in_a_list_is_seen() -> None:
    """DeepDiff leaves out members that begin with two underscores (`ignore_private_variables`)."""
    params = [{"triggerMetadata": {"params": {"l": value}}} for value in ([{"__v": 2}, 0, 1], [{"__v": 1}, 0])]
    assert len(list(differences(KINDS["trigger"], *params))) == 2


@pytest.mark.parametrize("member", ["id", "version", "createdAt", "health"])
def test_a_param_that_was_taken_out_is_seen_whatever_its_name(member: str) -> None:
    """Names of server-owned members are passed over at every depth, inside the author's own params, too."""
    params = [{"triggerMetadata": {"params": value}} for value in ({"a": 1}, {"a": 1, member: 2})]
    assert len(list(differences(KINDS["trigger"], *params))) == 1


def test_null_for_the_metadata_of_a_trigger_on_demand_ends_in_an_empty_plan(client: Client, manifest: Callable[..., str]) -> None:
    """The schema allows it; the plan is never empty, and its update is refused with 400 "triggerMetadata is required"."""
    trigger = {"function": "f", "executionType": "on-demand", "triggerMetadata": None}
    path = manifest({"version": 1, "functions": {"f": {"code": "async function run() {}"}}, "triggers": {"t": trigger}})
    applied(path, client)
    assert planned(path, client)[0].empty


def test_what_a_replaced_trigger_leaves_behind_is_left_behind_without_metadata_too() -> None:
    """ "When a deciding member changes, nothing is carried over": true for `triggerMetadata: {}`, not when it is left out."""
    present = {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "x", "params": {"a": 1}}}
    declared = {"function": "f", "executionType": "on-demand"}
    assert "path" not in replacement(KINDS["trigger"], declared, present).get("triggerMetadata", {})


def test_a_signing_secret_does_not_stop_a_trigger_from_becoming_one_on_demand() -> None:
    """The same seen from outside: the replace is refused for a secret that the new type does not even have."""
    present = {"function": "f", "executionType": "http-trigger", "triggerMetadata": {"path": "x", "signingSecret": MASK}}
    plan = made(
        desired(trigger_t={"function": "f", "executionType": "on-demand"}),
        live(trigger_t=present, function_f={"code": "async function run() {}"}),
    )
    assert plan.refusals == ()


# ---- order -----------------------------------------------------------------------------------------------------------

CIRCLES = {"a": "bcd", "b": "ad", "c": "b", "d": "a", "e": "e", "f": ""}
SCRIPT = f"""
from centrali_deploy.address import Address
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.plan.planner import make_plan
from centrali_deploy.states import DesiredResource, LiveState, RecordedState
desired = {{}}
for name, targets in {CIRCLES!r}.items():
    properties = [{{"name": "to_" + t, "type": "reference", "target": t}} for t in targets]
    address = Address("structure", name)
    desired[address] = DesiredResource(address, {{"name": "S", "properties": properties}})
print(make_plan("w", desired, LiveState(), RecordedState(), Policy()).digest)
"""


def test_the_same_manifest_gives_the_same_digest_in_every_process() -> None:
    """`_graph` iterates a set of addresses, so which edges of overlapping circles are cut hangs on PYTHONHASHSEED."""
    found = {
        subprocess.run(  # noqa: S603 -- this project's own code
            [sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True
        ).stdout
        for seed in range(8)
    }
    assert len(found) == 1


@pytest.mark.parametrize("order", [("timeoutMs", "description", "code"), ("code", "timeoutMs", "description")])
def test_the_order_of_keys_does_not_change_the_digest(order: tuple[str, ...]) -> None:
    spec = {"code": "async function run() {}", "description": "d", "timeoutMs": 5}
    present = live(function_f={"code": "x", "description": "x", "timeoutMs": 9})
    moved = {member: spec[member] for member in order}
    assert made(desired(function_f=spec), present).digest == made(desired(function_f=moved), present).digest


def test_a_property_that_refers_to_two_later_structures_waits_for_both() -> None:
    """`_split_circles` keeps one target a property: the second one overwrites the first, and the update may come too early."""
    members = {"x": {"type": "reference", "target": "b"}, "y": {"type": "reference", "target": "c"}}
    both = {"name": "A", "properties": [{"name": "p", "type": "object", "properties": members}]}
    plan = made(desired(structure_a=both, structure_b=structure("a"), structure_c=structure("a")))
    assert plan.pending[-1].requires == tuple(Address("structure", name) for name in "abc")


@pytest.mark.parametrize(
    "inside",
    [
        {"type": "object", "properties": {"m": {"type": "object", "properties": {"n": {"type": "reference", "target": "b"}}}}},
        {"type": "array", "items": {"type": "array", "items": {"type": "reference", "target": "b"}}},
    ],
)
def test_a_reference_two_levels_down_is_ordered(inside: Any) -> None:
    """`_PROPERTIES` says "once more inside those" and leaves out members of members and items of items."""
    plan = made(desired(structure_a={"name": "A", "properties": [{"name": "p", **inside}]}, structure_b=structure()))
    assert [change.address.name for change in plan.pending] == ["b", "a"]


def test_a_flag_the_server_adds_two_levels_down_is_no_difference() -> None:
    def spec(**flags: Any) -> dict[str, Any]:
        member = {"type": "object", "properties": {"n": {"type": "string", **flags}}}
        return {"properties": [{"name": "p", "type": "object", "properties": {"m": member}}]}

    assert list(differences(KINDS["structure"], spec(), spec(required=False))) == []


def test_a_structure_is_deleted_before_the_one_it_refers_to() -> None:
    """Deletes go by name alone: `b` comes first, is refused because `a` refers to it, and deletes are not tried again."""
    names = [Address("structure", name) for name in "ab"]
    plan = made(
        {}, live(structure_a=structure("b"), structure_b=structure()), RecordedState({name: Recorded(name) for name in names}), prune=True
    )
    assert [change.address.name for change in plan.pending] == ["a", "b"]


# ---- words and places ------------------------------------------------------------------------------------------------


def test_a_control_character_is_placed_by_characters_and_not_by_bytes() -> None:
    """The C parser counts bytes: with words that are not ASCII before it, the place is another line."""
    with pytest.raises(ManifestError) as caught:
        parse_document("# ääää\na: \x01\nb: 1\n", "f")
    (problem,) = caught.value.problems
    assert (problem.position.line, problem.position.column) == (2, 4)


def test_a_merge_of_what_cannot_be_merged_stands_where_it_is_written() -> None:
    """It is told where the mapping around it ends: in block style on a line after it, or in the next resource."""
    with pytest.raises(ManifestError) as caught:
        parse_document("d:\n  <<: 5\n  a: 1\n\ne: 1\n", "f")
    (problem,) = caught.value.problems
    assert problem.position.line == 2


def test_an_alias_of_a_mapping_is_no_key() -> None:
    """It becomes the key "{'b': 1}"; a list or a mapping written there is refused."""
    with pytest.raises(ManifestError):
        parse_document("a: &x {b: 1}\n*x : 2\n", "f")


def test_a_nul_in_a_path_is_a_problem_and_no_crash() -> None:
    """`os.path.realpath` raises ValueError outside of the try block."""
    with pytest.raises(ManifestError):
        find_sources(["a\0b"])


def step(**members: Any) -> dict[str, Any]:
    return {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", "type": "compute", **members}]}


def encrypted(**members: Any) -> dict[str, Any]:
    return step(function="f", encryptedParams={"K": {"value": "x", **members}})


@pytest.mark.parametrize(
    ("kind", "spec", "wrong"),
    [
        ("structure", {"name": None}, '"None"'),
        ("orchestration", encrypted(encrypt=False), "It is True"),
        ("orchestration", encrypted(encrypt=True, extra=1), "Members are: description, name, status, steps, trigger"),
    ],
)
def test_words_are_those_of_yaml_and_of_the_place(kind: str, spec: Any, wrong: str) -> None:
    assert wrong not in str(list(findings(KINDS[kind], spec)))


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("structure", {"name": "S", "properties": [{"name": "p", "type": "number", "minimum": "1.5"}]}),
        ("orchestration", step(functionId="x")),
    ],
)
def test_one_mistake_is_told_once(kind: str, spec: Any) -> None:
    """`minimum: "1.5"` must be "a whole number" and "a number"; `functionId` in a step is told as an id and as a misspelling."""
    assert len(set(findings(KINDS[kind], spec))) == 1


def test_the_schema_allows_the_members_that_loading_allows() -> None:
    """`$schema` is read past by `load`, and flagged by the editor it is meant for."""
    assert "$schema" in workspace_schema()["properties"]
