"""Orchestrations (the vendor also says automations): steps that follow one another, started by one embedded trigger.

Identity is the `slug`. Lists leave out `steps` [D], so a declared one is read by itself. `status` is set by calls of
its own: a create yields a draft [I]. What an update does to members it does not send is unpublished, so every writable
one is sent [I]. The member names of decision and delay steps are inferred; unknown ones pass through.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from centrali_deploy.kind import Kind
from centrali_deploy.parts import Label, Lifecycle, OpenSpec, Place, Plain, ReferencePlace, Spec
from centrali_deploy.paths import EACH, find
from centrali_deploy.starts import STARTS, AnyStart, check_among
from centrali_deploy.steps import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Path


Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "exists", "notExists", "in", "notIn"]
"""Exactly ten [D]."""
Text = Annotated[str, Field(min_length=1)]


class EncryptedParam(Spec):
    """A value that is stored encrypted and cannot be read back."""

    value: Any
    """The secret, from the environment or a file: "${env:NAME}" or "${file:path}"."""
    encrypt: Literal[True]
    """Always true."""


class Step(OpenSpec):
    """What every step has."""

    id: Text
    """The step's own name, unique in the orchestration."""
    name: str | None = None
    """A name for people."""
    nextStepId: str | None = None
    """The step that follows; left out on a last step."""


class ComputeStep(Step):
    """Runs a function."""

    type: Literal["compute"]
    function: Text
    """The name of the function to run."""
    timeoutMs: Annotated[int, Field(ge=1, examples=[30000])] | None = None
    """How long the step may take, in milliseconds. Default: 30000."""
    encryptedParams: dict[str, EncryptedParam] | None = None
    """Secrets the function reads as `triggerParams`, by name."""


class Condition(OpenSpec):
    """One comparison."""

    path: Text
    """What is compared, for example steps.validate.output.isValid or input.data.total."""
    op: Operator
    """How it is compared."""
    value: Any = None
    """With what; left out for exists and notExists, a list for in and notIn."""


class Case(OpenSpec):
    """Conditions that must all hold, and where to go then."""

    conditions: Annotated[list[Condition], Field(min_length=1)]
    """All of these must hold."""
    nextStepId: Text
    """The step to go to."""


class DecisionStep(Step):
    """Goes on with the first case that holds."""

    type: Literal["decision"]
    cases: Annotated[list[Case], Field(min_length=1)]
    """Tried in order."""
    defaultNextStepId: str | None = None
    """Where to go when no case holds."""


class DelayStep(Step):
    """Waits."""

    type: Literal["delay"]
    delayMs: Annotated[int, Field(ge=1, examples=[60000])]
    """How long, in milliseconds."""


AnyStep = Annotated[ComputeStep | DecisionStep | DelayStep, Field(discriminator="type")]


class Orchestration(Spec):
    """Steps and what starts them."""

    name: Label
    """A name for people."""
    description: str | None = None
    """What it is for."""
    status: Literal["draft", "active", "paused"] | None = None
    """Whether it runs; only an active one is started. Changed by activating and pausing. A new one is a draft."""
    trigger: AnyStart
    """What starts it."""
    steps: Annotated[list[AnyStep], Field(min_length=1)]
    """What it does; the first one is where it begins."""


_STEPS: dict[str, type[Spec]] = {"compute": ComputeStep, "decision": DecisionStep, "delay": DelayStep}
_DOCUMENTED = frozenset(Case.model_fields).union(*(model.model_fields for model in _STEPS.values()))
"""Every member of a step or of a case."""


def _secret_paths(spec: Plain) -> Iterator[Path]:
    for path, param in find(spec, ("steps", EACH, "encryptedParams", EACH)):
        if isinstance(param, dict) and "value" in param:
            yield *path, "value"


def _canonical(spec: Plain) -> Plain:
    """`isActive` is the older word for the status [D]."""
    if not isinstance(spec.get("isActive"), bool):
        return spec
    rest = {member: value for member, value in spec.items() if member != "isActive"}
    return {"status": "active" if spec["isActive"] else "paused", **rest}


