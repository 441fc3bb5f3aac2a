"""Refusals: all reasons at once, and a title for every status that is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from centrali_deploy.local import refusing
from centrali_deploy.local.refusing import TITLES, Refused, not_imitated, refuse_fields


def test_every_wrong_member_is_refused_in_one_go() -> None:
    with pytest.raises(Refused) as caught:
        refuse_fields([("name", "is required"), ("code", "is required")])
    assert (caught.value.status, caught.value.message) == (400, "name: is required; code: is required")
    assert caught.value.fields == [("name", "is required"), ("code", "is required")]


def test_nothing_wrong_is_not_refused() -> None:
    refuse_fields([])


def test_what_is_not_imitated_names_the_request() -> None:
    refused = not_imitated("GET", "/records")
    assert (refused.status, refused.message) == (501, "The local workspace does not imitate GET /records")


def test_every_status_that_the_local_workspace_refuses_with_has_a_title_and_a_code() -> None:
    modules = Path(refusing.__file__).parent.glob("*.py")
    used = {int(status) for path in modules for status in re.findall(r"Refused\(\s*(\d+)", path.read_text(encoding="utf-8"))}
    assert used == TITLES.keys()
