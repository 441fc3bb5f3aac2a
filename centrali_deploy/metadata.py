"""What is wrong with a trigger's `triggerMetadata` that its model does not see: by itself, and beside what else is declared."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from centrali_deploy.address import Address
from centrali_deploy.firing import cron_complaint, event_complaint, moment_complaint, past_complaint, zone_complaint
from centrali_deploy.kind import Finding
from centrali_deploy.loops import loops_of
from centrali_deploy.paths import EACH, find
from centrali_deploy.secret import in_the_clear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from centrali_deploy.address import Path
    from centrali_deploy.kind import Others
    from centrali_deploy.parts import Plain

LARGEST_PARAMS = 65_536
"""Bytes of JSON that `params` may have [S]."""
_AT: Path = ("triggerMetadata",)
_COMPLAINTS = (
    ("event", event_complaint),
    ("cronExpression", cron_complaint),
    ("timezone", zone_complaint),
    ("scheduledAt", moment_complaint),
)
_CLEAR = "This would be stored and shown in the clear."
_ENCRYPT = 'Write {value: "${env:NAME}", encrypt: true}'


def check(_name: str, spec: Plain) -> Iterator[Finding]:
    """Findings in a spec of any shape. Never fails."""
    metadata = spec.get("triggerMetadata")
    if not isinstance(metadata, dict):
        return
    for member, complain in _COMPLAINTS:
        if complaint := complain(metadata[member]) if isinstance(metadata.get(member), str) else None:
            yield Finding((*_AT, member), *complaint)
    yield from _check_secrets(metadata)
    size = len(json.dumps(metadata.get("params"), default=str).encode())
    if size > LARGEST_PARAMS:
        yield Finding(
            (*_AT, "params"), f"params are {size:,} bytes long.", f"At most {LARGEST_PARAMS:,} are allowed: keep data in records."
        )


def _check_secrets(metadata: dict[str, Any]) -> Iterator[Finding]:
    """What is meant to be encrypted, or looks as if it should be, and is not."""
    for path, value in find(metadata, ("params", EACH)):
        if isinstance(value, dict) and "value" in value and value.get("encrypt") is not True and _means_encrypt(value):
            yield Finding((*_AT, *path), _CLEAR, f"{_ENCRYPT}, or the value alone.")
    for path in in_the_clear(metadata.get("params")):
        said = "This looks like a secret, and would be stored and shown in the clear."
        yield Finding((*_AT, "params", *path), said, f"{_ENCRYPT}.", "warning")
    secret = metadata.get("signingSecret")
    if isinstance(secret, dict) and secret.get("encrypt") is not True:
        yield Finding((*_AT, "signingSecret"), _CLEAR, f"{_ENCRYPT}.")


def _means_encrypt(value: Plain) -> bool:
    others = [str(member).lower() for member in value if member != "value"]
    return len(others) == 1 and bool(get_close_matches(others[0], ["encrypt"], cutoff=0.8))


def check_among(name: str, spec: Plain, others: Others) -> Iterator[Finding]:
    """Findings in a valid spec beside everything that is declared: circles, what comes too late, a path that another one has."""
    metadata = spec.get("triggerMetadata") or {}
    for message, hint in loops_of(Address("trigger", name), others):
        yield Finding((*_AT, "event"), message, hint, "warning")
    if others.now and spec.get("enabled") is not False and (complaint := past_complaint(metadata, others.now)):
        yield Finding((*_AT, "scheduledAt"), *complaint)
    path = str(metadata.get("path", "")).strip("/")
    same = [
        str(other)
        for other, its in (others.specs.items() if path else ())
        if other.kind == "trigger" and other.name != name and its.get("executionType") == spec["executionType"]
        if str((its.get("triggerMetadata") or {}).get("path", "")).strip("/") == path
    ]
    if same:
        yield Finding((*_AT, "path"), f'The path "{path}" is also that of {", ".join(same)}.', "Give each its own.")
