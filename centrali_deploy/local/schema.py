"""What a structure says of its records' data: what is required, filled in, kept as it was, refused, and shown as a mask.

A strict structure refuses unknown fields, an auto-evolving one takes them, a schemaless one takes anything [D].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.local import value_rules
from centrali_deploy.wire import MASK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from centrali_deploy.local.store import Row

    Wrong = Iterator[tuple[str, str]]

_DEPTH = 8
"""How deep inside a property secrets are looked for."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The structure of some records, made ready for checking many of them. `fields`: its properties by name."""

    id: str
    slug: str
    mode: str
    fields: dict[str, Row]
    secret: frozenset[str]
    """Fields that are secret, or have something secret inside."""
    search_field: str | None
    ttl_seconds: int | None

    @classmethod
    def of(cls, structure: Row) -> Schema:
        """Read a structure as it is stored."""
        fields = {item["name"]: item for item in structure["properties"]}
        secret = frozenset(name for name, item in fields.items() if _holds_secret(item, _DEPTH))
        search = structure.get("defaultSearchField")
        return cls(
            structure["id"],
            structure["recordSlug"],
            structure["schemaDiscoveryMode"],
            fields,
            secret,
            search if isinstance(search, str) else None,
            structure.get("defaultTtlSeconds"),
        )

    @property
    def checks(self) -> bool:
        """Whether data is checked at all."""
        return self.mode != "schemaless"

    def unique(self) -> list[str]:
        """Fields whose values may be there only once."""
        return [name for name, item in self.fields.items() if self.checks and item.get("isUnique") is True]

    def new(self, data: Row) -> Row:
        """The data of a new record: defaults filled in (on create only [I]), masks left out, as nothing stands behind them."""
        filled = {name: item["default"] for name, item in self.fields.items() if self.checks and item.get("default") is not None}
        return {**filled, **{name: self._unmasked(name, value, None) for name, value in data.items() if not self._is_mask(name, value)}}

    def merged(self, stored: Row, sent: Row) -> Row:
        """Stored data with what was sent put in; null clears an optional field that cannot be null [I]."""
        kept = {name: self._unmasked(name, value, stored.get(name)) for name, value in sent.items() if not self._is_mask(name, value)}
        cleared = {name for name, value in kept.items() if value is None and self._clears(name)}
        return {name: value for name, value in {**stored, **kept}.items() if name not in cleared}

    def wrong(self, data: Row, sent: Collection[str] | None = None) -> Wrong:
        """What is wrong with the whole data of a record, as (field, message) pairs.

        `sent`: the fields that an update sends; of others, those that were declared once are no mistake of it [I].
        """
        if not self.checks:
            return
        strict = self.mode == "strict"
        for name, item in self.fields.items():
            if name in data:
                yield from value_rules.wrong(item, data[name], name, strict=strict)
            elif item.get("required") is True:
                yield name, "is required"
        for name in data if strict else ():
            if name not in self.fields and (sent is None or name in sent):
                yield name, "is not a property"

    def changed(self, stored: Row, merged: Row) -> Wrong:
        """Which fields that must stay as they were would change [S for the option, I for the refusal]."""
        for name, item in self.fields.items():
            if self.checks and item.get("immutable") is True and name in stored and merged.get(name) != stored[name]:
                yield name, "cannot be changed"

    def relations(self) -> dict[str, str]:
        """For every field that refers to a record, or to a list of them, the slug of that record's structure."""
        found = {}
        for name, item in self.fields.items():
            holder = item["items"] if item.get("type") == "array" and isinstance(item.get("items"), dict) else item
            if holder.get("type") == "reference" and isinstance(holder.get("target"), str):
                found[name] = holder["target"]
        return found

    def on_delete(self, name: str) -> str:
        """What deleting the record that a field refers to does; clearing a field that must be there is refused [I]."""
        item = self.fields[name]
        rule = item.get("onDelete") or "restrict"
        listed = item.get("isArray") is True or item.get("type") == "array"
        return "restrict" if rule == "set_null" and item.get("required") is True and not listed else str(rule)

    def without(self, data: Row, name: str, gone: set[str]) -> Row:
        """Data in which a field no longer refers to any of these records."""
        if isinstance(data[name], list):
            return {**data, name: [id_ for id_ in data[name] if id_ not in gone]}
        return self.merged(data, {name: None})

    def shown(self, data: Row) -> Row:
        """Data with a mask of eight asterisks for every secret [D]."""
        if not self.secret:
            return data
        return {name: _masked(self.fields[name], value) if name in self.secret else value for name, value in data.items()}

    def _clears(self, name: str) -> bool:
        item = self.fields.get(name)
        return self.checks and item is not None and item.get("nullable") is not True and item.get("required") is not True

    def _is_mask(self, name: str, value: object) -> bool:
        return value == MASK and name in self.secret and self.fields[name].get("isSecret") is True

    def _unmasked(self, name: str, value: Any, stored: Any) -> Any:  # noqa: ANN401 -- any JSON value
        return _unmasked(self.fields[name], value, stored) if name in self.secret else value


def _parts(item: Row) -> dict[str, Row]:
    return value_rules.nested(item) if item.get("type") == "object" else {}


def _holds_secret(item: Row, depth: int) -> bool:
    if item.get("isSecret") is True:
        return True
    inside = [*_parts(item).values(), *([item["items"]] if isinstance(item.get("items"), dict) else [])]
    return depth > 0 and any(_holds_secret(part, depth - 1) for part in inside)


def _masked(item: Row, value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if item.get("isSecret") is True:
        return None if value is None else MASK
    if isinstance(value, dict):
        parts = _parts(item)
        return {name: _masked(parts[name], inside) if name in parts else inside for name, inside in value.items()}
    if isinstance(value, list) and isinstance(item.get("items"), dict):
        return [_masked(item["items"], inside) for inside in value]
    return value


def _unmasked(item: Row, value: Any, stored: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A value as it is stored: where a mask was sent, what is stored already; items of lists are matched by their place."""
    if item.get("isSecret") is True:
        return stored if value == MASK else value
    if isinstance(value, dict):
        parts, old = _parts(item), stored if isinstance(stored, dict) else {}
        return {name: _unmasked(parts[name], inside, old.get(name)) if name in parts else inside for name, inside in value.items()}
    if isinstance(value, list) and isinstance(item.get("items"), dict):
        known = stored if isinstance(stored, list) else []
        return [_unmasked(item["items"], inside, known[place] if place < len(known) else None) for place, inside in enumerate(value)]
    return value
