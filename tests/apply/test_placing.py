"""Members the API names, led back to lines: items by their key, ids by the name that stands for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from centrali_deploy.address import Address
from centrali_deploy.apply.placing import problems
from centrali_deploy.errors import Rejected
from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = """version: 1
structures:
  orders:
    name: Orders
    properties:
      - name: later
        type: reference
        target: orders
      - name: email
        type: string
functions:
  f:
    source: f.js
  g:
    code: |
      async function run() {}
orchestrations:
  o:
    name: O
    trigger: {type: on-demand}
    steps:
      - id: first
        type: compute
        function: f
"""


@pytest.mark.parametrize(
    ("address", "field", "line", "words"),
    [
        (Address("structure", "orders"), "properties[1].type", 10, "properties[email].type: no"),
        (Address("structure", "orders"), "properties[7].type", 5, "properties[7].type: no"),
        (Address("structure", "orders"), "recordSlug", 3, "recordSlug: no"),
        (Address("orchestration", "o"), "steps[0].functionId", 24, "steps[first].function: no"),
        (Address("function", "f"), "code", 13, "code: no"),
        (Address("function", "g"), "code", 15, "code: no"),
    ],
)
def test_a_member_is_found_where_it_is_written(address: Address, field: str, line: int, words: str, manifest: Callable[..., str]) -> None:
    manifest("async function run() {}", "f.js")
    declared = load([manifest(TEXT)], {}).desired[address]
    (found,) = problems(declared, declared.spec, Rejected("no", fields=((field, "no"),)))
    assert (found.position.line, found.message) == (line, words)


def test_an_index_counts_in_what_was_sent(manifest: Callable[..., str]) -> None:
    manifest("async function run() {}", "f.js")
    declared = load([manifest(TEXT)], {}).desired[Address("structure", "orders")]
    sent = {**declared.spec, "properties": declared.spec["properties"][1:]}
    (found,) = problems(declared, sent, Rejected("no", fields=(("properties[0].type", "no"),)))
    assert found.position.line == 10
