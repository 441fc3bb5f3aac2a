"""A second look reads what was written, and nothing that cannot have changed by that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ending import ended_and_told

from centrali_deploy.address import Address
from centrali_deploy.errors import Unauthorized
from centrali_deploy.kinds import KINDS
from centrali_deploy.local.app import create_app
from centrali_deploy.remote.observation import observe
from centrali_deploy.remote.second_look import look_again
from centrali_deploy.remote.singly import read_singly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.applications import Starlette

    from centrali_deploy.remote.client import Client
    from centrali_deploy.states import LiveState

CODE = "async function run() {}"
F = [Address("function", f"f{n}") for n in range(3)]
T, FLOW, P = Address("trigger", "t"), Address("orchestration", "o"), Address("orchestration", "p")


@pytest.fixture
def app() -> Iterator[Starlette]:
    application = create_app(":memory:", workspaces=["acme-dev"])
    yield application
    application.state.store.close()


def made(client: Client) -> LiveState:
    """Three functions, a trigger of the first one and two orchestrations, as they are seen at first."""
    ids = [client.create(KINDS["function"], {"name": address.name, "code": CODE})["id"] for address in F]
    client.create(KINDS["trigger"], {"name": "t", "functionId": ids[0], "executionType": "on-demand", "triggerMetadata": {}})
    client.page(KINDS["orchestration"], 1)
    steps = [{"id": "only", "type": "compute", "functionId": ids[0]}]
    for slug in "op":
        client.create(KINDS["orchestration"], {"slug": slug, "name": slug, "trigger": {"type": "on-demand"}, "steps": steps})
    return ended_and_told(observe(client, [FLOW, P]))[0]


def changed(client: Client, live: LiveState, *addresses: Address) -> None:
    """Look and write, as an apply does."""
    for address in addresses:
        assert read_singly(client, KINDS[address.kind], live.resources[address].id)
        client.update(KINDS[address.kind], live.resources[address].id, {"description": "changed"})


def looked(client: Client, live: LiveState, updated: list[Address], others: list[Address]) -> tuple[LiveState, int]:
    """What is seen, and how many requests it took."""
    before = client.requests_used
    found, _ = ended_and_told(look_again(client, live, updated, others))
    return found, client.requests_used - before


@pytest.mark.parametrize(
    ("updated", "requests"),
    [([], 0), ([F[0]], 1), ([F[0], T], 2), (F[:2], 1), ([*F, T], 2), ([FLOW], 1), ([FLOW, P], 3), ([F[0], FLOW, T], 3)],
    ids=["nothing", "one", "one-of-each", "more-than-pages", "many", "an-orchestration", "orchestrations", "each"],
)
def test_what_was_updated_is_read_in_as_few_requests_as_can_be(updated: list[Address], requests: int, client: Client) -> None:
    live = made(client)
    changed(client, live, *updated)
    found, used = looked(client, live, updated, [])
    assert used == requests
    assert found == ended_and_told(observe(client, [FLOW, P]))[0]
    assert {address for address, resource in found.resources.items() if resource.spec.get("description") == "changed"} == set(updated)


def test_what_came_and_went_is_seen_in_the_list_of_its_kind_alone(client: Client) -> None:
    live = made(client)
    client.create(KINDS["function"], {"name": "new", "code": CODE})
    client.delete(KINDS["function"], live.resources[F[2]].id)
    changed(client, live, F[1])
    found, used = looked(client, live, [F[1]], [Address("function", "new"), F[2]])
    assert used == 1
    assert found == ended_and_told(observe(client, [FLOW, P]))[0]


def test_the_steps_of_an_orchestration_that_was_made_are_read_with_it_and_those_of_others_are_not(client: Client) -> None:
    live = made(client)
    steps = [{"id": "only", "type": "compute", "functionId": live.resources[F[0]].id}]
    client.create(KINDS["orchestration"], {"slug": "q", "name": "q", "trigger": {"type": "on-demand"}, "steps": steps})
    new = Address("orchestration", "q")
    found, used = looked(client, live, [], [new])
    assert used == 2
    assert found.resources[new].spec["steps"] == [{"id": "only", "type": "compute", "function": "f0"}]
    assert found.resources[FLOW] == live.resources[FLOW]


def test_what_others_change_meanwhile_is_not_taken_for_known(client: Client) -> None:
    live = made(client)
    changed(client, live, F[0], F[1], F[2])
    found, _ = looked(client, live, [F[0], F[1]], [])
    assert found.resources[F[2]] == live.resources[F[2]]
    assert found.resources[F[0]].mark != live.resources[F[0]].mark


def test_what_was_updated_and_is_gone_by_now_is_not_there(client: Client) -> None:
    live = made(client)
    client.delete(KINDS["trigger"], live.resources[T].id)
    found, _ = looked(client, live, [T], [])
    assert T not in found.resources


def test_two_of_one_name_are_seen_when_one_was_made(client: Client) -> None:
    live = made(client)
    one = live.resources[F[2]]
    known = replace(live, doubles={F[2]: (one.id, "another"), F[1]: ("a", "b")})
    found, _ = looked(client, known, [], [F[2]])
    assert found.doubles == {F[1]: ("a", "b")}


def test_a_refusal_is_not_taken_for_gone(behind: Callable[..., Client]) -> None:
    def between(request: httpx.Request, onward: Any) -> httpx.Response:
        refused = request.method == "GET" and request.url.path.rpartition("/")[0].endswith("function-triggers")
        return httpx.Response(403, json={"message": "Not allowed"}) if refused else onward(request)

    with behind(between) as client:
        live = made(client)
        client.singly["trigger"] = True
        with pytest.raises(Unauthorized, match="Not allowed"):
            looked(client, live, [T], [])
