"""What may be asked on each route below a base, for the specification: bodies, query parameters, and what answers beside errors.

A route that no row here speaks of takes no body and no parameter, and answers 200. What kinds take is made from their models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from centrali_deploy.local.bodies import changed, new, reference
from centrali_deploy.local.clock import CLOCK_PATH
from centrali_deploy.local.services import SERVICES
from centrali_deploy.wire import ENDPOINT_PATHS, EXECUTE_CALLS, HTTP_TRIGGER_PATHS, RUN_STATUSES, RUNS_PATH, TEST_PATH, TOKEN_PATHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.bodies import Schema
    from centrali_deploy.local.services import Service

Row = tuple[tuple[str, str], "Asking"]
TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 1}
_FLAG: Schema = {"enum": ["true", "false"]}
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Asking:
    """One method of one route. `body` None: it takes none; `errors`: those that it has beside the usual ones."""

    body: Schema | None = None
    needed: bool = True
    media: str = "application/json"
    query: tuple[tuple[str, Schema], ...] = ()
    answers: tuple[str, ...] = ("200",)
    errors: tuple[int, ...] = ()
    secured: bool = True


UNSAID = Asking()
"""What is said of a route that no row speaks of."""


def of(**members: Schema) -> Schema:
    """An object that must have these members, and may have others."""
    return {"type": "object", "properties": members, "required": list(members)}


def some(**members: Schema) -> Schema:
    """An object that may have these members, and others."""
    return {"type": "object", "properties": members}


def many(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


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
        yield (path, "POST"), Asking(form, media=_FORM, errors=(401,), secured=False)
    yield (CLOCK_PATH, "POST"), Asking(some(advance={"type": "number", "minimum": 0}))


def _setting_off() -> Iterator[Row]:
    for call in EXECUTE_CALLS:
        yield (f"/function-triggers/{{id}}/{call}", "POST"), Asking({}, needed=False, errors=(400,))
    yield (f"/{TEST_PATH}", "POST"), Asking(of(code={"type": "string", "minLength": 1}) | some(code=TEXT, params={}))
    for segment in HTTP_TRIGGER_PATHS:
        yield (f"/{segment}/{{path}}", "POST"), Asking({}, needed=False, answers=("202",), errors=(401,), secured=False)
    for segment in ENDPOINT_PATHS:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            body: Schema | None = None if method == "GET" else {}
            # The function says with which status it answers.
            yield (f"/{segment}/{{path}}", method), Asking(body, needed=False, answers=("200", "default"), errors=(405, 504))


def _runs() -> Iterator[Row]:
    for below in ("", "/trigger/{trigger}", "/function/{function}"):
        yield (f"/{RUNS_PATH}{below}", "GET"), Asking(query=(*_PAGED, ("status", {"enum": list(RUN_STATUSES)})))
    rerun = some(useLatestCode={"type": "boolean"}, overrideParams=_OBJECT, reason=TEXT)
    yield (f"/{RUNS_PATH}/{{id}}/rerun", "POST"), Asking(rerun, needed=False)
    yield ("/files/{id}", "GET"), Asking(query=(("download", TEXT),))


def _records() -> Iterator[Row]:
    data = of(data=_OBJECT) | some(data=_OBJECT, metadata=_OBJECT)
    structure = some(structureId=TEXT, collectionId=TEXT, recordSlug=TEXT)
    yield ("/records", "POST"), Asking({"allOf": [data, structure]}, query=_LIFE, answers=("201",), errors=(404,))
    yield ("/records/slug/{slug}", "POST"), Asking(data, query=_LIFE, answers=("201",))
    yield ("/records/slug/{slug}", "GET"), Asking(query=_LISTED)
    yield ("/records/slug/{slug}/upsert", "POST"), Asking(of(match=_OBJECT, data=_OBJECT), answers=("200", "201"))
    for path in ("/records/{id}", "/records/slug/{slug}/{id}"):
        yield (path, "GET"), Asking(query=(("expand", TEXT),))
        yield (path, "DELETE"), Asking(query=_HARD, answers=("204",))
        for method in ("PUT", "PATCH"):
            yield (path, method), Asking(data, query=_LIFE)
    yield ("/records/{id}/revert", "POST"), Asking(of(version={"type": "integer"}))
    yield ("/records/query", "POST"), Asking(_query(), errors=(404, 501))
    change = {**of(id=TEXT, data=_OBJECT)}
    for way in ("bulk", "batch"):
        path = f"/records/{way}"
        yield (path, "POST"), Asking({"allOf": [of(records=many(data)), structure]}, answers=("201",), errors=(404,))
        yield (path, "DELETE"), Asking(of(ids=many(TEXT)), query=_HARD, answers=("204",), errors=(404,))
        for method in ("PUT", "PATCH"):
            yield (path, method), Asking(of(records=many(change)), errors=(404,))


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
    for path in (f"/{segment}" for segment in (service.kind.path, *service.kind.aliases)):
        yield (path, "GET"), Asking(query=(*_PAGED, ("pageSize", _NUMBER), ("sort", TEXT), ("order", {"enum": ["asc", "desc"]})))
        yield (path, "POST"), Asking(reference(new(service)), answers=("201",))
        yield (f"{path}/{{id}}", "DELETE"), Asking(query=_HARD if service.soft else (), answers=("204",))
        for method in ("PUT", "PATCH"):
            yield (f"{path}/{{id}}", method), Asking(reference(changed(service)))
        yield (f"{path}/validate", "POST"), Asking(reference(changed(service)))
        yield (f"{path}/bulk", "POST"), Asking(of(structures=many(reference(new(service)))), answers=("201",))
        yield (f"{path}/bulk", "DELETE"), Asking(of(ids=many(TEXT)), answers=("204",), errors=(404,))
        yield (f"{path}/{{id}}/properties", "DELETE"), Asking(of(names=many(TEXT)))
