"""Orchestrations (the vendor also says automations): steps that follow one another, started by one embedded trigger.

Identity is the `slug`. Lists leave out `steps` [D], so a declared one is read by itself. `status` is set by calls of
its own: a create yields a draft [I]. What an update does to members it does not send is unpublished, so every writable
one is sent [I]. The member names of decision and delay steps are inferred; unknown ones pass through.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from centrali_deploy import flow
from centrali_deploy.firing import EVENTS, cron_complaint, event_complaint, moment_complaint, zone_complaint
from centrali_deploy.kind import Finding, Kind
from centrali_deploy.parts import Lifecycle, OpenSpec, Place, Plain, ReferencePlace, Spec
from centrali_deploy.paths import EACH, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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


class Started(OpenSpec):
    """What every embedded trigger may have."""

    params: dict[str, Any] | None = None
    """Values given to every run; passed through as written."""


class EventStart(Started):
    """Starts when something happens to a record."""

    type: Literal["event-driven"]
    eventType: Annotated[str, Field(examples=list(EVENTS))]
    """The event, for example record_created."""
    structureSlug: Text
    """The structure whose records are watched."""


class ScheduledStart(Started):
    """Starts by the clock."""

    type: Literal["scheduled"]
    scheduleType: Literal["interval", "cron", "once"]
    """Which of the three members below says when."""
    interval: Annotated[int, Field(ge=1)] | None = None
    """Seconds from one run to the next."""
    cronExpression: Annotated[str, Field(examples=["0 2 * * *"])] | None = None
    """Minute, hour, day of month, month, day of week."""
    scheduledAt: Annotated[str, Field(examples=["2030-01-31T08:00:00Z"])] | None = None
    """When, as ISO 8601 text with an offset."""
    timezone: str | None = None
    """An IANA time zone. Default: UTC."""


class OnDemandStart(Started):
    """Starts when somebody asks for it."""

    type: Literal["on-demand"]


class HttpStart(Started):
    """Starts for every request to a public URL."""

    type: Literal["http-trigger"]
    path: str | None = None
    """The last part of the URL; the platform makes one when it is left out."""


AnyStep = Annotated[ComputeStep | DecisionStep | DelayStep, Field(discriminator="type")]
AnyStart = Annotated[EventStart | ScheduledStart | OnDemandStart | HttpStart, Field(discriminator="type")]


class Orchestration(Spec):
    """Steps and what starts them."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
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
_STARTS: dict[str, type[Spec]] = {
    "event-driven": EventStart,
    "scheduled": ScheduledStart,
    "on-demand": OnDemandStart,
    "http-trigger": HttpStart,
}
_DOCUMENTED = frozenset(Case.model_fields).union(*(model.model_fields for model in _STEPS.values()))
"""Every member of a step or of a case."""
_SCHEDULED_BY = {"interval": "interval", "cron": "cronExpression", "once": "scheduledAt"}


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


_COMPLAINTS = (
    ("eventType", event_complaint),
    ("cronExpression", cron_complaint),
    ("timezone", zone_complaint),
    ("scheduledAt", moment_complaint),
)


def _check_trigger(trigger: Plain) -> Iterator[Finding]:
    for member, complain in _COMPLAINTS:
        if complaint := complain(trigger[member]) if isinstance(trigger.get(member), str) else None:
            yield Finding(("trigger", member), *complaint)
    sort = trigger.get("scheduleType")
    needed = _SCHEDULED_BY.get(sort) if isinstance(sort, str) else None
    if needed and trigger.get(needed) is None:
        yield Finding(("trigger",), f"scheduleType {sort} needs {needed}.", f"Add {needed}.")


