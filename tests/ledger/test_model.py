"""The form in which a ledger is written down: whole, without secrets, older ones read and newer ones refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from ledgers import F, T, entry, holder, ledger

from centrali_deploy.errors import ExitCode, Unreadable
from centrali_deploy.ledger.model import FORMAT, Ledger, goes_on, read, read_entry, read_holder, unknown, written, written_entry
from centrali_deploy.secret import Secret
from centrali_deploy.states import Meant, Recorded

WHOLE = replace(ledger(), resources={F: Recorded(F, "1", {"a": [None, {"$secret": "ff"}]}, "m"), T: Recorded(T)})


def test_what_is_written_is_read() -> None:
    assert read(json.loads(json.dumps(written(WHOLE))), "here") == WHOLE
    assert read_entry({**written_entry(entry()), "inverse": [1]}, "here") == entry(inverse=[1])
    assert read_holder(asdict(holder()), "here") == holder()


def test_the_form_is_what_it_was() -> None:
    assert written(WHOLE) == {
        "format": 1,
        "deployment": "default",
        "key": "006b6579",
        "serial": 1,
        "tool": "1.0",
        "resources": {"function/f": ["1", "m", {"a": [None, {"$secret": "ff"}]}], "trigger/nightly/report": ["", "", None]},
    }


MEANT = {F: Recorded(F, "1", None, "m", Meant({"a": None}, "f")), T: Recorded(T, meant=Meant(None, "t", gone=True))}


def test_what_an_apply_is_about_to_make_stands_apart_so_that_older_versions_can_read_the_rest() -> None:
    whole = replace(WHOLE, resources=MEANT)
    assert written(whole)["meant"] == {"function/f": [{"a": None}, "f", False], "trigger/nightly/report": [None, "t", True]}
    assert read(json.loads(json.dumps(written(whole))), "here") == whole


def test_a_new_ledger_has_a_key_of_its_own_that_is_not_shown() -> None:
    one, other = Ledger("default"), Ledger("default")
    assert (len(one.key), one.key == other.key, one.key.hex() in repr(one), repr(one.key) in repr(one)) == (32, False, False, False)


@pytest.mark.parametrize("value", [Secret("${env:X}", lambda: "canary"), Secret("${env:X}", lambda: "canary").reveal()])
def test_a_secret_that_is_not_sealed_is_never_written(value: Any) -> None:
    spec = {"a": [{"b": value}]}
    for recorded in (Recorded(F, "1", spec), Recorded(F, "1", None, "", Meant(spec, "f"))):
        with pytest.raises(TypeError) as caught:
            written(replace(ledger(), resources={F: recorded}))
        assert "canary" not in str(caught.value)


GOOD = written(WHOLE)


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "x",
        {},
        {**GOOD, "format": "1"},
        {**GOOD, "meant": {"function/f": "x"}},
        {**GOOD, "format": True},
        {**GOOD, "format": 0},
        {**GOOD, "format": -5},
        {**GOOD, "key": "zz"},
        {**GOOD, "key": None},
        {**GOOD, "serial": "x"},
        {**GOOD, "resources": []},
        {**GOOD, "resources": {"f": ["", "", None]}},
        {**GOOD, "resources": {"function/f": ["", ""]}},
        {**GOOD, "resources": {"function/f": ["", "", 5]}},
        {**GOOD, "resources": {"function/f": {}}},
        *({member: value for member, value in GOOD.items() if member != left_out} for left_out in GOOD),
    ],
)
def test_what_is_damaged_is_refused(said: Any) -> None:
    with pytest.raises(Unreadable) as caught:
        read(said, "the file ledger.json")
    assert caught.value.message == "What is recorded in the file ledger.json is damaged."
    assert caught.value.exit_code == ExitCode.CONFLICT


def test_what_is_newer_is_refused_and_says_what_to_use() -> None:
    for said, words in (
        ({**GOOD, "format": FORMAT + 1}, "has format 2, and 1 is the newest"),
        ({**GOOD, "resources": {"robot/r": []}}, "no such kind"),
    ):
        with pytest.raises(Unreadable) as caught:
            read({**said, "resources": {"robot/r": ["", "", None]}} if "robot/r" in said["resources"] else said, "here")  # type: ignore[operator]
        assert words in caught.value.message
        assert caught.value.hint == "It was written by a newer centrali-deploy: use that one."


def test_what_is_older_becomes_what_it_is_now_step_by_step() -> None:
    steps = {
        -1: lambda said: {**said, "seral": 7},
        0: lambda said: {**{m: v for m, v in said.items() if m != "seral"}, "serial": said["seral"]},
    }
    old = {member: value for member, value in GOOD.items() if member != "serial"}
    assert read({**old, "format": -1}, "here", steps) == replace(WHOLE, serial=7)


@pytest.mark.parametrize("left_out", [*written_entry(entry())])
def test_an_entry_without_one_of_its_members_is_damaged(left_out: str) -> None:
    with pytest.raises(Unreadable):
        read_entry({member: value for member, value in written_entry(entry()).items() if member != left_out}, "here")


@pytest.mark.parametrize(
    "change", [{"expires": 0.0}, {"started": -1.0}, {"expires": 1e300}, {"expires": float("nan")}, {"started": "x"}, {"host": ...}]
)
def test_a_holder_whose_times_make_no_sense_is_damaged(change: dict[str, Any]) -> None:
    said = {member: value for member, value in {**asdict(holder()), **change}.items() if value is not ...}
    with pytest.raises(Unreadable):
        read_holder(said, "here")


MIDNIGHT = 1767225600.0
"""When the entry begins."""


@pytest.mark.parametrize(
    ("ended", "lock", "now", "expected"),
    [
        ("", holder(now=MIDNIGHT), MIDNIGHT + 30, True),
        ("", holder(now=MIDNIGHT + 0.9), MIDNIGHT + 30, True),  # an entry knows whole seconds only
        ("", holder(now=MIDNIGHT + 1), MIDNIGHT + 30, False),  # somebody else applies since
        ("", holder(now=MIDNIGHT), MIDNIGHT + 60, False),
        ("", None, MIDNIGHT, False),
        ("2026-01-01T00:01:00Z", holder(now=MIDNIGHT), MIDNIGHT + 30, False),
    ],
)
def test_what_has_not_ended_goes_on_as_long_as_its_lock_is_held(ended: str, lock: Any, now: float, expected: bool) -> None:
    assert goes_on(entry(ended=ended), lock, now) is expected


def test_of_what_broke_off_it_is_unknown_what_nobody_recorded() -> None:
    inverse = [{"address": "function/f", "action": action} for action in ("create", "update")]
    assert unknown(entry(inverse=inverse)) == (("function/f", "update", "unknown", ""),)
    assert unknown(entry(inverse=inverse, ended="2026-01-01T00:01:00Z")) == unknown(entry(inverse=None)) == ()
    with pytest.raises(ValueError, match="address"):
        unknown(entry(inverse=[{}]))
