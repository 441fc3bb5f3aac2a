"""What may be asked on each route below a base, for the specification: bodies, query parameters, and what answers beside errors.

What kinds take is made from their models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from centrali_deploy.local import answering as gives
from centrali_deploy.local.bodies import changed, many, new, of, reference, some
from centrali_deploy.local.clock import CLOCK_PATH
from centrali_deploy.local.services import SERVICES
from centrali_deploy.wire import (
    ENDPOINT_PATHS,
    EXECUTE_CALLS,
    HTTP_TRIGGER_PATHS,
    JOB_PATHS,
    RUN_STATUSES,
    RUNS_PATH,
    TEST_PATH,
    TOKEN_PATHS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.bodies import Schema
    from centrali_deploy.local.services import Service

Row = tuple[tuple[str, str], "Asking"]
SPECIFICATION_PATH = "/specs/{service}"
TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 1}
_FLAG: Schema = {"enum": ["true", "false"]}
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Asking:
    """One method of one route: what it gives (None: nothing), and takes (`body` None: nothing).

    `single`: what it gives is inside `data` when the envelope of the workspace is so; `raw`: it may give what is no JSON, too;
    `errors`: those that it has beside the usual ones.
    """

    gives: Schema | None
    body: Schema | None = None
    needed: bool = True
    media: str = "application/json"
    query: tuple[tuple[str, Schema], ...] = ()
    answers: tuple[str, ...] = ("200",)
    errors: tuple[int, ...] = ()
    secured: bool = True
    single: bool = False
    raw: bool = False


def asked() -> dict[tuple[str, str], Asking]:
    """Every row, by the path below its base and the method."""
    return dict([*_tokens(), *_setting_off(), *_runs(), *_records(), *(row for service in SERVICES.values() for row in _kind(service))])


_OBJECT: Schema = {"type": "object"}
_PAGED = (("page", _NUMBER), ("limit", _NUMBER))
_HARD = (("hard", _FLAG),)
_LIFE = (("ttlSeconds", {"type": "number", "exclusiveMinimum": 0}), ("expiresAt", {"type": "string", "format": "date-time"}))
_LISTED = (
    *_PAGED,
    ("pageSize", _NUMBER),
    ("sort", TEXT),
    ("search", TEXT),
    ("searchFields", TEXT),
    ("expand", TEXT),
    ("includeTotal", _FLAG),
    ("includeArchived", _FLAG),
)
"""Beside these, `data.field` and `data.field[operator]` filter [D]."""


def _tokens() -> Iterator[Row]:
    form = of(grant_type={"const": "client_credentials"}, client_id=TEXT, client_secret=TEXT)
    for path in TOKEN_PATHS:
        yield (path, "POST"), Asking(gives.TOKEN, form, media=_FORM, errors=(401,), secured=False)
    yield (SPECIFICATION_PATH, "GET"), Asking(gives.DOCUMENT, secured=False)
    yield (CLOCK_PATH, "POST"), Asking(gives.MOVED, some(advance={"type": "number", "minimum": 0}))


def _setting_off() -> Iterator[Row]:
    for call in EXECUTE_CALLS:
        yield (f"/function-triggers/{{id}}/{call}", "POST"), Asking(TEXT, {}, needed=False, errors=(400,))
    code = of(code={"type": "string", "minLength": 1}) | some(code=TEXT, params={})
    yield (f"/{TEST_PATH}", "POST"), Asking(gives.TESTED, code)
    for segment in HTTP_TRIGGER_PATHS:
        path = f"/{segment}/{{path}}"
        yield (path, "POST"), Asking(gives.QUEUED, {}, needed=False, answers=("202",), errors=(401,), secured=False)
    for segment in ENDPOINT_PATHS:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            body: Schema | None = None if method == "GET" else {}
            # The function says what it answers, and with which status.
            answers = ("200", "default")
            yield (f"/{segment}/{{path}}", method), Asking({}, body, needed=False, answers=answers, errors=(405, 504), raw=True)


def _runs() -> Iterator[Row]:
    for below in ("", "/trigger/{trigger}", "/function/{function}"):
        query = (*_PAGED, ("status", {"enum": list(RUN_STATUSES)}))
        yield (f"/{RUNS_PATH}{below}", "GET"), Asking(gives.page(gives.RUN), query=query)
    for path in JOB_PATHS:
        yield (f"/{path}", "GET"), Asking(gives.JOB)
    rerun = some(useLatestCode={"type": "boolean"}, overrideParams=_OBJECT, reason=TEXT)
    yield (f"/{RUNS_PATH}/{{id}}", "GET"), Asking(gives.RUN)
    yield (f"/{RUNS_PATH}/{{id}}/rerun", "POST"), Asking(gives.AGAIN, rerun, needed=False)
    yield (f"/{RUNS_PATH}/{{id}}/rerun-history", "GET"), Asking(gives.HISTORY)
    yield ("/files/{id}", "GET"), Asking(gives.FILE, query=(("download", TEXT),), raw=True)


def _records() -> Iterator[Row]:
    data = of(data=_OBJECT) | some(data=_OBJECT, metadata=_OBJECT)
    structure = some(structureId=TEXT, collectionId=TEXT, recordSlug=TEXT)
    record, records = gives.RECORD, gives.page(gives.RECORD)
    yield ("/records", "POST"), Asking(record, {"allOf": [data, structure]}, query=_LIFE, answers=("201",), errors=(404,), single=True)
    yield ("/records/slug/{slug}", "POST"), Asking(record, data, query=_LIFE, answers=("201",), single=True)
    yield ("/records/slug/{slug}", "GET"), Asking(records, query=_LISTED)
    yield ("/records/slug/{slug}/upsert", "POST"), Asking(gives.UPSERTED, of(match=_OBJECT, data=_OBJECT), answers=("200", "201"))
    for path in ("/records/{id}", "/records/slug/{slug}/{id}"):
        yield (path, "GET"), Asking(record, query=(("expand", TEXT),), single=True)
        yield (path, "DELETE"), Asking(None, query=_HARD, answers=("204",))
        for method in ("PUT", "PATCH"):
            yield (path, method), Asking(record, data, query=_LIFE, single=True)
    yield ("/records/{id}/restore", "POST"), Asking(record, single=True)
    yield ("/records/{id}/revert", "POST"), Asking(record, of(version={"type": "integer"}), single=True)
    yield ("/records/{id}/versions", "GET"), Asking(gives.page(gives.VERSION))
    yield ("/records/query", "POST"), Asking(gives.window(gives.SELECTED), _query(), errors=(404, 501))
    change = of(id=TEXT, data=_OBJECT)
    for way in ("bulk", "batch"):
        path = f"/records/{way}"
        yield (path, "POST"), Asking(records, {"allOf": [of(records=many(data)), structure]}, answers=("201",), errors=(404,))
        yield (path, "DELETE"), Asking(None, of(ids=many(TEXT)), query=_HARD, answers=("204",), errors=(404,))
        for method in ("PUT", "PATCH"):
            yield (path, method), Asking(records, of(records=many(change)), errors=(404,))


def _query() -> Schema:
    """The canonical query [D]; what `where` may hold, `docs` say."""
    sort = of(field=TEXT) | some(field=TEXT, direction={"enum": ["asc", "desc"]})
    return {
        **of(resource=TEXT),
        **some(
            resource=TEXT,
            where=_OBJECT,
            text=some(query=TEXT, fields=many(TEXT)),
            sort=many(sort),
            page=some(limit=_NUMBER, offset={"type": "integer", "minimum": 0}),
            select=some(fields=many(TEXT)),
            include=many(of(relation=TEXT)),
            includeTotal={"type": "boolean"},
            includeArchived={"type": "boolean"},
        ),
    }


def _kind(service: Service) -> Iterator[Row]:
    one, created, updated = reference(gives.shown(service)), reference(new(service)), reference(changed(service))
    sorting = (*_PAGED, ("pageSize", _NUMBER), ("sort", TEXT), ("order", {"enum": ["asc", "desc"]}))
    for path in (f"/{segment}" for segment in (service.kind.path, *service.kind.aliases)):
        yield (path, "GET"), Asking(gives.page(one), query=sorting)
        yield (path, "POST"), Asking(one, created, answers=("201",), single=True)
        yield (f"{path}/{{id}}", "GET"), Asking(one, single=True)
        yield (f"{path}/slug/{{id}}", "GET"), Asking(one, single=True)
        yield (f"{path}/{{id}}", "DELETE"), Asking(None, query=_HARD if service.soft else (), answers=("204",))
        for method in ("PUT", "PATCH"):
            yield (f"{path}/{{id}}", method), Asking(one, updated, single=True)
        yield (f"{path}/{{id}}/restore", "POST"), Asking(one, single=True)
        yield (f"{path}/validate", "POST"), Asking(gives.VALIDATED, updated)
        yield (f"{path}/bulk", "POST"), Asking(gives.page(one), of(structures=many(created)), answers=("201",))
        yield (f"{path}/bulk", "DELETE"), Asking(None, of(ids=many(TEXT)), answers=("204",), errors=(404,))
        yield (f"{path}/{{id}}/properties", "DELETE"), Asking(one, of(names=many(TEXT)), single=True)
        for call in service.states:
            for method in ("POST", "PATCH"):
                yield (f"{path}/{{id}}/{call}", method), Asking(one, single=True)
