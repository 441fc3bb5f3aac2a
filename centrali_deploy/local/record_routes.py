"""The routes of records and what answers them.

Published are POST and GET by slug, the query, `/bulk` and `/batch`, and one record by id [D]; the paths of upsert, restore,
revert, versions and of a record below its slug, the names in bulk bodies, and `hard` are inferred.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from centrali_deploy.local.handling import body_of, json_of, one
from centrali_deploy.local.records import Records
from centrali_deploy.local.refusing import Refused
from centrali_deploy.wire import list_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.local.store import Row

RecordHandler = Callable[[Records, Request], Awaitable[Response]]
_READING = {"GET", "HEAD"}
_FLAT = {"ttlSeconds", "expiresAt", "metadata", "structureId", "collectionId", "recordSlug"}


def record_routes() -> Iterator[tuple[str, list[str], RecordHandler]]:
    """Every route below one base: its path, all its methods, and what answers. The first that fits is taken."""
    yield "/records", ["POST"], _create
    yield "/records/query", ["POST"], _query
    yield "/records/bulk", ["POST", "PATCH", "PUT", "DELETE"], _lot("bulk")
    yield "/records/batch", ["POST", "PATCH", "PUT", "DELETE"], _lot("batch")
    yield "/records/slug/{slug}", ["GET", "POST"], _by_slug
    yield "/records/slug/{slug}/upsert", ["POST"], _upsert
    yield "/records/slug/{slug}/{id}", ["GET", "PATCH", "PUT", "DELETE"], _record
    yield "/records/{id}", ["GET", "PATCH", "PUT", "DELETE"], _record
    yield "/records/{id}/restore", ["POST"], _restore
    yield "/records/{id}/revert", ["POST"], _revert
    yield "/records/{id}/versions", ["GET"], _versions


async def _create(records: Records, request: Request) -> Response:
    body = await body_of(request)
    return one(request, _created(records, request, _slug_of(records, body), body), 201)


async def _by_slug(records: Records, request: Request) -> Response:
    slug = request.path_params["slug"]
    if request.method in _READING:
        return JSONResponse(records.listed(slug, request.query_params))
    return one(request, _created(records, request, slug, await body_of(request)), 201)


def _created(records: Records, request: Request, slug: str, body: Row) -> Row:
    return records.create(slug, _data(body), metadata=_metadata(body), **_life(request, body))


async def _record(records: Records, request: Request) -> Response:
    id_, query = request.path_params["id"], request.query_params
    hard = request.method == "DELETE" and query.get("hard") == "true"
    slug = request.path_params.get("slug")
    if slug is not None and records.slug_of(id_, deleted=hard) != slug:
        raise Refused(404, f"Record '{id_}' not found")
    if request.method in _READING:
        return one(request, records.get(id_, [path for path in query.get("expand", "").split(",") if path]))
    if request.method == "DELETE":
        records.delete(id_, hard=hard)
        return Response(status_code=204)
    body = await body_of(request)
    data = body["data"] if isinstance(body.get("data"), dict) else {name: value for name, value in body.items() if name not in _FLAT}
    return one(request, records.update(id_, data, metadata=_metadata(body), **_life(request, body)))


async def _query(records: Records, request: Request) -> Response:
    return JSONResponse(records.query(await body_of(request)))


async def _upsert(records: Records, request: Request) -> Response:
    body = await body_of(request)
    found = records.upsert(request.path_params["slug"], _object(body, "match"), _object(body, "data"))
    return JSONResponse(found, 201 if found["operation"] == "created" else 200)


async def _restore(records: Records, request: Request) -> Response:
    return one(request, records.restore(request.path_params["id"]))


async def _revert(records: Records, request: Request) -> Response:
    version = (await body_of(request)).get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Refused(400, "version: must be a whole number", [("version", "must be a whole number")])
    return one(request, records.revert(request.path_params["id"], version))


async def _versions(records: Records, request: Request) -> Response:
    found = records.versions(request.path_params["id"])
    return JSONResponse(list_body(found, 1, len(found), len(found)))


def _lot(way: str) -> RecordHandler:
    """Many at once; `way` is bulk or batch, which differ in the events they tell."""

    async def handle(records: Records, request: Request) -> Response:
        sent = await json_of(request)
        if request.method == "DELETE":
            remove = records.bulk_delete if way == "bulk" else records.batch_delete
            remove(_ids(sent), hard=request.query_params.get("hard") == "true")
            return Response(status_code=204)
        items = _items(sent)
        if request.method == "POST":
            create = records.bulk_create if way == "bulk" else records.batch_create
            made = create(_common_slug(records, sent, items), [_data(item, flat=True) for item in items])
            return JSONResponse(list_body(made, 1, len(made), len(made)), 201)
        change = records.bulk_update if way == "bulk" else records.batch_update
        changed = change([(_id(item), _object(item, "data")) for item in items])
        return JSONResponse(list_body(changed, 1, len(changed), len(changed)))

    return handle


def _slug_of(records: Records, body: Row) -> str:
    """The structure that a body names: by id in either word, or by slug [I]."""
    for member in ("structureId", "collectionId", "recordSlug"):
        value = body.get(member)
        if isinstance(value, str) and value:
            return value if member == "recordSlug" else records.slug(value)
    raise Refused(400, "structureId: is required", [("structureId", "is required")])


def _common_slug(records: Records, sent: Any, items: list[Row]) -> str:  # noqa: ANN401 -- any JSON value
    """The one structure of a bulk body, named beside the list or in every item of it."""
    if isinstance(sent, dict):
        return _slug_of(records, sent)
    slugs = {_slug_of(records, item) for item in items}
    if len(slugs) != 1:
        raise Refused(400, "structureId: must be the same for all records", [("structureId", "must be one for all records")])
    return slugs.pop()


def _items(sent: Any) -> list[Row]:  # noqa: ANN401 -- any JSON value
    items = sent.get("records") if isinstance(sent, dict) else sent
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused(400, "records: must be a list of objects", [("records", "must be a list of objects")])
    return items


def _ids(sent: Any) -> list[str]:  # noqa: ANN401 -- any JSON value
    ids = sent.get("ids") if isinstance(sent, dict) else sent
    if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
        raise Refused(400, "ids: must be a list of ids", [("ids", "must be a list of ids")])
    return ids


def _id(item: Row) -> str:
    if not isinstance(item.get("id"), str):
        raise Refused(400, "id: is required for every record", [("id", "is required")])
    return str(item["id"])


def _data(body: Row, *, flat: bool = False) -> Row:
    return body if flat and "data" not in body else _object(body, "data")


def _object(body: Row, member: str) -> Row:
    value = body.get(member)
    if not isinstance(value, dict):
        raise Refused(400, f"{member}: must be an object", [(member, "must be an object")])
    return value


def _metadata(body: Row) -> Row | None:
    return None if body.get("metadata") is None else _object(body, "metadata")


def _life(request: Request, body: Row) -> Row:
    """How long a record lives: said in the URL [D], or in the body [I]."""
    ttl, expires = (request.query_params.get(name, body.get(name)) for name in ("ttlSeconds", "expiresAt"))
    try:
        seconds = float(ttl) if isinstance(ttl, str) else ttl
    except ValueError as error:
        raise Refused(400, "ttlSeconds: must be a number", [("ttlSeconds", "must be a number")]) from error
    return {"ttl_seconds": seconds, "expires_at": expires}
