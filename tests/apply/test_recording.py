"""What is ours before and after an apply, whatever became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from centrali_deploy.address import Address
from centrali_deploy.apply.outcome import Outcome, Status
from centrali_deploy.apply.recording import intended, result, sealed
from centrali_deploy.errors import Conflict, RemoteError
from centrali_deploy.plan.model import Change, FieldChange
from centrali_deploy.sealing import UNSET, Seal
from centrali_deploy.states import DesiredResource, LiveResource, LiveState, Meant, Recorded

A, B = Address("function", "a"), Address("function", "b")
WAS, NEW = {"code": "was"}, {"code": "new"}
FIELD = FieldChange(("code",), "was", "new")
CREATE, UPDATE, DELETE = Change.create(A, "", ()), Change.update(A, "", [FIELD]), Change.delete(A, "")
FORGET, SAME, KEPT = Change.forget(A, ""), Change.no_op(A, "same"), Change.kept(A)
KNOWN = {A: Recorded(A, "id", WAS, "1")}
LIVE = LiveState({A: LiveResource(A, "id", NEW, "2")})
NOW = {A: Recorded(A, "id", NEW, "2")}
HALF = {A: Recorded(A, "id", None)}
HALF_KNOWN = {A: Recorded(A)}
ANOTHER = LiveState({A: LiveResource(A, "other", NEW, "1")})
FAILED, CONFLICT = RemoteError("no"), Conflict("taken")


@pytest.mark.parametrize(
    ("known", "change", "status", "error", "after", "expected"),
    [
        ({}, CREATE, Status.APPLIED, None, LIVE, NOW),
        ({}, CREATE, Status.FAILED, FAILED, LiveState(), {}),
        ({}, CREATE, Status.FAILED, FAILED, LIVE, {A: Recorded(A, "id")}),  # it took effect all the same
        ({}, CREATE, Status.FAILED, CONFLICT, LIVE, {}),  # somebody else made it
        ({}, CREATE, Status.SKIPPED, None, LiveState(), {}),
        ({}, CREATE, None, None, LiveState(), {}),  # interrupted before it
        ({}, SAME, None, None, LIVE, NOW),  # adopted
        ({}, UPDATE, Status.APPLIED, None, LIVE, NOW),
        ({}, UPDATE, Status.FAILED, FAILED, LIVE, {}),
        (KNOWN, UPDATE, Status.APPLIED, None, LIVE, NOW),
        (KNOWN, UPDATE, Status.FAILED, FAILED, LIVE, KNOWN),
        (KNOWN, UPDATE, Status.SKIPPED, None, LIVE, KNOWN),
        (KNOWN, SAME, None, None, LIVE, NOW),
        (KNOWN, DELETE, Status.APPLIED, None, LiveState(), {}),
        (KNOWN, DELETE, Status.APPLIED, None, LIVE, KNOWN),  # it was taken and not done
        (HALF_KNOWN, DELETE, Status.APPLIED, None, LIVE, HALF_KNOWN),
        (KNOWN, DELETE, Status.APPLIED, None, ANOTHER, {}),  # somebody else's by now
        (KNOWN, DELETE, Status.FAILED, FAILED, LIVE, KNOWN),
        (KNOWN, DELETE, None, None, LIVE, KNOWN),
        (KNOWN, FORGET, Status.APPLIED, None, LiveState(), {}),
        (KNOWN, KEPT, None, None, LIVE, KNOWN),
        (HALF, CREATE, Status.FAILED, FAILED, LiveState(), HALF),
    ],
)
def test_what_is_ours_afterwards(known: Any, change: Change, status: Any, error: Any, after: LiveState, expected: Any) -> None:
    outcomes = [Outcome(change, status, error=error)] if status else []
    declared = {} if change.undeclared else {A: Recorded(A, spec=NEW)}
    assert result(known, [change], outcomes, after, declared) == expected


@pytest.mark.parametrize(("ended", "expected"), [((), KNOWN), ((DELETE,), {})])
def test_what_opens_a_circle_is_ours_until_it_is_deleted(ended: tuple[Change, ...], expected: Any) -> None:
    opening = Change.open(A, "", [FIELD])
    outcomes = [Outcome(change, Status.APPLIED) for change in (opening, *ended)]
    assert result(KNOWN, [opening, DELETE], outcomes, LiveState() if ended else LIVE, {}) == expected


def test_what_is_about_to_be_made_is_ours_before_it_is_there() -> None:
    expected = {A: Recorded(A, meant=Meant(NEW, "a")), B: Recorded(B, "b", WAS)}
    assert intended({B: Recorded(B, "b", WAS)}, [CREATE], {A: NEW}) == expected


RENAME = Change.update(B, "", [FieldChange(("name",), "a", "b"), FIELD])
REPLACE = Change.replace(A, "", [FIELD])


@pytest.mark.parametrize(
    ("changes", "specs", "expected"),
    [
        ([UPDATE], {A: {**NEW, "description": None}}, Recorded(A, "id", WAS, "1", Meant({**NEW, "description": None}, "a"))),
        ([DELETE], {}, Recorded(A, "id", WAS, "1", Meant(None, "a", gone=True))),
        ([REPLACE], {A: NEW}, Recorded(A, "", WAS, "", Meant(NEW, "a", gone=True))),
        ([REPLACE, UPDATE], {A: NEW}, Recorded(A, "", WAS, "", Meant(NEW, "a", gone=True))),
        ([RENAME], {B: NEW}, Recorded(A, "id", WAS, "1", Meant(NEW, "b"))),
        ([UPDATE], {A: {"code": UNSET}}, Recorded(A, "id", WAS, "1", Meant(WAS, "a"))),  # a secret that is not set here
        ([FORGET], {}, KNOWN[A]),
    ],
)
def test_what_a_change_is_about_to_make_is_recorded_before_it(changes: list[Change], specs: Any, expected: Recorded) -> None:
    assert intended(KNOWN, changes, specs) == {A: expected}


def test_what_is_stopped_before_it_is_deleted_is_meant_to_be_stopped() -> None:
    flow = Address("orchestration", "flow")
    found = intended({flow: Recorded(flow, "id", {"status": "active"})}, [Change.delete(flow, "")], {})
    assert found[flow].meant == Meant({"status": "paused"}, "flow", gone=True)


@pytest.mark.parametrize(("status", "stays"), [(Status.FAILED, True), (Status.SKIPPED, False), (None, False)])
@pytest.mark.parametrize("change", [UPDATE, DELETE])
def test_what_was_meant_stays_known_only_of_what_failed_for_it_may_have_taken_effect(change: Change, status: Any, stays: bool) -> None:
    known = {A: replace(KNOWN[A], meant=Meant(NEW, "a"))}
    outcomes = [Outcome(change, status, error=FAILED)] if status else []
    assert result(known, [change], outcomes, LIVE, NOW) == (known if stays else KNOWN)


def test_a_new_name_takes_the_place_of_the_old_one() -> None:
    known = {B: Recorded(B, "id", WAS)}
    assert result(known, [UPDATE], [Outcome(UPDATE, Status.APPLIED)], LIVE, {A: Recorded(A, spec=NEW)}) == NOW


def test_what_got_another_name_when_it_was_replaced_does_not_stay_ours_under_the_old_one() -> None:
    known = {B: Recorded(B, "the id before", WAS)}
    other = Change.replace(A, "", [FieldChange(("name",), "b", "a"), FIELD])
    assert result(known, [other], [Outcome(other, Status.APPLIED)], LIVE, {A: Recorded(A, spec=NEW)}) == NOW
    assert result(known, [other], [Outcome(other, Status.FAILED, error=FAILED)], LiveState(), {A: Recorded(A, spec=NEW)}) == known


def test_what_could_not_be_renamed_keeps_its_old_name() -> None:
    known = {B: Recorded(B, "id", WAS)}
    after = LiveState({B: LiveResource(B, "id", WAS)})
    assert result(known, [UPDATE], [Outcome(UPDATE, Status.FAILED, error=FAILED)], after, {A: Recorded(A, spec=NEW)}) == known


def test_a_secret_that_is_not_set_here_stays_as_it_was_known() -> None:
    digest = {"$secret": "abc"}
    known = {A: Recorded(A, "id", {"list": [{"key": digest}]})}
    found = result(known, [SAME], [], LIVE, {A: Recorded(A, spec={"list": [{"key": UNSET}]})})
    assert found[A].spec == {"list": [{"key": digest}]}


def test_what_is_null_is_not_recorded() -> None:
    assert sealed({A: DesiredResource(A, {"code": "x", "timeoutMs": None})}, Seal(b"k"))[A].spec == {"code": "x"}


def test_what_is_about_to_be_replaced_is_ours_whichever_of_the_two_a_crash_leaves() -> None:
    before = intended(KNOWN, [REPLACE], {A: NEW})
    assert result(before, [REPLACE], [], LIVE, NOW) == {A: Recorded(A, "id", WAS)}
    unknown = intended({}, [Change.replace(A, "", [FIELD], adopting=True)], {A: NEW})
    assert unknown == {}
