"""Observing: every list once, details only where they are missing and wanted, and progress all the while."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import ended_and_told
from ledgers import client_behind

from centrali_deploy.address import Address
from centrali_deploy.errors import Rejected, RemoteError, Unreachable
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.local.faults import Fault
from centrali_deploy.remote import observation
from centrali_deploy.remote.observation import Progress, observe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from starlette.applications import Starlette

    from centrali_deploy.remote.client import Client
    from centrali_deploy.states import LiveState

CODE = "async function run() {}"
F, G = Address("function", "f"), Address("function", "g")
FLOW, P = Address("orchestration", "o"), Address("orchestration", "p")

LONG = 60.0
"""Seconds that nothing here takes, however busy the machine is."""
PUBLISHED = [kind for kind in KINDS.values() if kind.published]


def observed(client: Client, *wanted: Address) -> tuple[LiveState, list[Progress]]:
    return ended_and_told(observe(client, wanted))


def filled(client: Client) -> None:
    """Two functions, a structure, a trigger and two orchestrations."""
    ids = [client.create(KINDS["function"], {"name": name, "code": CODE})["id"] for name in "fg"]
    client.create(KINDS["structure"], {"recordSlug": "s", "name": "S"})
    trigger = {"name": "t", "functionId": ids[0], "executionType": "on-demand", "triggerMetadata": {"params": {}}}
    client.create(KINDS["trigger"], trigger)
    client.page(KINDS["orchestration"], 1)
    for slug in "op":
        steps = [{"id": "only", "type": "compute", "functionId": ids[1]}]
        client.create(KINDS["orchestration"], {"slug": slug, "name": slug, "trigger": {"type": "on-demand"}, "steps": steps})


@pytest.fixture
def app() -> Iterator[Starlette]:
    application = create_app(":memory:", workspaces=["acme-dev"], brief=True)
    yield application
    application.state.store.close()


@pytest.mark.parametrize(
    ("wanted", "full", "details"),
    [((), set(), 0), ((F,), {F}, 1), ((FLOW,), {FLOW}, 1), ((F, FLOW, P), {F, FLOW, P}, 3), ((Address("function", "new"), G), {G}, 1)],
)
def test_of_brief_lists_only_what_is_wanted_is_read_in_full(
    wanted: Collection[Address], full: set[Address], details: int, client: Client
) -> None:
    filled(client)
    before = client.requests_used
    live, _ = observed(client, *wanted)
    assert {address for address in (F, G, FLOW, P) if {"code", "steps"} & live.resources[address].spec.keys()} == full
    assert client.requests_used - before == len(PUBLISHED) + details


def test_what_a_list_holds_already_is_not_read_again(connect_to: Callable[..., Client]) -> None:
    with connect_to(create_app(":memory:", workspaces=["acme-dev"])) as client:
        filled(client)
        before = client.requests_used
        live, _ = observed(client, F, G)
        assert live.resources[F].spec["code"] == CODE
        assert client.requests_used - before == len(PUBLISHED)


def test_ids_become_names_and_those_that_lead_nowhere_say_so(behind: Callable[..., Client]) -> None:
    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        answer = onward(request)
        if request.method == "GET" and request.url.path.endswith("compute-functions"):
            return httpx.Response(200, json=[item for item in answer.json()["data"] if item["name"] == "f"])
        return answer

    with behind(between) as client:
        filled(client)
        live, _ = observed(client, FLOW)
        assert live.resources[Address("trigger", "t")].spec["function"] == "f"
        assert live.resources[FLOW].spec["steps"][0]["function"] == "(deleted function)"
        assert all(resource.mark.startswith("1 20") for resource in live.resources.values())
        assert not {"id", "version", "createdAt"} & live.resources[F].spec.keys()


@pytest.mark.parametrize("changed", [{"id": "another"}, {"id": None}, {"name": None}])
def test_details_of_another_resource_are_refused(changed: dict[str, Any], behind: Callable[..., Client]) -> None:
    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        answer = onward(request)
        if request.method == "GET" and request.url.path.rpartition("/")[0].endswith("compute-functions"):
            return httpx.Response(200, json={**answer.json(), **changed})
        return answer

    with behind(between) as client:
        filled(client)
        with pytest.raises(RemoteError, match="not the resource of this id"):
            observed(client, F)


def test_what_is_deleted_between_its_list_and_its_details_is_refused_with_a_way_out(behind: Callable[..., Client]) -> None:
    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        gone = request.method == "GET" and request.url.path.rpartition("/")[0].endswith("compute-functions")
        return httpx.Response(404, json={"message": "Function not found"}) if gone else onward(request)

    with behind(between) as client:
        filled(client)
        with pytest.raises(Rejected, match="Function not found") as caught:
            observed(client, F)
    assert "plan again" in caught.value.hint


@pytest.mark.parametrize(
    "item", [{"name": "f"}, {"id": None, "name": "f"}, {"id": "", "name": "f"}, {"id": True, "name": "f"}, {"id": "x"}]
)
def test_something_without_an_id_or_a_name_is_refused(item: dict[str, Any], answered_by: Callable[..., Client]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json=[item] if request.url.path.endswith("compute-functions") and request.url.params["page"] == "1" else []
        )

    with answered_by(answer) as client, pytest.raises(RemoteError, match="list of functions holds something without an id or a name"):
        observed(client)


def test_two_that_answer_to_one_name_are_both_known(answered_by: Callable[..., Client]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("compute-functions"):
            return httpx.Response(200, json={"data": [], "meta": {"total": 0}})
        rows = [{"id": str(number), "name": "f", "code": CODE, "updatedAt": "then"} for number in (7, 8, 9)]
        return httpx.Response(200, json={"data": [*rows, rows[0]], "meta": {"total": 4}})

    with answered_by(answer) as client:
        live, _ = observed(client)
    assert live.doubles == {F: ("7", "8", "9")}
    assert live.resources[F].mark == "then"


def test_progress_tells_every_section_and_what_is_read_in_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation, "_TICK", LONG)  # on a busy machine a second may pass in which nothing ends
    filled(client)
    _, told = observed(client, F, G, FLOW)
    listed = {progress.section: progress.read for progress in told if "in full" not in progress.section}
    assert listed == {"structures": 1, "functions": 2, "triggers": 1, "orchestrations": 2}
    detailed = [(progress.section, progress.read) for progress in told if "in full" in progress.section]
    assert dict(detailed) == {"functions in full": 2, "orchestrations in full": 1}  # two may be there at the same moment


def test_progress_comes_all_the_while_a_list_is_slow(behind: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    assert vars(observation)["_TICK"] <= 1
    monkeypatch.setattr(observation, "_TICK", 0.01)
    seen = threading.Event()

    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        if request.url.path.endswith("collections"):
            assert seen.wait(LONG)
        return onward(request)

    with behind(between) as client:
        for progress in observe(client, ()):
            if progress == Progress("structures", 0):
                seen.set()
    assert seen.is_set()


def test_a_list_that_cannot_be_read_ends_the_run(connect_to: Callable[..., Client]) -> None:
    faults = [Fault("GET", "compute-functions", "refuse", times=None)]
    with connect_to(create_app(":memory:", workspaces=["acme-dev"], faults=faults)) as client, pytest.raises(Unreachable):
        observed(client)


def test_lists_are_read_at_the_same_time(answered_by: Callable[..., Client]) -> None:
    together = threading.Barrier(len(PUBLISHED))

    def answer(_request: httpx.Request) -> httpx.Response:
        together.wait(LONG)
        return httpx.Response(200, json={"data": [], "meta": {"total": 0}})

    with answered_by(answer) as client:
        live, _ = observed(client)
    assert live.resources == {}


def test_a_kind_whose_route_is_not_published_is_asked_for_only_when_one_is_wanted(answered_by: Callable[..., Client]) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        return httpx.Response(200, json={"data": [], "meta": {"total": 0}})

    with answered_by(answer) as client:
        observed(client)
        assert sorted(asked) == sorted(kind.path for kind in PUBLISHED)
        observed(client, Address("allowed-domain", "api.stripe.com"))
    assert "allowed-domains" in asked


@pytest.mark.parametrize("really", [True, False])
def test_what_goes_between_its_list_and_its_reading_is_not_there_if_the_list_agrees(really: bool, app: Starlette, client: Client) -> None:
    filled(client)
    gone = client.find(KINDS["orchestration"], "p")
    assert gone

    def act(_number: int, request: httpx.Request, answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Response:
        if request.url.path.endswith(gone["id"]):
            if not really:
                return httpx.Response(404, json={"message": "never heard of it"})
            client.delete(KINDS["orchestration"], gone["id"])
        return answer(request)

    with client_behind(app, act) as late:
        if really:
            assert P not in observed(late, FLOW, P)[0].resources
        else:
            with pytest.raises(Rejected, match="never heard of it"):
                observed(late, FLOW, P)
