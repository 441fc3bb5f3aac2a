"""How records come to be, change and go, many at a time: everything is checked first, and what is broken undoes the whole step.

Events are not its business; see `records`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from centrali_deploy.local import moments
from centrali_deploy.local.dependents import consequences
from centrali_deploy.local.record_rows import Record, RecordRows, compact
from centrali_deploy.local.refusing import Refused, refuse_fields
from centrali_deploy.local.schema import Schema
from centrali_deploy.local.value_rules import is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from centrali_deploy.local.store import Row, Store

_LARGEST = 1024 * 1024
"""Bytes of one record's data [D]."""


def _silent(_event: str, _payload: dict[str, Any]) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be. `expires_at` as text in the API's form, None for never."""

    data: Row
    metadata: Row | None = None
    expires_at: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A record and the data it is to have; `sent` names the fields that somebody meant to change."""

    record: Record
    data: Row
    sent: frozenset[str]
    metadata: Row | None = None
    expires_at: str | None = None


@dataclass(frozen=True, slots=True)
class Keeping:
    """The records of one workspace. `clock` gives Unix seconds, `ids` new ids, `actor` who asks, `emit` takes event and payload."""

    store: Store
    workspace: str
    clock: Callable[[], float]
    ids: Callable[[], str]
    actor: str
    emit: Callable[[str, dict[str, Any]], None] = _silent

    @property
    def rows(self) -> RecordRows:
        """Where they are stored."""
        return RecordRows(self.store, self.workspace)

    def now(self) -> str:
        """This moment, in the API's form."""
        return moments.written(self.clock())

    def schema(self, slug: str) -> Schema:
        """The structure of this slug. Refuses with 404."""
        row = self.store.named(self.workspace, "structure", slug)
        if row is None:
            raise Refused(404, f"Structure '{slug}' not found")
        return Schema.of(row)

    def slug(self, structure: str) -> str:
        """The slug of the structure of this id, or of this slug. Refuses with 404."""
        row = self.store.get(self.workspace, "structure", structure) or self.store.named(self.workspace, "structure", structure)
        if row is None:
            raise Refused(404, f"Structure '{structure}' not found")
        return str(row["recordSlug"])

    def present(self, ids: Iterable[str], now: str, *, deleted: bool = False) -> dict[str, tuple[Record, Schema]]:
        """Those of these records that are there, by id, in this order, with what they are; not those of a deleted structure."""
        wanted = list(dict.fromkeys(ids))
        by_id = self.rows.find(wanted, now, deleted=deleted)
        schemas = {slug: self.store.named(self.workspace, "structure", slug) for slug in {record.slug for record in by_id.values()}}
        known = {slug: Schema.of(row) for slug, row in schemas.items() if row is not None}
        there = [by_id[id_] for id_ in wanted if id_ in by_id]
        return {record.id: (record, known[record.slug]) for record in there if record.slug in known}

    def found(self, id_: str, now: str, *, deleted: bool = False) -> tuple[Record, Schema]:
        """A record with what it is. Refuses with 404."""
        return all_of([id_], self.present([id_], now, deleted=deleted))[0]

    def made(self, schema: Schema, drafts: Sequence[Draft], now: str, *, many: bool) -> list[Record]:
        """Keep new records; `many` names the place of each in what is refused."""
        records = [
            Record(schema.slug, self.ids(), schema.id, schema.new(draft.data), draft.metadata, 1, now, now, self.actor, self.actor,
                   draft.expires_at)
            for draft in drafts
        ]  # fmt: skip
        places = _places(records, many=many)
        refuse_fields([(places[record.id] + field, message) for record in records for field, message in schema.wrong(record.data)])
        self._refuse_dangling(schema, records, places, now, None)
        self._refuse_large(records)
        self.rows.add(records)
        self._refuse_shared(schema, records, places, now, None)
        return records

    def changed(self, schema: Schema, edits: Sequence[Edit], now: str, *, many: bool) -> list[Record]:
        """Keep records of one structure with other data. Only fields that were sent are checked for references and uniqueness."""
        records = [
            replace(edit.record, data=edit.data, version=edit.record.version + 1, updated_at=now, updated_by=self.actor,
                    metadata=edit.record.metadata if edit.metadata is None else edit.metadata,
                    expires_at=edit.expires_at or edit.record.expires_at)
            for edit in edits
        ]  # fmt: skip
        places, sent = _places(records, many=many), {edit.record.id: edit.sent for edit in edits}
        wrong = [
            (places[e.record.id] + at, said)
            for e in edits
            for at, said in (*schema.changed(e.record.data, e.data), *schema.wrong(e.data, e.sent))
        ]
        refuse_fields(wrong)
        self._refuse_dangling(schema, records, places, now, sent)
        self._refuse_large(records)
        self.rows.put(records)
        self._refuse_shared(schema, records, places, now, sent)
        return records

    def dropped(self, records: Sequence[Record], now: str, *, hard: bool) -> tuple[list[Record], list[tuple[Record, Record]]]:
        """Delete records and whatever goes with them; also what was cleared by that, before and after."""
        schemas = [Schema.of(row) for row in self.store.all(self.workspace, "structure")]
        gone, cleared = consequences(self.rows, schemas, records, now)
        after = [replace(record, data=data, version=record.version + 1, updated_at=now, updated_by=self.actor) for record, data in cleared]
        self.rows.put(after)
        if hard:
            self.rows.remove([record.id for record in gone])
        else:
            self.rows.put([replace(record, deleted_at=now, updated_at=now, updated_by=self.actor) for record in gone])
        return gone, [(record, kept) for (record, _), kept in zip(cleared, after, strict=True)]

    def expiry(self, schema: Schema, ttl_seconds: float | None, expires_at: str | None) -> str | None:
        """When a record expires; a date wins over a time to live, and that over the structure's own [D]."""
        if expires_at is not None:
            found = moments.read(expires_at)
            if found is None or found <= self.now():
                raise Refused(400, "expiresAt must be a date to come", [("expiresAt", "must be a date to come, in ISO 8601")])
            return found
        seconds = schema.ttl_seconds if ttl_seconds is None else ttl_seconds
        if seconds is None:
            return None
        try:
            if is_number(seconds) and seconds > 0:
                return moments.written(self.clock() + seconds)
        except (ValueError, OverflowError) as error:
            raise Refused(400, "ttlSeconds is too large", [("ttlSeconds", "is too large")]) from error
        raise Refused(400, "ttlSeconds must be a positive number", [("ttlSeconds", "must be a positive number")])

    def shown(self, schema: Schema, record: Record) -> Row:
        """A record as the API shows it: both words for its structure [I], secrets masked."""
        row: Row = {
            "id": record.id,
            "structureId": record.structure,
            "collectionId": record.structure,
            "workspaceSlug": self.workspace,
            "recordSlug": record.slug,
            "data": schema.shown(record.data),
            "metadata": record.metadata,
            "version": record.version,
            "createdAt": record.created_at,
            "updatedAt": record.updated_at,
            "createdBy": record.created_by,
            "updatedBy": record.updated_by,
        }
        if record.expires_at is not None:
            row["expiresAt"] = record.expires_at
        return row if record.deleted_at is None else {**row, "isDeleted": True, "deletedAt": record.deleted_at}

    def _refuse_large(self, records: Iterable[Record]) -> None:
        """Too much of it, or a character that the database of the API cannot hold [I]."""
        for record in records:
            text = compact(record.data)
            if len(text) > _LARGEST or (len(text) > _LARGEST // 4 and len(text.encode()) > _LARGEST):
                raise Refused(413, "Record is larger than 1 MB")
            if "\\u0000" in text and _holds_null_character(record.data):
                raise Refused(400, "A text holds the character U+0000", [("data", "must not hold the character U+0000")])

    def _refuse_dangling(
        self, schema: Schema, records: Sequence[Record], places: Mapping[str, str], now: str, sent: Mapping[str, frozenset[str]] | None
    ) -> None:
        wrong = []
        for field, target in schema.relations().items() if schema.checks else ():
            ids = {record.id: _texts(record.data.get(field)) for record in records if sent is None or field in sent[record.id]}
            missing = self.rows.missing(target, now, {id_ for many in ids.values() for id_ in many})
            wrong += [
                (places[own] + field, f"Referenced record '{id_}' not found in '{target}'")
                for own, many in ids.items()
                for id_ in many
                if id_ in missing
            ]
        if wrong:
            raise Refused(400, "Reference validation failed", wrong)

    def _refuse_shared(
        self, schema: Schema, records: Sequence[Record], places: Mapping[str, str], now: str, sent: Mapping[str, frozenset[str]] | None
    ) -> None:
        """Done after writing, so that records written together are compared with each other; whoever calls undoes them."""
        wrong = []
        for field in schema.unique():
            values = {r.id: r.data[field] for r in records if r.data.get(field) is not None and (sent is None or field in sent[r.id])}
            shared = self.rows.shared(schema.slug, field, now, values) if values else {}
            wrong += [(places[id_] + field, f"must be unique: {compact(values[id_])[:100]} is taken") for id_ in values if id_ in shared]
        if wrong:
            raise Refused(409, "; ".join(f"{field}: {message}" for field, message in wrong), wrong)


def all_of(ids: Iterable[str], present: Mapping[str, tuple[Record, Schema]]) -> list[tuple[Record, Schema]]:
    """Records by id, each once. Refuses with 404 when one of them is not there."""
    for id_ in ids:
        if id_ not in present:
            raise Refused(404, f"Record '{id_}' not found")
    return [present[id_] for id_ in dict.fromkeys(ids)]


def _places(records: Sequence[Record], *, many: bool) -> dict[str, str]:
    return {record.id: f"records[{index}]." if many else "" for index, record in enumerate(records)}


def _texts(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _holds_null_character(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_null_character(part) for part in (*value, *value.values()))
    if isinstance(value, list):
        return any(map(_holds_null_character, value))
    return isinstance(value, str) and "\0" in value
