"""What one object has to do with others: references that must lead somewhere, deletes in use, loops, paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

DATA = "/data/workspace/acme/api/v1"
DOMAINS = f"{DATA}/allowed-domains"
STRUCTURES, FUNCTIONS, TRIGGERS = (f"{DATA}/{path}" for path in ("collections", "compute-functions", "function-triggers"))
FLOWS = "/orchestration/ws/acme/api/v1/orchestrations"
LOOP = "async function run() { await api.createRecord('orders', {}) }"


def made(api: httpx.Client, path: str, **body: Any) -> str:
    return str(api.post(path, json=body).raise_for_status().json()["id"])


def refused(answer: httpx.Response) -> tuple[int, str, list[str]]:
    said = answer.json()
    return answer.status_code, said["message"], [item["field"] for item in said.get("details", [])]


def function(api: httpx.Client, name: str = "f", code: str = "x") -> str:
    return made(api, FUNCTIONS, name=name, code=code)


def trigger(function: str, sort: str = "on-demand", name: str = "t", **metadata: Any) -> dict[str, Any]:
    return {"name": name, "functionId": function, "executionType": sort, "triggerMetadata": metadata}


def flow(*steps: dict[str, Any], slug: str = "flow", **start: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug, "trigger": {"type": "on-demand", **start}, "steps": list(steps) or [delay()]}


def delay() -> dict[str, Any]:
    return {"id": "w", "type": "delay", "delayMs": 5}


def watching(api: httpx.Client, code: str, **members: Any) -> httpx.Response:
    made(api, STRUCTURES, name="Orders")
    body = trigger(function(api, code=code), "event-driven", event="record_created", recordSlug="orders")
    return api.post(TRIGGERS, json={**body, **members})


def test_no_name_holds_a_control_character(api: httpx.Client) -> None:
    wrong = (400, "name: must not hold control characters", ["name"])
    code = function(api)
    for path, body in (
        (STRUCTURES, {"recordSlug": "a", "properties": []}),
        (FUNCTIONS, {"code": "x"}),
        (TRIGGERS, trigger(code)),
        (FLOWS, flow()),
    ):
        assert [refused(api.post(path, json={**body, "name": name})) for name in ("\0", "a\nb")] == [wrong] * 2
    assert refused(api.put(f"{FUNCTIONS}/{code}", json={"name": "\x1b[2J"})) == wrong


def test_a_property_refers_to_a_structure_that_is_there_or_to_its_own(api: httpx.Client) -> None:
    def structure(name: str, *targets: str) -> dict[str, Any]:
        return {"name": name, "properties": [{"name": f"p{n}", "type": "reference", "target": each} for n, each in enumerate(targets)]}

    assert api.post(STRUCTURES, json=structure("a", "a")).status_code == 201
    answer = api.post(STRUCTURES, json=structure("b", "a", "gone"))
    assert refused(answer) == (400, "Structure 'gone' not found", ["properties[1].target"])
    assert api.post(STRUCTURES, json=structure("b", "a", "b")).status_code == 201


def test_a_structure_that_others_refer_to_is_not_deleted(api: httpx.Client) -> None:
    own = {"name": "self", "type": "reference", "target": "a"}
    first = made(api, STRUCTURES, name="a", properties=[own])
    second = made(api, STRUCTURES, name="b", properties=[{**own, "name": "other"}])
    third = made(api, STRUCTURES, name="c", properties=[{**own, "name": "other"}])
    for query in ("", "?hard=true"):
        assert refused(api.delete(f"{STRUCTURES}/{first}{query}")) == (409, "Structure is referred to by: b, c", [])
    assert api.delete(f"{STRUCTURES}/{second}").status_code == 204
    assert refused(api.delete(f"{STRUCTURES}/{first}"))[1] == "Structure is referred to by: c"
    assert api.delete(f"{STRUCTURES}/{third}?hard=true").status_code == 204
    assert api.delete(f"{STRUCTURES}/{first}").status_code == 204


def test_a_structure_that_was_deleted_softly_can_no_longer_be_referred_to(api: httpx.Client) -> None:
    api.delete(f"{STRUCTURES}/{made(api, STRUCTURES, name='Orders')}")
    used = function(api)
    property_ = {"name": "p", "type": "reference", "target": "orders"}
    answers = [
        api.post(STRUCTURES, json={"name": "b", "properties": [property_]}),
        api.post(TRIGGERS, json=trigger(used, "event-driven", event="record_created", recordSlug="orders")),
        api.post(FLOWS, json=flow(type="event-driven", eventType="record_created", structureSlug="orders")),
    ]
    assert [refused(answer) for answer in answers] == [
        (400, "Structure 'orders' not found", [member])
        for member in ("properties[0].target", "triggerMetadata.recordSlug", "trigger.structureSlug")
    ]


def test_a_restored_structure_needs_what_it_refers_to(api: httpx.Client) -> None:
    target = made(api, STRUCTURES, name="a")
    user = made(api, STRUCTURES, name="b", properties=[{"name": "p", "type": "reference", "target": "a"}])
    for id_ in (user, target):
        assert api.delete(f"{STRUCTURES}/{id_}").status_code == 204
    assert refused(api.post(f"{STRUCTURES}/{user}/restore"))[:2] == (400, "Structure 'a' not found")
    for id_ in (target, user):
        assert api.post(f"{STRUCTURES}/{id_}/restore").status_code == 200


@pytest.mark.parametrize("id_", [None, "gone", 5, {}])
def test_a_trigger_needs_a_function_that_is_there(id_: Any, api: httpx.Client) -> None:
    assert refused(api.post(TRIGGERS, json={**trigger("x"), "functionId": id_})) == (400, "Function not found", ["functionId"])


def test_a_step_needs_a_function_that_is_there(api: httpx.Client) -> None:
    step = {"id": "c", "type": "compute", "functionId": "gone"}
    assert refused(api.post(FLOWS, json=flow(delay(), step))) == (400, "Function not found", ["steps[1].functionId"])
    assert api.post(FLOWS, json=flow(delay(), {**step, "functionId": function(api)})).status_code == 201


def test_a_function_in_use_is_not_deleted(api: httpx.Client) -> None:
    used = function(api)
    by_flow = made(api, FLOWS, **flow(delay(), {"id": "c", "type": "compute", "functionId": used}))
    assert refused(api.delete(f"{FUNCTIONS}/{used}")) == (409, "Function is used by orchestrations: flow", [])
    assert api.delete(f"{FLOWS}/{by_flow}").status_code == 204
    by_trigger = made(api, TRIGGERS, **trigger(used))
    made(api, TRIGGERS, **trigger(function(api, "g"), name="other"))
    assert refused(api.delete(f"{FUNCTIONS}/{used}")) == (409, "Function is used by triggers: t", [])
    assert api.delete(f"{TRIGGERS}/{by_trigger}").status_code == 204
    assert api.delete(f"{FUNCTIONS}/{used}").status_code == 204


def test_a_paused_trigger_may_loop_and_is_not_resumed(api: httpx.Client) -> None:
    made_ = watching(api, LOOP, enabled=False)
    assert made_.status_code == 201
    path = f"{TRIGGERS}/{made_.json()['id']}"
    for answer in (api.post(f"{path}/resume"), api.patch(f"{path}/resume"), api.put(path, json={"enabled": True})):
        assert refused(answer) == (409, "Trigger loop detected", ["code"])
        assert answer.json()["code"] == "TRIGGER_LOOP_DETECTED"
    assert api.get(path).json()["enabled"] is False


def test_a_trigger_is_not_changed_into_a_loop(api: httpx.Client) -> None:
    made(api, STRUCTURES, name="Others")
    path = f"{TRIGGERS}/{watching(api, LOOP.replace('orders', 'others')).json()['id']}"
    metadata = {"event": "record_created", "recordSlug": "others"}
    assert refused(api.put(path, json={"triggerMetadata": metadata}))[0] == 409
    assert api.get(path).json()["triggerMetadata"]["recordSlug"] == "orders"
    assert api.post(f"{path}/pause").json()["enabled"] is False
    assert api.put(path, json={"triggerMetadata": metadata}).status_code == 200


def test_code_may_loop_while_every_trigger_that_runs_it_is_paused(api: httpx.Client) -> None:
    body = watching(api, "x").json()
    code = {"code": LOOP}
    assert refused(api.put(f"{FUNCTIONS}/{body['functionId']}", json=code))[0] == 409
    api.post(f"{TRIGGERS}/{body['id']}/pause")
    assert api.put(f"{FUNCTIONS}/{body['functionId']}", json=code).status_code == 200


def test_only_triggers_that_run_the_code_matter(api: httpx.Client) -> None:
    assert watching(api, "x").status_code == 201
    assert api.post(FUNCTIONS, json={"name": "g", "code": LOOP}).status_code == 201


def test_a_trigger_that_is_not_driven_by_events_cannot_loop(api: httpx.Client) -> None:
    metadata = {"event": "record_created", "recordSlug": "orders"}
    assert api.post(TRIGGERS, json=trigger(function(api, code=LOOP), **metadata)).status_code == 201


def test_a_path_is_there_once_for_each_type(api: httpx.Client) -> None:
    used = function(api)
    first = made(api, TRIGGERS, **trigger(used, "http-trigger", "a", path="/hook"))
    said = refused(api.post(TRIGGERS, json=trigger(used, "http-trigger", "b", path="hook/")))
    assert said == (409, "Path 'hook' already exists: trigger a", [])
    assert api.post(TRIGGERS, json=trigger(used, "endpoint", "b", path="hook")).status_code == 201
    other = made(api, TRIGGERS, **trigger(used, "http-trigger", "c", path="hooks"))
    assert api.put(f"{TRIGGERS}/{first}", json={"triggerMetadata": {"path": "hook"}}).status_code == 200
    assert refused(api.put(f"{TRIGGERS}/{other}", json={"triggerMetadata": {"path": "hook"}}))[0] == 409
    assert api.delete(f"{TRIGGERS}/{first}").status_code == 204
    assert api.put(f"{TRIGGERS}/{other}", json={"triggerMetadata": {"path": "hook"}}).status_code == 200


def test_what_is_only_read_follows_what_is_stored(api: httpx.Client) -> None:
    structure = api.post(STRUCTURES, json={"name": "a"}).json()
    assert (structure["schemaDiscoveryMode"], structure["isStrict"]) == ("strict", True)
    assert api.put(f"{STRUCTURES}/a", json={"schemaDiscoveryMode": "schemaless"}).json()["isStrict"] is False
    started = api.post(FLOWS, json={**flow(), "status": "active"}).json()
    assert (started["status"], started["isActive"], started["id"][:5]) == ("draft", False, "orch_")
    path = f"{FLOWS}/{started['id']}"
    for call, status in (("activate", "active"), ("pause", "paused"), ("resume", "active"), ("deactivate", "paused")):
        assert api.post(f"{path}/{call}").json()["status"] == status
        assert api.get(path).json()["isActive"] is (status == "active")


def test_an_orchestration_is_stopped_even_if_it_no_longer_fits(api: httpx.Client) -> None:
    id_ = made(api, STRUCTURES, name="Orders")
    path = f"{FLOWS}/{made(api, FLOWS, **flow(type='event-driven', eventType='record_created', structureSlug='orders'))}"
    assert api.post(f"{path}/activate").status_code == 200
    assert api.delete(f"{STRUCTURES}/{id_}").status_code == 204
    assert api.post(f"{path}/pause").json()["status"] == "paused"
    assert refused(api.post(f"{path}/activate"))[:2] == (400, "Structure 'orders' not found")


def test_domains_are_added_and_removed_and_nothing_else(api: httpx.Client) -> None:
    made = api.post(DOMAINS, json={"domain": "API.Stripe.com", "note": "x"})
    assert (made.status_code, set(made.json())) == (201, {"id", "domain", "workspaceSlug", "createdBy", "createdAt"})
    assert made.json()["domain"] == "api.stripe.com"
    assert api.get(DOMAINS).json()["data"] == [made.json()]
    said = refused(api.post(DOMAINS, json={"domain": "api.stripe.com"}))
    assert said == (409, "Allowed-domain with domain 'api.stripe.com' already exists", ["domain"])
    one = f"{DOMAINS}/{made.json()['id']}"
    assert [api.request(method, one, json={}).status_code for method in ("GET", "PUT", "PATCH", "POST")] == [405] * 4
    assert [api.request(method, DOMAINS, json={}).status_code for method in ("PUT", "PATCH", "DELETE")] == [405] * 3
    assert api.post(f"{one}/test").status_code == 501
    assert (api.delete(one).status_code, api.delete(one).status_code, api.get(DOMAINS).json()["data"]) == (204, 404, [])


@pytest.mark.parametrize(
    "domain",
    ["", "https://a.b", "a.b/c", "a.b:80", "*.a.b", "a..b", "a b", ".a", "a.", "a" * 64, "a." * 127 + "b", "a.b\n", None, 5, ["a.b"]],
)
def test_what_is_no_domain_is_not_added(domain: Any, api: httpx.Client) -> None:
    status, _, fields = refused(api.post(DOMAINS, json={"domain": domain}))
    assert (status, fields) == (400, ["domain"])
