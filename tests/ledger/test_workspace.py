"""The ledger in the workspace: few requests, whole or not at all, and hidden from everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of

from centrali_deploy.address import Address
from centrali_deploy.errors import DeployError, ManifestError, Unreadable
from centrali_deploy.kinds import KINDS
from centrali_deploy.ledger.model import Ledger
from centrali_deploy.ledger.workspace import WorkspaceDoor
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.model import Policy
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.states import Recorded
from centrali_deploy.wire import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from centrali_deploy.remote.client import Client


def ledger(count: int, serial: int = 1, deployment: str = "default") -> Ledger:
    names = [Address("function", f"f{n:05}") for n in range(count)]
    spec = {"code": {"$text": "0" * 64}, "description": "d" * 300, "timeoutMs": serial}
    return Ledger(deployment, b"\x01", serial, {a: Recorded(a, a.name, spec, "1") for a in names}, "0.1")


def test_reading_takes_one_request_for_thousands_of_resources(client: Client) -> None:
    WorkspaceDoor(client, "default").write(ledger(5_000))
    before = client.requests_used
    assert len((WorkspaceDoor(client, "default").read() or ledger(0)).resources) == 5_000
    assert client.requests_used - before == 1


def test_two_deployments_know_what_the_other_owns(client: Client) -> None:
    WorkspaceDoor(client, "billing").write(ledger(2, deployment="billing"))
    door = WorkspaceDoor(client, "default")
    assert door.read() is None
    assert door.elsewhere() == {Address("function", f"f0000{n}"): "billing" for n in range(2)}
    door.write(ledger(1))
    assert WorkspaceDoor(client, "billing").read() == ledger(2, deployment="billing")


class Breaking(httpx.BaseTransport):
    """Lets so many requests through, and then none."""

    def __init__(self, inner: httpx.BaseTransport, after: int) -> None:
        self.inner, self.left = inner, after

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.inner.handle_request(request)


@pytest.mark.parametrize(("before", "after"), [(1, 1), (1, 3_000), (3_000, 1), (3_000, 3_000)])
def test_wherever_a_write_breaks_off_the_old_ledger_is_there_or_the_new_one(
    before: int, after: int, app: Any, client: Client, connect_to: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    door, states = WorkspaceDoor(client, "default"), set()
    for cut in range(40):
        door.write(ledger(before, 1))
        with connect_to(app) as other:
            other.requests_used  # noqa: B018 -- nothing is sent yet
            broken = WorkspaceDoor(other, "default")
            broken.read()
            breaking = Breaking(InProcess(app), cut)
            monkeypatch.setattr(other, "_sender", type(other._sender)(breaking, sleep=lambda _seconds: None))  # noqa: SLF001 -- there is no other way to break it off in the middle
            whole = True
            try:
                broken.write(ledger(after, 2))
            except KeyboardInterrupt:
                whole = False
        fresh = WorkspaceDoor(client, "default")
        found = fresh.read()
        assert found in (ledger(before, 1), ledger(after, 2))
        states.add((found or ledger(0)).serial)
        fresh.write(ledger(before, 1))
        door = WorkspaceDoor(client, "default")
        assert door.read() == ledger(before, 1)
        records = client.request("GET", f"records/slug/{RESERVED}", query={"pageSize": 200})["data"]
        assert len(records) == (1 if before == 1 else 1 + sum(r["data"]["part"] == "chunk" for r in records))
        if whole:
            break
    assert states == {1, 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"format": 2}', "has format 2, and 1 is the newest"),
        ('{"format": 1}', "is damaged"),
        ('{"generation": "x", "parts": 3}', "is damaged"),
        ('{"format": 1, "deployment": "d", "key": "zz", "serial": 1, "tool": "", "resources": {}}', "is damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_written_over(text: str, words: str, client: Client) -> None:
    WorkspaceDoor(client, "default").write(ledger(1))
    (record,) = client.request("GET", f"records/slug/{RESERVED}")["data"]
    client.request("PATCH", f"records/{record['id']}", json={"data": {"text": text}})
    with pytest.raises(Unreadable, match=words):
        WorkspaceDoor(client, "default").read()
    with pytest.raises(DeployError):
        WorkspaceDoor(client, "default").write(ledger(1))


def test_the_structure_is_made_by_the_first_write_and_never_by_reading(client: Client) -> None:
    door = WorkspaceDoor(client, "default")
    door.read()
    door.holder()
    door.history(1)
    assert client.find(KINDS["structure"], RESERVED) is None
    door.write(ledger(1))
    assert door.made
    assert client.find(KINDS["structure"], RESERVED) is not None


def test_nobody_plans_it_and_nobody_declares_it(client: Client, manifest: Callable[..., str]) -> None:
    WorkspaceDoor(client, "default").write(ledger(1))
    found = result_of(plan(load([manifest({"version": 1, "functions": {"f": {"code": "async function run() {}"}}})], {}), client, Policy()))
    assert found.plan.unmanaged == ()
    with pytest.raises(ManifestError, match="under which this tool keeps what it applied"):
        load([manifest({"version": 1, "structures": {RESERVED: {"name": "Mine"}}})], {})
