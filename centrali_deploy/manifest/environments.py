"""Environments of a manifest: which workspace, which values, which overrides, which protections."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from centrali_deploy.parts import Spec


class Environment(Spec):
    """Settings that hold when it is chosen with -e."""

    workspace: str | None = Field(default=None, examples=["acme"])
    """The slug of its workspace."""
    variables: dict[str, Any] | None = Field(default=None, examples=[{"reportHour": 4}])
    """Values of variables here."""
    overrides: dict[str, dict[str, Any]] | None = Field(default=None, examples=[{"trigger/nightly": {"enabled": False}}])
    """Members that differ here, by address; a mapping is merged, anything else takes the place of what was written."""
    protect: list[str] | None = Field(default=None, examples=[["structure/*"]])
    """Addresses, or patterns of them, that must not be changed, replaced or deleted here."""


def merged(written: Any, override: Any) -> Any:  # noqa: ANN401 -- any plain values
    """What is written with an override laid over it."""
    if isinstance(written, dict) and isinstance(override, dict):
        return {**written, **{member: merged(written.get(member), value) for member, value in override.items()}}
    return override
