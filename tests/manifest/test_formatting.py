"""The canonical form: one order, comments where they belong, the same data, and nothing left to do the second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.formatting import formatted

EXAMPLE = Path(__file__).parents[2] / "examples" / "workspace.yaml"
MESSY = """\
# yaml-language-server: $schema=x
# about triggers
triggers:
  # why t
  t: {function: f, executionType: on-demand}   # trailing
  u:
    # how
    executionType: on-demand
    # which
    function: f
    # at the end of u

# about functions
functions:
  f:
    timeoutMs: 1000
    code: |
      async function run() {

        // two blanks at the end  \n        return 1;
      }

    description: x
    renamedFrom: old
workspace: a
version: 1
# the end
"""
TIDY = """\
# yaml-language-server: $schema=x
version: 1
workspace: a

# about functions
functions:
  f:
    renamedFrom: old
    description: x
    timeoutMs: 1000
    code: |
      async function run() {

        // two blanks at the end  \n        return 1;
      }

# about triggers
triggers:
  # why t
  t: {function: f, executionType: on-demand}   # trailing
  u:
    # which
    function: f
    # at the end of u
    # how
    executionType: on-demand

# the end
"""


def test_sections_and_members_are_in_one_order_with_their_comments() -> None:
    assert formatted(MESSY, "m") == TIDY


@pytest.mark.parametrize("text", [TIDY, EXAMPLE.read_text(encoding="utf-8"), "[]\n", "version: 1\n"])
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert formatted(text, "m") == text


@pytest.mark.parametrize(
    "text",
    [
        "{version: 1, functions: {f: {timeoutMs: 1, code: x}}}\n",
        "functions: {f: {timeoutMs: 1, code: x}}\nversion: 1",
        "functions:\n  f: &a\n    timeoutMs: 1\n    code: x\n  g: *a\nversion: 1\n",
        "functions:\n  f:\n    <<: {timeoutMs: 1}\n    code: x\nversion: 1\n",
        "triggers:\n  t:\n    triggerMetadata:\n      b: 1\n      a: 2\n    function: f\nfunctions:\nversion: 1\n",
        "functions:\r\n  f:\r\n    timeoutMs: 1\r\n    code: x\r\nversion: 1\r\n",
        'functions:\n  "a b":\n    timeoutMs: 1\n    code: "x\n\n      y"\nversion: 1\n',
        "functions:\n  f:\n    ? timeoutMs\n    : 1\n    code: x\nversion: 1\n",
        "functions:\n  f:\n    code: >-\n      a\n      b\n\n\n    description: |+\n      x\n\n    timeoutMs: 1\nversion: 1\n",
    ],
)
def test_data_and_comments_survive_every_layout(text: str) -> None:
    once = formatted(text, "m")
    assert parse_document(once, "m").data == parse_document(text, "m").data
    assert formatted(once, "m") == once


MEMBERS = st.sampled_from(["description: x", "timeoutMs: 5", "code: |\n      run\n\n      x", "source: f.js", "# alone", "renamedFrom: o"])


@given(st.lists(MEMBERS, min_size=1, max_size=6, unique=True), st.permutations(["version: 1", "workspace: a", "triggers:"]))
def test_nothing_is_lost_whatever_the_order(members: list[str], heads: list[str]) -> None:
    resource = "\n".join(f"    {member}" for member in members)
    text = "\n".join([heads[0], "functions:", "  f:", resource, "  g: {code: x}", *heads[1:]]) + "\n"
    once = formatted(text, "m")
    assert parse_document(once, "m").data == parse_document(text, "m").data
    assert sorted(filter(str.strip, once.split("\n"))) == sorted(filter(str.strip, text.split("\n")))
    assert formatted(once, "m") == once


def test_what_says_nothing_is_left_as_it_is() -> None:
    text = "version: 1\n\nallowedDomains:\n  api.stripe.com: {}\n  b.c:\n\nfunctions: {}\n"
    assert formatted(text, "m") == text
