"""Events made up for functions that are tried: for each type of trigger what it would give, with a record that is really there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from centrali_deploy.errors import UsageProblem
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from centrali_deploy.local.providing import Providing
    from centrali_deploy.local.store import Row

_ACTOR = "sample"
_VALUES: dict[str, Any] = {"number": 1, "boolean": True, "datetime": "2026-01-01T00:00:00.000Z", "array": [], "object": {}}
_FORMATS = {
    "email": "someone@example.com",
    "url": "https://example.com/",
    "uuid": "00000000-0000-4000-a000-000000000000",
    "date": "2026-01-01",
    "datetime": "2026-01-01T00:00:00.000Z",
}
_NONE = object()


@dataclass(frozen=True, slots=True)
class Samples:
    """Makes events up in one workspace."""

    providing: Providing
    workspace: str

    def event(self, trigger: Row | None) -> Any:  # noqa: ANN401 -- any JSON value
        """What a trigger would give its function. Raises UsageProblem when no record can be made up for it."""
        sort = trigger["executionType"] if trigger else "on-demand"
        if trigger and sort == "event-driven":
            return self._of_record(trigger["triggerMetadata"])
        if sort == "http-trigger":
            return {"payload": {}, "headers": {}, "query": {}}
        return {"payload": {}, "method": "POST", "headers": {}, "query": {}} if sort == "endpoint" else {}

    def _of_record(self, metadata: Row) -> Row:
        slug, event = str(metadata["recordSlug"]), str(metadata["event"])
        record = self._record(slug, frozenset())
        runs = self.providing.runs
        base = {"event": event, "workspaceSlug": self.workspace, "recordSlug": slug, "timestamp": runs.now()}
        failed = {"error": "sample"} if event.endswith("_failed") else {}
        if event.startswith("records_bulk"):
            return {**base, "recordIds": [record["id"]], "count": 1, **failed}
        change = {"before": record["data"], "after": record["data"]} if event == "record_updated" else {}
        deletion = {"hardDelete": False} if event.startswith("record_deleted") else {}
        id_ = None if event == "record_created_failed" else record["id"]
        return {**base, "recordId": id_, "data": record["data"], **change, **deletion, **failed}

    def _record(self, slug: str, around: frozenset[str]) -> Row:
        structure = self.providing.runs.store.named(self.workspace, "structure", slug)
        properties = structure["properties"] if structure else []
        values = {item["name"]: self._value(item, around | {slug}) for item in properties}
        try:
            made: Row = self.providing.records(self.workspace, _ACTOR).create(slug, {n: v for n, v in values.items() if v is not _NONE})
        except Refused as refused:
            hint = "Give the event with --event FILE: what the function is to find in executionParams, as JSON."
            raise UsageProblem(f"No record of {slug} can be made up: {refused.message}.", hint) from refused
        return made

    def _value(self, item: Row, around: frozenset[str]) -> Any:  # noqa: ANN401 -- any JSON value
        """A value that fits a property as far as can be seen, or none."""
        sort = item.get("type")
        if item.get("default") is not None or (sort == "reference" and (item.get("target") in around or not item.get("required"))):
            return _NONE
        if item.get("enum"):
            return item["enum"][0]
        if sort == "reference":
            id_ = self._record(str(item["target"]), around)["id"]
            return [id_] if item.get("isArray") else id_
        if sort == "number":
            return item.get("minimum", min(1, item.get("maximum", 1)))
        if sort == "string":
            text = _FORMATS.get(str(item.get("format")), "sample")[: item.get("maxLength") or None]
            return text.ljust(item.get("minLength") or 0, "x")
        return _VALUES.get(str(sort), _NONE)
