"""What the local workspace does with each kind: the members it keeps, what it fills in, and what else it refuses.

One row a kind; everything that is the same for all of them (list, get, create, merge, delete) stands in `resources`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from centrali_deploy.javascript import calls
from centrali_deploy.kinds import KINDS
from centrali_deploy.local import rules, spellings
from centrali_deploy.local.record_rows import RecordRows
from centrali_deploy.local.refusing import Refused

if TYPE_CHECKING:
    from centrali_deploy.kind import Kind
    from centrali_deploy.local.store import Row, Store

Wrong = Iterator[tuple[str, str]]
_COMMON = {"status": "active", "schemaDiscoveryMode": "strict", "enableVersioning": False, "properties": [], "defaultTtlSeconds": None}


@dataclass(frozen=True, slots=True)
class Service:
    """One kind in the local workspace. `states`: for each lifecycle call, the members it sets; `stopped`: those of a stop."""

    kind: Kind
    keeps: frozenset[str]
    rules: Callable[[Row], Wrong]
    fills: dict[str, Any] = field(default_factory=dict)
    at_creation: dict[str, Any] = field(default_factory=dict)
    """What a new one is, whatever was sent."""
    fixed: tuple[str, ...] = ()
    prefix: str = ""
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    stopped: dict[str, Any] = field(default_factory=dict)
    soft: bool = False
    """Whether a delete can be undone."""
    hides: str | None = None
    """What lists leave out."""
    routes: frozenset[str] = frozenset()
    """Which routes there are beside the usual ones."""
    methods: tuple[str, ...] = ("GET", "PUT", "PATCH", "DELETE")
    """What one resource can be asked for."""
    order: Literal["asc", "desc"] = "asc"
    """Which way lists are sorted by the time of creation when nobody asks."""
    understood: Callable[[Row], Row] = dict
    """Turns other spellings of a body into the stored one."""
    completed: Callable[[Row], Row] = dict
    """Adds what a create may leave out."""
    adds: Callable[[Row], Row] = dict
    """Adds what is only ever read."""
    fits: Callable[[Store, str, Row], None] = lambda _store, _workspace, _row: None
    """Refuses a resource that does not fit the others."""
    free: Callable[[Store, str, Row], None] = lambda _store, _workspace, _row: None
    """Refuses to delete a resource that others use."""
    gone: Callable[[Store, str, Row], None] = lambda _store, _workspace, _row: None
    """Forgets what belonged to a resource that is deleted for good."""


def _targets_exist(store: Store, workspace: str, row: Row) -> None:
    for index, item in enumerate(row["properties"]):
        target = item.get("target")
        if target and target != row["recordSlug"] and store.named(workspace, "structure", target) is None:
            raise Refused(400, f"Structure '{target}' not found", [(f"properties[{index}].target", f"'{target}' does not exist")])


def _not_referred_to(store: Store, workspace: str, row: Row) -> None:
    slug = row["recordSlug"]
    users = [
        other["recordSlug"]
        for other in store.all(workspace, "structure")
        if other["id"] != row["id"] and any(item.get("target") == slug for item in other["properties"])
    ]
    if users:
        raise Refused(409, f"Structure is referred to by: {', '.join(users)}")


def _without_records(store: Store, workspace: str, row: Row) -> None:
    RecordRows(store, workspace).remove_all(row["recordSlug"])


def _no_loop_by_code(store: Store, workspace: str, row: Row) -> None:
    for user in store.all(workspace, "trigger"):
        if user["functionId"] == row["id"]:
            _refuse_loop(user, row["code"])


def _refuse_loop(trigger: Row, code: str) -> None:
    offending = rules.looping(trigger["triggerMetadata"], calls(code))
    if offending and trigger["executionType"] == "event-driven" and trigger["enabled"]:
        raise Refused(409, "Trigger loop detected", [("code", call) for call in offending], "TRIGGER_LOOP_DETECTED")


def _function_unused(store: Store, workspace: str, row: Row) -> None:
    users = [user["name"] for user in store.all(workspace, "trigger") if user["functionId"] == row["id"]]
    if users:
        raise Refused(409, f"Function is used by triggers: {', '.join(users)}")
    users = [
        user["slug"] for user in store.all(workspace, "orchestration") if any(step.get("functionId") == row["id"] for step in user["steps"])
    ]
    if users:
        raise Refused(409, f"Function is used by orchestrations: {', '.join(users)}")


def _trigger_fits(store: Store, workspace: str, row: Row) -> None:
    runs = store.get(workspace, "function", str(row.get("functionId")))
    if runs is None:
        raise Refused(400, "Function not found", [("functionId", "does not exist")])
    metadata = row["triggerMetadata"]
    if row["executionType"] == "event-driven" and store.named(workspace, "structure", metadata["recordSlug"]) is None:
        raise Refused(400, f"Structure '{metadata['recordSlug']}' not found", [("triggerMetadata.recordSlug", "does not exist")])
    path = str(metadata.get("path", "")).strip("/")
    for other in store.all(workspace, "trigger") if path else []:
        same = other["executionType"] == row["executionType"] and other["id"] != row["id"]
        if same and str(other["triggerMetadata"].get("path", "")).strip("/") == path:
            raise Refused(409, f"Path '{path}' already exists: trigger {other['name']}")
    _refuse_loop(row, runs["code"])


def _orchestration_fits(store: Store, workspace: str, row: Row) -> None:
    for index, step in enumerate(row["steps"]):
        if "functionId" in step and store.get(workspace, "function", step["functionId"]) is None:
            raise Refused(400, "Function not found", [(f"steps[{index}].functionId", "does not exist")])
    slug = row["trigger"].get("structureSlug")
    if slug and store.named(workspace, "structure", slug) is None:
        raise Refused(400, f"Structure '{slug}' not found", [("trigger.structureSlug", "does not exist")])


SERVICES = {
    "structure": Service(
        KINDS["structure"],
        frozenset(
            {"name", "recordSlug", "description", "properties", "status", "schemaDiscoveryMode", "enableVersioning", "retentionPolicy",
             "defaultSearchField", "defaultTtlSeconds"}
        ),
        rules.structure,
        fills=_COMMON,
        fixed=("recordSlug",),
        soft=True,
        routes=frozenset({"validate", "bulk", "slug", "restore", "properties"}),
        understood=spellings.structure,
        adds=lambda row: {**row, "isStrict": row["schemaDiscoveryMode"] == "strict"},
        completed=spellings.with_slug,
        fits=_targets_exist,
        free=_not_referred_to,
        gone=_without_records,
    ),
    "allowed-domain": Service(
        KINDS["allowed-domain"],
        frozenset({"domain"}),
        rules.allowed_domain,
        methods=("DELETE",),
        understood=spellings.allowed_domain,
        adds=lambda row: {member: row[member] for member in ("id", "domain", "workspaceSlug", "createdBy", "createdAt")},
    ),
    "function": Service(
        KINDS["function"],
        frozenset({"name", "description", "code", "timeoutMs"}),
        rules.function,
        fills={"description": None, "timeoutMs": 30000},
        fits=_no_loop_by_code,
        free=_function_unused,
    ),
    "trigger": Service(
        KINDS["trigger"],
        frozenset({"name", "description", "functionId", "executionType", "triggerMetadata", "enabled"}),
        rules.trigger,
        fills={"description": None, "enabled": True},
        fixed=("executionType",),
        states={"pause": {"enabled": False}, "resume": {"enabled": True}},
        stopped={"enabled": False},
        understood=spellings.trigger,
        fits=_trigger_fits,
    ),
    "orchestration": Service(
        KINDS["orchestration"],
        frozenset({"slug", "name", "description", "trigger", "steps", "status"}),
        rules.orchestration,
        fills={"description": None},
        at_creation={"status": "draft"},
        fixed=("slug",),
        prefix="orch_",
        order="desc",
        states={"activate": {"status": "active"}, "resume": {"status": "active"}, "pause": {"status": "paused"},
                "deactivate": {"status": "paused"}},
        stopped={"status": "paused"},
        hides="steps",
        adds=lambda row: {**row, "isActive": row["status"] == "active"},
        understood=spellings.orchestration,
        fits=_orchestration_fits,
    ),
}  # fmt: skip
