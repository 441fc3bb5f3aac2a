"""What is wrong with a function's code: by itself, and beside what runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.errors import ManifestError
from centrali_deploy.kinds import KINDS
from centrali_deploy.manifest.loading import load
from centrali_deploy.runtime import API, API_MEMBERS, GONE, MISSING, OF_EVERY_OBJECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.kind import Finding

RUN = "async function run() {}\n"
SOMEWHERE = "among allowedDomains; it may be allowed in the workspace."


def found(code: Any) -> list[Finding]:
    return list(KINDS["function"].check("f", {"code": code}))


def told(code: Any) -> list[tuple[str, str, Any]]:
    return [(finding.severity, finding.message, finding.spot) for finding in found(code)]


@pytest.mark.parametrize(
    ("code", "findings"),
    [
        (RUN, []),
        (f"const a = 1\n{RUN}function helper() {{}}", []),
        ("const run = async () => {}", [("error", "There is no function run.", (1, 1))]),
        ("// nothing", [("error", "There is no function run.", (1, 1))]),
        ("async function Run() {}", [("error", "There is no function run.", (1, 1))]),
        ("function run() {}", [("error", "run is not a plain async function.", (1, 10))]),
        ("async function* run() {}", [("error", "run is not a plain async function.", (1, 17))]),
        ("async function run(event) {}", [("error", "run takes parameters, and the platform gives none.", (1, 16))]),
        (
            "function run(a) {}",
            [
                ("error", "run is not a plain async function.", (1, 10)),
                ("error", "run takes parameters, and the platform gives none.", (1, 10)),
            ],
        ),
        (
            RUN + "\nfunction run(a) {}\n" + RUN,
            [("error", "run is declared again.", (3, 10)), ("error", "run is declared again.", (4, 16))],
        ),
        ("export async function run() {}", [("warning", "Nothing can be exported.", (1, 1))]),
        ("async function run() { } }", [("error", "This is not JavaScript: this makes no sense here: }.", (1, 26))]),
        ("nonsense here (", [("error", 'This is not JavaScript: "(" is not closed.', (1, 15))]),
        (RUN + "run = 5", [("warning", "run is overwritten.", (2, 1))]),
        (RUN + "let run", [("error", "run is declared again.", (2, 5))]),
        (RUN + "await api.log(1)", [("error", "await stands outside of every function.", (2, 1))]),
        (RUN + "const a = 1; const a = [", [("error", 'This is not JavaScript: "[" is not closed.', (2, 24))]),
    ],
)
def test_run_is_declared_once_async_and_without_parameters(code: str, findings: Any) -> None:
    assert told(code) == findings


def test_a_second_run_is_told_with_the_line_of_the_first() -> None:
    (finding,) = found("\n" + RUN + RUN)
    assert finding.hint == "It is also at line 2 of the code: keep one."


@pytest.mark.parametrize("code", ["const run = async () => {}", "let run = async function () {}", "const f = {run: async () => 1}"])
def test_a_run_that_is_a_value_has_a_way_out_of_its_own(code: str) -> None:
    assert [finding.hint for finding in found(code)] == ["Make it a function of its own: async function run() { ... }."]


def test_three_places_that_are_no_javascript_are_told_and_no_more() -> None:
    assert len(found(RUN + "} \nx = 1\n" * 9)) == 3


@pytest.mark.parametrize("code", [None, 5, "", "  \n", ["x"]])
def test_code_that_is_none_is_left_to_the_model(code: object) -> None:
    assert found(code) == []


@pytest.mark.parametrize("name", MISSING)
def test_what_other_platforms_have_is_a_warning_with_what_to_write_instead(name: str) -> None:
    source = {"import": 'import x from "y"', "export": "export { x }"}.get(name, f"{name}('x')")
    (finding,) = found(f"{RUN}{source}")
    assert (finding.message, finding.hint) == MISSING[name]
    assert (finding.severity, finding.spot) == ("warning", (2, 1))


@pytest.mark.parametrize("method", sorted(API))
def test_a_published_member_of_api_is_known(method: str) -> None:
    assert found(f"{RUN}const a = api.{method}(1)") == []


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("api.queryRecord('x')", "Did you mean api.queryRecords?"),
        ("api['createrecord']('x')", "Did you mean api.createRecord?"),
        ("api.searchRecords('x')", GONE["searchRecords"]),
        ("api.zzzz()", "Look it up: it is not a published one."),
        ("api.records.list()", "Did you mean api.queryRecords?"),
        ("api.queryRecord", "Did you mean api.queryRecords?"),
    ],
)
def test_an_unknown_member_of_api_is_a_warning_with_the_one_it_may_be(call: str, hint: str) -> None:
    (finding,) = found(RUN + call)
    assert (finding.severity, finding.hint, finding.spot) == (
        "warning",
        hint,
        (2, call.index(next(c for c in call[4:] if c.isalpha()), 4) + 1),
    )
    assert finding.message.endswith(" is not known.")


@pytest.mark.parametrize(
    ("code", "message", "hint", "column"),
    [
        ("api.crypto.sha1('x')", "api.crypto.sha1 is not known.", "Did you mean api.crypto.sha256?", 12),
        ("api.crypto.md5('x')", "api.crypto.md5 is not known.", "Its members are: hmacSha256, rsaSign, sha256, signJwt.", 12),
        ("const { createRecrd } = api", "api.createRecrd is not known.", "Did you mean api.createRecord?", 9),
        ("let { searchRecords: s } = api", "api.searchRecords is not known.", GONE["searchRecords"], 7),
        ("const q = api; q.nosuch()", "api.nosuch is not known.", "Look it up: it is not a published one.", 18),
    ],
)
def test_an_unknown_member_of_api_is_found_however_it_is_reached(code: str, message: str, hint: str, column: int) -> None:
    assert [(each.severity, each.message, each.hint, each.spot) for each in found(RUN + code)] == [("warning", message, hint, (2, column))]


@pytest.mark.parametrize(
    "code",
    [
        *(f"const a = api.crypto.{member}('x')" for member in sorted(API_MEMBERS["crypto"])),
        "api.base64.encode('x')",
        "api.math.anything(1)",
        "api.hasOwnProperty('log')",
        "api.crypto.toString()",
        "api.log.call(api, 1)",
        "[1].forEach((api) => { api.close(); })",
        "const api = {foo() {}}; api.foo()",
    ],
)
def test_what_is_a_member_or_none_of_the_platforms_api_is_not_warned_of(code: str) -> None:
    assert found(RUN + code) == []


METADATA = {
    "on-demand": {},
    "event-driven": {"event": "record_updated", "recordSlug": "orders"},
    "scheduled": {"scheduleType": "interval", "interval": 60},
    "http-trigger": {"path": "x"},
    "endpoint": {"path": "x"},
}
EVENT = "event workspaceSlug recordSlug recordId data timestamp before after hardDelete recordIds count error"
GIVEN = {
    "event-driven": EVENT.split(),
    "scheduled": [],
    "http-trigger": ["payload", "headers", "query"],
    "endpoint": ["payload", "method", "headers", "query"],
    "orchestration": ["data"],
}
ALL = sorted({member for members in GIVEN.values() for member in members} | {"body"})
READING = "async function run() { " + "".join(f"executionParams.{member}; " for member in ALL) + "}\n"


def warned(manifest: Callable[..., str], *runners: str, code: str = READING, **sections: Any) -> list[str]:
    """What is warned of a function that these run; each runner is an execution type."""
    triggers = {
        f"t{number}": {"function": "f", "executionType": sort, "triggerMetadata": METADATA[sort]}
        for number, sort in enumerate(runners)
        if sort in METADATA
    }
    flow = {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", "type": "compute", "function": "f"}]}
    content: dict[str, Any] = {"version": 1, "functions": {"f": {"code": code}}, "triggers": triggers, **sections}
    if "orchestration" in runners:
        content["orchestrations"] = {"o": flow}
    loaded = load([manifest(content)], {})
    return [f"{problem.message} {problem.hint}" for problem in loaded.warnings]


def absent(warnings: list[str]) -> set[str]:
    return {text.removeprefix("executionParams.").split(" ")[0] for text in warnings}


def test_what_every_object_has_is_there(manifest: Callable[..., str]) -> None:
    code = "async function run() {" + "".join(f"executionParams.{member};" for member in OF_EVERY_OBJECT) + "}"
    assert warned(manifest, "scheduled", code=code) == []


def test_an_input_by_another_name_is_known(manifest: Callable[..., str]) -> None:
    code = "async function run() { const e = executionParams; return e.headers }"
    assert absent(warned(manifest, "scheduled", code=code)) == {"headers"}


@pytest.mark.parametrize("sort", GIVEN)
def test_a_function_is_warned_of_every_input_that_what_runs_it_does_not_give(sort: str, manifest: Callable[..., str]) -> None:
    found = warned(manifest, sort)
    assert absent(found) == set(ALL) - set(GIVEN[sort])
    runner = "orchestration/o" if sort == "orchestration" else "trigger/t0"
    given = "{" + ", ".join(sorted(GIVEN[sort])) + "}"
    assert found[0].endswith(f"is never there. {runner} ({sort}) gives {given}.")


@pytest.mark.parametrize(
    ("runners", "given"),
    [
        (("http-trigger", "endpoint"), {"payload", "method", "headers", "query"}),
        (("scheduled", "scheduled"), set()),
        (("scheduled", "orchestration"), {"data"}),
        (("event-driven", "http-trigger"), {*EVENT.split(), "payload", "headers", "query"}),
    ],
)
def test_what_one_of_several_runners_gives_is_there(runners: tuple[str, ...], given: set[str], manifest: Callable[..., str]) -> None:
    found = warned(manifest, *runners)
    assert absent(found) == set(ALL) - given
    assert all(f"({sort}) give" in found[0] for sort in runners)


def test_several_of_one_sort_are_named_together(manifest: Callable[..., str]) -> None:
    found = warned(manifest, "scheduled", "endpoint", "scheduled")
    given = "trigger/t0, trigger/t2 (scheduled) give {}; trigger/t1 (endpoint) gives {headers, method, payload, query}."
    assert found[0] == f"executionParams.after is never there. {given}"


@pytest.mark.parametrize(
    "runners", [("on-demand",), ("on-demand", "scheduled"), ("event-driven", "on-demand"), ("orchestration", "on-demand"), ()]
)
def test_with_a_caller_who_sends_anything_or_with_no_runner_nothing_is_said(runners: tuple[str, ...], manifest: Callable[..., str]) -> None:
    assert warned(manifest, *runners) == []


def test_only_what_runs_this_function_counts_and_its_params_are_not_checked(manifest: Callable[..., str]) -> None:
    other = {"functions": {"f": {"code": READING}, "g": {"code": RUN}}}
    triggers = {"triggers": {"t": {"function": "g", "executionType": "scheduled", "triggerMetadata": METADATA["scheduled"]}}}
    assert warned(manifest, **other, **triggers) == []
    assert warned(manifest, "scheduled", code="async function run() { return triggerParams.anything }") == []


def test_a_warning_stands_where_the_member_is_read_in_the_functions_own_file(manifest: Callable[..., str]) -> None:
    manifest("async function run() {\n  const { data, body } = executionParams\n}\n", "f.js")
    flow = {"name": "O", "trigger": {"type": "on-demand"}, "steps": [{"id": "s", "type": "compute", "function": "f"}]}
    loaded = load([manifest({"version": 1, "functions": {"f": {"source": "f.js"}}, "orchestrations": {"o": flow}})], {})
    (problem,) = loaded.warnings
    assert (problem.position.file.endswith("f.js"), problem.position.line, problem.position.column) == (True, 2, 17)


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("await api.queryRecords('order')", "Did you mean orders?"),
        ("await api.createRecord('ordres', {})", "Did you mean orders?"),
        ("await api.queryRecords('orders')", None),
        ("await api.queryRecords('somewhere-else')", None),
        ("await api.queryRecords(slug)", None),
        ("await api.httpRequest('order')", None),
        ("await api.fetchRecord('order')", None),
        ("const { createRecord } = api; await createRecord('ordrs', {})", "Did you mean orders?"),
        ("const a = api; await a.createRecord('ordrs', {})", "Did you mean orders?"),
    ],
)
def test_a_structure_that_is_nearly_a_declared_one_is_a_warning(call: str, hint: str | None, manifest: Callable[..., str]) -> None:
    code = f"async function run() {{ {call} }}"
    found = warned(manifest, code=code, structures={"orders": {"name": "Orders"}})
    slug = call.split("'")[1] if "'" in call else ""
    assert found == ([f'No structure "{slug}" is declared. {hint}'] if hint else [])


def test_errors_in_code_keep_a_manifest_from_loading_at_their_line(manifest: Callable[..., str]) -> None:
    text = "version: 1\nfunctions:\n  f:\n    code: |\n      async function run() {\n        return {a: 1, b: }\n      }\n"
    with pytest.raises(ManifestError, match="This is not JavaScript") as caught:
        load([manifest(text)], {})
    (problem,) = caught.value.problems
    assert (problem.position.line, problem.position.column) == (6, 25)


@pytest.mark.parametrize(
    ("call", "declared", "warnings"),
    [
        ("api.httpPost('https://api.stripe.com/v1', {})", ["api.stripe.com"], []),
        ("api.httpPost('https://api.stripe.com/v1', {})", [], []),
        (
            "api.httpPost('https://api.strip.com/v1', {})",
            ["api.stripe.com"],
            [f'"api.strip.com" is not declared {SOMEWHERE} Add api.strip.com: there, or did you mean api.stripe.com?'],
        ),
        (
            "api.httpRequest({url: 'https://hooks.slack.com', method: 'POST'})",
            ["a.b"],
            [f'"hooks.slack.com" is not declared {SOMEWHERE} Add hooks.slack.com: there.'],
        ),
        ("api.queryRecords('https://hooks.slack.com')", ["a.b"], []),
        ("api.httpFetch(triggerParams.url)", ["a.b"], []),
    ],
)
def test_a_request_to_a_domain_that_is_not_declared_is_told_where_any_are(
    call: str, declared: list[str], warnings: list[str], manifest: Callable[..., str]
) -> None:
    functions = {"f": {"code": f"async function run() {{ return {call} }}\n"}}
    loaded = load([manifest({"version": 1, "allowedDomains": dict.fromkeys(declared), "functions": functions})], {})
    assert [f"{problem.message} {problem.hint}" for problem in loaded.warnings] == warnings
    assert all(problem.position.line > 1 for problem in loaded.warnings)
