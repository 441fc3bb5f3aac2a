"""Many records at once: bulk calls tell one event for all of them, batch calls one for each [D].

Both are all or nothing; for batch calls that is inferred.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from centrali_deploy.local.keeping import Draft, Edit, Keeping
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from centrali_deploy.local.record_rows import Record
    from centrali_deploy.local.schema import Schema
    from centrali_deploy.local.store import Row

MOST = 1000
"""Records in one call [D]."""


class Lots(Keeping):
    """What is done to many records in one call."""

    __slots__ = ()

    def bulk_create(self, slug: str, items: Sequence[Row]) -> list[Row]:
        """Keep new records of these data, all or none; tells `records_bulk_created` once."""
        return self._created(slug, items, self.tell_lot)

    def batch_create(self, slug: str, items: Sequence[Row]) -> list[Row]:
        """Keep new records of these data, all or none; tells `record_created` for each."""
        return self._created(slug, items, self.tell_each)

    def bulk_update(self, changes: Sequence[tuple[str, Row]]) -> list[Row]:
        """Merge data into records, given as (id, data), all or none; tells `records_bulk_updated` once for each structure."""
        return self._updated(changes, self.tell_lot)

    def batch_update(self, changes: Sequence[tuple[str, Row]]) -> list[Row]:
        """Merge data into records, given as (id, data), all or none; tells `record_updated` for each."""
        return self._updated(changes, self.tell_each)

    def bulk_delete(self, ids: Sequence[str], *, hard: bool = False) -> None:
        """Delete records, all or none; tells `records_bulk_deleted` once for each structure."""
        self._deleted(ids, self.tell_lot, hard=hard)

    def batch_delete(self, ids: Sequence[str], *, hard: bool = False) -> None:
        """Delete records, all or none; tells `record_deleted` for each."""
        self._deleted(ids, self.tell_each, hard=hard)

    def tell_each(self, what: str, now: str, told: Iterable[tuple[Schema, Record, Row]]) -> None:
        """Tell of every record, with the members that the event adds to the documented ones [D]."""
        for schema, record, more in told:
            self._tell(f"record_{what}", record.slug, now, {"recordId": record.id, "data": schema.shown(record.data), **more})

    def tell_lot(self, what: str, now: str, told: Iterable[tuple[Schema, Record, Row]]) -> None:
        """Tell of all records of one structure together: their ids, and how many they are [D]."""
        for slug, group in groupby(
            sorted((record.slug, place, record.id) for place, (_, record, _) in enumerate(told)), lambda row: row[0]
        ):
            ids = [id_ for _, _, id_ in group]
            self._tell(f"records_bulk_{what}", slug, now, {"recordIds": ids, "count": len(ids)})

    def deleted(self, records: Sequence[tuple[Record, Schema]], now: str, tell: _Tell, *, hard: bool) -> None:
        """Delete records and tell of them; of what goes or changes with them is told one by one [I]."""
        schemas = {record.slug: schema for record, schema in records}
        first = [record for record, _ in records]
        gone, cleared = self.dropped(first, now, hard=hard)
        own = {record.id for record in first}
        for record in (*gone, *(before for before, _ in cleared)):
            if record.slug not in schemas:
                schemas[record.slug] = self.schema(record.slug)
        more = {"hardDelete": hard}
        tell("deleted", now, [(schemas[record.slug], record, more) for record in first])
        self.tell_each("deleted", now, [(schemas[record.slug], record, more) for record in gone if record.id not in own])
        self.tell_each("updated", now, [told_change(schemas[after.slug], before, after) for before, after in cleared])

    def _tell(self, event: str, slug: str, now: str, more: Row) -> None:
        self.emit(event, {"event": event, "workspaceSlug": self.workspace, "recordSlug": slug, **more, "timestamp": now})

    def _created(self, slug: str, items: Sequence[Row], tell: _Tell) -> list[Row]:
        with self.store.part():
            _refuse_many(items)
            now, schema = self.now(), self.schema(slug)
            expires = self.expiry(schema, None, None)
            records = self.made(schema, [Draft(item, None, expires) for item in items], now, many=True)
            tell("created", now, [(schema, record, {}) for record in records])
            return [self.shown(schema, record) for record in records]

    def _updated(self, changes: Sequence[tuple[str, Row]], tell: _Tell) -> list[Row]:
        with self.store.part():
            _refuse_many(changes)
            sent = dict(changes)
            if len(sent) < len(changes):
                raise Refused(400, "A record is there twice", [("records", "must not name a record twice")])
            now = self.now()
            found = self.found(sent, now)
            shown, told = {}, []
            for slug in dict.fromkeys(record.slug for record, _ in found):
                group = [(record, schema) for record, schema in found if record.slug == slug]
                schema = group[0][1]
                edits = [Edit(r, schema.merged(r.data, sent[r.id]), frozenset(sent[r.id])) for r, _ in group]
                for (before, _), after in zip(group, self.changed(schema, edits, now, many=True), strict=True):
                    shown[after.id] = self.shown(schema, after)
                    told.append(told_change(schema, before, after))
            tell("updated", now, told)
            return [shown[id_] for id_ in sent]

    def _deleted(self, ids: Sequence[str], tell: _Tell, *, hard: bool) -> None:
        with self.store.part():
            _refuse_many(ids)
            now = self.now()
            self.deleted(self.found(ids, now, deleted=hard), now, tell, hard=hard)


if TYPE_CHECKING:
    _Tell = Callable[[str, str, Iterable[tuple[Schema, Record, Row]]], None]


def told_change(schema: Schema, before: Record, after: Record) -> tuple[Schema, Record, Row]:
    """A changed record and what its event adds: the data before and after; `data` is the latter [I]."""
    return schema, after, {"before": schema.shown(before.data), "after": schema.shown(after.data)}


def _refuse_many(items: Sequence[object]) -> None:
    if len(items) > MOST:
        raise Refused(400, f"Maximum {MOST:,} records per bulk operation")
