"""Hazards: what is asked of each, how many records it concerns in words, and what consents to it."""

from __future__ import annotations

from typing import Any

import pytest

from centrali_deploy.address import Address, Item
from centrali_deploy.errors import UsageProblem
from centrali_deploy.plan.model import Plan
from centrali_deploy.plan.safety import NO_QUERY, consent, counted, counted_words, questions, refuse_unknown_consents, weighed
from centrali_deploy.plan.verdicts import Hazard, Policy

S, T = Address("structure", "s"), Address("structure", "t")
TOTAL = ("properties", Item("total"))
SET = {"data.total": {"exists": True}}
LOSS = Hazard(S, TOTAL, "losing", "out of reach", SET, "would lose a value")
GONE = Hazard(T, (), "losing", "deleted", {}, "would be lost")
UNASKED = Hazard(S, (*TOTAL, "pattern"), "risky", "another form", None)


def test_each_structure_and_each_hazard_is_asked_about_once() -> None:
    assert list(questions((LOSS, UNASKED, GONE))) == [((S, ""), "s", {}), ((T, ""), "t", {}), ((S, "properties[total]"), "s", SET)]


@pytest.mark.parametrize(
    ("hazard", "every", "some", "count", "words"),
    [
        (LOSS, 9120, 412, 412, "412 of 9,120 records would lose a value"),
        (LOSS, 9120, 1, 1, "1 of 9,120 records would lose a value"),
        (LOSS, 1, 1, 1, "1 record would lose a value"),
        (LOSS, 5, 5, 5, "5 records would lose a value"),
        (LOSS, 5, 0, 0, "0 of 5 records would lose a value"),
        (LOSS, 0, "is secret", 0, "0 records would lose a value"),
        (LOSS, 5, "is secret", None, "how many of 5 records would lose a value is not known: is secret"),
        (LOSS, "no", "no", None, "how many would lose a value is not known: no"),
        (LOSS, "no", 3, 3, "3 records would lose a value"),
        (GONE, 3, 0, 3, "3 records would be lost"),
        (GONE, "no", 0, None, "how many would be lost is not known: no"),
        (UNASKED, 3, 0, None, f"how many of 3 records are concerned is not known: {NO_QUERY}"),
    ],
)
def test_what_is_not_known_is_never_none(hazard: Hazard, every: Any, some: Any, count: int | None, words: str) -> None:
    (found,) = counted((hazard,), {(hazard.address, ""): every, (S, "properties[total]"): some})
    assert (found.count, counted_words(found)) == (count, words)


@pytest.mark.parametrize(
    ("hazard", "count", "allowed", "refused"),
    [
        (LOSS, 1, (), "structure/s.total"),
        (LOSS, None, (), "structure/s.total"),
        (LOSS, 0, (), None),
        (LOSS, 1, ("structure/s.total",), None),
        (LOSS, 1, ("structure/s",), None),
        (LOSS, 1, ("structure/s.tot", "structure/t"), "structure/s.total"),
        (GONE, 1, (), "structure/t"),
        (UNASKED, None, (), None),
    ],
)
def test_a_loss_is_refused_with_the_flag_that_allows_it(hazard: Hazard, count: int | None, allowed: Any, refused: str | None) -> None:
    (found,) = counted(
        (hazard,), {(hazard.address, ""): 5 if count is None else count, (S, "properties[total]"): "no" if count is None else count}
    )
    plan = weighed(Plan("w", ()), (found,), Policy(allow_loss=allowed))
    assert [refusal.hint for refusal in plan.refusals] == ([f"If that is meant, pass --allow-data-loss {refused}."] if refused else [])
    assert all(refusal.whole for refusal in plan.refusals)
    assert (consent(found) is None) == (refused is None and not allowed)


@pytest.mark.parametrize(
    ("allowed", "hint"),
    [
        ("structure/s.totl", "Did you mean structure/s.total?"),
        ("orders", "Did you mean structure/t?"),
    ],
)
def test_a_consent_to_nothing_is_refused(allowed: str, hint: str) -> None:
    plan = Plan("w", (), hazards=(LOSS, UNASKED, GONE))
    refuse_unknown_consents(plan, Policy(allow_loss=("structure/s", "structure/s.total", "structure/t")))
    with pytest.raises(UsageProblem, match=f"--allow-data-loss {allowed} is about nothing") as caught:
        refuse_unknown_consents(plan, Policy(allow_loss=(allowed,)))
    assert caught.value.hint == hint
