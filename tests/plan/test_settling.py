"""What an apply that broke off did is told from what is live, member by member."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.plan.settling import settled
from centrali_deploy.sealing import Seal
from centrali_deploy.secret import Secret
from centrali_deploy.states import LiveResource, LiveState, Meant, Recorded, RecordedState
from centrali_deploy.wire import MASK

SEAL = Seal(b"key")
F, G, T, S = Address("function", "f"), Address("function", "g"), Address("trigger", "t"), Address("structure", "s")
LONG, OTHER = ("async function run() {}\n" * n for n in (20, 21))
ONE, TWO = ({"timeoutMs": number, "description": str(number)} for number in (1, 2))


def after(known: Recorded, *live: LiveResource) -> dict[Address, Recorded]:
    return dict(settled(RecordedState({known.address: known}, SEAL), LiveState({each.address: each for each in live})).resources)


def known(address: Address, was: Any, meant: Any, id_: str = "id", gone: bool = False, name: str = "") -> Recorded:
    sealed = [spec and SEAL.sealed(address, spec) for spec in (was, meant)]
    return Recorded(address, id_, sealed[0], "1", Meant(sealed[1], name or address.name, gone))


@pytest.mark.parametrize(
    ("was", "meant", "live", "spec", "open_still"),
    [
        (ONE, TWO, ONE, ONE, False),
        (ONE, TWO, TWO, TWO, False),
        (ONE, TWO, {**TWO, "timeoutMs": 1}, {**TWO, "timeoutMs": 1}, False),  # half of it
        (ONE, TWO, {**TWO, "timeoutMs": 3}, {**TWO, "timeoutMs": 1}, True),  # somebody else's
        (ONE, {**TWO, "description": None}, {"timeoutMs": 2}, {"timeoutMs": 2}, False),
        (ONE, {**TWO, "description": None}, {"timeoutMs": 1, "description": "1"}, ONE, False),
        ({"timeoutMs": 1}, TWO, TWO, TWO, False),
        ({"timeoutMs": 1}, TWO, {"timeoutMs": 1}, {"timeoutMs": 1}, True),  # was not managed before: theirs, or not there yet
        ({"code": LONG}, {"code": OTHER}, {"code": OTHER}, {"code": OTHER}, False),
        ({"code": LONG}, {"code": OTHER}, {"code": LONG}, {"code": LONG}, False),
        ({"code": LONG}, {"code": OTHER}, {}, {"code": LONG}, True),  # a list that leaves it out
        (None, TWO, TWO, TWO, False),
        (None, TWO, {**TWO, "timeoutMs": 1}, None, True),
        (None, {**TWO, "code": None}, TWO, TWO, False),
    ],
)
def test_each_member_is_recorded_as_it_was_or_as_it_was_meant(was: Any, meant: Any, live: Any, spec: Any, open_still: bool) -> None:
    found = after(known(F, was, meant, id_="id" if was else ""), LiveResource(F, "id", live, "2"))[F]
    assert (found.spec, bool(found.meant)) == (spec and SEAL.sealed(F, spec), open_still)
    assert found.id == ("" if was is None and open_still else "id")


def params(value: Any, hour: int) -> dict[str, Any]:
    return {"triggerMetadata": {"params": {"key": {"value": value, "encrypt": True}, "hour": hour}}}


@pytest.mark.parametrize(("hour", "taken"), [(1, False), (2, True)])
def test_a_secret_was_sent_if_what_is_beside_it_was(hour: int, taken: bool) -> None:
    one, two = (Secret("", lambda word=word: word) for word in ("one", "two"))  # type: ignore[misc]
    before = known(T, params(one, 1), params(two, 2))
    found = after(before, LiveResource(T, "id", params(MASK, hour)))[T]
    assert found.spec == SEAL.sealed(T, params(two, 2) if taken else params(one, 1))


@pytest.mark.parametrize(
    ("gone", "live", "spec"),
    [
        (True, [], None),
        (True, [LiveResource(F, "id", ONE)], ONE),
        (True, [LiveResource(F, "other", ONE)], ONE),
        (False, [], ONE),  # somebody else deleted it
    ],
)
def test_what_was_about_to_be_deleted_and_is_gone_is_nobody_else_s_work(gone: bool, live: list[LiveResource], spec: Any) -> None:
    found = after(known(F, ONE, None if gone else TWO, gone=gone), *live)[F]
    assert (found.spec, found.meant, bool(found.id)) == (spec, None, spec is not None)


def test_what_has_the_name_it_was_about_to_get_is_recorded_under_it() -> None:
    before = known(F, ONE, TWO, name="g")
    assert after(before, LiveResource(G, "id", TWO)) == {G: Recorded(F, "id", TWO, "1")}
    assert after(before, LiveResource(F, "id", ONE)) == {F: Recorded(F, "id", ONE, "1")}
    elsewhere = Address("function", "h")
    assert list(after(before, LiveResource(elsewhere, "id", TWO))) == [F]


def test_properties_of_a_structure_are_one_member() -> None:
    one, two = ({"properties": [{"name": name, "type": "string"} for name in names]} for names in ("a", "ab"))
    assert after(known(S, one, two), LiveResource(S, "id", two))[S].spec == two
    assert after(known(S, one, two), LiveResource(S, "id", one))[S].spec == one


def test_a_list_between_the_two_is_told_item_by_item_and_only_told() -> None:
    a, b, c, other = ({"name": name, "type": "string"} for name in "abcd")
    before = known(S, {"properties": [a, c]}, {"properties": [b, c]})
    live = LiveState({S: LiveResource(S, "id", {"properties": [a, b, c]})})
    recorded = RecordedState({S: before}, SEAL)
    assert settled(recorded, live).resources[S].spec == before.spec
    assert settled(recorded, live, halfway=True).resources[S].spec == {"properties": [a, b, c]}
    theirs = LiveState({S: LiveResource(S, "id", {"properties": [a, b, c, other]})})
    assert settled(recorded, theirs, halfway=True).resources[S].spec == before.spec


def test_what_refers_to_something_that_got_its_new_name_does_so_by_that() -> None:
    trigger = Recorded(T, "t", {"function": "f"})
    recorded = RecordedState({F: known(F, ONE, TWO, name="g"), T: trigger}, SEAL)
    live = LiveState({G: LiveResource(G, "id", TWO), T: LiveResource(T, "t", {"function": "g"})})
    assert settled(recorded, live).resources[T].spec == {"function": "g"}


def test_without_anything_meant_it_is_the_same() -> None:
    recorded = RecordedState({F: Recorded(F, "id", ONE)}, SEAL)
    assert settled(recorded, LiveState()) is recorded
