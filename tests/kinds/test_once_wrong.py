"""What was once wrong in the checks of kinds, a test each."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from ending import result_of

from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.cli import run
from centrali_deploy.errors import DeployError, Position, Problem
from centrali_deploy.firing import cron_complaint, moment_complaint
from centrali_deploy.javascript import facts
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.manifest.head import NOTHING_CHOSEN, Choice
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply, check
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.report.annotations import sarif
from centrali_deploy.values import compiled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from centrali_deploy.plan.model import Plan
    from centrali_deploy.remote.client import Client

CODE = "async function run() { return 1 }"
LONGER = "async function run() { return api.fetchRecord('orders', {limit: 100, filter: {paid: true}}) }"
F, G = {"code": CODE}, {"code": LONGER}
RUN = "async function run() {}\n"


class Live:
    """Manifests planned and applied against a live workspace."""

    def __init__(self, client: Client, write: Callable[[Any], str]) -> None:
        self.client, self.write = client, write

    def plan(self, choice: Choice = NOTHING_CHOSEN, *, do: bool = False, **sections: Any) -> Plan:
        loaded = load([self.write({"version": 1, **sections})], {}, choice)
        found = result_of(plan(loaded, self.client, Policy(protect=loaded.protect)))
        self.live = found.live.resources
        if do:
            check(found, self.client)
            outcomes = [event for event in apply(found, self.client, lambda: False) if isinstance(event, Outcome)]
            assert [outcome.error for outcome in outcomes if outcome.status is not Status.APPLIED] == []
        made: Plan = found.plan
        return made

    def apply(self, **sections: Any) -> Plan:
        return self.plan(do=True, **sections)

    @property
    def ids(self) -> dict[str, str]:
        self.plan(functions={"~": F})
        return {address.name: resource.id for address, resource in self.live.items()}

    def properties(self) -> Any:
        self.plan(functions={"~": F})
        return next(resource.spec["properties"] for address, resource in self.live.items() if address.kind == "structure")


@pytest.fixture
def live(client: Client, manifest: Callable[[Any], str]) -> Live:
    return Live(client, manifest)


def trigger(function: str, **more: Any) -> dict[str, Any]:
    return {"function": function, "executionType": "on-demand", **more}


def structure(*properties: Any) -> dict[str, Any]:
    return {"s": {"name": "S", "properties": list(properties)}}


# 1. flow.circle never ends (and takes all memory) when a way round has a smaller one inside that comes first.
def test_looking_for_a_circle_ends() -> None:
    code = """
from centrali_deploy.flow import circle
print(circle([{"id": "a", "nextStepId": "b"}, {"id": "b", "nextStepId": "c"},
              {"id": "c", "cases": [{"nextStepId": "b"}], "defaultNextStepId": "a"}]))
