"""What is told of records, as events: the names, the documented members [D], and those that are inferred.

Inferred [I] are `before`, `after` and `hardDelete`; and of what was refused, that there is `error` (the words of the refusal),
that `data` is what was sent, that `recordId` is null when there is no record yet, and that requests which are not understood,
and records that are not there, are told of to nobody.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from centrali_deploy.local.keeping import Keeping
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from centrali_deploy.local.record_rows import Record
    from centrali_deploy.local.schema import Schema
    from centrali_deploy.local.store import Row


class Tried(NamedTuple):
    """What a step is to do with a record: `what` is created, updated or deleted, `data` as it was sent or is; `id` None: it is new."""

    what: str
    schema: Schema
    id: str | None
    data: Row
    more: Row


class Telling(Keeping):
    """Tells of records one by one, or of all of a structure together (`lot`)."""

    __slots__ = ()

    @contextmanager
    def step(self, *, lot: bool = False) -> Iterator[list[Tried]]:
        """A part that is undone as a whole when it is refused; then it is told that what was put in the list has failed [D]."""
        tried: list[Tried] = []
        try:
            with self.store.part():
                yield tried
        except Refused as refused:
            with self.store.part():
                self._tell_failed(tried, self.now(), {"error": refused.message}, lot=lot)
            raise

    def tell(self, what: str, now: str, told: Iterable[tuple[Schema, Record, Row]], *, lot: bool = False) -> None:
        """Tell what happened to records, with the members that the event adds to the documented ones."""
        if lot:
            self._tell_lot(what, now, [(record.slug, record.id) for _, record, _ in told], {})
            return
        for schema, record, more in told:
            self._tell(f"record_{what}", record.slug, now, {"recordId": record.id, "data": schema.shown(record.data), **more})

    def _tell_failed(self, tried: Sequence[Tried], now: str, error: Row, *, lot: bool) -> None:
        if lot:
            for what, group in groupby(tried, lambda each: each.what):
                self._tell_lot(f"{what}_failed", now, [(each.schema.slug, each.id) for each in group], error)
            return
        for what, schema, id_, data, more in tried:
            self._tell(f"record_{what}_failed", schema.slug, now, {"recordId": id_, "data": schema.shown(data), **more, **error})

    def _tell_lot(self, what: str, now: str, told: Iterable[tuple[str, str | None]], more: Row) -> None:
        """Tell of all records of one structure together: their ids, and how many they are [D]."""
        by_slug: dict[str, list[str | None]] = {}
        for slug, id_ in told:
            by_slug.setdefault(slug, []).append(id_)
        for slug, ids in sorted(by_slug.items()):
            known = [id_ for id_ in ids if id_ is not None]
            self._tell(f"records_bulk_{what}", slug, now, {"recordIds": known, "count": len(ids), **more})

    def _tell(self, event: str, slug: str, now: str, more: Row) -> None:
        self.emit(event, {"event": event, "workspaceSlug": self.workspace, "recordSlug": slug, **more, "timestamp": now})


def told_change(schema: Schema, before: Record, after: Record) -> tuple[Schema, Record, Row]:
    """A changed record and what its event adds: the data before and after; `data` is the latter."""
    return schema, after, {"before": schema.shown(before.data), "after": schema.shown(after.data)}
