"""Routes beside the usual five: bulk, properties, slugs, validation, sorting, and spellings nobody published."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from centrali_deploy.local.app import create_app
from centrali_deploy.remote.in_process import InProcess

DATA = "/data/workspace/acme/api/v1"
FLOW = "/orchestration/ws/acme/api/v1"
BASE = "/orchestration/ws/acme/api/v1"


def orchestration(slug: str, **members: Any) -> dict[str, Any]:
    delay = {"id": "w", "type": "delay", "delayMs": 5}
    return {"slug": slug, "name": slug, "trigger": {"type": "on-demand"}, "steps": [delay], **members}


def test_bulk_makes_all_or_none(api: httpx.Client) -> None:
    good, bad = {"name": "Orders"}, {"name": "Orders"}
    assert api.post(f"{DATA}/collections/bulk", json=[good, bad]).status_code == 409
    assert api.get(f"{DATA}/collections").json()["data"] == []
    answer = api.post(f"{DATA}/structures/bulk", json={"structures": [good, {"name": "Job Logs"}]})
    assert [item["recordSlug"] for item in answer.json()["data"]] == ["orders", "job-logs"]
    ids = [item["id"] for item in answer.json()["data"]]
    assert api.request("DELETE", f"{DATA}/collections/bulk", json={"ids": [ids[0], "gone"]}).status_code == 404
    assert len(api.get(f"{DATA}/collections").json()["data"]) == 2
    assert api.request("DELETE", f"{DATA}/collections/bulk", json={"ids": ids}).status_code == 204
    assert api.get(f"{DATA}/collections").json()["data"] == []


@pytest.mark.parametrize("body", [{}, {"structures": 1}, [1], "x"])
def test_bulk_wants_a_list_of_objects(body: Any, api: httpx.Client) -> None:
    assert api.post(f"{DATA}/collections/bulk", json=body).status_code == 400


def test_bulk_is_at_most_a_thousand(api: httpx.Client) -> None:
    answer = api.post(f"{DATA}/collections/bulk", json=[{"name": "S"}] * 1001)
    assert (answer.status_code, answer.json()["message"]) == (400, "Maximum 1,000 structures per bulk operation")


def test_properties_are_dropped_by_name(api: httpx.Client) -> None:
    properties = [{"name": name, "type": "string"} for name in ("a", "b", "c")]
    id_ = api.post(f"{DATA}/collections", json={"name": "Orders", "properties": properties}).json()["id"]
    path = f"{DATA}/collections/{id_}/properties"
    assert api.request("DELETE", path, json={"names": ["a", "gone"]}).json()["details"][0]["message"] == "'gone' does not exist"
    assert [item["name"] for item in api.request("DELETE", path, json={"names": ["a", "c"]}).json()["properties"]] == ["b"]
    assert api.request("DELETE", path, json={"names": "b"}).status_code == 400


def test_a_structure_is_found_by_its_slug_and_checked_without_being_kept(api: httpx.Client) -> None:
    assert api.post(f"{DATA}/collections/validate", json={"name": "Orders"}).json() == {"valid": True, "errors": []}
    said = api.post(f"{DATA}/collections/validate", json={"properties": 1}).json()
    assert {error["field"] for error in said["errors"]} == {"name", "recordSlug", "properties"}
    assert api.get(f"{DATA}/collections/slug/orders").status_code == 404
    api.post(f"{DATA}/collections", json={"name": "Orders"})
    assert api.get(f"{DATA}/collections/slug/orders").json()["name"] == "Orders"


def test_orchestrations_come_newest_first_and_as_asked(api: httpx.Client) -> None:
    for slug in ("b", "a", "c"):
        assert api.post(f"{BASE}/orchestrations", json=orchestration(slug)).status_code == 201

    def slugs(**query: str) -> list[str]:
        return [item["slug"] for item in api.get(f"{BASE}/orchestrations", params=query).json()["data"]]

    assert slugs() == ["c", "a", "b"]
    assert slugs(order="asc") == ["b", "a", "c"]
    assert slugs(sort="slug", order="asc", pageSize="2") == ["a", "b"]
    assert slugs(sort="steps") == ["c", "a", "b"]


def test_steps_are_understood_in_every_likely_spelling(api: httpx.Client) -> None:
    steps = [
        {"id": "d", "type": "decision", "default": {"nextStepId": "w"},
         "cases": [{"condition": {"left": "input.x", "operator": "eq", "right": 1}, "then": "w"}]},
        {"id": "w", "type": "delay", "delaySeconds": 1.5, "nextStepId": "v"},
        {"id": "v", "type": "delay", "durationMs": 7},
    ]  # fmt: skip
    made = api.post(f"{BASE}/orchestrations", json=orchestration("o", steps=steps)).json()
    assert made["steps"] == [
        {"id": "d", "type": "decision", "defaultNextStepId": "w",
         "cases": [{"conditions": [{"path": "input.x", "op": "eq", "value": 1}], "nextStepId": "w"}]},
        {"id": "w", "type": "delay", "delayMs": 1500, "nextStepId": "v"},
        {"id": "v", "type": "delay", "delayMs": 7},
    ]  # fmt: skip


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity", b"1e999", rb'"\ud800"'])
def test_what_no_json_holds_is_refused(constant: bytes, api: httpx.Client) -> None:
    answer = api.post(f"{DATA}/collections", content=b'{"name": "a", "description": ' + constant + b"}")
    assert (answer.status_code, answer.json()["message"]) == (400, "The body is not JSON")


@pytest.mark.parametrize("call", ["put", "patch", "post"])
def test_a_body_that_is_no_object_is_refused(call: str, api: httpx.Client) -> None:
    id_ = api.post(f"{DATA}/collections", json={"name": "a"}).json()["id"]
    path = f"{DATA}/collections" if call == "post" else f"{DATA}/collections/{id_}"
    answer = api.request(call, path, json=[])
    assert (answer.status_code, answer.json()["message"]) == (400, "The body must be an object")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_published_route_that_is_not_imitated_says_so(method: str, api: httpx.Client) -> None:
    answer = api.request(method, f"{FLOW}/orchestrations/orch_1/runs")
    assert (answer.status_code, answer.json()["code"]) == (501, "NOT_IMITATED")


def test_a_properties_list_that_is_none_is_refused(api: httpx.Client) -> None:
    id_ = api.post(f"{DATA}/collections", json={"name": "a"}).json()["id"]
    answer = api.request("DELETE", f"{DATA}/collections/{id_}/properties", json={"names": [{}]})
    assert (answer.status_code, answer.json()["message"]) == (400, "There is no property '{}'")


def test_only_hard_true_deletes_hard(api: httpx.Client) -> None:
    for hard, status in (("false", 200), ("1", 200), ("true", 404)):
        id_ = api.post(f"{DATA}/collections", json={"name": "a"}).json()["id"]
        assert api.delete(f"{DATA}/collections/{id_}", params={"hard": hard}).status_code == 204
        assert api.post(f"{DATA}/collections/{id_}/restore").status_code == status
        api.delete(f"{DATA}/collections/{id_}", params={"hard": "true"})


def test_single_objects_are_wrapped_where_it_is_said_and_lists_are_not() -> None:
    app = create_app(":memory:", workspaces=["acme"], envelope="data")
    account = app.state.accounts["acme"]
    with httpx.Client(transport=InProcess(app), base_url="http://localhost") as api:
        form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
        api.headers["Authorization"] = f"Bearer {api.post('/oidc/token', data=form).json()['access_token']}"
        made = api.post(f"{DATA}/collections", json={"name": "a"}).json()
        assert list(made) == ["data"]
        path = f"{DATA}/collections/{made['data']['id']}"
        assert api.get(path).json() == made
        assert list(api.put(path, json={}).json()) == ["data"]
        assert api.get(f"{DATA}/collections").json()["data"] == [api.get(path).json()["data"]]
    app.state.store.close()


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{DATA}/collections", {"name": "A", "properties": [{"name": "a", "type": "string", "target": {"x": 1}}]}),
        (f"{DATA}/collections", {"name": "A", "properties": [{"name": "a", "type": "string", "target": 10**30}]}),
        (f"{DATA}/function-triggers", {"triggerMetadata": {"event": []}}),
        (f"{DATA}/function-triggers", {"triggerMetadata": {"params": {"x": nested(700)}}}),
        (f"{BASE}/orchestrations", orchestration("o", steps=[{"id": "a", "type": "delay", "delayMs": 1, "functionId": {}}])),
        (f"{BASE}/orchestrations", orchestration("o", trigger={"type": "on-demand", "structureSlug": {"a": 1}})),
    ],
    ids=["target object", "target number", "event list", "too deep", "functionId of a delay", "structureSlug"],
)
def test_any_body_is_taken_or_refused_with_a_reason(path: str, body: dict[str, Any], api: httpx.Client) -> None:
    function = api.post(f"{DATA}/compute-functions", json={"name": "f", "code": "x"}).json()["id"]
    if path.endswith("triggers"):
        body = {"name": "t", "functionId": function, "executionType": "on-demand", **body}
    assert api.post(path, json=body).status_code in {201, 400}
