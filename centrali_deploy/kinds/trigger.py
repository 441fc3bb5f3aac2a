"""Triggers: what makes a function run. Five execution types, each with its own `triggerMetadata`.

Identity is the `name`, as in the vendor's own scripts [T]. `enabled` is set by pause and resume calls. What an update
does to members it does not send is unpublished, so every other writable one is sent [I]; `executionType` is fixed [I].
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from centrali_deploy.address import Address
from centrali_deploy.firing import EVENTS, cron_complaint, event_complaint, moment_complaint, zone_complaint
from centrali_deploy.kind import Finding, Kind, Others
from centrali_deploy.loops import loops_of
from centrali_deploy.parts import Lifecycle, OpenSpec, Place, Plain, ReferencePlace, Spec
from centrali_deploy.paths import EACH, find
from centrali_deploy.secret import in_the_clear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Path

LARGEST_PARAMS = 65_536
"""Bytes of JSON that `params` may have [S]."""

Params = dict[str, Any]


class Metadata(OpenSpec):
    """What every trigger may have, whatever its type."""

    params: Params | None = None
    """Values the function reads as `triggerParams`; at most 64 KB. A secret is `{value: "${env:NAME}", encrypt: true}`."""


class OnDemandMetadata(Metadata):
    """Nothing more is needed for a trigger that is invoked by hand."""


class EventMetadata(Metadata):
    """Which event of which structure."""

    event: Annotated[str, Field(examples=list(EVENTS))]
    """The event, in snake_case, for example record_created."""
    recordSlug: Annotated[str, Field(min_length=1)]
    """The structure whose records are watched."""


class IntervalMetadata(Metadata):
    """Every so many seconds."""

    scheduleType: Literal["interval"]
    interval: Annotated[int, Field(ge=1, examples=[3600])]
    """Seconds from one run to the next."""


class CronMetadata(Metadata):
    """By the clock."""

    scheduleType: Literal["cron"]
    cronExpression: Annotated[str, Field(examples=["0 2 * * *"])]
    """Minute, hour, day of month, month, day of week."""
    timezone: str | None = None
    """An IANA time zone. Default: UTC."""


class OnceMetadata(Metadata):
    """Once."""

    scheduleType: Literal["once"]
    scheduledAt: Annotated[str, Field(examples=["2030-01-31T08:00:00Z"])]
    """When, as ISO 8601 text with an offset."""


ScheduledMetadata = Annotated[IntervalMetadata | CronMetadata | OnceMetadata, Field(discriminator="scheduleType")]


class PathMetadata(Metadata):
    """Under which address it is called; further settings (signatures, methods) pass through as written."""

    path: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_-]+$", examples=["/stripe"])]
    """The last part of the public URL."""


class Trigger(Spec):
    """What every trigger has."""

    function: Annotated[str, Field(min_length=1)]
    """The name of the function to run."""
    description: str | None = None
    """What the trigger is for."""
    enabled: bool | None = None
    """Whether it fires. Changed by pausing and resuming. Default: true."""


class OnDemandTrigger(Trigger):
    """Runs when somebody invokes it."""

    executionType: Literal["on-demand"]
    triggerMetadata: OnDemandMetadata | None = None
    """Its settings."""


class EventTrigger(Trigger):
    """Runs when something happens to a record."""

    executionType: Literal["event-driven"]
    triggerMetadata: EventMetadata
    """Its settings."""


class ScheduledTrigger(Trigger):
    """Runs by the clock."""

    executionType: Literal["scheduled"]
    triggerMetadata: ScheduledMetadata
    """Its settings."""


class HttpTrigger(Trigger):
    """Runs, later, for every request to a public URL."""

    executionType: Literal["http-trigger"]
    triggerMetadata: PathMetadata
    """Its settings."""


class EndpointTrigger(Trigger):
    """Runs at once for every request to a public URL and answers it."""

    executionType: Literal["endpoint"]
    triggerMetadata: PathMetadata
    """Its settings."""


AnyTrigger = Annotated[
    OnDemandTrigger | EventTrigger | ScheduledTrigger | HttpTrigger | EndpointTrigger, Field(discriminator="executionType")
]
_COMPLAINTS = (
    ("event", event_complaint),
    ("cronExpression", cron_complaint),
    ("timezone", zone_complaint),
    ("scheduledAt", moment_complaint),
)
_SCHEDULES: dict[str, type[Spec]] = {"interval": IntervalMetadata, "cron": CronMetadata, "once": OnceMetadata}


def _canonical(spec: Plain) -> Plain:
    """`eventType` is another word for `event`, and an interval needs no scheduleType [D]."""
    metadata = spec.get("triggerMetadata")
    if not isinstance(metadata, dict):
        return spec
    if "eventType" in metadata and "event" not in metadata:
        metadata = {("event" if member == "eventType" else member): value for member, value in metadata.items()}
    if "interval" in metadata and "scheduleType" not in metadata:
        metadata = {"scheduleType": "interval", **metadata}
    return {**spec, "triggerMetadata": metadata}


def _secret_paths(spec: Plain) -> Iterator[Path]:
    metadata = spec.get("triggerMetadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("signingSecret"), str):
        yield "triggerMetadata", "signingSecret"


def _means_encrypt(value: Plain) -> bool:
    others = [str(member).lower() for member in value if member != "value"]
    return len(others) == 1 and bool(get_close_matches(others[0], ["encrypt"], cutoff=0.8))


def _check_among(name: str, spec: Plain, others: Others) -> Iterator[Finding]:
    metadata = spec.get("triggerMetadata") or {}
    for message, hint in loops_of(Address("trigger", name), others):
        yield Finding(("triggerMetadata", "event"), message, hint, "warning")
    path = str(metadata.get("path", "")).strip("/")
    same = [
        str(other)
        for other, its in (others.specs.items() if path else ())
        if other.kind == "trigger" and other.name != name and its.get("executionType") == spec["executionType"]
        if str((its.get("triggerMetadata") or {}).get("path", "")).strip("/") == path
    ]
    if same:
        yield Finding(("triggerMetadata", "path"), f'The path "{path}" is also that of {", ".join(same)}.', "Give each its own.")


def _check(_name: str, spec: Plain) -> Iterator[Finding]:
    metadata = spec.get("triggerMetadata")
    if not isinstance(metadata, dict):
        return
    at: Path = ("triggerMetadata",)
    for member, complain in _COMPLAINTS:
        if complaint := complain(metadata[member]) if isinstance(metadata.get(member), str) else None:
            yield Finding((*at, member), *complaint)
    for path, value in find(metadata, ("params", EACH)):
        if isinstance(value, dict) and "value" in value and value.get("encrypt") is not True and _means_encrypt(value):
            hint = 'Write {value: "${env:NAME}", encrypt: true}, or the value alone.'
            yield Finding((*at, *path), "This would be stored and shown in the clear.", hint)
    for path in in_the_clear(metadata.get("params")):
        said, hint = "This looks like a secret, and would be stored and shown in the clear.", 'Write {value: "${env:NAME}", encrypt: true}.'
        yield Finding((*at, "params", *path), said, hint, "warning")
    secret = metadata.get("signingSecret")
    if isinstance(secret, dict) and secret.get("encrypt") is not True:
        hint = 'Write {value: "${env:NAME}", encrypt: true}.'
        yield Finding((*at, "signingSecret"), "This would be stored and shown in the clear.", hint)
    size = len(json.dumps(metadata.get("params"), default=str).encode())
    if size > LARGEST_PARAMS:
        yield Finding((*at, "params"), f"params are {size:,} bytes long.", f"At most {LARGEST_PARAMS:,} are allowed: keep data in records.")


KIND = Kind(
    name="trigger",
    rank=30,
    section="triggers",
    adapter=TypeAdapter(AnyTrigger),
    members=tuple(EventTrigger.model_fields),
    identity="name",
    slug=False,
    service="data",
    path="function-triggers",
    renameable=True,
    server_owned=frozenset({"id", "workspaceSlug", "createdBy", "updatedBy", "createdAt", "updatedAt", "health", "version"}),
    fixed=frozenset({"executionType"}),
    opaque=frozenset({"params"}),
    defaults={
        ("description",): "",
        ("enabled",): True,
        ("triggerMetadata",): {"params": {}},
        ("triggerMetadata", "params"): {},
        ("triggerMetadata", "timezone"): "UTC",
    },
    sent_on_create={"triggerMetadata": {"params": {}}},  # required of every type [T]
    places={"triggerMetadata": Place(variant=("scheduleType",), kept=("params",), models=_SCHEDULES)},
    references=(
        ReferencePlace(("function",), "function", wire="functionId"),
        ReferencePlace(("triggerMetadata", "recordSlug"), "structure"),
    ),
    secret_paths=_secret_paths,
    lifecycle=Lifecycle(
        "enabled",
        {True: "resume", False: "pause"},
        initial=True,
        stops=False,
        methods=("PATCH", "POST"),
        in_create=True,
        bodies=lambda enabled: ({"enabled": enabled},),
    ),
    canonical=_canonical,
    alike={("triggerMetadata", "path"): lambda path: path.removeprefix("/") if isinstance(path, str) else path},
    check=_check,
    check_among=_check_among,
    examples=(
        (
            {"function": "charge-card", "description": "When an order is new", "executionType": "event-driven", "enabled": True,
             "triggerMetadata": {"event": "record_created", "recordSlug": "orders",
                                 "params": {"limit": 5, "key": {"value": "${env:EXAMPLE_SECRET}", "encrypt": True}}}},
            {"function": "send-mail", "description": "When an order is changed", "executionType": "event-driven", "enabled": False,
             "triggerMetadata": {"event": "record_updated", "recordSlug": "invoices", "params": {"limit": 6}}},
        ),
        (
            {"function": "charge-card", "executionType": "scheduled",
             "triggerMetadata": {"scheduleType": "cron", "cronExpression": "0 2 * * *", "timezone": "Europe/Paris"}},
            {"function": "charge-card", "executionType": "scheduled",
             "triggerMetadata": {"scheduleType": "cron", "cronExpression": "30 3 * * *", "timezone": "Asia/Tokyo"}},
        ),
        (
            {"function": "charge-card", "executionType": "scheduled", "triggerMetadata": {"scheduleType": "interval", "interval": 3600}},
            {"function": "charge-card", "executionType": "scheduled", "triggerMetadata": {"scheduleType": "interval", "interval": 60}},
        ),
        (
            {"function": "charge-card", "executionType": "scheduled",
             "triggerMetadata": {"scheduleType": "once", "scheduledAt": "2030-01-31T08:00:00Z"}},
            {"function": "charge-card", "executionType": "scheduled",
             "triggerMetadata": {"scheduleType": "once", "scheduledAt": "2031-01-31T08:00:00+01:00"}},
        ),
        (
            {"function": "charge-card", "executionType": "on-demand", "triggerMetadata": {"params": {}}},
            {"function": "charge-card", "executionType": "on-demand", "triggerMetadata": {"params": {"dry": True}}},
        ),
        (
            {"function": "charge-card", "executionType": "http-trigger",
             "triggerMetadata": {"path": "/stripe", "signatureHeader": "stripe-signature",
                                 "signingSecret": {"value": "${env:EXAMPLE_SECRET}", "encrypt": True}}},
            {"function": "charge-card", "executionType": "http-trigger",
             "triggerMetadata": {"path": "github", "signatureHeader": "x-hub-signature-256"}},
        ),
        (
            {"function": "charge-card", "executionType": "endpoint", "triggerMetadata": {"path": "quote", "allowedMethods": ["POST"]}},
            {"function": "charge-card", "executionType": "endpoint", "triggerMetadata": {"path": "quotes", "allowedMethods": ["GET"]}},
        ),
    ),
)  # fmt: skip
