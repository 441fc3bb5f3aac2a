"""From an entry of the history to what takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ending import ended_and_told

from centrali_deploy.address import Address
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.owning import inverse
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.states import Recorded, RecordedState

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = "async function run() {}"
F = Address("function", "f")


@pytest.mark.parametrize("brief", [False, True])
def test_what_is_deleted_is_kept_whole_also_where_lists_leave_much_out(
    brief: bool,
    connect_to: Callable[..., Any],
    manifest: Callable[..., str],
) -> None:
    application = create_app(":memory:", workspaces=["acme-dev"], brief=brief)
    with connect_to(application) as client:
        function = client.create(KINDS["function"], {"name": "f", "code": CODE})
        known = RecordedState({F: Recorded(F, function["id"], {"code": CODE})})
        loaded = load([manifest({"version": 1, "functions": {"g": {"code": CODE}}})], {})
        found, _ = ended_and_told(plan(loaded, client, Policy(prune=True), known))
    application.state.store.close()
    said = {each["address"]: each for each in inverse(found, {})}["function/f"]
    assert (said["action"], said["before"]["code"], said["ours"]) == ("delete", CODE, ["code"])
