"""The document names every route, and whatever is asked as it says is answered as it says: never with a 500.

`make fuzz` tries many requests of each operation; without FUZZ_EXAMPLES a few are tried with every run of the tests.
"""

from __future__ import annotations

import os
import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as drawn
from living import Living, living
from oddities import PARAMETERS, spoilt
from starlette.routing import Route

from centrali_deploy.kinds import KINDS
from centrali_deploy.local.asking import asked
from centrali_deploy.local.specification import ANYTHING, BASES
from centrali_deploy.wire import ENDPOINT_PATHS, EXECUTE_CALLS, HTTP_TRIGGER_PATHS, TOKEN_PATHS

with warnings.catch_warnings():  # what it imports is deprecated in places
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0")) // 50
"""Of each operation: there are many of them."""
OTHER_WORDS = {
    *HTTP_TRIGGER_PATHS[1:],
    *ENDPOINT_PATHS[1:],
    *EXECUTE_CALLS[1:],
    *(alias for kind in KINDS.values() for alias in kind.aliases),
}
"""Segments that mean the same as another one, which a few examples leave out."""


def document(acme: Living, service: str) -> dict[str, Any]:
    answer = acme.public.get(f"http://localhost/specs/{service}")
    assert answer.status_code == 200
    return dict(answer.json())