_STEPS_EXAMPLE = [
    {"id": "validate", "name": "Validate", "type": "compute", "function": "charge-card", "timeoutMs": 30000, "nextStepId": "check",
     "encryptedParams": {"STRIPE_KEY": {"value": "${env:EXAMPLE_SECRET}", "encrypt": True}}},
    {"id": "check", "name": "Check", "type": "decision", "defaultNextStepId": "reject",
     "cases": [{"conditions": [{"path": "steps.validate.output.ok", "op": "eq", "value": True}], "nextStepId": "wait"}]},
    {"id": "wait", "name": "Cool down", "type": "delay", "delayMs": 60000, "nextStepId": "reject"},
    {"id": "reject", "type": "compute", "function": "send-mail"},
]  # fmt: skip
_STEPS_CHANGED = [
    {"id": "validate", "name": "Validate all", "type": "compute", "function": "send-mail", "timeoutMs": 20000, "nextStepId": "wait",
     "encryptedParams": {"OTHER_KEY": {"value": "${env:EXAMPLE_SECRET}", "encrypt": True}}},
    {"id": "wait", "name": "Calm down", "type": "delay", "delayMs": 90000, "nextStepId": "check"},
    {"id": "check", "name": "Check it", "type": "decision", "defaultNextStepId": "last",
     "cases": [{"conditions": [{"path": "input.data.total", "op": "in", "value": [1, 2]}], "nextStepId": "last"}]},
    {"id": "last", "type": "compute", "function": "send-mail"},
]  # fmt: skip


def _pair(before: Plain, after: Plain) -> tuple[Plain, Plain]:
    steps = [{"id": "only", "type": "compute", "function": "charge-card"}]
    return {"name": "Nightly", "trigger": before, "steps": steps}, {"name": "Nightly", "trigger": after, "steps": steps}


KIND = Kind(
    name="orchestration",
    rank=40,
    section="orchestrations",
    adapter=TypeAdapter(Orchestration),
    members=tuple(Orchestration.model_fields),
    identity="slug",
    slug=True,
    service="orchestration",
    path="orchestrations",
    server_owned=frozenset({"id", "workspaceSlug", "version", "createdAt", "updatedAt", "createdBy", "updatedBy"}),
    opaque=frozenset({"params", "encryptedParams"}),
    defaults={
        ("description",): "",
        ("status",): "draft",
        ("trigger", "timezone"): "UTC",
        ("trigger", "params"): {},
        ("steps", EACH, "encryptedParams"): {},
        ("steps", EACH, "name"): "",
    },
    assumed={("steps", EACH, "timeoutMs"): 30000},
    places={
        "trigger": Place(variant=("type", "scheduleType"), kept=("params",), models=STARTS),
        "steps": Place(key="id", ordered=True, variant=("type",), models=_STEPS),
    },
    references=(
        ReferencePlace(("steps", EACH, "function"), "function", wire="functionId"),
        ReferencePlace(("trigger", "structureSlug"), "structure"),
    ),
    secret_paths=_secret_paths,
    listed_without="steps",
    page_parameters=("pageSize", "limit"),
    lifecycle=Lifecycle(
        "status",
        {"active": "activate", "paused": "pause"},
        initial="draft",
        stops="paused",
        methods=("POST", "PATCH"),
        in_create=False,
        bodies=lambda status: ({"status": status}, {"isActive": status == "active"}),
    ),
    canonical=_canonical,
    # The vendor's pages spell an orchestration's event with a dot, the platform with an underscore [D].
    alike={("trigger", "eventType"): lambda event: event.replace(".", "_") if isinstance(event, str) else event},
    check=partial(check, _DOCUMENTED),
    check_among=check_among,
    examples=(
        (
            {"name": "Fulfilment", "description": "From order to parcel", "status": "active",
             "trigger": {"type": "event-driven", "eventType": "record_created", "structureSlug": "orders"}, "steps": _STEPS_EXAMPLE},
            {"name": "Fulfilment 2", "description": "From order to door", "status": "paused",
             "trigger": {"type": "event-driven", "eventType": "record_updated", "structureSlug": "invoices"}, "steps": _STEPS_CHANGED},
        ),
        _pair({"type": "scheduled", "scheduleType": "cron", "cronExpression": "0 2 * * *", "timezone": "Europe/Paris"},
              {"type": "scheduled", "scheduleType": "interval", "interval": 60}),
        _pair({"type": "scheduled", "scheduleType": "once", "scheduledAt": "2030-01-31T08:00:00Z"},
              {"type": "on-demand", "params": {"dry": True}}),
        _pair({"type": "http-trigger", "path": "hook"}, {"type": "http-trigger", "path": "hooks"}),
    ),
)  # fmt: skip
