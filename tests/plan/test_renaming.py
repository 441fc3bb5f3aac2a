"""Renames over a real workspace, from a clean checkout: what keeps its identity, what is refused, what is pointed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ending import result_of

from centrali_deploy.address import Address, path_text
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.errors import ManifestError, UnsafePlan
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Choice
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply, check
from centrali_deploy.pipeline.plan import Planned, plan
from centrali_deploy.plan.model import Action, Mark
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.report.json import plan_part
from centrali_deploy.report.text import plan_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.plan.model import Change, Plan
    from centrali_deploy.remote.client import Client

ENVIRON = {"KEY": "canary"}
CODE = "async function run() { return 1 }"
LONGER = "async function run() { return api.fetchRecord('orders', {limit: 100, filter: {paid: true}}) }"
F = {"code": CODE}
G = {"code": LONGER}
COPIED = "what records hold under the old name is copied"


class Workspace:
    """A live workspace, and manifests planned and applied against it, each as from a clean checkout."""

    def __init__(self, client: Client, write: Callable[[Any], str]) -> None:
        self.client, self.write = client, write

    def planned(self, choice: Choice = NOTHING_CHOSEN, *, content: Any = None, **sections: Any) -> Planned:
        self.path = self.write(content or {"version": 1, **sections})
        self.loaded = load([self.path], ENVIRON, choice)
        return result_of(plan(self.loaded, self.client, Policy(protect=self.loaded.protect)))

    def plan(self, choice: Choice = NOTHING_CHOSEN, *, content: Any = None, **sections: Any) -> Plan:
        return self.planned(choice, content=content, **sections).plan

    def apply(self, choice: Choice = NOTHING_CHOSEN, *, content: Any = None, **sections: Any) -> Plan:
        """Apply, and see that the same manifest has nothing left to do."""
        found = self.planned(choice, content=content, **sections)
        check(found, self.client)
        outcomes = [event for event in apply(found, self.client, lambda: False) if isinstance(event, Outcome)]
        assert [outcome.error for outcome in outcomes if outcome.status is not Status.APPLIED] == []
        assert self.plan(choice, content=content, **sections).pending == ()
        return found.plan

    @property
    def ids(self) -> dict[str, str]:
        """Every live resource, under its live name, with its id."""
        return {str(address): resource.id for address, resource in self.planned(functions={"~": F}).live.resources.items()}

    def spec(self, address: str) -> Any:
        found = self.planned(
            functions={"~": F}, **{"orchestrations": {address.partition("/")[2]: ORCHESTRATION}} if "orch" in address else {}
        )
        return found.live.resources[Address.parse(address)].spec


@pytest.fixture
def workspace(client: Client, manifest: Callable[[Any], str]) -> Workspace:
    return Workspace(client, manifest)


def lines(change: Change) -> list[tuple[str, Any, Any]]:
    return [(path_text(field.path), field.before, field.after) for field in change.fields]


def trigger(function: str, **more: Any) -> dict[str, Any]:
    return {"function": function, "executionType": "on-demand", **more}


def structures(*properties: Any, **more: Any) -> dict[str, Any]:
    return {"s": {"name": "S", "properties": list(properties), **more}}


STEPS = [
    {"id": "one", "type": "compute", "function": "f", "name": "First", "timeoutMs": 5, "nextStepId": "two"},
    {"id": "two", "type": "delay", "delayMs": 5},
]
ORCHESTRATION = {"name": "O", "trigger": {"type": "on-demand"}, "steps": STEPS}


def test_a_renamed_function_keeps_its_id_and_nothing_that_refers_to_it_changes(workspace: Workspace) -> None:
    def referring(name: str) -> dict[str, Any]:
        steps = [{**STEPS[0], "function": name}, STEPS[1]]
        return {"triggers": {"t": trigger(name)}, "orchestrations": {"o": {**ORCHESTRATION, "steps": steps}}}

    workspace.apply(functions={"old": F}, **referring("old"))
    before = workspace.ids
    found = workspace.apply(functions={"new": {**F, "renamedFrom": "old"}}, **referring("new"))
    (change,) = found.pending
    assert (str(change.address), change.action, change.reason) == ("function/new", Action.UPDATE, "renamed from old")
    assert lines(change) == [("name", "old", "new")]
    after = workspace.ids
    assert after.keys() == (before.keys() - {"function/old"}) | {"function/new"}
    assert after["function/new"] == before["function/old"]
    assert after["trigger/t"] == before["trigger/t"]


def test_a_renamed_trigger_keeps_its_id_and_what_nobody_declared(workspace: Workspace) -> None:
    workspace.apply(functions={"f": F}, triggers={"t": trigger("f", description="theirs", triggerMetadata={"params": {"limit": 5}})})
    before = workspace.ids
    (change,) = workspace.apply(functions={"f": F}, triggers={"u": trigger("f", renamedFrom="t")}).pending
    assert (change.action, lines(change)) == (Action.UPDATE, [("name", "t", "u")])
    assert workspace.ids == {"function/f": before["function/f"], "trigger/u": before["trigger/t"]}
    live = workspace.spec("trigger/u")
    assert (live["description"], live["triggerMetadata"]["params"]) == ("theirs", {"limit": 5})


def test_the_line_that_says_the_old_name_is_the_place_of_the_rename(workspace: Workspace) -> None:
    workspace.apply(functions={"old": F})
    text = "version: 1\nfunctions:\n  new:\n    code: " + CODE + "\n    renamedFrom: old\n"
    (change,) = workspace.plan(content=text).pending
    assert str(change.fields[0].position).endswith(":5:5")
    (told,) = plan_part(workspace.plan(content=text))["changes"]
    assert (told["action"], told["fields"][0]["path"]) == ("update", "name")


def test_a_property_is_renamed_in_place_with_what_nobody_declared(workspace: Workspace) -> None:
    full = {"name": "mail", "type": "string", "description": "theirs", "maxLength": 5}
    workspace.apply(structures=structures({"name": "n", "type": "number"}, full))
    before = workspace.ids
    ours = {"name": "email", "type": "string", "renamedFrom": "mail"}
    (change,) = workspace.apply(structures=structures({"name": "n", "type": "number"}, ours)).pending
    assert lines(change) == [("properties[email].name", "mail", "email")]
    assert change.fields[0].note == COPIED
    assert workspace.ids == before
    assert workspace.spec("structure/s")["properties"] == [{"name": "n", "type": "number"}, {**full, "name": "email"}]


def test_a_step_is_renamed_in_place_with_what_nobody_declared(workspace: Workspace) -> None:
    workspace.apply(functions={"f": F}, orchestrations={"o": ORCHESTRATION})
    ours = [{"id": "uno", "type": "compute", "function": "f", "renamedFrom": "one", "nextStepId": "two"}, STEPS[1]]
    (change,) = workspace.apply(functions={"f": F}, orchestrations={"o": {**ORCHESTRATION, "steps": ours}}).pending
    assert lines(change) == [("steps[uno].id", "one", "uno")]
    assert workspace.spec("orchestration/o")["steps"] == [{**STEPS[0], "id": "uno"}, STEPS[1]]


@pytest.mark.parametrize(
    ("first", "second", "cost"),
    [
        (
            {"structures": structures()},
            {"structures": {"z": {"name": "S", "renamedFrom": "s"}}},
            (
                "structure/s cannot become structure/z: its recordSlug cannot be changed. "
                "A new one would be made, and its records would stay with the old one."
            ),
        ),
        (
            {"functions": {"f": F}, "orchestrations": {"o": ORCHESTRATION}},
            {"functions": {"f": F}, "orchestrations": {"p": {**ORCHESTRATION, "renamedFrom": "o"}}},
            (
                "orchestration/o cannot become orchestration/p: its slug cannot be changed. "
                "A new one would be made, and its runs and its version would stay with the old one."
            ),
        ),
    ],
    ids=["structure", "orchestration"],
)
def test_what_cannot_be_renamed_is_refused_with_its_cost_and_nothing_is_written(
    first: Any, second: Any, cost: str, workspace: Workspace
) -> None:
    workspace.apply(**first)
    before = workspace.ids
    (refusal,) = workspace.plan(**second).refusals
    assert (refusal.rule, refusal.message) == ("rename-not-possible", cost)
    assert refusal.hint.startswith("Keep the name ")
    with pytest.raises(UnsafePlan, match="cannot be changed") as caught:
        workspace.apply(**second)
    assert caught.value.exit_code == 8
    assert workspace.ids == before


def test_without_the_old_name_a_structure_is_made_beside_the_old_one(workspace: Workspace) -> None:
    workspace.apply(structures=structures())
    assert workspace.apply(structures={"z": {"name": "S"}}).refusals == ()
    assert workspace.ids.keys() == {"structure/s", "structure/z"}


def test_old_and_new_both_live_is_no_rename(workspace: Workspace) -> None:
    workspace.apply(functions={"old": F, "new": G})
    before = workspace.ids
    assert workspace.plan(functions={"new": {**G, "renamedFrom": "old"}}).pending == ()
    (change,) = workspace.apply(functions={"new": {**F, "renamedFrom": "old"}}).pending
    assert [path for path, _, _ in lines(change)] == ["code"]
    assert workspace.ids == before


def test_an_old_name_that_is_still_declared_is_a_problem_unless_it_was_renamed_itself(workspace: Workspace) -> None:
    workspace.apply(functions={"old": F})
    with pytest.raises(ManifestError, match="renamedFrom names function/old, which is declared, too"):
        workspace.plan(functions={"old": F, "new": {**F, "renamedFrom": "old"}})
    found = workspace.plan(functions={"old": {**F, "renamedFrom": "older"}, "new": {**F, "renamedFrom": "old"}})
    assert [(str(change.address), change.action) for change in found.pending] == [
        ("function/new", Action.UPDATE),
        ("function/old", Action.CREATE),
    ]


def test_an_old_name_that_is_not_live_makes_a_create(workspace: Workspace) -> None:
    found = workspace.apply(
        functions={"new": {**F, "renamedFrom": "old"}},
        structures=structures({"name": "b", "type": "string", "renamedFrom": "a"}),
    )
    assert {change.action for change in found.pending} == {Action.CREATE}
    assert "renamedFrom" not in str(workspace.spec("structure/s"))


def test_a_structure_that_was_never_there_is_created_whatever_it_says_of_its_old_name(workspace: Workspace) -> None:
    found = workspace.apply(structures={"z": {"name": "S", "renamedFrom": "s"}})
    assert ([change.action for change in found.pending], found.refusals) == ([Action.CREATE], ())


def test_the_old_name_may_stay_in_the_manifest_when_all_is_done(workspace: Workspace) -> None:
    sections = {
        "functions": {"new": {**F, "renamedFrom": "old"}},
        "structures": structures({"name": "b", "type": "string", "renamedFrom": "a"}),
    }
    workspace.apply(functions={"old": F}, structures=structures({"name": "a", "type": "string"}))
    workspace.apply(**sections)
    before = workspace.ids
    assert workspace.plan(**sections).pending == ()
    workspace.apply(functions={"new": F}, structures=structures({"name": "b", "type": "string"}))
    assert workspace.ids == before


def test_a_property_added_anew_under_a_name_that_was_renamed_away_changes_nothing_else(workspace: Workspace) -> None:
    workspace.apply(structures=structures({"name": "a", "type": "string"}))
    workspace.apply(structures=structures({"name": "b", "type": "string", "renamedFrom": "a"}))
    again = structures({"name": "b", "type": "string", "renamedFrom": "a"}, {"name": "a", "type": "number"})
    (change,) = workspace.apply(structures=again).pending
    assert [path for path, _, _ in lines(change)] == ["properties[a]"]


@pytest.mark.parametrize(
    "sections",
    [
        {"functions": {"a": {**G, "renamedFrom": "b"}, "b": {**F, "renamedFrom": "a"}}},
        {"functions": {"a": {**G, "renamedFrom": "c"}, "b": {**F, "renamedFrom": "a"}, "c": {**F, "renamedFrom": "b"}}},
        {"functions": {"f": F}, "triggers": {"a": trigger("f", renamedFrom="b"), "b": trigger("f", renamedFrom="a")}},
        {"structures": structures(*({"name": new, "type": "string", "renamedFrom": old} for new, old in ("ab", "ba")))},
    ],
)
def test_names_that_were_exchanged_are_refused_with_the_place(workspace: Workspace, sections: Any) -> None:
    with pytest.raises(ManifestError) as caught:
        workspace.plan(**sections)
    (problem,) = caught.value.problems
    assert problem.position.line
    assert problem.message.startswith("These take their names from each other: ")
    assert "third name" in problem.hint


def test_exchanging_names_by_way_of_a_third_one_keeps_everything(workspace: Workspace) -> None:
    workspace.apply(functions={"a": F, "b": G})
    before = workspace.ids
    workspace.apply(functions={"b": {**F, "renamedFrom": "a"}, "c": {**G, "renamedFrom": "b"}})
    workspace.apply(functions={"b": F, "a": {**G, "renamedFrom": "c"}})
    assert workspace.ids == {"function/a": before["function/b"], "function/b": before["function/a"]}


def test_a_chain_of_names_ends_as_declared_and_deletes_nothing(workspace: Workspace) -> None:
    workspace.apply(functions={"a": F, "b": G})
    before = workspace.ids
    workspace.apply(functions={"b": {**F, "renamedFrom": "a"}, "c": {**G, "renamedFrom": "b"}})
    assert set(before.values()) <= set(workspace.ids.values())
    assert (workspace.spec("function/b")["code"], workspace.spec("function/c")["code"]) == (CODE, LONGER)


def test_a_chain_of_properties_with_the_last_link_first_keeps_everything(workspace: Workspace) -> None:
    a, b = {"name": "a", "type": "string", "description": "A"}, {"name": "b", "type": "number", "description": "B"}
    workspace.apply(structures=structures(a, b))
    ours = [{"name": "c", "type": "number", "renamedFrom": "b"}, {"name": "b", "type": "string", "renamedFrom": "a"}]
    workspace.apply(structures=structures(*ours))
    assert workspace.spec("structure/s")["properties"] == [{**b, "name": "c"}, {**a, "name": "b"}]


def test_a_rename_goes_together_with_other_changes_of_itself_and_of_what_refers_to_it(workspace: Workspace) -> None:
    workspace.apply(functions={"f": F}, triggers={"t": trigger("f", description="before")})
    before = workspace.ids
    found = workspace.apply(
        functions={"g": {**F, "renamedFrom": "f", "timeoutMs": 99}},
        triggers={"u": trigger("g", renamedFrom="t", description="after", enabled=False)},
    )
    assert [(str(change.address), change.reason, lines(change)) for change in found.pending] == [
        ("function/g", "renamed from f", [("name", "f", "g"), ("timeoutMs", 30000, 99)]),
        ("trigger/u", "renamed from t", [("name", "t", "u"), ("description", "before", "after"), ("enabled", True, False)]),
    ]
    assert workspace.ids == {"function/g": before["function/f"], "trigger/u": before["trigger/t"]}
    live = workspace.spec("trigger/u")
    assert (live["enabled"], live["description"], live["function"]) == (False, "after", "g")


def test_properties_and_steps_are_renamed_and_changed_in_one_go(workspace: Workspace) -> None:
    workspace.apply(
        structures=structures({"name": "a", "type": "string", "maxLength": 5}),
        functions={"f": F},
        orchestrations={"o": ORCHESTRATION},
    )
    steps = [{**STEPS[0], "id": "uno", "function": "g", "timeoutMs": 6, "renamedFrom": "one"}, STEPS[1]]
    found = workspace.apply(
        structures=structures({"name": "b", "type": "string", "maxLength": 6, "renamedFrom": "a"}, name="T"),
        functions={"g": {**F, "renamedFrom": "f"}},
        orchestrations={"o": {**ORCHESTRATION, "steps": steps}},
    )
    assert {str(change.address): lines(change) for change in found.pending} == {
        "structure/s": [("properties[b].name", "a", "b"), ("name", "S", "T"), ("properties[b].maxLength", 5, 6)],
        "function/g": [("name", "f", "g")],
        "orchestration/o": [("steps[uno].id", "one", "uno"), ("steps[uno].timeoutMs", 5, 6)],
    }


def test_a_renamed_trigger_of_another_execution_type_is_replaced_under_its_new_name(workspace: Workspace) -> None:
    workspace.apply(functions={"f": F}, triggers={"t": trigger("f", description="theirs")})
    other = {"function": "f", "executionType": "endpoint", "triggerMetadata": {"path": "x"}, "renamedFrom": "t"}
    (change,) = workspace.apply(functions={"f": F}, triggers={"u": other}).pending
    assert change.action is Action.REPLACE
    assert lines(change)[0] == ("name", "t", "u")
    assert workspace.ids.keys() == {"function/f", "trigger/u"}
    assert workspace.spec("trigger/u")["description"] == "theirs"


def test_a_rename_that_would_lose_a_secret_nobody_declares_is_refused(workspace: Workspace) -> None:
    secret = {"params": {"key": {"value": "${env:KEY}", "encrypt": True}}}
    workspace.apply(functions={"f": F}, triggers={"t": trigger("f", triggerMetadata=secret)})
    found = workspace.plan(functions={"f": F}, triggers={"u": trigger("f", renamedFrom="t")})
    assert [refusal.rule for refusal in found.refusals] == ["secret-would-be-lost"]
    (change,) = workspace.apply(functions={"f": F}, triggers={"u": trigger("f", triggerMetadata=secret, renamedFrom="t")}).pending
    assert lines(change) == [("name", "t", "u")]


def test_a_rename_goes_together_with_an_override_of_the_new_name(workspace: Workspace) -> None:
    workspace.apply(functions={"f": F}, triggers={"t": trigger("f", description="theirs")})
    before = workspace.ids
    sections = {
        "environments": {"prod": {"overrides": {"trigger/u": {"enabled": False}}}},
        "functions": {"f": F},
        "triggers": {"u": trigger("f", renamedFrom="t")},
    }
    (change,) = workspace.apply(Choice("prod"), **sections).pending
    assert lines(change) == [("name", "t", "u"), ("enabled", True, False)]
    assert [field.layer for field in change.fields] == ["", "override of prod"]
    assert workspace.ids["trigger/u"] == before["trigger/t"]


def test_an_override_may_say_the_old_name(workspace: Workspace) -> None:
    workspace.apply(functions={"old": F})
    environments = {"prod": {"overrides": {"function/new": {"renamedFrom": "old"}}}, "test": {}}
    assert [c.action for c in workspace.plan(Choice("test"), environments=environments, functions={"new": F}).pending] == [Action.CREATE]
    (change,) = workspace.apply(Choice("prod"), environments=environments, functions={"new": F}).pending
    assert lines(change) == [("name", "old", "new")]


def test_the_new_name_may_be_protected(workspace: Workspace) -> None:
    workspace.apply(functions={"old": F})
    environments = {"prod": {"protect": ["function/new"]}}
    found = workspace.plan(Choice("prod"), environments=environments, functions={"new": {**F, "renamedFrom": "old"}})
    assert [refusal.rule for refusal in found.refusals] == ["protected"]


def test_the_digest_of_a_rename_is_the_same_every_time_and_in_any_order(workspace: Workspace) -> None:
    workspace.apply(functions={"a": F, "b": G}, triggers={"t": trigger("a")})
    renames = {"c": {**F, "renamedFrom": "a"}, "d": {**G, "renamedFrom": "b"}}
    first = workspace.plan(functions=renames, triggers={"t": trigger("c")})
    again = workspace.plan(triggers={"t": trigger("c")}, functions=dict(reversed(renames.items())))
    other = workspace.plan(functions={**renames, "d": G}, triggers={"t": trigger("c")})
    assert [str(change.address) for change in first.pending] == ["function/c", "function/d"]
    assert first.digest == again.digest != other.digest


PASTED = {
    "function": ({"functions": {"old": G}}, {"functions": {"new": G}}, "functions", [("name", "old", "new")]),
    "trigger": (
        {"functions": {"f": F}, "triggers": {"old": trigger("f", triggerMetadata={"params": {}}, enabled=True)}},
        {"functions": {"f": F}, "triggers": {"new": trigger("f", triggerMetadata={"params": {}}, enabled=True)}},
        "triggers",
        [("name", "old", "new")],
    ),
}


@pytest.mark.parametrize(("first", "second", "section", "renamed"), PASTED.values(), ids=PASTED)
def test_what_looks_like_a_rename_is_pointed_out_with_lines_that_make_it_one(
    first: Any, second: Any, section: str, renamed: Any, workspace: Workspace
) -> None:
    workspace.apply(**first)
    before = workspace.ids
    found = workspace.plan(**second)
    assert [change.action for change in found.pending] == [Action.CREATE]
    (hint,) = found.hints
    kind = section[:-1]
    assert hint.message.startswith(f"{kind}/new looks like a rename of {kind}/old, which is in the workspace and not declared.")
    text = yaml.safe_dump({"version": 1, **second}, sort_keys=False)
    head, rest = text.split("  new:\n")
    (change,) = workspace.apply(content="\n".join([head + hint.lines[0], *hint.lines[1:], rest])).pending
    assert (change.action, lines(change)) == (Action.UPDATE, renamed)
    assert workspace.ids == {name.replace("old", "new"): id_ for name, id_ in before.items()}
    assert workspace.plan(content="\n".join([head + hint.lines[0], *hint.lines[1:], rest])).hints == ()


A = {"name": "address", "type": "string", "description": "Where it goes", "maxLength": 90}
PASTED_ITEMS = {
    "property": (
        {"structures": structures(A)},
        {"structures": structures({**A, "name": "street"})},
        "properties[street] of structure/s looks like a rename of properties[address]. If it is one, write:",
        ("  - name: street", "    renamedFrom: address"),
        [("properties[street].name", "address", "street")],
    ),
    "step": (
        {"functions": {"f": F}, "orchestrations": {"o": ORCHESTRATION}},
        {"functions": {"f": F}, "orchestrations": {"o": {**ORCHESTRATION, "steps": [{**STEPS[0], "id": "uno"}, STEPS[1]]}}},
        "steps[uno] of orchestration/o looks like a rename of steps[one]. If it is one, write:",
        ("  - id: uno", "    renamedFrom: one"),
        [("steps[uno].id", "one", "uno")],
    ),
}


@pytest.mark.parametrize(("first", "second", "message", "pasted", "renamed"), PASTED_ITEMS.values(), ids=PASTED_ITEMS)
def test_an_item_that_looks_renamed_is_pointed_out_with_lines_that_make_it_so(
    first: Any, second: Any, message: str, pasted: tuple[str, str], renamed: Any, workspace: Workspace
) -> None:
    workspace.apply(**first)
    (hint,) = workspace.plan(**second).hints
    assert (hint.message, hint.lines) == (message, pasted)
    text = yaml.safe_dump({"version": 1, **second}, sort_keys=False)
    own = pasted[0].strip()
    ((at, written),) = [(number, line) for number, line in enumerate(text.splitlines()) if line.strip() == own]
    indent = " " * (len(written) - len(written.lstrip()))
    whole = text.splitlines()
    whole[at : at + 1] = [indent + line.removeprefix("  ") for line in pasted]
    found = workspace.apply(content="\n".join(whole))
    assert [lines(change) for change in found.pending] == [renamed]
    assert found.hints == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"functions": {"old": F}}, {"functions": {"new": G}}),
        ({"functions": {"old": G}}, {"functions": {"old": G, "new": G}}),
        (
            {"functions": {"f": F}, "orchestrations": {"o": {**ORCHESTRATION, "description": LONGER * 4}}},
            {"functions": {"f": F}, "structures": {"s": {"name": "O", "description": LONGER * 4}}},
        ),
        ({"structures": structures(A)}, {"structures": structures({"name": "count", "type": "number", "minimum": 1})}),
        ({"structures": structures(A)}, {"structures": structures(A, {**A, "name": "street"})}),
        ({"structures": structures(A, {**A, "name": "street"})}, {"structures": structures(A)}),
    ],
    ids=["another code", "still declared", "another kind", "another property", "one more property", "one property less"],
)
def test_what_is_unlike_or_still_there_is_not_pointed_out(first: Any, second: Any, workspace: Workspace) -> None:
    workspace.apply(**first)
    found = workspace.plan(**second)
    assert (found.hints, len(found.pending)) == ((), 1)


def test_of_several_that_look_alike_the_first_by_name_is_pointed_out_in_whichever_order_they_are_listed(workspace: Workspace) -> None:
    for name in ("old-b", "old-a", "old-c"):
        workspace.client.create(KINDS["function"], {"name": name, "code": LONGER})
    (hint,) = workspace.plan(functions={"new": G}).hints
    assert hint.message.startswith("function/new looks like a rename of function/old-a,")


def test_items_that_are_alike_but_for_their_names_are_pointed_out_however_long_those_are(workspace: Workspace) -> None:
    one, other = ({"name": letter * 90, "type": "string"} for letter in "ab")
    workspace.apply(structures=structures(one))
    assert len(workspace.plan(structures=structures(other)).hints) == 1


@pytest.mark.parametrize(("old", "meant"), [("proces-item", " Did you mean process-item?"), ("other", "")])
def test_an_old_name_that_is_nowhere_is_pointed_out_beside_what_looks_renamed(old: str, meant: str, workspace: Workspace) -> None:
    workspace.apply(functions={"process-item": G})
    found = workspace.plan(functions={"handle-item": {**G, "renamedFrom": old}})
    assert [change.action for change in found.pending] == [Action.CREATE]
    nowhere, alike = found.hints
    message = f"renamedFrom of function/handle-item names function/{old}, which is not in the workspace, so a new one is created."
    assert (nowhere.message, nowhere.lines) == (message + meant, ())
    assert alike.message.startswith("function/handle-item looks like a rename of function/process-item,")
    assert alike.lines[1].strip() == "renamedFrom: process-item"


def test_an_old_name_is_looked_for_among_what_is_not_declared(workspace: Workspace) -> None:
    workspace.apply(functions={"process-item": G})
    (hint,) = workspace.plan(functions={"process-item": G, "handle-item": {**F, "renamedFrom": "proces-item"}}).hints
    assert hint.message.endswith("so a new one is created.")


def test_an_old_name_of_what_is_live_or_in_a_new_workspace_is_not_pointed_out(workspace: Workspace) -> None:
    assert workspace.plan(functions={"new": {**G, "renamedFrom": "old"}}).hints == ()
    workspace.apply(functions={"new": {**G, "renamedFrom": "old"}})
    assert workspace.plan(functions={"new": {**G, "renamedFrom": "old"}}).hints == ()


def test_a_create_in_a_new_workspace_is_not_pointed_out(workspace: Workspace) -> None:
    found = workspace.plan(functions={"a": G, "b": G}, structures=structures(A, {**A, "name": "street"}))
    assert found.hints == ()


def test_a_structure_that_looks_renamed_is_pointed_out_with_no_lines_as_it_cannot_be(workspace: Workspace) -> None:
    whole = {"status": "active", "schemaDiscoveryMode": "strict", "enableVersioning": False}
    workspace.apply(structures=structures(A, **whole))
    (hint,) = workspace.plan(structures={"z": structures(A, **whole)["s"]}).hints
    assert hint.lines == ()
    assert hint.message.endswith("The recordSlug cannot be changed: to keep what is there, keep the name.")


def test_hints_and_refusals_are_shown_below_the_changes(workspace: Workspace) -> None:
    workspace.apply(functions={"old": G}, structures=structures())
    found = workspace.plan(functions={"new": G}, structures={"z": {"name": "S", "renamedFrom": "s"}})
    text = "\n".join(plan_lines(found, lambda text, _style: text, where="w"))
    assert "? function/new looks like a rename of function/old" in text
    assert "    new:\n      renamedFrom: old" in text
    assert "! structure/z: structure/s cannot become structure/z" in text
    assert plan_part(found)["hints"] == [
        {"address": "function/new", "message": found.hints[0].message, "lines": ["  new:", "    renamedFrom: old"]}
    ]


def test_a_removed_property_is_shown_whole(workspace: Workspace) -> None:
    workspace.apply(structures=structures(A, {"name": "n", "type": "number"}))
    (change,) = workspace.plan(structures=structures({"name": "n", "type": "number"})).pending
    assert lines(change) == [("properties[address]", A, Mark.ABSENT)]
