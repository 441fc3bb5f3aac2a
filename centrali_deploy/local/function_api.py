"""What a function gets when it calls `api`: its calls handed to the records, the network, the files and the signing.

Names are published; many signatures are not, or differ between places, and then every spelling that was seen is read:

* `createRecord`, `fetchRecord`, `updateRecord` give the record's own members, and its id inside `data` as well: two of the
  vendor's posts read `record.data.id`, its templates read `record.id` and `record.data.status` [D, T; together I].
* `updateRecord(id, data)` is what shipped code writes [T]; a page writes the slug first [D]: with two texts in front of the
  data, the first is the slug. The same goes for `fetchRecord`, `deleteRecord`, `incrementField`, `decrementField` [I].
* `upsertRecord(slug, {match, data})` follows the REST route [D]; `upsertRecord(slug, match, data)` is read too [I].
* Updates of many are `[{id, data}]`, `[{id, ...fields}]` or `ids, data`; deletions of many `[id]` or `[{id}]`; with or
  without the slug in front [I].
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from centrali_deploy.local.refusing import Refused
from centrali_deploy.local.sandbox import ApiFailed
from centrali_deploy.local.signing import CRYPTO
from centrali_deploy.local.storing import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from centrali_deploy.local.outgoing import Outgoing
    from centrali_deploy.local.storing import StoreFile

    Record = dict[str, Any]


class Records(Protocol):
    """What is asked of the records. Every method raises Refused when it will not; a record is {id, recordSlug, data, ...}."""

    def create(self, slug: str, data: Record) -> Record: ...  # noqa: D102 -- names say it
    def get(self, id_: str, expand: Sequence[str] = ()) -> Record: ...  # noqa: D102
    def queried(self, slug: str, options: Record) -> Record: ...  # noqa: D102
    def update(self, id_: str, data: Record) -> Record: ...  # noqa: D102
    def delete(self, id_: str, *, hard: bool = False) -> None: ...  # noqa: D102
    def upsert(self, slug: str, match: Record, data: Record) -> Record: ...  # noqa: D102
    def increment(self, id_: str, field: str, by: float) -> Record: ...  # noqa: D102
    def bulk_create(self, slug: str, items: list[Record]) -> Any: ...  # noqa: ANN401, D102
    def bulk_update(self, changes: list[tuple[str, Record]]) -> Any: ...  # noqa: ANN401, D102
    def bulk_delete(self, ids: list[str]) -> Any: ...  # noqa: ANN401, D102
    def batch_create(self, slug: str, items: list[Record]) -> Any: ...  # noqa: ANN401, D102
    def batch_update(self, changes: list[tuple[str, Record]]) -> Any: ...  # noqa: ANN401, D102
    def batch_delete(self, ids: list[str]) -> Any: ...  # noqa: ANN401, D102


@dataclass(frozen=True)
class FunctionApi:
    """Callable as `call(method, args)` for Sandbox.run. Refusals of the records reach the function as errors with a status."""

    records: Records
    outgoing: Outgoing
    store_file: StoreFile
    _members: dict[str, Callable[..., Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Draw up the table of members."""
        network: dict[str, Callable[..., Any]] = {
            "httpRequest": self.outgoing.request,
            "httpFetch": self.outgoing.request,
            "httpPost": self.outgoing.post,
        }
        files = {name: _storing(work, self.store_file) for name, work in FILES.items()}
        members = {name: _taking(work, 3) for name, work in {**network, **CRYPTO}.items()}
        object.__setattr__(self, "_members", {**_records(self.records), **members, **files})

    def __call__(self, method: str, args: list[Any]) -> Any:  # noqa: ANN401 -- any JSON value
        """Carry out one call. Raises ApiFailed with the words and the status of what refused it."""
        if method not in self._members:
            raise ApiFailed(f"the local workspace does not imitate api.{method}", 501)
        try:
            return self._members[method](*args)
        except Refused as refused:
            raise ApiFailed(refused.message, refused.status) from refused


def _taking(work: Callable[..., Any], most: int) -> Callable[..., Any]:
    """As in JavaScript, arguments too many are passed over, and those left out are nothing."""
    return lambda *args: work(*[*args, *[None] * most][:most])


def _records(records: Records) -> dict[str, Callable[..., Any]]:
    many = {
        "bulkCreateRecords": lambda *args: records.bulk_create(*_items("bulkCreateRecords", *args)),
        "batchCreateRecords": lambda *args: records.batch_create(*_items("batchCreateRecords", *args)),
        "bulkUpdateRecords": lambda *args: records.bulk_update(_updates("bulkUpdateRecords", *args)),
        "batchUpdateRecords": lambda *args: records.batch_update(_updates("batchUpdateRecords", *args)),
        "bulkDeleteRecords": lambda *args: records.bulk_delete(_ids("bulkDeleteRecords", *args)),
        "batchDeleteRecords": lambda *args: records.batch_delete(_ids("batchDeleteRecords", *args)),
    }
    return many | {
        "queryRecords": _taking(partial(_queried, records), 2),
        "createRecord": _taking(partial(_created, records), 2),
        "fetchRecord": partial(_fetched, records),
        "updateRecord": partial(_updated, records),
        "deleteRecord": partial(_deleted, records),
        "upsertRecord": _taking(partial(_upserted, records), 3),
        "incrementField": partial(_incremented, records, "incrementField", 1),
        "decrementField": partial(_incremented, records, "decrementField", -1),
    }


