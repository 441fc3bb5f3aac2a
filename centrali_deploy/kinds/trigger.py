"""Triggers: what makes a function run. Five execution types, each with its own `triggerMetadata`.

Identity is the `name`, as in the vendor's own scripts [T]. `enabled` is set by pause and resume calls. What an update
does to members it does not send is unpublished, so every other writable one is sent [I]; `executionType` is fixed [I].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from centrali_deploy import metadata
from centrali_deploy.firing import EVENTS
from centrali_deploy.kind import Kind
from centrali_deploy.parts import Lifecycle, OpenSpec, Place, Plain, ReferencePlace, Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Path

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
_CALLED = ("http-trigger", "endpoint")
_SCHEDULES: dict[str, type[Spec]] = {"interval": IntervalMetadata, "cron": CronMetadata, "once": OnceMetadata}


def _canonical(spec: Plain) -> Plain:
    """`eventType` is another word for `event`, and an interval needs no scheduleType [D]."""
    written = spec.get("triggerMetadata")
    if not isinstance(written, dict):
        return spec
    if "eventType" in written and "event" not in written:
        written = {("event" if member == "eventType" else member): value for member, value in written.items()}
    if "interval" in written and "scheduleType" not in written:
        written = {"scheduleType": "interval", **written}
    return {**spec, "triggerMetadata": written}


def _unique(spec: Plain) -> Iterator[tuple[Path, str]]:
    """Of two triggers of one type, each has a path of its own [I]."""
    written = spec.get("triggerMetadata")
    path = written.get("path") if isinstance(written, dict) and spec.get("executionType") in _CALLED else None
    if isinstance(path, str) and path.strip("/"):
        yield ("triggerMetadata", "path"), f"{spec['executionType']} {path.strip('/')}"


def _secret_paths(spec: Plain) -> Iterator[Path]:
    written = spec.get("triggerMetadata")
    if isinstance(written, dict) and isinstance(written.get("signingSecret"), str):
        yield "triggerMetadata", "signingSecret"


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
    unique=_unique,
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
    check=metadata.check,
    check_among=metadata.check_among,
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
