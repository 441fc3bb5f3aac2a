"""Exchanges taken from the vendor's published pages, packages and templates: what is sent, and what must come back.

The values are theirs, the wording is not. `<id>`, `<time>` and `<any>` stand for what changes from run to run; members
that are not named may be there too. `mark` says where an exchange comes from: D documented, S vendor code, T template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DATA = "/data/workspace/{workspace}/api/v1"
FLOW = "/orchestration/ws/{workspace}/api/v1"
CODE = "async function run() { return 1; }"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `{function}`, `{structure}` and the like stand for ids of what is there already."""

    name: str
    mark: str
    method: str
    path: str
    status: int
    body: Any = None
    answer: Any = None
    token: bool = True


STRUCTURE = {
    "name": "Processed Items",
    "recordSlug": "processed-items",
    "schemaDiscoveryMode": "strict",
    "properties": [{"name": "title", "type": "string", "required": True}],
}
ORDER = {
    "slug": "order-processing",
    "name": "Order Processing Workflow",
    "trigger": {"type": "event-driven", "eventType": "record.created", "structureSlug": "processed-items"},
    "steps": [
        {"id": "validate", "name": "Validate Order", "type": "compute", "functionId": "{function}", "timeoutMs": 30000},
    ],
}
ENCRYPTED = {
    **ORDER,
    "slug": "with-secret",
    "steps": [
        {
            "id": "charge",
            "type": "compute",
            "functionId": "{function}",
            "encryptedParams": {"STRIPE_KEY": {"value": "sk_live_x", "encrypt": True}},
        }
    ],
}


