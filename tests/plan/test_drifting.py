"""What others changed since the last apply, whatever the manifests say now."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address, path_text
from centrali_deploy.plan.drifting import UNKNOWN, Drift, drifts
from centrali_deploy.plan.model import Mark
from centrali_deploy.sealing import Seal
from centrali_deploy.secret import Secret
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Recorded, RecordedState
from centrali_deploy.wire import MASK

SEAL = Seal(b"key")
F, S, T, G = Address("function", "f"), Address("structure", "s"), Address("trigger", "t"), Address("function", "g")
LONG, OTHER = ("async function run() {}\n" * n for n in (20, 21))


def found(address: Address, was: Any, live: Any, declared: Any = None, **names: Any) -> tuple[Drift, ...]:
    known = RecordedState({address: Recorded(address, "id", was and SEAL.sealed(address, was))}, SEAL)
    now = names.get("now", address)
    state = LiveState({now: LiveResource(now, names.get("id_", "id"), live)} if live is not None else {})
    return drifts(known, state, {address: DesiredResource(address, declared)} if declared else {})


def params(value: Any) -> dict[str, Any]:
    return {"triggerMetadata": {"params": {"key": {"value": value, "encrypt": True}}}}


@pytest.mark.parametrize(
    ("address", "was", "live", "declared", "expected"),
    [
        (F, {"timeoutMs": 1}, {"timeoutMs": 2}, {"timeoutMs": 3}, [("timeoutMs", 1, 2)]),
        (F, {"timeoutMs": 1}, {"timeoutMs": 1}, {"timeoutMs": 3}, []),  # what the manifest says now is no drift
        (F, {"timeoutMs": 1}, {"timeoutMs": 1, "description": "theirs"}, None, []),  # nobody manages it
        (F, {"code": LONG}, {"code": LONG}, None, []),
        (F, {"code": LONG}, {"code": OTHER}, {"code": LONG}, [("code", LONG, OTHER)]),
        (F, {"code": LONG}, {"code": OTHER}, {"code": "new"}, [("code", UNKNOWN, OTHER)]),
        (T, params(Secret("", lambda: "a")), params(MASK), None, []),
        (
            T,
            params(Secret("", lambda: "a")),
            {"triggerMetadata": {"params": {}}},
            None,
            [("triggerMetadata.params.key", {"value": Mark.SECRET, "encrypt": True}, Mark.ABSENT)],
        ),
        (
            S,
            {"properties": [{"name": "a"}]},
            {"properties": [{"name": "a"}, {"name": "b"}]},
            None,
            [("properties[b]", Mark.ABSENT, {"name": "b"})],
        ),
    ],
)
def test_what_differs_from_what_was_applied_is_drift(address: Address, was: Any, live: Any, declared: Any, expected: Any) -> None:
    fields = [field for drift in found(address, was, live, declared) for field in drift.fields]
    assert [(path_text(field.path), field.before, field.after) for field in fields] == expected


@pytest.mark.parametrize(
    ("live", "names", "message"),
    [
        (None, {}, "deleted by somebody else"),
        ({}, {"id_": "other"}, "deleted and made anew by somebody else"),
        ({}, {"now": G}, "changed by somebody else"),
    ],
)
def test_what_happened_to_a_resource_is_said(live: Any, names: Any, message: str) -> None:
    assert [drift.message for drift in found(F, {"timeoutMs": 30000}, live, **names)] == [message]


def test_of_an_apply_that_broke_off_nothing_is_known() -> None:
    assert found(F, None, {"timeoutMs": 2}) == ()
