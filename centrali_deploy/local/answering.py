"""What answers look like, for the specification: runs, records, pages and resources.

Which members a resource has and what they are, its model says; not what is inside them: unknown members come back as they
were sent, and secrets masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.local.bodies import changed, many, of, reference, schemas, some
from centrali_deploy.local.runs import JOB_STATES
from centrali_deploy.local.services import SERVICES
from centrali_deploy.wire import RUN_STATUSES

if TYPE_CHECKING:
    from centrali_deploy.local.bodies import Schema
    from centrali_deploy.local.services import Service

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
OBJECT: Schema = {"type": "object"}
COUNT: Schema = {"type": "integer", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
TOKEN = of(access_token=TEXT, token_type={"const": "Bearer"}, expires_in=COUNT, scope=TEXT)
MOVED = of(advanced={"type": "number"}, now={"type": "number"})
DOCUMENT = of(openapi=TEXT, info=OBJECT, paths=OBJECT, components=OBJECT)
QUEUED = of(status={"const": "queued"})
AGAIN = of(jobId=TEXT, message=TEXT)
JOB = of(id=TEXT, state={"enum": sorted(set(JOB_STATES.values()))}, returnValue={}, failedReason=_TEXT_OR_NULL)
FILE = of(id=TEXT, name=TEXT, contentType=TEXT, size=COUNT, url=TEXT, createdBy=TEXT, createdAt=MOMENT)
VALIDATED = of(valid=FLAG, errors=many(of(field=TEXT, message=TEXT)))
VERSION = of(version=COUNT, data=OBJECT, updatedAt=MOMENT, updatedBy=TEXT)
RUN, RECORD = reference("run"), reference("record")
SELECTED = of(id=TEXT, data=OBJECT)
"""A record of a query, which may ask for some of its members only."""
UPSERTED = of(data=RECORD, operation={"enum": ["created", "updated"]})
HISTORY = of(originalRunId=TEXT, rerunCount=COUNT, reruns=many(RUN))
_LOG = of(level={"enum": ["info", "warn", "error"]}, message={})
TESTED = of(success=FLAG, output={}, logs=many(_LOG), durationMs=COUNT)


def page(items: Schema) -> Schema:
    """A page of a list; the total is counted when somebody asked, or always."""
    return of(data=many(items), meta=of(page=COUNT, pageSize=COUNT) | some(page=COUNT, pageSize=COUNT, total=COUNT))


def window(items: Schema) -> Schema:
    """A page of a query, as long and as far from the first as was asked."""
    return of(data=many(items), meta=of(limit=COUNT, offset=COUNT) | some(limit=COUNT, offset=COUNT, total=COUNT))


def shown(service: Service) -> str:
    """The name of the schema of a resource as it is answered."""
    return f"{service.kind.name}.shown"


def answers() -> dict[str, Schema]:
    """Every named schema of an answer."""
    return {"run": _run(), "record": _record(), **{shown(service): _resource(service) for service in SERVICES.values()}}


def _resource(service: Service) -> Schema:
    """What the service adds to what was sent, and what it fills in, is always there."""
    owned = {**dict.fromkeys(("id", "workspaceSlug", "createdBy", "updatedBy"), TEXT), "version": COUNT}
    row = {**owned, "createdAt": MOMENT, "updatedAt": MOMENT}
    kept = service.adds({**row, service.kind.identity: "", **service.fills, **service.at_creation})
    always = {member: row.get(member, {}) for member in kept}
    members = {name: _outline(part) for name, part in schemas()[changed(service)]["properties"].items()}
    return {"allOf": [of(**always), some(**members)]}


def _outline(schema: Schema) -> Schema:
    """What a value is, without what is inside it."""
    if "anyOf" in schema:
        return {"anyOf": [_outline(each) for each in schema["anyOf"]]}
    if schema.get("type") == "array":
        return many(_outline(schema["items"]))
    return OBJECT if {"$ref", "oneOf"} & schema.keys() or schema.get("type") == "object" else schema


def _record() -> Schema:
    texts = dict.fromkeys(("id", "structureId", "collectionId", "workspaceSlug", "recordSlug", "createdBy", "updatedBy"), TEXT)
    moments = dict.fromkeys(("createdAt", "updatedAt"), MOMENT)
    always = of(**texts, **moments, data=OBJECT, metadata={"type": ["object", "null"]}, version=COUNT)
    return {"allOf": [always, some(expiresAt=MOMENT, isDeleted=FLAG, deletedAt=MOMENT)]}


def _run() -> Schema:
    texts = (
        "id",
        "jobId",
        "functionId",
        "workspaceSlug",
        "createdBy",
        "executionId",
        "functionCodeHash",
        "functionVersion",
        "executionSource",
    )
    maybe = ("triggerId", "triggerType", "originalRunId", "rerunBy", "errorCode", "errorMessage")
    return of(
        **dict.fromkeys(texts, TEXT),
        **dict.fromkeys(maybe, _TEXT_OR_NULL),
        **dict.fromkeys(("startedAt", "endedAt"), _MOMENT_OR_NULL),
        **dict.fromkeys(("createdAt", "updatedAt"), MOMENT),
        status={"enum": list(RUN_STATUSES)},
        runData={},
        isRerun=FLAG,
        rerunCount=COUNT,
        logs=many(_LOG),
    )
