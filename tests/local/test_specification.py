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
from starlette.routing import Route

from centrali_deploy.kinds import KINDS
from centrali_deploy.local.asking import asked
from centrali_deploy.local.specification import ANYTHING, BASES

with warnings.catch_warnings():  # what it imports is deprecated in places
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.generation import GenerationMode
    from schemathesis.specs.openapi.checks import status_code_conformance

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
METHODS = {"get", "post", "put", "patch", "delete"}


def document(acme: Living, service: str) -> dict[str, Any]:
    answer = acme.public.get(f"http://localhost/specs/{service}")
    assert answer.status_code == 200
    return dict(answer.json())


def operations(acme: Living, service: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document(acme, service)["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def filled(acme: Living) -> list[str]:
    """A workspace with one of everything; the ids of all that is in it."""
    acme.structure("orders", "status")
    acme.structure("notes")
    ids = [acme.record("orders", status="new")["id"], acme.record("notes", n=1, deep={"a": [1]})["id"]]
    function = acme.function("return executionParams")
    kinds = {
        "on-demand": {},
        "http-trigger": {"path": "/in"},
        "endpoint": {"path": "/out", "allowedMethods": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
        "event-driven": {"event": "record_created", "recordSlug": "orders"},
    }
    triggers = [acme.trigger(function, kind, kind, **metadata) for kind, metadata in kinds.items()]
    acme.made("allowed-domains", {"domain": "example.com"})
    job = acme.client.post(f"function-triggers/{triggers[0]}/execute").json()
    acme.drain()
    structures = [item["id"] for item in acme.client.get("collections").json()["data"]]
    return [*ids, function, *triggers, job, *structures, *(run["id"] for run in acme.runs()), "orders", "notes", "in", "out", "gone"]


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


def test_another_specification_is_refused_by_naming_those_there_are(acme: Living) -> None:
    answer = acme.public.get("http://localhost/specs/ai")
    assert (answer.status_code, answer.json()["message"]) == (404, "There is no specification of 'ai'; there are: data, orchestration")


@pytest.mark.parametrize("service", BASES)
def test_whatever_is_asked_is_answered_with_a_status_that_is_named_and_never_with_500(service: str) -> None:
    with living() as acme:
        ids = filled(acme)
        schema = schemathesis.openapi.from_asgi(f"/specs/{service}", acme.app)
        for found in schema.get_all_operations():
            operation = found.ok()
            if EXAMPLES or operation.path.startswith((BASES[service][0], "/o", "/specs")):
                tried(operation, acme, ids)


def tried(operation: Any, acme: Living, ids: list[str]) -> None:
    """Ask one operation, as it says and as it does not say."""
    account = acme.app.state.accounts["acme"]
    form = {"grant_type": "client_credentials", "client_id": account.client_id, "client_secret": account.client_secret}
    token = acme.public.post("http://localhost/oidc/token", data=form).json()["access_token"]
    workspace = {"workspace": "acme"} if "{workspace}" in operation.path else None
    cases = operation.as_strategy(path_parameters=workspace)
    if EXAMPLES:
        cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=workspace)

    @settings(max_examples=EXAMPLES or 3, derandomize=not EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(drawn.data(), cases)
    def ask(data: Any, case: Any) -> None:
        for name in set(case.path_parameters or {}) - {"workspace"}:
            if data.draw(drawn.booleans()):
                case.path_parameters[name] = data.draw(drawn.sampled_from(ids))
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=[not_a_server_error, status_code_conformance])

    ask()