"""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n" + code
    found = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    assert found.stdout == "['a', 'b', 'c', 'a']\n"


# 2. A reference to the old name of a renamed function passes the plan and ends apply with a KeyError.
def test_a_reference_to_the_old_name_is_a_problem_and_not_a_crash(live: Live) -> None:
    live.apply(functions={"old": F}, triggers={"t": trigger("old")})
    with pytest.raises(DeployError):
        live.apply(functions={"new": {**F, "renamedFrom": "old"}}, triggers={"t": trigger("old")})


# 3. Where lists leave out code, a renamed function is not read in full: a plain rename claims to set the code, too.
def test_a_rename_is_only_a_rename_where_lists_leave_out_code(connect_to: Callable[..., Client], manifest: Callable[..., str]) -> None:
    with connect_to(create_app(":memory:", workspaces=["acme-dev"], brief=True)) as client:
        live = Live(client, manifest)
        live.apply(functions={"old": F})
        (change,) = live.plan(functions={"new": {**F, "renamedFrom": "old"}}).pending
        assert [field.member for field in change.fields] == ["name"]


# 4. What looks like a rename is compared with members nobody declares and without those that lists leave out.
def test_a_forgotten_rename_is_seen_where_lists_leave_out_code(connect_to: Callable[..., Client], manifest: Callable[..., str]) -> None:
    with connect_to(create_app(":memory:", workspaces=["acme-dev"], brief=True)) as client:
        live = Live(client, manifest)
        live.apply(functions={"old": G})
        assert len(live.plan(functions={"new": G}).hints) == 1


def test_an_orchestration_under_another_slug_is_seen(live: Live) -> None:
    steps = [{"id": f"s{n}", "type": "compute", "function": "f", "nextStepId": f"s{n + 1}"} for n in range(5)]
    flow = {"name": "O", "trigger": {"type": "on-demand"}, "steps": [*steps, {"id": "s5", "type": "delay", "delayMs": 5}]}
    live.apply(functions={"f": F}, orchestrations={"o": flow})
    assert len(live.plan(functions={"f": F}, orchestrations={"p": flow}).hints) == 1


def test_a_structure_under_another_slug_is_seen(live: Live) -> None:
    same = structure({"name": "address", "type": "string", "description": "Where it goes"})["s"]
    live.apply(structures={"s": same})
    assert len(live.plan(structures={"z": same}).hints) == 1


def test_a_trigger_under_another_name_is_seen(live: Live) -> None:
    live.apply(functions={"f": F}, triggers={"t": trigger("f")})
    assert len(live.plan(functions={"f": F}, triggers={"u": trigger("f")}).hints) == 1


# 5. The lines of a hint are not YAML for names that must be quoted.
@pytest.mark.parametrize(("old", "new"), [("42", "fn"), ("a: b", "fn"), ("null", "fn"), ("old", "c #d"), ("[x]", "fn")])
def test_the_lines_of_a_hint_can_be_pasted_whatever_the_names(old: str, new: str, live: Live, tmp_path: Path) -> None:
    live.apply(functions={old: G})
    (hint,) = live.plan(functions={new: G}).hints
    path = tmp_path / "pasted.yaml"
    path.write_text("\n".join(["version: 1", "functions:", *hint.lines, f'    code: "{LONGER}"', ""]), encoding="utf-8")
    assert [resource.renamed_from for resource in load([str(path)], {}).desired.values()] == [old]


# 6. renamedFrom of an item takes the old item's place although the old one is still declared (resources do not).
def test_a_property_that_is_still_declared_keeps_what_others_hold_in_it(live: Live) -> None:
    live.apply(structures=structure({"name": "a", "type": "string", "description": "theirs", "maxLength": 5}))
    live.apply(structures=structure({"name": "a", "type": "string"}, {"name": "b", "type": "string", "renamedFrom": "a"}))
    assert live.properties() == [
        {"name": "a", "type": "string", "description": "theirs", "maxLength": 5},
        {"name": "b", "type": "string"},
    ]


# 7. A chain of renamed items is carried out or not depending on the order of the list.
def test_a_chain_of_properties_is_renamed_in_any_order(live: Live) -> None:
    live.apply(
        structures=structure({"name": "a", "type": "string", "description": "A"}, {"name": "b", "type": "number", "description": "B"})
    )
    live.apply(
        structures=structure({"name": "b", "type": "string", "renamedFrom": "a"}, {"name": "c", "type": "number", "renamedFrom": "b"})
    )
    assert live.properties() == [
        {"name": "b", "type": "string", "description": "A"},
        {"name": "c", "type": "number", "description": "B"},
    ]


# 8. A chain of resources: renamedFrom is passed over in silence, b gets a's code, c is a new one, a stays behind.
def test_a_chain_of_functions_keeps_identities_or_is_refused(live: Live) -> None:
    live.apply(functions={"a": F, "b": G})
    before = live.ids
    chain = {"b": {**F, "renamedFrom": "a"}, "c": {**G, "renamedFrom": "b"}}
    if not live.plan(functions=chain).refusals:
        live.apply(functions=chain)
        assert live.ids == {"b": before["a"], "c": before["b"]}


# 9. Two resources that say they were the same one: the last wins and the other is made anew, in silence.
def test_two_renames_from_one_name_are_not_passed_over(live: Live) -> None:
    live.apply(functions={"a": F})
    both = {"b": {**F, "renamedFrom": "a"}, "c": {**F, "renamedFrom": "a"}}
    try:
        found = live.plan(functions=both)
    except DeployError:
        return
    assert found.refusals


# 10. protect: guards a name, and renaming that name away is not refused.
def test_what_is_protected_cannot_be_renamed_away(live: Live) -> None:
    live.apply(functions={"old": F})
    environments = {"prod": {"protect": ["function/old"]}}
    found = live.plan(Choice("prod"), environments=environments, functions={"new": {**F, "renamedFrom": "old"}})
    assert [refusal.rule for refusal in found.refusals] == ["protected"]


# 11. An override of what is no address is told without -e, and is a crash with it.
def test_an_override_of_what_is_no_address_is_a_problem_and_not_a_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(f"version: 1\nenvironments: {{prod: {{overrides: {{nonsense: {{}}}}}}}}\nfunctions:\n  f: {{code: '{CODE}'}}\n")
    code = run(["validate", "-e", "prod", str(path)])
    assert (code, "is not an address" in capsys.readouterr().err) == (3, True)


# 12. Patterns that are JavaScript and not Python are refused as errors, so that the manifest cannot be applied.
@pytest.mark.parametrize("pattern", [r"^\p{L}+$", r"^(?<q>['\"]).*\k<q>$", "^[^]*$", r"(?<=a+)b", r"\u{1F600}", r"\cJ"])
def test_a_pattern_that_is_only_javascript_is_not_refused(pattern: str) -> None:
    spec = {"name": "S", "properties": [{"name": "p", "type": "string", "pattern": pattern}]}
    assert [finding.message for finding in KINDS["structure"].check("s", spec)] == []


# 13. Some patterns make Python print a FutureWarning on standard error.
def test_a_pattern_is_compiled_without_a_word() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compiled("[[]")
    assert caught == []


# 14. A number of more than 4,300 digits in a cron expression is a crash.
@pytest.mark.parametrize("expression", ["*/" + "9" * 5000 + " * * * *", "9" * 5000 + " * * * *"])
def test_a_very_long_number_in_a_cron_expression_is_a_complaint(expression: str) -> None:
    assert cron_complaint(expression) is not None


# 15. A step that is too long goes through in a list.
@pytest.mark.parametrize("expression", ["0-30/70,5 * * * *", "*/70,5 * * * *"])
def test_a_step_that_is_too_long_is_told_in_a_list_too(expression: str) -> None:
    assert cron_complaint(expression) is not None


# 16. What moment_complaint tells people to write is not a moment itself.
@pytest.mark.parametrize("text", ["2030-01-31", "2030-W05-4"])
def test_what_a_complaint_about_a_moment_tells_to_write_is_one(text: str) -> None:
    complaint = moment_complaint(text)
    assert complaint is not None
    written = re.findall(r"\d[^\s,]*[^\s,.]", complaint[1])
    assert [moment_complaint(each) for each in written] == [None] * len(written)


# 17. A comment between the brackets of run counts as a parameter, as an error.
def test_a_comment_is_no_parameter_of_run() -> None:
    assert [finding.message for finding in KINDS["function"].check("f", {"code": "async function run(/* nothing */) {}"})] == []


# 18. Names that are declared in these ways are complained about.
@pytest.mark.parametrize(
    "source",
    [
        "[].map(require => require('x'))",
        "for (const module of modules) module.x",
        "for (const process in list) process.x",
        "try { } catch (process) { process.x }",
        "function f(fetch = 1) { fetch() }",
        "function f({fetch}) { fetch() }",
        "function f({a: fetch}) { fetch() }",
        "function f(...fetch) { fetch() }",
        "const {a: process} = x; process.x",
        "const {a: {fetch}} = x; fetch()",
        "const {fetch = 1} = x; fetch()",
        "const f = function fetch() { fetch() }",
    ],
)
def test_a_name_that_is_declared_is_the_functions_own(source: str) -> None:
    assert facts(source).errors == ()
    assert facts(source).uses == ()


# 19. Destructured reads with a default are not seen.
@pytest.mark.parametrize("source", ["const {a = 1} = executionParams", "const {'a': b} = executionParams", "({a} = executionParams)"])
def test_a_read_with_a_default_or_in_quotes_is_seen(source: str) -> None:
    assert [read.member for read in facts(source).reads] == ["a"]


# 20. A search field is refused when properties are not written, although they may be in the workspace.
def test_a_search_field_beside_properties_that_are_not_managed_is_fine() -> None:
    spec = {"name": "S", "defaultSearchField": "number"}
    assert [finding.message for finding in KINDS["structure"].check("s", spec)] == []


def test_null_for_the_mode_means_strict() -> None:
    spec = {"name": "S", "schemaDiscoveryMode": None, "defaultSearchField": "zzz", "properties": [{"name": "a", "type": "string"}]}
    assert len(list(KINDS["structure"].check("s", spec))) == 1


# 21. A SARIF uri is a URI reference: spaces, % and # must be encoded.
@pytest.mark.parametrize(("file", "uri"), [("my file.yaml", "my%20file.yaml"), ("50%.yaml", "50%25.yaml"), ("a#b.yaml", "a%23b.yaml")])
def test_a_uri_in_sarif_is_encoded(file: str, uri: str) -> None:
    (result,) = json.loads(sarif([Problem(Position(file, 1, 1), "", "x")]))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


# 22. Control characters of a manifest reach the terminal (and a pipeline's log) through -o github.
def test_what_steers_a_terminal_is_made_visible_for_github_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.yaml"
    path.write_text('version: 1\nfunctions:\n  f: {code: "async function run() {}", "\\x1b[2Jx": 1}\n')
    run(["validate", "-o", "github", str(path)])
    assert "\x1b" not in capsys.readouterr().out


# 23. A double under the old name: one of the two is renamed, and nobody knows which.
def test_a_rename_of_a_name_that_is_live_twice_is_a_conflict() -> None:
    from centrali_deploy.address import Address  # noqa: PLC0415 -- one test needs them
    from centrali_deploy.plan.planner import make_plan  # noqa: PLC0415 -- the same
    from centrali_deploy.states import DesiredResource, LiveResource, LiveState, RecordedState  # noqa: PLC0415 -- the same

    old, new = Address("function", "old"), Address("function", "new")
    state = LiveState({old: LiveResource(old, "id-2", F)}, {old: ("id-1", "id-2")})
    with pytest.raises(DeployError, match="id-1, id-2"):
        make_plan("w", {new: DesiredResource(new, F, renamed_from="old")}, state, RecordedState(), Policy())
