"""The records of a local workspace: made, read, searched, changed, deleted, brought back; each change is told as an event.

Every method takes and gives plain JSON, raises `Refused`, and is undone as a whole when it does: then that is told, in a
transaction of its own, where it would otherwise have been told in the one that makes it true.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from centrali_deploy.local import dialects
from centrali_deploy.local.expanding import Expanding
from centrali_deploy.local.keeping import Draft, Edit
from centrali_deploy.local.lots import Lots
from centrali_deploy.local.queries import query, selected
from centrali_deploy.local.record_rows import is_plain
from centrali_deploy.local.refusing import Refused
from centrali_deploy.local.schema import Schema
from centrali_deploy.local.telling import Tried, told_change
from centrali_deploy.local.value_rules import is_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from centrali_deploy.local.store import Row


class Records(Lots):
    """The records of one workspace, as whoever `actor` is sees and changes them."""

    __slots__ = ()

    def create(
        self, slug: str, data: Row, *, ttl_seconds: float | None = None, expires_at: str | None = None, metadata: Row | None = None
    ) -> Row:
        """Keep a new record; it lives until `expires_at`, or for `ttl_seconds`, or as long as its structure says [D]."""
        with self.step() as tried:
            schema = self.schema(slug)
            tried.append(Tried("created", schema, None, data, {}))
            return self._new(schema, Draft(data, metadata, self.expiry(schema, ttl_seconds, expires_at)))

    def get(self, id_: str, expand: Iterable[str] = ()) -> Row:
        """One record, with what these references lead to."""
        with self.store.part():
            now = self.now()
            record, schema = self.found(id_, now)
            (shown,) = Expanding(self.rows, self.schema, now).expanded([self.shown(schema, record)], schema, expand)
            return shown

    def slug_of(self, id_: str, *, deleted: bool = False) -> str:
        """The slug of the structure that a record belongs to."""
        record, _ = self.found(id_, self.now(), deleted=deleted)
        return record.slug

    def listed(self, slug: str, parameters: Mapping[str, str]) -> Row:
        """One page of records, by the flat parameters of a list: `{data, meta: {page, pageSize, total?}}`."""
        schema = self.schema(slug)
        definition = dialects.from_flat(parameters, schema)
        found, total = self._searched(schema, definition)
        return {"data": found, "meta": {**dialects.page_of(definition), **({} if total is None else {"total": total})}}

    def query(self, definition: Row) -> Row:
        """One page of records, by a canonical query: `{data, meta: {limit, offset, total?}}`."""
        slug = definition.get("resource")
        if not isinstance(slug, str):
            raise Refused(400, "resource: is required", [("resource", "must be the slug of a structure")])
        schema = self.schema(slug)
        asked = query(definition, schema)
        found, total = self._searched(schema, definition)
        meta = {"limit": asked.limit, "offset": asked.offset}
        return {"data": found, "meta": meta if total is None else {**meta, "total": total}}

    def queried(self, slug: str, options: Row) -> Row:
        """What a function's query finds: `{items, total}` for the older options [T], `{data, meta}` for the canonical ones [D]."""
        if not dialects.is_older(options):
            return self.query({**options, "resource": slug})
        found, total = self._searched(self.schema(slug), {**dialects.from_options(options), "includeTotal": True})
        return {"items": found, "total": total}

    def update(
        self, id_: str, data: Row, *, ttl_seconds: float | None = None, expires_at: str | None = None, metadata: Row | None = None
    ) -> Row:
        """Merge into a record's data [T]; a new time to live replaces the old one [I]."""
        with self.step() as tried:
            record, schema = self.found(id_, self.now())
            tried.append(Tried("updated", schema, id_, data, {}))
            expires = None if ttl_seconds is None and expires_at is None else self.expiry(schema, ttl_seconds, expires_at)
            return self._changed(schema, Edit(record, schema.merged(record.data, data), frozenset(data), metadata, expires))

    def delete(self, id_: str, *, hard: bool = False) -> None:
        """Delete a record so that it can be restored, or for good; references to it are honoured."""
        self._deleted([id_], hard=hard, lot=False)

    def restore(self, id_: str) -> Row:
        """Bring a deleted record back. Refuses with 409 one that is not deleted, or whose unique values are taken."""
        with self.store.part():
            now = self.now()
            record, schema = self.found(id_, now, deleted=True)
            if record.deleted_at is None:
                raise Refused(409, "Record is not deleted")
            edit = Edit(replace(record, deleted_at=None), record.data, frozenset(record.data))
            (after,) = self.changed(schema, [edit], now, many=False)
            self.tell("restored", now, [(schema, after, {})])
            return self.shown(schema, after)

    def upsert(self, slug: str, match: Row, data: Row) -> Row:
        """Change the oldest active record with the values of `match`, or make one: `{data, operation}` [D]."""
        fields = {name.removeprefix("data."): value for name, value in match.items()}
        if not fields or not all(map(is_plain, fields)):
            raise Refused(400, "match: must name fields", [("match", "must name fields of the data")])
        with self.step() as tried:
            schema = self.schema(slug)
            record = self.rows.matching(slug, self.now(), fields)
            if record is None:
                tried.append(Tried("created", schema, None, {**fields, **data}, {}))
                draft = Draft({**fields, **data}, None, self.expiry(schema, None, None))
                return {"data": self._new(schema, draft), "operation": "created"}
            tried.append(Tried("updated", schema, record.id, data, {}))
            edit = Edit(record, schema.merged(record.data, data), frozenset(data))
            return {"data": self._changed(schema, edit), "operation": "updated"}

    def increment(self, id_: str, field: str, by: float) -> Row:
        """Add to a number in a record's data; what is missing counts as 0 [I]."""
        with self.step() as tried:
            record, schema = self.found(id_, self.now())
            name = field.removeprefix("data.")
            tried.append(Tried("updated", schema, id_, {name: by}, {}))
            value = record.data.get(name)
            if not is_number(by) or not (value is None or is_number(value)):
                raise Refused(400, f"{name}: must be a number", [(name, "must be a number")])
            return self._changed(schema, Edit(record, {**record.data, name: (value or 0) + by}, frozenset([name])))

    def versions(self, id_: str) -> list[Row]:
        """Every version of a record's data, oldest first, the present one included: version, data, updatedAt, updatedBy [I]."""
        record, schema = self.found(id_, self.now())
        present = {"version": record.version, "data": record.data, "updatedAt": record.updated_at, "updatedBy": record.updated_by}
        return [{**row, "data": schema.shown(row["data"])} for row in (*self.rows.versions(id_), present)]

    def revert(self, id_: str, version: int) -> Row:
        """Give a record the data of an earlier version, as a new version. Refuses with 404 a version there is not."""
        with self.store.part():
            now = self.now()
            record, schema = self.found(id_, now)
            data = next((row["data"] for row in self.rows.versions(id_) if row["version"] == version), None)
            if data is None:
                raise Refused(404, f"Record has no earlier version {version}", [("version", "does not exist")])
            (after,) = self.changed(schema, [Edit(record, data, frozenset(data))], now, many=False)
            self.tell("reverted", now, [told_change(schema, record, after)])
            return self.shown(schema, after)

    def expire(self) -> int:
        """Forget the records whose time is over and tell of each; how many they were. References to them stay as they are [I]."""
        with self.store.part():
            now = self.now()
            over = self.rows.expired(now)
            structures = {slug: self.store.named(self.workspace, "structure", slug, deleted=True) for slug in {r.slug for r in over}}
            known = {slug: Schema.of(row) for slug, row in structures.items() if row is not None}
            self.rows.remove([record.id for record in over])
            self.tell("expired", now, [(known[record.slug], record, {}) for record in over if record.slug in known])
            return len(over)

    def _new(self, schema: Schema, draft: Draft) -> Row:
        now = self.now()
        (record,) = self.made(schema, [draft], now, many=False)
        self.tell("created", now, [(schema, record, {})])
        return self.shown(schema, record)

    def _changed(self, schema: Schema, edit: Edit) -> Row:
        now = self.now()
        (after,) = self.changed(schema, [edit], now, many=False)
        self.tell("updated", now, [told_change(schema, edit.record, after)])
        return self.shown(schema, after)

    def _searched(self, schema: Schema, definition: Row) -> tuple[list[Row], int | None]:
        """A page of shown records, and how many there are in all when that was asked."""
        asked, now = query(definition, schema), self.now()
        with self.store.part():
            found = self.rows.page(schema.slug, now, asked.condition, asked.order, (asked.limit, asked.offset), deleted=asked.archived)
            all_shown = [self.shown(schema, record) for record in found]
            shown = Expanding(self.rows, self.schema, now).expanded(all_shown, schema, asked.include)
            total = self.rows.count(schema.slug, now, asked.condition, deleted=asked.archived) if asked.total else None
        return shown if asked.fields is None else [selected(record, asked.fields) for record in shown], total
