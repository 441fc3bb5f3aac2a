"""Records of a workspace of its own, without HTTP between."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from centrali_deploy.local.records import Records
from centrali_deploy.local.resources import Resources
from centrali_deploy.local.services import SERVICES
from centrali_deploy.local.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def workspace(mode: str = "schemaless", *properties: dict[str, Any]) -> Iterator[Records]:
    """The records of a workspace with one structure, `s`."""
    store, number = Store(":memory:"), count(1)

    def ids() -> str:
        return f"id-{next(number)}"

    structures = Resources(store, SERVICES["structure"], "acme", lambda: 0.0, ids, 100, "me", brief=False)
    structures.created({"name": "s", "schemaDiscoveryMode": mode, "properties": list(properties)})
    yield Records(store, "acme", lambda: 1.0, ids, "me")
    store.close()
