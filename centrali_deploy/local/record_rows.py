"""Rows of records in the store: kept, found, counted and searched with SQL in which every word of a person is a parameter.

Active records are those neither deleted nor expired; what has expired is hidden at read time before it is swept away [D].
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centrali_deploy.local.conditions import Sql
    from centrali_deploy.local.store import Row, Store, Value

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ACTIVE = "deleted_at is null and (expires_at is null or expires_at > ?)"


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it is stored; times are ISO texts in UTC. `structure` is the id of the structure that `slug` names."""

    slug: str
    id: str
    structure: str
    data: Row
    metadata: Row | None
    version: int
    created_at: str
    updated_at: str
    created_by: str
    updated_by: str
    expires_at: str | None
    deleted_at: str | None = None


_COLUMNS = tuple(field.name for field in fields(Record))
_LISTED = ", ".join(_COLUMNS)


def compact(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    """JSON as it is stored: without escapes, so that a name in a path is found."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_plain(field: str) -> bool:
    """Whether a field's name is letters, digits and underscores, as declared ones are."""
    return bool(_PLAIN.fullmatch(field))


def _path(field: str) -> str:
    """The place of a declared field in data, as a literal: only a literal lets SQLite use an index."""
    if not is_plain(field):
        raise ValueError(field)
    return f"'$.\"{field}\"'"


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The records of one workspace. `now` is the moment, as text, at which something is active or not."""

    store: Store
    workspace: str

    def find(self, ids: Sequence[str], now: str, *, deleted: bool = False) -> dict[str, Record]:
        """The active records of these ids, by id; `deleted` finds those that were deleted softly, too."""
        alive = "(expires_at is null or expires_at > ?)" if deleted else _ACTIVE
        where = f"workspace = ? and id in (select value from json_each(?)) and {alive}"
        return {record.id: record for record in self._select(where, (self.workspace, compact(list(ids)), now))}

    def add(self, records: Iterable[Record]) -> None:
        """Keep new records."""
        marks = ", ".join("?" * (len(_COLUMNS) + 1))
        statement = f"insert into records (workspace, {_LISTED}) values ({marks})"
        self.store.run(statement, ((self.workspace, *_values(record)) for record in records))

    def put(self, records: Sequence[Record]) -> None:
        """Keep changed records; what they were before stays as a version."""
        ids = compact([record.id for record in records])
        self.store.run(
            "insert or replace into record_versions select workspace, id, version, data, updated_at, updated_by from records"
            " where workspace = ? and id in (select value from json_each(?))",
            [(self.workspace, ids)],
        )
        sets = ", ".join(f"{column} = ?" for column in _COLUMNS)
        statement = f"update records set {sets} where workspace = ? and id = ?"
        self.store.run(statement, ((*_values(record), self.workspace, record.id) for record in records))

    def remove(self, ids: Sequence[str]) -> None:
        """Forget records and their versions."""
        for table in ("records", "record_versions"):
            statement = f"delete from {table} where workspace = ? and id in (select value from json_each(?))"
            self.store.run(statement, [(self.workspace, compact(list(ids)))])

    def remove_all(self, slug: str) -> None:
        """Forget every record of a structure, deleted or not."""
        found = self.store.select("select id from records where workspace = ? and slug = ?", (self.workspace, slug))
        self.remove([id_ for (id_,) in found])

    def versions(self, id_: str) -> list[Row]:
        """What a record was before, oldest first: version, data, updatedAt, updatedBy."""
        query = "select version, data, updated_at, updated_by from record_versions where workspace = ? and id = ? order by version"
        names = ("version", "data", "updatedAt", "updatedBy")
        rows = self.store.select(query, (self.workspace, id_))
        return [dict(zip(names, (version, json.loads(data), at, by), strict=True)) for version, data, at, by in rows]

    def expired(self, now: str) -> list[Record]:
        """Records whose time is over and that were not deleted before, oldest first."""
        return self._select("workspace = ? and expires_at <= ? and deleted_at is null order by number", (self.workspace, now))

    def page(self, slug: str, now: str, condition: Sql, order: Sql, window: tuple[int, int], *, deleted: bool = False) -> list[Record]:  # noqa: PLR0913 -- one argument per part of the query
        """The records of a structure that meet a condition, in an order; `window` is how many, and after how many."""
        alive = "(expires_at is null or expires_at > ?)" if deleted else _ACTIVE
        where = f"workspace = ? and slug = ? and {alive} and {condition.text} order by {order.text} limit ? offset ?"
        return self._select(where, (self.workspace, slug, now, *condition.values, *order.values, *window))

    def count(self, slug: str, now: str, condition: Sql, *, deleted: bool = False) -> int:
        """How many records meet a condition."""
        alive = "(expires_at is null or expires_at > ?)" if deleted else _ACTIVE
        query = f"select count(*) from records where workspace = ? and slug = ? and {alive} and {condition.text}"
        return int(self.store.select(query, (self.workspace, slug, now, *condition.values))[0][0])

    def matching(self, slug: str, now: str, values: Row) -> Record | None:
        """The oldest active record whose declared fields have these values."""
        terms = "".join(f" and json_extract(data, {_path(field)}) is json_extract(?, '$')" for field in values)
        where = f"workspace = ? and slug = ? and {_ACTIVE}{terms} order by number limit 1"
        found = self._select(where, (self.workspace, slug, now, *map(compact, values.values())))
        return found[0] if found else None

    def shared(self, slug: str, field: str, now: str, values: dict[str, Any]) -> dict[str, str]:
        """Of values of a field by record id, those that another active record has, too: id -> id of the other.

        The join is written as a cross join so that SQLite goes through the values and finds each in the index.
        """
        place = f"json_extract(data, {_path(field)})"
        self.store.ready(f'create index if not exists "records_by_{field.encode().hex()}" on records (workspace, slug, {place})')
        query = (
            "select sent.key, records.id from json_each(?) as sent cross join records"
            f" on workspace = ? and slug = ? and {place} = sent.value and {_ACTIVE} and records.id <> sent.key"
        )
        return dict(self.store.select(query, (compact(values), self.workspace, slug, now)))

    def missing(self, slug: str, now: str, ids: Iterable[str]) -> set[str]:
        """Of these ids, those that are no active record of a structure; the plus makes SQLite look them up by id."""
        query = f"select id from records where workspace = ? and id in (select value from json_each(?)) and +slug = ? and {_ACTIVE}"
        wanted = set(ids)
        return wanted - {id_ for (id_,) in self.store.select(query, (self.workspace, compact(sorted(wanted)), slug, now))}

    def referring(self, slug: str, field: str, now: str, ids: Iterable[str]) -> list[Record]:
        """The active records of a structure that refer, with this field, to one of these."""
        inside = f"exists (select 1 from json_each(data, {_path(field)}) as part where part.type = 'text'"
        where = f"workspace = ? and slug = ? and {_ACTIVE} and {inside} and part.value in (select value from json_each(?)))"
        return self._select(f"{where} order by number", (self.workspace, slug, now, compact(list(ids))))

    def _select(self, where: str, values: Sequence[Value]) -> list[Record]:
        rows = self.store.select(f"select {_LISTED} from records where {where}", values)
        return [_record(row) for row in rows]


def _values(record: Record) -> tuple[Value, ...]:
    slug, id_, structure, data, metadata, *rest = (getattr(record, column) for column in _COLUMNS)
    return (slug, id_, structure, compact(data), None if metadata is None else compact(metadata), *rest)


def _record(row: tuple[Any, ...]) -> Record:
    slug, id_, structure, data, metadata, *rest = row
    return Record(slug, id_, structure, json.loads(data), None if metadata is None else json.loads(metadata), *rest)
