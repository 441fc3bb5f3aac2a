"""Records that others refer to, put beside the reference: `data._expanded.<field>` is `{id, data}`, or a list of them [S]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from centrali_deploy.local.record_rows import RecordRows
    from centrali_deploy.local.schema import Schema
    from centrali_deploy.local.store import Row

_LEVELS = 3
"""How far references are followed [S]."""


@dataclass(frozen=True, slots=True)
class Expanding:
    """Where to look for what records refer to, and at which moment; `schemas` finds a structure by its slug."""

    rows: RecordRows
    schemas: Callable[[str], Schema]
    now: str

    def expanded(self, shown: Sequence[Row], schema: Schema, paths: Iterable[str]) -> list[Row]:
        """Shown records with what they refer to. Refuses with 400 a path that is no reference, or goes too far."""
        found = [{**record, "data": dict(record["data"])} for record in shown]
        for field, deeper in _tree(paths).items():
            target = schema.relations().get(field)
            if target is None:
                raise Refused(400, f"'{field}' is not a reference of '{schema.slug}'", [("expand", f"'{field}' is not a reference")])
            by_id = self._others(target, {id_ for record in found for id_ in _ids(record["data"].get(field))}, deeper)
            for record in found:
                _put(record["data"], field, by_id)
        return found

    def _others(self, target: str, wanted: set[str], deeper: Iterable[str]) -> dict[str, Row]:
        schema = self.schemas(target)
        others = [other for other in self.rows.find(sorted(wanted), self.now).values() if other.slug == target]
        parts = [{"id": other.id, "data": schema.shown(other.data)} for other in others]
        return {part["id"]: part for part in self.expanded(parts, schema, deeper)}


def _put(data: Row, field: str, by_id: dict[str, Row]) -> None:
    value = data.get(field)
    known = [by_id[id_] for id_ in _ids(value) if id_ in by_id]
    data["_expanded"] = {**data.get("_expanded", {}), field: known if isinstance(value, list) else known[0] if known else None}


def _ids(value: Any) -> list[str]:  # noqa: ANN401 -- any JSON value
    return [id_ for id_ in (value if isinstance(value, list) else [value]) if isinstance(id_, str)]


def _tree(paths: Iterable[str]) -> dict[str, list[str]]:
    """`a`, `a.b` and `c` as {a: [b], c: []}."""
    found: dict[str, list[str]] = {}
    for path in paths:
        field, _, deeper = path.partition(".")
        if path.count(".") >= _LEVELS:
            raise Refused(400, f"expand goes at most {_LEVELS} levels deep: '{path}'", [("expand", f"'{path}' goes too deep")])
        found.setdefault(field, []).extend([deeper] if deeper else [])
    return found
