"""What is the same for every kind in the local workspace: list, get, create, merge, set a state, delete, restore.

Updates merge top-level members and replace what is inside them [D for structures, inferred elsewhere].
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.local import moments
from centrali_deploy.local.masking import kept, shown
from centrali_deploy.local.refusing import Refused, refuse_fields
from centrali_deploy.wire import list_body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from centrali_deploy.local.services import Service
    from centrali_deploy.local.store import Row, Store

_PAGE = 20
_SORTS = ("createdAt", "updatedAt", "name", "slug", "recordSlug", "status")


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of one kind in one workspace. `clock` gives Unix seconds, `ids` new ids, `actor` who asks.

    `brief`: lists leave out whatever they may leave out.
    """

    store: Store
    service: Service
    workspace: str
    clock: Callable[[], float]
    ids: Callable[[], str]
    page_cap: int
    actor: str
    brief: bool

    def listed(self, query: Mapping[str, str]) -> dict[str, Any]:
        """One page; filters that name a member are honoured, and so is an order by a member that holds text."""
        rows = self.store.all(self.workspace, self.service.kind.name)
        for member in ("functionId", "executionType", "status"):
            if member in query:
                rows = [row for row in rows if row.get(member) == query[member]]
        sort = query.get("sort") if query.get("sort") in _SORTS else "createdAt"
        rows.sort(key=lambda row: str(row.get(str(sort)) or ""))
        if query.get("order", self.service.order) == "desc":
            rows.reverse()
        number = positive(query.get("page"), 1)
        size = min(positive(query.get("pageSize") or query.get("limit"), _PAGE), self.page_cap)
        part = rows[(number - 1) * size : number * size]
        hidden = {self.service.hides, self.service.kind.listed_without if self.brief else None}
        items = [{member: value for member, value in self.answer(row).items() if member not in hidden} for row in part]
        if query.get("includeHealth") == "true":
            items = [{**item, "health": {"status": "unknown", "totalRuns": 0, "failedRuns": 0}} for item in items]
        return list_body(items, number, size, len(rows))

    def found(self, id_: str) -> Row:
        """The stored object of this id or, where names are slugs, of this name. Refuses with 404."""
        kind = self.service.kind
        row = self.store.get(self.workspace, kind.name, id_)
        if row is None and kind.slug:
            row = self.store.named(self.workspace, kind.name, id_)
        if row is None:
            raise Refused(404, f"{kind.name.capitalize()} not found")
        return row

    def created(self, body: Row) -> Row:
        """Keep a new resource and answer it."""
        kind = self.service.kind
        row = {**self.service.fills, **self._known(body), **self.service.at_creation}
        refuse_fields(list(self.service.rules(row)))
        self._refuse_taken(row[kind.identity], None)
        now = self._now()
        owned = {"id": self.service.prefix + self.ids(), "workspaceSlug": self.workspace, "version": 1}
        row = {**owned, **row, "createdBy": self.actor, "updatedBy": self.actor, "createdAt": now, "updatedAt": now}
        self.service.fits(self.store, self.workspace, row)
        self.store.add(self.workspace, kind.name, row[kind.identity], row)
        return self.answer(row)

    def checked(self, body: Row) -> Row:
        """What would be wrong with a create; nothing is kept."""
        wrong = list(self.service.rules({**self.service.fills, **self._known(body)}))
        return {"valid": not wrong, "errors": [{"field": member, "message": message} for member, message in wrong]}

    def updated(self, id_: str, body: Row) -> Row:
        """Merge what was sent into a resource and answer it."""
        row = self.found(id_)
        sent = {member: value for member, value in self.service.understood(body).items() if member in self.service.keeps}
        for member in self.service.fixed:
            if sent.get(member) not in (None, row[member]):
                raise Refused(400, f"{member} cannot be changed", [(member, "cannot be changed")])
        merged = {**row, **{member: kept(value, row.get(member)) for member, value in sent.items() if member not in self.service.fixed}}
        for member, otherwise in self.service.fills.items():
            if merged.get(member) is None:
                merged[member] = otherwise
        return self._put(row, merged)

    def set_state(self, id_: str, call: str) -> Row:
        """Carry out a lifecycle call and answer the resource."""
        row = self.found(id_)
        state = self.service.states[call]
        return self._put(row, {**row, **state}, fits=state != self.service.stopped)

    def deleted(self, id_: str, *, hard: bool) -> None:
        """Delete a resource; a structure keeps its slug until it is deleted hard [I]."""
        kind = self.service.kind
        row = self.store.get(self.workspace, kind.name, id_, deleted=True) if hard else None
        row = row or self.found(id_)
        self.service.free(self.store, self.workspace, row)
        if self.service.soft and not hard:
            self.store.put(self.workspace, kind.name, row[kind.identity], {**row, "isDeleted": True, "deletedAt": self._now()})
        else:
            self.store.remove(self.workspace, kind.name, row["id"])
            self.service.gone(self.store, self.workspace, row)

    def restored(self, id_: str) -> Row:
        """Bring a deleted structure back."""
        row = self.store.get(self.workspace, self.service.kind.name, id_, deleted=True)
        if row is None:
            raise Refused(404, f"{self.service.kind.name.capitalize()} not found")
        return self._put(row, {member: value for member, value in row.items() if member not in {"isDeleted", "deletedAt"}})

    def answer(self, row: Row) -> Row:
        """A resource as the API shows it."""
        return self.service.adds(shown(row))

    def _put(self, before: Row, row: Row, *, fits: bool = True) -> Row:
        identity = self.service.kind.identity
        refuse_fields(list(self.service.rules(row)))
        if row[identity] != before[identity]:
            self._refuse_taken(row[identity], row["id"])
        if fits:
            self.service.fits(self.store, self.workspace, row)
        row = {**row, "version": row["version"] + 1, "updatedAt": self._now(), "updatedBy": self.actor}
        self.store.put(self.workspace, self.service.kind.name, row[identity], row)
        return self.answer(row)

    def _known(self, body: Row) -> Row:
        sent = self.service.completed(self.service.understood(body))
        return {member: value for member, value in sent.items() if member in self.service.keeps and value is not None}

    def _refuse_taken(self, name: str, own: str | None) -> None:
        kind = self.service.kind
        other = self.store.named(self.workspace, kind.name, name, deleted=True)
        if other is not None and other["id"] != own:
            hint = ": it is deleted; restore it, or delete it hard" if other.get("isDeleted") else ""
            raise Refused(
                409, f"{kind.name.capitalize()} with {kind.identity} '{name}' already exists{hint}", [(kind.identity, "is taken")]
            )

    def _now(self) -> str:
        return moments.written(self.clock())


def positive(text: str | None, otherwise: int) -> int:
    """A number from a query, at least 1; `otherwise` when it is none."""
    found = int(text) if text and re.fullmatch("[0-9]{1,9}", text) else 0
    return found if found > 0 else otherwise