def _check_steps(spec: Plain) -> Iterator[Finding]:
    steps = [(path, step) for path, step in find(spec, ("steps", EACH)) if isinstance(step, dict)]
    counts = Counter(step["id"] for _, step in steps if isinstance(step.get("id"), str))
    for at, step in steps:
        name, sort = step.get("id"), step.get("type")
        if isinstance(name, str) and counts[name] > 1:
            yield Finding((*at, "id"), f'The step "{name}" is there {counts[name]} times.', "Keep one of them.")
        if "encryptedParams" in step and sort in ("decision", "delay"):
            yield Finding((*at, "encryptedParams"), f"A {sort} step cannot have encryptedParams.", "Only compute steps can.")
        for path, target in flow.targets(step):
            if target not in counts:
                yield _no_step((*at, *path), target, list(counts))
        yield from _check_conditions(at, step)
    if counts and max(counts.values()) == 1:
        yield from _check_flow([(at, step) for at, step in steps if isinstance(step.get("id"), str)])


def _check_conditions(at: Path, step: Plain) -> Iterator[Finding]:
    for path, condition in find(step, ("cases", EACH, "conditions", EACH)):
        if not isinstance(condition, dict):
            continue
        op, place = condition.get("op"), (*at, *path)
        if op in ("exists", "notExists") and condition.get("value") is not None:
            yield Finding((*place, "value"), f"{op} takes no value.", "Leave value out.")
        elif op in ("in", "notIn") and "value" in condition and not isinstance(condition["value"], list):
            yield Finding((*place, "value"), f"{op} takes a list.", "Write value: [one, another].")
        elif isinstance(op, str) and op not in ("exists", "notExists") and "value" not in condition:
            yield Finding(place, f"{op} needs a value.", "Add value:.")


def _check_flow(steps: list[tuple[Path, Plain]]) -> Iterator[Finding]:
    """Steps that are never reached, that go round for ever, or that look at what comes later."""
    plain, places = [step for _, step in steps], {step["id"]: at for at, step in steps}
    meant, ids = flow.meant(plain, _DOCUMENTED), list(places)
    gaps = dict(flow.gaps(plain, meant))
    after = flow.reached(plain, {**meant, **{name: [following] for name, following in gaps.items()}})
    for name, following in gaps.items():
        said, hint = (
            f"{name} has no nextStepId, so {following} is never reached.",
            f"Write nextStepId: {following}, if {following} comes next.",
        )
        yield Finding(places[name], said, hint, "warning")
    for at, step in steps[1:]:
        if step["id"] not in after[ids[0]]:
            yield Finding(at, f'The step "{step["id"]}" is never reached.', f"Nothing leads to it from {ids[0]}, the first.", "warning")
    if round_ := flow.circle(plain):
        said = f"These steps follow each other for ever: {' -> '.join(round_)}."
        yield Finding(places[round_[0]], said, "Put a delay between them, or an end.", "warning")
    for at, step in steps:
        yield from _check_paths(at, step, after)


def _check_paths(at: Path, step: Plain, after: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Expressions that lead nowhere, or to what comes later."""
    for path, expression in find(step, ("cases", EACH, "conditions", EACH, "path")):
        name = flow.named(expression, list(after)) if isinstance(expression, str) else None
        if isinstance(expression, str) and expression.split(".")[0] not in flow.ROOTS:
            yield Finding((*at, *path), f'"{expression}" leads nowhere.', f"A path begins with {', '.join(flow.ROOTS)}.", "warning")
        elif name is not None and name not in after:
            yield _no_step((*at, *path), name, list(after))
        elif name is not None and step["id"] not in after[name]:
            said = f'The step "{name}" does not come before "{step["id"]}".'
            yield Finding((*at, *path), said, "Its output is not there yet.", "warning")


def _no_step(place: Path, name: str, ids: list[str]) -> Finding:
    near = flow.near(name, ids)
    return Finding(place, f'There is no step "{name}".', f"Did you mean {near}?" if near else f"Steps are: {', '.join(ids)}.")


def _check(_name: str, spec: Plain) -> Iterator[Finding]:
    if isinstance(spec.get("trigger"), dict):
        yield from _check_trigger(spec["trigger"])
    yield from _check_steps(spec)


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
        "trigger": Place(variant=("type", "scheduleType"), kept=("params",), models=_STARTS),
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
    check=_check,
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
