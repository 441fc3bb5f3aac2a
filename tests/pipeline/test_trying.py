"""A workspace to try functions in; what is tried in one, tests/cli/test_test.py says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centrali_deploy.errors import DeployError
from centrali_deploy.local.store import Store
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.trying import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = "async function run() { await api.createRecord('orders', {}) }"
EVENT = {"event": "record_created", "recordSlug": "orders"}


@pytest.mark.parametrize("runs", [True, False])
def test_a_workspace_is_closed_in_the_end_and_when_it_cannot_be_made(
    runs: bool, manifest: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Store] = []
    close = Store.close
    monkeypatch.setattr(Store, "close", lambda store: (closed.append(store), close(store)))
    trigger = {
        "function": "f",
        "executionType": "event-driven",
        "triggerMetadata": {**EVENT, "event": "record_updated" if runs else "record_created"},
    }
    path = manifest(
        {"version": 1, "structures": {"orders": {"name": "Orders"}}, "functions": {"f": {"code": CODE}}, "triggers": {"t": trigger}}
    )
    if runs:
        with Trial(load([path], {})):
            assert closed == []
    else:
        with pytest.raises(DeployError):
            Trial(load([path], {}))
    assert len(closed) == 1
