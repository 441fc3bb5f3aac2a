"""What deleting records does to those that refer to them: it is refused, or clears the field, or deletes them, too.

The three words of `onDelete` are documented for references [D]; `restrict` as the one meant when none is written is inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from centrali_deploy.local.record_rows import Record, RecordRows
    from centrali_deploy.local.schema import Schema
    from centrali_deploy.local.store import Row

_Tie = tuple["Schema", str, "Record"]


def consequences(
    rows: RecordRows, schemas: Iterable[Schema], first: Sequence[Record], now: str
) -> tuple[list[Record], list[tuple[Record, Row]]]:
    """Everything that goes when `first` goes, and what stays with which data. Refuses with 409 when a reference forbids it."""
    known = [schema for schema in schemas if schema.checks]
    gone = {record.id: record for record in first}
    staying: list[_Tie] = []
    wave = list(first)
    while wave:
        following: dict[str, Record] = {}
        for tie in _ties(rows, known, wave, now):
            schema, field, record = tie
            if schema.on_delete(field) == "cascade":
                following.setdefault(record.id, record)
            else:
                staying.append(tie)
        wave = [record for id_, record in following.items() if id_ not in gone]
        gone.update((record.id, record) for record in wave)
    return list(gone.values()), _cleared([tie for tie in staying if tie[2].id not in gone], set(gone))


def _ties(rows: RecordRows, schemas: Iterable[Schema], wave: Sequence[Record], now: str) -> Iterator[_Tie]:
    """Every active record that refers to one of these, once for each field."""
    for schema in schemas:
        for field, target in schema.relations().items():
            ids = [record.id for record in wave if record.slug == target]
            if ids:
                yield from ((schema, field, record) for record in rows.referring(schema.slug, field, now, ids))


def _cleared(ties: Sequence[_Tie], gone: set[str]) -> list[tuple[Record, Row]]:
    holding = [(schema, field, record) for schema, field, record in ties if schema.on_delete(field) != "set_null"]
    if holding:
        schema, field, record = holding[0]
        raise Refused(
            409, f"Record is referred to by record '{record.id}' of '{schema.slug}'", [(f"{schema.slug}.{field}", "refers to it")]
        )
    found: dict[str, tuple[Record, Row]] = {}
    for schema, field, record in ties:
        _, data = found.get(record.id, (record, record.data))
        found[record.id] = (record, schema.without(data, field, gone))
    return list(found.values())
