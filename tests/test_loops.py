"""Triggers that run in a circle, through what their functions write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from centrali_deploy.manifest.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

AT = "triggerMetadata"


def chained(manifest: Callable[..., str], *links: tuple[str, str], **more: Any) -> list[str]:
    """Triggers t0, t1, ... on record_created of one structure, whose functions create records of another."""
    functions = {f"f{n}": {"code": f"async function run() {{ await api.createRecord('{to}', {{}}) }}"} for n, (_, to) in enumerate(links)}
    triggers = {
        f"t{n}": {"function": f"f{n}", "executionType": "event-driven", AT: {"event": "record_created", "recordSlug": of}, **more}
        for n, (of, _) in enumerate(links)
    }
    return [each.message for each in load([manifest({"version": 1, "functions": functions, "triggers": triggers})], {}).warnings]


@pytest.mark.parametrize(
    ("links", "path"),
    [
        ([("a", "b"), ("b", "a")], "t0 -> t1 -> t0"),
        ([("a", "b"), ("b", "c"), ("c", "a")], "t0 -> t1 -> t2 -> t0"),
        ([("x", "a"), ("a", "b"), ("b", "a")], "t1 -> t2 -> t1"),
        ([("a", "b"), ("b", "c")], None),
    ],
)
def test_triggers_that_run_in_a_circle_are_told_once_with_the_way(links: Any, path: str | None, manifest: Callable[..., str]) -> None:
    assert chained(manifest, *links) == ([f"Triggers would run in a circle: {path}."] if path else [])
    assert chained(manifest, *links, enabled=False) == []