def _queried(records: Records, slug: Any, given: Any) -> Record:  # noqa: ANN401 -- what a function wrote
    return records.queried(_text("queryRecords", slug), _object("queryRecords", {} if given is None else given))


def _created(records: Records, slug: Any, data: Any) -> Record:  # noqa: ANN401 -- what a function wrote
    return _shown(records.create(_text("createRecord", slug), _object("createRecord", data)))


def _fetched(records: Records, *args: Any) -> Record:  # noqa: ANN401 -- what a function wrote
    id_, rest = _id("fetchRecord", args, 1)
    expand = rest[0].get("expand", []) if rest and isinstance(rest[0], dict) else []
    names = expand.split(",") if isinstance(expand, str) else [str(name) for name in expand] if isinstance(expand, list) else []
    return _shown(records.get(id_, names))


def _updated(records: Records, *args: Any) -> Record:  # noqa: ANN401 -- what a function wrote
    id_, rest = _id("updateRecord", args, 1)
    return _shown(records.update(id_, _object("updateRecord", rest[0] if rest else None)))


def _deleted(records: Records, *args: Any) -> dict[str, Any]:  # noqa: ANN401 -- what a function wrote
    id_, rest = _id("deleteRecord", args, 1)
    hard = rest[0] if rest else False
    records.delete(id_, hard=bool(hard.get("hard")) if isinstance(hard, dict) else bool(hard))
    return {"success": True, "id": id_}


def _upserted(records: Records, slug: Any, match: Any, data: Any) -> Record:  # noqa: ANN401 -- what a function wrote
    given = _object("upsertRecord", match)
    if data is None and given.keys() >= {"match", "data"}:
        given, data = _object("upsertRecord", given["match"]), given["data"]
    return _shown(records.upsert(_text("upsertRecord", slug), given, _object("upsertRecord", data)))


def _incremented(records: Records, member: str, sign: int, *args: Any) -> Record:  # noqa: ANN401 -- what a function wrote
    id_, rest = _id(member, args, 2)
    by = 1 if len(rest) <= 1 or rest[1] is None else rest[1]
    if not isinstance(by, int | float) or isinstance(by, bool):
        raise ApiFailed(f"api.{member}: the amount must be a number", 400)
    return _shown(records.increment(id_, _text(member, rest[0] if rest else None), sign * by))


def _items(member: str, slug: Any = None, items: Any = None, *_more: Any) -> tuple[str, list[Record]]:  # noqa: ANN401 -- what a function wrote
    return _text(member, slug), _objects(member, items)


def _updates(member: str, *args: Any) -> list[tuple[str, Record]]:  # noqa: ANN401 -- what a function wrote
    """The updates of many records as ids with the data that change."""
    items, *data = args[1:] if args and isinstance(args[0], str) else args or (None,)
    if isinstance(items, list) and data and all(isinstance(one, str) for one in items):
        return [(one, _object(member, data[0])) for one in items]
    updates = _objects(member, items)
    if not all(isinstance(one.get("id"), str) for one in updates):
        raise ApiFailed(f"api.{member}: every item needs the id of a record", 400)
    return [
        (one["id"], one["data"] if isinstance(one.get("data"), dict) else {k: v for k, v in one.items() if k != "id"}) for one in updates
    ]


def _ids(member: str, *args: Any) -> list[str]:  # noqa: ANN401 -- what a function wrote
    items = args[-1] if args else None
    ids = [one.get("id") if isinstance(one, dict) else one for one in items] if isinstance(items, list) else [None]
    if not all(isinstance(one, str) for one in ids):
        raise ApiFailed(f"api.{member}: a list of ids is expected", 400)
    return [str(one) for one in ids]


def _id(member: str, args: tuple[Any, ...], others: int) -> tuple[str, tuple[Any, ...]]:
    """The id, and what comes after it; a slug before it is passed over: then there is one text more than the member needs."""
    texts = next((at for at, one in enumerate(args) if not isinstance(one, str)), len(args))
    at = 1 if texts > others else 0
    return _text(member, args[at] if len(args) > at else None), args[at + 1 :]


def _text(member: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ApiFailed(f"api.{member}: a text is expected, the slug of a structure or the id of a record", 400)
    return value


def _object(member: str, value: object) -> Record:
    if not isinstance(value, dict):
        raise ApiFailed(f"api.{member}: an object is expected", 400)
    return value


def _objects(member: str, value: object) -> list[Record]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ApiFailed(f"api.{member}: a list of objects is expected", 400)
    return value


def _shown(record: Record) -> Record:
    """A record whose id is found both ways."""
    data = record.get("data")
    return {**record, "data": {"id": record.get("id"), **data}} if isinstance(data, dict) else record


def _storing(work: Callable[..., Any], store: StoreFile) -> Callable[..., Any]:
    return partial(work, store)
