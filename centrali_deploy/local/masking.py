"""Secrets at rest in the local workspace: kept as they came, shown as a mask, and kept again when the mask comes back.

The form `{value, encrypt: true}` as written and `{value: mask, encrypted: true}` as read is documented; that a mask
keeps the stored value is documented for secret record fields and inferred here.
"""

from __future__ import annotations

from typing import Any

from centrali_deploy.wire import MASK


def shown(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A value as the API shows it: every encrypted one masked, and the default of a secret property."""
    if isinstance(value, dict):
        if value.get("encrypt") is True and "value" in value:
            return {"value": MASK, "encrypted": True}
        masked = {member: shown(inside) for member, inside in value.items()}
        for member in _secret_members(value):
            masked[member] = MASK
        return masked
    return [shown(item) for item in value] if isinstance(value, list) else value


def kept(sent: Any, stored: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """A value as it is stored: where a mask was sent, what is stored already. Items are matched by id or name."""
    if isinstance(sent, dict):
        if sent.get("value") == MASK and isinstance(stored, dict):
            return stored
        old = stored if isinstance(stored, dict) else {}
        secret = _secret_members(sent)
        return {
            member: old.get(member) if inside == MASK and member in secret else kept(inside, old.get(member))
            for member, inside in sent.items()
        }
    if isinstance(sent, list):
        known = {_label(item): item for item in stored} if isinstance(stored, list) else {}
        return [kept(item, known.get(_label(item))) for item in sent]
    return sent


def _secret_members(value: dict[str, Any]) -> set[str]:
    """Members of an object that are secret beside `{value, encrypt: true}` [I]."""
    default = {"default"} if value.get("isSecret") is True and value.get("default") is not None else set()
    return default | {member for member in ("signingSecret",) if isinstance(value.get(member), str)}


def _label(item: object) -> object:
    label = (item.get("id") or item.get("name")) if isinstance(item, dict) else None
    return label if isinstance(label, str) else None
