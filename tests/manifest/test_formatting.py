"""The canonical form: one order, comments where they belong, the same data, and nothing left to do the second time."""

from __future__ import annotations

from pathlib import Path

import pytest
from layouts import CHANGED

from centrali_deploy.manifest.documents import parse_document
from centrali_deploy.manifest.formatting import formatted
from centrali_deploy.manifest.starter import starter

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
    assert formatted(MESSY, "m") == (TIDY, None)


DEEP = """\
version: 1
structures:
      a:
            name: A
            properties:
            - type: string
              # the name
              name: x
            # item y
            -   { type: string , name: y,required: true }   # y is needed
            -   # deep
                name: z
                type: object
                properties: {q: {minLength: 1, type: "string"}}
            - type: object
              name: p
              properties:
              - {type: array, name: r, items: {minItems: 1, type: array}}
orchestrations:
    o:
        steps:
        - nextStepId: b
          encryptedParams:
              KEY: {encrypt: true, value: "${env:KEY}"}
          type: compute
          id: a
        - type: decision


          cases:
          - nextStepId: c
            conditions:
            - {op: eq, value: 1, path: input.x}
          defaultNextStepId: d
          id: b
        trigger:
            {  params: {z: 1, a: 2}  , type: on-demand}
        name   :   O
triggers:
  t:
    triggerMetadata: {params: {}, recordSlug: a, event: record_created}
variables: {a: {default: 1, type: integer}}
environments:
  prod:
    protect: [  structure/*  ]
    overrides:
      trigger/t: {enabled: true, description: x, triggerMetadata: {timezone: UTC, scheduleType: cron}}
    workspace: x
"""
LAID_OUT = """\
version: 1

variables: {a: {type: integer, default: 1}}

environments:
  prod:
    workspace: x
    overrides:
      trigger/t: {description: x, enabled: true, triggerMetadata: {scheduleType: cron, timezone: UTC}}
    protect: [structure/*]

structures:
  a:
    name: A
    properties:
      # the name
      - name: x
        type: string
      # item y
      - {name: y, type: string, required: true}   # y is needed
      # deep
      - name: z
        type: object
        properties: {q: {type: "string", minLength: 1}}
      - name: p
        type: object
        properties:
          - {name: r, type: array, items: {type: array, minItems: 1}}

triggers:
  t:
    triggerMetadata: {event: record_created, recordSlug: a, params: {}}

orchestrations:
  o:
    name: O
    trigger: {type: on-demand, params: {z: 1, a: 2}}
    steps:
      - id: a
        type: compute
        encryptedParams:
          KEY: {value: "${env:KEY}", encrypt: true}
        nextStepId: b
      - id: b
        type: decision
        cases:
          - conditions:
              - {path: input.x, op: eq, value: 1}
            nextStepId: c
        defaultNextStepId: d
"""


def test_members_are_in_order_and_two_spaces_deep_at_every_depth() -> None:
    assert formatted(DEEP, "m") == (LAID_OUT, None)


@pytest.mark.parametrize(
    "text", [TIDY, LAID_OUT, EXAMPLE.read_text(encoding="utf-8"), starter("a")["workspace.yaml"], "[]\n", "version: 1\n", "{}\n", "# a\n"]
)
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert formatted(text, "m") == (text, None)


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CHANGED], ids=[case[0] for case in CHANGED])
def test_every_layout_has_its_canonical_form(text: str, expected: str) -> None:
    assert formatted(text, "m") == (expected, None)
    assert parse_document(expected, "m").data == parse_document(text, "m").data
    assert formatted(expected, "m") == (expected, None)


@pytest.mark.parametrize("text", [MESSY, DEEP, "a: |+\n  b\n\n", TIDY])
def test_line_ends_stay_what_they_are(text: str) -> None:
    assert formatted(text.replace("\n", "\r\n"), "m") == (formatted(text, "m").text.replace("\n", "\r\n"), None)


def test_line_ends_of_two_sorts_become_those_there_are_most_of() -> None:
    assert formatted("a: 1\r\nb: 2\r\nc: 3\n", "m").text == "a: 1\r\nb: 2\r\nc: 3\r\n"
    assert formatted("a: 1\r\nb: 2\nc: 3\n", "m").text == "a: 1\nb: 2\nc: 3\n"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("b:\n  ? a\n  : 1\n", "m:2:5", "A key that is written with ? is not laid out."),
        ("a: 1\n...\n", "m:2:1", "This line is written in a way that is not laid out."),
        ("&x\na: 1\n", "m:1:1", "This line is written in a way that is not laid out."),
        ("a: &x\n  # why\n  |\n  b\n", "m:1:4", "An anchor on a line of its own above a text is not laid out."),
        ("a: |\n    \n # b\n", "m:1:4", "An indented comment below an empty text is not laid out."),
        ("a:\n  # why\n  &x\n  b: 1\n", "m:3:1", "This line is written in a way that is not laid out."),
        ('a: "b\u2028c"\n', "m:1:6", "A line ends here with neither LF nor CRLF."),
        ("a: 1\rb: 2\n", "m:1:5", "A line ends here with neither LF nor CRLF."),
    ],
)
def test_what_cannot_be_laid_out_is_left_as_it_is_with_the_reason(text: str, place: str, message: str) -> None:
    result = formatted(text, "m")
    assert result.text == text
    assert result.left
    assert (str(result.left.position), result.left.message) == (place, message)


def test_what_says_nothing_is_left_as_it_is() -> None:
    text = "version: 1\n\nallowedDomains:\n  api.stripe.com: {}\n  b.c:\n\nfunctions: {}\n"
    assert formatted(text, "m") == (text, None)
