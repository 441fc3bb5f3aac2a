"""What the API refuses, stated on its own: nothing here knows the models that check manifests.

Each rule yields (member, message) pairs for a whole resource as it would be stored.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from centrali_deploy.firing import cron_complaint, moment_complaint, zone_complaint
from centrali_deploy.local.name_rules import is_domain, is_field, is_slug, named
from centrali_deploy.runtime import LOOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.javascript import Call

    Wrong = Iterator[tuple[str, str]]
    Row = dict[str, Any]

_TYPES = ("string", "number", "boolean", "datetime", "array", "object", "reference")
_MODES = ("strict", "schemaless", "auto-evolving")
_STATES = ("active", "inactive")
_OPTIONS = {"enableVersioning": (bool, "a boolean"), "retentionPolicy": (dict, "an object"), "defaultSearchField": (str, "a text")}
_EXECUTION = ("on-demand", "event-driven", "scheduled", "http-trigger", "endpoint")
_OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "exists", "notExists", "in", "notIn")
_SCHEDULES = {"interval": "interval", "cron": "cronExpression", "once": "scheduledAt"}
_PARAMS = 65536
_CODE = 5 * 1024 * 1024
_RUN = 300_000
_INTERVAL = 10**9


def looping(metadata: Row, found: tuple[Call, ...]) -> list[str]:
    """The calls of a function that would fire the event trigger that runs it, written as in the source [D]."""
    offending = LOOPS.get(metadata.get("event", ""), set())
    return [f"api.{call.method}('{call.slug}')" for call in found if call.method in offending and call.slug == metadata.get("recordSlug")]


def structure(row: Row) -> Wrong:
    """A structure: names, mode, properties."""
    yield from named(row)
    if not is_slug(row.get("recordSlug")):
        yield "recordSlug", "must be lowercase letters, digits and hyphens"
    if row.get("schemaDiscoveryMode") not in _MODES:
        yield "schemaDiscoveryMode", f"must be one of {', '.join(_MODES)}"
    if row.get("status") not in _STATES:
        yield "status", "must be active or inactive"
    for member, (sort, said) in _OPTIONS.items():
        if row.get(member) is not None and not isinstance(row[member], sort):
            yield member, f"must be {said}"
    ttl = row.get("defaultTtlSeconds")
    if ttl is not None and (not _whole(ttl) or ttl < 1):
        yield "defaultTtlSeconds", "must be a positive integer or null"
    properties = row.get("properties")
    if not isinstance(properties, list):
        yield "properties", "must be an array"
        return
    seen: set[str] = set()
    for index, item in enumerate(properties):
        yield from _property(f"properties[{index}]", item, seen)


def _property(at: str, item: Any, seen: set[str]) -> Wrong:  # noqa: ANN401 -- whatever was sent
    if not isinstance(item, dict) or not is_field(item.get("name")):
        yield f"{at}.name", "must be a name of letters, digits and underscores"
        return
    if item["name"] in seen:
        yield f"{at}.name", f"'{item['name']}' is there twice"
    seen.add(item["name"])
    if item.get("type") not in _TYPES:
        yield f"{at}.type", f"must be one of {', '.join(_TYPES)}"
    if item.get("type") == "reference" and not _text(item.get("target")):
        yield f"{at}.target", "is required for a reference"
    elif not _text_or_none(item.get("target")):
        yield f"{at}.target", "must be a slug"
    if item.get("enum") is not None and not (isinstance(item["enum"], list) and item["enum"]):
        yield f"{at}.enum", "must be a list that is not empty"
    if item.get("isSecret") and (item.get("type") != "string" or item.get("isUnique")):
        yield f"{at}.isSecret", "is for strings that are not unique"
    for low, high in (("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems")):
        if _number(item.get(low)) and _number(item.get(high)) and item[low] > item[high]:
            yield f"{at}.{low}", f"must not be above {high}"


def allowed_domain(row: Row) -> Wrong:
    """A domain that functions may send requests to [I]."""
    if not is_domain(row.get("domain")):
        yield "domain", "must be a domain, without scheme, path, port or wildcard"


def function(row: Row) -> Wrong:
    """A compute function: its name, code and time limit."""
    yield from named(row)
    code = row.get("code")
    if not isinstance(code, str) or not code.strip():
        yield "code", "is required"
    elif len(code.encode()) > _CODE:
        yield "code", "is larger than 5 MB"
    yield from time_limit(row.get("timeoutMs"))


def time_limit(limit: object) -> Wrong:
    """How long a function may run, in milliseconds; None when nothing is said."""
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= _RUN):
        yield "timeoutMs", f"must be 1 to {_RUN}"


def trigger(row: Row) -> Wrong:
    """A function trigger: its type and the metadata that the type needs."""
    yield from named(row)
    if row.get("executionType") not in _EXECUTION:
        yield "executionType", f"must be one of {', '.join(_EXECUTION)}"
    if not isinstance(row.get("enabled"), bool):
        yield "enabled", "must be a boolean"
    metadata = row.get("triggerMetadata")
    if not isinstance(metadata, dict):
        yield "triggerMetadata", "is required"
        return
    if len(json.dumps(metadata.get("params") or {}).encode()) > _PARAMS:
        yield "triggerMetadata.params", "must not exceed 64 KB"
    if not _text_or_none(metadata.get("event")):
        yield "triggerMetadata.event", "must be a text"
    kind = row.get("executionType")
    needed = {"event-driven": ("event", "recordSlug"), "http-trigger": ("path",), "endpoint": ("path",)}.get(str(kind), ())
    for member in needed:
        if not isinstance(metadata.get(member), str) or not metadata[member]:
            yield f"triggerMetadata.{member}", "is required"
    if kind == "event-driven" and "." in str(metadata.get("event")):
        yield "triggerMetadata.event", "is not an event; events are spelt like record_created"
    if kind == "scheduled":
        yield from _schedule("triggerMetadata", metadata)


def orchestration(row: Row) -> Wrong:
    """An orchestration: its trigger and its steps."""
    yield from named(row)
    if not is_slug(row.get("slug")):
        yield "slug", "must be lowercase letters, digits and hyphens"
    yield from _start(row.get("trigger"))
    steps = row.get("steps")
    if not isinstance(steps, list) or not steps or not all(isinstance(step, dict) and _text(step.get("id")) for step in steps):
        yield "steps", "must be a list of steps with ids"
        return
    ids = [step["id"] for step in steps]
    for index, step in enumerate(steps):
        if ids.count(step["id"]) > 1:
            yield f"steps[{index}].id", "must be unique"
        yield from _step(f"steps[{index}]", step, ids)


def _start(start: Any) -> Wrong:  # noqa: ANN401 -- whatever was sent
    if not isinstance(start, dict) or start.get("type") not in _EXECUTION[:4]:
        yield "trigger.type", f"must be one of {', '.join(_EXECUTION[:4])}"
        return
    if start["type"] == "scheduled":
        yield from _schedule("trigger", start)
    for member in ("eventType", "structureSlug"):
        needed = start["type"] == "event-driven"
        if not (isinstance(start.get(member), str) if needed else _text_or_none(start.get(member))):
            yield f"trigger.{member}", "is required" if needed else "must be a text"


def _step(at: str, step: Row, ids: list[str]) -> Wrong:
    kind = step.get("type")
    rule = {"compute": _compute, "decision": _decision, "delay": _delay}.get(str(kind))
    if rule is None:
        yield f"{at}.type", "must be compute, decision or delay"
        return
    yield from rule(at, step)
    if kind != "compute" and not _text_or_none(step.get("functionId")):
        yield f"{at}.functionId", "must be an id"
    if kind != "compute" and "encryptedParams" in step:
        yield f"{at}.encryptedParams", "is for compute steps only"
    cases = [case for case in step.get("cases") or () if isinstance(case, dict)] if isinstance(step.get("cases"), list) else []
    for target in (step.get("nextStepId"), step.get("defaultNextStepId"), *(case.get("nextStepId") for case in cases)):
        if target is not None and target not in ids:
            yield f"{at}.nextStepId", f"there is no step '{target}'"


def _compute(at: str, step: Row) -> Wrong:
    if not isinstance(step.get("functionId"), str):
        yield f"{at}.functionId", "is required"


def _decision(at: str, step: Row) -> Wrong:
    cases = step.get("cases")
    if not isinstance(cases, list) or not cases:
        yield f"{at}.cases", "is required"
        return
    for index, case in enumerate(cases):
        conditions = case.get("conditions") if isinstance(case, dict) else None
        if not isinstance(conditions, list) or not conditions or not all(isinstance(each, dict) for each in conditions):
            yield f"{at}.cases[{index}].conditions", "is required"
        elif any(each.get("op") not in _OPERATORS for each in conditions):
            yield f"{at}.cases[{index}].conditions", f"operators are {', '.join(_OPERATORS)}"


def _delay(at: str, step: Row) -> Wrong:
    if not _whole(step.get("delayMs")):
        yield f"{at}.delayMs", "must be an integer"


def _schedule(at: str, schedule: Row) -> Wrong:
    kind = schedule.get("scheduleType")
    if not isinstance(kind, str) or kind not in _SCHEDULES:
        yield f"{at}.scheduleType", f"must be one of {', '.join(_SCHEDULES)}"
    elif not schedule.get(_SCHEDULES[kind]):
        yield f"{at}.{_SCHEDULES[kind]}", "is required"
    elif kind == "cron":
        if cron_complaint(str(schedule["cronExpression"])):
            yield f"{at}.cronExpression", "must be a cron expression of five fields"
        if zone_complaint(str(schedule.get("timezone") or "UTC")):
            yield f"{at}.timezone", "must be an IANA time zone"
    elif kind == "once" and moment_complaint(str(schedule["scheduledAt"])):
        yield f"{at}.scheduledAt", "must be an ISO 8601 moment with an offset"
    elif kind == "interval" and (not _whole(schedule["interval"]) or not 1 <= schedule["interval"] <= _INTERVAL):
        yield f"{at}.interval", "must be a number of seconds"


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
