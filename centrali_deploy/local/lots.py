"""Many records at once: bulk calls tell one event for all of them, batch calls one for each [D], and so when they fail.

Both are all or nothing; for batch calls that is inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.local.keeping import Draft, Edit, all_of
from centrali_deploy.local.refusing import Refused
from centrali_deploy.local.telling import Telling, Tried, told_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from centrali_deploy.local.record_rows import Record
    from centrali_deploy.local.schema import Schema
    from centrali_deploy.local.store import Row

MOST = 1000
"""Records in one call [D]."""


class Lots(Telling):
    """What is done to many records in one call."""

    __slots__ = ()

    def bulk_create(self, slug: str, items: Sequence[Row]) -> list[Row]:
        """Keep new records of these data, all or none; tells `records_bulk_created` once."""
        return self._created(slug, items, lot=True)

    def batch_create(self, slug: str, items: Sequence[Row]) -> list[Row]:
        """Keep new records of these data, all or none; tells `record_created` for each."""
        return self._created(slug, items, lot=False)

    def bulk_update(self, changes: Sequence[tuple[str, Row]]) -> list[Row]:
        """Merge data into records, given as (id, data), all or none; tells `records_bulk_updated` once for each structure."""
        return self._updated(changes, lot=True)

    def batch_update(self, changes: Sequence[tuple[str, Row]]) -> list[Row]:
        """Merge data into records, given as (id, data), all or none; tells `record_updated` for each."""
        return self._updated(changes, lot=False)

    def bulk_delete(self, ids: Sequence[str], *, hard: bool = False) -> None:
        """Delete records, all or none; tells `records_bulk_deleted` once for each structure."""
        self._deleted(ids, hard=hard, lot=True)

    def batch_delete(self, ids: Sequence[str], *, hard: bool = False) -> None:
        """Delete records, all or none; tells `record_deleted` for each."""
        self._deleted(ids, hard=hard, lot=False)

    def deleted(self, records: Sequence[tuple[Record, Schema]], now: str, *, hard: bool, lot: bool) -> None:
        """Delete records and tell of them; of what goes or changes with them is told one by one [I]."""
        schemas = {record.slug: schema for record, schema in records}
        first = [record for record, _ in records]
        gone, cleared = self.dropped(first, now, hard=hard)
        own = {record.id for record in first}
        for record in (*gone, *(before for before, _ in cleared)):
            if record.slug not in schemas:
                schemas[record.slug] = self.schema(record.slug)
        more = {"hardDelete": hard}
        self.tell("deleted", now, [(schemas[record.slug], record, more) for record in first], lot=lot)
        self.tell("deleted", now, [(schemas[record.slug], record, more) for record in gone if record.id not in own])
        self.tell("updated", now, [told_change(schemas[after.slug], before, after) for before, after in cleared])

    def _created(self, slug: str, items: Sequence[Row], *, lot: bool) -> list[Row]:
        with self.step(lot=lot) as tried:
            _refuse_many(items)
            now, schema = self.now(), self.schema(slug)
            tried += [Tried("created", schema, None, item, {}) for item in items]
            expires = self.expiry(schema, None, None)
            records = self.made(schema, [Draft(item, None, expires) for item in items], now, many=True)
            self.tell("created", now, [(schema, record, {}) for record in records], lot=lot)
            return [self.shown(schema, record) for record in records]

    def _updated(self, changes: Sequence[tuple[str, Row]], *, lot: bool) -> list[Row]:
        with self.step(lot=lot) as tried:
            _refuse_many(changes)
            sent = dict(changes)
            if len(sent) < len(changes):
                raise Refused(400, "A record is there twice", [("records", "must not name a record twice")])
            now = self.now()
            present = self.present(sent, now)
            tried += [Tried("updated", schema, record.id, sent[record.id], {}) for record, schema in present.values()]
            found = all_of(sent, present)
            shown, told = {}, []
            for slug in dict.fromkeys(record.slug for record, _ in found):
                group = [(record, schema) for record, schema in found if record.slug == slug]
                schema = group[0][1]
                edits = [Edit(r, schema.merged(r.data, sent[r.id]), frozenset(sent[r.id])) for r, _ in group]
                for (before, _), after in zip(group, self.changed(schema, edits, now, many=True), strict=True):
                    shown[after.id] = self.shown(schema, after)
                    told.append(told_change(schema, before, after))
            self.tell("updated", now, told, lot=lot)
            return [shown[id_] for id_ in sent]

    def _deleted(self, ids: Sequence[str], *, hard: bool, lot: bool) -> None:
        with self.step(lot=lot) as tried:
            _refuse_many(ids)
            now = self.now()
            present = self.present(ids, now, deleted=hard)
            tried += [Tried("deleted", schema, record.id, record.data, {"hardDelete": hard}) for record, schema in present.values()]
            self.deleted(all_of(ids, present), now, hard=hard, lot=lot)


def _refuse_many(items: Sequence[object]) -> None:
    if len(items) > MOST:
        raise Refused(400, f"Maximum {MOST:,} records per bulk operation")
