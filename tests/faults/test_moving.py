"""A property that gets another name keeps the values of records, wherever an apply breaks off and whoever writes meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import result_of

from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.local.app import create_app
from centrali_deploy.manifest.loading import load
from centrali_deploy.pipeline.apply import apply, check
from centrali_deploy.pipeline.plan import plan
from centrali_deploy.plan.verdicts import Policy
from centrali_deploy.remote.client import Client
from centrali_deploy.remote.connection import Connection
from centrali_deploy.remote.credentials import ServiceAccount
from centrali_deploy.remote.in_process import InProcess
from centrali_deploy.remote.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from centrali_deploy.plan.model import Plan

TITLE = {"name": "title", "type": "string"}
OLD = {"name": "total", "type": "number", "required": True, "isUnique": True, "immutable": True, "description": "Sum", "minimum": 0}
NEW = {**OLD, "name": "amount", "renamedFrom": "total"}
PLAIN = {"name": "total", "type": "number"}
RENAMED = {**PLAIN, "name": "amount", "renamedFrom": "total"}


class Killed(BaseException):
    """The process is no more."""


class Passing(httpx.BaseTransport):
    """Passes requests on until it is killed, before the n-th takes effect or after that; `meanwhile` happens before each."""

    def __init__(self, app: Any) -> None:
        self.inner, self.left, self.after, self.count = InProcess(app), -1, False, 0
        self.meanwhile: Callable[[httpx.Request], object] = lambda _request: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.left == 0:
            if self.after:
                self.inner.handle_request(request)
            raise Killed
        self.left -= 1
        self.count += 1
        self.meanwhile(request)
        return self.inner.handle_request(request)


class Shop:
    """A workspace with orders, whose manifest changes between two applies."""

    def __init__(self, write: Callable[..., str], records: int, *properties: Any) -> None:
        self.app, self.write = create_app(":memory:", workspaces=["acme-dev"]), write
        self.transport = Passing(self.app)
        account = self.app.state.accounts["acme-dev"]
        connection = Connection("http://localhost", "acme-dev", ServiceAccount(account.client_id, account.client_secret))
        self.client = Client(connection, Sender(self.transport, sleep=lambda _seconds: None))
        self.hands = Client(connection, Sender(InProcess(self.app)))
        self.apply(*(properties or (TITLE, OLD)))
        for start in range(0, records, 1000):
            lot = [{"title": f"{n}", "total": n} for n in range(start, min(start + 1000, records))]
            self.hands.request("POST", "records/bulk", json={"recordSlug": "orders", "records": lot})

    def planned(self, *properties: Any, allow: tuple[str, ...] = ()) -> Any:
        path = self.write({"version": 1, "structures": {"orders": {"name": "Orders", "properties": list(properties)}}})
        return result_of(plan(load([path], {}), self.client, Policy(allow_loss=allow)))

    def apply(self, *properties: Any) -> list[Outcome]:
        planned = self.planned(*properties)
        check(planned, self.client)
        return [event for event in apply(planned, self.client, lambda: False) if isinstance(event, Outcome)]

    def record(self, **data: Any) -> str:
        return str(self.hands.request("POST", "records/slug/orders", json={"data": data})["id"])

    def change(self, id_: str, **data: Any) -> None:
        self.hands.request("PATCH", f"records/{id_}", json={"data": data})

    @property
    def properties(self) -> list[dict[str, Any]]:
        (structure,) = self.hands.request("GET", "collections")["data"]
        return list(structure["properties"])

    def values(self, name: str) -> list[Any]:
        found: list[Any] = []
        while page := self.hands.request(
            "POST", "records/query", json={"resource": "orders", "page": {"limit": 500, "offset": len(found)}}
        ):
            if not page["data"]:
                break
            found += [record["data"].get(name) for record in page["data"]]
        return found

    def close(self) -> None:
        self.client.__exit__(None, None, None)
        self.hands.__exit__(None, None, None)
        self.app.state.store.close()


@pytest.fixture
def shop(manifest: Callable[..., str]) -> Iterator[Callable[..., Shop]]:
    made: list[Shop] = []

    def make(records: int, *properties: Any) -> Shop:
        made.append(Shop(manifest, records, *properties))
        return made[-1]

    yield make
    for each in made:
        each.close()


def hazards(found: Plan) -> list[tuple[str, str, int | None, int | None]]:
    return [(hazard.weight, hazard.message, hazard.count, hazard.total) for hazard in found.hazards]


def test_the_values_of_thousands_of_records_go_along(shop: Callable[..., Shop]) -> None:
    here = shop(3000)
    found = here.planned(TITLE, NEW).plan
    assert hazards(found) == [("copy", "values are copied from total", 3000, 3000)]
    before = here.transport.count
    (outcome,) = here.apply(TITLE, NEW)
    assert (outcome.status, outcome.copied, outcome.error) == (Status.APPLIED, 3000, None)
    assert [call.name for call in outcome.calls] == ["add", "copy", "update"]
    assert here.values("amount") == list(range(3000))
    assert here.properties == [TITLE, {**OLD, "name": "amount"}]
    assert here.transport.count - before < 60
    assert here.planned(TITLE, NEW).plan.pending == ()


@pytest.mark.parametrize("after", [False, True], ids=["before-its-effect", "after-its-effect"])
def test_wherever_it_breaks_off_the_next_apply_ends_where_it_would_have(after: bool, shop: Callable[..., Shop]) -> None:
    whole = shop(450)
    planning = whole.transport.count
    whole.planned(TITLE, NEW)
    planning, requests = whole.transport.count - planning, whole.transport.count
    whole.apply(TITLE, NEW)
    points = range(planning, whole.transport.count - requests)
    assert len(points) >= 12
    for at in points:
        here = shop(450)
        here.transport.left, here.transport.after = at, after
        with pytest.raises(Killed):
            here.apply(TITLE, NEW)
        here.transport.left = -1
        assert not [hazard for hazard in here.planned(TITLE, NEW).plan.hazards if hazard.losing], at
        assert all(outcome.status is Status.APPLIED for outcome in here.apply(TITLE, NEW)), at
        assert (here.values("amount"), here.properties) == (list(range(450)), whole.properties), at
        assert here.planned(TITLE, NEW).plan.pending == ()


def half_done(here: Shop) -> None:
    """An apply that breaks off when all values are copied once."""
    asked: list[httpx.Request] = []

    def meanwhile(request: httpx.Request) -> None:
        if b"createdAt" in request.content:
            asked.append(request)
            if len(asked) == 2:
                raise Killed

    here.transport.meanwhile = meanwhile
    with pytest.raises(Killed):
        here.apply(TITLE, RENAMED)
    here.transport.meanwhile = lambda _request: None


def test_without_the_old_name_in_the_manifest_what_is_half_done_is_a_loss(shop: Callable[..., Shop]) -> None:
    here = shop(7, TITLE, PLAIN)
    half_done(here)
    assert [item["name"] for item in here.properties] == ["title", "total", "amount"]
    found = here.planned(TITLE, {**PLAIN, "name": "amount"}).plan
    assert hazards(found) == [("losing", "its values are out of reach", 7, 7)]


def test_what_is_written_meanwhile_is_not_overwritten_with_what_was_there_before(shop: Callable[..., Shop]) -> None:
    """Between the reading of a page and its writing, others write under the old name, under the new one, and elsewhere."""
    here = shop(0, TITLE, PLAIN)
    ids = [here.record(title="x", total=n) for n in range(6)]
    writes = {0: {"total": 100}, 1: {"amount": 101}, 2: {"title": "y"}, 3: {"total": 103, "amount": 203}}
    done: list[str] = []

    def meanwhile(request: httpx.Request) -> None:
        if request.method == "PATCH" and request.url.path.endswith("/records/bulk") and not done:
            done.append("once")
            for index, data in writes.items():
                here.change(ids[index], **data)
            here.hands.request("DELETE", f"records/{ids[5]}")
            here.record(title="late", total=7)

    here.transport.meanwhile = meanwhile
    (outcome,) = here.apply(TITLE, RENAMED)
    assert (done, outcome.error, outcome.status) == (["once"], None, Status.APPLIED)
    assert here.values("amount") == [100, 101, 2, 203, 4, 7]


def test_what_was_written_after_an_apply_broke_off_is_newer_than_its_copies(shop: Callable[..., Shop]) -> None:
    here = shop(0, TITLE, PLAIN)
    ids = [here.record(title="x", total=n) for n in range(5)]
    half_done(here)
    assert here.values("amount") == [0, 1, 2, 3, 4]
    here.change(ids[0], total=100)
    here.change(ids[1], amount=101)
    here.change(ids[2], total=2, amount=0)
    here.change(ids[3], amount=5, total=6)
    here.apply(TITLE, RENAMED)
    assert here.values("amount") == [100, 101, 0, 5, 4]


def test_a_value_the_api_does_not_take_keeps_the_old_property_and_names_the_record(shop: Callable[..., Shop]) -> None:
    here = shop(0, PLAIN)
    id_ = here.record(total=5)
    here.apply({**PLAIN, "maximum": 3})
    (outcome,) = here.apply({**RENAMED, "maximum": 3})
    assert outcome.status is Status.FAILED
    assert outcome.error is not None
    assert (id_ in outcome.error.message, outcome.error.hint.startswith("Nothing is lost")) == (True, True)
    assert [item["name"] for item in here.properties] == ["total", "amount"]
    here.change(id_, total=2)
    here.apply({**RENAMED, "maximum": 3})
    assert (here.values("amount"), [item["name"] for item in here.properties]) == ([2], ["amount"])


A, B = {"name": "a", "type": "string"}, {"name": "b", "type": "string"}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([{**A, "isSecret": True}], [{**B, "isSecret": True, "renamedFrom": "a"}], "they are secret"),
        ([A, B], [{**B, "renamedFrom": "a"}, {"name": "c", "type": "string", "renamedFrom": "b"}], "rename one after the other"),
    ],
    ids=["secret", "chain"],
)
def test_what_cannot_go_along_is_a_loss(before: Any, after: Any, words: str, shop: Callable[..., Shop]) -> None:
    here = shop(0, *before)
    assert {hazard.weight for hazard in here.planned(*after).plan.hazards} == {"safe"}
    here.record(**{item["name"]: 1 if item["type"] == "number" else "x" for item in before})
    found = here.planned(*after).plan
    assert [refusal.rule for refusal in found.refusals] == ["data-loss"] * len(after)
    assert all(words in refusal.message for refusal in found.refusals)
    assert here.planned(*after, allow=("structure/orders",)).plan.refusals == ()
