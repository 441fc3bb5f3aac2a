"""What the tool believes of the API, each as a scenario that any workspace can be asked: see facts.py.

A scenario makes what it needs under a prefix of its own, and looks at nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from api import CODE, DOMAINS, FLOWS, FUNCTIONS, STRUCTURES, TRIGGERS

from centrali_deploy.wire import MASK, ORCHESTRATION_BASES, RATE_LIMIT, RATE_REMAINING, RATE_RESET, error_said, one, page, says_exists

if TYPE_CHECKING:
    from api import Api

NOWHERE = "/00000000-0000-4000-a000-000000000000"
TEXT, NUMBER = {"name": "title", "type": "string"}, {"name": "size", "type": "number"}
SECRET = {"value": "verify-canary", "encrypt": True}


def refused(answer: Any) -> bool:
    return answer.status_code in {400, 409, 422}


def test_a_service_account_gets_a_token(api: Api) -> None:
    body = api.token().raise_for_status().json()
    assert isinstance(body["access_token"], str)
    assert body["token_type"].lower() == "bearer"
    assert body["expires_in"] > 60


@pytest.mark.parametrize("service", ["data", "orchestration"])
def test_a_service_serves_its_specification(service: str, api: Api) -> None:
    answer = api.http.get(f"{api.hosts.api}/specs/{service}", headers={"Authorization": ""})
    assert (answer.status_code, "paths" in answer.json()) == (200, True)


def test_a_list_comes_in_pages(api: Api) -> None:
    for text in "abc":
        api.function(text)
    first, second = (api.send("GET", FUNCTIONS, f"?limit=1&page={number}").json() for number in (1, 2))
    assert [len(page(body).items) for body in (first, second)] == [1, 1]
    assert page(first).items[0]["id"] != page(second).items[0]["id"]
    assert (page(first).total or 3) >= 3


def test_an_object_is_answered_with_its_id(api: Api) -> None:
    made = api.structure()
    assert one(api.send("GET", STRUCTURES, f"/{made['id']}").json())["recordSlug"] == api.name("s")
    assert one(api.send("GET", "structures", f"/{made['id']}").json())["id"] == made["id"]


def test_a_resource_is_given_by_itself(api: Api) -> None:
    function = api.function()
    made = [(FUNCTIONS, function), (TRIGGERS, api.trigger(function)), (STRUCTURES, api.structure()), (FLOWS, api.flow())]
    found = [one(api.send("GET", segment, f"/{each['id']}").json())["id"] for segment, each in made]
    assert found == [each["id"] for _, each in made]


def test_an_error_says_what_is_wrong_and_where(api: Api) -> None:
    answer = api.send("POST", FUNCTIONS, json={"name": api.name("f")})
    said = error_said(answer.json())
    assert refused(answer)
    assert said.message
    assert said.code
    assert "code" in {field for field, _ in said.fields}


@pytest.mark.parametrize("segment", [STRUCTURES, FUNCTIONS, TRIGGERS, FLOWS])
def test_what_is_not_there_answers_404(segment: str, api: Api) -> None:
    answer = api.send("GET", segment, NOWHERE)
    assert (answer.status_code, bool(error_said(answer.json()).message)) == (404, True)


def test_a_name_is_there_once(api: Api) -> None:
    function = api.function()
    api.trigger(function)
    api.structure()
    api.flow()
    trigger = {"functionId": function["id"], "executionType": "on-demand", "triggerMetadata": {}}
    flow = {"trigger": {"type": "on-demand"}, "steps": [{"id": "wait", "type": "delay", "delayMs": 60000}]}
    for segment, body in (
        (FUNCTIONS, {"name": api.name("f"), "code": CODE}),
        (TRIGGERS, {"name": api.name("t"), **trigger}),
        (STRUCTURES, {"name": "again", "recordSlug": api.name("s")}),
        (FLOWS, {"slug": api.name("o"), "name": "again", **flow}),
    ):
        answer = api.send("POST", segment, json=body)
        assert says_exists(answer.status_code, error_said(answer.json()).message), segment


def test_a_write_counts_the_version_up_by_one(api: Api) -> None:
    function = api.function()
    trigger, flow = api.trigger(function), api.flow()
    structure = api.structure()
    for segment, made in ((FUNCTIONS, function), (TRIGGERS, trigger), (STRUCTURES, structure), (FLOWS, flow)):
        before = api.read(segment, made)
        after = api.send("PUT", segment, f"/{made['id']}", json={"description": "again"}).json()
        assert after["version"] == before["version"] + 1, segment
        assert api.read(segment, made)["version"] == after["version"], segment


def test_answers_say_how_many_requests_are_left(api: Api) -> None:
    headers = api.send("GET", FUNCTIONS, "?limit=1").headers
    assert all(headers[name].isdigit() for name in (RATE_LIMIT, RATE_REMAINING, RATE_RESET))


def test_a_slug_is_lowercase_words(api: Api) -> None:
    for slug in ("A", "a b", "a.b"):
        assert refused(api.send("POST", STRUCTURES, json={"name": "s", "recordSlug": f"{api.name()}{slug}"})), slug
    assert api.structure(recordSlug=f"{api.name()}_b-1")["recordSlug"] == f"{api.name()}_b-1"


def test_a_name_holds_no_control_characters(api: Api) -> None:
    for name in ("a\0b", "a\nb", "\x1b[2J"):
        assert refused(api.send("POST", STRUCTURES, json={"name": name, "recordSlug": api.name()})), repr(name)
    assert api.structure(name="Any text, ü 𝄞")["name"] == "Any text, ü 𝄞"


def test_a_put_merges_members_of_a_structure(api: Api) -> None:
    made = api.structure(description="before", properties=[TEXT])
    api.change(STRUCTURES, made, description="after").raise_for_status()
    found = api.read(STRUCTURES, made)
    assert (found["name"], found["description"], [item["name"] for item in found["properties"]]) == (api.name("s"), "after", ["title"])


def test_properties_are_replaced_whole(api: Api) -> None:
    made = api.structure(properties=[TEXT, NUMBER])
    api.change(STRUCTURES, made, properties=[NUMBER]).raise_for_status()
    assert [item["name"] for item in api.read(STRUCTURES, made)["properties"]] == ["size"]


def test_a_slug_stays(api: Api) -> None:
    made = api.structure()
    api.change(STRUCTURES, made, recordSlug=api.name("other"))
    assert api.read(STRUCTURES, made)["recordSlug"] == api.name("s")


def test_a_path_is_there_once(api: Api) -> None:
    called = {"executionType": "http-trigger", "triggerMetadata": {"path": api.name("p")}}
    function = api.function()
    api.trigger(function, **called)
    again = api.send("POST", TRIGGERS, json={"name": api.name("other"), "functionId": function["id"], **called})
    assert says_exists(again.status_code, error_said(again.json()).message)


def test_a_deleted_structure_keeps_its_slug(api: Api) -> None:
    made = api.structure()
    assert api.send("DELETE", STRUCTURES, f"/{made['id']}").status_code in {200, 204}
    assert api.listed(STRUCTURES) == []
    again = api.send("POST", STRUCTURES, json={"name": "s", "recordSlug": made["recordSlug"]})
    assert says_exists(again.status_code, error_said(again.json()).message)
    assert api.send("DELETE", STRUCTURES, f"/{made['id']}?hard=true").status_code in {200, 204}
    assert api.structure()["recordSlug"] == made["recordSlug"]


def test_a_domain_is_added_listed_and_removed(api: Api) -> None:
    domain = f"{api.prefix}.example.com"
    made = api.make(DOMAINS, domain=domain)
    assert [item["domain"] for item in api.listed(DOMAINS)] == [domain]
    again = api.send("POST", DOMAINS, json={"domain": domain})
    assert says_exists(again.status_code, error_said(again.json()).message)
    assert api.send("DELETE", DOMAINS, f"/{made['id']}").status_code in {200, 204}
    assert api.listed(DOMAINS) == []


def test_a_domain_is_a_domain_alone(api: Api) -> None:
    for text in ("https://{}.example.com", "{}.example.com/v1", "{}.example.com:80", "*.{}.example.com"):
        assert refused(api.send("POST", DOMAINS, json={"domain": text.format(api.prefix)})), text
    assert api.make(DOMAINS, domain=f"{api.prefix.upper()}.example.com")["domain"] == f"{api.prefix}.example.com"


def test_a_function_keeps_what_an_update_leaves_out(api: Api) -> None:
    made = api.function(description="before", timeoutMs=5000)
    api.change(FUNCTIONS, made, description="after").raise_for_status()
    found = api.read(FUNCTIONS, made)
    assert [found[member] for member in ("name", "code", "description", "timeoutMs")] == [api.name("f"), CODE, "after", 5000]


def test_a_function_is_renamed_in_place(api: Api) -> None:
    made = api.function()
    api.change(FUNCTIONS, made, name=api.name("g")).raise_for_status()
    assert api.read(FUNCTIONS, made)["name"] == api.name("g")


def test_a_function_without_a_limit_has_the_usual_one(api: Api) -> None:
    assert api.read(FUNCTIONS, api.function())["timeoutMs"] == 30000


def test_null_resets_the_limit_of_a_function(api: Api) -> None:
    made = api.function(timeoutMs=5000)
    api.change(FUNCTIONS, made, timeoutMs=None).raise_for_status()
    assert api.read(FUNCTIONS, made)["timeoutMs"] == 30000


def test_a_function_by_itself_has_its_code(api: Api) -> None:
    made = api.function()
    assert api.read(FUNCTIONS, made)["code"] == CODE
    assert [item.get("code", CODE) for item in api.listed(FUNCTIONS)] == [CODE]


def test_a_trigger_needs_metadata(api: Api) -> None:
    body = {"name": api.name("t"), "functionId": api.function()["id"], "executionType": "on-demand"}
    assert refused(api.send("POST", TRIGGERS, json=body))


def test_the_execution_type_of_a_trigger_stays(api: Api) -> None:
    made = api.trigger(api.function())
    api.change(TRIGGERS, made, executionType="endpoint", triggerMetadata={"path": api.name("p")})
    assert api.read(TRIGGERS, made)["executionType"] == "on-demand"


def test_a_trigger_is_paused_and_resumed(api: Api) -> None:
    made = api.trigger(api.function())
    assert made["enabled"] is True
    for call, enabled in (("pause", False), ("resume", True)):
        api.state(TRIGGERS, made, call).raise_for_status()
        assert api.read(TRIGGERS, made)["enabled"] is enabled


def test_a_signing_secret_is_masked(api: Api) -> None:
    metadata = {"path": api.name("hook"), "signingSecret": "verify-canary"}
    made = api.trigger(api.function(), executionType="http-trigger", triggerMetadata=metadata)
    assert "verify-canary" not in str(made) + str(api.read(TRIGGERS, made))


def test_encrypted_params_are_masked_and_kept(api: Api) -> None:
    made = api.trigger(api.function(), triggerMetadata={"params": {"key": SECRET, "plain": 1}})
    masked = {"value": MASK, "encrypted": True}
    assert api.read(TRIGGERS, made)["triggerMetadata"]["params"] == {"key": masked, "plain": 1}
    api.change(TRIGGERS, made, triggerMetadata={"params": {"key": masked, "plain": 2}}).raise_for_status()
    assert api.read(TRIGGERS, made)["triggerMetadata"]["params"] == {"key": masked, "plain": 2}


def test_a_trigger_that_would_loop_is_refused(api: Api) -> None:
    slug = api.structure()["recordSlug"]
    function = api.function(code=f"async function run() {{ await api.createRecord('{slug}', {{}}); }}")
    metadata = {"event": "record_created", "recordSlug": slug}
    body = {"name": api.name("t"), "functionId": function["id"], "executionType": "event-driven", "triggerMetadata": metadata}
    assert refused(api.send("POST", TRIGGERS, json=body))


def test_orchestrations_are_at_one_of_the_published_bases(api: Api) -> None:
    assert api.flows() in ORCHESTRATION_BASES
    assert api.send("GET", FLOWS, "?limit=1").status_code == 200


def test_lists_of_orchestrations_leave_out_steps(api: Api) -> None:
    made = api.flow()
    assert ["steps" in item for item in api.listed(FLOWS)] == [False]
    assert "steps" in api.read(FLOWS, made)


def test_steps_are_stored_as_they_are_spelt(api: Api) -> None:
    condition = {"path": "$.input.size", "op": "gt", "value": 5}
    decide = {"id": "decide", "type": "decision", "cases": [{"conditions": [condition], "nextStepId": "wait"}], "defaultNextStepId": "last"}
    delays = [{"id": "wait", "type": "delay", "delayMs": 60000, "nextStepId": "last"}, {"id": "last", "type": "delay", "delayMs": 1000}]
    found = api.read(FLOWS, api.flow(decide, *delays))["steps"]
    assert [{**step, **sent} for step, sent in zip(found, (decide, *delays), strict=True)] == found


def test_an_orchestration_is_a_draft_then_active_then_paused(api: Api) -> None:
    made = api.flow()
    assert api.read(FLOWS, made)["status"] == "draft"
    for call, status in (("activate", "active"), ("pause", "paused")):
        api.state(FLOWS, made, call).raise_for_status()
        assert api.read(FLOWS, made)["status"] == status


OPERATORS = ["eq", "neq", "gt", "gte", "lt", "lte", "exists", "notExists", "in", "notIn"]


@pytest.mark.parametrize(("op", "known"), [*((op, True) for op in OPERATORS), ("like", False)])
def test_a_condition_has_one_of_ten_operators(op: str, known: bool, api: Api) -> None:
    value = {} if op in {"exists", "notExists"} else {"value": ["a"] if op in {"in", "notIn"} else 1}
    case = {"conditions": [{"path": "input.a", "op": op, **value}], "nextStepId": "end"}
    steps = [{"id": "ask", "type": "decision", "cases": [case]}, {"id": "end", "type": "delay", "delayMs": 1000}]
    body = {"slug": api.name("o"), "name": api.name("o"), "trigger": {"type": "on-demand"}, "steps": steps}
    answer = api.send("POST", FLOWS, json=body)
    assert answer.status_code == 201 if known else refused(answer)