def operations(acme: Living, service: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document(acme, service)["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def filled(acme: Living) -> dict[str, list[str]]:
    """Put one of everything into a workspace; by a part of a path, what may stand in it."""
    acme.structure("orders", "status")
    acme.structure("notes")
    records = [acme.record("orders", status="new")["id"], acme.record("notes", n=1, deep={"a": [1]})["id"]]
    function, other = acme.function("return executionParams"), acme.function("return 1", "other")
    metadata = {
        "on-demand": {},
        "http-trigger": {"path": "/in"},
        "event-driven": {"event": "record_created", "recordSlug": "orders"},
    }
    triggers = [acme.trigger(function, kind, kind, **members) for kind, members in metadata.items()]
    # Nobody changes what the endpoint runs: a function that fails is answered with 500, as it should be.
    acme.trigger(function, "endpoint", "endpoint", path="/out", allowedMethods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    steps = [{"id": "a", "type": "compute", "functionId": function}]
    flow = {"slug": "flow", "name": "Flow", "trigger": {"type": "on-demand"}, "steps": steps}
    orchestration = acme.made("http://localhost/orchestration/ws/acme/api/v1/orchestrations", flow)["id"]
    job = acme.client.post(f"function-triggers/{triggers[0]}/execute").json()
    structures = [item["id"] for item in acme.client.get("collections").json()["data"]]
    return {
        "/records/": records,
        "slug": ["orders", "notes"],
        "/collections/": structures,
        "/structures/": structures,
        "/compute-functions/": [other],
        "/function/{": [function],
        "/function-triggers/": triggers,
        "/trigger/{": triggers,
        "/function-runs/": [run["id"] for run in acme.runs()],
        "/allowed-domains/": [acme.made("allowed-domains", {"domain": "example.com"})["id"]],
        "/orchestrations/": [orchestration],
        "{job}": [job],
        "/http-trigger/": ["in"],
        "/webhook/": ["in"],
        "/endpoint": ["out"],
        "/specs": list(BASES),
    }


def test_every_route_is_named_in_the_document_of_its_service(acme: Living) -> None:
    named = {(path, method.upper()) for service in BASES for path, method, _ in operations(acme, service)}
    routes = [route for route in acme.app.routes if isinstance(route, Route) and route.path != ANYTHING]
    there = {(route.path.replace(":path", ""), method) for route in routes for method in (route.methods or set()) - {"HEAD"}}
    assert named == there


def test_every_row_of_what_may_be_asked_is_a_route_or_one_that_a_kind_has_not(acme: Living) -> None:
    named = {path + " " + method.upper() for service in BASES for path, method, _ in operations(acme, service)}
    segments = {segment for kind in KINDS.values() for segment in (kind.path, *kind.aliases)}
    stale = [(path, method) for path, method in asked() if not any(name.endswith(f"{path} {method}") for name in named)]
    assert [path for path, _ in stale if path.split("/")[1] not in segments] == []


@pytest.mark.parametrize("service", BASES)
def test_a_path_that_is_asked_in_another_way_names_all_that_the_document_names(service: str, acme: Living) -> None:
    for path, item in document(acme, service)["paths"].items():
        answer = acme.public.options(f"http://localhost{re.sub('{.*?}', 'x', path)}")
        assert answer.status_code == 405
        assert {method.upper() for method in item} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("service", BASES)
def test_operations_are_told_apart_and_their_parameters_are_those_of_the_path(service: str, acme: Living) -> None:
    found = list(operations(acme, service))
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(ids) == len(set(ids))
    for path, _, operation in found:
        assert [item["name"] for item in operation["parameters"] if item["in"] == "path"] == re.findall(r"{(\w+)}", path)


def test_every_reference_leads_somewhere(acme: Living) -> None:
    said = document(acme, "data")
    for name in set(re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(said))):
        assert name in said["components"]["schemas"]


@pytest.mark.parametrize("service", BASES)
def test_every_answer_with_a_body_says_what_is_in_it(service: str, acme: Living) -> None:
    bare = [
        (path, method)
        for path, method, operation in operations(acme, service)
        for status, answer in operation["responses"].items()
        if status != "204" and answer["content"]["application/json"]["schema"] == {} and "/endpoint" not in path
    ]
    assert bare == []


def test_a_workspace_that_wraps_single_resources_says_so() -> None:
    with living(envelope="data") as acme:
        path = document(acme, "data")["paths"]["/data/workspace/{workspace}/api/v1/records/{id}"]
        acme.structure("orders")
        record = acme.record("orders", n=1)
    schema = path["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert (schema["required"], schema["properties"]["data"]) == (["data"], {"$ref": "#/components/schemas/record"})
    assert record.keys() == {"data"}


def test_another_specification_is_refused_by_naming_those_there_are(acme: Living) -> None:
    answer = acme.public.get("http://localhost/specs/ai")
    assert (answer.status_code, answer.json()["message"]) == (404, "There is no specification of 'ai'; there are: data, orchestration")


@pytest.mark.parametrize("service", BASES)
def test_whatever_is_asked_is_answered_with_a_status_that_is_named_and_never_with_500(service: str) -> None:
    asked_now = Asked()
    with living() as acme:
        asked_now.app = acme.app
        schema = schemathesis.openapi.from_asgi(f"/specs/{service}", asked_now)
    there = [found.ok() for found in schema.get_all_operations() if found.ok().path.startswith((BASES[service][0], *TOKEN_PATHS, "/specs"))]
    if EXAMPLES:
        for operation in there:
            tried([operation], asked_now)
    else:
        some = [each for each in there if not OTHER_WORDS & set(each.path.split("/"))]
        tried(sorted(some, key=lambda each: each.method == "delete"), asked_now)


class Asked:
    """Whichever workspace is asked now."""

    app: Any

    async def __call__(self, *request: Any) -> None:
        await self.app(*request)


def tried(operations: list[Any], asked_now: Asked) -> None:
    """Ask a new workspace, as the document says and, in every other request, as it does not say."""
    with living() as acme:
        ids, asked_now.app = filled(acme), acme.app
        for operation in operations:
            asked_oddly(operation, acme, ids)


def asked_oddly(operation: Any, acme: Living, ids: dict[str, list[str]]) -> None:
    likely = next((found for part, found in ids.items() if part in operation.path), [])
    workspace = {"workspace": "acme"} if "{workspace}" in operation.path else None

    @settings(max_examples=EXAMPLES or 2, derandomize=not EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(drawn.data(), operation.as_strategy(path_parameters=workspace))
    def ask(data: Any, case: Any) -> None:
        for name in set(case.path_parameters or {}) - {"workspace"}:
            if likely and data.draw(drawn.integers(0, 3)) < 3:
                case.path_parameters[name] = data.draw(drawn.sampled_from(ids["slug"] if name == "slug" else likely))
        if data.draw(drawn.integers(0, 3)) < 3:
            case.body = leading(case.body, ids)
        if data.draw(drawn.booleans()):
            case.query = data.draw(PARAMETERS)
            if isinstance(case.body, dict | list) and case.media_type == "application/json":
                case.body = data.draw(spoilt(case.body))
        # Made anew, so that it is not held against the document by what cannot read half a character.
        parts = {part: getattr(case, part) for part in ("path_parameters", "query", "headers", "body", "media_type")}
        operation.Case(**parts).call_and_validate(headers=signed_in(acme), checks=CHECKS)

    ask()


def leading(body: Any, ids: dict[str, list[str]]) -> Any:
    """A body in which what names something names something that is there."""
    if isinstance(body, list):
        return [leading(item, ids) for item in body]
    if not isinstance(body, dict):
        return body
    found = {member: leading(value, ids) for member, value in body.items()}
    of = {"resource": "slug", "recordSlug": "slug", "structureId": "/structures/", "functionId": "/compute-functions/", "id": "/records/"}
    found |= {member: ids[of[member]][0] for member in found if member in of}
    return {**found, "ids": ids["/records/"]} if found.get("ids") else found


def signed_in(acme: Living) -> dict[str, str]:
    """A token of this moment: the clock may have been moved."""
    account = acme.app.state.accounts["acme"]
    form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
    return {"Authorization": f"Bearer {acme.public.post('http://localhost/oidc/token', data=form).json()['access_token']}"}