def trigger(name: str, kind: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """A trigger's body."""
    return {"name": name, "functionId": "{function}", "executionType": kind, "triggerMetadata": metadata}


TOKEN = {"grant_type": "client_credentials", "client_id": "{client_id}", "client_secret": "{client_secret}", "scope": "openid"}
TOKEN_ANSWER = {"access_token": "<any>", "token_type": "Bearer", "expires_in": 25200, "scope": "openid"}
MADE_FUNCTION = {
    "id": "<id>",
    "name": "order-processor",
    "description": "Processes orders",
    "code": CODE,
    "workspaceSlug": "acme",
    "createdBy": "<any>",
    "updatedBy": "<any>",
    "createdAt": "<time>",
    "updatedAt": "<time>",
}
CRON = {"scheduleType": "cron", "cronExpression": "0 2 * * *", "timezone": "UTC"}
SEALED = {"apiKey": {"value": "sk_live_abc123", "encrypt": True}, "batchSize": 100, "webhookUrl": "https://x.example"}
MASKED = {"apiKey": {"value": "********", "encrypted": True}, "batchSize": 100, "webhookUrl": "https://x.example"}

EXCHANGES = [
    Exchange("a token", "D", "FORM", "/oidc/token", 200, TOKEN, TOKEN_ANSWER, token=False),
    Exchange("a token by the newer path", "D", "FORM", "/oauth/token", 200, TOKEN, TOKEN_ANSWER, token=False),
    Exchange(
        "wrong credentials", "D", "FORM", "/oidc/token", 401, {**TOKEN, "client_secret": "sk_wrong"},
        {"error": "Unauthorized", "message": "Invalid client credentials"}, token=False,
    ),
    Exchange("no token", "D", "GET", f"{DATA}/collections", 401, None, {"error": "Unauthorized", "message": "<any>"}, token=False),
    Exchange("a token of another workspace", "D", "GET", "/data/workspace/other/api/v1/collections", 403, None, {"message": "<any>"}),
    Exchange("a structure is made", "T", "POST", f"{DATA}/collections", 201, STRUCTURE, {"id": "<id>", **STRUCTURE}),
    Exchange(
        "a structure without a mode is strict", "D", "POST", f"{DATA}/structures", 201, {"name": "Job Logs", "recordSlug": "job-logs"},
        {"id": "<id>", "recordSlug": "job-logs", "schemaDiscoveryMode": "strict", "workspaceSlug": "acme"},
    ),
    Exchange(
        "a slug is made from the name", "T", "POST", f"{DATA}/collections", 201, {"name": "Blog Posts!"}, {"recordSlug": "blog-posts"}
    ),
    Exchange("structures are an array in data", "T", "GET", f"{DATA}/collections", 200, None, {"data": [{"recordSlug": "processed-items"}]}),
    Exchange("a structure by id", "D", "GET", f"{DATA}/structures/{{structure}}", 200, None, {"id": "{structure}", "name": "Processed Items"}),
    Exchange("a structure by slug", "T", "GET", f"{DATA}/collections/slug/processed-items", 200, None, {"id": "{structure}"}),
    Exchange(
        "a time to live alone is merged in", "D", "PUT", f"{DATA}/structures/{{structure}}", 200, {"defaultTtlSeconds": 86400},
        {"defaultTtlSeconds": 86400, "name": "Processed Items"},
    ),
    Exchange("a missing object", "T", "GET", f"{DATA}/collections/6f1f1a52-0000-4a7e-9d0c-000000000000", 404, None, {"message": "<not found>"}),
    Exchange(
        "an invalid body names its members", "D", "POST", f"{DATA}/compute-functions", 400, {"name": "x"},
        {"error": "Validation Failed", "code": "VALIDATION_ERROR", "details": [{"field": "code", "message": "<any>"}], "requestId": "<any>"},
    ),
    Exchange(
        "a function is made", "D", "POST", f"{DATA}/compute-functions", 201,
        {"name": "order-processor", "description": "Processes orders", "code": CODE}, MADE_FUNCTION,
    ),
    Exchange(
        "a function's code and limit alone are merged in", "T", "PUT", f"{DATA}/compute-functions/{{function}}", 200,
        {"code": CODE, "timeoutMs": 10000}, {"id": "{function}", "name": "process-item", "timeoutMs": 10000},
    ),
    Exchange("functions are an array in data", "T", "GET", f"{DATA}/compute-functions", 200, None, {"data": [{"name": "process-item"}]}),
    Exchange(
        "an event trigger", "T", "POST", f"{DATA}/function-triggers", 201,
        trigger("process-item-on-create", "event-driven", {"event": "record_created", "recordSlug": "processed-items"}),
        {"id": "<id>", "enabled": True, "triggerMetadata": {"event": "record_created", "recordSlug": "processed-items"}},
    ),
    Exchange(
        "a daily trigger", "T", "POST", f"{DATA}/function-triggers", 201, trigger("cleanup-old-logs-daily", "scheduled", CRON),
        {"executionType": "scheduled", "triggerMetadata": CRON},
    ),
    Exchange(
        "a trigger run by hand", "T", "POST", f"{DATA}/function-triggers", 201,
        trigger("generate-report-manual", "on-demand", {"params": {}}), {"triggerMetadata": {"params": {}}},
    ),
    Exchange(
        "an interval without a schedule type", "D", "POST", f"{DATA}/function-triggers", 201,
        trigger("hourly", "scheduled", {"interval": 3600, "params": {}}), {"triggerMetadata": {"interval": 3600}},
    ),
    Exchange(
        "an event by its other word", "S", "POST", f"{DATA}/function-triggers", 201,
        trigger("other", "event-driven", {"eventType": "record_created", "recordSlug": "processed-items"}),
        {"triggerMetadata": {"event": "record_created"}},
    ),
    Exchange(
        "an encrypted parameter is masked", "D", "POST", f"{DATA}/function-triggers", 201,
        trigger("sealed", "on-demand", {"params": SEALED}), {"triggerMetadata": {"params": MASKED}},
    ),
    Exchange(
        "a trigger without metadata", "T", "POST", f"{DATA}/function-triggers", 400,
        {"name": "bare", "functionId": "{function}", "executionType": "on-demand"}, {"details": [{"field": "triggerMetadata"}]},
    ),
    Exchange("an orchestration", "D", "POST", f"{FLOW}/orchestrations", 201, ORDER, {"slug": "order-processing", "version": 1}),
    Exchange(
        "an encrypted step parameter is masked", "D", "POST", f"{FLOW}/orchestrations", 201, ENCRYPTED,
        {"steps": [{"id": "charge", "encryptedParams": {"STRIPE_KEY": {"value": "********", "encrypted": True}}}]},
    ),
    Exchange(
        "orchestrations are listed by page, without steps", "D", "GET", f"{FLOW}/orchestrations?page=1&pageSize=20", 200, None,
        {"data": [{"slug": "first", "steps": "<none>", "createdBy": "<any>"}], "meta": {"total": 1, "page": 1, "pageSize": 20}},
    ),
    Exchange(
        "an orchestration by the other base", "D", "GET", "/orchestration/api/v1/workspaces/{workspace}/orchestrations/{orchestration}", 200,
        None, {"id": "{orchestration}", "slug": "first", "steps": [{"id": "only"}]},
    ),
    Exchange("a deleted trigger answers nothing", "D", "DELETE", f"{DATA}/function-triggers/{{trigger}}", 204),
    Exchange("older pages leave out /data", "D", "GET", "/workspace/{workspace}/api/v1/function-triggers", 200, None, {"data": [{"name": "first"}]}),
]  # fmt: skip


def matches(expected: Any, actual: Any) -> bool:  # noqa: PLR0911 -- one return for each placeholder
    """Whether an answer has every member that is expected, by value or by placeholder."""
    if isinstance(expected, dict):
        present = {member for member, value in expected.items() if value != "<none>"}
        absent = expected.keys() - present
        if not isinstance(actual, dict) or absent & actual.keys():
            return False
        return all(member in actual and matches(expected[member], actual[member]) for member in present)
    if isinstance(expected, list):
        return isinstance(actual, list) and all(any(matches(item, other) for other in actual) for item in expected)
    if expected == "<id>":
        return isinstance(actual, str) and len(actual) >= 20
    if expected == "<time>":
        return isinstance(actual, str) and actual[4] == "-" and "T" in actual and actual.endswith("Z")
    if expected == "<not found>":
        return "not found" in str(actual)
    return expected == "<any>" or (type(expected) is type(actual) and expected == actual)
