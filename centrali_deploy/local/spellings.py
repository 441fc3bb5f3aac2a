"""Other spellings of a body that the API takes, or may take, turned into the one that is stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from centrali_deploy.local.store import Row


def structure(body: Row) -> Row:
    """Older words for the slug and the mode [D]."""
    row = dict(body)
    if "slug" in row:
        row.setdefault("recordSlug", row.pop("slug"))
    if isinstance(row.get("isStrict"), bool):
        row.setdefault("schemaDiscoveryMode", "strict" if row["isStrict"] else "schemaless")
    return row


def with_slug(row: Row) -> Row:
    """The way the vendor's own pages make one [T]."""
    if "recordSlug" in row or not isinstance(row.get("name"), str):
        return row
    return {**row, "recordSlug": re.sub(r"[^a-z0-9]+", "-", row["name"].lower()).strip("-")}


def allowed_domain(body: Row) -> Row:
    """Domains are kept in lowercase [I]."""
    return {**body, "domain": body["domain"].lower()} if isinstance(body.get("domain"), str) else body


def trigger(body: Row) -> Row:
    """Another word for the event, and an interval that needs no scheduleType [D]."""
    row = dict(body)
    metadata = row.get("triggerMetadata")
    if isinstance(metadata, dict):
        metadata = dict(metadata)
        if "eventType" in metadata:
            metadata.setdefault("event", metadata.pop("eventType"))
        if "interval" in metadata:
            metadata.setdefault("scheduleType", "interval")
        row["triggerMetadata"] = metadata
    return row


def orchestration(body: Row) -> Row:
    """An older word for the status [D], and steps in every likely spelling."""
    row = {member: value for member, value in body.items() if member not in {"status", "isActive"}}
    if body.get("status") in ("active", "paused"):
        row["status"] = body["status"]
    elif isinstance(body.get("isActive"), bool):
        row["status"] = "active" if body["isActive"] else "paused"
    if isinstance(body.get("steps"), list):
        row["steps"] = [_understood_step(step) if isinstance(step, dict) else step for step in body["steps"]]
    return row


def _understood_step(step: Row) -> Row:
    """No page shows decision and delay steps as JSON, so every likely spelling is taken [I]."""
    row = _respelt(step, {"durationMs": "delayMs", "duration": "delayMs", "default": "defaultNextStepId"})
    if _is_number(row.get("delaySeconds")):
        row.setdefault("delayMs", int(row.pop("delaySeconds") * 1000))
    if isinstance(row.get("defaultNextStepId"), dict):
        row["defaultNextStepId"] = row["defaultNextStepId"].get("nextStepId")
    if isinstance(row.get("cases"), list):
        row["cases"] = [_understood_case(case) if isinstance(case, dict) else case for case in row["cases"]]
    return row


def _understood_case(case: Row) -> Row:
    row = _respelt(case, {"then": "nextStepId", "goto": "nextStepId"})
    if "condition" in row:
        row.setdefault("conditions", [row.pop("condition")])
    if isinstance(row.get("conditions"), list):
        spellings = {"field": "path", "left": "path", "operator": "op", "right": "value"}
        row["conditions"] = [_respelt(item, spellings) if isinstance(item, dict) else item for item in row["conditions"]]
    return row


def _respelt(row: Row, spellings: dict[str, str]) -> Row:
    found = dict(row)
    for other, member in spellings.items():
        if other in found:
            found.setdefault(member, found.pop(other))
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
